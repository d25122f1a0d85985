"""A day to come that stands above a sentence, opens its line or fills a cell of its row: what it says is not so yet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.core.language.test_language import SPEAKERS
from tests.spoken import claims

TOLD = datetime(2027, 8, 3, tzinfo=UTC)


def made(text: str) -> list[tuple[str, bool]]:
    """Status of each claim of the model by name, and whether a person is asked."""
    found = claims("mythos-ga", text, title="Changes", at=TOLD, **SPEAKERS["o"][1])
    return [(claim.status, claim.review) for claim in found if claim.track == "named"]


@pytest.mark.parametrize(
    "text",
    [
        "| 2027-09-01 | Claude Mythos 6 leaves limited availability; all organizations can call it without an approval | None |",
        "| 2027-09-01 | Claude Mythos 6 | All organizations can call it without an approval |",
        "| Claude Mythos 6 | All organizations can call it without an approval | 2027-09-01 |",
        "| Claude Mythos 6 | Available to all customers | September 1, 2027 |",
        "| 2027-09-01 | Access to Claude Mythos 6 is suspended for all customers |",
        "September 1, 2027\nAll organizations can call Claude Mythos 6 without an approval.",
        "September 1, 2027\n- Claude Mythos 6 is available to all customers.",
        "September 1, 2027 - The form is gone. Claude Mythos 6 is available to all customers.",
        "September 1, 2027\nWe suspended access to Claude Mythos 6 for all customers.",
        "From September 1, 2027: the form is gone; Claude Mythos 6 is available to all customers.",
        "Starting with the September 1 release, the form is gone, and Claude Mythos 6 is available to all customers.",
    ],
)
def test_what_a_day_to_come_dates_is_asked_about_and_not_said(text: str) -> None:
    told = made(text)
    assert told
    assert all(review for _, review in told)


@pytest.mark.parametrize(
    "text",
    [
        "| 2027-08-03 | Claude Mythos 6 | All organizations can call it without an approval |",
        "| Claude Mythos 6 | Generally available | August 2, 2027 | August 2, 2028 |",
        "August 3, 2027\n- Claude Mythos 6 is available to all customers.",
        "September 1, 2027 - the form is gone.\nAugust 3, 2027\nClaude Mythos 6 is available to all customers.",
        "September 1, 2027: the form is gone.\nAugust 3, 2027: the list is gone. Claude Mythos 6 is available to all customers.",
        "September 1, 2027\nToday Claude Mythos 6 is available to all customers.",
        "Claude Mythos 6 is available to all customers; the old form goes away on September 1, 2027.",
        "On September 1, 2027 the old form goes away.\nClaude Mythos 6 is available to all customers.",
    ],
)
def test_a_day_that_is_here_or_that_dates_something_else_takes_nothing_away(text: str) -> None:
    assert made(text) == [("available", False)]


def test_a_form_of_the_past_behind_a_day_without_a_year_is_of_the_year_before() -> None:
    assert made("On September 1 we opened Claude Mythos 6 to all customers.")[0][1] is False
