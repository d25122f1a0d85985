"""The database of an address, SQLite or PostgreSQL."""

from __future__ import annotations

import re

from watcher.store.database import BUSY_SECONDS, EXPECTED, Database
from watcher.store.errors import ErrorKind, store_error

SQLITE = re.compile(r"sqlite:///(?P<path>[^?]+)(?:\?timeout=(?P<timeout>\d+))?")
POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")


def connect(address: str, *, durable: bool = True, wait: float = BUSY_SECONDS) -> Database:
    """The database of `sqlite:///path` or `postgresql://…`; nothing is opened yet. Raises StoreError."""
    if address.startswith(POSTGRESQL):
        from watcher.store.postgresql import PostgresqlDatabase  # noqa: PLC0415 - an embedded database needs none of it

        return PostgresqlDatabase(address)
    if found := SQLITE.fullmatch(address):
        from watcher.store.sqlite import SqliteDatabase  # noqa: PLC0415 - the pair of the above

        return SqliteDatabase(found["path"], durable=durable, wait=float(found["timeout"] or wait))
    # The address is not repeated: it may hold a password, and nobody can say where.
    raise store_error("that is configured", ErrorKind.UNREACHABLE, EXPECTED)
