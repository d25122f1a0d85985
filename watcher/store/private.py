"""Files that nobody but their owner reads."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

OWNER, OTHERS = 0o600, 0o077
"""The rights of a file of ours, and those that nobody else has."""


def make_private(path: Path) -> None:
    """Make the file if it is not there, empty."""
    with suppress(OSError):  # what is there already, or cannot be made, is for SQLite to open or to refuse
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER))


def make_database(path: Path) -> None:
    """Make the database if it is not there, so that SQLite gives its log and its index (-wal, -shm) the same rights.

    It is put in its place with its first page: whoever dies here leaves no empty file, so that one is always a loss.
    """
    place = Path(os.path.realpath(path))
    if place.exists():
        return
    new = place.with_name(f".{place.name}.{uuid4().hex}")
    make_private(new)
    with suppress(OSError, sqlite3.Error):
        with closing(sqlite3.connect(new)) as raw:
            for pragma in ("auto_vacuum=INCREMENTAL", "journal_mode=WAL"):
                raw.execute(f"PRAGMA {pragma}").close()
        os.link(new, place)  # never over what another process has just made
    new.unlink(missing_ok=True)


def is_empty(path: Path) -> bool:
    """Whether a file is there and holds nothing."""
    return path.is_file() and path.stat().st_size == 0


def keep_private(path: Path) -> None:
    """Take the rights of others from a database and what lies beside it, where they are ours to take.

    By name: to open and close a database would end the locks that this process holds on it. A device keeps its rights.
    """
    for each in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm", "-journal"))):
        with suppress(OSError):
            mode = each.stat().st_mode
            if mode & OTHERS and stat.S_ISREG(mode):
                each.chmod(mode & ~OTHERS & 0o7777)
