"""SQLite: one connection that writes, a few that only read, with the pragmas that keep what was promised."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.store.connection import Connection, Embedded
from watcher.store.database import Database
from watcher.store.errors import ErrorKind, StoreError, kind_of, store_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

SCHEMA = Path(__file__).with_name("schema.sql")
"""The tables of a new database: making them at once takes a tenth of what the steps of the migrations take."""
READERS = 16
"""Connections that read at the same time; who comes later waits for one of them."""
KEPT = 4
"""Of these so many are kept for the next."""
STATEMENTS = 256
"""Prepared statements that a connection keeps."""
FOREIGN = (
    "is a copy beside which the log of another database lies (-wal), which would be written into it: take both away, and put "
    "the backup back with `watcher restore FILE`"
)
MAGIC = b"SQLite format 3\0"
READS = ("foreign_keys=ON", "query_only=ON", "mmap_size=33554432")


class SqliteDatabase(Database):
    """One file."""

    def __init__(self, path: str, *, durable: bool, wait: float) -> None:
        """Make the folder; the file is opened with the first transaction. Raises StoreError."""
        self.name, self._wait = path, wait
        self.path = self._file = Path(path)
        synchronous = "FULL" if durable else "OFF"
        # INCREMENTAL only takes hold in a file that has no table yet; it lets retention give room back.
        self._writes = ("auto_vacuum=INCREMENTAL", "journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON")
        self._writer: sqlite3.Connection | None = None
        self._watching: sqlite3.Connection | None = None
        self._free: list[sqlite3.Connection] = []
        self._turns, self._lock = threading.BoundedSemaphore(READERS), threading.Lock()
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            foreign = has_foreign_log(self._file)
        except OSError as error:
            raise store_error(self.name, ErrorKind.UNWRITABLE, str(error)) from error
        if foreign:
            raise StoreError(f"the database {self.name} {FOREIGN}", ErrorKind.CORRUPT)

    @contextmanager
    def writing(self) -> Iterator[Embedded]:
        """The transaction of the one writer. It takes the lock at once: a late lock is a lost one."""
        with in_words(self.name):
            raw = self._writer = self._writer or self._opened(self._writes)
            with transaction(raw, "BEGIN IMMEDIATE"):
                yield Embedded(raw)

    @contextmanager
    def reading(self) -> Iterator[Embedded]:
        """A transaction that only reads."""
        with in_words(self.name), self._turns:
            with self._lock:
                raw = self._free.pop() if self._free else None
            raw = raw or self._opened(READS)
            try:
                with transaction(raw, "BEGIN"):
                    yield Embedded(raw)
            except BaseException:
                raw.close()
                raise
            self._give_back(raw)

    def _give_back(self, raw: sqlite3.Connection) -> None:
        with self._lock:
            if len(self._free) < KEPT:
                self._free.append(raw)
                return
        raw.close()

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """The writer's transaction as the migration machinery wants it."""
        import sqlalchemy as sa  # noqa: PLC0415 - slow to import, needed once in a database's life

        with in_words(self.name):
            raw = self._opened(self._writes)
            engine = sa.create_engine("sqlite://", creator=lambda: raw, poolclass=sa.StaticPool, hide_parameters=True)
            sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
            try:
                with engine.begin() as altering:
                    yield altering
            except sa.exc.DBAPIError as error:
                raise (error.orig or error) from error
            finally:
                engine.dispose()

    def version(self, connection: Connection) -> str:
        """The step at which the schema stands; empty for a new database."""
        if connection.value("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'") is None:
            return ""
        return str(connection.value("SELECT version_num FROM alembic_version") or "")

    def create(self) -> None:
        """Make the tables of a new database; one that has been made meanwhile is left as it is."""
        with self.writing() as connection:
            if not self.version(connection):
                for statement in SCHEMA.read_text("utf-8").split(";\n"):
                    connection.run(statement)

    def token(self) -> str:
        """The count of others' commits, by a connection that only watches (https://sqlite.org/pragma.html#pragma_data_version)."""
        with in_words(self.name), self._lock:
            self._watching = self._watching or self._opened(READS)
            return str(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def reset(self) -> None:
        """Start the next transaction that writes on a fresh connection."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def tidy(self) -> None:
        """Give the room of dropped rows back to the disk, and let the planner know what has grown."""
        with in_words(self.name):
            raw = self._writer = self._writer or self._opened(self._writes)
            # As a script: the vacuum gives back one page for each step, and `execute` would take but one.
            raw.executescript("PRAGMA incremental_vacuum; PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections."""
        self.reset()
        with self._lock:
            for raw in (*self._free, self._watching):
                if raw is not None:
                    raw.close()
            self._free, self._watching = [], None

    def _opened(self, pragmas: tuple[str, ...]) -> sqlite3.Connection:
        raw = sqlite3.connect(
            self._file, timeout=self._wait, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS
        )
        try:
            for pragma in pragmas:
                raw.execute(f"PRAGMA {pragma}").close()
        except BaseException:
            raw.close()
            raise
        return raw


def head(path: Path) -> bytes:
    """The first bytes of a file (https://www.sqlite.org/fileformat.html#the_database_header)."""
    with path.open("rb") as file:
        return file.read(20)


def has_foreign_log(path: Path) -> bool:
    """Whether a log lies beside a database that keeps none: a copy was put in the place of another that had one."""
    log = Path(f"{path}-wal")
    return path.is_file() and log.exists() and log.stat().st_size > 0 and head(path)[18:] == b"\1\1"


@contextmanager
def transaction(raw: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Begun, and committed or undone, by ourselves: the driver would begin late."""
    raw.execute(begin)
    try:
        yield
        raw.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # what went wrong first is what is told
            raw.rollback()
        raise


@contextmanager
def in_words(name: str) -> Iterator[None]:
    """Turn a driver's error into a StoreError; mistakes of ours (constraints, statements) pass as they are."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.Error as error:
        raise store_error(name, kind_of(error), str(error).strip()) from error
