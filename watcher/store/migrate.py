"""Bring a database to the schema of this program, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from watcher.store.errors import Trouble, trouble
from watcher.store.head import HEAD

if TYPE_CHECKING:
    from alembic.config import Config


def version(connection: Connection) -> str:
    """The step at which the database stands; empty for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def migrate(connection: Connection, name: str, *, to: str = HEAD) -> str:
    """Upgrade inside the connection's transaction and give the step it stood at before. Raises StoreError."""
    before = version(connection)
    if before > to:
        raise trouble(name, Trouble.NEWER, f"schema {before}, this program knows {to}")
    if before != to:
        from alembic import command  # noqa: PLC0415 - slow to import, needed once in a database's life

        command.upgrade(configuration(connection), to)
    return before


def configuration(connection: Connection) -> Config:
    """Settings of the migration machinery, on a connection that is already open."""
    from alembic.config import Config  # noqa: PLC0415 - slow to import, needed once in a database's life

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
