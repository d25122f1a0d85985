"""How much is under way at a time: what turns out to be slow makes room for others, and goes on beside them."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType


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
