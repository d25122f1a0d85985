"""Files that signals.toml includes, merged into its tables; every value still knows the file and the line it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from watcher.config.errors import ConfigError, Diagnostic, show
from watcher.config.line_numbers import Position, find_lines

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
