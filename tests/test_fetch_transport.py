"""What the client is let do: nothing of its own, nothing for too long, and nothing that is left behind."""

from __future__ import annotations

import asyncio
import os
import threading
import warnings
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.loopback import NOON, Names, Reply, Site, fetch, http, serving, settings, until
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Answer, Fetcher, Request
from watcher.fetch import transport as transport_module
from watcher.fetch.guard import Guard
from watcher.fetch.response import ConnectionFailed, ProtocolError, Response
from watcher.fetch.transport import GuardedTransport
from watcher.fetch.urls import UrlRejected

T = TypeVar("T")
MEGABYTE = 1 << 20


def over(pages: Any, talk: Callable[[GuardedTransport, Site], Awaitable[T]], **options: Any) -> T:
    """Let a transport and a site meet."""

    async def run() -> T:
        async with serving(pages) as site:
            transport = GuardedTransport(Guard(("127.0.0.1",)), **options)
            try:
                return await talk(transport, site)
            finally:
                await transport.aclose()

    return asyncio.run(run())


def open_files() -> set[str]:
    return set(os.listdir("/dev/fd"))  # noqa: PTH208 - names will do


def status(response: Response) -> int:
    return response.status


def whole(response: Response) -> bytes:
    return b"".join(response.chunks)


def first(response: Response) -> bytes:
    return next(iter(response.chunks))


def answered(raw: bytes) -> tuple[int, dict[str, str], bytes]:
    return over(
        {"*": raw},
        lambda transport, site: transport.get(
            site.base + "/", {}, lambda response: (response.status, dict(response.headers), whole(response))
        ),
    )


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def half(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    await asyncio.Event().wait()


# what is sent


@pytest.mark.parametrize("target", ["/a/../b/./c", "//x//", "/%7Ea%2fb?q=%20&r=/../", "/?", "/a;b=c,d'e(f)*!$&+:@~"])
def test_a_target_is_sent_as_it_is(target: str) -> None:
    async def talk(transport: GuardedTransport, site: Site) -> str:
        await transport.get(site.base + target, {}, status)
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
    async def talk(transport: GuardedTransport, site: Site) -> str:
        for headers in ({"If-None-Match": '"1"', "X-One": "1"}, {}):
            await transport.get(site.base + "/", headers, status)
        return site.asked[1]

    said = over(http(200, set_cookie="a=b"), talk)
    assert said.splitlines()[1:] == [f"Host: {said.split('Host: ')[1].splitlines()[0]}", ""]


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0b"])
def test_a_header_cannot_hold_another(value: str) -> None:
    with pytest.raises(UrlRejected):
        over(http(200), lambda transport, site: transport.get(site.base + "/", {"If-None-Match": value}, status))


def test_no_redirect_is_followed_by_the_client_itself() -> None:
    async def talk(transport: GuardedTransport, site: Site) -> tuple[int, int]:
        return await transport.get(site.base + "/", {}, status), len(site.asked)

    assert over({"/": http(302, location="/x"), "/x": http(200)}, talk) == (302, 1)


# where it goes


def test_a_literal_address_is_checked_by_the_transport_too() -> None:
    with pytest.raises(UrlRejected, match="not allowed"):
        over(http(200), lambda transport, site: transport.get(f"http://127.0.0.2:{site.port}/", {}, status))


def test_those_who_ask_for_one_name_at_once_wait_for_one_answer() -> None:
    names, known = Names(["127.0.0.1"]), threading.Event()

    def slow(host: str, port: int) -> list[str]:
        known.wait(5)
        return names(host, port)

    async def talk(transport: GuardedTransport, site: Site) -> list[int]:
        url = f"http://news.example:{site.port}/"
        hasty = asyncio.create_task(transport.get(url, {}, status))
        others = [asyncio.create_task(transport.get(url, {}, status)) for _ in range(5)]
        await asyncio.sleep(0)
        hasty.cancel()
        known.set()
        return [await task for task in others]

    assert over(http(200), talk, resolve=slow) == [200] * 5
    assert names.asked == 1


def test_what_goes_wrong_with_a_name_is_told_to_all_who_wait_for_it_and_not_remembered() -> None:
    names = Names([], ["127.0.0.1"])

    async def talk(transport: GuardedTransport, site: Site) -> int:
        with pytest.raises(ConnectionFailed, match="name not found"):
            await transport.get(f"http://news.example:{site.port}/", {}, status)
        return await transport.get(f"http://news.example:{site.port}/", {}, status)

    assert over(http(200), talk, resolve=names) == 200


def test_a_name_may_lead_to_several_addresses_of_both_kinds() -> None:
    async def talk(transport: GuardedTransport, site: Site) -> int:
        return await transport.get(f"http://news.example:{site.port}/", {}, status)

    assert over(http(200), talk, resolve=Names(["::ffff:127.0.0.1", "127.0.0.1"])) == 200


# what comes


def test_interim_answers_and_trailers_are_no_headers() -> None:
    raw = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nSet-Cookie: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        b'HTTP/1.1 200 OK\r\nETag: "1"\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nETag: "2"\r\nX-Late: 1\r\n\r\n'
    )
    assert answered(raw) == (200, {"etag": '"1"', "transfer-encoding": "chunked"}, b"abc")


