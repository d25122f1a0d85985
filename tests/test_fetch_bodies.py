"""What a body can cost, and that nothing a server says is raised."""

from __future__ import annotations

import asyncio
import gc
import gzip
import tracemalloc
import zlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from tests.loopback import NOON, fetch, http, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Fetcher, Request


def bomb(size: int) -> bytes:
    """Gzip that inflates to `size` bytes of zero, put together from one compressed block (and without its end)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b"\0" * 10_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + block * (size // 10_000_000)


def test_a_gzip_bomb_of_300_megabytes_costs_less_than_20() -> None:
    reply = http(200, bomb(300_000_000), content_encoding="gzip", content_type="application/xml")
    assert len(reply) < 310_000
    tracemalloc.start()
    try:
        answer, _ = fetch(reply)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer == Failed(Outcome.MALFORMED, "body larger than 15 MB", 200)
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (http(200, bomb(300_000_000), content_encoding="gzip"), "body larger than 15 MB"),
        (http(200, bomb(10_000_000), content_encoding="gzip"), "answer cut off inside its compression"),
        (http(200, bomb(10_000_000), content_encoding="gzip", content_length="999999"), "answer cut off after "),
    ],
)
def test_what_was_refused_is_let_go_at_once_and_not_when_python_next_looks_for_circles(reply: bytes, reason: str) -> None:
    async def held() -> int:
        async with serving(reply) as site, Fetcher(settings(), clock=lambda: NOON) as fetcher:
            for _ in range(5):
                answer = await fetcher.get(Request(f"{site.base}/"))
                assert isinstance(answer, Failed)
                assert answer.reason.startswith(reason)
            return tracemalloc.get_traced_memory()[0]

    gc.disable()
    tracemalloc.start()
    try:
        assert asyncio.run(held()) < 20_000_000, "of five bodies the last, whose thread may not have ended yet"
    finally:
        tracemalloc.stop()
        gc.enable()


def test_a_bomb_in_an_error_page_is_looked_at_no_further_than_needed() -> None:
    answer, _ = fetch(http(503, bomb(300_000_000), content_encoding="gzip", content_type="text/html"))
    assert answer == Failed(Outcome.ERROR, "503 Service Unavailable", 503)


def test_a_compressed_body_without_an_end_is_left_at_the_limit() -> None:
    async def pour_noise(writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\x03"
        )  # a name without an end
        for _ in range(10_000):
            writer.write(b"x" * 65536)
            await writer.drain()

    answer, _ = fetch(pour_noise, max_body=1_000_000)
    assert answer == Failed(Outcome.MALFORMED, "body larger than 1 MB", 200)


def test_an_empty_body_that_says_it_is_gzip_is_empty() -> None:
    answer, _ = fetch(http(200, b"", content_encoding="gzip"))
    assert answer == Failed(Outcome.EMPTY, "empty body", 200)


def test_gzip_is_inflated_whole_however_it_is_cut() -> None:
    body = bytes(range(256)) * 4096 + b"\0" * 3_000_000
    members = gzip.compress(body) + gzip.compress(b"and a second member")

    async def in_drops(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(members)}\r\n\r\n".encode())
        for start in range(0, len(members), 997):
            writer.write(members[start : start + 997])
            await writer.drain()
            await asyncio.sleep(0)

    answer, _ = fetch(in_drops)
    assert isinstance(answer, Document)
    assert answer.body == body + b"and a second member"


@pytest.mark.parametrize("behind", [b"\0" * 300, b"\r\n", b"<!-- 0.3 s -->", b"\x1f", b"\x1f\x1f\x8b", b"\x8b\x1f" * 9000])
@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_what_follows_a_whole_compressed_document_is_left_alone(behind: bytes, members: int, piece: int) -> None:
    reply = http(200, gzip.compress(b"<p>it is open</p>") * members + behind, content_encoding="gzip")

    async def in_pieces(writer: asyncio.StreamWriter) -> None:
        for start in range(0, 600, piece):
            writer.write(reply[:600][start : start + piece])
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(reply[600:])

    answer, _ = fetch(in_pieces)
    assert isinstance(answer, Document)
    assert answer.body == b"<p>it is open</p>" * members


def test_a_second_compressed_part_is_read_or_refused_and_never_left_out() -> None:
    whole, second = gzip.compress(b"<p>it is open</p>"), gzip.compress(b"<p>it was open</p>")
    for broken in (second[:-4], second[:12], second[:2], second[:8] + b"\xff" * 20):
        answer, _ = fetch(http(200, whole + broken, content_encoding="gzip"))
        assert isinstance(answer, Failed)
        assert answer.kind is Outcome.MALFORMED


@pytest.mark.parametrize("age", ["0", "1", "999999999", "9" * 40])
@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"]
)
def test_a_clock_at_the_end_of_the_calendar_is_no_reason_to_stop(date: str, age: str) -> None:
    answer, _ = fetch(http(200, "<p>it is open</p>", date=date, age=age, expires=date, retry_after=date))
    assert isinstance(answer, Document)


@given(
    st.lists(
        st.sampled_from([
            b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 301 \r\n", b"HTTP/9.9 -1 x\r\n", b"\r\n", b"Location: \xff\x00//\r\n", b"Location: http://[\r\n",
            b"Content-Length: -1\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: 99999999999999999999\r\n",
            b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip, gzip\r\n", b"ETag: \x01\xff\r\n", b"Retry-After: 9999999999999999\r\n",
            b"Expires: Mon, 99 Foo 0000 99:99:99\r\n", b"Cache-Control: max-age=99999999999999999\r\n", b"Age: \xb2\r\n", b"Date: Sat, 01 Jan 0001 00:00:00 +2359\r\n",
            b"Content-Type: \xff/;;=\r\n", b"\x00\x80\xff", b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"\x1f\x8b\x08", b"Set-Cookie: a=b; Max-Age=x\r\n",
        ]) | st.binary(max_size=20),
        max_size=8,
    )
)  # fmt: skip
@bounds(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_server_says_nothing_is_raised(parts: list[bytes]) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))
        await writer.drain()

    fetch(say, timeout=timedelta(seconds=0.05))
    fetch(b"HTTP/1.1 200 OK\r\n" + b"".join(parts) + b"\r\n\r\n", timeout=timedelta(seconds=0.05))
