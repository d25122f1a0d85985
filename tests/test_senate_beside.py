"""What is shown beside the bill's status: votes on other bills that may carry its words, and tallies that differ."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.bills import BILL, REFERRED, decided, entries, made, record, signal_of, verdict_of, votes
from watcher.core.decision.compare import compare
from watcher.core.model import Facts, Transition

Row = tuple[int, str, str, str, str, int, int, str]
VEHICLES: Facts = {"carries": BILL, "vehicles": ("119/s/4784", "119/s/1705")}
PROCEED = "On Cloture on the Motion to Proceed"
LOST = (195, "14-Jul", "S. 4784", PROCEED, "Rejected", 50, 46, "Motion to Proceed to S. 4784")
TRIED = (230, "16-Sep", "S. 4784", PROCEED, "Rejected", 51, 47, "Motion to Proceed to S. 4784")
SEPTEMBER = datetime(2026, 9, 20, tzinfo=UTC)
PASSAGE = "2026-10-01 senate: Passed Senate without amendment by Yea-Nay Vote. 90 - 6. Record Vote Number: 258."


def of_july(day: int) -> datetime:
    """Noon of a day in July 2026."""
    return datetime(2026, 7, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (LOST, ["other_vehicle"]),
        ((196, "14-Jul", "S. 4784", "On Passage of the Bill", "Passed", 60, 30, "S. 4784"), ["other_vehicle"]),
        ((197, "14-Jul", "S. 1705", "On Passage of the Bill", "Passed", 60, 30, "S. 1705"), ["other_vehicle"]),
        ((198, "14-Jul", "S. 4784", "On the Amendment", "Agreed to", 60, 30, "Kim Amdt. No. 5"), []),
        ((199, "14-Jul", "S. 4785", "On Passage of the Bill", "Passed", 60, 30, "S. 4785"), []),
    ],
)
def test_a_vote_on_a_bill_that_may_carry_the_words_is_shown_and_moves_nothing(row: Row, shown: list[str]) -> None:
    standing = verdict_of([*entries(record("119-hr-2683")), *votes(row, options=VEHICLES)], BILL, now=of_july(15))
    assert standing.status == "in_senate_committee"
    assert [flag.id for flag in standing.flags] == shown


def test_such_a_vote_stands_beside_the_one_bill_that_it_may_carry() -> None:
    menu = votes(LOST, options=VEHICLES)
    house, senate = decided(menu, BILL, "119/s/3519", now=of_july(15)).tracks
    assert [flag.evidence[0].text for flag in house.flags] == [menu[0].text]
    assert menu[0].text == "S. 4784, On Cloture on the Motion to Proceed: Rejected (50-46). Record Vote Number: 195."
    assert senate.flags == ()


def test_each_such_vote_travels_once_with_the_next_digest_and_then_fades() -> None:
    def news(menu_before: tuple[Row, ...], before: datetime, menu: tuple[Row, ...], now: datetime) -> list[Transition]:
        was, then = (decided(votes(*rows, options=VEHICLES), BILL, now=at) for rows, at in ((menu_before, before), (menu, now)))
        return list(compare(signal_of(BILL), was, then))

    first = news((), of_july(14), (LOST,), of_july(15))
    assert [(change.kind.value, change.after, change.mail) for change in first] == [("flag", "other_vehicle", False)]
    assert news((LOST,), of_july(15), (LOST,), of_july(16)) == []
    assert [change.event for change in news((LOST,), of_july(16), (LOST, TRIED), SEPTEMBER) if change.after] == [
        "senate roll call 230 of 2026"
    ]
    late = decided(votes(LOST, options=VEHICLES), BILL, now=SEPTEMBER)
    assert late.tracks[0].flags == ()


@pytest.mark.parametrize(
    ("yeas", "shown"),
    [(90, []), (89, ["tally_differs"])],
)
def test_two_tallies_of_one_vote_are_both_shown(yeas: int, shown: list[str]) -> None:
    menu = votes((258, "01-Oct", "H.R. 2683", "On Passage of the Bill", "Passed", yeas, 6, "H.R. 2683"))
    standing = verdict_of([*entries(made("119-hr-2683", REFERRED, PASSAGE)), *menu], BILL)
    assert standing.status == "senate_passed"
    assert [flag.id for flag in standing.flags] == shown
    assert {len(flag.evidence) for flag in standing.flags} <= {2}
