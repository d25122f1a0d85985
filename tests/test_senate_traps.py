"""The traps of the Senate signal (1 to 20): what looks like a vote on the bill and is none, and the reverse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.bills import (
    BILL,
    LATE,
    MENU,
    PASSED,
    REFERRED,
    at,
    decided,
    entries,
    made,
    record,
    seen,
    signal_of,
    stands,
    status,
    verdict_of,
    votes,
    walk,
)
from watcher.core.decision.claims import claims_of
from watcher.core.decision.compare import compare
from watcher.core.model import Entry, Tier
from watcher.formats import bill_text, senate_votes


def test_trap_01_a_house_passage_leaves_the_senate_where_it_is() -> None:
    assert stands(at(record("119-hr-2683"), "2026-01-12")).status == "not_yet_in_senate"
    assert stands(record("119-hr-2683")).status == "in_senate_committee"


@pytest.mark.parametrize(
    "row",
    [
        "2026-11-30 senate: Motion to proceed to consideration of measure agreed to in Senate by Yea-Nay Vote. 60 - 40. Record Vote Number: 300.",
        "2026-11-30 senate: Motion by Senator Kim to recommit to Senate Committee on Finance with instructions rejected in Senate by Yea-Nay Vote. 48 - 51. Record Vote Number: 301.",
        "2026-11-30 senate: Cloture on the measure invoked in Senate by Yea-Nay Vote. 61 - 35. Record Vote Number: 302.",
        "2026-11-30 senate: Motion to waive all applicable budgetary discipline agreed to in Senate by Yea-Nay Vote. 61 - 35. Record Vote Number: 303.",
    ],
)
def test_trap_02_a_roll_call_is_passage_only_by_its_question(row: str) -> None:
    assert status(row) in {"floor_started", "in_senate_committee"}


def test_trap_03_a_rejected_cloture_is_no_rejection_of_the_bill() -> None:
    menu = votes(
        (254, "30-Sep", "H.R. 9340", "On Cloture on the Motion to Proceed", "Rejected", 57, 43, "Motion to Proceed to H.R. 9340")
    )
    assert verdict_of(menu, "119/hr/9340").status == "floor_blocked"
    assert walk(record("119-hr-4016"))[-1] == ("2025-10-16", "floor_blocked")


def test_trap_04_more_yeas_than_nays_can_be_a_failed_passage() -> None:
    verdict = stands(at(record("119-s-2882"), "2025-09-19"))
    assert (verdict.status, verdict.details["vote_tally"]) == ("senate_rejected", "47-45")


def test_trap_05_an_even_tally_can_be_agreed_to_and_be_no_passage() -> None:
    menu = votes((9, "14-Jan", "S.J.Res. 98", "On the Point of Order", "Agreed to", 50, 50, "Point of order"))
    assert verdict_of(menu, "119/sjres/98").status == "not_yet_in_senate"


def test_trap_06_a_rejected_discharge_is_no_vote_on_the_bill() -> None:
    row = "2026-03-01 senate: Motion to discharge Senate Committee on Foreign Relations rejected by Yea-Nay Vote. 15 - 82. Record Vote Number: 165."
    assert status(row) == "floor_blocked"
    menu = votes(
        (165, "01-Mar", "S.J.Res. 33", "On the Motion to Discharge", "Rejected", 15, 82, "Motion to Discharge S.J.Res. 33")
    )
    assert verdict_of(menu, "119/sjres/33").status == "floor_blocked"


def test_trap_07_agreed_to_in_senate_can_be_a_motion() -> None:
    assert (
        status("2026-11-30 senate: Motion to proceed to consideration of measure agreed to in Senate by Voice Vote.")
        == "floor_started"
    )


def test_trap_08_a_failed_passage_is_not_the_end() -> None:
    assert [step for _, step in walk(record("119-hr-5371"))][-2:] == ["senate_passed", "enacted"]


def test_trap_09_a_number_alone_names_no_bill() -> None:
    other = entries(record("119-s-2683"))
    assert any(entry.facts["step"] == "ordered_reported" for entry in other)
    assert verdict_of([*entries(record("119-hr-2683")), *other], BILL).status == "in_senate_committee"


def test_trap_10_a_referral_of_another_congress_is_no_news() -> None:
    old = entries(
        made("118-hr-2683", "2024-09-10 senate: Received in the Senate and Read twice and referred to the Committee on Banking.")
    )
    before = decided(entries(at(record("119-hr-2683"), "2026-01-12")), BILL)
    after = decided([*entries(at(record("119-hr-2683"), "2026-01-12")), *old], BILL)
    assert compare(signal_of(BILL), before, after) == ()


def test_trap_11_an_amended_passage_waits_for_its_text() -> None:
    rec = made("119-hr-2683", REFERRED, "2026-11-30 senate: Passed Senate with an amendment by Voice Vote.")
    address = "https://www.govinfo.gov/content/pkg/BILLS-119hr2683eas/xml/BILLS-119hr2683eas.xml"
    options = {"phrases": ("remote access", "50 U.S.C. 4801")}

    def flags(words: str) -> list[str]:
        body = f'<bill><congress>119th CONGRESS</congress><attestation-date date="20261130"/>{"An Act. " * 40}{words}</bill>'.encode()
        text = bill_text.read(body, url=address, content_type="text/xml", options=options) if words else ()
        return [flag.id for flag in verdict_of([*entries(rec), *text], BILL, now=datetime(2026, 12, 15, tzinfo=UTC)).flags]

    assert flags("") == ["text_unchecked"]
    assert flags("remote access (50 U.S.C. 4801)") == []
    assert flags("a continuing resolution") == ["text_differs"]


def test_trap_12_the_text_under_another_number_waits_for_a_person() -> None:
    body = f"<bill><congress>119th CONGRESS</congress>{'An Act. ' * 40}remote access 50 U.S.C. 4801</bill>".encode()
    url = "https://www.govinfo.gov/content/pkg/BILLS-119s4784enr/xml/BILLS-119s4784enr.xml"
    print_of_other = bill_text.read(body, url=url, content_type="", options={"phrases": ("remote access",), "own": (BILL,)})
    claims = [claim for one in seen(print_of_other) for claim in claims_of(signal_of(BILL), one)]
    assert [(claim.review, claim.status) for claim in claims] == [(True, "closed_by_other_path")]
    assert verdict_of([*entries(record("119-hr-2683")), *print_of_other], BILL).status == "in_senate_committee"
    (closed,) = seen([Entry("k", facts={"measure": BILL, "step": "closed_by_other_path"}, published=LATE)], tier=Tier.OPERATOR)
    assert verdict_of([closed], BILL).status == "closed_by_other_path"
    assert verdict_of([replace(closed, tier=Tier.OFFICIAL)], BILL).status == "not_yet_in_senate"


def test_trap_13_a_bill_returned_to_the_calendar_never_passed() -> None:
    rows = (
        "2026-02-01 senate: Measure laid before Senate by motion.",
        "2026-03-01 senate: Returned to the Calendar. Calendar No. 144.",
    )
    assert status(*rows) == "floor_blocked"
    assert [
        flag.id
        for flag in stands(
            made("119-s-9", "2026-03-01 senate: Senate incorporated this measure in S. 1071 as an amendment.")
        ).flags
    ] == ["incorporated"]


def test_trap_14_a_companion_moves_alone() -> None:
    house_bill = made(
        "119-hr-29",
        "2025-01-09 senate: Read the second time. Placed on Senate Legislative Calendar under General Orders. Calendar No. 1.",
    )
    verdict = decided([*entries(house_bill), *entries(record("119-s-5"))], "119/hr/29", "119/s/5")
    assert [track.status for track in verdict.tracks] == ["out_of_committee", "enacted"]


def test_trap_15_signed_is_not_yet_a_law_number() -> None:
    signed = [PASSED, "2026-12-10 library 28000: Presented to President.", "2026-12-12 library 36000: Signed by President."]
    assert status(*signed) == "presented"
    assert status(*signed, "2026-12-12 library 36000: Became Public Law No: 119-101.") == "enacted"


def test_trap_16_code_e30000_can_be_a_veto() -> None:
    assert status(PASSED, "2026-12-10 house E30000: Vetoed by President.") == "vetoed"


def test_trap_17_code_19500_can_be_disagreement() -> None:
    verdict = stands(at(record("119-hr-3944"), "2025-09-11"))
    assert (verdict.status, verdict.details["tally"]) == ("resolving", "87-9")


@pytest.mark.parametrize("version", ["", "3.0.0"])
def test_trap_18_a_senate_row_needs_no_code_and_no_time(version: str) -> None:
    assert walk(record("119-hr-224"), without="library", codes=False, version=version)[2] == ("2026-01-06", "senate_passed")


@pytest.mark.parametrize("start", ["Introduced in the Senate", "Received in the Senate"])
def test_trap_19_a_bill_can_pass_on_the_day_that_it_comes(start: str) -> None:
    row = f"2026-11-30 senate: {start}, read twice, considered, read the third time, and passed without amendment by Unanimous Consent."
    assert status(row) == "senate_passed"


def test_trap_20_en_bloc_rows_match_nothing() -> None:
    body = MENU.format(
        "<vote><vote_number>00240</vote_number><vote_date>07-Aug</vote_date><en_bloc><matter><issue>PN1</issue></matter></en_bloc></vote>"
    )
    menu = senate_votes.read(body.encode(), url="", content_type="", options={})
    assert verdict_of(menu, BILL).status == "not_yet_in_senate"
