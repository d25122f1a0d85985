"""Times, standings and kinds of change in plain words."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from notifiers.message import one_line
from watcher.core.addresses import redact
from watcher.core.model import Facts, day_text
from watcher.wording import is_date_only

QUOTE = 420
"""Longest quote in characters; the whole stands behind its link and in the store."""


def moment(at: datetime, zone: tzinfo) -> str:
    """A moment in the reader's time: 13 January 2026, 09:12 UTC."""
    local = at.astimezone(zone)
    return f"{day_text(local)}, {local:%H:%M %Z}"


def when(at: datetime, zone: tzinfo) -> str:
    """When something happened, as far as its source tells: a day where it names a day, else a moment."""
    return day_text(at) if is_date_only(at) else moment(at, zone)


def day_of(at: datetime, zone: tzinfo) -> str:
    """The day of a moment, as the reader's calendar has it: 13 January 2026."""
    return day_text(at.astimezone(zone))


def day_of_event(at: datetime, zone: tzinfo) -> str:
    """The day on which something happened: the one that its source names, else that of the reader's calendar."""
    return day_text(at) if is_date_only(at) else day_of(at, zone)


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
