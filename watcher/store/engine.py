"""The database: one SQLAlchemy engine that writes and one that only reads, for SQLite and PostgreSQL alike."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import sqlite3
import stat
import threading
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InvalidatePoolError,
    ProgrammingError,
)
from sqlalchemy.exc import (
    TimeoutError as NoneFree,
)

from watcher.store.errors import ErrorKind, StoreError, kind_of, store_error

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.pool import ConnectionPoolEntry


# Files that nobody but their owner reads.

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


# The engines, their transactions, and who keeps whom out.

BUSY_SECONDS = 10.0
"""For how long another writer is waited for."""
EXPECTED = "expected sqlite:///PATH or postgresql://…"
SQLITE = re.compile(r"sqlite:///(?P<path>[^?]+)(?:\?timeout=(?P<timeout>\d+))?")
POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")
INSTALL_SHARED = "python -m pip install 'procrastinate>=3.10,<4' 'psycopg[binary,pool]>=3.2' in the environment of the watch"
WRITER: dict[str, Any] = {"pool_size": 1, "max_overflow": 0}
WRITERS: dict[str, Any] = {"pool_size": 4, "max_overflow": 12}
READERS: dict[str, Any] = {"pool_size": 4, "max_overflow": 12}
"""Connections that are kept, and how many more may read at the same time; who comes later waits for one of them."""
PAGES = 500
"""Pages of a file that are given back to the disk in one transaction."""
TIDY = "PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)"
STATEMENTS = 256
"""Prepared statements that a connection to SQLite keeps."""
LOCK = 7_405_219
"""Key of the advisory lock on PostgreSQL that every writer holds: shared by those that work beside others, else alone."""
EVERYONE = sa.text(f"SELECT set_config('lock_timeout', :wait, TRUE), pg_advisory_xact_lock({LOCK})")
BESIDE = sa.text(f"SELECT set_config('lock_timeout', :wait, TRUE), pg_advisory_xact_lock_shared({LOCK})")
# The keys come in order: two transactions with several names in common do not wait for each other in a circle.
EXCLUDE = sa.text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
SHARE = sa.text("SELECT pg_advisory_xact_lock_shared(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
SNAPSHOT: dict[str, Any] = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
"""A transaction that only reads sees one state, whatever others write meanwhile."""
SERVER_CONNECTION: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A connection that was cut without a word is given up within a minute (libpq's parameters; those of the address win)."""
# So does the server: its side of a connection that was cut must not hold what others wait for.
NOTICED = (
    "SELECT set_config('tcp_keepalives_idle', '20', FALSE), set_config('tcp_keepalives_interval', '10', FALSE),"
    " set_config('tcp_keepalives_count', '3', FALSE), set_config('tcp_user_timeout', '60s', FALSE)"
)
LEFT_ALONE = f"{NOTICED}, set_config('idle_in_transaction_session_timeout', '60s', FALSE)"
"""What holds locks and says nothing for so long is ended: its host is gone. Who only reads holds none."""
FRESH = 1.0
"""Seconds for which a connection that was used is taken to be whole; then it is tried before it is used again."""
USED = "used at"
SILENT: dict[str, Any] = {"hide_parameters": True}
"""An error that is logged must not carry the values of its statement: some are addresses of readers."""
READS = ("foreign_keys=ON", "query_only=ON", "mmap_size=33554432")
FOREIGN = (
    "is a copy beside which the log of another database lies (-wal), which would be written into it: take both away, and put "
    "the backup back with `watcher restore FILE`"
)
EMPTY = (
    "is an empty file, and no watch leaves one behind: what was in it is lost. Put the last backup back with "
    "`watcher restore FILE`, or take the file away to begin anew"
)
MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which transactions keep one another out on a server; a file has one writer at a time whatever stands here."""

    beside: bool = True
    """Whether it works beside others that do too; False: alone."""
    alone: tuple[str, ...] = ()
    """Nobody else works under these names meanwhile."""
    share: tuple[str, ...] = ()
    """Nobody has these names alone meanwhile."""


ALONE = Scope(beside=False)


class HeldFile:
    """The file of a database: from its first opening on the same one, or none.

    Whoever goes on with a file that has lost its name writes what nobody will ever read.
    """

    def __init__(self, name: str, path: Path) -> None:
        """`name` as shown to people; nothing is opened yet."""
        self.name, self.path = name, path
        self._known: tuple[int, int] | None = None
        self._logs = tuple(path.with_name(f"{path.name}-{part}") for part in ("wal", "shm"))
        self._logs_known = self._logs_there()
        self._open, self._lock = WeakSet[_Counted](), threading.RLock()

    def make(self) -> None:
        """Make it where it was not there before; one that was held is never begun anew."""
        if self._known is None:
            make_database(self.path)
        else:
            self.look()

    def look(self) -> None:
        """Note which file it is; later, raise StoreError where its name has another one, or none."""
        found = _which(self.path)
        if self._known is None:
            self._known = found
        elif self._known != found:
            raise store_error(self.name, ErrorKind.GONE)
        with self._lock:
            there = self._logs_there()
            if self._open and any(was not in {None, now} for was, now in zip(self._logs_known, there, strict=True)):
                raise store_error(self.name, ErrorKind.LOG_GONE)
            self._logs_known = there

    def opened(self, raw: _Counted) -> None:
        """Count a connection, which has opened the log; while there is one, SQLite leaves the log in place. Raises StoreError."""
        self.look()
        with self._lock:
            raw.file = self
            self._open.add(raw)
        self.look()

    @contextmanager
    def closing(self, raw: _Counted) -> Iterator[None]:
        """While a connection is closed, which takes the log away where it is the last."""
        with self._lock:
            yield
            self._open.discard(raw)

    def _logs_there(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(map(_which, self._logs))


class _Counted(sqlite3.Connection):
    """A connection to a held file."""

    file: HeldFile | None = None

    def close(self) -> None:
        """Close it, and no longer count it."""
        with self.file.closing(self) if self.file else nullcontext():
            super().close()


def _which(path: Path) -> tuple[int, int] | None:
    """Which file stands under a name; None for none."""
    try:
        there = path.stat()
    except OSError:
        return None
    return there.st_dev, there.st_ino


class Database:
    """Where the tables are; every method that reaches it raises StoreError."""

    def __init__(
        self, name: str, writer: sa.Engine, reader: sa.Engine, file: HeldFile | None = None, *, wait: float = BUSY_SECONDS
    ) -> None:
        """`name` as shown to people, without a password; `file` of an embedded one; `wait` seconds for locks."""
        self.name, self.file, self.wait = name, file, wait
        self.path = file.path if file else None
        self.writer, self.reader = writer, reader
        self._lock = threading.Lock()
        self._watching: sa.PoolProxiedConnection | None = None

    @contextmanager
    def writing(self, scope: Scope = ALONE) -> Iterator[sa.Connection]:
        """A transaction that may write: committed at the end, undone by any exception. To a file one thread at a time."""
        self.look()
        with in_words(self.name), self.writer.begin() as connection:
            if self.path is None:
                wait_for(connection, scope, self.wait)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads, on one consistent state, beside any writer. From many threads."""
        self.look()
        with in_words(self.name), self.reader.begin() as connection:
            yield connection

    def token(self) -> str:
        """A word that changes with every commit of any process; no table is read for it. From many threads."""
        if self.path is None:
            with self.reading() as connection:
                # Under one snapshot every look sees the same rows; the place in the log moves by itself, too, as at a checkpoint.
                return str(connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar())
        self.look()
        # By a connection that only watches (https://sqlite.org/pragma.html#pragma_data_version).
        with in_words(self.name), self._lock:
            self._watching = self._watching or self.reader.raw_connection()
            return str(driver(self._watching).execute("PRAGMA data_version").fetchone()[0])

    def look(self) -> None:
        """Raise StoreError where the file of an embedded database is not the one that was opened."""
        if not self.file:
            return
        try:
            self.file.look()
        except StoreError as error:
            if error.kind is ErrorKind.LOG_GONE and not self._is_in_use():
                self.close()  # what the log holds is in no other file: the last connection puts it into the database
                log.warning("%s", error)  # whoever asks may try again without a word
            raise

    def _is_in_use(self) -> bool:
        """Whether anybody reads or writes, beside the connection that only watches."""
        pools = [cast("sa.QueuePool", engine.pool) for engine in (self.writer, self.reader)]
        return sum(pool.checkedout() for pool in pools) > (self._watching is not None)

    def reset(self) -> None:
        """Start the next transaction that writes on a fresh connection."""
        self.writer.dispose()

    def tidy(self) -> bool:
        """Give some room of dropped rows back to the disk; whether there is more.

        At the end the planner learns what has grown. A server does all of it itself.
        """
        if self.path is None:
            return False
        with in_words(self.name):
            raw = self.writer.raw_connection()
            try:
                # As a script: the vacuum gives back one page for each step, and `execute` would take but one.
                before = free_pages(raw)
                driver(raw).executescript(f"PRAGMA incremental_vacuum({PAGES})")
                more = 0 < free_pages(raw) < before
                driver(raw).executescript("PRAGMA wal_checkpoint(PASSIVE)" if more else TIDY)
                return more
            finally:
                raw.close()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._watching is not None:
                self._watching.close()
                self._watching = None
        self.writer.dispose()
        self.reader.dispose()


