"""What libcurl is let do: nothing of its own, nothing for too long, and nothing that is left behind."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import warnings
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import pycurl
import pytest

from tests.loopback import NOON, Names, Reply, Site, fetch, http, keep, meet, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Answer, Fetcher, Request, _curl_easy, _curl_lines
from watcher.fetch import exchange as exchange_module
from watcher.fetch._curl_names import Names as Resolver
from watcher.fetch._curl_names import Places
from watcher.fetch._curl_transfer import MOST_UNREAD, translated
from watcher.fetch.address import Refused
from watcher.fetch.exchange import Broken, Unreached, joined
from watcher.fetch.guard import Guard
from watcher.fetch.wire import Wire

T = TypeVar("T")
MEGABYTE = 1 << 20


def over(pages: Any, talk: Callable[[Wire, Site], Awaitable[T]], **options: Any) -> T:
    """Let a wire and a site meet."""

    async def run() -> T:
        async with serving(pages) as site:
            wire = Wire(Guard(("127.0.0.1",)), **options)
            try:
                return await talk(wire, site)
            finally:
                await wire.aclose()

    return asyncio.run(run())


def open_files() -> set[str]:
    return set(os.listdir("/dev/fd"))  # noqa: PTH208 - names will do


async def whole(reply: exchange_module.Reply) -> bytes:
    return b"".join([chunk async for chunk in reply.chunks])


def answered(raw: bytes) -> tuple[int, dict[str, str], bytes]:
    async def talk(wire: Wire, site: Site) -> tuple[int, dict[str, str], bytes]:
        reply = await wire.ask(site.base + "/", {})
        return reply.status, dict(reply.headers), await whole(reply)

    return over({"*": raw}, talk)


# what is sent


@pytest.mark.parametrize("target", ["/a/../b/./c", "//x//", "/%7Ea%2fb?q=%20&r=/../", "/?", "/a;b=c,d'e(f)*!$&+:@~"])
def test_an_address_is_sent_as_it_is(target: str) -> None:
    async def talk(wire: Wire, site: Site) -> str:
        await wire.ask(site.base + target, {})
        return site.asked[0].split()[1]

    assert over(http(200), talk) == target


def test_nothing_is_sent_but_what_we_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    _, site = fetch(http(200, "x"), etag='"1"')
    names = [line.partition(":")[0] for line in site.asked[0].split("\r\n")[1:] if line]
    assert names == ["Host", "User-Agent", "Accept", "Accept-Encoding", "If-None-Match", "Connection"]


def test_what_one_request_says_is_not_said_by_the_next() -> None:
    async def talk(wire: Wire, site: Site) -> str:
        for headers in ({"If-None-Match": '"1"', "X-One": "1"}, {}):
            (await wire.ask(site.base + "/", headers)).release()
        return site.asked[1]

    said = over(http(200), talk)
    assert "If-None-Match" not in said
    assert "X-One" not in said
    assert "PycURL" not in said


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0b"])
def test_a_header_cannot_hold_another(value: str) -> None:
    with pytest.raises(Refused):
        over(http(200), lambda wire, site: wire.ask(site.base + "/", {"If-None-Match": value}))


def test_no_redirect_is_followed_by_the_wire_itself() -> None:
    async def talk(wire: Wire, site: Site) -> tuple[int, int]:
        return (await wire.ask(site.base + "/", {})).status, len(site.asked)

    assert over({"/": http(302, location="/x"), "/x": http(200)}, talk) == (302, 1)


# where it goes


def test_nothing_but_a_checked_address_is_connected_to_whatever_libcurl_believes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def places(self: Resolver, host: str, port: int) -> Places:
        return Places(frozenset((ipaddress.ip_address("8.8.8.8"),)), (f"+{host}:{port}:127.0.0.1",), 0)

    monkeypatch.setattr(Resolver, "places", places)
    answers: list[Answer] = []
    site = meet(http(200), keep(answers, lambda site, fetcher: fetcher.get(Request(f"http://news.example:{site.port}/"))))
    assert answers == [Failed(Outcome.ERROR, "address not allowed: news.example")]
    assert site.connections == 0


def test_a_literal_address_is_checked_by_the_wire_too() -> None:
    with pytest.raises(Refused, match="not allowed"):
        over(http(200), lambda wire, site: wire.ask(f"http://127.0.0.2:{site.port}/", {}))


def test_those_who_ask_for_one_name_at_once_wait_for_one_answer() -> None:
    names = Names(["127.0.0.1"])

    async def talk(wire: Wire, site: Site) -> list[int]:
        url = f"http://news.example:{site.port}/"
        hasty = asyncio.create_task(wire.ask(url, {}))
        others = [asyncio.create_task(wire.ask(url, {})) for _ in range(5)]
        await asyncio.sleep(0)
        hasty.cancel()
        return [(await task).status for task in others]

    assert over(http(200), talk, resolve=names) == [200] * 5
    assert names.asked == 1


def test_a_name_may_lead_to_several_addresses_of_both_kinds() -> None:
    async def talk(wire: Wire, site: Site) -> int:
        return (await wire.ask(f"http://news.example:{site.port}/", {})).status

    assert over(http(200), talk, resolve=Names(["::ffff:127.0.0.1", "127.0.0.1"])) == 200


def test_a_wire_that_is_closed_asks_nothing() -> None:
    async def talk(wire: Wire, site: Site) -> None:
        await wire.aclose()
        with pytest.raises(Unreached):
            await wire.ask(site.base + "/", {})

    over(http(200), talk)


def test_a_wire_that_closes_waits_for_no_name() -> None:
    async def never(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    async def run() -> None:
        wire = Wire(Guard(), resolve=never)
        asked = asyncio.create_task(wire.ask("http://news.example/", {}))
        await asyncio.sleep(0.01)
        await wire.aclose()
        with pytest.raises(Unreached):
            await asked

    asyncio.run(run())


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        (pycurl.E_PEER_FAILED_VERIFICATION, "SSL certificate problem: certificate has expired", "certificate not trusted: certificate has expired"),
        (pycurl.E_PEER_FAILED_VERIFICATION, "x verify result: self-signed certificate (18) s3cret", "certificate not trusted: self-signed certificate"),
        (pycurl.E_PEER_FAILED_VERIFICATION, "s3cret", "certificate not trusted: Hostname mismatch, certificate is not valid for 'news.example'."),
        (pycurl.E_SSL_CONNECT_ERROR, "s3cret", "no secure connection"),
        (pycurl.E_COULDNT_RESOLVE_HOST, "s3cret", "name not found"),
        (pycurl.E_COULDNT_CONNECT, "s3cret", "no connection: Connection refused"),
        (pycurl.E_RECV_ERROR, "s3cret", "connection closed without an answer"),
        (pycurl.E_FTP_WEIRD_SERVER_REPLY, "s3cret", "answer that is not HTTP"),
    ],
)  # fmt: skip
def test_an_error_is_told_in_our_own_words(code: int, message: str, said: str) -> None:
    assert str(translated(code, message, 111, "news.example", begun=False)) == said
    assert isinstance(translated(code, message, 111, "news.example", begun=True), Broken)


# what comes


def test_interim_answers_and_trailers_are_no_headers() -> None:
    raw = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nSet-Cookie: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        b'HTTP/1.1 200 OK\r\nETag: "1"\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nETag: "2"\r\nX-Late: 1\r\n\r\n'
    )
    assert answered(raw) == (200, {"etag": '"1"', "transfer-encoding": "chunked"}, b"abc")


def test_trailers_without_an_end_are_not_gathered() -> None:
    async def trail(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
        for _ in range(100):
            writer.write(b"X-More: y\r\n" * 1000)
            await writer.drain()
        writer.write(b"\r\n")

    async def talk(wire: Wire, site: Site) -> int:
        reply = await wire.ask(site.base + "/", {})
        with suppress(Broken):
            await whole(reply)
        return len(reply.chunks._head)  # type: ignore[attr-defined]

    assert over(trail, talk) < 10_000


def test_headers_that_come_twice_or_in_folds_are_one() -> None:
    raw = (
        b"HTTP/1.1 200 OK\r\nVary: a\r\nvary:  b \r\nX-Long: one\r\n  two\r\n\tthree\r\nX-Odd: \xe9\r\nContent-Length: 0\r\n\r\n"
    )
    headers = answered(raw)[1]
    assert headers == {"vary": "a, b", "x-long": "one two three", "x-odd": "\u00e9", "content-length": "0"}
    assert joined(raw.splitlines(keepends=True)[1:-1]) == headers


def test_headers_are_there_before_the_body_is() -> None:
    async def wait(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 10\r\n\r\n")
        await asyncio.Event().wait()

    answer, _ = fetch({"/": wait, "/x": http(200, "here")})
    assert isinstance(answer, Document)


def test_nothing_is_inflated_on_the_way() -> None:
    assert answered(http(200, b"no gzip at all", content_encoding="gzip"))[2] == b"no gzip at all"


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()


@pytest.mark.parametrize("reply", [reset, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"], ids=["reset", "closed"])
def test_a_body_that_is_cut_off_is_broken(reply: Reply) -> None:
    answer, _ = fetch(reply)
    assert answer == Failed(Outcome.MALFORMED, "answer cut off after 3 bytes", 200)


def test_a_line_that_is_lost_before_an_answer_is_tried_a_second_time() -> None:
    times: list[int] = []

    async def once(writer: asyncio.StreamWriter) -> None:
        times.append(1)
        if len(times) == 1:
            writer.transport.abort()
        else:
            writer.write(http(200, "x"))

    answer, _ = fetch(once)
    assert isinstance(answer, Document)
    assert len(times) == 2


# how much, and how long


def test_who_reads_slowly_is_not_flooded() -> None:
    sent: list[int] = []
    size = 24 * MEGABYTE

    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(size // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()
            sent.append(65536)

    async def talk(wire: Wire, site: Site) -> tuple[int, int, int]:
        reply = await wire.ask(site.base + "/", {})
        await asyncio.sleep(0.5)
        before, held = sum(sent), len(await anext(reply.chunks))
        other = await wire.ask(site.base + "/other", {})  # is not held up
        assert await whole(other) == b"here"
        return before, held, held + len(await whole(reply))

    before, held, came = over({"/": pour, "/other": http(200, "here")}, talk)
    assert before < size - 4 * MEGABYTE  # what lies in the buffers of both sockets comes on top
    assert held < MOST_UNREAD
    assert came == size


def test_who_leaves_early_hurts_nobody_and_ends_the_transfer() -> None:
    gone: list[bool] = []

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        for _ in range(500):
            writer.write(b"x")
            await asyncio.sleep(0.002)
            if writer.transport.is_closing():
                gone.append(True)
                break

    async def talk(wire: Wire, site: Site) -> tuple[int, int]:
        replies = [await wire.ask(site.base + "/", {}) for _ in range(3)]
        silent = asyncio.create_task(wire.ask(site.base + "/silent", {}))
        reading = asyncio.create_task(whole(replies[1]))
        await asyncio.sleep(0.05)
        replies[0].release()
        replies[0].release()
        silent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await silent
        first = await anext(replies[2].chunks)
        replies[2].release()
        return len(await reading), len(first)

    async def silence(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    came, first = over({"/": drip, "/silent": silence}, talk)
    assert came == 500
    assert first
    assert gone == [True, True]


def test_who_reads_while_the_wire_is_closed_hears_of_it() -> None:
    async def silence(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        await asyncio.Event().wait()

    async def talk(wire: Wire, site: Site) -> None:
        reading = asyncio.create_task(whole(await wire.ask(site.base + "/", {})))
        await asyncio.sleep(0.01)
        await wire.aclose()
        with pytest.raises(Unreached):
            await reading

    over(silence, talk)


def test_a_line_is_used_again_and_not_kept_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_curl_lines, "IDLE_KEPT", 1)
    monkeypatch.setitem(_curl_easy.OPTIONS, pycurl.MAXAGE_CONN, 1)

    async def talk(wire: Wire, site: Site) -> tuple[int, int, int, int]:
        for _ in range(3):
            await whole(await wire.ask(site.base + "/", {}))
        used, kept = site.connections, site.open_now
        await asyncio.sleep(2.9)
        left = site.open_now
        await whole(await wire.ask(site.base + "/", {"Connection": "close"}))
        await asyncio.sleep(0.05)
        return used, kept, left, site.open_now

    assert over(http(200, "x"), talk) == (1, 1, 0, 0)


def test_no_more_idle_lines_are_kept_than_allowed() -> None:
    async def talk(wire: Wire, site: Site) -> int:
        urls = [f"http://host{n}.example:{site.port}/" for n in range(12)]
        for reply in await asyncio.gather(*(wire.ask(url, {}) for url in urls)):
            await whole(reply)
        await asyncio.sleep(0.05)
        return site.open_now

    assert over(http(200, "x"), talk, resolve=Names(*[["127.0.0.1"]] * 12), limit=4) <= 4


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no list of open files")
def test_nothing_is_left_behind() -> None:
    async def silence(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        async with serving({"/": http(200, "x"), "/silent": silence}) as site:
            for _ in range(2):
                before, tasks = open_files(), asyncio.all_tasks()
                async with Fetcher(settings(), clock=lambda: NOON) as fetcher:
                    await asyncio.gather(*(fetcher.get(Request(site.base + "/")) for _ in range(9)))
                    await fetcher.get(Request(f"https://127.0.0.1:{site.port}/"))  # reads the authorities
                    waiting = asyncio.create_task(fetcher.get(Request(site.base + "/silent")))
                    await asyncio.sleep(0.02)
                assert isinstance(await waiting, Failed)
                await asyncio.sleep(0.02)
                ours = [task for task in asyncio.all_tasks() - tasks if "Site" not in repr(task.get_coro())]
                assert ours == []
                left = open_files() - before
            assert len(left) <= 1  # the list itself

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(run())
