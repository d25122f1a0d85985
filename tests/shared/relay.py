"""A line to a PostgreSQL over loopback that can be cut: nothing comes through and nothing is refused, as where a network is gone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa


class Relay:
    """Passes on what both sides say, but while it is cut."""

    def __init__(self, url: str) -> None:
        address = sa.make_url(url)
        folder = address.query["host"]
        self._socket, self._passing = f"{folder}/.s.PGSQL.5432", asyncio.Event()
        self._passing.set()
        self._loop, self._lines = asyncio.new_event_loop(), set[asyncio.Task[None]]()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._line, "127.0.0.1", 0))
        port = self._server.sockets[0].getsockname()[1]
        self.url = str(address.set(host="127.0.0.1", port=port, query={}))

    def cut(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def mend(self) -> None:
        """All goes on, with what was held up."""
        self._loop.call_soon_threadsafe(self._passing.set)

    def run(self) -> None:
        """Work in this thread until `stop`."""
        self._loop.run_forever()
        self._loop.run_until_complete(self._closed())
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _closed(self) -> None:
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._lines.add(task)
        with suppress(OSError):
            await self._passing.wait()
            there, back = await asyncio.open_unix_connection(self._socket)
            ways: tuple[Coroutine[None, None, None], ...] = (self._way(reader, back), self._way(there, writer))
            try:
                await asyncio.gather(*ways)
            finally:
                back.close()
                writer.close()
        self._lines.discard(task)

    async def _way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._passing.wait()
                writer.write(data)
                await writer.drain()
        await self._passing.wait()
        writer.close()


@contextmanager
def relayed(url: str) -> Iterator[Relay]:
    """A line to this database."""
    relay = Relay(url)
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield relay
    finally:
        relay.stop()
        thread.join()
