"""Bills of the 119th Congress whose way is known from the official record, read as they stood on each day."""

from __future__ import annotations

import pytest

from tests.bills import at, evening, record, stands, told, walk

SEQUENCES = {
    "119-hr-5371": [
        ("2025-09-16", "not_yet_in_senate"),
        ("2025-09-19", "senate_rejected"),
        ("2025-09-30", "senate_rejected"),
        ("2025-10-01", "floor_blocked"),
        ("2025-11-09", "floor_started"),
        ("2025-11-10", "senate_passed"),
        ("2025-11-12", "enacted"),
    ],
    "119-hr-1316": [
        ("2025-02-13", "not_yet_in_senate"),
        ("2025-05-06", "in_senate_committee"),
        ("2025-07-22", "senate_passed"),
        ("2025-08-15", "presented"),
        ("2025-08-19", "enacted"),
    ],
    "119-hr-452": [("2025-04-29", "in_senate_committee"), ("2025-09-08", "senate_passed"), ("2025-12-12", "enacted")],
    "119-hr-224": [
        ("2025-01-07", "not_yet_in_senate"),
        ("2025-02-11", "in_senate_committee"),
        ("2026-01-06", "senate_passed"),
        ("2026-01-13", "presented"),
        ("2026-01-20", "enacted"),
    ],
    "119-s-5": [
        ("2025-01-06", "out_of_committee"),
        ("2025-01-08", "floor_started"),
        ("2025-01-20", "senate_passed"),
        ("2025-01-23", "presented"),
        ("2025-01-29", "enacted"),
    ],
    "119-hr-131": [
        ("2025-01-03", "not_yet_in_senate"),
        ("2025-07-22", "in_senate_committee"),
        ("2025-12-16", "senate_passed"),
        ("2025-12-18", "presented"),
        ("2025-12-29", "vetoed"),
    ],
    "119-sjres-3": [
        ("2025-01-21", "in_senate_committee"),
        ("2025-02-12", "out_of_committee"),
        ("2025-03-04", "senate_passed"),
        ("2025-03-12", "floor_started"),
    ],
    "119-hr-3174": [
        ("2025-05-01", "not_yet_in_senate"),
        ("2025-12-02", "in_senate_committee"),
        ("2025-12-04", "out_of_committee"),
    ],
    "119-s-1383": [
        ("2025-04-09", "in_senate_committee"),
        ("2025-05-21", "committee_activity"),
        ("2025-12-02", "out_of_committee"),
        ("2025-12-18", "senate_passed"),
        ("2026-02-11", "resolving"),
    ],
    "119-hr-3944": [
        ("2025-06-12", "not_yet_in_senate"),
        ("2025-06-30", "in_senate_committee"),
        ("2025-07-17", "floor_started"),
        ("2025-08-01", "senate_passed"),
        ("2025-09-10", "resolving"),
    ],
    "119-hr-4016": [
        ("2025-06-16", "not_yet_in_senate"),
        ("2025-07-30", "out_of_committee"),
        ("2025-10-14", "floor_started"),
        ("2025-10-16", "floor_blocked"),
    ],
    "119-s-2882": [
        ("2025-09-18", "out_of_committee"),
        ("2025-09-19", "senate_rejected"),
        ("2025-09-30", "senate_rejected"),
        ("2025-10-01", "floor_blocked"),
    ],
    "119-hr-2683": [("2025-04-07", "not_yet_in_senate"), ("2026-01-13", "in_senate_committee")],
    "119-s-3519": [("2025-12-17", "in_senate_committee")],
    "119-sjres-12": [
        ("2025-02-04", "in_senate_committee"),
        ("2025-02-20", "out_of_committee"),
        ("2025-02-26", "floor_started"),
        ("2025-02-27", "floor_blocked"),
    ],
    "119-s-901": [("2025-03-06", "in_senate_committee")],
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_bill_stands_on_each_day_where_the_record_puts_it(name: str) -> None:
    assert walk(record(name)) == SEQUENCES[name]


@pytest.mark.parametrize("name", SEQUENCES)
def test_the_senates_own_steps_need_neither_codes_nor_the_library(name: str) -> None:
    senate = {
        "in_senate_committee",
        "committee_activity",
        "out_of_committee",
        "floor_started",
        "floor_blocked",
        "senate_rejected",
        "senate_passed",
    }
    bare = walk(record(name), without="library", codes=False)
    assert [step for step in bare if step[1] in senate] == [step for step in SEQUENCES[name] if step[1] in senate]


@pytest.mark.parametrize(
    ("name", "date", "status", "details"),
    [
        ("119-hr-5371", "2025-09-19", "senate_rejected", {"vote_tally": "44-48", "vote_roll": 528}),
        ("119-hr-5371", "2025-09-30", "senate_rejected", {"vote_tally": "55-45", "vote_roll": 535}),
        ("119-hr-5371", "2025-10-01", "floor_blocked", {"vote_tally": "55-45", "vote_roll": 537}),
        ("119-hr-5371", "2025-11-04", "floor_blocked", {"vote_tally": "54-44", "vote_roll": 603}),
        ("119-hr-5371", "2025-11-09", "floor_started", {"vote_tally": "60-40", "vote_roll": 610}),
        ("119-hr-5371", "2025-11-10", "senate_passed", {"tally": "60-40", "roll": 618, "amended": "yes", "how": "roll_call"}),
        ("119-hr-5371", "2025-11-12", "enacted", {"law": "119-37", "tally": "60-40"}),
        ("119-hr-452", "2025-09-08", "senate_passed", {"how": "unanimous_consent", "amended": "yes"}),
        ("119-s-5", "2025-01-22", "senate_passed", {"tally": "64-35", "roll": 7, "house_tally": "263-156"}),
        ("119-hr-131", "2025-12-16", "senate_passed", {"how": "voice", "amended": "no"}),
        ("119-hr-131", "2026-01-08", "vetoed", {"how": "voice"}),
        ("119-sjres-3", "2025-03-04", "senate_passed", {"tally": "70-27", "roll": 102}),
        ("119-s-1383", "2026-03-17", "resolving", {"how": "unanimous_consent", "amended": "yes", "house_tally": "218-213"}),
        ("119-hr-3944", "2025-08-01", "senate_passed", {"tally": "87-9", "roll": 480, "amended": "yes"}),
        ("119-hr-4016", "2025-10-16", "floor_blocked", {"vote_tally": "50-44", "vote_roll": 575}),
        ("119-s-2882", "2025-09-30", "senate_rejected", {"vote_tally": "47-53", "vote_roll": 534}),
        ("119-hr-2683", "2026-01-12", "not_yet_in_senate", {"house_tally": "369-22", "house_passed": "2026-01-12"}),
    ],
)
def test_a_status_carries_its_vote(name: str, date: str, status: str, details: dict[str, object]) -> None:
    verdict = stands(at(record(name), date), now=evening(date))
    assert verdict.status == status
    assert {key: verdict.details.get(key) for key in details} == details


def test_both_rows_of_the_record_confirm_a_passage_and_one_does_not() -> None:
    rec = record("119-hr-224")
    both, alone = at(rec, "2026-01-06"), at(rec, "2026-01-06", without="library")
    assert [stands(one, now=evening("2026-01-06")).standing.value for one in (both, alone)] == ["confirmed", "provisional"]
    assert stands(both).voices == ("record/senate", "record/library")


@pytest.mark.parametrize(
    ("name", "correction"),
    [
        ("119-sjres-3", ("2025-03-12", "correction", "floor_started")),
        ("119-hr-3174", ("2025-12-04", "correction", "out_of_committee")),
    ],
)
def test_what_the_record_takes_back_is_told_as_a_correction(name: str, correction: tuple[str, str, str]) -> None:
    assert [change for change in told(record(name)) if change[1] == "correction"] == [correction]


def test_three_steps_of_one_day_are_one_piece_of_news_with_its_path() -> None:
    rec = record("119-hr-5371")
    assert told(rec, "2025-11-10", "2025-11-12")[-1] == ("2025-11-12", "advance", "enacted")
    path = [status for status, _ in stands(rec).path]
    assert path[-3:] == ["resolving", "presented", "enacted"]


def test_a_failed_override_leaves_the_veto() -> None:
    assert told(record("119-hr-131"), "2025-12-29", "2026-01-08") == []
