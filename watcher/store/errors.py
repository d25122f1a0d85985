"""What can be wrong with the database, in words that say what to do."""

from __future__ import annotations

import sqlite3
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class ErrorKind(StrEnum):
    """The kind of a trouble, for those who act on it."""

    UNWRITABLE = "unwritable"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    CORRUPT = "corrupt"
    FULL = "full"
    NEWER = "newer"
    UNREACHABLE = "unreachable"
    GONE = "gone"
    LOG_GONE = "log_gone"
    BROKEN = "broken"
    SPOILT = "spoilt"
    """A row holds what this program has not written: all but what needs that row goes on."""


class StoreError(Exception):
    """The database cannot be used at the moment; the words say why and what to do, nothing is half-written."""

    def __init__(self, reason: str, kind: ErrorKind) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind


WORDS = {
    ErrorKind.UNWRITABLE: "cannot be opened or created: check that the folder exists and that this user may write to it",
    ErrorKind.READ_ONLY: "is read-only: give this user the right to write to the file and to its folder",
    ErrorKind.LOCKED: "is locked by another process that writes: stop that one, or wait until it has finished",
    ErrorKind.CORRUPT: "is damaged or no database: put it aside and restore the last backup (`watcher backup` makes one)",
    ErrorKind.FULL: "has no room left: free space on the disk; the watch goes on by itself when there is some",
    ErrorKind.NEWER: "was written by a newer version of the watch: upgrade the program, or restore the backup from before",
    ErrorKind.UNREACHABLE: "cannot be reached: check the address, the login and that the server runs",
    ErrorKind.GONE: (
        "was taken away, or another file was put in its place, while it was in use: nothing more is kept. Put it back "
        "where it was, or stop the watch, put back the last backup with `watcher restore FILE`, and start it again"
    ),
    ErrorKind.LOG_GONE: (
        "has lost the log beside it (-wal, -shm) while it was in use: what the log held is put into the file as soon as nobody "
        "reads, then the watch goes on by itself. Take nothing away beside a database in use"
    ),
    ErrorKind.BROKEN: "cannot be read or written: check the disk and its mount",
}

SPOILT = (
    "the database holds in its table meta, under the key '{}', what this program has not written: somebody has changed it by"
    " hand. Put back what stood there. Where nobody knows it, take the row away (DELETE FROM meta WHERE key = '{}'): what it"
    " kept is forgotten then, and something may be told once more"
)

# https://www.sqlite.org/rescode.html, by the first word after SQLITE_
SQLITE = {
    "BUSY": ErrorKind.LOCKED,
    "LOCKED": ErrorKind.LOCKED,
    "FULL": ErrorKind.FULL,
    "READONLY": ErrorKind.READ_ONLY,
    "CORRUPT": ErrorKind.CORRUPT,
    "NOTADB": ErrorKind.CORRUPT,
    "CANTOPEN": ErrorKind.UNWRITABLE,
    "PERM": ErrorKind.UNWRITABLE,
}

# https://www.postgresql.org/docs/current/errcodes-appendix.html
POSTGRESQL = {
    "53100": ErrorKind.FULL,
    "53200": ErrorKind.FULL,
    "25006": ErrorKind.READ_ONLY,
    "42501": ErrorKind.UNWRITABLE,
    "55P03": ErrorKind.LOCKED,
    "40P01": ErrorKind.LOCKED,
    "XX001": ErrorKind.CORRUPT,
    "XX002": ErrorKind.CORRUPT,
}


def store_error(name: str, kind: ErrorKind, detail: str = "") -> StoreError:
    """The error for a database, named as the operator wrote it."""
    return StoreError(f"the database {name} {WORDS[kind]}{f' ({detail})' if detail else ''}", kind)


def kind_of(error: BaseException) -> ErrorKind:
    """The kind of a driver's error."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorname", None) or ""
        return SQLITE.get(code.removeprefix("SQLITE_").split("_")[0], ErrorKind.BROKEN)
    state = getattr(error, "sqlstate", None)
    return POSTGRESQL.get(state, ErrorKind.BROKEN) if state else ErrorKind.UNREACHABLE


def read_value(key: str, text: str, reader: Callable[[str], T]) -> T:
    """What the reader makes of the value under a key. Raises StoreError for one that it cannot read."""
    try:
        return reader(text)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError(SPOILT.format(key, key), ErrorKind.SPOILT) from error
