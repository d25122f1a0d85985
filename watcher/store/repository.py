"""What every noun of the store is built on: a connection inside a transaction, and batches."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from watcher.store.codec import moment
from watcher.store.connection import NONE, Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from watcher.store.connection import Connection

T = TypeVar("T")
BATCH = 500
"""Values in one list of a statement."""
KEYS = {
    "absence": ("source", "key", "since"),
    "chain": ("name",),
    "entry": ("source", "key"),
    "meta": ("key",),
    "poll": ("source", "at"),
    "poll_day": ("source", "day"),
    "present": ("signal",),
    "ruling": ("signal",),
}
"""Primary keys of the tables into which rows are put that may be there already."""


class Repository:
    """Statements about one noun, inside one transaction."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def insert(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert all rows, which have the same columns, by one prepared statement."""
        if rows:
            self.connection.run_all(insertion(name, tuple(rows[0])), rows)

    def upsert(self, name: str, rows: Sequence[Mapping[str, Any]], *, change: tuple[str, ...]) -> None:
        """Insert all rows; where the primary key is there already, change these columns."""
        if rows:
            self.connection.run_all(upsertion(name, tuple(rows[0]), change), rows)

    def moment(self, statement: str, values: Values = NONE) -> datetime | None:
        """The moment that a statement asks for."""
        found: int | None = self.connection.value(statement, values)
        return moment(found)


@cache
def insertion(name: str, columns: tuple[str, ...]) -> str:
    """The statement that inserts a row with these columns."""
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(f":{column}" for column in columns)
    return f"INSERT INTO {name} ({names}) VALUES ({values})"


@cache
def upsertion(name: str, columns: tuple[str, ...], change: tuple[str, ...]) -> str:
    """The same, which changes some columns where the row is there already."""
    keys = ", ".join(f'"{key}"' for key in KEYS[name])
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in change)
    return f"{insertion(name, columns)} ON CONFLICT ({keys}) DO UPDATE SET {changes}"


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Slices that fit into one statement."""
    rows = list(values)
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
