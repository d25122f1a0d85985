"""Long lists in parts."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


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
