"""The connections: libcurl, to addresses that the guard has checked."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from watcher.fetch._curl_lines import CLOSED, Lines, Origin
from watcher.fetch._curl_names import Names, Resolve
from watcher.fetch._curl_transfer import Hung
from watcher.fetch._curl_trust import bundle, path_of
from watcher.fetch.address import Refused, parse
from watcher.fetch.exchange import Reply, Unreached
from watcher.fetch.guard import Guard

__all__ = ["Resolve", "Wire"]

LOOKUPS = 32
"""Names looked up at the same time; a dead name server must not hold up the others."""
MOST_ORIGINS = 4096
"""Places that are known at the same time; then all are looked at anew."""
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Wire:
    """Sends requests by libcurl, which costs less than any client in Python, above all to import (docs/decisions.md)."""

    def __init__(self, guard: Guard, *, resolve: Resolve | None = None, ca_file: str = "", limit: int = 100) -> None:
        """Take the guard and the way names are resolved; needs a running event loop."""
        self._lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="names")
        self._names = Names(guard, resolve or self._look_up)
        self._lines = Lines(limit)
        self._loop = asyncio.get_running_loop()
        self._origins: dict[str, Origin] = {}
        self._ca_file = ca_file
        self._closed = False
        self._trusted: asyncio.Task[IO[bytes]] | None = None

    async def ask(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Send one request; no redirect is followed, nothing is inflated. Raises Unreached or Refused."""
        if not url.isascii() or _UNSENDABLE.search("".join(headers.values())):
            raise Refused("request that cannot be written down")
        end = url.find("/", len("https://"))
        place, target = (url, "/") if end < 0 else (url[:end], url[end:])
        origin = self._origins.get(place)
        if origin is None or origin.places.until <= self._loop.time():
            origin = await self._origin(place)
        try:
            return await self._lines.start(origin, target, headers).reply()
        except Hung:  # many a server closes a line just when it is used
            return await self._lines.start(origin, target, headers).reply()

    async def _origin(self, place: str) -> Origin:
        if self._closed:
            raise Unreached(CLOSED)
        address = parse(place)
        places = await self._names.places(address.host, address.port)
        authorities = await self._authorities() if address.scheme == "https" else ""
        if len(self._origins) >= MOST_ORIGINS:
            self._origins.clear()
        origin = self._origins[place] = Origin(place, address.host, places, authorities)
        return origin

    async def aclose(self) -> None:
        """Close every connection; who asks from now on is told that."""
        self._closed = True
        self._lines.close()
        await self._names.aclose()
        self._lookups.shutdown(wait=False, cancel_futures=True)
        if self._trusted is not None:
            for held in await asyncio.gather(self._trusted, return_exceptions=True):
                if not isinstance(held, BaseException):
                    held.close()

    async def _authorities(self) -> str:
        """Made for the first secure request: reading the system's authorities takes a while. Raises Unreached."""
        if self._closed:
            raise Unreached(CLOSED)
        if self._trusted is None or (self._trusted.done() and self._trusted.exception()):
            self._trusted = asyncio.create_task(asyncio.to_thread(bundle, self._ca_file))
        held = await asyncio.shield(self._trusted)
        if held.closed:
            raise Unreached(CLOSED)
        return path_of(held)

    async def _look_up(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._lookups, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        return list(dict.fromkeys(str(address[0]) for *_, address in found))
