"""Times, standings and kinds of change in plain words."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import NamedTuple

from notifiers.message import one_line
from watcher.core.addresses import redact
from watcher.core.model import Facts, Standing, day_text

QUOTE = 420
"""Longest quote in characters; the whole stands behind its link and in the store."""


class Sign(NamedTuple):
    """A word with its icon and its tone, so that colour never speaks alone."""

    icon: str
    word: str
    tone: str
    meaning: str


STANDINGS = {
    Standing.DECLARED: Sign("·", "Declared", "calm", "History that the configuration declares; nothing of it has been read yet."),
    Standing.CONFIRMED: Sign("✓", "Confirmed", "good", "The official record says so."),
    Standing.PROVISIONAL: Sign("◐", "Provisional", "warn", "One official voice says so; a second one is still to come."),
    Standing.REPORTED: Sign("○", "Reported", "warn", "Independent press says so; there are no official words yet."),
}


def moment(at: datetime, zone: tzinfo) -> str:
    """A moment in the reader's time: 13 January 2026, 09:12 UTC."""
    local = at.astimezone(zone)
    return f"{day_text(local)}, {local:%H:%M %Z}"


def when(at: datetime, zone: tzinfo) -> str:
    """When something happened, as far as its source tells: a day where it names a day, else a moment.

    Midnight, noon and midnight in Washington (04:00 and 05:00 UTC), to the second, stand for a day.
    """
    if (at.minute, at.second, at.microsecond) == (0, 0, 0) and at.hour in {0, 4, 5, 12}:
        return day_text(at)
    return moment(at, zone)


def day_of(at: datetime, zone: tzinfo) -> str:
    """The day of a moment, as the reader's calendar has it: 13 January 2026."""
    return day_text(at.astimezone(zone))


def several(names: list[str]) -> str:
    """Names as a sentence has them: a, b and c."""
    *most, last = names or [""]
    return f"{', '.join(most)} and {last}" if most else last


def shortened(text: str, most: int) -> str:
    """The text on one line, without what its addresses must not show, cut after a whole word."""
    line = one_line(redact(text))
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def tally(details: Facts) -> str:
    """The votes as 60-40, where there are any."""
    found = re.fullmatch(r"\s*(\d+)\s*[-\u2013]\s*(\d+)\s*", str(details.get("tally") or ""))
    return f"{found[1]}-{found[2]}" if found else ""
