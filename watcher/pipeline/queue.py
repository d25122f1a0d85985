"""The queue of workers on one server (Procrastinate): its tables, its connections, and jobs that were lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime
from importlib import resources
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

import procrastinate
import psycopg
from procrastinate import PsycopgConnector, exceptions
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from watcher.store.engine import FRESH, SERVER_CONNECTION
from watcher.store.errors import StoreError
from watcher.store.records import MetaKey
from watcher.store.store import Store, Transaction
from watcher.store.work_queue import IS_THERE

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


# The tables of Procrastinate in our database: made at the first start of a worker, and brought on by the steps it ships.


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


# The connections of the queue to the server: patient while it is being restarted, each statement a transaction of its own.

POOL_TIMEOUT = 10.0
"""Seconds that a statement of the queue waits for a connection."""
POOL: dict[str, Any] = {"min_size": 1, "max_size": 4, "timeout": POOL_TIMEOUT, "kwargs": SERVER_CONNECTION}
PATIENCE = 20.0
RETRY = 0.5
"""A server that is not there is tried so often, and for so long; the pool itself would wait 1, 2, 4, 8 … seconds."""
CONNECTION_ERRORS = (exceptions.ConnectorException, psycopg.OperationalError, PoolTimeout, StoreError)


class PatientConnection(psycopg.AsyncConnection[TupleRow]):
    """A connection that is made as soon as the server is."""

    used_at = 0.0

    @classmethod
    async def connect(cls, conninfo: str = "", **how: Any) -> Self:  # noqa: ANN401 - the library's
        """Connect; a server that takes no connections is waited for. Raises psycopg.OperationalError where it does not come."""
        end = monotonic() + PATIENCE
        while True:
            try:
                return await super().connect(conninfo, **how)
            except psycopg.OperationalError:
                if monotonic() > end:
                    raise
                await asyncio.sleep(RETRY)


async def checked(connection: PatientConnection) -> None:
    """Try a connection that was not used just now: each try costs as much as a statement. Raises psycopg.OperationalError."""
    now = monotonic()
    if now - connection.used_at > FRESH:
        await AsyncConnectionPool.check_connection(connection)
    connection.used_at = now


def pool(**how: Any) -> AsyncConnectionPool[Any]:  # noqa: ANN401 - the library's
    """The connections of the queue."""
    return AsyncConnectionPool(**{**how, "connection_class": PatientConnection, "check": checked})


def connector(conninfo: str) -> PsycopgConnector:
    """What Procrastinate speaks to the server by."""
    return PsycopgConnector(conninfo=conninfo, configure=by_statement, pool_factory=pool, **POOL)


async def by_statement(connection: psycopg.AsyncConnection[Any]) -> None:
    """Each of the library's statements is a transaction of its own, and need not be begun and committed besides."""
    await connection.set_autocommit(True)


# Jobs that a worker does no more though the queue says so: their begin or their end was lost with a connection.

log = logging.getLogger(__name__)

LOST_AFTER = 15.0
"""Seconds after which the end of a job is not on its way any more: longer than a statement waits for a connection."""


class JobsHere:
    """The jobs that a worker does, beside those that the queue says it does."""

    def __init__(self) -> None:
        """None."""
        self.doing: set[int | None] = set()
        self._missed: dict[int, float] = {}
        """Those of the queue that are not done here, and since when that is seen."""

    def lost(self, held: Collection[int], now: float) -> list[int]:
        """Which of those that the queue holds for done by this worker are lost. `now` in seconds."""
        self._missed = {job: self._missed.get(job, now) for job in held if job not in self.doing}
        return [job for job, since in self._missed.items() if now - since > LOST_AFTER]


async def take_up(manager: JobManager, job: Job, now: datetime) -> None:
    """Queue a job anew that nobody does any more; where another worker has done so, nothing is left to do."""
    try:
        await manager.retry_job(job, retry_at=now)  # by itself it takes the time of this machine
    except exceptions.UniqueViolation:  # it waits in the queue once more already
        await manager.finish_job(job, status=Status.ABORTED, delete_job=True)
    except exceptions.ConnectorException as error:
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):
            raise
        return
    log.warning("%s that nobody does any more is taken up", job.task_name)
