"""The smallest words: who speaks, how sure it is, what kind a change or a poll is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None
Facts: TypeAlias = Mapping[str, Scalar | tuple[Scalar, ...]]


def day_text(at: date) -> str:
    """A day in words, 13 January 2026, as its own time zone has it."""
    return f"{at.day} {at:%B %Y}"


def count(number: int, noun: str, several: str = "") -> str:
    """A number with its noun: 1 source, 3 sources, 2 entries."""
    return f"{number} {noun if number == 1 else several or noun + 's'}"


def capitalised(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


_UNITS = {"year": timedelta(days=365.25), "month": timedelta(days=30.44), "day": timedelta(days=1), "hour": timedelta(hours=1)}


def duration_text(length: timedelta, *, exact: bool = False) -> str:
    """A length of time, whatever its sign, in one unit, of which it holds two at least: 3 hours, 40 days, 2 months.

    Where it is `exact`, no longer unit than days is used, for months and years differ.
    """
    length = abs(length)
    for name, unit in _UNITS.items():
        if length >= 2 * unit and not (exact and unit > _UNITS["day"]):
            return f"{length // unit} {name}s"
    name, unit = ("minute", timedelta(minutes=1)) if length >= timedelta(minutes=1) else ("second", timedelta(seconds=1))
    return count(length // unit, name)


class Tier(StrEnum):
    """Who is speaking."""

    OFFICIAL = "official"
    PARTNER = "partner"
    PRESS = "press"
    COMMUNITY = "community"
    OPERATOR = "operator"


class Standing(StrEnum):
    """How well a status is supported, weakest first."""

    DECLARED = "declared"
    """History of the configuration, of which nothing has been read."""
    REPORTED = "reported"
    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"


class Change(StrEnum):
    """The kind of a transition."""

    BASELINE = "baseline"
    ADVANCE = "advance"
    STEP_BACK = "step_back"
    RAISED = "raised"
    NEXT = "next"
    CORRECTION = "correction"
    DETAIL = "detail"
    FLAG = "flag"
    UNDECIDED = "undecided"
    """A text was handed to a person, or the person has settled it."""


class Outcome(StrEnum):
    """How one poll ended; only OK feeds a decision, UNCHANGED renews the trust in the last reading."""

    OK = "ok"
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"
    ERROR = "error"
    MALFORMED = "malformed"
    EMPTY = "empty"
    GONE = "gone"
    SHAPE = "unexpected shape"
