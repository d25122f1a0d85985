"""Which address of a host is connected to, and what an address that does not answer costs."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.loopback import NOON, Names, Reply, Site, http, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Answer, Fetcher, Request, response
from watcher.fetch.network import MOST_ADDRESSES, _Attempts, connect
from watcher.fetch.response import ConnectionFailed, TimedOut

BOTH = (["::1", "127.0.0.1"], ["127.0.0.1", "::1"])


class Poor(socket.socket):
    """A socket of a system that has none for IPv6."""

    def __init__(self, family: int = -1, *rest: Any, **named: Any) -> None:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
        super().__init__(family, *rest, **named)


def dual(page: Reply, addresses: list[str], *, up: bool = True) -> Answer:
    """Ask a name of several addresses, where a site is at 127.0.0.1 or is no more."""

    async def run() -> Answer:
        async with Fetcher(settings(allow=("news.example",)), clock=lambda: NOON, resolve=Names(addresses)) as fetcher:
            async with serving(page) as site:
                asked = Request(f"http://news.example:{site.port}/")
                if up:
                    return await fetcher.get(asked)
            return await fetcher.get(asked)

    return asyncio.run(run())


@contextmanager
def deaf() -> Iterator[int]:
    """A port where nothing answers a connection: its queue is full, and what comes is dropped."""
    with socket.socket() as server:
        server.bind(("127.0.0.2", 0))
        server.listen(0)
        port = server.getsockname()[1]
        callers = [socket.socket() for _ in range(3)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.2", port))
        yield port
        for caller in callers:
            caller.close()


@pytest.mark.parametrize("addresses", BOTH, ids=str)
def test_an_address_without_a_socket_does_not_spoil_the_answer_of_another(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", Poor)
    assert isinstance(dual(http(200, "hello"), addresses), Document)


@pytest.mark.parametrize("addresses", BOTH, ids=str)
def test_a_body_that_is_cut_off_is_broken_whatever_other_address_there_was(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, "hel", content_length="5"))

    monkeypatch.setattr(socket, "socket", Poor)
    assert dual(cut, addresses) == Failed(Outcome.MALFORMED, "answer cut off after 3 bytes", 200)


@pytest.mark.parametrize(
    ("addresses", "number"), [(["::1"], errno.EAFNOSUPPORT), *((each, errno.ECONNREFUSED) for each in BOTH)], ids=str
)
def test_where_no_address_answers_the_reason_is_that_of_a_server_before_our_own(
    addresses: list[str], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", Poor)
    assert dual(http(200), addresses, up=False) == Failed(Outcome.ERROR, f"no connection: {os.strerror(number)}")


def test_of_a_name_with_many_addresses_a_few_are_tried() -> None:
    nobody = [f"127.0.0.{number}" for number in range(2, 40)]
    assert isinstance(dual(http(200, "x"), [*nobody[: MOST_ADDRESSES - 1], "127.0.0.1", *nobody[3:]]), Document)
    assert dual(http(200, "x"), [*nobody, "127.0.0.1"]) == Failed(
        Outcome.ERROR, f"no connection: {os.strerror(errno.ECONNREFUSED)}"
    )


@pytest.mark.skipif(not os.path.exists("/proc/sys/net"), reason="a full queue drops connections on Linux")  # noqa: PTH110
def test_an_address_that_says_nothing_costs_a_quarter_of_a_second_and_not_the_deadline() -> None:
    with deaf() as port:
        site = Site({"*": http(200, "x")})

        async def run() -> Answer:
            names = Names(["127.0.0.2", "127.0.0.1"])
            async with (
                await asyncio.start_server(site.handle, "127.0.0.1", port),
                Fetcher(
                    settings(allow=("news.example",), timeout=timedelta(seconds=30)), clock=lambda: NOON, resolve=names
                ) as one,
            ):
                answer = await one.get(Request(f"http://news.example:{port}/"))
                await site.stop()
                return answer

        assert isinstance(asyncio.run(run()), Document)


@pytest.mark.skipif(not os.path.exists("/proc/sys/net"), reason="a full queue drops connections on Linux")  # noqa: PTH110
def test_a_connection_that_is_not_made_in_time_is_given_up_and_told_as_a_time_out() -> None:
    async def run(port: int) -> Answer:
        changed = settings(allow=("127.0.0.2",), timeout=timedelta(seconds=0.3))
        async with Fetcher(changed, clock=lambda: NOON) as fetcher:
            return await fetcher.get(Request(f"http://127.0.0.2:{port}/"))

    with deaf() as port:
        assert asyncio.run(run(port)) == Failed(Outcome.ERROR, "no answer within 0.3 s", timed_out=True)


def test_a_system_that_gives_a_connection_up_tells_a_time_out_too() -> None:
    attempts = _Attempts(80)
    attempts._theirs = errno.ETIMEDOUT
    assert isinstance(attempts.failure(), TimedOut)
    attempts.close()


def test_both_kinds_of_addresses_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(_Attempts, "begin", lambda self, address: tried.append(str(address)))
    addresses = [ipaddress.ip_address(text) for text in ("2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2", "192.0.2.3")]
    with pytest.raises(ConnectionFailed):
        connect(addresses, 80, given_up=lambda: False)
    assert tried == ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"], "a few of them"


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


def test_what_is_too_long_for_a_date_is_none_and_not_kept() -> None:
    date = "Fri, 20 Nov 2026 13:00:00 GMT"
    assert response.max_age({"expires": date}, now=NOON) == timedelta(hours=1)
    assert response.max_age({"expires": date + " x" * 50}, now=NOON) is None
