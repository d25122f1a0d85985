"""Kinds of columns that SQLModel does not have, and what the rows of all tables share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from watcher.store.codec import micros, moment

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class TableRow(SQLModel):
    """A row of a table. What is read from the database is not validated again, so what would do that is not built."""

    model_config: ClassVar[Any] = {"defer_build": True}


class Moment(TypeDecorator[datetime]):
    """A moment, the same in every database: sortable, exact, without a zone to lose."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - interface
        """On the way in."""
        return micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - interface
        """On the way out."""
        return moment(value)


def when(**options: Any) -> Any:  # noqa: ANN401 - as SQLModel's own Field
    """A column that holds a moment."""
    return Field(sa_type=Moment, **options)


def maybe(**options: Any) -> Any:  # noqa: ANN401 - as SQLModel's own Field
    """A column that may hold a moment."""
    return Field(default=None, sa_type=Moment, nullable=True, **options)


def binary(**options: Any) -> Any:  # noqa: ANN401 - as SQLModel's own Field
    """A column of bytes."""
    return Field(sa_type=LargeBinary, **options)
