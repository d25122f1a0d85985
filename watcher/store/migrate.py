"""Bring a database to the schema of this program: a new one from its tables, an earlier one step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlmodel import SQLModel

import watcher.store.indexes  # noqa: F401 - fills the metadata, with all tables
from watcher.store.errors import ErrorKind, StoreError, store_error
from watcher.store.revision import SCHEMA_REVISION, version

if TYPE_CHECKING:
    import sqlalchemy as sa


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
