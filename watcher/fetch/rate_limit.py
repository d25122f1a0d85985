"""Limits for each host: how many requests at once, how far apart, and how long one that hangs is left alone."""

from __future__ import annotations

import asyncio
import resource
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from types import TracebackType

# How much is under way at a time: what turns out to be slow makes room for others, and goes on beside them.


class Places:
    """A bound on what is quick or has just begun, and another one on what is slow."""

    def __init__(self, total: int, *, patience: float, aside: int) -> None:
        """`total` at a time; what takes longer than `patience` seconds goes on beside them, up to `aside` at a time."""
        self._patience, self._aside = patience, aside
        self._all = asyncio.Semaphore(total)
        self._doubtful = asyncio.Semaphore(max(1, total * 3 // 4))
        self._waiting = deque[Place]()
        """Slow ones for which there was no room aside, the slowest first."""

    def place(self, *, doubtful: bool = False) -> Place:
        """A place, to be held in a block; what is doubtful leaves a quarter of them to all else."""
        return Place(self, doubtful=doubtful)

    async def wait(self, place: Place, *, doubtful: bool) -> asyncio.TimerHandle:
        """Wait for a place; gives what will make room for others."""
        if doubtful:
            await self._doubtful.acquire()
        try:
            await self._all.acquire()
        except BaseException:
            if doubtful:
                self._doubtful.release()
            raise
        return asyncio.get_running_loop().call_later(self._patience, self._step_aside, place)

    def free(self, *, doubtful: bool) -> None:
        """Give a place to the next."""
        self._all.release()
        if doubtful:
            self._doubtful.release()

    def _step_aside(self, place: Place) -> None:
        if self._aside:
            self._aside -= 1
            place.leave()
        else:
            self._waiting.append(place)

    def end(self, place: Place) -> None:
        """What had a place is over."""
        if not place.left:
            place.leave()
            if place in self._waiting:
                self._waiting.remove(place)
        elif self._waiting:
            self._waiting.popleft().leave()
        else:
            self._aside += 1


class Place:
    """One place: held while what has it is quick."""

    def __init__(self, places: Places, *, doubtful: bool) -> None:
        """It is not taken yet."""
        self._places, self._doubtful, self.left = places, doubtful, False
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        """Wait for it."""
        await self.take()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give it up."""
        self.give_back()

    async def take(self) -> None:
        """Wait for it."""
        self._timer = await self._places.wait(self, doubtful=self._doubtful)

    def give_back(self) -> None:
        """Give it up."""
        if self._timer:
            self._timer.cancel()
        self._places.end(self)

    def leave(self) -> None:
        """Free it, though what had it goes on."""
        self.left = True
        self._places.free(doubtful=self._doubtful)


# The limits themselves: a slot for each request, and hosts that hang left alone.

HANGS = 2
"""Time-outs of a host in a row, without an answer between them, after which it is left alone."""
LEFT_ALONE = timedelta(minutes=5)
"""How long. Whoever waits behind a host that never answers would wait for each of its pages in turn."""
PROBE_EVERY = timedelta(minutes=1)
"""How soon after an address of such a host that did not answer, either, another one is tried that has not failed yet."""
ASIDE, MOST_ASIDE = 10, 200
"""Slow requests that go on beside the quick ones, for each of these, and in all: a burst of hosts that hang is all asked within
seconds."""
OWN = 120
"""Descriptors that others need, before any are for slow requests."""
MOST_SILENT = 1000
"""Addresses of a host of which is remembered that they did not answer."""
MOST_SILENT_HOSTS = 1000
"""Hosts of which is remembered that they did not answer, though nobody asks them now: many are never asked again."""


def most_aside(total: int, *, descriptors: int | None = None) -> int:
    """How many slow requests may go on beside `total` others, so that they take half at most of the descriptors that are free.

    A request may hold two. `descriptors`: the limit of the process, asked of the system where None.
    """
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if descriptors is None else descriptors
    if limit == resource.RLIM_INFINITY:
        return min(ASIDE * total, MOST_ASIDE)
    return max(0, min(ASIDE * total, MOST_ASIDE, (limit - OWN - 2 * total) // 4))


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    users: int = 0
    free_at: float = field(default=0.0)
    time_outs: int = 0
    silent_at: float = 0.0
    """When the last of them was, by the event loop's clock."""
    hung_at: datetime | None = None
    """When the last of too many time-outs was."""
    silent: set[str] = field(default_factory=set)
    """The addresses that did not answer when they were last asked."""
    probing: asyncio.Lock = field(default_factory=asyncio.Lock)


class HostLimiter:
    """Gives each request a slot: bounded in all and for each host, with a gap between two starts at one host."""

    def __init__(self, *, total: int, per_host: int, gap: float, patience: float, aside: int) -> None:
        """Take the bounds, and the gap in seconds.

        A request that takes longer than `patience` seconds leaves its slot to another and goes on beside it, up to `aside` at
        a time.
        """
        self._places = Places(total, patience=patience, aside=aside)
        self._per_host, self._gap = per_host, gap
        self._hosts: dict[str, _Host] = {}
        self._tidy_at = 1000

    @asynccontextmanager
    async def slot(self, name: str, *, known: bool) -> AsyncIterator[bool]:
        """Hold a slot at a host; gives whether others wait for the same host, so that the connection is worth keeping.

        `known`: whether it has answered when it was last asked, by this process or one before it.
        """
        host = self._enter(name)
        try:
            async with host.slots:
                await self._keep_gap(host)
                async with self._places.place(doubtful=host.time_outs > 0 or not known):
                    yield host.users > 1
        finally:
            host.users -= 1

    @asynccontextmanager
    async def turn(self, name: str, url: str, clock: Callable[[], datetime]) -> AsyncIterator[datetime | None]:
        """Hold the right to ask an address of a host; gives until when it is left alone, None where it may be asked.

        A host hangs when several addresses in a row did not answer. Then these are left alone, and of the others one at a time
        is asked: it may be that only some pages hang.
        """
        host = self._hosts[name]
        if _left_alone_until(host, url, clock()) or not _hangs(host, clock()):
            yield _left_alone_until(host, url, clock())
            return
        async with host.probing:
            yield _left_alone_until(host, url, clock())

    def answered(self, name: str, url: str) -> None:
        """Note that an address answered: its host does not hang."""
        host = self._hosts[name]
        host.time_outs, host.hung_at = 0, None
        host.silent.discard(url)

    def timed_out(self, name: str, url: str, now: datetime) -> None:
        """Note that an address did not answer in time."""
        host = self._hosts[name]
        host.time_outs += 1
        host.silent_at = asyncio.get_running_loop().time()
        host.hung_at = now if host.time_outs >= HANGS else None
        if len(host.silent) < MOST_SILENT:
            host.silent.add(url)

    def _enter(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            self._tidy()
            host = self._hosts[name] = _Host(asyncio.Semaphore(self._per_host))
        host.users += 1
        return host

    async def _keep_gap(self, host: _Host) -> None:
        if not self._gap:
            return
        now = asyncio.get_running_loop().time()
        start = max(now, host.free_at)
        host.free_at = start + self._gap
        if start > now:
            await asyncio.sleep(start - now)

    def _tidy(self) -> None:
        """Forget hosts that nobody waits for, now and then: a long life must not gather every host ever asked."""
        if len(self._hosts) < self._tidy_at:
            return
        now = asyncio.get_running_loop().time()
        idle = (host for host in self._hosts.values() if host.time_outs and not host.users)
        silent = {id(host) for host in nlargest(MOST_SILENT_HOSTS, idle, key=lambda host: host.silent_at)}
        self._hosts = {name: host for name, host in self._hosts.items() if host.users or host.free_at > now or id(host) in silent}
        self._tidy_at = max(1000, 2 * len(self._hosts))


def _hangs(host: _Host, now: datetime) -> bool:
    return host.hung_at is not None and host.hung_at <= now < host.hung_at + LEFT_ALONE


def _left_alone_until(host: _Host, url: str, now: datetime) -> datetime | None:
    """Until when an address is not asked: as long as its host hangs, or until another one may be tried."""
    if host.hung_at is None or not _hangs(host, now):
        return None
    if url in host.silent:
        return host.hung_at + LEFT_ALONE
    soon = host.hung_at + PROBE_EVERY
    return soon if host.time_outs > HANGS and now < soon else None
