"""Bring a database to the schema of this program: a new one from its tables and indexes, an earlier one step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Index, text
from sqlmodel import SQLModel

import watcher.store.tables  # noqa: F401 - fills the metadata
from watcher.store.errors import ErrorKind, StoreError, store_error
from watcher.store.revision import SCHEMA_REVISION, version

if TYPE_CHECKING:
    import sqlalchemy as sa


# By what the tables are looked up; only who makes a database, or holds one against the schema, needs to know.


def _index(name: str, table: str, *columns: str, unique: bool = False, where: str = "") -> None:
    """Add an index; one with a condition holds the rows alone for which it is true."""
    known = SQLModel.metadata.tables[table].c
    some: dict[str, Any] = {f"{dialect}_where": text(where) for dialect in ("sqlite", "postgresql") if where}
    Index(name, *(known[column] for column in columns), unique=unique, **some)


_index("source_due", "source", "next_at", where="retired_at IS NULL")
_index("source_signal", "source", "signal")
_index("source_parent", "source", "parent")
_index("poll_at", "poll", "at")
_index("poll_day_day", "poll_day", "day")
_index("document_body", "document", "fetched_at", where="body IS NOT NULL")
_index("observation_entry", "observation", "source", "key", "revision", unique=True)
_index("observation_document", "observation", "document")
_index("observation_seen", "observation", "seen_at")
_index("claim_standing", "claim", "signal", "observation", "id")
_index("claim_observation", "claim", "observation")
_index("verdict_signal", "verdict", "signal", "at", "id")
_index("transition_pending", "transition", "id", where="digest IS NULL")
_index("transition_signal", "transition", "signal", "at")
_index("transition_digest", "transition", "digest")
_index("digest_at", "digest", "at")
_index("delivery_once", "delivery", "digest", "recipient", "channel", "address", unique=True)
_index("delivery_state", "delivery", "state")
# Only what still waits has a next time, only what is claimed has a lease: both stay small whatever was sent.
_index("delivery_next", "delivery", "next_at", where="next_at IS NOT NULL")
_index("delivery_lease", "delivery", "lease_until", where="lease_until IS NOT NULL")
_index("delivery_created", "delivery", "created_at")
_index("act_at", "act", "at")
_index("evidence_signal", "evidence", "signal")
_index("undecided_signal", "undecided", "signal")
_index("subscriber_created", "subscriber", "created_at")
_index("mute_signal", "mute", "signal")


# A database brought to this schema.


def upgrade(connection: sa.Connection, name: str) -> None:
    """Bring a database to this program's schema, inside the connection's transaction. Raises StoreError."""
    before = version(connection)
    if before > SCHEMA_REVISION:
        raise store_error(name, ErrorKind.NEWER, f"schema {before}, this program knows {SCHEMA_REVISION}")
    if not before:
        require_new(connection, name)
        create(connection)
    elif before != SCHEMA_REVISION:
        migrate(connection)


def require_new(connection: sa.Connection, name: str) -> None:
    """Raise StoreError for a file that holds tables of somebody else; on a server others may have tables beside ours."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("SELECT 1 FROM sqlite_master").fetchone():
        raise StoreError(f"the database {name} is another program's: name another file as url of [store]", ErrorKind.CORRUPT)


def create(connection: sa.Connection) -> None:
    """Make all tables, and note that no step is left to take."""
    SQLModel.metadata.create_all(connection)
    command.stamp(configuration(connection), SCHEMA_REVISION)


def migrate(connection: sa.Connection, *, to: str = SCHEMA_REVISION) -> None:
    """Take the steps up to that one."""
    command.upgrade(configuration(connection), to)


def configuration(connection: sa.Connection) -> Config:
    """Settings of the migration machinery, on a connection that is already open."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
