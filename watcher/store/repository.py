"""What every noun of the store is built on that changes something: a session inside a transaction beside the named SQL."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from watcher.store.statements import Statements, Values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session, SQLModel


class Repository(Statements):
    """Statements about one noun, inside one transaction: objects of small tables by the session, the rest as named SQL."""

    __slots__ = ("session",)

    def __init__(self, session: Session, connection: sa.Connection | None = None) -> None:
        """Take a session, and its connection where it has been asked for already."""
        super().__init__(session.connection() if connection is None else connection)
        self.session = session

    def added(self, row: SQLModel) -> int:
        """Keep a new object, whose number the database gives."""
        self.session.add(row)
        self.session.flush()
        return int(getattr(row, "id"))  # noqa: B009 - of such tables alone

    def insert(self, table: type[SQLModel], rows: Sequence[Values]) -> None:
        """Insert all rows, which have the same columns, by one prepared statement."""
        if rows:
            self.run_all(insertion(table, tuple(rows[0])), rows)

    def insert_new(self, table: type[SQLModel], rows: Sequence[Values]) -> None:
        """The same for those that no other transaction has inserted meanwhile."""
        if rows:
            self.run_all(f"{insertion(table, tuple(rows[0]))} ON CONFLICT DO NOTHING", rows)

    def upsert(self, table: type[SQLModel], rows: Sequence[Values], *, change: tuple[str, ...]) -> None:
        """Insert all rows; where the primary key is there already, change these columns."""
        if rows:
            self.run_all(upsertion(table, tuple(rows[0]), change), rows)


@cache
def insertion(table: type[SQLModel], columns: tuple[str, ...]) -> str:
    """The statement that inserts a row with these columns."""
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(f":{column}" for column in columns)
    return f"INSERT INTO {table.__tablename__} ({names}) VALUES ({values})"


@cache
def upsertion(table: type[SQLModel], columns: tuple[str, ...], change: tuple[str, ...]) -> str:
    """The same, which changes some columns where the row is there already."""
    keys = ", ".join(f'"{key.name}"' for key in sa.inspect(table).primary_key)
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in change)
    return f"{insertion(table, columns)} ON CONFLICT ({keys}) DO UPDATE SET {changes}"
