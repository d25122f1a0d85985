"""Some sources polled as one job: asked, read, understood and kept, as the batches do it for all that is due."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from watcher.core.decision.timing import (
    MAX_POLLS_OF_A_JOB,
    MIN_POLLS_OF_A_JOB,
    DueSource,
    PollJob,
    QueuedSource,
    not_queued,
    poll_jobs,
)
from watcher.core.model import Signal
from watcher.fetch.rate_limit import Places
from watcher.pipeline.keep import MOST_SLOW, SLOW_AFTER, Check, Understand, UnderWay, host_of, keep_all, missing_entries
from watcher.pipeline.poll import Get, PollResult, Read, look
from watcher.pipeline.record import Sifted, refused, stirred_by
from watcher.store.engine import Scope
from watcher.store.errors import StoreError
from watcher.store.records import Due
from watcher.store.shared import SourceLocks
from watcher.store.sources import DueRow
from watcher.store.store import Store

# Which of the sources that are due are queued now, for workers on one server: the longest overdue, few of one host.

MAX_QUEUED_AT_ONCE = 2_000
"""Sources that are queued at once."""
MAX_WAITING_SOURCES = 10_000
"""With so many sources waiting no more are queued: they would only wait in another place."""


def due_jobs(store: Store, now: datetime, *, per_host: int, concurrency: int) -> list[PollJob]:
    """The jobs to queue, where a worker asks so many sources at a time. Raises StoreError."""
    with store.reading() as tx:
        queued = tx.shared.polled()
        if len(queued) >= MAX_WAITING_SOURCES:
            return []
        most = MAX_QUEUED_AT_ONCE + len(queued)
        due = tx.sources.due(now, most)
        fresh = _fresh(due, queued, per_host)
        if len(due) == most and len(fresh) < MAX_QUEUED_AT_ONCE // 2:
            fresh = _fresh(tx.sources.due(now), queued, per_host)  # hosts that have enough to do stand in front: look behind them
    # Two jobs are as much as a worker asks at a time: the others get their share of what is due.
    of_a_job = min(max(concurrency // 2, MIN_POLLS_OF_A_JOB), MAX_POLLS_OF_A_JOB)
    return list(poll_jobs(fresh[:MAX_QUEUED_AT_ONCE], queued, per_host, of_a_job, max(concurrency // 2, 1)))


def _fresh(due: Iterable[DueRow], queued: Collection[QueuedSource], per_host: int) -> list[DueSource]:
    return not_queued((DueSource(one.source, one.signal, host_of(one.url), one.failures > 0) for one in due), queued, per_host)


# The polls of a job, many jobs at once.

SourceKey: TypeAlias = tuple[str, str]
"""A source and its host."""


class Room:
    """How many sources a worker asks at a time, in all of its jobs together; what is slow to answer takes nobody's place."""

    def __init__(self, places: int) -> None:
        """So many at a time."""
        self.places = Places(places, patience=SLOW_AFTER, aside=MOST_SLOW)
        self.closed = False
        """Whether nothing more is to be begun."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be asked, what is known of it, and how long its turn is to be waited for."""

    due: Due
    missing: bool
    """Whether an entry of a record is missing."""
    refused: Mapping[str, str] | None
    """The documents that are not tried again."""
    wait: timedelta


@dataclass(frozen=True, slots=True)
class SourcePolls:
    """Polls sources, those of a job together; many jobs may be under way at once, each in its own transactions."""

    store: Store
    signals: Mapping[str, Signal]
    get: Get
    read: Read
    understand: Understand
    dice: Callable[[], float]
    clock: Callable[[], datetime]
    check: Check
    """Asked inside the transaction that keeps readings; raises StoreError where they must not be kept."""
    gap: timedelta
    """Between two requests to one host, whoever makes them."""
    locks: SourceLocks
    """What keeps other processes, workers or not, from asking the same sources."""
    room: Room

    async def poll(self, places: Sequence[SourceKey], stirred: Callable[[frozenset[str]], Awaitable[None]]) -> None:
        """Poll those that are due, each in its turn at its host, and keep each reading as it comes.

        `stirred` is told the signals to be decided again. Raises StoreError.
        """
        under_way = UnderWay(self.store, self.signals, understand=self.understand, dice=self.dice)
        looking = asyncio.create_task(asyncio.to_thread(self._due, places))
        try:
            for one in await asyncio.shield(looking):
                under_way.ask(one.due, self._look(one))
            while ready := await under_way.ready(self.clock):
                if signals := await asyncio.to_thread(self._keep, ready):
                    await stirred(signals)
        finally:
            try:
                await under_way.close()
                await asyncio.wait([looking])  # a job that is broken off gives back what is taken for it meanwhile, too
                if not looking.cancelled():
                    looking.exception()  # told already, or of no use to a job that is broken off
            finally:
                with suppress(StoreError):  # with a lost connection they are given back already
                    await asyncio.to_thread(self.locks.give_back, [source for source, _ in places])

    async def _look(self, one: _Asked) -> PollResult | None:
        """Ask a source; None where nothing more is to be begun."""
        await asyncio.sleep(one.wait.total_seconds())
        async with self.room.places.place():
            if self.room.closed:
                return None
            now, dice = self.clock(), self.dice()
            return await look(one.due, get=self.get, read=self.read, now=now, dice=dice, missing=one.missing, refused=one.refused)

    def _due(self, places: Sequence[SourceKey]) -> list[_Asked]:
        """Those that are due and that nobody else asks, with what is known of them besides, and their turns."""
        now, hosts = self.clock(), dict(places)
        ours = self.locks.take(list(hosts))
        with self.store.writing(Scope()) if self.gap else self.store.reading() as tx:
            dues = [one for one in tx.sources.due_of(ours, now) if one.source.signal in self.signals]
            if not dues:
                return []
            missing = missing_entries(tx, [one.source.id for one in dues if one.source.record])
            never = refused(tx, dues, now)
            wanted = Counter(hosts[one.source.id] for one in dues)
            turns = tx.shared.turns(wanted, self.gap) if self.gap else dict.fromkeys(wanted, timedelta(0))
        asked = list[_Asked]()
        for due in dues:
            name, host = due.source.id, hosts[due.source.id]
            asked.append(_Asked(due, name in missing, never.get(name), turns[host]))
            turns[host] += self.gap
        return asked

    def _keep(self, ready: Sequence[Sifted]) -> frozenset[str]:
        keep_all(self.store, ready, self.clock(), self.dice, check=self.check)
        return frozenset(stirred_by(ready))
