"""Copy an embedded database while it is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from watcher.store.connection import Connection, Embedded
from watcher.store.errors import ErrorKind, StoreError, store_error
from watcher.store.sqlite import in_words

if TYPE_CHECKING:
    from pathlib import Path


def backup(connection: Connection, target: Path) -> None:
    """Write one complete, closed file at the target (https://www.sqlite.org/backup.html); all of it, or nothing.

    Raises StoreError, also for a shared database, which has its own tools for that.
    """
    if not isinstance(connection, Embedded):
        raise StoreError("a PostgreSQL database is backed up with pg_dump, not by the watch", ErrorKind.BROKEN)
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with in_words(str(target)):
            copy(connection.raw, part)
        flush(part)
        part.replace(target)
    except OSError as error:
        raise store_error(str(target), ErrorKind.UNWRITABLE, str(error)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def copy(source: sqlite3.Connection, part: Path) -> None:
    """All pages in one step, in the state that the reader sees; writers go on meanwhile."""
    with closing(sqlite3.connect(part)) as copied:
        source.backup(copied)
        # One file that can be carried away: no log beside it.
        copied.execute("PRAGMA journal_mode=DELETE").close()


def flush(part: Path) -> None:
    """To the disk, before it takes the name of an older backup."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
