"""Limits for each host: how many requests at once, how far apart, and how long one that hangs is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HANGS = 2
"""Time-outs of a host in a row, without an answer between them, after which it is left alone."""
LEFT_ALONE = timedelta(minutes=5)
"""How long. Whoever waits behind a host that never answers would wait for each of its pages in turn."""


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    users: int = 0
    free_at: float = field(default=0.0)
    time_outs: int = 0
    hung_at: datetime | None = None
    """When the last of too many time-outs was."""


class HostLimiter:
    """Gives each request a slot: bounded in all and for each host, with a gap between two starts at one host."""

    def __init__(self, *, total: int, per_host: int, gap: float) -> None:
        """Take the bounds, and the gap in seconds."""
        self._total = asyncio.Semaphore(total)
        self._per_host, self._gap = per_host, gap
        self._hosts: dict[str, _Host] = {}
        self._tidy_at = 1000

    @asynccontextmanager
    async def slot(self, name: str) -> AsyncIterator[bool]:
        """Hold a slot at a host; gives whether others wait for the same host, so that the connection is worth keeping."""
        host = self._enter(name)
        try:
            async with host.slots:
                await self._keep_gap(host)
                async with self._total:
                    yield host.users > 1
        finally:
            host.users -= 1

    def answered(self, name: str) -> None:
        """Note that a host answered: it does not hang."""
        host = self._hosts[name]
        host.time_outs, host.hung_at = 0, None

    def timed_out(self, name: str, now: datetime) -> None:
        """Note that a host did not answer in time."""
        host = self._hosts[name]
        host.time_outs += 1
        host.hung_at = now if host.time_outs >= HANGS else None

    def left_alone_until(self, name: str, now: datetime) -> datetime | None:
        """Until when a host that hangs is not asked again; None where it may be asked."""
        hung_at = self._hosts[name].hung_at
        if hung_at is None or not hung_at <= now < hung_at + LEFT_ALONE:
            return None
        return hung_at + LEFT_ALONE

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
        self._hosts = {name: host for name, host in self._hosts.items() if host.users or host.free_at > now or host.time_outs}
        self._tidy_at = max(1000, 2 * len(self._hosts))
