"""Copy an embedded database while it is in use."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from watcher.store.engine import MAGIC, OWNER, driver, file_header, has_foreign_log, in_words, keep_private, make_private
from watcher.store.errors import ErrorKind, StoreError, kind_of, store_error
from watcher.store.revision import SCHEMA_REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


def backup(connection: sa.Connection, target: Path) -> None:
    """Write one complete, closed file at the target (https://www.sqlite.org/backup.html); all of it, or nothing.

    Raises StoreError, also for a shared database, which has its own tools for that.
    """
    if connection.dialect.name != "sqlite":
        raise StoreError("a PostgreSQL database is backed up with pg_dump, not by the watch", ErrorKind.BROKEN)
    part = target.with_name(f"{target.name}.part")
    if not may_replace(target):
        raise StoreError(f"{target} is no database: a backup overwrites nothing else; name another place", ErrorKind.UNWRITABLE)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with held(part):
            with in_words(str(target)):
                copy(driver(connection.connection), part)
            flush(part)
            part.replace(target)
    except OSError as error:
        raise store_error(str(target), ErrorKind.UNWRITABLE, str(error)) from error


@contextmanager
def held(part: Path) -> Iterator[None]:
    """An empty file that is ours to write, taken away where it was not put in its place. Raises OSError.

    One that a process left behind which is gone is written anew; where another one is at work, StoreError is raised: of two
    that write the same name one would put the other's half of a copy in its place.
    """
    with os.fdopen(os.open(part, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, OWNER), "rb+") as file:
        if not _is_ours(file, part):
            raise StoreError(f"another process is writing {part}: try again when it has finished", ErrorKind.LOCKED)
        try:
            os.fchmod(file.fileno(), OWNER)
            file.truncate()
            yield
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise


def _is_ours(file: BinaryIO, part: Path) -> bool:
    """Whether nobody else holds the file, and it has not just taken its place under another name."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), part.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def copy(source: sqlite3.Connection, part: Path) -> None:
    """All pages in one step, in the state that the reader sees; writers go on meanwhile. Its owner alone may read it."""
    make_private(part)
    with closing(sqlite3.connect(part)) as copied:
        source.backup(copied)
        # One file that can be carried away: no log beside it.
        copied.execute("PRAGMA journal_mode=DELETE").close()


def flush(part: Path) -> None:
    """To the disk, before it takes the name of an older backup."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def may_replace(target: Path) -> bool:
    """Whether a backup may take this name: nothing is there, or an empty file, or a database."""
    return not target.exists() or is_database(target) or (target.is_file() and not file_header(target))


def is_database(file: Path) -> bool:
    """Whether this is a file that SQLite has written, whole or not."""
    return file.is_file() and file_header(file)[:16] == MAGIC


def restore(source: Path, target: Path, aside: Path) -> None:
    """Put a backup in the place of a database that nobody uses; what was there is kept at `aside`, with its log.

    A log of the old database must never lie beside the new one: it would be written into it. Raises StoreError; then the
    database is as it was.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        with held(part):
            with opened(source) as backed_up:
                require_known(source, backed_up)
                if (answer := backed_up.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                    raise store_error(str(source), ErrorKind.CORRUPT, answer)
                with in_words(str(target)):
                    copy(backed_up, part)
            flush(part)
            if target.exists():
                require_unused(target)
            for end in ("-wal", "-shm", ""):
                if (old := Path(f"{target}{end}")).exists():
                    old.replace(f"{aside}{end}")
            keep_private(aside)
            part.replace(target)
    except OSError as error:
        raise store_error(str(target), ErrorKind.UNWRITABLE, str(error)) from error


@contextmanager
def opened(source: Path) -> Iterator[sqlite3.Connection]:
    """A file that is only read. Raises StoreError."""
    with in_words(str(source)), closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as backed_up:
        yield backed_up


@contextmanager
def as_it_is(source: Path) -> Iterator[Path]:
    """A backup to be opened without a change to it: of an earlier schema a copy, which may be upgraded. Raises StoreError."""
    with opened(source) as backed_up, TemporaryDirectory() as folder:
        if require_known(source, backed_up) == SCHEMA_REVISION and "?" not in str(source):  # which would begin an option
            place = source
        else:
            place = Path(folder) / "copy.db"
            with in_words(str(place)):
                copy(backed_up, place)
        backed_up.close()
        yield place


def require_known(source: Path, backed_up: sqlite3.Connection) -> str:
    """The schema of a backup. Raises StoreError where no watch wrote it, or one that is newer than this program."""
    noted = backed_up.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    (before,) = (noted and backed_up.execute("SELECT version_num FROM alembic_version").fetchone()) or ("",)
    if not before:
        raise StoreError(f"{source} is no backup: no watch has written it", ErrorKind.CORRUPT)
    if before > SCHEMA_REVISION:
        raise store_error(str(source), ErrorKind.NEWER, f"schema {before}, this program knows {SCHEMA_REVISION}")
    return str(before)


def require_unused(target: Path) -> None:
    """Raise StoreError where another process has the database open; one that is damaged is nobody's."""
    if has_foreign_log(target):
        return
    try:
        # Nobody leaves the log while others use it (https://www.sqlite.org/wal.html#persistence_of_wal_mode).
        with closing(sqlite3.connect(target, timeout=0)) as mine:
            mine.execute("PRAGMA journal_mode=DELETE").close()
    except sqlite3.Error as error:
        if kind_of(error) is ErrorKind.LOCKED:
            raise StoreError(f"the database {target} is in use: stop the watch first", ErrorKind.LOCKED) from None
