"""The newest step of the schema, and whether a database stands at it, without the tables and the migration machinery."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from watcher.store.engine import Database

SCHEMA_REVISION = "0006"
MIGRATIONS = "watcher.store.migrate"
"""Loaded only where there is something to bring up to date: tables and machinery take longer to import than a look takes."""


def version(connection: sa.Connection) -> str:
    """The step at which the database stands; empty for a new one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or "")


def bring_up_to_date(database: Database) -> None:
    """Bring the schema to this program's. One that is there already is only read: asking never waits for a writer."""
    with database.reading() as connection:
        found = version(connection)
    if found != SCHEMA_REVISION:
        migrations = import_module(MIGRATIONS)
        with database.writing() as connection:
            migrations.upgrade(connection, database.name)
