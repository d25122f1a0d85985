"""What the record says in a lone row, of papers, of another bill or in words of no known form goes to a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.bills import BILL, PASSED, REFERRED, entries, made, seen, signal_of, stands
from watcher.core.decision.claims import claims_of

LATER = datetime(2026, 12, 15, tzinfo=UTC)
CLOTURE = "2026-02-01 senate: Cloture on the motion to proceed to the measure invoked in Senate by Yea-Nay Vote. 84 - 15. Record Vote Number: 472."


def asked(*rows: str) -> list[str]:
    """The statuses that a person is asked about."""
    read = seen(entries(made("119-hr-2683", REFERRED, *rows)), when=LATER)
    return [claim.status for one in read for claim in claims_of(signal_of(BILL), one) if claim.review]


def standing(*rows: str) -> str:
    return stands(made("119-hr-2683", REFERRED, *rows), now=LATER).status


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ("2026-12-10 house: Presented to President.", "presented"),
        ("2026-12-10 library 28000: Presented to President.", "presented"),
        ("2026-12-10 house: Vetoed by President.", "vetoed"),
        ("2026-12-10 library 20800: Conference committee actions: Conference held.", "resolving"),
        ("2026-12-10 senate: Senate insists on its amendment, asks for a conference.", "resolving"),
    ],
)
def test_a_lone_row_that_skips_the_passage_moves_nothing_and_asks(row: str, status: str) -> None:
    assert (standing(row), asked(row)) == ("in_senate_committee", [status])
    passed = PASSED.replace("without amendment", "with an amendment")
    assert (standing(passed, row), asked(passed, row)) == (status, [])


def test_two_hands_that_tell_the_same_step_are_no_lone_row() -> None:
    rows = ("2026-12-10 house: Presented to President.", "2026-12-10 library 28000: Presented to President.")
    assert (standing(*rows), asked(*rows)) == ("presented", [])


def test_a_law_in_the_list_of_laws_is_no_lone_row() -> None:
    row = "2026-12-10 library 36000: Became Public Law No: 119-101."
    assert (standing(row), asked(row)) == ("enacted", [])


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ("2026-12-10 senate: Senate returned papers to House pursuant to an order of the Senate.", "not_yet_in_senate"),
        (
            "2026-12-10 senate: Senate passed companion measure S. 3519 in lieu of this measure by Voice Vote.",
            "closed_by_other_path",
        ),
        ("2026-12-10 senate: Senate passed S. 4784, a related measure, by Voice Vote.", "closed_by_other_path"),
        ("2026-12-10 senate: S. 4784 passed Senate without amendment by Voice Vote.", "closed_by_other_path"),
        ("2026-12-10 senate: By a vote of the Senate this measure is hereby passed.", "senate_passed"),
    ],
)
def test_what_only_a_person_can_place_is_asked(row: str, status: str) -> None:
    assert (standing(row), asked(row)) == ("in_senate_committee", [status])


def test_rows_of_amendments_and_of_house_words_ask_nobody() -> None:
    rows = (
        "2026-12-10 senate: Amendment SA 5471 agreed to in Senate by Voice Vote.",
        "2026-12-10 house: On Retaining Division A Agreed to by the Yeas and Nays: 375 - 47 (Roll no. 5).",
        "2026-12-10 senate: Message on House action received in Senate and at desk: House requests return of papers.",
    )
    assert (standing(*rows), asked(*rows)) == ("in_senate_committee", [])


PASSAGE = "2026-02-02 senate: Passed Senate without amendment by Yea-Nay Vote. 52 - 46. Record Vote Number: 9."
FAILURE = "2026-02-02 senate: Failed of passage in Senate by Yea-Nay Vote. 46 - 52. Record Vote Number: 9."
TABLED = "2026-02-03 senate: Motion to table the motion to reconsider the vote by which H.R. 2683 {} (Record Vote No. 9) agreed to in Senate by Voice Vote."
UPON = "2026-02-03 senate: The motion to reconsider the vote by which H.R. 2683 {} was laid upon the table by Unanimous Consent."


@pytest.mark.parametrize("end", [TABLED, UPON])
@pytest.mark.parametrize(
    ("vote", "words", "status", "prefix"),
    [
        (PASSAGE, "passed", "senate_passed", ""),
        (FAILURE, "failed of passage", "senate_rejected", "vote_"),
        (FAILURE, "was not agreed to", "senate_rejected", "vote_"),
    ],
)
def test_tabling_a_motion_to_reconsider_leaves_the_vote_as_it_was(
    vote: str, words: str, status: str, prefix: str, end: str
) -> None:
    verdict = stands(made("119-hr-2683", REFERRED, vote, end.format(words)), now=LATER)
    assert (verdict.status, verdict.details[f"{prefix}roll"], verdict.details["date"]) == (status, 9, "2026-02-02")
    assert verdict.since is not None
    assert verdict.since.date().isoformat() == "2026-02-02"


def test_a_vote_has_its_own_manner_tally_and_roll() -> None:
    verdict = stands(
        made(
            "119-hr-2683",
            REFERRED,
            CLOTURE,
            "2026-02-01 senate: Motion to proceed to consideration of measure agreed to in Senate by Voice Vote.",
        )
    )
    assert {name: verdict.details.get(name) for name in ("vote_how", "vote_tally", "vote_roll")} == {
        "vote_how": "voice",
        "vote_tally": None,
        "vote_roll": None,
    }


def test_a_motion_withdrawn_shows_no_tally_of_the_vote_before_it() -> None:
    verdict = stands(
        made(
            "119-hr-2683",
            REFERRED,
            CLOTURE,
            "2026-02-03 senate: Motion to proceed to consideration of measure withdrawn in Senate.",
        )
    )
    assert (verdict.status, verdict.details.get("vote_tally"), "vote_tally" in verdict.proofs) == ("floor_blocked", None, False)


def test_the_library_copy_of_a_row_takes_nothing_from_it() -> None:
    verdict = stands(
        made(
            "119-hr-2683",
            REFERRED,
            PASSAGE.replace("without amendment", "with an amendment"),
            "2026-02-02 library 17000: Passed/agreed to in Senate: Passed Senate.",
        )
    )
    assert (verdict.details["tally"], verdict.details["amended"]) == ("52-46", "yes")


@pytest.mark.parametrize("day", ["2026-01-30", "2026-02-02", "2026-02-05"])
def test_a_print_takes_neither_the_day_nor_the_tally_of_the_vote(day: str) -> None:
    prints = [("Engrossed in Senate", day)]
    verdict = stands(made("119-hr-2683", REFERRED, PASSAGE, prints=prints), now=LATER)
    assert verdict.since is not None
    assert (verdict.since.date().isoformat(), verdict.details["tally"]) == ("2026-02-02", "52-46")
    assert (verdict.standing.value, set(verdict.voices)) == ("confirmed", {"print", "record/senate"})
    assert [status for status, _ in verdict.path] == ["in_senate_committee", "senate_passed"]


def test_a_bill_sent_back_to_committee_is_there_again() -> None:
    row = "2026-02-03 senate: Motion to recommit the bill to the Committee on Finance agreed to in Senate by Voice Vote."
    assert standing(CLOTURE, row) == "in_senate_committee"


def test_a_row_may_name_its_own_bill() -> None:
    assert standing("2026-12-10 senate: Senate passed H.R. 2683 without amendment by Voice Vote.") == "senate_passed"
