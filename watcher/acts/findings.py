"""What is found out about one thing that is looked at: how it is, and what to do where something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a thing is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    about: str
    state: Mark
    said: str
    to_do: str = ""
    details: tuple[str, ...] = ()
    """Lines that say more of it."""


def good(about: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(about, Mark.GOOD, said)


def note(about: str, said: str, to_do: str) -> Finding:
    """It works, and a person should know."""
    return Finding(about, Mark.NOTE, said, to_do)


def bad(about: str, said: str, to_do: str) -> Finding:
    """It does not work."""
    return Finding(about, Mark.BAD, said, to_do)