def connect(address: str, *, durable: bool = True, wait: float = BUSY_SECONDS) -> Database:
    """The database of `sqlite:///path` or `postgresql://…`; nothing is opened yet. Raises StoreError."""
    if address.startswith(POSTGRESQL):
        return postgresql(address, wait)
    if found := SQLITE.fullmatch(address):
        return sqlite(found["path"], durable=durable, wait=float(found["timeout"] or wait))
    # The address is not repeated: it may hold a password, and nobody can say where.
    raise store_error("that is configured", ErrorKind.UNREACHABLE, EXPECTED)


def sqlite(name: str, *, durable: bool, wait: float) -> Database:
    """A file, whose folder is made. Raises StoreError."""
    path = Path(name)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign, empty = has_foreign_log(path), is_empty(path)
    except OSError as error:
        raise store_error(name, ErrorKind.UNWRITABLE, str(error)) from error
    if empty:
        raise StoreError(f"the database {name} {EMPTY}", ErrorKind.CORRUPT)
    if foreign:
        raise StoreError(f"the database {name} {FOREIGN}", ErrorKind.CORRUPT)
    # INCREMENTAL only takes hold in a file that has no table yet; it lets retention give room back.
    synchronous = "FULL" if durable else "OFF"
    writes = ("auto_vacuum=INCREMENTAL", "journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON")
    # The writer takes the lock at once: a late lock is a lost one.
    file = HeldFile(name, path)
    writer = file_engine(file, writes, wait, "BEGIN IMMEDIATE", WRITER)
    return Database(name, writer, file_engine(file, READS, wait, "BEGIN", READERS), file)


