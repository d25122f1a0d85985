"""The daemon: start, idling with forty sources, the page under load, and the way from a change to the mail server."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tools.bench_measure import fetched, measured, python, running, spent, told
from tools.rig import declared

Row = tuple[str, str]
SOURCES, CONNECTIONS, REQUESTS, IDLE = 40, 8, 10_000, 20.0


def daemon(latency_sources: int) -> Iterator[Row]:
    """All that is measured of a daemon."""
    with tempfile.TemporaryDirectory() as folder, running(python("-m", "tools.bench_feeds", str(SOURCES))) as (_, farm):
        place = Path(folder)
        write(place, farm, SOURCES, every="1h")
        config = str(place / "signals.toml")
        measured(python("-m", "watcher", "once", "--config", config))
        cost = measured(python("-m", "watcher", "status", "--config", config))
        yield "`watcher status`", f"{cost.wall:.2f} s, {cost.cpu:.2f} s CPU, {cost.peak_mb:.0f} MB"
        begun = time.perf_counter()
        with running(python("-m", "watcher", "run", "--config", config, "--port", "0")) as (process, line):
            page = line.rpartition(" ")[2]
            fetched(page)
            yield "`watcher run` to the first page", f"{time.perf_counter() - begun:.2f} s, {spent(process.pid)[0]:.2f} s CPU"
            yield from page_load(page, process.pid)
            yield idle(process.pid)
    yield from latency(latency_sources)


def write(place: Path, farm: str, count: int, *, every: str, extra: str = "") -> None:
    """A signals.toml over the feeds of the farm."""
    text = declared([f"{farm}/feed/{n}" for n in range(count)], place).replace('every = "1s"', f'every = "{every}"')
    (place / "signals.toml").write_text(text + extra)


def idle(pid: int) -> Row:
    """Processor and memory of a daemon that has nothing to do."""
    time.sleep(2)
    before, _ = spent(pid)
    time.sleep(IDLE)
    after, memory = spent(pid)
    return f"idling with {SOURCES} sources", f"{(after - before) / IDLE:.2%} of a core, {memory:.0f} MB"


def page_load(page: str, pid: int) -> Iterator[Row]:
    """Requests a second of the server's own processor time, whole pages and 304s."""
    host, _, port = page.removeprefix("http://").rstrip("/").partition(":")
    etag = asyncio.run(first_etag(host, int(port)))
    for name, condition in (("whole pages", ""), ("304", f"If-None-Match: {etag}\r\n")):
        before, _ = spent(pid)
        asyncio.run(storm(host, int(port), condition))
        after, _ = spent(pid)
        yield f"the page: {name}", f"{REQUESTS / max(after - before, 0.01):,.0f} a second of one core"


def ask(condition: str = "") -> bytes:
    """One request."""
    return f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n{condition}\r\n".encode()


async def first_etag(host: str, port: int) -> str:
    """The page's mark."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(ask())
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    return next(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("etag"))


async def storm(host: str, port: int, condition: str) -> None:
    """All requests over a few connections, each after the answer to the one before."""

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        for _ in range(REQUESTS // CONNECTIONS):
            writer.write(ask(condition))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if length and not head.startswith(b"http/1.1 304"):
                await reader.readexactly(int(length))
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))


class Office:
    """A mail server that notes when it accepted what."""

    def __init__(self) -> None:
        """Nothing has come."""
        self.letters: list[tuple[float, str]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's names
        """Accept."""
        self.letters.append((time.time(), envelope.content.decode("utf-8", "replace")))
        return "250 accepted"


def latency(count: int) -> Iterator[Row]:
    """From the change of one document of many that are due at once to the mail server's acceptance."""
    office = Office()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(office, hostname="127.0.0.1", port=port, ready_timeout=10)
    server.start()
    smtp = f'\n[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom = "watch@example.org"\n'
    try:
        with tempfile.TemporaryDirectory() as folder, running(python("-m", "tools.bench_feeds", str(count))) as (_, farm):
            place = Path(folder)
            write(place, farm, count, every="1s", extra=smtp)
            text = (place / "signals.toml").read_text()
            text = text.replace('channel = "maildir"', 'channel = "smtp"').replace(
                f'to = "{place}/mailbox"', 'to = "reader@example.org"'
            )
            (place / "signals.toml").write_text(text)
            once = python("-m", "watcher", "once", "--config", str(place / "signals.toml"))
            measured(once)
            [mark] = told(f"{farm}/ctl/change?share={1 / count}")
            begun = time.time()
            measured(once)
            accepted = next((at for at, letter in office.letters if mark in letter), None)
            served = told(f"{farm}/ctl/served")[mark]
    finally:
        server.stop()
    if accepted is None:
        yield f"change to mail server, {count:,} sources due", "WRONG: not told"
    else:
        words = f"{accepted - served:.2f} s after the document was served, {accepted - begun:.2f} s after the command began"
        yield f"change to mail server, {count:,} sources due", words
