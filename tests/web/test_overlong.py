"""What a visitor says at great length costs the watch no more than anything else."""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType

import pytest
from starlette.types import Message

from tests.web.conftest import Site
from tests.web.story import Shown
from watcher.web.security import WebSettings

LONG = 40_000


@pytest.mark.parametrize("header", ["accept_encoding", "host", "if_none_match", "cookie", "x_forwarded_for"])
def test_headers_are_not_remembered_whatever_their_length(site: Site, header: str) -> None:
    def ask(number: int) -> None:
        tell(site, "/", **{header: f"{number:04}".ljust(LONG, "x")})

    assert kept(ask) < 10 * LONG, "of forty headers not ten"


@pytest.mark.parametrize("place", ["/{}", "/?as_of={}", "/?page={}", "/signals/{}", "/feeds/{}.atom", "/static/{}"])
def test_addresses_are_not_remembered_whatever_their_length(site: Site, place: str) -> None:
    assert kept(lambda number: tell(site, place.format(f"{number:04}".ljust(LONG, "x")))) < 10 * LONG


def tell(site: Site, target: str, **headers: str) -> None:
    """Ask as the server of the page does: a client would look at each character of so long an address for longer than the page."""
    path, _, query = target.partition("?")
    sent = {
        "host": site.host,
        "accept-encoding": "identity",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    said: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message.get("status", 0))

    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
    }
    scope |= {"headers": [(name.encode(), value.encode()) for name, value in sent.items()], "client": (site.peer, 4711)}
    asyncio.run(site.app(scope, receive, send))
    assert said[0] >= 200


def kept(ask: Callable[[int], object]) -> int:
    """Bytes that are still held after forty requests."""
    ask(0)
    gc.freeze()  # what was there before is not asked about
    tracemalloc.start()
    try:
        for number in range(1, 41):
            ask(number)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.unfreeze()


@pytest.mark.parametrize("path", ["/", "/healthz", "/nothing", "/api/v1/signals?as_of=x", "/metrics", "/console/login"])
@pytest.mark.parametrize("cookie", ['console="{}"', 'a=b; x="{}', "{}", "console={}", 'a="b"; __Host-console="{}"; c=d'])
def test_a_cookie_of_any_length_is_no_work(site: Site, path: str, cookie: str) -> None:
    def calls(text: str) -> int:
        made = 0

        def count(_frame: FrameType, what: str, _of: object) -> None:
            nonlocal made
            made += what in {"call", "c_call"}

        sys.setprofile(count)
        try:
            site.get(path, cookie=cookie.format(text))
        finally:
            sys.setprofile(None)
        return made

    calls("a")
    short = calls("a")
    for piece in ("\\", "\\1", ";", '"', "a"):
        allowed = short + (20_000 if piece == ";" else 1_000)
        assert calls(piece * 4_000) < allowed, f"a look at each pair, and none at each character: {piece}"


def test_a_browser_that_says_more_than_anybody_means_gets_the_page_all_the_same(site: Site) -> None:
    answer = site.get("/", accept_encoding="gzip, " * 1000)
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/" * LONG, "/x" * (LONG // 2), "/watch" + "/x" * (LONG // 2)])
def test_an_address_of_thousands_of_folders_is_answered_in_brief(path: str) -> None:
    answer = Site(Shown(), WebSettings(base_path="/watch")).get(f"http://watch.example.org{path}")
    assert answer.status_code == 404
    assert len(answer.content) < 4_000
    assert 'href="/watch/static/style.css' in answer.text


def test_an_address_of_some_folders_finds_its_way_under_any_prefix(site: Site) -> None:
    assert 'href="../../../static/style.css' in site.get("/a/b/c/d").text
