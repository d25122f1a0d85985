"""What a reader may ask for, and its bounds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import Query

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_PARAMETER_LENGTH = 32
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
Number = Annotated[int, Query(ge=1, le=100_000, description="Which part of the list, counted from 1.")]
ID = r"^[a-z0-9][a-z0-9-]{0,63}$"


class InvalidParameter(ValueError):  # noqa: N818 - it names what was asked, not what failed
    """A parameter outside its bounds; the message may be shown."""


def parse_as_of(words: str, now: datetime) -> datetime | None:
    """The moment that `as_of` names, UTC: a date means its end; none and the future mean now. Raises BadQuestion."""
    if not words:
        return None
    try:
        moment = datetime.fromisoformat(words.replace(" ", "+") if len(words) <= MAX_PARAMETER_LENGTH else "too long")
    except ValueError:
        raise InvalidParameter("as_of must be a date such as 2026-06-13, or a moment such as 2026-06-13T12:00:00Z.") from None
    if _DATE.fullmatch(words):
        moment = datetime.combine(moment, time(23, 59, 59), UTC)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not timedelta(0) <= moment - EARLIEST < timedelta(days=36525):
        raise InvalidParameter("as_of must lie between the years 2000 and 2099.")
    moment = moment.astimezone(UTC).replace(microsecond=0)
    return None if moment >= now else moment


def query_of(words: str) -> str:
    """The query that links on the page carry on; only what has passed `past_moment` comes here."""
    return f"as_of={words.replace('+', '%2B').replace(' ', '%2B')}" if words else ""
