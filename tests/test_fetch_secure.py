"""Secure connections: whom they trust, and HTTP/2 where the server speaks it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import certifi
import pytest
import trustme

from tests.loopback import NOON, Names, settings
from watcher.core.model import Document, NotModified
from watcher.fetch import Fetcher, Request, _curl_trust
from watcher.fetch.exchange import Broken
from watcher.fetch.guard import Guard
from watcher.fetch.wire import Wire

HEADERS, DATA, SETTINGS, RESET, WINDOW = 1, 0, 4, 3, 8
"""Kinds of frames (RFC 9113, 6)."""
LAST, WHOLE = 1, 4
"""Flags: the end of the stream, the end of its headers; of settings, that they were read."""
OK, SAME = b"\x88", b"\x8b"
"""`:status` 200 and 304 (RFC 7541, appendix A)."""


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


def named(name: str, value: str) -> bytes:
    return b"\x00" + bytes((len(name),)) + name.encode() + bytes((len(value),)) + value.encode()


@dataclass
class Two:
    """A server that knows just enough of HTTP/2 to answer."""

    answers: list[list[tuple[int, int, bytes]]]
    """For each request the frames of its answer: kind, flags, payload."""
    port: int = 0
    connections: int = 0
    streams: list[int] = field(default_factory=list)
    spoken: list[str | None] = field(default_factory=list)
    resets: list[int] = field(default_factory=list)
    open_now: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self.spoken.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readexactly(len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
            writer.write(frame(SETTINGS, 0, 0))
            while True:
                head = await reader.readexactly(9)
                await reader.readexactly(int.from_bytes(head[:3]))
                self.take(head[3], head[4], int.from_bytes(head[5:]), writer)
        self.open_now -= 1
        writer.close()

    def take(self, kind: int, flags: int, stream: int, writer: asyncio.StreamWriter) -> None:
        if kind == SETTINGS and not flags:
            writer.write(frame(SETTINGS, LAST, 0))
        if kind == RESET:
            self.resets.append(stream)
        if kind == HEADERS:
            self.streams.append(stream)
            for part, how, payload in self.answers.pop(0):
                writer.write(frame(part, how, stream, payload))


@asynccontextmanager
async def speaking_two(folder: Path, *answers: list[tuple[int, int, bytes]]) -> AsyncIterator[Two]:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("news.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context.set_alpn_protocols(["h2", "http/1.1"])
    two = Two(list(answers))
    async with await asyncio.start_server(two.handle, "127.0.0.1", 0, ssl=context) as server:
        two.port = server.sockets[0].getsockname()[1]
        yield two


def test_a_server_of_http_2_is_asked_over_one_line(tmp_path: Path) -> None:
    whole = [
        (HEADERS, WHOLE, b"\x08\x03103" + named("link", "</a>")),
        (HEADERS, WHOLE, OK + named("etag", '"1"') + named("vary", "a") + named("vary", "b")),
        (DATA, 0, b"hel"),
        (DATA, 0, b"lo"),
        (HEADERS, WHOLE | LAST, named("etag", '"late"')),
    ]

    async def run() -> None:
        async with speaking_two(tmp_path, whole, [(HEADERS, WHOLE | LAST, SAME + named("etag", '"1"'))]) as two:
            wire = Wire(Guard(("127.0.0.1",)), resolve=Names(["127.0.0.1"]), ca_file=str(tmp_path / "ca.pem"))
            url = f"https://news.example:{two.port}/"
            reply = await wire.ask(url, {})
            assert (reply.status, dict(reply.headers)) == (200, {"etag": '"1"', "vary": "a, b"})
            assert b"".join([chunk async for chunk in reply.chunks]) == b"hello"
            assert (await wire.ask(url, {"If-None-Match": '"1"'})).status == 304
            assert (two.connections, two.streams, two.spoken) == (1, [1, 3], ["h2"])
            await wire.aclose()

    asyncio.run(run())


def test_a_stream_that_is_left_early_costs_the_others_nothing(tmp_path: Path) -> None:
    endless = [(HEADERS, WHOLE, OK), (DATA, 0, b"x")]
    cut = [(HEADERS, WHOLE, OK), (DATA, 0, b"abc"), (RESET, 0, b"\0\0\0\2")]

    async def run() -> None:
        async with speaking_two(tmp_path, endless, cut, [(HEADERS, WHOLE, OK), (DATA, LAST, b"whole")]) as two:
            wire = Wire(Guard(("127.0.0.1",)), resolve=Names(["127.0.0.1"]), ca_file=str(tmp_path / "ca.pem"))
            url = f"https://news.example:{two.port}/"
            left = await wire.ask(url, {})
            assert await anext(left.chunks) == b"x"
            broken = await wire.ask(url, {})
            with pytest.raises(Broken):
                assert [chunk async for chunk in broken.chunks] == [b"abc"]
            left.release()
            reply = await wire.ask(url, {})
            assert b"".join([chunk async for chunk in reply.chunks]) == b"whole"
            assert two.connections == 1
            assert two.resets[:1] == [1]
            await wire.aclose()

    asyncio.run(run())


def test_a_line_of_http_2_is_closed_where_no_more_is_asked(tmp_path: Path) -> None:
    whole = [(HEADERS, WHOLE, OK + named("etag", '"1"')), (DATA, LAST, b"x")]

    async def run() -> None:
        async with (
            speaking_two(tmp_path, whole, [(HEADERS, WHOLE | LAST, SAME)]) as two,
            Fetcher(settings(ca_file=str(tmp_path / "ca.pem")), clock=lambda: NOON, resolve=Names(["127.0.0.1"])) as fetcher,
        ):
            url = f"https://news.example:{two.port}/"
            first = await fetcher.get(Request(url))
            assert isinstance(first, Document)
            assert isinstance(await fetcher.get(Request(url, first.etag)), NotModified)
            await asyncio.sleep(0.1)
            assert (two.connections, two.open_now) == (2, 0)

    asyncio.run(run())


def test_the_authorities_are_those_of_certifi_the_system_and_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, system, spoilt = trustme.CA(), trustme.CA(), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    own.cert_pem.write_to_path(str(tmp_path / "own.pem"))
    (tmp_path / "system.pem").write_text(spoilt + system.cert_pem.bytes().decode() * 2)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))
    with _curl_trust.bundle(str(tmp_path / "own.pem")) as held:
        said = Path(_curl_trust.path_of(held)).read_text()
    assert all(said.count(each.cert_pem.bytes().decode().strip()) == 1 for each in (own, system))
    assert "AAAA\n-----END" not in said
    assert said.count("BEGIN") == Path(certifi.where()).read_text().count("BEGIN CERT") + 2


def test_authorities_that_cannot_be_read_are_an_error_and_not_trusted_blindly(tmp_path: Path) -> None:
    async def run() -> None:
        wire = Wire(Guard(("127.0.0.1",)), ca_file=str(tmp_path / "nowhere.pem"))
        for _ in range(2):
            with pytest.raises(OSError, match="No such file"):
                await wire.ask("https://127.0.0.1:9/", {})
        await wire.aclose()

    asyncio.run(run())
