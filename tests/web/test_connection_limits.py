"""What one visitor, and all of them together, may take: the real server, real sockets."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from watcher.web.server import (
    LEAST,
    MAX_CONNECTIONS,
    PIPELINED,
    BoundedSocket,
    ConnectionLimits,
    Server,
    bind_socket,
    connections_for,
    server_config,
)

MEGA = 1 << 20
LONG = 3600.0
"""Seconds of patience where it is not the patience that is tested."""
Address = tuple[str, int]


async def _short(_: Request) -> Response:
    return PlainTextResponse("short")


async def _large(_: Request) -> Response:
    return Response(bytes(64 * MEGA))


async def _read(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


ROUTES = [Route("/", _short), Route("/large", _large), Route("/read", _read, methods=["POST"])]
LIMITS = ConnectionLimits(patience=LONG, end=1)


def visited(visit: Callable[[Server, Address], Awaitable[None]], limits: ConnectionLimits = LIMITS) -> None:
    """Serve while a visitor does something, and end."""

    async def scene() -> None:
        app, listener = Starlette(routes=ROUTES), BoundedSocket(bind_socket("127.0.0.1", 0), limits.connections)
        address = listener.getsockname()
        server = Server(server_config(app, limits), limits)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await visit(server, address)
        finally:
            server.handle_exit(15, None)
            await asyncio.wait_for(serving, 60)

    asyncio.run(scene())


async def says(address: Address, *parts: bytes) -> bytes:
    """What is answered to these bytes until the server ends the connection."""
    reader, writer = await asyncio.open_connection(*address)
    answer = bytearray()
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        while part := await asyncio.wait_for(reader.read(MEGA), 60):
            answer += part
    except ConnectionResetError:
        pass
    finally:
        writer.close()
    return bytes(answer)


ASK = b"GET / HTTP/1.1\r\nHost: x\r\n"
LAST = ASK + b"Connection: close\r\n\r\n"
POST = b"POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"
MUCH = [b"x" * 65_000] * 400


def lines(number: int) -> list[bytes]:
    return [b"".join(b"x-%d-%d: y\r\n" % (part, one) for one in range(1000)) for part in range(number)]


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([ASK, b"x-long: ", *MUCH], b"431"),
        ([ASK, *lines(100)], b"431"),
        ([b"GET /", *MUCH], b"431"),
        ([POST, b"Content-Length: 99999999\r\n\r\n", *MUCH], b"413"),
        ([CHUNKED, *lines(100)], b"413"),
        ([POST, b"Transfer-Encoding: chunked\r\n\r\n2;", *MUCH], b"413"),
        ([b"\r\n" * 30_000 for _ in range(100)], b"431"),
    ],
    ids=["one long header", "many headers", "a long path", "a long body", "trailers", "a chunk's extension", "empty lines"],
)
def test_a_request_has_so_many_bytes(parts: list[bytes], status: bytes) -> None:
    async def visit(server: Server, address: Address) -> None:
        answer = await says(address, *parts)
        # A visitor who goes on sending may lose the words with the connection.
        assert answer[9:12] in {status, b""}
        assert b"short" in await says(address, LAST), "others are served"

    visited(visit)


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([b"nonsense\r\n\r\n"], b"400"),
        ([b"GET / HTTP/9.9\r\n\r\n"], b"400"),
        ([b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n"], b"400"),
        ([b"GET /caf\xe9 HTTP/1.1\r\nHost: x\r\n\r\n"], b"400"),
        ([b"GET / HTTP/1.1\r\nbad header\r\n\r\n"], b"400"),
        ([POST + b"Content-Length: x\r\n\r\n"], b"400"),
        ([POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"], b"400"),
        ([ASK, b"x-long: ", b"x" * 70_000], b"431"),
        ([POST, b"Content-Length: 99999\r\n\r\n", b"x" * 70_000], b"413"),
    ],
)
def test_what_is_turned_away_before_any_page_has_the_headers_of_every_answer(parts: list[bytes], status: bytes) -> None:
    async def visit(server: Server, address: Address) -> None:
        answer = await says(address, *parts)
        if status == b"400" or answer:  # a visitor who goes on sending may lose the words with the connection
            assert answer[9:12] == status
            assert_guarded(answer)

    visited(visit)


def assert_guarded(answer: bytes) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    for line in (
        b"x-content-type-options: nosniff",
        b"content-security-policy: default-src 'none'",
        b"referrer-policy: no-referrer",
    ):
        assert line in head
    assert b"content-length: %d\r\n" % len(body) in head
    assert b"HTTP/" not in body


def test_who_is_let_go_or_not_let_in_gets_the_headers_too() -> None:
    async def visit(server: Server, address: Address) -> None:
        first = await says(address, ASK)
        assert first.startswith(b"HTTP/1.1 408")
        assert_guarded(first)
        kept = socket.create_connection(address)
        refused = await says(address)
        assert refused.startswith(b"HTTP/1.1 503")
        assert_guarded(refused)
        kept.close()

    visited(visit, replace(LIMITS, patience=0.05, connections=1))


def test_an_answer_under_way_is_not_broken_by_what_follows_it() -> None:
    async def visit(server: Server, address: Address) -> None:
        answer = await says(address, ASK + b"\r\n" + b"nonsense\r\n\r\n")
        assert answer.count(b"HTTP/1.1") <= 2
        assert b"HTTP/1.1" not in answer.partition(b"\r\n\r\n")[2].partition(b"short")[0]

    visited(visit)


def test_nothing_else_than_http_is_spoken() -> None:
    async def visit(server: Server, address: Address) -> None:
        asked = ASK + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIz\r\n\r\n"
        assert b"101" not in (await says(address, asked))[:12]

    visited(visit, replace(LIMITS, patience=0.05))


def test_the_bytes_that_are_kept_of_a_request_are_few() -> None:
    async def visit(server: Server, address: Address) -> None:
        answer = await says(address, ASK + b"x-long: ", b"x" * (LIMITS.request - 10))
        assert answer.startswith(b"HTTP/1.1 431")

    visited(visit)


@pytest.mark.parametrize(
    "half",
    [b"", b"\r\n", b"GET", ASK, POST + b"Content-Length: 10\r\n\r\nhalf", POST, CHUNKED, ASK + b"\r\n" + ASK, ASK + b"\r\n\r\n"],
    ids=["nothing", "an empty line", "a word", "half a head", "half a body", "no body", "half trailers", "a second head", "idle"],
)
def test_who_sends_half_is_let_go(half: bytes) -> None:
    async def visit(server: Server, address: Address) -> None:
        await says(address, half)
        assert not server.server_state.connections

    visited(visit, replace(LIMITS, patience=0.05))


def test_who_asks_again_and_again_is_kept() -> None:
    async def visit(server: Server, address: Address) -> None:
        reader, writer = await asyncio.open_connection(*address)
        for _ in range(50):
            writer.write(ASK + b"\r\n")
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(5) == b"short"
        writer.close()

    visited(visit)


def test_who_takes_nothing_of_an_answer_is_let_go() -> None:
    async def visit(server: Server, address: Address) -> None:
        with socket.create_connection(address) as visitor:
            visitor.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            visitor.setblocking(False)
            loop = asyncio.get_running_loop()
            assert await loop.sock_recv(visitor, 15) == b"HTTP/1.1 200 OK"
            while server.server_state.connections:
                await says(address, LAST)

    visited(visit, replace(LIMITS, patience=0.05))


def test_who_takes_a_long_answer_gets_it_whole() -> None:
    async def visit(server: Server, address: Address) -> None:
        answer = await says(address, b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert len(answer) > 64 * MEGA

    visited(visit)


def test_a_queue_of_requests_behind_one_answer_is_short() -> None:
    async def visit(server: Server, address: Address) -> None:
        answer = await says(address, (ASK + b"\r\n") * 100_000)
        assert answer.count(b"short") <= PIPELINED + 1
        assert not server.server_state.connections

    visited(visit)


def test_no_more_visitors_than_there_is_room_for() -> None:
    async def visit(server: Server, address: Address) -> None:
        kept = [socket.create_connection(address) for _ in range(3)]
        assert (await says(address)).startswith(b"HTTP/1.1 503")
        kept.pop().close()
        while b"short" not in await says(address, LAST):
            pass  # that one has gone is known in a moment
        for one in kept:
            one.close()

    visited(visit, replace(LIMITS, connections=3))


@pytest.mark.parametrize("sent", [b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n", POST + b"Content-Length: 10\r\n\r\nhalf", b"GET /"])
def test_no_visitor_holds_up_the_end(sent: bytes) -> None:
    visitors = list[socket.socket]()

    async def visit(server: Server, address: Address) -> None:
        visitors.append(socket.create_connection(address))
        visitors[0].sendall(sent)
        while not server.server_state.connections:
            await says(address, LAST)

    visited(visit)
    visitors[0].close()


@pytest.mark.parametrize(
    ("descriptors", "fetches", "room"),
    [(1024, 20, MAX_CONNECTIONS), (200, 20, 80), (100, 20, LEAST), (1024, 400, 144), (-1, 20, MAX_CONNECTIONS)],
)
def test_descriptors_are_kept_for_fetching(descriptors: int, fetches: int, room: int) -> None:
    assert connections_for(fetches, descriptors=descriptors) == room


def test_what_visitors_send_writes_one_line_into_the_log_and_not_one_each(caplog: pytest.LogCaptureFixture) -> None:
    upgrade = ASK + b"Connection: upgrade, close\r\nUpgrade: h2c\r\n\r\n"

    async def visit(server: Server, address: Address) -> None:
        for _ in range(5):
            assert b"short" in await says(address, upgrade), "it is answered as if it had not asked"
            assert b" 400 " in await says(address, b"no request at all\r\n\r\n")

    with caplog.at_level(logging.WARNING):
        visited(visit)
        logging.getLogger("uvicorn.error").error("An error of our own")
        logging.getLogger("uvicorn.error").error("An error of our own")
    said = Counter(record.getMessage() for record in caplog.records if record.name == "uvicorn.error")
    assert {words: many for words, many in said.items() if many > 1} == {"An error of our own": 2}
