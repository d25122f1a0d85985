"""What is being asked, and what was read and is still to be understood: many sources at once, gathered as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from watcher.core.model import Document, Entry, Facts, Signal
from watcher.fetch.rate_limit import Place, Places
from watcher.pipeline.keep import Understand, sift_all, understood
from watcher.pipeline.poll import PollResult, Read
from watcher.pipeline.record import Sifted
from watcher.store.records import Due
from watcher.store.store import Store

TOGETHER = 0.2
"""Seconds in which readings are gathered to be kept in one transaction."""
SLOW_AFTER = 4.0
"""Seconds after which a source that is still being asked leaves room for others."""
MOST_SLOW = 200
"""So many such sources are under way beside the others."""
READINGS = 20
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
        self._room = Places(READINGS, patience=slow_after, aside=READINGS)
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
                await asyncio.wait(others, timeout=TOGETHER)
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
            await asyncio.wait([task for _, task in begun], timeout=TOGETHER)
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
