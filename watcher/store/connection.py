"""A connection inside one transaction: statements are SQL text with `:named` values, the same for every database."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Values: TypeAlias = "Mapping[str, Any]"
Row: TypeAlias = "tuple[Any, ...]"
NONE: Values = {}
STREAM = 500
"""Rows of a long answer that are in memory together."""


class Connection(ABC):
    """What a noun may ask of the database; the words of the two that differ are said here."""

    embedded: bool

    @abstractmethod
    def rows(self, statement: str, values: Values = NONE) -> list[Row]:
        """All rows of the answer."""

    @abstractmethod
    def stream(self, statement: str, values: Values = NONE) -> Iterator[Row]:
        """The rows of a long answer, a few in memory at a time."""

    @abstractmethod
    def run(self, statement: str, values: Values = NONE) -> int:
        """Change something; how many rows were changed."""

    @abstractmethod
    def run_all(self, statement: str, rows: Sequence[Values]) -> None:
        """The same for each of the rows, by one prepared statement."""

    @abstractmethod
    def among(self, name: str) -> str:
        """The condition of being one of the values that `listed` made, given under this name."""

    @abstractmethod
    def listed(self, values: Iterable[str | int]) -> Any:  # noqa: ANN401 - the driver's own
        """Values for `among`."""

    @abstractmethod
    def as_text(self, name: str) -> str:
        """The text of the UTF-8 bytes that are given under this name: a long one is then in memory but once."""

    @abstractmethod
    def as_bytes(self, column: str) -> str:
        """The UTF-8 bytes of a column of text, for the same."""

    def row(self, statement: str, values: Values = NONE) -> Row | None:
        """The first row; None where there is none."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def value(self, statement: str, values: Values = NONE) -> Any:  # noqa: ANN401 - whatever was asked for
        """The first column of the first row; None where there is none."""
        found = self.row(statement, values)
        return found[0] if found else None


class Embedded(Connection):
    """SQLite."""

    embedded = True

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def rows(self, statement: str, values: Values = NONE) -> list[Row]:
        """All rows of the answer."""
        return self.raw.execute(statement, values).fetchall()

    def stream(self, statement: str, values: Values = NONE) -> Iterator[Row]:
        """The rows one by one, as the database finds them."""
        return iter(self.raw.execute(statement, values))

    def run(self, statement: str, values: Values = NONE) -> int:
        """Change something; how many rows were changed."""
        return self.raw.execute(statement, values).rowcount

    def run_all(self, statement: str, rows: Sequence[Values]) -> None:
        """The same for each of the rows."""
        self.raw.executemany(statement, rows)

    def among(self, name: str) -> str:
        """One text whatever the number of values, so that it is prepared once; each is looked up in the index."""
        return f"IN (SELECT value FROM json_each(:{name}))"

    def listed(self, values: Iterable[str | int]) -> str:
        """Values for `among`."""
        return json.dumps(list(values))

    def as_text(self, name: str) -> str:
        """The text of the bytes that are given under this name."""
        return f"CAST(:{name} AS TEXT)"

    def as_bytes(self, column: str) -> str:
        """The bytes of a column of text."""
        return f"CAST({column} AS BLOB)"
