"""A forward proxy between the watch and the web: what goes through it, what past it, and what it is never asked for."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from tests.loopback import NOON, Names, Reply, http, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.core.proxies import Proxies, Proxy, read_proxy
from watcher.fetch import Answer, Fetcher, Request

BASIC = "Basic " + base64.b64encode(b"watch:p@ss:word").decode()


@dataclass
class SmallProxy:
    """Tunnels and forwards to one site on loopback, whatever the name; `refusal` is said instead."""

    site: int
    refusal: bytes = b""
    port: int = 0
    heads: list[str] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self.serve(reader, writer)
        writer.close()

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks)
        for _ in range(5):
            await asyncio.sleep(0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        if self.refusal:
            writer.write(self.refusal)
            return
        inner, outer = await asyncio.open_connection("127.0.0.1", self.site)
        if head.startswith("CONNECT "):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            method, url, rest = head.split(" ", 2)
            outer.write(f"{method} /{url.split('/', 3)[3]} {rest}".encode())
        try:
            await asyncio.gather(pump(reader, outer), pump(inner, writer))
        finally:
            outer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def proxied(folder: Path, page: Reply, *, secure: bool, refusal: bytes) -> AsyncIterator[SmallProxy]:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("news.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    async with serving(page, tls=context if secure else None) as site:
        proxy = SmallProxy(site.port, refusal)
        server = await asyncio.start_server(proxy.handle, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            server.close()
            await proxy.stop()


def ask(
    folder: Path,
    *urls: str,
    page: Reply = http(200, "hello"),  # noqa: B008 - bytes
    secure: bool = True,
    refusal: bytes = b"",
    user: str = "",
    up: bool = True,
    **changes: object,
) -> tuple[list[Answer], list[str]]:
    """The answers to these addresses through a proxy, in turn, and what it was asked; no name can be looked up here."""

    async def run() -> tuple[list[Answer], list[str]]:
        async with proxied(folder, page, secure=secure, refusal=refusal) as proxy:
            server = read_proxy(f"http://{user}127.0.0.1:{proxy.port if up else 1}")
            asked = settings(ca_file=str(folder / "ca.pem"), proxies=Proxies(server, server, ("past.example",)), **changes)
            async with Fetcher(asked, clock=lambda: NOON, resolve=Names(["127.0.0.1"])) as fetcher:
                return [await fetcher.get(Request(url.replace("{site}", str(proxy.site)))) for url in urls], proxy.heads

    return asyncio.run(run())


def test_a_secure_page_comes_through_a_tunnel_and_its_certificate_is_verified(tmp_path: Path) -> None:
    (page, other), heads = ask(tmp_path, "https://news.example/feed", "https://other.example/")
    assert isinstance(page, Document)
    assert (page.body, page.final_url) == (b"hello", "https://news.example/feed")
    assert heads[0].startswith("CONNECT news.example:443 HTTP/1.1\r\n")
    assert isinstance(other, Failed)
    assert other.reason.startswith("certificate not trusted")


def test_a_plain_page_is_forwarded_by_its_whole_address(tmp_path: Path) -> None:
    (answer,), heads = ask(tmp_path, "http://news.example/a%20b?c=d", secure=False)
    assert isinstance(answer, Document)
    assert heads[0].startswith("GET http://news.example/a%20b?c=d HTTP/1.1\r\n")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_proxy_alone_is_told_who_asks_and_no_reason_says_it(tmp_path: Path, scheme: str) -> None:
    refusal = http(407, proxy_authenticate="Basic")
    (answer,), heads = ask(tmp_path, f"{scheme}://news.example/", refusal=refusal, user="watch:p%40ss:word@")
    assert f"Proxy-Authorization: {BASIC}" in heads[0]
    assert isinstance(answer, Failed)
    assert "407" in answer.reason
    assert "word" not in f"{answer}{settings(proxies=Proxies(read_proxy('watch:p%40ss:word@proxy.example')))}"


def test_a_site_behind_a_tunnel_is_not_told_who_asks_the_proxy(tmp_path: Path) -> None:
    said: list[str] = []

    async def note(writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, "hello"))

    async def run() -> None:
        async with proxied(tmp_path, note, secure=True, refusal=b"") as proxy:
            server = read_proxy(f"watch:secret@127.0.0.1:{proxy.port}")
            asked = settings(ca_file=str(tmp_path / "ca.pem"), proxies=Proxies(https=server))
            async with serving(http(200, "plain")) as site, Fetcher(asked, clock=lambda: NOON) as fetcher:
                assert isinstance(await fetcher.get(Request("https://news.example/")), Document)
                assert isinstance(await fetcher.get(Request(f"{site.base}/")), Document)  # this machine: never through a proxy
                said.extend(site.asked)

    asyncio.run(run())
    assert said
    assert "authorization" not in "".join(said).lower()


def test_a_proxy_that_refuses_is_named_and_what_it_says_is_not_taken_for_the_page(tmp_path: Path) -> None:
    (answer,), _ = ask(tmp_path, "https://news.example/", refusal=http(403, "<h1>no such news</h1>"))
    assert answer == Failed(Outcome.ERROR, "the proxy refuses with status 403")


def test_a_proxy_that_is_away_is_named(tmp_path: Path) -> None:
    (answer,), _ = ask(tmp_path, "https://news.example/", up=False)
    assert answer == Failed(Outcome.ERROR, "the proxy: no connection: Connection refused")


@pytest.mark.parametrize(
    "url",
    [
        *("http://169.254.169.254/latest/", "http://10.0.0.1/", "https://[fd00::1]/", "http://2130706433/", "http://0x7f.1/"),
        *("http://intranet/", "https://printer.local/", "http://metadata.google.internal/", "http://router.lan/"),
        *("http://localhost/", "http://wiki.corp/", "https://[::ffff:10.0.0.1]/"),
    ],
)
def test_a_proxy_is_never_asked_for_what_is_private_by_itself(tmp_path: Path, url: str) -> None:
    (answer,), heads = ask(tmp_path, url, allow=())
    assert isinstance(answer, Failed)
    assert (answer.kind, heads) == (Outcome.ERROR, [])
    assert "allowed" in answer.reason or "cannot be read" in answer.reason


def test_a_redirect_to_what_is_private_is_not_passed_on(tmp_path: Path) -> None:
    away = http(302, location="http://169.254.169.254/")
    (answer,), heads = ask(tmp_path, "http://news.example/", page=away, secure=False)
    assert answer == Failed(Outcome.ERROR, "address not allowed: 169.254.169.254")
    assert len(heads) == 1


def test_a_private_name_that_is_allowed_goes_through(tmp_path: Path) -> None:
    (answer,), heads = ask(tmp_path, "http://wiki.corp/", secure=False, allow=("wiki.corp",))
    assert isinstance(answer, Document)
    assert len(heads) == 1


def test_what_goes_past_the_proxy_is_resolved_and_judged_here(tmp_path: Path) -> None:
    (closed,), heads = ask(tmp_path, "http://past.example:{site}/", secure=False, allow=())
    assert closed == Failed(Outcome.ERROR, "address not allowed: past.example")
    (answer,), more = ask(tmp_path, "http://past.example:{site}/", secure=False)
    assert isinstance(answer, Document)
    assert heads + more == []


def test_a_tunnel_is_used_again_where_more_is_asked(tmp_path: Path) -> None:
    same = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'

    async def run() -> int:
        async with proxied(tmp_path, same, secure=True, refusal=b"") as proxy:
            server = Proxy("127.0.0.1", proxy.port)
            asked = settings(ca_file=str(tmp_path / "ca.pem"), per_host=1, proxies=Proxies(https=server))
            async with Fetcher(asked, clock=lambda: NOON) as fetcher:
                await asyncio.gather(*(fetcher.get(Request("https://news.example/", '"1"')) for _ in range(6)))
            return len(proxy.heads)

    assert asyncio.run(run()) == 2  # the first did not know of the others yet
