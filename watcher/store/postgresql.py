"""PostgreSQL: psycopg under SQLAlchemy's pool, with an advisory lock that makes one writer of many processes."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError

from watcher.store.connection import NONE, STREAM, Connection, Row, Values
from watcher.store.database import BUSY_SECONDS, EXPECTED, Database
from watcher.store.errors import ErrorKind, kind_of, store_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

WRITER = 7_405_219
"""Key of the advisory lock."""
SILENT = {"hide_parameters": True}
"""An error that is logged must not carry the values of its statement: some are addresses of readers."""
text = lru_cache(maxsize=512)(sa.text)


class PostgresqlConnection(Connection):
    """PostgreSQL."""

    embedded = False

    def __init__(self, raw: sa.Connection) -> None:
        self.raw = raw

    def rows(self, statement: str, values: Values = NONE) -> list[Row]:
        """All rows of the answer."""
        return [tuple(row) for row in self.raw.execute(text(statement), values)]

    def stream(self, statement: str, values: Values = NONE) -> Iterator[Row]:
        """The rows of a long answer, some at a time."""
        for row in self.raw.execute(text(statement), values, execution_options={"yield_per": STREAM}):
            yield tuple(row)

    def run(self, statement: str, values: Values = NONE) -> int:
        """Change something; how many rows were changed."""
        return self.raw.execute(text(statement), values).rowcount

    def run_all(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for each of the rows."""
        self.raw.execute(text(statement), rows)

    def among(self, name: str) -> str:
        """One text whatever the number of values."""
        return f"= ANY(:{name})"

    def listed(self, values: Iterable[str | int]) -> list[str | int]:
        """Values for `among`."""
        return list(values)

    def as_text(self, name: str) -> str:
        """The text of the bytes that are given under this name."""
        return f"convert_from(:{name}, 'UTF8')"

    def as_bytes(self, column: str) -> str:
        """The bytes of a column of text."""
        return f"convert_to({column}, 'UTF8')"


class PostgresqlDatabase(Database):
    """One connection that writes, a few that only read."""

    def __init__(self, address: str) -> None:
        """Nothing is opened yet. Raises StoreError for an address that is none."""
        try:
            url = sa.make_url(address).set(drivername="postgresql+psycopg")
        except ArgumentError as error:
            # Its words are not repeated: it may hold a password, and nobody can say where.
            raise store_error("that is configured", ErrorKind.UNREACHABLE, EXPECTED) from error
        self.name = url.render_as_string(hide_password=True).replace("+psycopg", "")
        self.writer = sa.create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, **SILENT)
        read_only = {"postgresql_readonly": True}
        pool = {"pool_size": 4, "max_overflow": 12, "pool_pre_ping": True}
        self.reader = sa.create_engine(url, execution_options=read_only, **pool, **SILENT)
        sa.event.listen(self.writer, "begin", lock)

    @contextmanager
    def writing(self) -> Iterator[PostgresqlConnection]:
        """The transaction of the one writer."""
        with self._in_words(), self.writer.begin() as raw:
            yield PostgresqlConnection(raw)

    @contextmanager
    def reading(self) -> Iterator[PostgresqlConnection]:
        """A transaction that only reads."""
        with self._in_words(), self.reader.begin() as raw:
            yield PostgresqlConnection(raw)

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """The writer's transaction as the migration machinery wants it."""
        with self._in_words(), self.writer.begin() as raw:
            yield raw

    def version(self, connection: Connection) -> str:
        """The step at which the schema stands; empty for a new database."""
        if connection.value("SELECT to_regclass('alembic_version')::text") is None:
            return ""
        return str(connection.value("SELECT version_num FROM alembic_version") or "")

    def create(self) -> None:
        """Nothing: the steps of the migrations make the tables."""

    def token(self) -> str:
        """The end of the server's log: it moves with every commit."""
        with self.reading() as connection:
            return str(connection.value("SELECT pg_current_wal_lsn()::text"))

    def reset(self) -> None:
        """Start the next transaction that writes on a fresh connection."""
        self.writer.dispose()

    def tidy(self) -> None:
        """Nothing: the server vacuums by itself."""

    def close(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Turn a driver's error into a StoreError; mistakes of ours (constraints, statements) pass as they are."""
        try:
            yield
        except (IntegrityError, ProgrammingError):
            raise
        except DBAPIError as error:
            cause = error.orig or error
            raise store_error(self.name, kind_of(cause), str(cause).strip()) from error


def lock(connection: sa.Connection) -> None:
    """Wait for the other writers, for as long as the embedded database would."""
    connection.execute(text(f"SET LOCAL lock_timeout = {int(BUSY_SECONDS * 1000)}"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITER})"))