def file_engine(file: HeldFile, pragmas: tuple[str, ...], wait: float, begin: str, pool: dict[str, Any]) -> sa.Engine:
    """An engine over a file; transactions are begun by ourselves, the driver would begin late."""
    opened = partial(open_file, file, pragmas, wait)
    engine = sa.create_engine("sqlite://", creator=opened, poolclass=sa.QueuePool, **pool, **SILENT)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def open_file(file: HeldFile, pragmas: tuple[str, ...], wait: float) -> sqlite3.Connection:
    """A connection of the driver, which waits for another writer for so many seconds."""
    file.make()
    raw = sqlite3.connect(
        file.path, timeout=wait, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS, factory=_Counted
    )
    try:
        for pragma in (*pragmas, "schema_version"):  # to ask for the last opens the log
            raw.execute(f"PRAGMA {pragma}").close()
        file.opened(raw)
    except BaseException:
        raw.close()
        raise
    keep_private(file.path)
    return raw


def postgresql(address: str, wait: float) -> Database:
    """A server's database. Raises StoreError for an address that is none, or without the driver."""
    try:
        url = sa.make_url(address).set(drivername="postgresql+psycopg")
    except ArgumentError as error:
        # Its words are not repeated: it may hold a password, and nobody can say where.
        raise store_error("that is configured", ErrorKind.UNREACHABLE, EXPECTED) from error
    name = url.render_as_string(hide_password=True).replace("+psycopg", "")
    try:
        writer = server_engine(url, LEFT_ALONE, **WRITERS)
        reader = server_engine(url, NOTICED, execution_options=SNAPSHOT, **READERS)
    except ImportError as error:
        raise StoreError(f"the database {name} needs psycopg: {INSTALL_SHARED}", ErrorKind.UNREACHABLE) from error
    return Database(name, writer, reader, wait=wait)


