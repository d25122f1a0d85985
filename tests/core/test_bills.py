"""Sentences of the record and what they say: one table, for any bill."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.core.bills.actions import read_action
from watcher.core.bills.record import Measure, day_of, issue_of, measure_of, midnight, system_of

TABLE = Path(__file__).resolve().parents[1] / "fixtures" / "bills" / "sentences.txt"
ROWS = [line.split(" | ") for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[-1][:60]}")
def test_a_row_says_its_step(row: list[str]) -> None:
    system, code, *asked, text = row
    read = read_action(text, code=code.strip("-"), system=system)
    assert read is not None
    tally = f"{read.yeas}-{read.nays}" if read.yeas is not None else ""
    said = (read.step, read.chamber, read.subject, read.how, read.amended, tally, str(read.roll or ""))
    wanted = tuple(one if want == "*" else want.strip("-") for one, want in zip(said, asked, strict=True))
    assert said == wanted


def test_words_of_no_known_form_say_nothing() -> None:
    assert read_action("Star Print ordered on the reported joint resolution.", system="senate") is None
    assert read_action("Star Print ordered.", code="99999", system="library") is None


def test_a_step_carries_committee_calendar_and_law() -> None:
    referred = read_action("Read twice and referred to the Committee on Banking, Housing, and Urban Affairs.", system="senate")
    placed = read_action("Placed on Senate Legislative Calendar under General Orders. Calendar No. 283.", system="senate")
    law = read_action("Became Public Law No: 119-37.", system="library")
    assert referred is not None
    assert placed is not None
    assert law is not None
    assert (referred.committee, placed.calendar, law.law) == ("banking, housing, and urban affairs", 283, "119-37")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Senate vitiated previous action of 12/02/2025 by Unanimous Consent.", "2025-12-02"),
        ("Senate vitiated previous action of December 2, 2025 by Unanimous Consent.", "2025-12-02"),
        ("Senate vitiated previous action by Unanimous Consent.", ""),
    ],
)
def test_a_vitiation_names_the_day_that_it_takes_back(text: str, day: str) -> None:
    read = read_action(text, system="senate")
    assert read is not None
    assert (read.step, read.vitiates) == ("vitiated", day)


@pytest.mark.parametrize(
    ("issue", "measure"),
    [
        ("H.R. 2683", "119/hr/2683"),
        ("S. 2683", "119/s/2683"),
        ("S.J. Res. 98", "119/sjres/98"),
        ("H.Con.Res. 7", "119/hconres/7"),
        ("PN730-11", ""),
        ("S.Amdt. 12", ""),
    ],
)  # fmt: skip - a table
def test_an_issue_names_a_measure_by_kind_and_number(issue: str, measure: str) -> None:
    found = issue_of("119", issue)
    assert (found.id if found else "") == measure


def test_a_measure_knows_its_label_its_origin_and_its_page() -> None:
    bill = Measure(119, "hr", 2683)
    assert (bill.label, bill.origin, measure_of("119", "XX", "1")) == ("H.R. 2683", "house", None)
    assert bill.link == "https://www.congress.gov/bill/119th-congress/house-bill/2683/all-actions"
    assert [Measure(n, "s", 1).link.split("/")[4] for n in (111, 121, 122, 123)] == [
        "111th-congress",
        "121st-congress",
        "122nd-congress",
        "123rd-congress",
    ]


def test_days_are_days_in_washington() -> None:
    assert str(midnight("2026-10-31")) == "2026-10-31 04:00:00+00:00"
    assert str(midnight("2026-11-02")) == "2026-11-02 05:00:00+00:00"
    assert [midnight(day) for day in ("4050-01-21", "1012-01-07", "0000-01-01", "2026-02-30")] == [None] * 4
    assert [
        day_of(stamp) for stamp in ("2026-01-13", "2026-01-13T03:00:00Z", "2026-01-13T09:00:00", "2026-01-13 or so", "soon")
    ] == [
        "2026-01-13",
        "2026-01-12",
        "2026-01-13",
        "2026-01-13",
        "",
    ]


def test_the_writer_of_a_row_is_known_by_name_or_by_code() -> None:
    rows = [("", "Senate"), ("0", ""), ("9", ""), ("2", "House floor actions"), ("", "House committee actions"), ("", "")]
    assert [system_of(*row) for row in rows] == ["senate", "senate", "library", "house", "house", ""]


def test_a_hostile_row_is_read_in_bounded_time() -> None:
    hostile = ["(" * 50_000, "motion " + "reconsider " * 5_000, " " * 100_000 + "(CR", "cloture " * 20_000, "a" * 100_000]
    assert [read_action(text, system="senate") is None for text in hostile] == [True, False, True, True, True]
