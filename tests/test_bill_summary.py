"""One document decides one bill, whatever measure the ladder was bound to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bills import LATE, entries, made, record, seen, senate_ladder
from watcher.core.model import Entry
from watcher.replay.single_document import bill_summary, decide_bill

LADDER = senate_ladder("119/hr/2683")


def said(rec: dict[str, Any], **how: Any) -> dict[str, Any]:
    return bill_summary(*decide_bill(LADDER, seen(entries(rec, **how)), LATE))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (
            "119-hr-5371",
            {
                "measure": "119/hr/5371",
                "status": "enacted",
                "how": "roll_call",
                "tally": "60-40",
                "roll": 618,
                "passed": "2025-11-10",
            },
        ),
        ("119-hr-224", {"status": "enacted", "how": "unanimous_consent", "tally": None, "amended": "no", "law": "119-70"}),
        ("119-hr-4016", {"status": "floor_blocked", "how": "roll_call", "tally": "50-44", "roll": 575, "passed": None}),
        ("119-sjres-3", {"status": "floor_started", "passed": None, "because_of": "correction", "tally": None}),
        ("119-hr-2683", {"status": "in_senate_committee", "how": None, "tally": None, "standing": "confirmed", "flags": []}),
    ],
)
def test_a_document_says_where_its_bill_stands(name: str, wanted: dict[str, Any]) -> None:
    found = said(record(name), codes=False)
    assert {key: found[key] for key in wanted} == wanted
    assert found["evidence"][0]["quote"]


def test_an_old_bill_is_not_judged_by_the_clock_of_this_congress() -> None:
    old = made("114-s-1300", "2015-07-14 senate: Passed Senate without amendment by Unanimous Consent.")
    found = bill_summary(*decide_bill(LADDER, seen(entries(old)), LATE.replace(year=2030)))
    assert (found["status"], found["since"]) == ("senate_passed", "2015-07-14")


def test_a_bill_without_a_single_known_row_has_no_evidence() -> None:
    found = said(made("119-s-1", "2026-03-01 senate: Star Print ordered on the bill."))
    assert (found["status"], found["since"], found["evidence"]) == ("not_yet_in_senate", None, [])


def test_a_document_that_names_no_bill_is_refused() -> None:
    with pytest.raises(LookupError, match="names no bill"):
        decide_bill(LADDER, seen([Entry("k", text="A page")]), LATE)
