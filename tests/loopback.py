"""A server on loopback that says exactly the bytes it is told, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar

from watcher.fetch import Answer, Fetcher, FetchSettings, Request
from watcher.fetch.response import RecordedResponse, RecordedTransport

Reply = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]

T = TypeVar("T")

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def http(status: int = 200, body: bytes | str = b"", **headers: str) -> bytes:
    """A whole answer; `content_length="…"` may announce more than is sent."""
    data = body.encode() if isinstance(body, str) else body
    named = {"Content-Length": str(len(data)), **{name.replace("_", "-").title(): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode() + data


@dataclass
class Site:
    """What the server says for each path, and what it was asked; `*` stands for every other path."""

    pages: Mapping[str, Reply]
    port: int = 0
    asked: list[str] = field(default_factory=list)
    open_now: int = 0
    open_most: int = 0
    connections: int = 0
    serving: bool = True
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        self.connections += 1
        self.open_now += 1
        self.open_most = max(self.open_most, self.open_now)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self.answer((await reader.readuntil(b"\r\n\r\n")).decode(), writer):
                pass
        self.open_now -= 1
        writer.close() if self.serving else writer.transport.abort()
        self.tasks.discard(task)

    async def stop(self) -> None:
        """End every conversation, also those that a client has just begun from its thread."""
        self.serving = False
        for _ in range(5):
            await asyncio.sleep(0)
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)
        for _ in range(5):
            await asyncio.sleep(0)

    async def answer(self, head: str, writer: asyncio.StreamWriter) -> bool:
        """Say what is to be said; gives whether the line stays open."""
        self.asked.append(head)
        path = head.split()[1]
        reply = self.pages.get(path, self.pages.get("*", http(404)))
        if not isinstance(reply, bytes):
            await reply(writer)
            return False
        writer.write(reply)
        await writer.drain()
        return "connection: close" not in head.lower()

    def header(self, name: str, index: int = -1) -> str | None:
        """A header of one request, or None."""
        found = [
            line.partition(":")[2].strip()
            for line in self.asked[index].split("\r\n")
            if line.lower().startswith(name.lower() + ":")
        ]
        return found[0] if found else None


@asynccontextmanager
async def serving(pages: Mapping[str, Reply] | Reply, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """Serve pages while the block runs."""
    site = Site(pages if isinstance(pages, Mapping) else {"*": pages})
    server = await asyncio.start_server(site.handle, "127.0.0.1", 0, ssl=tls, backlog=200)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        await site.stop()
        await server.wait_closed()


def settings(**changes: Any) -> FetchSettings:
    """Settings that may ask loopback, without gaps."""
    return FetchSettings(**{"allow": ("127.0.0.1",), "per_host_gap": timedelta(0), "timeout": timedelta(seconds=5), **changes})


def fetch(
    pages: Mapping[str, Reply] | Reply,
    path: str = "/",
    *,
    etag: str = "",
    last_modified: str = "",
    resolve: Any = None,
    **changes: Any,
) -> tuple[Answer, Site]:
    """Ask a site of these pages for one path."""

    async def run() -> tuple[Answer, Site]:
        async with serving(pages) as site, Fetcher(settings(**changes), clock=lambda: NOON, resolve=resolve) as fetcher:
            return await fetcher.get(Request(site.base + path, etag, last_modified)), site

    return asyncio.run(run())


class Names:
    """A name server that gives other addresses each time, as a rebinding one does."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0)


def meet(pages: Any, talk: Callable[[Site, Fetcher], Coroutine[Any, Any, Any]], *, resolve: Any = None, **changes: Any) -> Site:
    """Let a site and a fetcher meet."""

    async def run() -> Site:
        async with serving(pages) as site, Fetcher(settings(**changes), clock=lambda: NOON, resolve=resolve) as fetcher:
            await talk(site, fetcher)
            return site

    return asyncio.run(run())


async def until(condition: Callable[[], object]) -> None:
    """Wait for what the other side does, for ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a socket sets no event
            await asyncio.sleep(0.005)


def keep(
    kept: list[T], talk: Callable[[Site, Fetcher], Coroutine[Any, Any, T]]
) -> Callable[[Site, Fetcher], Coroutine[Any, Any, None]]:
    """Keep what a talk gives."""

    async def run(site: Site, fetcher: Fetcher) -> None:
        kept.append(await talk(site, fetcher))

    return run


def ask(web: dict[str, RecordedResponse], url: str) -> Answer:
    """Ask a recorded web."""

    async def run() -> Answer:
        transport = RecordedTransport(lambda asked, headers: web[asked])
        async with Fetcher(FetchSettings(), clock=lambda: NOON, transport=transport) as fetcher:
            return await fetcher.get(Request(url))

    return asyncio.run(run())
