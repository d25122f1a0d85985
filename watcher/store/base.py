"""What every noun of the store is built on: a connection inside a transaction, and batches."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Table
from sqlmodel import SQLModel

import watcher.store.tables
import watcher.store.tables_kept  # noqa: F401 - fills the metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.sql.dml import Insert

T = TypeVar("T")
STREAM = {"yield_per": 500}
"""Options of one statement whose rows need not be in memory together."""
BATCH = 500
"""Values in one list of a statement; SQLite allows 32766, the older ones 999."""


def table(name: str) -> Table:
    """The table by its name."""
    return SQLModel.metadata.tables[name]


class Noun:
    """Statements about one noun, inside one transaction."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def insert(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert all rows by one prepared statement."""
        if rows:
            self.connection.execute(table(name).insert(), rows)

    def upsert(self, name: str, rows: Sequence[Mapping[str, Any]], *, change: tuple[str, ...]) -> None:
        """Insert all rows; where the primary key is there already, change these columns (none: leave the row)."""
        if rows:
            self.connection.execute(upsert(self.connection.dialect.name, name, change), rows)


@cache
def upsert(dialect: str, name: str, change: tuple[str, ...]) -> Insert:
    """The statement in the words of the database."""
    target = table(name)
    keys = list(target.primary_key.columns)
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - not needed for an embedded database

        into = postgresql.insert(target)
        if not change:
            return into.on_conflict_do_nothing(index_elements=keys)
        return into.on_conflict_do_update(index_elements=keys, set_={column: into.excluded[column] for column in change})
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - the pair of the above

    onto = sqlite.insert(target)
    if not change:
        return onto.on_conflict_do_nothing(index_elements=keys)
    return onto.on_conflict_do_update(index_elements=keys, set_={column: onto.excluded[column] for column in change})


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Slices that fit into one statement."""
    rows = list(values)
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
