"""Where a value stands in the file: its line, its table by the ids that the file gives, and its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from watcher.config.errors import Diagnostic
from watcher.config.include import Part
from watcher.config.line_numbers import Position

LADDER = "ladder"
_WITHIN = " › "


class SourceMap:
    """The places of a file and of what it includes, with the mistakes found so far."""

    def __init__(self, parts: Sequence[Part], tables: Mapping[str, Any], overridden: Mapping[Position, str]) -> None:
        """`overridden` maps the places whose value came from the environment to the names there."""
        self.parts = parts
        self.text = "\n".join(part.text for part in parts)
        self.tables = tables
        self.overridden = overridden
        self.mistakes: list[Diagnostic] = []

    @cached_property
    def lines(self) -> dict[Position, tuple[str, int]]:
        """File and line of each place, of the first file that has it; worked out only when something is wrong."""
        found: dict[Position, tuple[str, int]] = {}
        for part in self.parts:
            for place, line in part.lines().items():
                found.setdefault(place, (part.file, line))
        return found

    def note(self, place: Position, found: str, expected: str) -> None:
        """Keep a mistake at a place, or at the nearest one around it that the file has."""
        name = self.overridden.get(place)
        table, key = self.describe(place)
        file, line = (name, 0) if name else self.line(place)
        self.mistakes.append(Diagnostic(file, line, table, key, found, expected))

    def note_outside(self, variable: str, found: str, expected: str) -> None:
        """Keep a mistake in a variable of the environment that is no key of the file."""
        self.mistakes.append(Diagnostic(variable, 0, "", "", found, expected))

    def line(self, place: Position) -> tuple[str, int]:
        """File and line of a place, or of the nearest one around it; line 1 of the first file where nothing of it stands."""
        for end in range(len(place), 0, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return self.parts[0].file, 1

    def value(self, place: Position) -> Any:  # noqa: ANN401 - anything that TOML can hold
        """What stands at a place. Raises KeyError, IndexError or TypeError for a place that is not there."""
        value: Any = self.tables
        for part in place:
            if isinstance(value, str):  # one member written alone, where a list may stand
                raise TypeError(part)
            value = value[part]
        return value

    def existing(self, place: Position) -> Position:
        """The longest beginning of a place that the file has."""
        for end in range(len(place)):
            try:
                self.value(place[: end + 1])
            except (KeyError, IndexError, TypeError):
                return place[:end]
        return place

    def describe(self, place: Position) -> tuple[str, str]:
        """Name the table (`ladder "access", rule "class-open"`) and the key (`when.step`) of a place."""
        tables: list[str] = []
        at = 0
        while at + 1 < len(place) and (name := self._named(place, at)):
            tables.append(name)
            at += 2
        if not tables and place and isinstance(self.tables.get(str(place[0])), dict):
            tables, at = [f"[{place[0]}]"], 1
        return _WITHIN.join(tables), ".".join(part for part in place[at:] if isinstance(part, str))

    def _named(self, place: Position, at: int) -> str:
        """The table that two parts of a place name together, or nothing where they name no table."""
        kind, member = place[at], place[at + 1]
        if at == 0 and kind == LADDER:
            return f'{kind} "{member}"'
        if not isinstance(member, int):
            return ""
        try:
            table = self.value(place[: at + 2])
        except (KeyError, IndexError, TypeError):
            return f"{kind} {member + 1}"
        if not isinstance(table, dict):
            return ""
        return f'{kind} "{table["id"]}"' if isinstance(table.get("id"), str) else f"{kind} {member + 1}"
