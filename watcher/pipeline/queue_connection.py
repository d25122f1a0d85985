"""The connections of the queue to the server: patient while it is being restarted, each statement a transaction of its own."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any, Self

import psycopg
from procrastinate import PsycopgConnector, exceptions
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from watcher.store.engine import FRESH, LINE
from watcher.store.errors import StoreError

POOL_TIMEOUT = 10.0
"""Seconds that a statement of the queue waits for a connection."""
POOL: dict[str, Any] = {"min_size": 1, "max_size": 4, "timeout": POOL_TIMEOUT, "kwargs": LINE}
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
