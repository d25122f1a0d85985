"""The first stage: poll what is due, understand what is new, keep it in one transaction, and decide."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Self, TypeAlias
from urllib.parse import urlsplit

from watcher.core.model import Claim, Observation, Signal, Transition, Unreadable
from watcher.pipeline.decide import update_verdict
from watcher.pipeline.poll import Get, PollResult, Read, failure, internal_error, look
from watcher.pipeline.record import record_results
from watcher.pipeline.refusals import refused
from watcher.pipeline.sift import Sifted, sift
from watcher.pipeline.skip_unchanged import invalidate, skip_unchanged
from watcher.sandbox.pool import understand_here
from watcher.store.errors import StoreError
from watcher.store.records import Due
from watcher.store.store import Store, Transaction

__all__ = ["BatchResult", "Get", "Poller", "Read", "Understand", "invalidate", "skip_unchanged", "update_verdicts"]

log = logging.getLogger(__name__)

Understand: TypeAlias = Callable[[Signal, Sequence[Observation]], Awaitable[tuple[tuple[Claim, ...], ...]]]
"""Of each observation what it claims under the rules of a signal. Raises Unreadable where that takes too long."""

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
    reading: frozenset[str] = frozenset()
    """The signals of which something was read that is still to be understood: a verdict of now could not hold it."""


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
        dice: Callable[[], float],
        understand: Understand = understand_here,
    ) -> None:
        """Take where to look."""
        self._store, self._signals, self._dice = store, signals, dice
        self._known = {source.id: source for signal in signals.values() for source in signal.sources}
        self._get, self._read, self._understand = get, read, understand
        self._running: dict[str, asyncio.Task[PollResult]] = {}
        self._reading: dict[str, tuple[str, asyncio.Task[Sifted]]] = {}
        """What was read and is still to be understood: by source, the signal and the work."""
        self._locks = store.source_locks()
        self._hosts = Counter[str]()
        self._waiting = frozenset[str]()

    async def __aenter__(self) -> Self:
        """The first sources are asked when they are wanted."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Break off what was asked for and is not wanted any more."""
        await self.close()

    async def close(self) -> None:
        """Break off what is still being asked; it is due again, for other processes too."""
        running = self._under_way()
        self._running.clear()
        self._reading.clear()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.to_thread(self._locks.close)

    async def next(self, now: datetime, wait: float | None = None) -> BatchResult:
        """Ask what is due at `now`, and keep what has been read since the last call.

        Waits `wait` seconds for a first reading (None: as long as it takes), then a moment for others to be kept with it.
        Gives no polls where nothing is asked any more, or nothing came in time. Raises StoreError where nothing can be read or
        stored.
        """
        await self._ask(now)
        ready: list[Sifted] = []
        while (under_way := self._under_way()) and not ready:
            await asyncio.wait(under_way, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(under_way, timeout=TOGETHER)
            ready = await self._sifted(self._finished(), now)
            if wait is not None:
                break
        if not ready:
            return BatchResult(reading=self._unread())
        await self._ask(now, kept=frozenset(one.reading.due.source.id for one in ready))  # they answer meanwhile
        seen = await asyncio.to_thread(self._kept, ready, now, frozenset(self._running) | frozenset(self._reading))
        self._waiting = seen.waiting
        return replace(seen, reading=self._unread())

    async def _ask(self, now: datetime, kept: frozenset[str] = frozenset()) -> None:
        """Begin to ask what is due, up to the bounds; `kept` is not to be asked again, though nothing is stored of it yet."""
        under_way = self._running.keys() | self._reading.keys()
        if len(under_way) >= BATCH:
            return
        asked = await asyncio.to_thread(self._due, now, kept | under_way, Counter(self._hosts), BATCH - len(under_way))
        for number, one in enumerate(asked.due, 1):
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
            self._running[name] = asyncio.create_task(looking)
            self._hosts[host_of(one.source.url)] += 1
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)  # hundreds begun in one turn of the loop would hold up the page

    async def _sifted(self, readings: Sequence[PollResult], now: datetime) -> list[Sifted]:
        """What can be kept: of these readings, and of those before them that are understood by now."""
        found = await asyncio.to_thread(self._sift, readings, now) if readings else []
        begun = [(one.reading.due.source, asyncio.create_task(self._understood(one))) for one in found if one.fresh]
        self._reading |= {source.id: (source.signal, task) for source, task in begun}
        if begun:
            await asyncio.wait([task for _, task in begun], timeout=TOGETHER)
        done = [name for name, (_, task) in self._reading.items() if task.done()]
        return [*(one for one in found if not one.fresh), *(self._reading.pop(name)[1].result() for name in done)]

    def _sift(self, readings: Sequence[PollResult], now: datetime) -> list[Sifted]:
        """Find what is new in each; one with which that fails is the failure of its source."""
        with self._store.reading() as tx:
            try:
                return sift(tx, readings, now)
            except StoreError:
                raise
            except Exception:  # noqa: BLE001 - each is tried by itself next, and its error told
                log.warning("%d readings could not be compared together; each is compared by itself", len(readings))
                return [self._sift_alone(tx, reading, now) for reading in readings]

    def _sift_alone(self, tx: Transaction, reading: PollResult, now: datetime) -> Sifted:
        try:
            return sift(tx, [reading], now)[0]
        except StoreError:
            raise
        except Exception as error:
            log.exception("what %s says could not be compared", reading.due.source.id)
            return Sifted(internal_error(reading.due, error, now=now, dice=self._dice()))

    async def _understood(self, one: Sifted) -> Sifted:
        """The same with its claims; what is not understood within bounds is the failure of its source."""
        reading = one.reading
        document, now = reading.document.hash if reading.document else "", reading.poll.at
        try:
            claims = await self._understand(self._signals[reading.due.source.signal], one.fresh)
        except Unreadable as error:
            log.warning("what %s says was not understood: %s", reading.due.source.id, error.reason)
            return Sifted(failure(reading.due, error, now=now, dice=self._dice(), document=document))
        except Exception as error:
            log.exception("what %s says could not be understood", reading.due.source.id)
            return Sifted(internal_error(reading.due, error, now=now, dice=self._dice()))
        return replace(one, claims=claims)

    def _unread(self) -> frozenset[str]:
        """The signals of which something is still to be understood."""
        return frozenset(signal for signal, _ in self._reading.values())

    def _under_way(self) -> list[asyncio.Task[PollResult] | asyncio.Task[Sifted]]:
        """All that is being asked or understood."""
        return [*self._running.values(), *(task for _, task in self._reading.values())]

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

    def _kept(self, ready: Sequence[Sifted], now: datetime, under_way: frozenset[str]) -> BatchResult:
        """Keep them, then see what of their signals, and of those that were waiting, is still to be polled."""
        seen = _keep_all(self._store, ready, now, self._dice)
        self._locks.only(under_way)
        with self._store.reading() as tx:
            return replace(seen, waiting=tx.sources.signals_due(now, seen.signals | self._waiting))

    def _due(self, now: datetime, asked: frozenset[str], hosts: Counter[str], room: int) -> _Asked:
        """The sources to ask besides those that are asked already, as many as there is room for."""
        self._locks.only(asked)  # what was given up in an error is not ours any more
        due = self._taken(now, asked, hosts, room)
        with self._store.reading() as tx:
            return _Asked(due, _missing(tx, [one.source.id for one in due if one.source.record]), refused(tx, due, now))

    def _taken(self, now: datetime, asked: frozenset[str], hosts: Counter[str], room: int) -> list[Due]:
        """The same, none of which another process asks."""
        taken, tried = list[Due](), asked
        while names := self._candidates(now, tried, hosts, room - len(taken)):
            ours = self._locks.take(names)
            with self._store.reading() as tx:  # what another process has kept before it gave them back is due no more
                found = tx.sources.due_of(ours, now, self._known)
            taken += found
            hosts.update(host_of(one.source.url) for one in found)
            tried |= frozenset(names)
            if len(found) == len(names):  # nobody is beside us
                break
        self._locks.only(asked | {one.source.id for one in taken})
        return taken

    def _candidates(self, now: datetime, asked: frozenset[str], hosts: Counter[str], room: int) -> list[str]:
        """The ids of what is due and ours to ask, as many as there is room for."""
        with self._store.reading() as tx:
            most = BATCH + len(asked)
            found = tx.sources.due(now, most, self._known)
            due = self._mine(found, asked, hosts, room)
            if len(due) < room and len(found) == most:  # some are not ours, or of a host that is asked enough: look behind them
                due = self._mine(tx.sources.due(now, known=self._known), asked, hosts, room)
        return [one.source.id for one in due]

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


