"""How rows, roll calls and prints of one bill support or undo one another."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.bills import BILL, PASSED, REFERRED, entries, made, seen, stands, status, told, verdict_of, votes


def test_a_bill_with_the_president_has_its_ten_days_beyond_the_end_of_the_congress() -> None:
    rec = made("119-hr-2683", REFERRED, PASSED, "2026-12-30 library 28000: Presented to President.")
    assert stands(rec, now=datetime(2027, 1, 4, tzinfo=UTC)).status == "presented"
    assert stands(rec, now=datetime(2027, 1, 16, tzinfo=UTC)).status == "died_sine_die"


def test_a_vote_of_the_senate_and_a_row_of_the_record_confirm_each_other() -> None:
    rec = made(
        "119-hr-2683",
        REFERRED,
        "2026-10-01 senate: Passed Senate without amendment by Yea-Nay Vote. 90 - 6. Record Vote Number: 258.",
    )
    menu = votes((258, "01-Oct", "H.R. 2683", "On Passage of the Bill", "Passed", 90, 6, "H.R. 2683"))
    assert stands(rec).standing.value == "provisional"
    assert verdict_of(menu, BILL).standing.value == "provisional"
    both = verdict_of([*entries(rec), *menu], BILL)
    assert (both.standing.value, both.details["tally"], set(both.voices)) == ("confirmed", "90-6", {"record/senate", "vote"})


def test_one_family_of_the_record_never_confirms_itself() -> None:
    rec = made("119-hr-2683", REFERRED, "2026-10-01 senate: Passed Senate without amendment by Voice Vote.")
    twice = [*seen(entries(rec), source="billstatus"), *seen(entries(rec), source="congress-api")]
    assert verdict_of(twice, BILL).standing.value == "provisional"


def test_roll_calls_of_a_day_do_not_undo_what_the_record_tells_of_it() -> None:
    rows = (
        "2025-07-22 senate: Cloture on the motion to proceed to the measure not invoked in Senate by Yea-Nay Vote. 41 - 56. Record Vote Number: 250.",
        "2025-07-22 senate: Upon reconsideration, cloture on the motion to proceed to the measure invoked in Senate by Yea-Nay Vote. 62 - 36. Record Vote Number: 251.",
        "2025-07-22 senate: Motion to proceed to consideration of measure agreed to in Senate by Voice Vote.",
    )
    question = "On Cloture on the Motion to Proceed"
    lost, won = (
        (250, "22-Jul", "S. 1", question, "Rejected", 41, 56, ""),
        (251, "22-Jul", "S. 1", question, "Agreed to", 62, 36, ""),
    )
    menu = votes(lost, won, year=2025)
    assert verdict_of([*entries(made("119-s-1", *rows)), *menu], "119/s/1").status == "floor_started"
    assert verdict_of(menu, "119/s/1").status == "floor_started"


def test_a_passage_by_consent_shows_no_tally_of_an_earlier_vote() -> None:
    rows = (
        "2026-02-01 senate: Cloture on the measure invoked in Senate by Yea-Nay Vote. 61 - 35. Record Vote Number: 5.",
        "2026-02-02 senate: Passed Senate without amendment by Unanimous Consent.",
    )
    verdict = stands(made("119-s-1", *rows))
    assert (verdict.details["how"], verdict.details.get("tally")) == ("unanimous_consent", None)


def test_a_motion_to_reconsider_a_passage_takes_it_back_until_it_comes_to_nothing() -> None:
    rows = [
        REFERRED,
        "2026-02-02 senate: Passed Senate without amendment by Yea-Nay Vote. 52 - 46. Record Vote Number: 9.",
        "2026-02-03 senate: Motion by Senator Reid to reconsider the vote by which H.R. 2683 passed (Record Vote No. 9) entered in Senate.",
    ]
    assert told(made("119-hr-2683", *rows))[-1] == ("2026-02-03", "correction", "floor_started")
    ended = "2026-02-05 senate: Motion by Senator Reid to reconsider the vote by which H.R. 2683 passed (Record Vote No. 9) withdrawn in Senate."
    verdict = stands(made("119-hr-2683", *rows, ended))
    assert (verdict.status, verdict.details["tally"], verdict.details["date"]) == ("senate_passed", "52-46", "2026-02-02")
    assert verdict.since is not None
    assert verdict.since.date().isoformat() == "2026-02-02", "the day of the vote, and not of the end of the motion"


def test_a_new_motion_alone_does_not_unblock_and_a_withdrawn_one_does_not_unreject() -> None:
    refused = "2026-02-01 senate: Cloture on the motion to proceed to the measure not invoked in Senate by Yea-Nay Vote. 50 - 46. Record Vote Number: 9."
    made_again = "2026-02-02 senate: Motion to proceed to consideration of measure made in Senate."
    failed = "2026-02-01 senate: Failed of passage in Senate by Yea-Nay Vote. 49 - 50. Record Vote Number: 98."
    withdrawn = "2026-02-03 senate: Motion to proceed to consideration of measure withdrawn in Senate."
    assert status(refused, made_again) == "floor_blocked"
    assert status(failed, made_again, withdrawn) == "senate_rejected"


def test_difference_between_chambers_needs_a_passage_first() -> None:
    assert (
        status("2026-02-01 senate: Message on House action received in Senate and at desk: House requests a conference.")
        == "in_senate_committee"
    )
