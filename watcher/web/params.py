"""What a reader may ask for, with its bounds, and long lists in parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

# What a reader may ask for, and its bounds.

EARLIEST_DAY = datetime(2000, 1, 1, tzinfo=UTC)
MAX_PARAMETER_LENGTH = 32
END_OF_DAY = time(23, 59, 59)
Number = Annotated[int, Query(ge=1, le=100_000, description="Which part of the list, counted from 1.")]
ID = r"^[a-z0-9][a-z0-9-]{0,63}$"


class InvalidParameter(ValueError):  # noqa: N818 - it names what was asked, not what failed
    """A parameter outside its bounds; the message may be shown."""


def parse_as_of(words: str, now: datetime) -> datetime | None:
    """The moment that `as_of` names, UTC: a date means its end; none and the future mean now. Raises InvalidParameter."""
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


# Long lists in parts.


@dataclass(frozen=True, slots=True)
class ListPage:
    """One part of a list, counted from 1."""

    number: int
    size: int
    """How many things a part holds."""
    total: int
    """How many things there are in all parts."""

    @property
    def parts(self) -> int:
        """How many parts there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def span(self) -> slice:
        """Where the part lies in the list."""
        return slice((self.number - 1) * self.size, self.number * self.size)

    @property
    def neighbours(self) -> dict[str, int]:
        """The parts that a reader may want next, by their relation (RFC 8288); without those that are not there."""
        found = {"first": 1, "prev": self.number - 1, "next": self.number + 1, "last": self.parts}
        return {name: number for name, number in found.items() if 1 <= number <= self.parts and self.parts > 1}


def part_of(total: int, number: int, size: int) -> ListPage:
    """A part of a list of so many things. Raises KeyError for one behind the last."""
    part = ListPage(number, size, total)
    if number > part.parts:
        raise KeyError(number)
    return part


def links(part: ListPage, path: str, **query: str | int) -> dict[str, str]:
    """The addresses of the neighbours by their relation; `query` is what else is asked for."""
    asked = {name: value for name, value in query.items() if value}
    return {name: f"{path}?{urlencode(asked | {'page': number})}" for name, number in part.neighbours.items()}


def link_header(found: dict[str, str]) -> str:
    """The same as the value of a Link header; empty where there are none."""
    return ", ".join(f'<{address}>; rel="{name}"' for name, address in found.items())
