"""Bring a database to the schema of this program, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from watcher.store.errors import ErrorKind, store_error
from watcher.store.revision import SCHEMA_REVISION

if TYPE_CHECKING:
    import sqlalchemy as sa
    from alembic.config import Config


def version(connection: sa.Connection) -> str:
    """The step at which the database stands; empty for a new one."""
    from sqlalchemy import inspect, text  # noqa: PLC0415 - slow to import, needed once in a database's life

    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def migrate(connection: sa.Connection, name: str, *, to: str = SCHEMA_REVISION) -> str:
    """Upgrade inside the connection's transaction and give the step it stood at before. Raises StoreError."""
    before = version(connection)
    if before > to:
        raise store_error(name, ErrorKind.NEWER, f"schema {before}, this program knows {to}")
    if before != to:
        from alembic import command  # noqa: PLC0415 - slow to import, needed once in a database's life

        command.upgrade(configuration(connection), to)
    return before


def configuration(connection: sa.Connection) -> Config:
    """Settings of the migration machinery, on a connection that is already open."""
    from alembic.config import Config  # noqa: PLC0415 - slow to import, needed once in a database's life

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
