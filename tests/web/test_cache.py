"""Answers are rendered once for each change, and then sent from memory."""

from __future__ import annotations

import asyncio
import gzip
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
import pytest

from tests.web.conftest import Clock, Site
from tests.web.story import NOW, Shown, view
from watcher.web import render
from watcher.web.read_model import View


def test_the_store_is_asked_once_for_many_readers(site: Site) -> None:
    for _ in range(5):
        assert site.get("/").status_code == 200
        assert site.get("/signals/mythos-ga").status_code == 200
    assert site.reads.asked == [None]  # type: ignore[attr-defined]


def test_a_change_is_seen_at_the_next_look(site: Site) -> None:
    before = site.get("/").headers["etag"]
    site.reads.shown = view(version="42", title="Another title")  # type: ignore[attr-defined]
    assert site.get("/").headers["etag"] == before
    site.clock.move(seconds=1)
    assert "Another title" in site.get("/").text
    assert site.get("/").headers["etag"] != before


def test_what_is_kept_is_not_sent_again(site: Site) -> None:
    for path in ("/", "/feeds/all.atom", "/api/v1/signals", "/static/style.css"):
        for packed in ("identity", "gzip"):
            etag = site.get(path, accept_encoding=packed).headers["etag"]
            again = site.get(path, accept_encoding=packed, if_none_match=f'W/"old", {etag}')
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == etag
            assert again.headers["x-content-type-options"] == "nosniff"
            assert site.get(path, accept_encoding=packed, if_none_match='"old"').status_code == 200


def test_relative_times_are_written_anew_and_the_tag_stays_while_they_read_the_same(site: Site) -> None:
    first = site.get("/")
    site.clock.move(seconds=31)
    assert site.get("/").headers["etag"] == first.headers["etag"]
    site.clock.move(minutes=5)
    assert "53 minutes ago" in site.get("/").text


def test_a_clock_set_back_does_not_freeze_the_page(site: Site) -> None:
    site.get("/")
    site.clock.move(hours=-1)
    site.reads.shown = view(version="42", title="Another title")  # type: ignore[attr-defined]
    assert "Another title" in site.get("/").text


def test_bodies_are_compressed_for_those_who_can_read_it(site: Site) -> None:
    plain = site.get("/")
    packed = site.get("/", accept_encoding="br, gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == "accept-encoding"
    small = render.pack("short", "text/plain", "/", at=NOW, version="", published=True)
    assert small.packed == b""
    assert gzip.compress(b"") != small.body


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("x-gzip", True),
        ("*", True),
        ("gzip;q=1.0, identity;q=0", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("*, gzip;q=0", False),
        ("*;q=0", False),
        ("br", False),
        ("gzippo", False),
        ("gzip;q=x", False),
        ("gzip;level=1", False),
        ("", False),
    ],
)
def test_who_refuses_gzip_gets_none(site: Site, accepts: str, packed: bool) -> None:  # noqa: FBT001 - a table
    for _ in range(2):
        assert (site.get("/", accept_encoding=accepts).headers.get("content-encoding") == "gzip") is packed


def test_static_files_may_be_kept_for_a_year_because_their_address_changes_with_them(site: Site) -> None:
    assert site.get("/static/style.css?v=1").headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "static/style.css?v=" in site.get("/").text


def test_memory_is_bounded_whatever_is_asked() -> None:
    site = Site(Shown())
    for day in range(1, 29):
        for hour in range(12):
            site.get(f"/badges/mythos-ga.json?as_of=2026-02-{day:02}T{hour:02}:00:00Z")
    shelf = site.app.state.renderer.shelf
    assert len(shelf._answers) == render.MAX_CACHED
    assert len(shelf._views) == render.MAX_PAST_VIEWS


@pytest.mark.parametrize("query", ["?x=1", "?as_of=", "?as_of=2030-01-01", "?utm_source=a&as_of="])
def test_parameters_without_meaning_share_one_answer(site: Site, query: str) -> None:
    assert site.get(f"/{query}").text == site.get("/").text
    assert len(site.app.state.renderer.shelf._answers) == 1


class Slow(Shown):
    """A store whose past takes until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def __call__(self, as_of: datetime | None) -> View:
        if as_of:
            self.go.wait(10)
        return replace(self.shown, as_of=as_of or NOW, past=bool(as_of))


def test_questions_about_the_past_wait_in_line_and_never_hold_up_the_present() -> None:
    reads = Slow()
    site = Site(reads)

    async def crowd() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(site.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://watch.example.org") as client:
            past = [asyncio.create_task(client.get(f"/?as_of=2026-06-{day:02}")) for day in range(1, 13)]
            refused = [await task for task in past[-4:]]
            assert {answer.status_code for answer in refused} == {503}
            today = await client.get("/")
            reads.go.set()
            return [today, *await asyncio.gather(*past)]

    today, *past = asyncio.run(crowd())
    assert today.status_code == 200
    assert sorted(answer.status_code for answer in past) == [200] * 8 + [503] * 4
    assert {answer.headers.get("retry-after") for answer in past if answer.status_code == 503} == {"5"}


def test_a_present_that_takes_long_to_read_rests_before_it_is_read_anew() -> None:
    """With thousands of sources there is a commit each second: readers must not wait for one reading after the other."""
    reads, clock, passed = Shown(), Clock(), iter(range(100))
    shelf = render.ResponseCache(
        reads, clock, fresh_for=timedelta(seconds=30), look_every=timedelta(seconds=0.5), timer=lambda: float(next(passed))
    )
    asked = []
    for second in range(10):
        reads.shown = view(version=str(second))
        asked.append(shelf.seen(None)[0])
        clock.move(seconds=1)
    assert asked == ["0", "0", "0", "0", "4", "4", "4", "4", "8", "8"], "it took one second, and rests for four"
