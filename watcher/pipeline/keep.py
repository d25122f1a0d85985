"""From what is being asked to what is kept: gathered, compared, understood, recorded, each failure as that of its source."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from watcher.core.model import Claim, Document, Entry, Facts, Observation, Signal, Unreadable
from watcher.fetch.rate_limit import Place, Places
from watcher.pipeline.poll import PollResult, Read, failure, internal_error
from watcher.pipeline.record import Sifted, encode, record_results, sift
from watcher.store.engine import Scope
from watcher.store.errors import StoreError
from watcher.store.records import Due
from watcher.store.store import Store, Transaction

log = logging.getLogger(__name__)

Understand: TypeAlias = Callable[[Signal, Sequence[Observation]], Awaitable[tuple[tuple[Claim, ...], ...]]]
"""Of each observation what it claims under the rules of a signal. Raises Unreadable where that takes too long."""
Check: TypeAlias = Callable[[Transaction], None]
"""Asked inside a transaction before anything is written in it; raises StoreError where nothing must be."""


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


def unchecked(_tx: Transaction) -> None:
    """Let everything be written: nobody else has another configuration."""


def sift_all(store: Store, readings: Sequence[PollResult], now: datetime, dice: Callable[[], float]) -> list[Sifted]:
    """Find what is new in each; one with which that fails is the failure of its source. Raises StoreError."""
    with store.reading() as tx:
        try:
            return sift(tx, readings, now)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - each is tried by itself next, and its error told
            log.warning("%d readings could not be compared together; each is compared by itself", len(readings))
    return [_sift_alone(store, reading, now, dice) for reading in readings]


def _sift_alone(store: Store, reading: PollResult, now: datetime, dice: Callable[[], float]) -> Sifted:
    """In a transaction of its own: PostgreSQL answers nothing more in one in which it has refused something."""
    with store.reading() as tx:
        try:
            return sift(tx, [reading], now)[0]
        except StoreError:
            raise
        except Exception as error:
            log.exception("what %s says could not be compared", reading.due.source.id)
            return Sifted(internal_error(reading.due, error, now=now, dice=dice()))


async def understood(one: Sifted, signal: Signal, understand: Understand, dice: Callable[[], float]) -> Sifted:
    """The same with its claims; what is not understood within bounds is the failure of its source."""
    reading = one.reading
    document, now = reading.document.hash if reading.document else "", reading.poll.at
    try:
        claims = await understand(signal, one.fresh)
    except Unreadable as error:
        log.warning("what %s says was not understood: %s", reading.due.source.id, error.reason)
        return Sifted(failure(reading.due, error, now=now, dice=dice(), document=document))
    except Exception as error:
        log.exception("what %s says could not be understood", reading.due.source.id)
        return Sifted(internal_error(reading.due, error, now=now, dice=dice()))
    return replace(one, claims=claims)


def signal_lock(signal: str) -> str:
    """The name under which a signal is decided by one at a time."""
    return f"signal {signal}"


def scope_of(ready: Iterable[Sifted]) -> Scope:
    """Beside other readings, and not while one of their signals is decided: it would not know what to be decided again for."""
    return Scope(share=tuple({signal_lock(one.reading.due.source.signal) for one in ready}))


def keep_all(
    store: Store, ready: Sequence[Sifted], now: datetime, dice: Callable[[], float], *, check: Check = unchecked
) -> BatchResult:
    """Keep what was read, together where that goes. Raises StoreError, where nothing is kept."""
    ready = [_encoded(one, now, dice) for one in ready]
    try:
        with store.writing(scope_of(ready)) as tx:
            check(tx)
            return _keep(tx, ready, now)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001 - each is tried by itself next, and its error told
        log.warning("%d readings could not be kept together; each is kept by itself", len(ready))
        return _sum([_keep_alone(store, one, now, dice(), check) for one in ready])


def _encoded(one: Sifted, now: datetime, dice: Callable[[], float]) -> Sifted:
    """The same as it is written, for which nobody is to wait; one that cannot be written is the failure of its source."""
    try:
        return replace(one, encoded=encode(one))
    except Exception as error:
        log.exception("what %s says could not be written", one.reading.due.source.id)
        return Sifted(internal_error(one.reading.due, error, now=now, dice=dice()))


def _keep_alone(store: Store, one: Sifted, now: datetime, dice: float, check: Check) -> BatchResult:
    """Keep one reading; one that cannot be kept is recorded as the failure of its source."""
    try:
        with store.writing(scope_of([one])) as tx:
            check(tx)
            return _keep(tx, [one], now)
    except StoreError:
        raise
    except Exception as error:
        log.exception("what %s says could not be kept", one.reading.due.source.id)
        with store.writing(scope_of([one])) as tx:
            check(tx)
            return _keep(tx, [Sifted(internal_error(one.reading.due, error, now=now, dice=dice))], now)


def _sum(parts: Sequence[BatchResult]) -> BatchResult:
    return BatchResult(
        sum(part.polls for part in parts),
        sum(part.observations for part in parts),
        frozenset().union(*(part.signals for part in parts)),
        outcomes=sum((part.outcomes for part in parts), Counter()),
    )


def _keep(tx: Transaction, ready: Sequence[Sifted], now: datetime) -> BatchResult:
    observations = record_results(tx, ready, now)
    polled = frozenset(one.reading.due.source.signal for one in ready)
    outcomes = Counter(one.reading.poll.outcome.value for one in ready)
    return BatchResult(len(ready), observations, polled, outcomes=outcomes)


def missing_entries(tx: Transaction, records: Sequence[str]) -> frozenset[str]:
    """The record sources of which an entry has vanished and is not withdrawn yet."""
    known = tx.observations.known(records)
    return frozenset(
        source for source, entries in known.items() if any(one.missing_since and not one.withdrawn_at for one in entries.values())
    )


# What is being asked, and what was read and is still to be understood: many sources at once, gathered as they come.

GATHERED_FOR = 0.2
"""Seconds in which readings are gathered to be kept in one transaction."""
SLOW_AFTER = 4.0
"""Seconds after which a source that is still being asked leaves room for others."""
MOST_SLOW = 200
"""So many such sources are under way beside the others."""
MOST_READINGS = 20
"""Documents that are read or wait to be kept, beside those that are being kept; more that have come wait unread.

