"""The clock of the service."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Tells the time, in UTC."""


def utc_now() -> datetime:
    """The time, once: nothing else reads the wall clock."""
    return datetime.now(UTC)


EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock of a running watch can show an earlier time; a machine without a battery begins in 1970."""


def wrong_clock(now: datetime) -> str:
    """Say that the clock cannot be right; empty where it can."""
    return f"the clock shows {now:%Y-%m-%d %H:%M} UTC, and nothing is watched until it is set" if now < EARLIEST else ""
