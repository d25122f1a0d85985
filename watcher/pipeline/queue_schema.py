"""The tables of Procrastinate in our database: made at the first start of a worker, and brought on by the steps it ships."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import procrastinate
from procrastinate.schema import SchemaManager

from watcher.store.records import MetaKey
from watcher.store.store import Store, Transaction
from watcher.store.work_queue import IS_THERE

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def bring_queue(store: Store) -> None:
    """Make the tables, or take the steps that are not taken yet; one process at a time. Raises StoreError."""
    files = steps()
    with store.reading() as tx:
        if tx.meta.get(MetaKey.QUEUE_SCHEMA) == files[-1].name:
            return
    with store.writing() as tx:
        taken = tx.meta.get(MetaKey.QUEUE_SCHEMA)
        if not tx.value(IS_THERE):
            run(tx, SchemaManager.get_schema())
        elif taken:
            for file in files:
                if file.name > taken:
                    run(tx, file.read_text(encoding="utf-8"))
        tx.meta.put(MetaKey.QUEUE_SCHEMA, files[-1].name)


def steps() -> list[Traversable]:
    """The steps that Procrastinate ships, oldest first."""
    folder = resources.files(procrastinate) / "sql" / "migrations"
    return sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)


def run(tx: Transaction, script: str) -> None:
    """A script of several statements, as they stand: by the driver itself, which takes no sign in it for a value."""
    driver = tx.connection.connection.driver_connection
    if driver is not None:
        driver.execute(script)
