"""What must not spoil an answer that came, nor a line that is there: other addresses, the sweeper, the end of a wire."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pycurl
import pytest

from tests.loopback import NOON, Names, Site, fetch, http, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Answer, Fetcher, Request, _curl_easy, _curl_lines, answers
from watcher.fetch._curl_names import Names as Resolver
from watcher.fetch._curl_names import Places
from watcher.fetch.exchange import Broken, Reply, Unreached
from watcher.fetch.guard import IP, Guard
from watcher.fetch.wire import Wire

BOTH = (["::1", "127.0.0.1"], ["127.0.0.1", "::1"])
HTTP_PORT = 80


class Poor(socket.socket):
    """A socket of a system that has none for IPv6."""

    def __init__(self, family: int = -1, *rest: Any, **named: Any) -> None:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
        super().__init__(family, *rest, **named)


async def whole(reply: Reply) -> bytes:
    return b"".join([chunk async for chunk in reply.chunks])


def dual(pages: Any, addresses: list[str], talk: Callable[[Wire, str], Awaitable[None]], *, up: bool = True) -> None:
    """Ask a name of several addresses, where a site is at 127.0.0.1 or is no more."""

    async def run() -> None:
        async with serving(pages) as site:
            url = f"http://news.example:{site.port}/"
            wire = Wire(Guard(("news.example",)), resolve=Names(addresses))
            if up:
                await talk(wire, url)
        if not up:
            await talk(wire, url)
        await wire.aclose()

    asyncio.run(run())


# addresses that get no socket


@pytest.mark.parametrize("addresses", BOTH, ids=str)
def test_an_address_without_a_socket_does_not_spoil_the_answer_of_another(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(wire: Wire, url: str) -> None:
        assert await whole(await wire.ask(url, {})) == b"hello"

    monkeypatch.setattr(socket, "socket", Poor)
    dual(http(200, "hello"), addresses, talk)


@pytest.mark.parametrize("addresses", BOTH, ids=str)
def test_a_body_that_is_cut_off_is_broken_whatever_other_address_there_was(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, "hel", content_length="5"))

    async def talk(wire: Wire, url: str) -> None:
        reply = await wire.ask(url, {})
        with pytest.raises(Broken):
            await whole(reply)

    monkeypatch.setattr(socket, "socket", Poor)
    dual(cut, addresses, talk)


@pytest.mark.parametrize(
    ("addresses", "number"), [(["::1"], errno.EAFNOSUPPORT), *((each, errno.ECONNREFUSED) for each in BOTH)], ids=str
)
def test_where_no_address_answers_the_reason_is_that_of_a_server_before_our_own(
    addresses: list[str], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(wire: Wire, url: str) -> None:
        with pytest.raises(Unreached, match=f"no connection: {os.strerror(number)}"):
            await wire.ask(url, {})

    monkeypatch.setattr(socket, "socket", Poor)
    dual(http(200), addresses, talk, up=False)


@pytest.mark.parametrize("believed", ["127.0.0.2,127.0.0.1", "127.0.0.1,127.0.0.2"])
def test_an_address_that_was_not_checked_does_not_spoil_the_answer_of_one_that_was(
    believed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def places(self: Resolver, host: str, port: int) -> Places:
        checked: frozenset[IP] = frozenset((ipaddress.ip_address("127.0.0.1"),))
        return Places(checked, (f"+{host}:{port}:{believed}",), 0)

    async def talk(wire: Wire, url: str) -> None:
        assert await whole(await wire.ask(url, {})) == b"hello"

    monkeypatch.setattr(Resolver, "places", places)
    dual(http(200, "hello"), [], talk)


# the request that goes nowhere


def test_the_request_that_goes_nowhere_is_sent_on_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_curl_lines, "IDLE_KEPT", 0.3)
    site = Site({"*": http(200, "x")})

    async def run() -> None:
        try:
            server = await asyncio.start_server(site.handle, "127.0.0.1", HTTP_PORT)
        except OSError:
            pytest.skip("port 80 cannot be had")
        async with server:
            wire = Wire(Guard(("127.0.0.1",)))
            await whole(await wire.ask("http://127.0.0.1/ours", {}))
            await asyncio.sleep(0.5)
            assert await whole(await wire.ask("http://127.0.0.1/again", {})) == b"x"
            await wire.aclose()
            await site.stop()

    asyncio.run(run())
    assert [head.split()[1] for head in site.asked] == ["/ours", "/again"]
    assert site.connections == 1


def test_the_request_that_goes_nowhere_opens_nothing() -> None:
    curl = _curl_easy.sweeper()
    with pytest.raises(pycurl.error) as told:
        curl.perform()
    assert told.value.args[0] == pycurl.E_COULDNT_CONNECT
    curl.close()


# after the end


def test_a_closed_wire_tells_that_whatever_it_is_asked() -> None:
    looked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"]

    async def run() -> None:
        async with serving(http(200, "x")) as site:
            wire = Wire(Guard(("127.0.0.1",)), resolve=resolve)
            await whole(await wire.ask(site.base + "/", {}))
            await wire.aclose()
            await wire.aclose()
            for url in (site.base + "/", "http://127.0.0.1:9/", "http://news.example/", "https://127.0.0.1:9/"):
                with pytest.raises(Unreached):
                    await wire.ask(url, {})

    asyncio.run(run())
    assert looked == []


def test_a_closed_wire_of_the_system_s_own_names_tells_that_too() -> None:
    async def run() -> None:
        wire = Wire(Guard())
        await wire.aclose()
        with pytest.raises(Unreached):
            await wire.ask("http://news.example/", {})

    asyncio.run(run())


def test_a_wire_that_closes_while_it_reads_the_authorities_tells_that() -> None:
    async def run() -> None:
        wire = Wire(Guard(("127.0.0.1",)))
        asked = asyncio.create_task(wire.ask("https://127.0.0.1:9/", {}))
        await asyncio.sleep(0)
        await wire.aclose()
        with pytest.raises(Unreached):
            await asked

    asyncio.run(run())


def test_who_waits_for_a_turn_while_the_door_closes_gets_a_failure() -> None:
    async def run() -> Answer:
        async with serving(http(200, "x")) as site:
            async with Fetcher(settings(per_host_gap=timedelta(seconds=0.2)), clock=lambda: NOON) as fetcher:
                await fetcher.get(Request(site.base + "/"))
                late = asyncio.create_task(fetcher.get(Request(site.base + "/late")))
                await asyncio.sleep(0.02)
            return await late

    assert asyncio.run(run()) == Failed(Outcome.ERROR, "connection closed without an answer")


# small ones


def test_a_mirror_at_the_loopback_of_ipv6_may_be_asked() -> None:
    site = Site({"/news.example/": http(200, "x")})

    async def run() -> Answer:
        try:
            server = await asyncio.start_server(site.handle, "::1", 0)
        except OSError:
            pytest.skip("no IPv6 here")
        async with server:
            via = f"http://[::1]:{server.sockets[0].getsockname()[1]}"
            async with Fetcher(settings(allow=(), via=via), clock=lambda: NOON) as fetcher:
                answer = await fetcher.get(Request("http://news.example/"))
            await site.stop()
            return answer

    assert isinstance(asyncio.run(run()), Document)


def test_an_unasked_switch_of_protocols_is_told_at_once() -> None:
    async def switch(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nabc")
        await asyncio.Event().wait()

    answer, _ = fetch(switch, timeout=timedelta(seconds=1))
    assert answer == Failed(Outcome.ERROR, "101 Switching Protocols", 101)


@pytest.mark.parametrize(("first", "then"), [(b"\n", b"\r\n"), (b"\r\n", b"\n")], ids=str)
def test_an_interim_answer_may_end_its_lines_in_another_way(first: bytes, then: bytes) -> None:
    interim = first.join((b"HTTP/1.1 103 Early Hints", b"Link: </a>", b"", b""))
    answer, _ = fetch(interim + then.join((b"HTTP/1.1 200 OK", b"Content-Length: 1", b"", b"x")))
    assert isinstance(answer, Document)


def test_an_error_of_our_own_does_not_stop_the_timer() -> None:
    async def run() -> None:
        wire = Wire(Guard())
        with pytest.raises(TypeError):
            wire._lines._act("no number", 0)  # type: ignore[arg-type]  # stands for anything that nobody thought of
        assert not wire._lines._acting
        await wire.aclose()

    asyncio.run(run())


def test_headers_that_come_when_a_time_is_up_are_seen() -> None:
    reached = asyncio.Event()

    async def silence(writer: asyncio.StreamWriter) -> None:
        reached.set()
        await asyncio.Event().wait()

    async def run() -> None:
        async with serving(silence) as site:
            wire = Wire(Guard(("127.0.0.1",)))
            asked = asyncio.create_task(wire.ask(site.base + "/", {}))
            await reached.wait()
            [transfer] = wire._lines._running.values()
            transfer._head += [b"HTTP/2 200\r\n", b"\r\n"]  # as libcurl tells them, of a stream that it held back
            wire._lines._on_timer(0)
            async with asyncio.timeout(1):
                assert (await asked).status == 200
            await wire.aclose()

    asyncio.run(run())


def test_what_is_too_long_for_a_date_is_none_and_not_kept() -> None:
    date = "Fri, 20 Nov 2026 13:00:00 GMT"
    assert answers.max_age({"expires": date}, now=NOON) == timedelta(hours=1)
    assert answers.max_age({"expires": date + " x" * 50}, now=NOON) is None
