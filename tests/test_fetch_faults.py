"""What the network can do wrong: each thing ends as its own kind of failure, and nothing is raised."""

from __future__ import annotations

import asyncio
import gzip
import re
from datetime import timedelta

import pytest

from tests.loopback import NOON, Reply, fetch, http, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Fetcher, Request

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


def private(host: str, port: int) -> list[str]:
    """A name server of a private network."""
    return ["10.0.0.5"]


async def pour(writer: asyncio.StreamWriter) -> None:
    """Without an end and without a length."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    for _ in range(10_000):
        writer.write(b"x" * 65536)
        await writer.drain()


HINT = b"HTTP/1.1 103 Early Hints\r\n\r\n"
PIECES = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
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
    ("hints without an end", HINT * 20_000 + http(200, FEED), Outcome.MALFORMED, "hints without end"),
    ("pieces of one byte", PIECES + b"1\r\nx\r\n" * 120_000 + b"0\r\n\r\n", Outcome.MALFORMED, "answer cut off after 100001 bytes"),
    ("chunks that are nearly all remarks", PIECES + (b"1;" + b"a" * 8000 + b"\r\nx\r\n") * 4_000 + b"0\r\n\r\n", Outcome.MALFORMED, "cut off after"),
    ("hung up", hang_up, Outcome.ERROR, "connection closed"),
    ("redirect in a circle", http(302, location="/"), Outcome.ERROR, "circle"),
    ("redirect to metadata", http(302, location="http://169.254.169.254/latest/"), Outcome.ERROR, r"address not allowed: 169\.254\.169\.254"),
    ("redirect to a private name", http(302, location="http://intranet.example/"), Outcome.ERROR, "not allowed: intranet"),
    ("redirect to a host of marks", http(302, location="http://a" + "\u0301\u0323" * 2_000 + ".example/"), Outcome.ERROR, "too long"),
    ("redirect to a file", http(302, location="file:///etc/passwd"), Outcome.ERROR, "neither http nor https"),
    ("redirect with a password", http(302, location="//u:s3cret@127.0.0.1/"), Outcome.ERROR, "user name"),
    ("redirect to nowhere", http(302), Outcome.ERROR, "302"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "kind", "reason"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_each_fault_is_its_own_kind_of_failure(reply: Reply, kind: Outcome, reason: str) -> None:
    answer, _ = fetch(
        reply, resolve=private, timeout=timedelta(minutes=1)
    )  # on a busy machine, too, it is not the clock that ends it
    assert isinstance(answer, Failed)
    assert answer.kind is kind
    assert re.search(reason, answer.reason)
    assert "s3cret" not in answer.reason


@pytest.mark.parametrize("reply", [say_nothing, drip], ids=["silence", "a drip"])
def test_a_request_has_one_deadline_for_everything(reply: Reply) -> None:
    answer, _ = fetch(reply, timeout=timedelta(seconds=0.3))
    assert answer == Failed(Outcome.ERROR, "no answer within 0.3 s", timed_out=True)


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


@pytest.mark.parametrize("head", ["", "<style>" + "p { margin: 0 }" * 1000 + "</style>"], ids=["short head", "long head"])
def test_an_article_about_challenges_is_a_document(head: str) -> None:
    answer, _ = fetch(http(200, ARTICLE.replace("</head>", head + "</head>"), content_type="text/html"))
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
