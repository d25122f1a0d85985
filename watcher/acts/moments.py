"""Moments and lengths of time as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from watcher.acts.errors import Unusable

MAX_SPAN = timedelta(days=36_525)
"""More than that is a slip, and a moment so far away cannot be written."""
SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_datetime(text: str) -> datetime:
    """An ISO 8601 date or time; without a zone it is UTC. Raises Unusable."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unusable(f"{text!r} is no date or time; expected 2026-06-09 or 2026-06-09T17:05:00Z") from None


def parse_duration(text: str) -> timedelta:
    """A length of time such as 6h, 90s, 45m, 2d, 1w. Raises Unusable."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)([smhdw])", text.strip())
    seconds = float(found[1]) * SPANS[found[2]] if found else 0
    if not 0 < seconds <= MAX_SPAN.total_seconds():
        raise Unusable(f"{text!r} is no length of time; expected 6h, 45m, 2d")
    return timedelta(seconds=seconds)
