"""Finds the line on which each key of a TOML text stands, for the words of an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

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
