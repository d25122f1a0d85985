"""The web server: bounds on what visitors take, the listening socket, and an end in order on a signal."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from watcher.web.security import PLAIN_TEXT, headers_for

# Bounds on what one connection, and all of them together, may take from the watch.

PIECE = 4096
"""Bytes that are parsed at a time: bounds are looked at between them."""
PIPELINED = 16
"""Requests that may wait behind the one that is answered."""
MAX_CONNECTIONS = 256
"""Open connections where descriptors are plenty."""
LEAST = 8
OWN = 80
"""Descriptors for the database, the log, the reading workers and deliveries."""
WORDS = {
    400: "This is no request that can be read",
    408: "Nothing came for too long",
    413: "The request is too large",
    431: "The head of the request is too large",
    503: "Too many connections",
}


def _last_words(status: int, *extra: tuple[bytes, bytes]) -> bytes:
    """An answer after which the connection ends, with the headers that every other answer has."""
    words = WORDS[status].encode()
    head = (
        (b"content-type", PLAIN_TEXT.encode()),
        (b"content-length", b"%d" % len(words)),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
        *headers_for("", PLAIN_TEXT, published=False),
        *extra,
    )
    return STATUS_LINE[status] + b"".join(b"%s: %s\r\n" % pair for pair in head) + b"\r\n" + words


REFUSED = _last_words(503, (b"retry-after", b"10"))


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What visitors may take."""

    connections: int = MAX_CONNECTIONS
    """Open at a time."""
    request: int = 64 << 10
    """Bytes of one request, its head, body and trailers together."""
    patience: float = 10.0
    """Seconds between two looks at a connection: a visitor who has not moved on between two of them is let go."""
    slowest: int = 8 << 10
    """Bytes of an answer that a visitor takes at least between two looks."""
    end: int = 5
    """Seconds that answers under way have when the watch is to end."""


def connections_for(fetches: int, *, descriptors: int | None = None) -> int:
    """How many visitors may be connected so that as many fetches as may run at once still find descriptors.

    A fetch may hold two for a moment, a connection that ends and one that begins. `descriptors`: the limit of the process, asked
    of the system where None.
    """
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if descriptors is None else descriptors
    if limit == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(LEAST, min(MAX_CONNECTIONS, limit - OWN - 2 * fetches))


class BoundedSocket(socket.socket):
    """A listening socket that closes at once what is more than so many open connections.

    Bounded where they are accepted: the event loop accepts a whole backlog before the first of them reaches a protocol.
    """

    def __init__(self, listening: socket.socket, most: int) -> None:
        """Take over a socket that listens."""
        super().__init__(fileno=listening.detach())
        self._most, self._open = most, list[socket.socket]()

    def accept(self) -> tuple[socket.socket, Any]:
        """The next visitor for whom there is room. Raises BlockingIOError where nobody waits."""
        while True:
            visitor, address = super().accept()
            self._open = [one for one in self._open if one.fileno() >= 0]
            if len(self._open) < self._most:
                self._open.append(visitor)
                return visitor, address
            _refuse(visitor)


def _refuse(visitor: socket.socket) -> None:
    with visitor:
        visitor.setblocking(False)
        try:
            visitor.send(REFUSED)
        except OSError:
            return


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with bounds on the bytes of a request and on the time that a visitor takes for anything.

    Neither uvicorn nor its parser has any: a head may be of any size, and may stay half sent for ever.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: ConnectionLimits,
    ) -> None:
        """Keep the bounds."""
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._requests, self._taken = 0, 0
        self._headed = self._whole = False
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to look at the connection from time to time."""
        super().connection_made(transport)
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, as long as it is within bounds."""
        for start in range(0, len(data), PIECE):
            if self.transport.is_closing():
                return
            piece = data[start : start + PIECE]
            super().data_received(piece)
            self._taken += len(piece)
            if not self._whole and self._taken > self._limits.request:
                self._turn_away(413 if self._headed else 431)
            elif len(self.pipeline) > PIPELINED:
                self.transport.abort()

    def on_message_begin(self) -> None:
        """Count a request from its beginning."""
        super().on_message_begin()
        self._requests, self._taken = self._requests + 1, 0
        self._headed = self._whole = False

    def on_headers_complete(self) -> None:
        """Note that a body may follow."""
        self._headed = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that nothing more is to come."""
        self._whole = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """Turn away what is no HTTP."""
        self._turn_away(400)

    def _turn_away(self, status: int) -> None:
        """End the connection, with a word where no answer has begun."""
        if self.transport.is_closing():
            return
        if not (self._answer and self._answer.response_started and not self._answer.response_complete):
            self.transport.write(_last_words(status))
        self.transport.close()

    @property
    def _answer(self) -> RequestResponseCycle | None:
        """The answer to the last request; None before the first."""
        return self.cycle

    @property
    def _awaited(self) -> bool:
        """Whether it is the visitor's turn to send."""
        return not self._whole or self._answer is None or self._answer.response_complete

    def _look_again(self) -> None:
        now = (self._requests, self._awaited, self.transport.get_write_buffer_size())
        self._look = self.loop.call_later(self._limits.patience, self._look_at, *now)

    def _look_at(self, requests: int, awaited: bool, unsent: int) -> None:  # noqa: FBT001 - as they were at the last look
        """Let a visitor go who has neither sent nor taken what was waited for since the last look."""
        left = self.transport.get_write_buffer_size()
        stays = requests == self._requests
        if stays and unsent and left > unsent - self._limits.slowest and left:
            self.transport.abort()
        elif stays and awaited and self._awaited and not left and not unsent:
            self._turn_away(408)
        else:
            self._look_again()


# The socket, and the server on it.

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
