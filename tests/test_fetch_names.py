"""Where a connection goes: to the address that was checked, in the name of the host, and only if its certificate fits."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.loopback import NOON, Names, Site, http, keep, meet, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Answer, Fetcher, Request


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    names = Names(["127.0.0.1"], ["10.0.0.7"])

    async def twice(site: Site, fetcher: Fetcher) -> list[Answer]:
        url = f"http://news.example:{site.port}/"
        return [await fetcher.get(Request(url)), await fetcher.get(Request(url))]

    answers: list[list[Answer]] = []
    site = meet(http(200, "x"), keep(answers, twice), resolve=names)
    assert [type(answer) for answer in answers[0]] == [Document, Document]
    assert names.asked == 1  # the second answer of the name server was never asked for: one look, one check, one address
    assert site.header("Host") == f"news.example:{site.port}"


@pytest.mark.parametrize(
    ("addresses", "reason"),
    [
        (["10.0.0.7"], "address not allowed: news.example"),
        (["8.8.8.8", "10.0.0.7"], "address not allowed: news.example"),
        (["127.0.0.1", "::ffff:169.254.169.254"], "address not allowed: news.example"),
        ([], "name not found"),
    ],
)
def test_a_name_with_a_closed_address_is_never_connected_to(addresses: list[str], reason: str) -> None:
    answers: list[Answer] = []

    async def once(site: Site, fetcher: Fetcher) -> Answer:
        return await fetcher.get(Request(f"http://news.example:{site.port}/"))

    site = meet(http(200, "x"), keep(answers, once), resolve=Names(addresses))
    assert answers == [Failed(Outcome.ERROR, reason)]
    assert site.connections == 0


def test_a_name_in_a_redirect_is_checked_as_well() -> None:
    answers: list[Answer] = []
    names = Names(["127.0.0.1"], ["192.168.0.1"])

    async def once(site: Site, fetcher: Fetcher) -> Answer:
        return await fetcher.get(Request(f"http://news.example:{site.port}/"))

    meet({"/": http(302, location="http://rebound.example/")}, keep(answers, once), resolve=names)
    assert answers == [Failed(Outcome.ERROR, "address not allowed: rebound.example")]


def test_a_name_that_nobody_knows() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("nodename nor servname provided")

    answers: list[Answer] = []
    meet(http(), keep(answers, lambda site, fetcher: fetcher.get(Request("https://nowhere.example/"))), resolve=unknown)
    assert answers == [Failed(Outcome.ERROR, "name not found")]


def test_the_names_of_this_machine_are_looked_up_and_refused() -> None:
    answers: list[Answer] = []
    meet(http(), keep(answers, lambda site, fetcher: fetcher.get(Request(f"http://localhost:{site.port}/"))), allow=())
    assert answers == [Failed(Outcome.ERROR, "address not allowed: localhost")]


def secure(name: str, folder: Path, **changes: Any) -> tuple[Answer, list[str]]:
    """Ask https://news.example of a server whose certificate is for `name`; gives the names that the server was asked by."""
    authority, said = trustme.CA(), []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    context.sni_callback = lambda connection, server, _: said.append(server)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))

    async def run() -> Answer:
        changed = settings(**{"ca_file": str(folder / "ca.pem"), **changes})
        async with (
            serving(http(200, "x"), tls=context) as site,
            Fetcher(changed, clock=lambda: NOON, resolve=Names(["127.0.0.1"])) as fetcher,
        ):
            return await fetcher.get(Request(f"https://news.example:{site.port}/"))

    return asyncio.run(run()), said


def test_a_secure_connection_names_the_host_and_not_the_address(tmp_path: Path) -> None:
    answer, said = secure("news.example", tmp_path)
    assert isinstance(answer, Document)
    assert said == ["news.example"]


def test_a_certificate_for_another_name_is_not_taken(tmp_path: Path) -> None:
    answer, _ = secure("other.example", tmp_path)
    assert isinstance(answer, Failed)
    assert answer.kind is Outcome.ERROR
    assert answer.reason.startswith("certificate not trusted: Hostname mismatch")


def test_a_certificate_of_an_unknown_authority_is_not_taken(tmp_path: Path) -> None:
    answer, _ = secure("news.example", tmp_path, ca_file="")
    assert isinstance(answer, Failed)
    assert answer.reason == "certificate not trusted: unable to get local issuer certificate"


def test_an_open_server_on_a_secure_port() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async def run() -> Answer:
        async with (
            await asyncio.start_server(greet, "127.0.0.1", 0) as server,
            Fetcher(settings(), clock=lambda: NOON) as fetcher,
        ):
            return await fetcher.get(Request(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))

    assert asyncio.run(run()) == Failed(Outcome.ERROR, "no secure connection")