def _keep_all(store: Store, ready: Sequence[Sifted], now: datetime, dice: Callable[[], float]) -> BatchResult:
    """Keep what was read, together where that goes."""
    try:
        with store.writing() as tx:
            return _keep(tx, ready, now)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001 - each is tried by itself next, and its error told
        log.warning("%d readings could not be kept together; each is kept by itself", len(ready))
        return _sum([_keep_alone(store, one, now, dice()) for one in ready])


def _keep_alone(store: Store, one: Sifted, now: datetime, dice: float) -> BatchResult:
    """Keep one reading; one that cannot be kept is booked as the failure of its source."""
    try:
        with store.writing() as tx:
            return _keep(tx, [one], now)
    except StoreError:
        raise
    except Exception as error:
        log.exception("what %s says could not be kept", one.reading.due.source.id)
        with store.writing() as tx:
            return _keep(tx, [Sifted(internal_error(one.reading.due, error, now=now, dice=dice))], now)


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


def _keep(tx: Transaction, ready: Sequence[Sifted], now: datetime) -> BatchResult:
    observations = sum(len(record_results(tx, some, now)) for some in _slices(ready))
    polled = frozenset(one.reading.due.source.signal for one in ready)
    outcomes = Counter(one.reading.poll.outcome.value for one in ready)
    return BatchResult(len(ready), observations, polled, outcomes=outcomes)


def _slices(ready: Sequence[Sifted]) -> Iterator[Sequence[Sifted]]:
    """Those that brought nothing together, the others a few at a time: what is made of them need not be in memory together."""
    yield [one for one in ready if one.reading.entries is None]
    full = [one for one in ready if one.reading.entries is not None]
    yield from (full[start : start + CHUNK] for start in range(0, len(full), CHUNK))


def update_verdicts(
    store: Store, signals: Iterable[Signal], now: datetime, *, known_until: datetime | None = None
) -> tuple[Transition, ...]:
    """Decide some signals again, each verdict in one transaction with its transitions; all transitions. Raises StoreError."""
    told: list[Transition] = []
    for signal in signals:
        with store.writing() as tx:
            told += update_verdict(tx, signal, now, known_until=known_until)
    return tuple(told)
