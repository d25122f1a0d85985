"""How the watch asks: politely, by name, for what changed, and only where it was told to."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import trustme

from tests.loopback import NOON, Site, fetch, http, serving, settings
from watcher.core.model import Document, Failed, NotModified, Outcome
from watcher.fetch import Answer, Fetcher, FetchSettings, Request
from watcher.fetch.inprocess import Answered, InProcess

T = TypeVar("T")

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
    answer = ask({"https://news.example/": Answered(200, {"Content-Length": "10"}, b"short")}, "https://news.example/")
    assert answer == Failed(Outcome.MALFORMED, "answer cut off after 5 of 10 bytes", 200)


# --- redirects -----------------------------------------------------------------------------------------------------


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
    web = {"https://news.example/": Answered(301, {"Location": "http://news.example/"})}
    assert ask(web, "https://news.example/") == Failed(Outcome.ERROR, "redirect from https to http")


# --- addresses -----------------------------------------------------------------------------------------------------


class Names:
    """A name server that gives other addresses each time, as a rebinding one does."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0)


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
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError("nodename nor servname provided")

    answers: list[Answer] = []
    meet(http(), keep(answers, lambda site, fetcher: fetcher.get(Request("https://nowhere.example/"))), resolve=unknown)
    assert answers == [Failed(Outcome.ERROR, "name not found")]


def test_the_names_of_this_machine_are_looked_up_and_refused() -> None:
    answers: list[Answer] = []
    meet(http(), keep(answers, lambda site, fetcher: fetcher.get(Request(f"http://localhost:{site.port}/"))), allow=())
    assert answers == [Failed(Outcome.ERROR, "address not allowed: localhost")]


# --- secure connections --------------------------------------------------------------------------------------------


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


# --- via -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://www.senate.gov/a/b.xml?x=1&y=%20", "/www.senate.gov/a/b.xml?x=1&y=%20"),
        ("https://www.senate.gov", "/www.senate.gov/"),
        ("http://feeds.example:8080/a#part", "/feeds.example:8080/a"),
    ],
)
def test_everything_goes_through_the_mirror(url: str, path: str) -> None:
    site, answer = through({path: http(200, "x", etag='"1"')}, url)
    assert isinstance(answer, Document)
    assert answer.url == url
    assert site.header("Host") == f"127.0.0.1:{site.port}"


def test_a_redirect_of_the_origin_goes_through_the_mirror_again() -> None:
    pages = {
        "/nist.example/caisi": http(301, location="https://www.nist.example/caissi"),
        "/www.nist.example/caissi": http(200, "x"),
    }
    _, answer = through(pages, "https://nist.example/caisi")
    assert isinstance(answer, Document)
    assert answer.final_url == "https://www.nist.example/caissi"


def test_a_redirect_to_a_private_address_is_refused_through_the_mirror_as_well() -> None:
    site, answer = through({"*": http(302, location="http://169.254.169.254/latest/")}, "https://nist.example/")
    assert answer == Failed(Outcome.ERROR, "address not allowed: 169.254.169.254")
    assert len(site.asked) == 1


def test_a_mirror_may_have_a_path() -> None:
    answers: list[Answer] = []

    async def run(site: Site, fetcher: Fetcher) -> Answer:
        async with Fetcher(settings(via=site.base + "/cache/"), clock=lambda: NOON) as mirrored:
            return await mirrored.get(Request("https://nist.example/a"))

    meet({"/cache/nist.example/a": http(200, "x")}, keep(answers, run))
    assert isinstance(answers[0], Document)


# --- manners -------------------------------------------------------------------------------------------------------


