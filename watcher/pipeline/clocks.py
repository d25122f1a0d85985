"""Clocks: one time for all who work on one server, and a time of day that was set."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from time import monotonic

from watcher.clock import Clock, utc_now
from watcher.store.errors import StoreError
from watcher.store.store import Store

# Notices a time of day that was set, by the monotonic clock.

TOLERANCE = timedelta(seconds=2)
"""Up to this much between two looks is no jump: clocks are slewed, and a busy machine looks late."""


class ClockGuard:
    """How far the time of day has gone apart from the time that has passed, since the last look."""

    def __init__(self, clock: Callable[[], datetime], steady: Callable[[], float] = monotonic) -> None:
        """Begin to compare now; `steady` gives seconds that only grow."""
        self.clock, self.steady = clock, steady
        self._shown, self._passed = clock(), steady()

    def jump(self) -> timedelta:
        """By how much the clock was set since the last look, behind as less than nothing; nothing within the tolerance.

        A machine that slept looks like one whose clock was set ahead.
        """
        shown, passed = self.clock(), self.steady()
        apart = (shown - self._shown) - timedelta(seconds=passed - self._passed)
        self._shown, self._passed = shown, passed
        return apart if abs(apart) > TOLERANCE else timedelta(0)


# One time for all who work on one server, whatever the clocks of their machines show.

STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""It goes on while a machine sleeps, where there is such a clock, and nobody can set it."""
ADJUST_EVERY = 60.0
"""Seconds."""


def steady() -> float:
    """Seconds that only grow."""
    return time.clock_gettime(STEADY)


class ServerClock:
    """The time of the server, carried on by the steady clock of this machine: the time of day here may be wrong, or be set."""

    def __init__(self, store: Store, passed: Callable[[], float] = steady) -> None:
        """Ask once. Raises StoreError."""
        self._store, self._passed = store, passed
        self.adjust()

    def adjust(self) -> None:
        """Ask the server again. Raises StoreError."""
        with self._store.reading() as tx:
            self._begin = tx.shared.server_time() - timedelta(seconds=self._passed())

    def __call__(self) -> datetime:
        """The time now (UTC)."""
        return self._begin + timedelta(seconds=self._passed())


def clock_of(store: Store) -> Clock:
    """The time that rules for a database: the server's, for a file that of this machine. Raises StoreError."""
    return utc_now if store.path else ServerClock(store)


def adjust(clock: Clock) -> None:
    """Ask the server again, where it is its time. Raises StoreError."""
    if isinstance(clock, ServerClock):
        clock.adjust()


@asynccontextmanager
async def adjusted(clock: Clock) -> AsyncIterator[None]:
    """Ask the server again now and then while the block runs."""
    task = asyncio.create_task(_adjusting(clock), name="clock")
    try:
        yield
    finally:
        task.cancel()


async def _adjusting(clock: Clock) -> None:
    while True:
        await asyncio.sleep(ADJUST_EVERY)
        with suppress(StoreError):  # it goes on as it does
            await asyncio.to_thread(adjust, clock)
