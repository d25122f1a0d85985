"""Keeps what is being delivered ours, in short steps: what a kill leaves behind is free soon, urgent or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.store.engine import Scope
from watcher.store.errors import StoreError
from watcher.store.store import Store

OUTBOX = Scope(alone=("outbox",))
"""Of all processes one at a time claims what is due: so the pace of a channel holds for all of them together."""
WITHIN = 0.8
"""Share of a lease after which sending ends where it could not be renewed: another process may send the same soon."""
RENEW = 0.3
"""Share of a lease after which it is renewed."""


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases of one cycle."""

    store: Store
    moment: Callable[[], datetime]
    lease: timedelta
    longest: timedelta
    """How long sending one message may take."""
    limits: dict[int, asyncio.Timeout] = field(default_factory=dict)
    """When what is being sent is given up, by the number of its delivery."""

    @asynccontextmanager
    async def kept(self, numbers: Sequence[int], claimed_at: datetime) -> AsyncIterator[None]:
        """Renew what was claimed while the block runs."""
        renewing = asyncio.create_task(self._keep(list(numbers), claimed_at + self.lease))
        try:
            yield
        finally:
            renewing.cancel()

    async def send(self, number: int, sending: Awaitable[None]) -> None:
        """Send while the lease holds, and for no longer than sending may take. Raises TimeoutError, and what sending raises."""
        try:
            async with (
                asyncio.timeout(self.longest.total_seconds()),
                asyncio.timeout(self.lease.total_seconds() * WITHIN) as limit,
            ):
                self.limits[number] = limit
                await sending
        finally:
            self.limits.pop(number, None)

    async def _keep(self, numbers: list[int], until: datetime) -> None:
        loop, seconds = asyncio.get_running_loop(), self.lease.total_seconds()
        while numbers:
            await asyncio.sleep(seconds * RENEW)
            begun, now = loop.time(), self.moment()
            if now >= until:
                return  # too late: somebody else may have them
            try:
                held = await asyncio.to_thread(self._renew, numbers, now)
            except StoreError:
                continue  # what is being sent ends before its lease does
            until = now + self.lease
            for number in held & self.limits.keys():
                self.limits[number].reschedule(begun + seconds * WITHIN)

    def _renew(self, numbers: list[int], now: datetime) -> set[int]:
        with self.store.writing(OUTBOX) as tx:
            return tx.deliveries.renew(numbers, now, now + self.lease)
