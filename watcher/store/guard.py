"""Errors of the drivers, turned into words at the one door."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from watcher.store.errors import kind_of, trouble


@contextmanager
def in_words(name: str) -> Iterator[None]:
    """Turn a driver's error into a StoreError; mistakes of ours (constraints, statements) pass as they are."""
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except DBAPIError as error:
        cause = error.orig or error
        raise trouble(name, kind_of(cause), str(cause).strip()) from error
    except sqlite3.Error as error:
        raise trouble(name, kind_of(error), str(error).strip()) from error
