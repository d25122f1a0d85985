"""Names become addresses once, and every address is checked before anything is connected to."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from watcher.fetch.exchange import Unreached
from watcher.fetch.guard import IP, Guard

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""Gives every address of a name, or raises OSError."""

NAMES_KEPT = 60
"""Seconds for which a checked resolution is used again."""
_TIDY_AT = 1000


@dataclass(frozen=True, slots=True)
class Places:
    """Where one host may be connected to, and the same as libcurl is told it; nothing is told of a literal address."""

    ips: frozenset[IP]
    told: tuple[str, ...]
    until: float
    """By the event loop's clock: till when this is known."""


class Names:
    """Resolves a name once, checks every address, and gives nothing but checked addresses."""

    def __init__(self, guard: Guard, resolve: Resolve) -> None:
        self._guard, self._resolve = guard, resolve
        self._known: dict[tuple[str, int], Places] = {}
        self._asked: dict[tuple[str, int], asyncio.Task[Places]] = {}

    async def places(self, host: str, port: int) -> Places:
        """Where a host may be connected to. Raises Unreached or Refused."""
        key, loop = (host, port), asyncio.get_running_loop()
        known = self._known.get(key)
        if known is not None and known.until > loop.time():
            return known
        if (literal := _literal(host)) is not None:
            self._guard.check(host, (host,))
            self._keep(key, Places(frozenset((literal,)), (), loop.time() + NAMES_KEPT))
            return self._known[key]
        task = self._asked.get(key)
        if task is None:  # those who ask while it is looked up wait for the same answer
            task = self._asked[key] = loop.create_task(self._look(host, port))
            task.add_done_callback(lambda done: self._answered(key, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():  # the look-up was called off, not the one who asks
                raise Unreached("name not found") from None
            raise

    async def aclose(self) -> None:
        """Wait for no name any more."""
        tasks = list(self._asked.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self, host: str, port: int) -> Places:
        try:
            addresses = await self._resolve(host, port)
            ips = [ipaddress.ip_address(address) for address in addresses]
        except (OSError, ValueError) as error:  # ValueError: a name that the system cannot write down
            raise Unreached("name not found") from error
        if not ips:
            raise Unreached("name not found")
        self._guard.check(host, addresses)
        listed = ",".join(f"[{ip}]" if ip.version == 6 else str(ip) for ip in ips)  # noqa: PLR2004 - IPv6
        return Places(frozenset(ips), (f"+{host}:{port}:{listed}",), asyncio.get_running_loop().time() + NAMES_KEPT)

    def _answered(self, key: tuple[str, int], task: asyncio.Task[Places]) -> None:
        self._asked.pop(key, None)
        if not task.cancelled() and task.exception() is None:
            self._keep(key, task.result())

    def _keep(self, key: tuple[str, int], places: Places) -> None:
        if len(self._known) >= _TIDY_AT:  # a long life must not gather every name ever asked
            now = asyncio.get_running_loop().time()
            self._known = {name: known for name, known in self._known.items() if known.until > now}
        self._known[key] = places


def _literal(host: str) -> IP | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
