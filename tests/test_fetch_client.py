"""How the watch asks: politely, by name, for what changed."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.loopback import NOON, Site, ask, fetch, http, meet
from watcher.core.model import Document, Failed, NotModified, Outcome
from watcher.fetch import Answer, Fetcher, FetchSettings, Request
from watcher.fetch.response import RecordedResponse, RecordedTransport

DAY = "Fri, 20 Nov 2026 12:00:00 GMT"


def test_a_document_carries_its_hash_its_validators_and_its_moment() -> None:
    answer, site = fetch(
        {"/a": http(200, "hello", etag='"1"', last_modified=DAY, content_type="text/plain; charset=utf-8")}, "/a"
    )
    assert answer == Document(
        url=site.base + "/a",
        final_url=site.base + "/a",
        body=b"hello",
        hash="2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        content_type="text/plain; charset=utf-8",
        fetched_at=NOON,
        etag='"1"',
        last_modified=DAY,
    )


def test_the_watch_says_who_it_is() -> None:
    _, site = fetch(http(200, "x"), contact="https://watch.example/about\r\nX: y")
    assert site.header("User-Agent") == "PolicySignalWatch/0.1.0 (+https://watch.example/aboutX: y)"
    assert FetchSettings().user_agent == "PolicySignalWatch/0.1.0"
    assert [site.header(name) for name in ("Accept", "Accept-Encoding", "Cookie", "If-None-Match")] == ["*/*", "gzip", None, None]


def test_what_is_held_is_asked_for_only_if_it_changed() -> None:
    answer, site = fetch(b"HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=600\r\n\r\n", etag='W/"7"', last_modified=DAY)
    assert answer == NotModified(timedelta(minutes=10))
    assert (site.header("If-None-Match"), site.header("If-Modified-Since")) == ('W/"7"', DAY)


def test_no_cookie_is_kept() -> None:
    async def twice(site: Site, fetcher: Fetcher) -> None:
        await fetcher.get(Request(site.base + "/"))
        await fetcher.get(Request(site.base + "/"))

    site = meet({"/": http(200, "x", set_cookie="id=1")}, twice)
    assert site.header("Cookie") is None


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert isinstance(fetch(http(200, "x"))[0], Document)


@pytest.mark.parametrize("header", ['"' + "x" * 600 + '"', '"\u00e9"', ""])
def test_a_validator_that_cannot_be_sent_back_is_not_kept(header: str) -> None:
    answer, _ = fetch(f"HTTP/1.1 200 OK\r\nETag: {header}\r\nContent-Length: 1\r\n\r\nx".encode())
    assert isinstance(answer, Document)
    assert answer.etag == ""


@pytest.mark.parametrize(
    ("headers", "age"),
    [
        ({"cache_control": "public, max-age=300"}, 300),
        ({"cache_control": 'MAX-AGE="300"'}, 300),
        ({"cache_control": "s-maxage=900, max-age=300", "age": "100"}, 200),
        ({"cache_control": "max-age=300", "age": "400"}, 0),
        ({"cache_control": "max-age=999999999"}, 31 * 86400),
        ({"cache_control": "no-cache, max-age=300"}, None),
        ({"cache_control": "no-store", "expires": "Fri, 20 Nov 2026 13:00:00 GMT"}, None),
        ({"expires": "Fri, 20 Nov 2026 13:00:00 GMT"}, 3600),
        ({"expires": "Fri, 20 Nov 2026 13:00:00 GMT", "date": "Fri, 20 Nov 2026 12:30:00 GMT"}, 1800),
        ({"expires": "Fri, 20 Nov 2026 13:00:00"}, 3600),
        ({"expires": "0"}, None),
        ({"expires": "Mon, 99 Foo 2026 99:99:99 GMT"}, None),
        ({}, None),
    ],
)
def test_freshness_is_read_as_publishers_write_it(headers: dict[str, str], age: int | None) -> None:
    answer, _ = fetch(http(200, "x", **headers))
    assert isinstance(answer, Document)
    assert answer.max_age == (None if age is None else timedelta(seconds=age))


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "120", 120),
        (503, "Fri, 20 Nov 2026 12:10:00 GMT", 600),
        (503, "Fri, 20 Nov 2026 11:00:00 GMT", 0),
        (403, "3600", 3600),
        (500, "99999999999999", 31 * 86400),
        (503, "soon", None),
        (503, "-5", None),
        (503, "", None),
    ],
)
def test_a_wish_to_wait_is_kept_whether_seconds_or_a_date(status: int, header: str, seconds: int | None) -> None:
    answer, _ = fetch(http(status, "", retry_after=header))
    assert isinstance(answer, Failed)
    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_a_body_shorter_than_announced_is_no_document_whatever_carries_it() -> None:
    answer = ask({"https://news.example/": RecordedResponse(200, {"Content-Length": "10"}, b"short")}, "https://news.example/")
    assert answer == Failed(Outcome.MALFORMED, "answer cut off after 5 of 10 bytes", 200)


def cookies(**pages: RecordedResponse) -> tuple[Answer, list[tuple[str, str]]]:
    """Ask https://www.news.example/ of a web of these pages, by host; gives the answer, and the cookies that each URL was told.

    `start` says what the first page answers to who brings no cookie.
    """
    told: list[tuple[str, str]] = []

    def respond(url: str, headers: Mapping[str, str]) -> RecordedResponse:
        told.append((url, headers.get("cookie", "")))
        host = url.split("/")[2].split(".", maxsplit=1)[0]
        return (
            pages["start"] if host == "www" and "cookie" not in headers else pages.get(host, RecordedResponse(200, {}, b"page"))
        )

    async def run() -> Answer:
        async with Fetcher(FetchSettings(), clock=lambda: NOON, transport=RecordedTransport(respond)) as fetcher:
            await fetcher.get(Request("https://www.news.example/"))
            del told[:]
            return await fetcher.get(Request("https://www.news.example/"))

    return asyncio.run(run()), told


def test_a_cookie_that_a_redirect_asks_for_is_told_to_where_it_leads_and_then_forgotten() -> None:
    start = RecordedResponse(302, {"Location": "/?again", "Set-Cookie": "seen=1; Path=/; Secure"})
    answer, told = cookies(start=start)
    assert isinstance(answer, Document)
    assert told == [("https://www.news.example/", ""), ("https://www.news.example/?again", "seen=1")]  # the second time, too


def test_a_redirect_to_the_same_page_is_no_circle_where_it_asks_for_a_cookie() -> None:
    start = RecordedResponse(302, {"Location": "/", "Set-Cookie": "seen=1"})
    assert isinstance(cookies(start=start)[0], Document)
    endless = RecordedResponse(302, {"Location": "/", "Set-Cookie": "seen=1"})
    assert cookies(start=start, www=endless)[0] == Failed(Outcome.ERROR, "redirects in a circle", 302)


def test_a_cookie_goes_to_nobody_but_who_asked_for_it() -> None:
    start = RecordedResponse(302, {"Location": "https://other.example/", "Set-Cookie": "seen=1; Domain=other.example"})
    assert cookies(start=start)[1][-1] == ("https://other.example/", "")
    start = RecordedResponse(302, {"Location": "https://feeds.news.example/", "Set-Cookie": "seen=1; Domain=news.example"})
    assert cookies(start=start)[1][-1] == ("https://feeds.news.example/", "seen=1")


@pytest.mark.parametrize(
    "cookie", ["a=" + "x" * 5000, "a=\x01b", "=;=;,,", "a=b; Expires=Mon, 99 Foo 0000; Max-Age=x", "\xff" * 50]
)
def test_a_cookie_that_is_none_stops_nothing(cookie: str) -> None:
    _, told = cookies(start=RecordedResponse(302, {"Location": "/?again", "Set-Cookie": cookie.encode().decode("latin-1")}))
    assert len(told) == 2
    assert "x" * 5000 not in told[-1][1]


@pytest.mark.parametrize("coding", ["utf-8", "UTF-8", "none", "binary", "8bit", "text/html", "identity", "identity, utf-8", ","])
def test_a_content_encoding_that_names_no_compression_says_nothing(coding: str) -> None:
    answer, _ = fetch(http(200, "<rss/>", content_encoding=coding))
    assert isinstance(answer, Document)
    assert answer.body == b"<rss/>"


@pytest.mark.parametrize("coding", ["gzip", "X-GZIP", "utf-8, gzip", "gzip, identity"])
def test_gzip_is_inflated_whatever_else_is_named(coding: str) -> None:
    answer, _ = fetch(http(200, gzip.compress(b"<rss/>"), content_encoding=coding))
    assert isinstance(answer, Document)
    assert answer.body == b"<rss/>"


def test_a_host_that_says_nothing_in_time_is_told_apart_from_every_other_failure() -> None:
    async def silence(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    for page, timed_out in ((silence, True), (http(500), False), (http(200, ""), False)):
        answer, _ = fetch(page, timeout=timedelta(seconds=0.3 if page is silence else 5))
        assert isinstance(answer, Failed)
        assert answer.timed_out is timed_out


def chain(length: int) -> dict[str, bytes]:
    return {f"/{step}": http(302, location=f"/{step + 1}") for step in range(length)} | {f"/{length}": http(200, "end")}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(status: int) -> None:
    answer, site = fetch({"/old": http(status, "moved", location="/new"), "/new": http(200, "here")}, "/old", etag='"1"')
    assert isinstance(answer, Document)
    assert (answer.url, answer.final_url, answer.body) == (site.base + "/old", site.base + "/new", b"here")


def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:
    assert isinstance(fetch(chain(5), "/0")[0], Document)
    assert fetch(chain(6), "/0")[0] == Failed(Outcome.ERROR, "more than 5 redirects", 302)


def test_a_secret_in_the_final_address_is_not_shown() -> None:
    answer, _ = fetch({"/": http(302, location="/x?api_key=s3cret"), "*": http(200, "x")})
    assert isinstance(answer, Document)
    assert "s3cret" not in answer.final_url


def test_a_secure_address_is_not_left_for_an_open_one() -> None:
    web = {"https://news.example/": RecordedResponse(301, {"Location": "http://news.example/"})}
    assert ask(web, "https://news.example/") == Failed(Outcome.ERROR, "redirect from https to http")
