"""The first stage: poll what is due in batches, or some sources as one job, understand what is new, keep it, and decide."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Self, TypeAlias

from watcher.core.decision.timing import (
    MAX_JOBS_OF_A_HOST,
    MAX_POLLS_OF_A_JOB,
    MIN_POLLS_OF_A_JOB,
    DueSource,
    PollJob,
    QueuedSource,
    most_of_a_host,
    not_queued,
    poll_jobs,
)
from watcher.core.model import Signal, Transition
from watcher.fetch.rate_limit import Places
from watcher.pipeline.decide import invalidate, skip_unchanged, update_verdict
from watcher.pipeline.keep import (
    MOST_SLOW,
    SLOW_AFTER,
    BatchResult,
    Check,
    Understand,
    UnderWay,
    host_of,
    is_doubtful,
    keep_all,
    missing_entries,
    signal_lock,
    unchecked,
)
from watcher.pipeline.poll import Get, PollResult, Read, look
from watcher.pipeline.record import Sifted, refused, stirred_by
from watcher.store.engine import Scope
from watcher.store.errors import StoreError
from watcher.store.records import Due
from watcher.store.shared import SourceLocks
from watcher.store.sources import DueRow
from watcher.store.store import Store

__all__ = [
    "BatchResult",
    "Bounds",
    "Get",
    "PollRoom",
    "Poller",
    "Read",
    "SourcePolls",
    "Understand",
    "due_jobs",
    "invalidate",
    "skip_unchanged",
    "update_verdicts",
]

BATCH = 100
"""Polls that are made at once, where no more are wanted."""
MOST_FAILING_AND_SLOW = MOST_SLOW * 3 // 4
"""Polls under way of sources whose last poll failed, those that have been asked for long among them."""
PIECE = 1.0
"""Seconds that are waited for a first answer before it is looked whether more may be asked."""
AT_ONCE = 8
"""Polls that are begun in one turn of the loop."""
MOMENT = 0.005
"""Seconds for which these are waited for before more are begun: hosts that answer at once are asked by few threads. Hundreds that
are all at work get in one another's way."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many polls are under way at the same time. Raises ValueError for fewer than one, in all or of a host."""

    polls: int = BATCH
    of_a_host: int = MAX_JOBS_OF_A_HOST
    slow_after: float = SLOW_AFTER
    """Seconds after which what is being asked leaves room for others."""

    def __post_init__(self) -> None:
        """Refuse what would never ask anything."""
        if self.polls < 1 or self.of_a_host < 1:
            raise ValueError("at least one poll at a time, in all and of a host")

    @classmethod
    def for_requests(cls, in_all: int, per_host: int) -> Bounds:
        """So many that what may be asked at the same time, in all and of one host, is asked."""
        return cls(max(BATCH, in_all), most_of_a_host(per_host))

    @property
    def failing(self) -> int:
        """Just begun, of sources whose last poll failed: hosts that hang must not take all the room there is."""
        return max(1, self.polls // 2)

    @property
    def doubtful(self) -> int:
        """The same, with sources that never had a good reading: those that had one keep a quarter of the room."""
        return max(1, self.polls * 3 // 4)


NORMAL = Bounds()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be asked, and what is known of it besides."""

    due: Sequence[Due]
    missing: frozenset[str]
    """Those of which an entry is missing."""
    refused: Mapping[str, Mapping[str, str]]
    """Of each the documents that are not tried again."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is under way beside what is to be asked, and how much more may be."""

    bounds: Bounds
    asked: frozenset[str]
    """The sources of which nothing is to be asked again."""
    asking: Sequence[Due]
    slow: frozenset[str]
    room: int

    def may_ask(self, found: Iterable[DueRow], taken: Sequence[Due]) -> list[str]:
        """What there is room for beside `taken`: few of one host, or of those that failed."""
        mine, asking = list[str](), [*self.asking, *taken]
        hosts = Counter(host_of(one.source.url) for one in asking)
        failing = [one.source.id for one in asking if one.failures]
        fails, begun = len(failing), sum(name not in self.slow for name in failing)
        doubtful = sum(is_doubtful(one) and one.source.id not in self.slow for one in asking)
        for one in found:
            if len(taken) + len(mine) >= self.room:
                break
            host = host_of(one.url)
            if hosts[host] >= self.bounds.of_a_host:
                continue
            if one.failures and (begun >= self.bounds.failing or fails >= MOST_FAILING_AND_SLOW):
                continue
            doubts = bool(one.failures or one.unread)
            if doubts and doubtful >= self.bounds.doubtful:
                continue
            hosts[host] += 1
            begun, fails, doubtful = begun + bool(one.failures), fails + bool(one.failures), doubtful + doubts
            mine.append(one.source)
        return mine


class Poller:
    """Polls what is due, many at once, and keeps each reading as it comes: a source that hangs holds up no other.

    A source is asked once at a time. What has not answered, or is not understood, when a round ends is kept in a later one.
    """

    def __init__(
        self,
        store: Store,
        signals: Mapping[str, Signal],
        *,
        get: Get,
        read: Read,
        understand: Understand,
        dice: Callable[[], float],
        bounds: Bounds = NORMAL,
    ) -> None:
        """Take where to look."""
        self._store, self._signals, self._dice = store, signals, dice
        self._known = {source.id: source for signal in signals.values() for source in signal.sources}
        self._get, self._read = get, read
        self._under_way = UnderWay(store, signals, understand=understand, dice=dice, slow_after=bounds.slow_after)
        self._locks = store.source_locks()
        self._waiting = frozenset[str]()
        self._bounds = bounds

    async def __aenter__(self) -> Self:
        """The first sources are asked when they are wanted."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Break off what was asked for and is not wanted any more."""
        await self.close()

    async def close(self) -> None:
        """Break off what is still being asked; it is due again, for other processes too."""
        await self._under_way.close()
        await asyncio.to_thread(self._locks.close)

    @property
    def asks(self) -> bool:
        """Whether anything is being asked or understood."""
        return len(self._under_way) > 0

    @property
    def full(self) -> bool:
        """Whether nothing more is asked before something has answered, or has been asked for long."""
        return self._room <= 0

    @property
    def _room(self) -> int:
        """How many more may be asked; what is slow to answer takes the room of no other."""
        return self._bounds.polls - len(self._under_way) + len(self._under_way.slow())

    async def next(self, now: datetime, wait: float | None = None) -> BatchResult:
        """Ask what is due at `now`, and keep what has been read since the last call.

        Waits `wait` seconds for a first reading (None: as long as it takes), then a moment for others to be kept with it.
        Gives no polls where nothing is asked any more, or nothing came in time. Raises StoreError where nothing can be read or
        stored.
        """
        self._under_way.make_room()
        await self._ask(now)
        ready = await self._under_way.ready(lambda: now, PIECE if wait is None else wait)
        while wait is None and self.asks and not ready:
            await self._ask(now)  # what was not asked yet has room beside what is slow
            ready = await self._under_way.ready(lambda: now, PIECE)
        if not ready:
            return BatchResult(reading=self._under_way.unread())
        self._under_way.make_room()
        await self._ask(now, kept=frozenset(one.reading.due.source.id for one in ready))  # they answer, and are read, meanwhile
        seen = await asyncio.to_thread(self._kept, ready, now, self._under_way.names())
        self._waiting = seen.waiting
        return replace(seen, reading=self._under_way.unread())

    async def _ask(self, now: datetime, kept: frozenset[str] = frozenset()) -> None:
        """Begin to ask what is due, up to the bounds; `kept` is not to be asked again, though nothing is stored of it yet."""
        if self.full:
            return
        under_way = self._under_way
        beside = _Beside(self._bounds, kept | under_way.names(), under_way.asking(), under_way.slow(), self._room)
        asked = await asyncio.to_thread(self._due, now, beside)
        begun = list[asyncio.Task[PollResult | None]]()
        for one in asked.due:
            name = one.source.id
            looking = look(
                one,
                get=self._get,
                read=partial(self._under_way.read, name, self._read),
                now=now,
                dice=self._dice(),
                missing=name in asked.missing,
                refused=asked.refused.get(name),
            )
            begun.append(self._under_way.ask(one, looking))
            if len(begun) == AT_ONCE:
                await asyncio.wait(begun, timeout=MOMENT)
                begun.clear()

    def _kept(self, ready: Sequence[Sifted], now: datetime, under_way: frozenset[str]) -> BatchResult:
        """Keep them, then see what of their signals, and of those that were waiting, is still to be polled."""
        seen = keep_all(self._store, ready, now, self._dice)
        self._locks.only(under_way)
        with self._store.reading() as tx:
            return replace(seen, waiting=tx.sources.signals_due(now, seen.signals | self._waiting))

    def _due(self, now: datetime, beside: _Beside) -> _Asked:
        """The sources to ask, as many as there is room for."""
        self._locks.only(beside.asked)  # what was given up in an error is not ours any more
        due = self._taken(now, beside)
        with self._store.reading() as tx:
            return _Asked(due, missing_entries(tx, [one.source.id for one in due if one.source.record]), refused(tx, due, now))

    def _taken(self, now: datetime, beside: _Beside) -> list[Due]:
        """The same, none of which another process asks."""
        taken, tried = list[Due](), beside.asked
        while names := self._candidates(now, tried, beside, taken):
            ours = self._locks.take(names)
            with self._store.reading() as tx:  # what another process has kept before it gave them back is due no more
                found = tx.sources.due_of(ours, now, self._known)
            taken += found
            tried |= frozenset(names)
            if len(found) == len(names):  # nobody is beside us
                break
        self._locks.only(beside.asked | {one.source.id for one in taken})
        return taken

    def _candidates(self, now: datetime, tried: frozenset[str], beside: _Beside, taken: Sequence[Due]) -> list[str]:
        """The ids of what is due and ours to ask, as many as there is room for."""
        with self._store.reading() as tx:
            most = self._bounds.polls + len(tried)
            found = tx.sources.due(now, most)
            due = beside.may_ask(self._ours(found, tried), taken)
            if len(taken) + len(due) < beside.room and len(found) == most:  # some are not ours, or asked enough: look behind them
                due = beside.may_ask(self._ours(tx.sources.due(now), tried), taken)
        return due

    def _ours(self, found: Iterable[DueRow], tried: frozenset[str]) -> Iterable[DueRow]:
        return (one for one in found if one.source not in tried and one.signal in self._signals)


def update_verdicts(
    store: Store, signals: Iterable[Signal], now: datetime, *, known_until: datetime | None = None, check: Check = unchecked
) -> tuple[Transition, ...]:
    """Decide some signals again, each verdict in one transaction with its transitions; all transitions. Raises StoreError."""
    told: list[Transition] = []
    for signal in signals:
        with store.writing(Scope(alone=(signal_lock(signal.id),))) as tx:
            check(tx)
            told += update_verdict(tx, signal, now, known_until=known_until)
    return tuple(told)


# Some sources polled as one job, for workers on one server, as the batches do it for all that is due.

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
        fresh = _not_queued(due, queued, per_host)
        if len(due) == most and len(fresh) < MAX_QUEUED_AT_ONCE // 2:
            fresh = _not_queued(
                tx.sources.due(now), queued, per_host
            )  # hosts that have enough to do stand in front: look behind them
    # Two jobs are as much as a worker asks at a time: the others get their share of what is due.
    of_a_job = min(max(concurrency // 2, MIN_POLLS_OF_A_JOB), MAX_POLLS_OF_A_JOB)
    return list(poll_jobs(fresh[:MAX_QUEUED_AT_ONCE], queued, per_host, of_a_job, max(concurrency // 2, 1)))


def _not_queued(due: Iterable[DueRow], queued: Collection[QueuedSource], per_host: int) -> list[DueSource]:
    return not_queued((DueSource(one.source, one.signal, host_of(one.url), one.failures > 0) for one in due), queued, per_host)


# The polls of a job, many jobs at once.

SourceKey: TypeAlias = tuple[str, str]
"""A source and its host."""


class PollRoom:
    """How many sources a worker asks at a time, in all of its jobs together; what is slow to answer takes nobody's place."""

    def __init__(self, places: int) -> None:
        """So many at a time."""
        self.places = Places(places, patience=SLOW_AFTER, aside=MOST_SLOW)
        self.closed = False
        """Whether nothing more is to be begun."""


@dataclass(frozen=True, slots=True)
class _AskedOfJob:
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
    room: PollRoom

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

    async def _look(self, one: _AskedOfJob) -> PollResult | None:
        """Ask a source; None where nothing more is to be begun."""
        await asyncio.sleep(one.wait.total_seconds())
        async with self.room.places.place():
            if self.room.closed:
                return None
            now, dice = self.clock(), self.dice()
            return await look(one.due, get=self.get, read=self.read, now=now, dice=dice, missing=one.missing, refused=one.refused)

    def _due(self, places: Sequence[SourceKey]) -> list[_AskedOfJob]:
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
        asked = list[_AskedOfJob]()
        for due in dues:
            name, host = due.source.id, hosts[due.source.id]
            asked.append(_AskedOfJob(due, name in missing, never.get(name), turns[host]))
            turns[host] += self.gap
        return asked

    def _keep(self, ready: Sequence[Sifted]) -> frozenset[str]:
        keep_all(self.store, ready, self.clock(), self.dice, check=self.check)
        return frozenset(stirred_by(ready))
