"""A web on loopback for the soak: any number of hosts, each with a feed, and when each of them was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import pairwise
from time import monotonic


class Web:
    """A mirror, `GET /host/path`: notes who is asked when, and answers for some hosts never."""

    def __init__(self, says: Callable[[str], bytes], *, hangs: tuple[str, ...] = ()) -> None:
        """Take what each host says, and how the names of the hosts begin that never answer."""
        self.asked: dict[str, list[float]] = {}
        self._says, self._hangs = says, hangs

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request on a line."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            host = (await reader.readuntil(b"\r\n\r\n")).split(b"/")[1].decode()
            self.asked.setdefault(host, []).append(monotonic())
            if host.startswith(self._hangs):
                await reader.read()
            body = self._says(host)
            head = (
                f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()

    def asked_of(self, *kinds: str) -> int:
        """How often hosts were asked whose names begin so."""
        return sum(len(times) for host, times in self.asked.items() if host.startswith(kinds))

    def lateness(self, hosts: list[str], pace: timedelta, until: float) -> float:
        """Seconds by which one of these hosts was asked later than its pace, at the worst."""
        times = [sorted([*self.asked.get(host, ()), until]) for host in hosts]
        if any(len(each) == 1 for each in times):
            return until
        return max(later - earlier for each in times for earlier, later in pairwise(each)) - pace.total_seconds()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Its address on a free port."""
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()


def feed(host: str, name: str, text: str) -> bytes:
    """A JSON feed with one note, at `https://host/name`."""
    item = {"id": name, "url": f"https://{host}/{name}", "title": "A note", "content_text": text}
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [item]}).encode()


def names(kind: str, many: int) -> list[str]:
    """So many hosts of a kind."""
    return [f"{kind}{number}.example" for number in range(many)]
