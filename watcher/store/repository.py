"""What every noun of the store is built on: named SQL inside a transaction, the same for every database, and a session."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import sqlalchemy as sa

from watcher.store.codec import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session, SQLModel


# Named SQL inside a transaction, the same for every database, and batches of values; no table need be loaded for it.

Values: TypeAlias = "Mapping[str, Any]"
Row: TypeAlias = "tuple[Any, ...]"
T = TypeVar("T")
NONE: Values = {}
BATCH = 500
"""Values in one list of a statement."""
STREAM = 500
"""Rows of a long answer that are in memory together."""
LISTED = re.compile(r"\bIN :(\w+)")


class Statements:
    """Named SQL inside one transaction."""

    __slots__ = ("connection",)

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

    def rows(self, statement: str, values: Values = NONE) -> Sequence[Row]:
        """All rows of the answer."""
        return self.connection.execute(sql(statement), values).all()

    def stream(self, statement: str, values: Values = NONE) -> Iterator[Row]:
        """The rows of a long answer, some in memory at a time."""
        return iter(self.connection.execute(sql(statement), values, execution_options={"yield_per": STREAM}))

    def row(self, statement: str, values: Values = NONE) -> Row | None:
        """The first row; None where there is none."""
        return self.connection.execute(sql(statement), values).first()

    def value(self, statement: str, values: Values = NONE) -> Any:  # noqa: ANN401 - whatever was asked for
        """The first column of the first row; None where there is none."""
        return self.connection.execute(sql(statement), values).scalar()

    def moment(self, statement: str, values: Values = NONE) -> datetime | None:
        """The moment that a statement asks for."""
        found: int | None = self.value(statement, values)
        return moment(found)

    def run(self, statement: str, values: Values = NONE) -> int:
        """Change something; how many rows were changed."""
        return self.connection.execute(sql(statement), values).rowcount

    def run_all(self, statement: str, rows: Sequence[Values]) -> None:
        """The same for each of the rows, by one prepared statement."""
        if rows:
            self.connection.execute(sql(statement), rows)


@lru_cache(maxsize=512)
def sql(statement: str) -> sa.TextClause:
    """SQL with `:named` values, the same for every database; behind `IN` a name stands for a list, which must not be empty."""
    lists: list[sa.BindParameter[Any]] = [sa.bindparam(name, expanding=True) for name in LISTED.findall(statement)]
    return sa.text(statement).bindparams(*lists)


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Slices that fit into one statement."""
    rows = list(values)
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


# What every noun of the store is built on that changes something: a session inside a transaction beside the named SQL.


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
