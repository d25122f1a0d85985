"""Where each value stands: the lines of a TOML text, the files that it includes, and the words of an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from watcher.config.errors import ConfigError, Diagnostic, show

# Finds the line on which each key of a TOML text stands, for the words of an error.

Position: TypeAlias = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''(?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')'''
    r"|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<mark>[\[\]{}=,.])|(?P<bare>[^\s\[\]{}=,.#\"']+)",
    re.DOTALL,
)


def find_lines(text: str) -> dict[Position, int]:
    """Give the line of each key and each table of a valid TOML text, as path from the top; lists count from 0."""
    return _Reader(text).read()


class _Reader:
    """One pass over the tokens; what is open stands on the stack of the calls."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0
        self.lines: dict[Position, int] = {}
        self.counts: dict[Position, int] = {}

    def read(self) -> dict[Position, int]:
        table: Position = ()
        while token := self._next():
            kind, word, line = token
            if word == "[" and kind == "mark":
                table = self._header(line)
            elif kind in {"bare", "text"}:
                self._pair(table, token)
        return self.lines

    def _next(self) -> tuple[str, str, int] | None:
        if self.at >= len(self.tokens):
            return None
        self.at += 1
        return self.tokens[self.at - 1]

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _header(self, line: int) -> Position:
        many = self._peek() == "["
        names = self._names("]", first=None)
        table: Position = ()
        for name in names[:-1]:
            table = self._latest((*table, name))
        table = (*table, names[-1])
        if many:
            self._next()
            self.counts[table] = self.counts.get(table, -1) + 1
            self.lines.setdefault(table, line)
            table = (*table, self.counts[table])
        self.lines[table] = line
        return table

    def _latest(self, table: Position) -> Position:
        return (*table, self.counts[table]) if table in self.counts else table

    def _names(self, end: str, first: tuple[str, str, int] | None) -> list[str]:
        names = [_unquoted(first)] if first else []
        while (token := self._next()) and not (token[0] == "mark" and token[1] == end):
            if token[0] in {"bare", "text"}:
                names.append(_unquoted(token))
        return names

    def _pair(self, table: Position, first: tuple[str, str, int]) -> None:
        place = table
        for name in self._names("=", first):
            place = (*place, name)
            self.lines.setdefault(place, first[2])
        self._value(place)

    def _value(self, place: Position) -> None:
        token = self._next()
        if token and token[:2] == ("mark", "["):
            self._members(place)
        elif token and token[:2] == ("mark", "{"):
            self._inline(place)
        else:
            while self._peek() == "." or (self.at < len(self.tokens) and self.tokens[self.at][0] == "bare"):
                self._next()

    def _members(self, place: Position) -> None:
        number = 0
        while self.at < len(self.tokens):
            kind, word, line = self.tokens[self.at]
            if (kind, word) in {("mark", ","), ("newline", "\n"), ("mark", "]")}:
                self.at += 1
                if word == "]":
                    return
                continue
            self.lines[*place, number] = line
            self._value((*place, number))
            number += 1

    def _inline(self, place: Position) -> None:
        while (token := self._next()) and token[:2] != ("mark", "}"):
            if token[0] in {"bare", "text"}:
                self._pair(place, token)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "comment":
            yield str(found.lastgroup), found[0], line
        line += found[0].count("\n")


def _unquoted(token: tuple[str, str, int]) -> str:
    kind, word, _ = token
    return word[1:-1] if kind == "text" else word


# Files that signals.toml includes, merged into its tables; every value still knows the file and the line it stands on.

KEY = "include"


@dataclass(frozen=True, slots=True)
class Part:
    """One file: its name for people, its text, its tables, and where each of its list elements came to stand."""

    file: str
    text: str
    tables: dict[str, Any]
    moved: dict[Position, int] = field(default_factory=dict)
    """From the path of a list element in this file to its number in the merged list."""

    def lines(self) -> dict[Position, int]:
        """Line of each place of this file, by its path in the merged tables."""
        return {self._merged(place): line for place, line in find_lines(self.text).items()}

    def _merged(self, place: Position) -> Position:
        found: list[str | int] = []
        for at, part in enumerate(place):
            found.append(self.moved.get(place[: at + 1], part) if isinstance(part, int) else part)
        return tuple(found)


def included(path: Path, tables: Mapping[str, Any]) -> Iterator[Path]:
    """Give the files that the patterns of `include` name, beside `path`, each once and in the order of their names.

    Raises ConfigError for a pattern that is no text, leaves the folder, or names no file.
    """
    patterns = tables.get(KEY, [])
    seen: set[Path] = set()
    if not isinstance(patterns, list):
        raise ConfigError(Diagnostic(str(path), 1, "", KEY, show(patterns), 'a list of file names, such as ["signals/*.toml"]'))
    for pattern in patterns:
        if not isinstance(pattern, str) or not pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise ConfigError(Diagnostic(str(path), 1, "", KEY, show(pattern), "a file name beside this file, * for any part"))
        files = sorted(each for each in path.parent.glob(pattern) if each.is_file() and each.resolve() != path.resolve())
        if not files:
            raise ConfigError(Diagnostic(str(path), 1, "", KEY, show(pattern), "the name of at least one file"))
        yield from (file for file in files if file not in seen)
        seen.update(files)


def merge(parts: list[Part]) -> dict[str, Any]:
    """Put the tables of all files into one: tables join, lists follow each other, list elements of one `id` are one table.

    Raises ConfigError where two files give one key.
    """
    merged: dict[str, Any] = {}
    owners: dict[Position, str] = {}
    own = [{key: value for key, value in part.tables.items() if key != KEY} for part in parts]
    if len(own) == 1:
        return own[0]
    for part, tables in zip(parts, own, strict=True):
        _join(merged, tables, (), (), part, owners)
    return merged


def _join(
    into: dict[str, Any], table: dict[str, Any], place: Position, own: Position, part: Part, owners: dict[Position, str]
) -> None:
    """Join a table at its path in the merged tables (`place`) and in its own file (`own`)."""
    for key, value in table.items():
        held = into.get(key)
        at, here = (*place, key), (*own, key)
        if isinstance(value, dict):
            if held is None or isinstance(held, dict):
                _join(into.setdefault(key, {}), value, at, here, part, owners)
                continue
        elif _is_tables(value) and (held is None or _is_tables(held)):
            _append(into.setdefault(key, []), value, at, here, part, owners)
            continue
        if held is not None and (key != "id" or held != value):
            raise ConfigError(_twice(part, here, value, owners.get(at, "")))
        into[key] = value
        owners.setdefault(at, part.file)


def _append(into: list[Any], tables: list[Any], place: Position, own: Position, part: Part, owners: dict[Position, str]) -> None:
    numbers = {each["id"]: number for number, each in enumerate(into) if isinstance(each.get("id"), str)}
    for at, table in enumerate(tables):
        number = numbers.get(table.get("id"), len(into)) if isinstance(table.get("id"), str) else len(into)
        if number == len(into):
            into.append({})
        part.moved[*own, at] = number
        _join(into[number], table, (*place, number), (*own, at), part, owners)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _twice(part: Part, own: Position, value: object, owner: str) -> Diagnostic:
    keys = ".".join(str(each) for each in own if isinstance(each, str))
    return Diagnostic(part.file, find_lines(part.text).get(own, 1), "", keys, show(value), f"one value; {owner} gives one, too")


# Where a value stands in the file: its line, its table by the ids that the file gives, and its key.

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