As many again that are slow to be read or understood wait beside them: the readers take these one at a time, and what is quick
should not wait behind.
"""


class UnderWay:
    """The polls that are under way; what is slow to answer or to be understood holds up no other."""

    def __init__(
        self,
        store: Store,
        signals: Mapping[str, Signal],
        *,
        understand: Understand,
        dice: Callable[[], float],
        slow_after: float = SLOW_AFTER,
    ) -> None:
        """Nothing is asked yet."""
        self._store, self._signals, self._understand, self._dice = store, signals, understand, dice
        self._slow_after = slow_after
        self._asking: dict[str, tuple[Due, asyncio.Task[PollResult | None], float]] = {}
        """By source, what was due, the poll, and by the clock of the loop when it began; the longest first."""
        self._reading: dict[str, tuple[str, asyncio.Task[Sifted]]] = {}
        """What was read and is still to be understood: by source, the signal and the work."""
        self._room = Places(MOST_READINGS, patience=slow_after, aside=MOST_READINGS)
        self._held: dict[str, Place] = {}
        """The places of the sources whose entries are in memory."""
        self._unread = set[str]()
        """Those whose document waits for room."""

    def __len__(self) -> int:
        """How many sources."""
        return len(self._asking) + len(self._reading)

    def names(self) -> frozenset[str]:
        """The sources."""
        return frozenset(self._asking) | frozenset(self._reading)

    def asking(self) -> list[Due]:
        """What is being asked."""
        return [due for due, _, _ in self._asking.values()]

    def slow(self) -> frozenset[str]:
        """The sources that have been asked for so long that others are asked beside them."""
        until = asyncio.get_running_loop().time() - self._slow_after
        found = [name for name, (_, _, begun) in self._asking.items() if begun <= until]
        return frozenset(found[:MOST_SLOW])

    def unread(self) -> frozenset[str]:
        """The signals of which something is still to be understood."""
        return frozenset(signal for signal, _ in self._reading.values())

    def ask(self, due: Due, looking: Coroutine[Any, Any, PollResult | None]) -> asyncio.Task[PollResult | None]:
        """Begin to poll a source; a poll that gives None asked nothing."""
        task = asyncio.create_task(looking)
        self._asking[due.source.id] = (due, task, asyncio.get_running_loop().time())
        return task

    async def read(self, source: str, read: Read, document: Document, form: str, options: Facts) -> tuple[Entry, ...]:
        """Read a document of a source as soon as there is room for its entries, which `make_room` gives back.

        Sources that never had a good reading, or failed when they were last asked, leave a quarter of the room to the others.
        """
        asking = self._asking.get(source)
        place = self._room.place(doubtful=asking is not None and is_doubtful(asking[0]))
        self._unread.add(source)
        try:
            await place.take()
        finally:
            self._unread.discard(source)
        try:
            entries = await read(document, form, options)
        except BaseException:
            place.give_back()
            raise
        self._held[source] = place
        return entries

    def make_room(self) -> None:
        """What is not under way any more is being kept, or was lost in an error: others may be read."""
        for name in self._held.keys() - self.names():
            self._held.pop(name).give_back()

    async def ready(self, clock: Callable[[], datetime], wait: float | None = None) -> list[Sifted]:
        """What can be kept: waits `wait` seconds for a first reading (None: as long as it takes), then a moment for others.

        Nothing, where nothing is under way any more, or nothing came in time. Raises StoreError.
        """
        found: list[Sifted] = []
        while (tasks := self._tasks()) and not found:
            await asyncio.wait(tasks, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if others := self._tasks(without=self._unread):
                await asyncio.wait(others, timeout=GATHERED_FOR)
            found = await self._sifted(self._finished(), clock())
            if wait is not None:
                break
        return found

    async def close(self) -> None:
        """Break off all of it."""
        tasks = self._tasks()
        self._asking.clear()
        self._reading.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _sifted(self, readings: Sequence[PollResult], now: datetime) -> list[Sifted]:
        """What can be kept: of these readings, and of those before them that are understood by now."""
        found = await asyncio.to_thread(sift_all, self._store, readings, now, self._dice) if readings else []
        begun = [(one.reading.due.source, asyncio.create_task(self._understood(one))) for one in found if one.fresh]
        self._reading |= {source.id: (source.signal, task) for source, task in begun}
        if begun:
            await asyncio.wait([task for _, task in begun], timeout=GATHERED_FOR)
        done = [name for name, (_, task) in self._reading.items() if task.done()]
        return [*(one for one in found if not one.fresh), *(self._reading.pop(name)[1].result() for name in done)]

    async def _understood(self, one: Sifted) -> Sifted:
        return await understood(one, self._signals[one.reading.due.source.signal], self._understand, self._dice)

    def _tasks(self, without: Collection[str] = ()) -> list[asyncio.Task[PollResult | None] | asyncio.Task[Sifted]]:
        asking = (task for name, (_, task, _) in self._asking.items() if name not in without)
        return [*asking, *(task for _, task in self._reading.values())]

    def _finished(self) -> list[PollResult]:
        """What has been read, no longer counted as being asked."""
        done = [(name, task) for name, (_, task, _) in self._asking.items() if task.done()]
        for name, _ in done:
            del self._asking[name]
        return [reading for _, task in done if (reading := task.result()) is not None]


def is_doubtful(due: Due) -> bool:
    """Whether a source failed when it was last asked, or never had a good reading."""
    return due.failures > 0 or due.health.last_good_at is None


@lru_cache(maxsize=20_000)  # what is due is looked through again each time there is room
def host_of(url: str) -> str:
    """The host of an address, empty where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