class Leaping(asyncio.SelectorEventLoop):
    """A loop whose clock leaps to the next timer instead of waiting for it."""

    leapt = 0.0

    def time(self) -> float:
        return self.leapt

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.leapt = max(self.leapt, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class Busy:
    """A web that answers after a second, and remembers who was asked when and how many at once."""

    def __init__(self) -> None:
        self.starts: list[tuple[str, float]] = []
        self.now: dict[str, int] = {}
        self.most: dict[str, int] = {}

    async def handle(self, request: httpx.Request) -> httpx.Response:
        for name in (request.url.host, "all"):
            self.now[name] = self.now.get(name, 0) + 1
            self.most[name] = max(self.most.get(name, 0), self.now[name])
        self.starts.append((request.url.host, asyncio.get_running_loop().time()))
        await asyncio.sleep(1)
        for name in (request.url.host, "all"):
            self.now[name] -= 1
        return httpx.Response(200, stream=httpx.ByteStream(b"x"))


class Slow(httpx.AsyncBaseTransport):
    def __init__(self, web: Busy) -> None:
        self.handle_async_request = web.handle  # type: ignore[method-assign]


def visit(urls: list[str], **changes: Any) -> Busy:
    web, loop = Busy(), Leaping()

    async def run() -> None:
        async with Fetcher(FetchSettings(**changes), clock=lambda: NOON, transport=Slow(web)) as fetcher:
            answers = await asyncio.gather(*(fetcher.get(Request(url)) for url in urls))
        assert all(isinstance(answer, Document) for answer in answers)

    loop.run_until_complete(run())
    loop.close()
    return web


def test_one_host_is_asked_a_second_apart() -> None:
    web = visit([f"https://one.example/{n}" for n in range(5)])
    assert [at for _, at in web.starts] == [0, 1, 2, 3, 4]


def test_other_hosts_do_not_wait_for_it() -> None:
    web = visit([f"https://one.example/{n}" for n in range(5)] + ["https://two.example/", "https://three.example/"])
    assert ("two.example", 0) in web.starts
    assert ("three.example", 0) in web.starts


def test_one_host_is_asked_for_two_things_at_once_at_most() -> None:
    web = visit([f"https://one.example/{n}" for n in range(9)], per_host_gap=timedelta(0))
    assert web.most["one.example"] == 2


def test_no_more_than_so_many_requests_are_under_way() -> None:
    web = visit([f"https://host{n}.example/" for n in range(50)], concurrency=7)
    assert web.most["all"] == 7


def test_waiting_for_a_turn_is_no_part_of_the_deadline() -> None:
    web = visit([f"https://one.example/{n}" for n in range(40)], timeout=timedelta(seconds=5))
    assert len(web.starts) == 40


def test_a_long_life_forgets_hosts() -> None:
    web = visit([f"https://host{n}.example/" for n in range(3000)], concurrency=500)
    assert len(web.starts) == 3000


def test_a_line_is_kept_open_only_where_more_is_asked() -> None:
    async def burst(site: Site, fetcher: Fetcher) -> None:
        await asyncio.gather(*(fetcher.get(Request(f"{site.base}/{n}")) for n in range(6)))

    site = meet(http(200, "x"), burst, per_host=1)
    assert len(site.asked) == 6
    assert site.connections == 2  # the first did not know of the others yet
    assert site.header("Connection") == "close"


def test_a_fetcher_is_used_inside_its_block() -> None:
    with pytest.raises(RuntimeError):
        asyncio.run(Fetcher(settings(), clock=lambda: NOON).get(Request("https://example.org/")))


# --- builders ------------------------------------------------------------------------------------------------------


def meet(pages: Any, talk: Callable[[Site, Fetcher], Coroutine[Any, Any, Any]], *, resolve: Any = None, **changes: Any) -> Site:
    """Let a site and a fetcher meet."""

    async def run() -> Site:
        async with serving(pages) as site, Fetcher(settings(**changes), clock=lambda: NOON, resolve=resolve) as fetcher:
            await talk(site, fetcher)
            return site

    return asyncio.run(run())


def keep(
    kept: list[T], talk: Callable[[Site, Fetcher], Coroutine[Any, Any, T]]
) -> Callable[[Site, Fetcher], Coroutine[Any, Any, None]]:
    """Keep what a talk gives."""

    async def run(site: Site, fetcher: Fetcher) -> None:
        kept.append(await talk(site, fetcher))

    return run


def through(pages: dict[str, bytes], url: str) -> tuple[Site, Answer]:
    """Ask for an address through a mirror that serves these pages."""

    async def run() -> tuple[Site, Answer]:
        async with serving(pages) as site, Fetcher(settings(via=site.base, allow=()), clock=lambda: NOON) as fetcher:
            return site, await fetcher.get(Request(url))

    return asyncio.run(run())


def ask(web: dict[str, Answered], url: str) -> Answer:
    """Ask a recorded web."""

    async def run() -> Answer:
        transport = InProcess(lambda asked, headers: web[asked])
        async with Fetcher(FetchSettings(), clock=lambda: NOON, transport=transport) as fetcher:
            return await fetcher.get(Request(url))

    return asyncio.run(run())
