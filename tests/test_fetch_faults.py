"""What the network can do wrong: each thing ends as its own kind of failure, and nothing is raised."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import subprocess
import sys
import tracemalloc
import urllib.request
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from tests.loopback import NOON, Reply, fetch, http, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Fetcher, Request

SERVE = Path(__file__).parents[1] / ".." / "shared" / "world" / "serve.py"

FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>News</title></channel></rss>"
CHALLENGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1></body></html>"
ARTICLE = (
    "<html><head><title>Just a moment: how bot walls work</title></head><body>"
    + "<p>Sites ask visitors to wait.</p>" * 100
    + "</body></html>"
)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def say_nothing(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter) -> None:
    """Never pauses for long enough to trip a time-out for each read."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    for _ in range(10_000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def private(host: str, port: int) -> list[str]:
    """A name server of a private network."""
    return ["10.0.0.5"]


async def pour(writer: asyncio.StreamWriter) -> None:
    """Without an end and without a length."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    for _ in range(10_000):
        writer.write(b"x" * 65536)
        await writer.drain()


FAULTS: list[tuple[str, Reply, Outcome, str]] = [
    ("unauthorized", http(401), Outcome.BLOCKED, "access refused|401"),
    ("forbidden", http(403, "no"), Outcome.BLOCKED, "403 Forbidden"),
    ("forbidden for legal reasons", http(451), Outcome.BLOCKED, "451"),
    ("challenge with 403", http(403, CHALLENGE, cf_mitigated="challenge"), Outcome.BLOCKED, "challenge"),
    ("challenge with 503", http(503, CHALLENGE, content_type="text/html"), Outcome.BLOCKED, "challenge"),
    ("challenge with 429", http(429, CHALLENGE, content_type="text/html"), Outcome.BLOCKED, "challenge"),
    ("challenge with 200", http(200, CHALLENGE, content_type="text/html"), Outcome.BLOCKED, "challenge"),
    ("challenge that says it is XML", http(200, CHALLENGE, content_type="application/xml"), Outcome.BLOCKED, "challenge"),
    ("challenge that is compressed", http(200, gzip.compress(CHALLENGE.encode()), content_encoding="gzip"), Outcome.BLOCKED, "challenge"),
    ("challenge of a firewall", http(202, "", x_amzn_waf_action="challenge"), Outcome.BLOCKED, "challenge"),
    ("gone", http(410), Outcome.GONE, "410 Gone"),
    ("not found", http(404, CHALLENGE, content_type="text/html"), Outcome.GONE, "404"),
    ("too many requests", http(429, retry_after="120"), Outcome.ERROR, "429"),
    ("server error", http(500, "oops"), Outcome.ERROR, "500"),
    ("bad gateway", http(502, "x" * 200_000, content_type="text/html"), Outcome.ERROR, "502"),
    ("unavailable", http(503, "<html><title>Down for repair</title>", content_type="text/html"), Outcome.ERROR, "503"),
    ("a status of nobody", b"HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n", Outcome.ERROR, "status 599"),
    ("accepted, not ready", http(202, "later"), Outcome.ERROR, "202"),
    ("not modified, though nobody asked", b"HTTP/1.1 304 Not Modified\r\n\r\n", Outcome.ERROR, "304"),
    ("part of it", http(206, "x"), Outcome.ERROR, "206"),
    ("no content", b"HTTP/1.1 204 No Content\r\n\r\n", Outcome.EMPTY, "204"),
    ("empty", http(200, ""), Outcome.EMPTY, "empty"),
    ("blanks only", http(200, " \n\t "), Outcome.EMPTY, "empty"),
    ("picture", http(200, b"\x89PNG", content_type="image/png"), Outcome.MALFORMED, "image instead"),
    ("cut off", http(200, FEED[:40], content_length="88"), Outcome.MALFORMED, "cut off"),
    ("cut off between chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Outcome.MALFORMED, "cut off"),
    ("chunks that are none", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n", Outcome.MALFORMED, "cut off|not HTTP"),
    ("gzip cut off", http(200, gzip.compress(FEED)[:-12], content_encoding="gzip"), Outcome.MALFORMED, "inside its compression"),
    ("gzip that is none", http(200, FEED, content_encoding="gzip"), Outcome.MALFORMED, "compression that cannot be read"),
    ("gzip in a thousand empty parts", http(200, gzip.compress(b"") * 1000, content_encoding="gzip"), Outcome.MALFORMED, "too many parts"),
    ("coding that was not asked for", http(200, FEED, content_encoding="br"), Outcome.MALFORMED, "not asked for"),
    ("announced too large", http(200, FEED, content_length="99999999"), Outcome.MALFORMED, "larger than 15 MB"),
    ("not HTTP", b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Outcome.MALFORMED, "not HTTP"),
    ("endless headers", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", Outcome.MALFORMED, "not HTTP"),
    ("a header without an end", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", Outcome.MALFORMED, "not HTTP"),
    ("hung up", hang_up, Outcome.ERROR, "connection closed"),
    ("redirect in a circle", http(302, location="/"), Outcome.ERROR, "circle"),
    ("redirect to metadata", http(302, location="http://169.254.169.254/latest/"), Outcome.ERROR, r"address not allowed: 169\.254\.169\.254"),
    ("redirect to a private name", http(302, location="http://intranet.example/"), Outcome.ERROR, "not allowed: intranet"),
    ("redirect to a file", http(302, location="file:///etc/passwd"), Outcome.ERROR, "neither http nor https"),
    ("redirect with a password", http(302, location="//u:s3cret@127.0.0.1/"), Outcome.ERROR, "user name"),
    ("redirect to nowhere", http(302), Outcome.ERROR, "302"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "kind", "reason"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_each_fault_is_its_own_kind_of_failure(reply: Reply, kind: Outcome, reason: str) -> None:
    answer, _ = fetch(reply, resolve=private)
    assert isinstance(answer, Failed)
    assert answer.kind is kind
    assert re.search(reason, answer.reason)
    assert "s3cret" not in answer.reason


@pytest.mark.parametrize("reply", [say_nothing, drip], ids=["silence", "a drip"])
def test_a_request_has_one_deadline_for_everything(reply: Reply) -> None:
    answer, _ = fetch(reply, timeout=timedelta(seconds=0.3))
    assert answer == Failed(Outcome.ERROR, "no answer within 0.3 s")


def test_a_body_without_an_end_is_left_at_the_limit() -> None:
    answer, _ = fetch(pour, max_body=1_000_000)
    assert answer == Failed(Outcome.MALFORMED, "body larger than 1 MB", 200)


def test_nobody_listens() -> None:
    async def ask() -> object:
        async with serving(http()) as site:
            port = site.port
        async with Fetcher(settings(), clock=lambda: NOON) as fetcher:
            return await fetcher.get(Request(f"http://127.0.0.1:{port}/"))

    answer = asyncio.run(ask())
    assert isinstance(answer, Failed)
    assert answer.kind is Outcome.ERROR
    assert answer.reason.startswith("no connection")


@pytest.mark.parametrize(
    "url", ["gopher://example.org/", "http://u:s3cret@example.org/", "http://10.0.0.1/", "http://[::1]/", "nonsense"]
)
def test_an_address_that_must_not_be_asked_is_a_failure_too(url: str) -> None:
    async def ask() -> object:
        async with Fetcher(settings(), clock=lambda: NOON) as fetcher:
            return await fetcher.get(Request(url))

    answer = asyncio.run(ask())
    assert isinstance(answer, Failed)
    assert answer.kind is Outcome.ERROR
    assert "s3cret" not in answer.reason


def test_an_article_about_challenges_is_a_document() -> None:
    answer, _ = fetch(http(200, ARTICLE, content_type="text/html"))
    assert isinstance(answer, Document)


@pytest.mark.parametrize(
    "title",
    [
        "Human verification of model evaluations",
        "Access to frontier models",
        "Captcha-breaking agents, measured",
        "Please wait for the next release",
        "News",
    ],
)
def test_a_short_page_of_its_own_is_a_document(title: str) -> None:
    answer, _ = fetch(
        http(200, f"<html><head><title>{title}</title></head><body><p>Soon.</p></body></html>", content_type="text/html")
    )
    assert isinstance(answer, Document)


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><title>Attention Required! | Cloudflare</title></head><body>Sorry, you have been blocked</body></html>",
        "<html><head><title>Access Denied</title></head><body>You don't have permission to access this.</body></html>",
        "<html><head><title></title></head><body>Please verify you are a human to go on.</body></html>",
        "<html><body>Enable JavaScript and cookies to continue<script>" + "x();" * 5000 + "</script></body></html>",
        "<html><head><title>nist.gov</title><script>window._cf_chl_opt={}</script></head><body></body></html>",
        "<html><title>Pardon Our Interruption</title><body>As you were browsing something made us think you were a bot.</body></html>",
        "\n<html><title>Security check</title></html>",
    ],
)
def test_a_page_that_asks_for_a_human_is_no_document(page: str) -> None:
    answer, _ = fetch(http(200, page, content_type="text/html; charset=utf-8"))
    assert isinstance(answer, Failed)
    assert answer.kind is Outcome.BLOCKED


# --- memory --------------------------------------------------------------------------------------------------------


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


# --- anything at all -----------------------------------------------------------------------------------------------


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


# --- the world server's own faults ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not SERVE.exists():
        pytest.skip("no world server beside this repository")
    folder = tmp_path_factory.mktemp("world")
    line = {"url": "https://news.example/feed.xml", "from": "2026-01-01", "headers": {"Content-Type": "application/rss+xml"}}
    (folder / "world.jsonl").write_text(json.dumps({**line, "body": FEED.decode()}) + "\n")
    with subprocess.Popen([sys.executable, str(SERVE), "--world", str(folder)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield "http://127.0.0.1:" + server.stdout.readline().split("127.0.0.1:")[1].split("/")[0]
        server.terminate()


KINDS = [
    ("timeout", Outcome.ERROR, "no answer within"),
    ("slow", Outcome.ERROR, "no answer within"),
    ("reset", Outcome.ERROR, "connection closed"),
    ("500", Outcome.ERROR, "500"),
    ("503", Outcome.ERROR, "503"),
    ("429", Outcome.ERROR, "429"),
    ("403-challenge", Outcome.BLOCKED, "challenge"),
    ("200-challenge", Outcome.BLOCKED, "challenge"),
    ("truncated", Outcome.MALFORMED, "cut off"),
    ("empty", Outcome.EMPTY, "empty"),
    ("gzip-bomb", Outcome.MALFORMED, "larger than"),
    ("wrong-type", Outcome.MALFORMED, "image instead"),
    ("redirect-private", Outcome.ERROR, "address not allowed"),
    ("redirect-loop", Outcome.ERROR, "circle"),
]
TIMES = {"reset": 2}  # a connection that dies before an answer is tried a second time


@pytest.mark.parametrize(("fault", "kind", "reason"), KINDS, ids=[row[0] for row in KINDS])
def test_each_fault_of_the_world_ends_as_its_own_kind(world: str, fault: str, kind: Outcome, reason: str) -> None:
    order = {
        "match": "news.example",
        "kind": fault,
        "times": TIMES.get(fault, 1),
        "retry_after": 120,
        "seconds": 3,
        "bytes": 50_000_000,
    }
    with urllib.request.urlopen(urllib.request.Request(world + "/_world/fault", json.dumps(order).encode(), method="POST")):
        pass

    async def ask() -> list[object]:
        asked = Request("https://news.example/feed.xml")
        async with Fetcher(settings(via=world, timeout=timedelta(seconds=1)), clock=lambda: NOON) as fetcher:
            return [await fetcher.get(asked), await fetcher.get(asked)]

    failed, recovered = asyncio.run(ask())
    assert isinstance(failed, Failed)
    assert (failed.kind, reason in failed.reason) == (kind, True)
    assert failed.retry_after == (timedelta(seconds=120) if fault in {"429", "503"} else None)
    assert isinstance(recovered, Document)
    assert recovered.body == FEED
