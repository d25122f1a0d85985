"""The first beat: poll what is due, keep what was seen, decide, and book it all in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from watcher.core.decision.claims import claims_of
from watcher.core.model import Signal, Transition
from watcher.pipeline.decide import update_verdict
from watcher.pipeline.poll import Get, PollResult, Read, internal_error, look
from watcher.pipeline.record import record_results
from watcher.pipeline.skip_unchanged import invalidate, skip_unchanged
from watcher.store import Due, Store, StoreError, Transaction

__all__ = ["BatchResult", "Get", "Poller", "Read", "invalidate", "skip_unchanged", "update_verdicts"]

log = logging.getLogger(__name__)

BATCH = 100
"""Polls that are made at once; what they bring is in memory together."""
OF_A_HOST = 25
"""Of these, polls of one host: one that hangs must leave room for the others."""
TOGETHER = 0.2
"""Seconds in which readings are gathered to be kept in one transaction."""
AT_ONCE = 4
"""Polls that are begun in one turn of the loop."""
CHUNK = 25
"""Of these, readings with something in them that are worked on at a time."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What one round of polls brought."""

    polls: int = 0
    observations: int = 0
    signals: frozenset[str] = frozenset()
    """The signals whose sources were polled: they are to be settled."""
    waiting: frozenset[str] = frozenset()
    """Those of them, and of the rounds before, that have more to be polled at this moment (pages that were just found)."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """How the polls ended."""


class Poller:
    """Polls what is due, many at once, and keeps each reading as it comes: a source that hangs holds up no other.

    A source is asked once at a time. What has not answered when a round ends is still asked, and kept in a later one.
    """

    def __init__(self, store: Store, signals: Mapping[str, Signal], *, get: Get, read: Read, dice: Callable[[], float]) -> None:
        """Take where to look."""
        self._store, self._signals, self._dice = store, signals, dice
        self._known = {source.id: source for signal in signals.values() for source in signal.sources}
        self._look = partial(look, get=get, read=read)
        self._running: dict[str, asyncio.Task[PollResult]] = {}
        self._hosts = Counter[str]()
        self._waiting = frozenset[str]()

    async def __aenter__(self) -> Self:
        """The first sources are asked when they are wanted."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Break off what was asked for and is not wanted any more."""
        await self.close()

    async def close(self) -> None:
        """Break off what is still being asked; it is due again."""
        running = list(self._running.values())
        self._running.clear()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def next(self, now: datetime, wait: float | None = None) -> BatchResult:
        """Ask what is due at `now`, and keep what has been read since the last call.

        Waits `wait` seconds for a first reading (None: as long as it takes), then a moment for others to be kept with it.
        Gives no polls where nothing is asked any more, or nothing came in time. Raises StoreError where nothing can be read or
        stored.
        """
        await self._ask(now)
        if not self._running:
            return BatchResult()
        await asyncio.wait(self._running.values(), timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(self._running.values(), timeout=TOGETHER)
        readings = self._finished()
        if not readings:
            return BatchResult()
        await self._ask(now, kept=frozenset(reading.due.source.id for reading in readings))  # they answer meanwhile
        seen = await asyncio.to_thread(self._kept, readings, now)
        self._waiting = seen.waiting
        return seen

    async def _ask(self, now: datetime, kept: frozenset[str] = frozenset()) -> None:
        """Begin to ask what is due, up to the bounds; `kept` is not to be asked again, though nothing is stored of it yet."""
        if len(self._running) >= BATCH:
            return
        due, missing = await asyncio.to_thread(self._due, now, kept | frozenset(self._running), Counter(self._hosts))
        for number, one in enumerate(due, 1):
            name = one.source.id
            self._running[name] = asyncio.create_task(self._look(one, now=now, dice=self._dice(), missing=name in missing))
            self._hosts[host_of(one.source.url)] += 1
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)  # hundreds begun in one turn of the loop would hold up the page

    def _finished(self) -> list[PollResult]:
        """What has been read, no longer counted as being asked."""
        done = [(name, task) for name, task in self._running.items() if task.done()]
        for name, _ in done:
            del self._running[name]
        readings = [task.result() for _, task in done]
        for reading in readings:
            self._hosts[host_of(reading.due.source.url)] -= 1
        self._hosts += Counter()  # forgets hosts of which nothing is asked
        return readings

    def _kept(self, readings: Sequence[PollResult], now: datetime) -> BatchResult:
        """Keep them, then see what of their signals, and of those that were waiting, is still to be polled."""
        seen = _keep_all(self._store, self._signals, readings, now, self._dice)
        with self._store.reading() as tx:
            return replace(seen, waiting=tx.sources.signals_due(now, seen.signals | self._waiting))

    def _due(self, now: datetime, asked: frozenset[str], hosts: Counter[str]) -> tuple[list[Due], frozenset[str]]:
        """The sources to ask besides those that are asked already, and those of them of which an entry is missing."""
        with self._store.reading() as tx:
            most, room = BATCH + len(asked), BATCH - len(self._running)
            found = tx.sources.due(now, most, self._known)
            due = self._mine(found, asked, hosts, room)
            if len(due) < room and len(found) == most:  # some are not ours, or of a host that is asked enough: look behind them
                due = self._mine(tx.sources.due(now, known=self._known), asked, hosts, room)
            return due, _missing(tx, [one.source.id for one in due if one.source.record])

    def _mine(self, found: Iterable[Due], asked: frozenset[str], hosts: Counter[str], room: int) -> list[Due]:
        """Those that are ours to ask, as many as there is room for, and few of one host."""
        mine, seen = list[Due](), Counter(hosts)
        for one in found:
            host = host_of(one.source.url)
            if one.source.id not in asked and one.source.signal in self._signals and seen[host] < OF_A_HOST and len(mine) < room:
                seen[host] += 1
                mine.append(one)
        return mine


