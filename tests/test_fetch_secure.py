"""Secure connections: whom they trust, and what they speak."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from tests.loopback import NOON, Names, Reply, Site, http, serving, settings, until
from watcher.core.model import Document, Failed, NotModified, Outcome
from watcher.fetch import Answer, Fetcher, Request
from watcher.fetch.network import Trust


@asynccontextmanager
async def secure(folder: Path, page: Reply) -> AsyncIterator[tuple[Site, list[str | None]]]:
    """A secure site, and what was agreed on with each of its connections."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("news.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context.set_alpn_protocols(["h2", "http/1.1"])
    spoken: list[str | None] = []

    async def note(writer: asyncio.StreamWriter) -> None:
        spoken.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        if isinstance(page, bytes):
            writer.write(page)
        else:
            await page(writer)

    async with serving(note, tls=context) as site:
        yield site, spoken


def ask(folder: Path, page: Reply) -> tuple[Answer, list[str | None]]:
    async def run() -> tuple[Answer, list[str | None]]:
        async with secure(folder, page) as (site, spoken):
            changed = settings(ca_file=str(folder / "ca.pem"))
            async with Fetcher(changed, clock=lambda: NOON, resolve=Names(["127.0.0.1"])) as fetcher:
                return await fetcher.get(Request(f"https://news.example:{site.port}/")), spoken

    return asyncio.run(run())


def test_a_server_that_would_rather_speak_http_2_is_asked_in_http_1(tmp_path: Path) -> None:
    answer, spoken = ask(tmp_path, http(200, "x"))
    assert isinstance(answer, Document)
    assert spoken == ["http/1.1"]


def test_a_secure_connection_is_used_again_where_more_is_asked_and_closed_where_not(tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("news.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    same = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'

    async def run() -> None:
        changed = settings(ca_file=str(tmp_path / "ca.pem"), per_host=1)
        async with (
            serving(same, tls=context) as site,
            Fetcher(changed, clock=lambda: NOON, resolve=Names(["127.0.0.1"])) as fetcher,
        ):
            asked = Request(f"https://news.example:{site.port}/", '"1"')
            answers = await asyncio.gather(*(fetcher.get(asked) for _ in range(6)))
            assert answers == [NotModified()] * 6
            assert site.connections == 2  # the first did not know of the others yet
            await until(lambda: not site.open_now)

    asyncio.run(run())


def test_an_answer_whose_end_nobody_signed_is_cut_off(tmp_path: Path) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhalf of a document")
        await writer.drain()
        writer.transport.abort()  # no close_notify

    answer, _ = ask(tmp_path, cut)
    assert answer == Failed(Outcome.MALFORMED, "answer cut off after 18 bytes", 200)


def test_the_certificates_of_a_file_are_trusted_instead_of_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, system = trustme.CA(), trustme.CA()
    own.cert_pem.write_to_path(str(tmp_path / "own.pem"))
    system.cert_pem.write_to_path(str(tmp_path / "system.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))

    def trusted(ca_file: str) -> list[str]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        Trust(ca_file).load_into(context)
        return [ssl.DER_cert_to_PEM_cert(each).strip() for each in context.get_ca_certs(binary_form=True)]

    mine, theirs = (each.cert_pem.bytes().decode().strip() for each in (own, system))
    assert trusted(str(tmp_path / "own.pem")) == [mine]
    assert theirs in trusted("")
    assert mine not in trusted("")
    assert len(trusted("")) > 100  # certifi's, too: a machine may have none of its own


@pytest.mark.parametrize("content", [None, "no certificates"], ids=["missing", "spoilt"])
def test_certificates_that_cannot_be_read_are_a_failure_and_not_trusted_blindly(tmp_path: Path, content: str | None) -> None:
    if content:
        (tmp_path / "none.pem").write_text(content)
    changed = settings(ca_file=str(tmp_path / "none.pem"))

    async def run() -> list[Answer]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"https://127.0.0.1:{server.getsockname()[1]}/"
            async with Fetcher(changed, clock=lambda: NOON) as fetcher:
                return [await fetcher.get(Request(url)) for _ in range(2)]

    assert asyncio.run(run()) == [Failed(Outcome.ERROR, "the certificates of ca_file cannot be read")] * 2
