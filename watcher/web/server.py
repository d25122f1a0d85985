"""The listening socket, and the web server, which on a signal ends in order and lets its caller do so, too."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from watcher.web.connection_limits import BoundedProtocol, ConnectionLimits

log = logging.getLogger(__name__)

TICK = 10
"""Uvicorn counts its turns of a tenth of a second, and renews the Date header in every tenth."""
MAX_SHUTDOWN_SECONDS = 25
"""Seconds after a signal when the system ends the process, whatever holds it. Killed at any point it loses nothing."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)
QUIET = 600.0
"""Seconds in which a warning about visitors is said once: anybody can cause as many as they like."""


class SaidOnce(logging.Filter):
    """Lets a warning through where the same words were not said for a while; errors always."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is written; the words are those of the code, of which there are few."""
        if record.levelno >= logging.ERROR:
            return True
        said = self._said.get(str(record.msg))
        if said is not None and 0 <= record.created - said < QUIET:
            return False
        self._said[str(record.msg)] = record.created
        return True


_SAID_ONCE = SaidOnce()


def server_config(app: ASGIApp, limits: ConnectionLimits) -> uvicorn.Config:
    """How the page is served: within these bounds, and without a word about the software."""
    return uvicorn.Config(
        app,
        http=partial(BoundedProtocol, limits=limits),  # type: ignore[arg-type]  # uvicorn calls it, and nothing else
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2 * limits.end,
    )


class Server(uvicorn.Server):
    """Uvicorn's, but for three things.

    A signal ends it in order: raising it again would end the process before its last words. No visitor holds up the end. And it
    wakes once a second, not ten times: that was most of what an idle watch costs.
    """

    def __init__(self, config: uvicorn.Config, limits: ConnectionLimits) -> None:
        super().__init__(config)
        self._ending, self._limits = asyncio.Event(), limits
        logging.getLogger("uvicorn.error").addFilter(_SAID_ONCE)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, now."""
        super().handle_exit(sig, frame)
        self._ending.set()

    async def main_loop(self) -> None:
        """Serve until it is to end."""
        count = 0
        while not await self.on_tick(count):
            count += TICK
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers under way go out for a while, then cut off who has not taken them."""
        cut = asyncio.get_running_loop().call_later(self._limits.end, self._cut_off)
        await super().shutdown(sockets)
        cut.cancel()
        self._cut_off()

    def _cut_off(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Begin to end at the first SIGTERM or SIGINT; the second ends the process at once."""
        loop = asyncio.get_running_loop()

        def heard(sig: signal.Signals) -> None:
            signal.alarm(MAX_SHUTDOWN_SECONDS)
            for one in SIGNALS:
                loop.remove_signal_handler(one)
                signal.signal(one, signal.SIG_DFL)
            log.info("%s: ending; answers under way have %s s, a second signal ends it at once", sig.name, self._limits.end)
            self.handle_exit(sig, None)

        for one in SIGNALS:
            loop.add_signal_handler(one, heard, one)
        try:
            yield
        finally:
            for one in SIGNALS:
                loop.remove_signal_handler(one)


def bind_socket(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one. Raises OSError.

    What is written to it leaves at once. The event loop sees to that only for sockets that name their protocol, which
    these do not, and an answer of head and body would wait 40 ms for the reader's machine to acknowledge the head.
    """
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
