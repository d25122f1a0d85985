"""Named SQL inside a transaction, the same for every database, and batches of values; no table need be loaded for it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import sqlalchemy as sa

from watcher.store.codec import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

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
