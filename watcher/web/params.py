"""What a reader may ask for, and its bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import Query

EARLIEST_DAY = datetime(2000, 1, 1, tzinfo=UTC)
MAX_PARAMETER_LENGTH = 32
END_OF_DAY = time(23, 59, 59)
Number = Annotated[int, Query(ge=1, le=100_000, description="Which part of the list, counted from 1.")]
ID = r"^[a-z0-9][a-z0-9-]{0,63}$"


class InvalidParameter(ValueError):  # noqa: N818 - it names what was asked, not what failed
    """A parameter outside its bounds; the message may be shown."""


def parse_as_of(words: str, now: datetime) -> datetime | None:
    """The moment that `as_of` names, UTC: a date means its end; none and the future mean now. Raises BadQuestion."""
    if not words:
        return None
    try:
        moment = _read(words.replace(" ", "+") if len(words) <= MAX_PARAMETER_LENGTH else "too long")
    except ValueError:
        raise InvalidParameter("as_of must be a date such as 2026-06-13, or a moment such as 2026-06-13T12:00:00Z.") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not timedelta(0) <= moment - EARLIEST_DAY < timedelta(days=36525):
        raise InvalidParameter("as_of must lie between the years 2000 and 2099.")
    moment = moment.astimezone(UTC).replace(microsecond=0)
    return None if moment >= now else moment


def _read(words: str) -> datetime:
    """A moment, or the end of a day. Raises ValueError."""
    try:
        return datetime.combine(date.fromisoformat(words), END_OF_DAY, UTC)
    except ValueError:
        return datetime.fromisoformat(words)


def query_of(moment: datetime | None) -> str:
    """The query that links on the page carry on: one spelling for each moment, whatever was asked; empty for the present."""
    if moment is None:
        return ""
    return f"as_of={moment:%Y-%m-%d}" if moment.time() == END_OF_DAY else f"as_of={moment:%Y-%m-%dT%H:%M:%SZ}"
