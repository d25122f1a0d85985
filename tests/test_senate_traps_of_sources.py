"""The traps of the Senate signal (21 to 37): records that are edited, late, corrected or gone, and words that are no record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.bills import (
    BILL,
    LATE,
    PASSED,
    REFERRED,
    Known,
    decided,
    entries,
    made,
    press,
    record,
    seen,
    signal_of,
    stands,
    told,
    verdict_of,
    votes,
    xml,
)
from watcher.core.decision.claims import claims_of
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide
from watcher.core.decision.entry_diff import diff_entries
from watcher.core.model import Health, Outcome, Source, Tier, Unreadable
from watcher.formats import billstatus, congress_api, senate_votes
from watcher.store.codec import entry_digest


def test_trap_21_a_corrected_citation_is_silent() -> None:
    row = "2026-11-30 senate: Passed Senate without amendment by Voice Vote. (consideration: CR {})"
    before, after = (entries(made("119-hr-2683", REFERRED, row.format(page))) for page in ("S5299", "S5199"))
    known = {entry.key: Known(entry_digest(entry)) for entry in before}
    assert diff_entries(after, known, record=True, now=LATE, digest=entry_digest).fresh == ()


def test_trap_22_a_vitiated_action_is_a_correction() -> None:
    assert told(record("119-hr-3174"))[-1] == ("2025-12-04", "correction", "out_of_committee")
    assert stands(record("119-hr-3174")).status == "out_of_committee"
    passed = made(
        "119-s-1",
        REFERRED,
        "2026-02-01 senate: Passed Senate without amendment by Unanimous Consent.",
        "2026-02-03 senate: Senate vitiated passage of 2/1/2026 by Unanimous Consent.",
    )
    assert told(passed)[-1] == ("2026-02-03", "correction", "in_senate_committee")


def test_trap_23_papers_returned_after_passage_are_a_correction() -> None:
    changes = told(record("119-sjres-3"))
    assert changes[-2:] == [("2025-03-04", "advance", "senate_passed"), ("2025-03-12", "correction", "floor_started")]
    quotes = [quote.text for quote in stands(record("119-sjres-3")).evidence]
    assert "Message received in Senate: Returned to the Senate pursuant to the provisions of H.Res. 212." in quotes


def test_trap_24_a_deleted_row_is_a_correction_after_two_good_readings() -> None:
    full, cut = entries(made("119-s-1", REFERRED, PASSED)), entries(made("119-s-1", REFERRED))
    known = {entry.key: Known(entry_digest(entry)) for entry in full}
    first = diff_entries(cut, known, record=True, now=LATE, digest=entry_digest)
    assert (len(first.missing), first.withdrawn) == (1, ())
    known[first.missing[0]] = Known("", missing_since=LATE)
    second = diff_entries(cut, known, record=True, now=LATE + timedelta(hours=6), digest=entry_digest)
    assert second.withdrawn == first.missing
    now = datetime(2026, 12, 15, tzinfo=UTC)
    before, after = (decided(read, "119/s/1", now=now) for read in (full, cut))
    assert [change.kind.value for change in compare(signal_of("119/s/1"), before, after)] == ["correction"]


def test_trap_25_the_summary_of_the_latest_action_is_not_read() -> None:
    assert b"<latestAction>" in xml(record("119-hr-2683"))
    assert stands(record("119-hr-2683")).status == "in_senate_committee"


def test_trap_26_a_row_that_comes_twelve_days_late_is_told_once_with_its_own_day() -> None:
    late, measure = made("119-s-2296", REFERRED, PASSED), "119/s/2296"
    read = [datetime(2026, 12, 12, hour, tzinfo=UTC) for hour in (6, 12, 18)]
    first = decided(entries(made("119-s-2296", REFERRED)), measure, now=read[0])
    second, third = (decided(seen(entries(late), when=read[1]), measure, now=now) for now in read[1:])
    (change,) = compare(signal_of(measure), first, second)
    assert (change.after, str(change.effective_at), str(change.evidence[0].seen_at)) == (
        "senate_passed",
        "2026-11-30 05:00:00+00:00",
        "2026-12-12 12:00:00+00:00",
    )
    assert compare(signal_of(measure), second, third) == ()


def test_trap_27_an_action_of_a_day_to_come_waits_for_its_day_and_is_told_once() -> None:
    rec, measure = (
        made(
            "119-s-1", REFERRED, "2026-12-20 senate: Placed on Senate Legislative Calendar under General Orders. Calendar No. 1."
        ),
        "119/s/1",
    )
    days = [decided(entries(rec), measure, now=datetime(2026, 12, day, 12, tzinfo=UTC)) for day in (17, 18, 19, 20, 21)]
    changes = [len(compare(signal_of(measure), before, after)) for before, after in pairwise(days)]
    assert changes == [0, 0, 1, 0]


def test_trap_28_absence_from_a_window_means_nothing() -> None:
    known = {entry.key: Known(entry_digest(entry)) for entry in entries(record("119-s-3519"))}
    noticed = diff_entries((), known, record=False, now=LATE, digest=entry_digest)
    assert (noticed.missing, noticed.withdrawn) == ((), ())
    page = {"actions": [{"actionDate": "2026-01-01", "text": "Introduced in House"}], "pagination": {"count": 300}}
    with pytest.raises(Unreadable, match="1 of 300 actions"):
        congress_api.read(
            json.dumps(page).encode(), url="https://api.congress.gov/v3/bill/119/s/4784/actions", content_type="", options={}
        )


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>",
        b"<!DOCTYPE html><html><head><title>U.S. Senate</title></head><body>Page not found</body></html>",
    ],
)
def test_trap_29_a_page_in_place_of_xml_is_a_source_that_is_down(page: bytes) -> None:
    for reader in (senate_votes, billstatus, congress_api):
        with pytest.raises(Unreadable):
            reader.read(page, url="https://www.senate.gov/vote.xml", content_type="text/html", options={})


def test_trap_30_a_failed_fetch_leaves_the_status_and_blinds_the_signal() -> None:
    source = Source(
        "billstatus",
        "senate",
        "https://www.govinfo.gov/x",
        "billstatus",
        "govinfo.gov",
        Tier.OFFICIAL,
        timedelta(hours=2),
        essential=True,
    )
    signal = replace(signal_of("119/s/3519"), sources=(source,))
    claims = [claim for one in seen(entries(record("119-s-3519"))) for claim in claims_of(signal, one)]
    good = Health(source.id, source.url, source.publisher, last_good_at=LATE, last_tried_at=LATE, outcome=Outcome.OK)
    down = replace(good, outcome=Outcome.BLOCKED, error="HTTP 403", last_tried_at=LATE + timedelta(days=3))
    before, after = decide(signal, claims, [good], LATE), decide(signal, claims, [down], LATE + timedelta(days=3))
    assert [track.status for track in after.tracks] == ["in_senate_committee"]
    assert after.cannot_see_since == LATE
    assert compare(signal, before, after) == ()


def test_trap_31_the_record_names_every_print_of_the_bill() -> None:
    rec = {
        **made("119-hr-2683", REFERRED, PASSED),
        "prints": [["EAS", "2026-11-30"], ["Referred in Senate", "2026-01-13"], ["Introduced in House", "2025-04-07"]],
    }
    assert [entry.facts["print"] for entry in entries(rec) if entry.facts["step"] == "print"] == ["eas", "rfs", "ih"]


@pytest.mark.parametrize(
    ("number", "title", "text"),
    [
        (32, "House passes RASA", "The bill passed by voice vote without opposition. The new law clarifies export rules."),
        (32, "AI Overwatch Act passed", "The bill passed the committee. S. 3519 was introduced on March 6, 2024."),
        (33, "How 2027 ends", "The FY2027 NDAA passes with a narrowed version of the Remote Access Security Act."),
        (33, "Scenario", "Senate Banking marks up H.R. 2683 by 38-9. The Senate adjourns without voting."),
        (34, "Senate to vote on H.R. 2683", "The bill advances; it was hotlined. New cosponsors joined after the hearing."),
        (34, "Senate passes H.R. 2683", "Passed Senate without amendment by Unanimous Consent."),
    ],
)
def test_traps_32_33_34_words_about_the_bill_are_no_act_of_the_senate(number: int, title: str, text: str) -> None:
    assert claims_of(signal_of(BILL), press(title, text)) == (), number


def test_trap_35_a_motion_to_proceed_is_no_place_on_the_calendar() -> None:
    verdict = stands(made("119-s-4784", "2026-07-09 senate: Motion to proceed to consideration of measure made in Senate."))
    assert verdict.status == "floor_started"
    assert "out_of_committee" not in [step for step, _ in verdict.path]


def test_trap_36_the_days_of_the_senate_are_days_in_washington() -> None:
    menu = votes(
        (250, "31-Oct", "H.R. 2683", "On Passage of the Bill", "Passed", 90, 6, ""),
        (260, "02-Nov", "H.R. 2683", "On Passage of the Bill", "Passed", 90, 6, ""),
    )
    assert [str(entry.published) for entry in menu] == ["2026-10-31 04:00:00+00:00", "2026-11-02 05:00:00+00:00"]


def test_trap_37_from_the_next_congress_the_number_is_another_bill() -> None:
    dead, new = (
        entries(record("119-hr-2683")),
        entries(made("120-hr-2683", "2027-02-01 senate: Passed Senate without amendment by Voice Vote.")),
    )
    ended = datetime(2027, 1, 3, 17, tzinfo=UTC)
    assert verdict_of(dead, BILL, now=ended - timedelta(seconds=1)).status == "in_senate_committee"
    assert verdict_of(dead, BILL, now=ended).status == "died_sine_die"
    assert verdict_of([*dead, *new], BILL, now=datetime(2027, 2, 2, tzinfo=UTC)).status == "died_sine_die"