def server_engine(url: sa.URL, settings: str, **how: Any) -> sa.Engine:  # noqa: ANN401 - the library's
    """An engine over a server, whose connections begin with these settings."""
    line = {name: value for name, value in SERVER_CONNECTION.items() if name not in url.query}
    engine = sa.create_engine(url, connect_args=line, **how, **SILENT)

    def begin(raw: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - the driver's, which may not be installed
        raw.autocommit = True
        raw.execute(settings)
        raw.autocommit = False
        record.info[USED] = monotonic()

    def rest(_: object, record: ConnectionPoolEntry) -> None:
        record.info[USED] = monotonic()

    def check(raw: Any, record: ConnectionPoolEntry, _: object) -> None:  # noqa: ANN401 - as above
        if monotonic() - record.info[USED] > FRESH:
            try:
                engine.dialect.do_ping(raw)
            except engine.dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error  # all of them are opened anew

    for name, act in (("connect", begin), ("checkin", rest), ("checkout", check)):
        sa.event.listen(engine, name, act)
    return engine


def wait_for(connection: sa.Connection, scope: Scope, seconds: float) -> None:
    """Wait for those that are to be kept out, and for each of their rows, for as long as with SQLite."""
    connection.execute(BESIDE if scope.beside else EVERYONE, {"wait": f"{round(seconds * 1000)}ms"})
    if scope.share:
        connection.execute(SHARE, {"keys": keys_of(scope.share)})
    exclude(connection, scope.alone)


def exclude(connection: sa.Connection, names: Iterable[str]) -> None:
    """Keep out, to the end of the transaction, everybody who works under these names; on a file nobody else writes anyhow."""
    if (keys := keys_of(names)) and connection.dialect.name == "postgresql":
        connection.execute(EXCLUDE, {"keys": keys})


def keys_of(names: Iterable[str]) -> list[int]:
    """The keys of their advisory locks, in order."""
    return sorted({key_of(name) for name in names})


def key_of(name: str) -> int:
    """The key of a name's advisory lock, of 64 bits."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


@contextmanager
def in_words(name: str) -> Iterator[None]:
    """Turn a driver's error into a StoreError; mistakes of ours (constraints, statements) pass as they are."""
    try:
        yield
    except (IntegrityError, ProgrammingError, sqlite3.ProgrammingError):
        raise
    except NoneFree as error:
        raise store_error(name, ErrorKind.LOCKED, "no connection became free") from error
    except (DBAPIError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        raise store_error(name, kind_of(cause), str(cause).strip()) from error


def driver(connection: sa.PoolProxiedConnection) -> sqlite3.Connection:
    """The driver's own connection to a file."""
    return cast("sqlite3.Connection", connection.driver_connection)


def free_pages(connection: sa.PoolProxiedConnection) -> int:
    """The pages of a file in which nothing stands."""
    return int(driver(connection).execute("PRAGMA freelist_count").fetchone()[0])


def file_header(path: Path) -> bytes:
    """The first bytes of a file (https://www.sqlite.org/fileformat.html#the_database_header)."""
    with path.open("rb") as file:
        return file.read(20)


def has_foreign_log(path: Path) -> bool:
    """Whether a log lies beside a database that keeps none: a copy was put in the place of another that had one."""
    log = Path(f"{path}-wal")
    return path.is_file() and log.exists() and log.stat().st_size > 0 and file_header(path)[18:] == b"\1\1"
