"""The clock of the service."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time, once: nothing else reads the wall clock."""
    return datetime.now(UTC)
