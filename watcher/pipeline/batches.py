"""The first stage: poll what is due, understand what is new, keep it in one transaction, and decide."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from watcher.core.decision.queueing import MAX_JOBS_OF_A_HOST, most_of_a_host
from watcher.core.model import Signal, Transition
from watcher.pipeline.decide import update_verdict
from watcher.pipeline.keep import (
    BatchResult,
    Check,
    Understand,
    keep_all,
    missing_entries,
    signal_lock,
    unchecked,
)
from watcher.pipeline.poll import Get, PollResult, Read, look
from watcher.pipeline.refusals import refused
from watcher.pipeline.sift import Sifted
from watcher.pipeline.skip_unchanged import invalidate, skip_unchanged
from watcher.pipeline.under_way import UnderWay, host_of
from watcher.store.engine import Scope
from watcher.store.records import Due
from watcher.store.sources import Place
from watcher.store.store import Store

__all__ = ["BatchResult", "Bounds", "Get", "Poller", "Read", "Understand", "invalidate", "skip_unchanged", "update_verdicts"]

BATCH = 100
"""Polls that are made at once, where no more are wanted; what they bring is in memory together."""
AT_ONCE = 8
"""Polls that are begun in one turn of the loop."""
MOMENT = 0.005
"""Seconds for which these are waited for before more are begun: hosts that answer at once are asked by few threads. Hundreds that
are all at work get in one another's way."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many polls are under way at the same time."""

    polls: int = BATCH
    of_a_host: int = MAX_JOBS_OF_A_HOST

    @classmethod
    def for_requests(cls, in_all: int, per_host: int) -> Bounds:
        """So many that what may be asked at the same time, in all and of one host, is asked."""
        return cls(max(BATCH, in_all), most_of_a_host(per_host))

    @property
    def failing(self) -> int:
        """Of sources whose last poll failed: hosts that hang must not take all the room there is."""
        return self.polls // 2


NORMAL = Bounds()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be asked, and what is known of it besides."""

    due: Sequence[Due]
    missing: frozenset[str]
    """Those of which an entry is missing."""
    refused: Mapping[str, Mapping[str, str]]
    """Of each the documents that are not tried again."""


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
        self._under_way = UnderWay(store, signals, understand=understand, dice=dice)
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
        """Whether nothing more is asked before something has answered."""
        return len(self._under_way) >= self._bounds.polls

    async def next(self, now: datetime, wait: float | None = None) -> BatchResult:
        """Ask what is due at `now`, and keep what has been read since the last call.

        Waits `wait` seconds for a first reading (None: as long as it takes), then a moment for others to be kept with it.
        Gives no polls where nothing is asked any more, or nothing came in time. Raises StoreError where nothing can be read or
        stored.
        """
        await self._ask(now)
        ready = await self._under_way.ready(lambda: now, wait)
        if not ready:
            return BatchResult(reading=self._under_way.unread())
        await self._ask(now, kept=frozenset(one.reading.due.source.id for one in ready))  # they answer meanwhile
        seen = await asyncio.to_thread(self._kept, ready, now, self._under_way.names())
        self._waiting = seen.waiting
        return replace(seen, reading=self._under_way.unread())

    async def _ask(self, now: datetime, kept: frozenset[str] = frozenset()) -> None:
        """Begin to ask what is due, up to the bounds; `kept` is not to be asked again, though nothing is stored of it yet."""
        if self.full:
            return
        under_way = self._under_way.names()
        asked = await asyncio.to_thread(
            self._due, now, kept | under_way, self._under_way.asking(), self._bounds.polls - len(under_way)
        )
        begun = list[asyncio.Task[PollResult | None]]()
        for one in asked.due:
            name = one.source.id
            looking = look(
                one,
                get=self._get,
                read=self._read,
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

    def _due(self, now: datetime, asked: frozenset[str], asking: Sequence[Due], room: int) -> _Asked:
        """The sources to ask besides those that are asked already, as many as there is room for."""
        self._locks.only(asked)  # what was given up in an error is not ours any more
        due = self._taken(now, asked, asking, room)
        with self._store.reading() as tx:
            return _Asked(due, missing_entries(tx, [one.source.id for one in due if one.source.record]), refused(tx, due, now))

    def _taken(self, now: datetime, asked: frozenset[str], asking: Sequence[Due], room: int) -> list[Due]:
        """The same, none of which another process asks."""
        taken, tried = list[Due](), asked
        while names := self._candidates(now, tried, [*asking, *taken], room - len(taken)):
            ours = self._locks.take(names)
            with self._store.reading() as tx:  # what another process has kept before it gave them back is due no more
                found = tx.sources.due_of(ours, now, self._known)
            taken += found
            tried |= frozenset(names)
            if len(found) == len(names):  # nobody is beside us
                break
        self._locks.only(asked | {one.source.id for one in taken})
        return taken

    def _candidates(self, now: datetime, asked: frozenset[str], asking: Sequence[Due], room: int) -> list[str]:
        """The ids of what is due and ours to ask, as many as there is room for."""
        with self._store.reading() as tx:
            most = self._bounds.polls + len(asked)
            found = tx.sources.due(now, most)
            due = self._mine(found, asked, asking, room)
            if len(due) < room and len(found) == most:  # some are not ours, or of a host that is asked enough: look behind them
                due = self._mine(tx.sources.due(now), asked, asking, room)
        return due

    def _mine(self, found: Iterable[Place], asked: frozenset[str], asking: Sequence[Due], room: int) -> list[str]:
        """Those that are ours to ask, as many as there is room for, and few of one host, or of those that failed."""
        mine, failing = list[str](), sum(one.failures > 0 for one in asking)
        hosts = Counter(host_of(one.source.url) for one in asking)
        for one in found:
            if len(mine) >= room:
                break
            host, fails = host_of(one.url), one.failures > 0
            if (
                one.source not in asked
                and one.signal in self._signals
                and hosts[host] < self._bounds.of_a_host
                and not (fails and failing >= self._bounds.failing)
            ):
                hosts[host] += 1
                failing += fails
                mine.append(one.source)
        return mine


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