def test_trailers_without_an_end_are_left() -> None:
    async def trail(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
        while not writer.is_closing():
            writer.write(b"X-More: y\r\n" * 1000)
            await writer.drain()

    answer, _ = fetch(trail)
    assert answer == Failed(Outcome.MALFORMED, "answer cut off after 1 bytes", 200)


def test_headers_that_come_twice_or_in_folds_are_one() -> None:
    raw = (
        b"HTTP/1.1 200 OK\r\nVary: a\r\nvary:  b \r\nX-Long: one\r\n  two\r\n\tthree\r\nX-Odd: \xe9\r\nContent-Length: 0\r\n\r\n"
    )
    assert answered(raw)[1] == {"vary": "a, b", "x-long": "one two three", "x-odd": "\u00e9", "content-length": "0"}


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


def test_headers_that_are_cut_off_are_broken() -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")

    answer, _ = fetch(cut)
    assert isinstance(answer, Failed)
    assert answer.kind is Outcome.MALFORMED


def test_a_connection_that_is_lost_before_an_answer_is_tried_a_second_time() -> None:
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


def test_an_unasked_switch_of_protocols_is_told_at_once() -> None:
    async def switch(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nabc")
        await asyncio.Event().wait()

    answer, _ = fetch(switch, timeout=timedelta(seconds=10))
    assert answer == Failed(Outcome.MALFORMED, "answer that is not HTTP")


@pytest.mark.parametrize(("before", "then"), [(b"\n", b"\r\n"), (b"\r\n", b"\n")], ids=str)
def test_an_interim_answer_may_end_its_lines_in_another_way(before: bytes, then: bytes) -> None:
    interim = before.join((b"HTTP/1.1 103 Early Hints", b"Link: </a>", b"", b""))
    answer, _ = fetch(interim + then.join((b"HTTP/1.1 200 OK", b"Content-Length: 1", b"", b"x")))
    assert isinstance(answer, Document)


# how much, and how long


def test_who_reads_slowly_is_not_flooded() -> None:
    sent, read, size = [0], threading.Event(), 24 * MEGABYTE

    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(size // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()
            sent[0] += 65536

    def slowly(response: Response) -> int:
        chunks = iter(response.chunks)
        held = len(next(chunks))
        read.wait(5)
        return held + sum(map(len, chunks))

    async def talk(transport: GuardedTransport, site: Site) -> tuple[int, int]:
        reading = asyncio.create_task(transport.get(site.base + "/", {}, slowly))
        assert await transport.get(site.base + "/other", {}, whole) == b"here"  # is not held up
        before = sent[0]
        read.set()
        return before, await reading

    before, came = over({"/": pour, "/other": http(200, "here")}, talk)
    assert before < size - 4 * MEGABYTE  # what lies in the buffers of both sockets comes on top
    assert came == size


def test_who_leaves_early_hurts_nobody_and_ends_the_transfer() -> None:
    left, gone = asyncio.Event(), asyncio.Event()

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.transport.is_closing():
            writer.write(b"x" * 1000)
            await asyncio.sleep(0)
        gone.set()

    async def wait(writer: asyncio.StreamWriter) -> None:
        await left.wait()
        writer.write(http(200, "whole"))

    async def talk(transport: GuardedTransport, site: Site) -> bytes:
        reading = asyncio.create_task(transport.get(site.base + "/wait", {}, whole))
        silent = asyncio.create_task(transport.get(site.base + "/silent", {}, status))
        assert (await transport.get(site.base + "/", {}, first))[:1] == b"x"
        await gone.wait()
        silent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await silent
        left.set()
        return await reading

    assert over({"/": endless, "/silent": silence, "/wait": wait}, talk) == b"whole"


@pytest.mark.parametrize("page", [silence, half], ids=["before the answer", "in the answer"])
def test_who_waits_while_the_transport_is_closed_hears_of_it(page: Reply) -> None:
    async def talk(transport: GuardedTransport, site: Site) -> None:
        reading = asyncio.create_task(transport.get(site.base + "/", {}, whole))
        await until(lambda: site.asked)
        await transport.aclose()
        with pytest.raises(ConnectionFailed):
            await reading

    over(page, talk)


@pytest.mark.parametrize("page", [silence, half], ids=["before the answer", "in the answer"])
def test_the_thread_of_a_request_that_was_given_up_ends(page: Reply) -> None:
    """Threads that wait for a host that says nothing would be used up, and stop the process from ending."""
    ended = threading.Event()

    def read(response: Response) -> bytes:
        try:
            return whole(response)
        finally:
            ended.set()

    async def talk(transport: GuardedTransport, site: Site) -> None:
        reading = asyncio.create_task(transport.get(site.base + "/", {}, read))
        await until(lambda: site.asked)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await asyncio.to_thread(transport._threads.shutdown)

    over(page, talk)
    assert ended.is_set() or page is silence


def test_a_closed_transport_tells_that_whatever_it_is_asked() -> None:
    names = Names()

    async def talk(transport: GuardedTransport, site: Site) -> None:
        await transport.get(site.base + "/", {}, whole)
        await transport.aclose()
        await transport.aclose()
        for url in (site.base + "/", "http://127.0.0.1:9/", "http://news.example/", "https://127.0.0.1:9/"):
            with pytest.raises(ConnectionFailed):
                await transport.get(url, {}, whole)

    over(http(200, "x"), talk, resolve=names)
    assert names.asked == 0


def test_a_transport_that_closes_waits_for_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "SECONDS_TO_CLOSE", 0.05)
    asked, known = threading.Event(), threading.Event()

    def never(host: str, port: int) -> list[str]:
        asked.set()
        known.wait(60)
        return []

    async def run() -> None:
        transport = GuardedTransport(Guard(), resolve=never)
        waiting = asyncio.create_task(transport.get("http://news.example/", {}, whole))
        await asyncio.to_thread(asked.wait)
        await transport.aclose()
        with pytest.raises(ConnectionFailed):
            await waiting
        known.set()

    asyncio.run(run())


def test_dead_names_do_not_hold_up_the_others() -> None:
    known = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        if host.startswith("dead"):
            known.wait(60)
        return ["127.0.0.1"]

    async def run() -> list[Answer]:
        async with (
            serving(http(200, "x")) as site,
            Fetcher(settings(timeout=timedelta(seconds=0.3), concurrency=4), clock=lambda: NOON, resolve=resolve) as fetcher,
        ):
            dead = [fetcher.get(Request(f"http://dead{n}.example:{site.port}/")) for n in range(12)]
            answers = await asyncio.gather(*dead)
            known_one = await fetcher.get(Request(f"http://news.example:{site.port}/"))
            known.set()
            return [known_one, *answers]

    alive, *dead = asyncio.run(run())
    assert isinstance(alive, Document)
    assert dead == [Failed(Outcome.ERROR, "no answer within 0.3 s", timed_out=True)] * 12


def test_who_waits_for_a_slot_while_the_client_closes_gets_a_failure() -> None:
    async def run() -> Answer:
        async with serving(http(200, "x")) as site:
            async with Fetcher(settings(per_host_gap=timedelta(seconds=0.2)), clock=lambda: NOON) as fetcher:
                await fetcher.get(Request(site.base + "/"))
                late = asyncio.create_task(fetcher.get(Request(site.base + "/late")))
                await asyncio.sleep(0.02)
            return await late

    assert asyncio.run(run()) == Failed(Outcome.ERROR, "connection closed without an answer")


def test_a_connection_is_used_again_and_not_kept_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "SECONDS_IDLE", 0.3)

    async def talk(transport: GuardedTransport, site: Site) -> tuple[int, int]:
        for _ in range(3):
            await transport.get(site.base + "/", {}, whole)
        used, kept = site.connections, site.open_now
        await until(lambda: not site.open_now)
        await transport.get(site.base + "/", {"Connection": "close"}, whole)
        await until(lambda: not site.open_now)
        return used, kept

    assert over(http(200, "x"), talk) == (1, 1)


def test_no_more_idle_connections_are_kept_than_allowed() -> None:
    async def talk(transport: GuardedTransport, site: Site) -> None:
        urls = [f"http://host{n}.example:{site.port}/" for n in range(12)]
        await asyncio.gather(*(transport.get(url, {}, whole) for url in urls))
        await until(lambda: site.open_now <= 4)

    over(http(200, "x"), talk, resolve=Names(*[["127.0.0.1"]] * 12), limit=4)


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no list of open files")
def test_nothing_is_left_behind() -> None:
    async def run() -> None:
        async with serving({"/": http(200, "x"), "/silent": silence}) as site:
            for _ in range(2):
                before, tasks = open_files(), asyncio.all_tasks()
                async with Fetcher(settings(timeout=timedelta(seconds=0.3)), clock=lambda: NOON) as fetcher:
                    await asyncio.gather(*(fetcher.get(Request(site.base + "/")) for _ in range(9)))
                    await fetcher.get(Request(f"https://127.0.0.1:{site.port}/"))  # reads the certificates
                    waiting = asyncio.create_task(fetcher.get(Request(site.base + "/silent")))
                    await asyncio.sleep(0.02)
                assert isinstance(await waiting, Failed)
                await asyncio.sleep(0.02)
                ours = [task for task in asyncio.all_tasks() - tasks if "Site" not in repr(task.get_coro())]
                assert ours == []
                await until(lambda opened=before: len(open_files() - opened) <= 1)  # the list itself

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(run())


def test_an_answer_of_too_many_headers_is_none() -> None:
    async def talk(transport: GuardedTransport, site: Site) -> None:
        with pytest.raises(ProtocolError, match="not HTTP"):
            await transport.get(site.base + "/", {}, status)

    over(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 2000 + b"Content-Length: 0\r\n\r\n", talk)
