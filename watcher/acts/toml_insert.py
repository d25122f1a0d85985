"""Writes one more source into the text of signals.toml; every other character, comments too, stays as it is."""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomlkit

from watcher.config.build import load
from watcher.config.errors import ConfigError
from watcher.config.line_numbers import find_lines


class CannotInsert(Exception):  # noqa: N818 - a finding, not a failure
    """The file is written in a way that leaves no safe place; in words."""


def source_text(values: Mapping[str, object]) -> str:
    """The table of a source as it stands in the file."""
    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, _inline(value) if isinstance(value, dict) else value)
    return f"[[signal.source]]\n{tomlkit.dumps(table)}"


def _inline(values: Mapping[str, object]) -> tomlkit.items.InlineTable:
    table = tomlkit.inline_table()
    for key, value in values.items():
        table.add(key, tomlkit.string(value, literal=True) if isinstance(value, str) else value)  # patterns stay readable
    return table


def inserted(text: str, signal: str, block: str) -> str:
    """The text with the block after the last source of the signal, or at the signal's end. Raises CannotInsert."""
    tables = tomllib.loads(text)
    number = next(place for place, each in enumerate(tables["signal"]) if each["id"] == signal)
    held = len(tables["signal"][number].get("source", ()))
    after = ("signal", number, "source", held - 1) if held else ("signal", number)
    places, lines = find_lines(text), text.splitlines(keepends=True)
    start = places[after]
    eol = "\r\n" if "\r\n" in text else "\n"
    if not lines[start - 1].lstrip().startswith("[["):
        return _checked("".join(_row_after(lines, start, block, eol)), tables, number, block)
    later = [line for place, line in places.items() if line > start and place[: len(after)] != after]
    end = _end(lines, start, min(later, default=len(lines) + 1) - 1)
    last = [] if lines[end - 1].endswith("\n") else [eol]
    wanted = [*lines[:end], *last, eol, block.rstrip("\n").replace("\n", eol), eol, *lines[end:]]
    return _checked("".join(wanted), tables, number, block)


def _row_after(lines: list[str], start: int, block: str, eol: str) -> list[str]:
    """The lines with the block as one more row of a list whose last row stands on a line of its own. Raises CannotInsert."""
    row = lines[start - 1].rstrip()
    if not row.lstrip().startswith("{") or not row.rstrip(",").endswith("}"):
        raise CannotInsert("the sources stand inside one line's brackets, not as tables [[signal.source]]")
    table = tomlkit.inline_table()
    table.update(tomlkit.parse(block)["signal"]["source"][0])
    indent = row[: len(row) - len(row.lstrip())]
    return [*lines[: start - 1], f"{row.rstrip(',')},{eol}", f"{indent}{table.as_string()},{eol}", *lines[start:]]


def _end(lines: list[str], start: int, last: int) -> int:
    """The line (from 1) on which a block ends: its last value, and the comments right below it."""
    end = last
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    below = end
    while below < last and lines[below].strip():
        below += 1
    return below if below < last or last == len(lines) else end


def _checked(text: str, before: dict[str, Any], number: int, block: str) -> str:
    """Refuse a text that says anything else than before and the one source more. Raises CannotInsert."""
    (source,) = tomllib.loads(block.replace("[[signal.source]]", "[[source]]", 1))["source"]
    before["signal"][number].setdefault("source", []).append(source)
    try:
        after = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        after = {}
    if after != before:
        raise CannotInsert("the file is written in an unusual way, and the table would land in the wrong place")
    return text


def replace_file(path: Path, text: str) -> None:
    """Put the text in the place of the file in one step, once the watch can use it. Raises ConfigError, OSError."""
    real = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{real.stem}-", suffix=".toml", dir=real.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        try:
            load(draft, quick=True)
        except ConfigError as error:
            raise ConfigError(*(replace(mistake, file=str(path)) for mistake in error.mistakes)) from None
        shutil.copymode(real, draft)
        draft.replace(real)
    finally:
        draft.unlink(missing_ok=True)