def host_of(url: str) -> str:
    """The host of an address, empty where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _keep_all(
    store: Store, signals: Mapping[str, Signal], readings: Sequence[PollResult], now: datetime, dice: Callable[[], float]
) -> BatchResult:
    """Keep what was read, together where that goes."""
    try:
        with store.writing() as tx:
            return _keep(tx, signals, readings, now)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001 - each is tried by itself next, and its error told
        log.warning("%d readings could not be kept together; each is kept by itself", len(readings))
        return _sum([_keep_alone(store, signals, reading, now, dice()) for reading in readings])


def _keep_alone(store: Store, signals: Mapping[str, Signal], reading: PollResult, now: datetime, dice: float) -> BatchResult:
    """Keep one reading; one that cannot be kept is booked as the failure of its source."""
    try:
        with store.writing() as tx:
            return _keep(tx, signals, [reading], now)
    except StoreError:
        raise
    except Exception as error:
        log.exception("what %s says could not be kept", reading.due.source.id)
        with store.writing() as tx:
            return _keep(tx, signals, [internal_error(reading.due, error, now=now, dice=dice)], now)


def _sum(parts: Sequence[BatchResult]) -> BatchResult:
    return BatchResult(
        sum(part.polls for part in parts),
        sum(part.observations for part in parts),
        frozenset().union(*(part.signals for part in parts)),
        outcomes=sum((part.outcomes for part in parts), Counter()),
    )


def _missing(tx: Transaction, records: Sequence[str]) -> frozenset[str]:
    """The record sources of which an entry has vanished and is not withdrawn yet."""
    known = tx.observations.known(records)
    return frozenset(
        source for source, entries in known.items() if any(one.missing_since and not one.withdrawn_at for one in entries.values())
    )


def _keep(tx: Transaction, signals: Mapping[str, Signal], readings: Sequence[PollResult], now: datetime) -> BatchResult:
    owner = {reading.due.source.id: reading.due.source.signal for reading in readings}
    observations = sum(_keep_some(tx, signals, owner, some, now) for some in _slices(readings))
    polled = frozenset(owner.values())
    outcomes = Counter(reading.poll.outcome.value for reading in readings)
    return BatchResult(len(readings), observations, polled, outcomes=outcomes)


def _slices(readings: Sequence[PollResult]) -> Iterator[Sequence[PollResult]]:
    """Those that brought nothing together, the others a few at a time: what is made of them need not be in memory together."""
    yield [reading for reading in readings if reading.entries is None]
    full = [reading for reading in readings if reading.entries is not None]
    yield from (full[start : start + CHUNK] for start in range(0, len(full), CHUNK))


def _keep_some(
    tx: Transaction, signals: Mapping[str, Signal], owner: Mapping[str, str], readings: Sequence[PollResult], now: datetime
) -> int:
    """Book some readings and what they claim; how many observations they brought."""
    observations = record_results(tx, readings, now)
    if observations:
        tx.claims.add([claim for seen in observations for claim in claims_of(signals[owner[seen.source]], seen)])
    return len(observations)


def update_verdicts(
    store: Store, signals: Iterable[Signal], now: datetime, *, known_until: datetime | None = None
) -> tuple[Transition, ...]:
    """Decide some signals again, each verdict in one transaction with its transitions; all transitions. Raises StoreError."""
    told: list[Transition] = []
    for signal in signals:
        with store.writing() as tx:
            told += update_verdict(tx, signal, now, known_until=known_until)
    return tuple(told)
