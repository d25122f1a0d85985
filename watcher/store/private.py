"""Files that nobody but their owner reads."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

OWNER, OTHERS = 0o600, 0o077
"""The rights of a file of ours, and those that nobody else has."""


def make_private(path: Path) -> None:
    """Make the file if it is not there, so that SQLite gives its log and its index (-wal, -shm) the same rights."""
    with suppress(OSError):  # what is there already, or cannot be made, is for SQLite to open or to refuse
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER))


def keep_private(path: Path) -> None:
    """Take the rights of others from a database and what lies beside it, where they are ours to take.

    By name: to open and close a database would end the locks that this process holds on it.
    """
    for each in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm", "-journal"))):
        with suppress(OSError):
            mode = each.stat().st_mode
            if mode & OTHERS:
                each.chmod(mode & ~OTHERS & 0o7777)
