"""Moments and lengths of time that a person gives for an act, written as in the configuration."""

from __future__ import annotations

from datetime import datetime, timedelta

from watcher.acts.errors import Unusable
from watcher.config.moments import MAX_SPAN, read_moment, read_pace

A_DAY = timedelta(days=1)
"""Today may be tomorrow where the reader lives."""


def parse_datetime(text: str) -> datetime:
    """An ISO 8601 date or time; without a zone it is UTC. Raises Unusable."""
    try:
        return read_moment(text)
    except ValueError:
        raise Unusable(f"{text!r} is no date or time; expected 2026-06-09 or 2026-06-09T17:05:00Z") from None


def parse_duration(text: str) -> timedelta:
    """A length of time such as 6h, 90s, 45m, 2d, 1w, 1d12h. Raises Unusable."""
    try:
        return read_pace(text.strip())
    except ValueError:
        raise Unusable(f"{text!r} is no length of time; expected 6h, 45m, 2d") from None


def check_moment(at: datetime, now: datetime) -> None:
    """Refuse a moment at which nothing can have happened that somebody has read of. Raises Unusable."""
    if not now - MAX_SPAN <= at <= now + A_DAY:
        raise Unusable(f"{at:%Y-%m-%d} is no day that somebody can have read of; expected a past one of the last hundred years")
