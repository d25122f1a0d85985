"""Connections: SQLite with the pragmas that keep what was promised, or PostgreSQL by its address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from watcher.store.errors import Trouble, trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import URL

BUSY_SECONDS = 10.0
WRITER = 7_405_219
"""Key of the advisory lock that makes one writer of many processes (PostgreSQL)."""

SILENT = {"hide_parameters": True}
"""An error that is logged must not carry the values of its statement: some are addresses of readers."""


@dataclass(frozen=True, slots=True)
class Engines:
    """One way to write, one to read."""

    writer: Engine
    reader: Engine
    name: str
    """The database as shown to people, without a password."""
    path: Path | None
    """File of an embedded database."""


def connect(address: str, *, durable: bool = True, wait: float = BUSY_SECONDS) -> Engines:
    """Engines for `sqlite:///path` or `postgresql://…`; nothing is opened yet. Raises StoreError."""
    try:
        url = make_url(address)
    except ArgumentError as error:
        # Its words are not repeated: it may hold a password, and nobody can say where.
        raise trouble("that is configured", Trouble.UNREACHABLE, "expected sqlite:///PATH or postgresql://…") from error
    if url.get_backend_name() == "sqlite" and url.database:
        return embedded(url, Path(url.database), durable=durable, wait=wait)
    if url.get_backend_name() in {"postgresql", "postgres"}:
        return shared(url)
    raise trouble(url.render_as_string(), Trouble.UNREACHABLE, "expected sqlite:///PATH or postgresql://…")


def embedded(url: URL, path: Path, *, durable: bool, wait: float) -> Engines:
    """SQLite: one connection that writes, a few that only read."""
    name = str(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise trouble(name, Trouble.UNWRITABLE, str(error)) from error
    options: dict[str, Any] = {"timeout": wait, "isolation_level": None, "check_same_thread": False}
    url = url.set(drivername="sqlite+pysqlite")
    writer = create_engine(url, connect_args=options, pool_size=1, max_overflow=0, **SILENT)
    reader = create_engine(url, connect_args=options, pool_size=4, max_overflow=12, **SILENT)
    synchronous = "FULL" if durable else "OFF"
    # INCREMENTAL only takes hold in a file that has no table yet; it lets retention give room back.
    prepare(writer, ("auto_vacuum=INCREMENTAL", "journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON"))
    prepare(reader, ("foreign_keys=ON", "query_only=ON", "mmap_size=33554432"))
    event.listen(writer, "begin", begin("BEGIN IMMEDIATE"))
    event.listen(reader, "begin", begin("BEGIN"))
    return Engines(writer, reader, name, path)


def tidy(engines: Engines) -> None:
    """Give the room of dropped rows back to the disk, and let the planner know what has grown."""
    if engines.path is None:
        return
    with engines.writer.connect() as connection:
        driver: Any = connection.connection.driver_connection
        # As a script: the vacuum gives back one page for each step, and `execute` would take but one.
        driver.executescript("PRAGMA incremental_vacuum; PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)")


def prepare(engine: Engine, pragmas: tuple[str, ...]) -> None:
    """Set the pragmas on each new connection."""

    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's connection
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", on_connect)


def begin(statement: str) -> Callable[[Connection], None]:
    """Start transactions ourselves: the driver would start them late, and a late lock is a lost one."""

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return on_begin


def shared(url: URL) -> Engines:
    """PostgreSQL through psycopg; an advisory lock keeps one writer, so that the chains of hashes have one end."""
    url = url.set(drivername="postgresql+psycopg")
    writer = create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, **SILENT)
    read_only = {"postgresql_readonly": True}
    reader = create_engine(url, pool_size=4, max_overflow=12, pool_pre_ping=True, execution_options=read_only, **SILENT)
    event.listen(writer, "begin", lock)
    return Engines(writer, reader, url.render_as_string(hide_password=True).replace("+psycopg", ""), None)


def lock(connection: Connection) -> None:
    """Wait for the other writers, for as long as the embedded database would."""
    connection.execute(text(f"SET LOCAL lock_timeout = {int(BUSY_SECONDS * 1000)}"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITER})"))
