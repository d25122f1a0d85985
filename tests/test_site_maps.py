"""An index of site maps is opened: its maps are sources of their own, asked in turn, each with its own validators."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.store.things import DAY, HOUR, T0, source
from watcher.core.addresses import is_in_any_year
from watcher.core.model import Document, Follow, NotModified, Outcome, Signal, Source
from watcher.fetch import Answer, Request
from watcher.pipeline.batches import Poller
from watcher.sandbox.understanding import read_here, understand_here
from watcher.store.store import Store

HOME = "https://pub.example/sitemap.xml"
HEAD = '<?xml version="1.0"?>'
NAMES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
FOLLOW = Follow(match="/news/.*model", every=12 * HOUR, format="page", within=14 * DAY)


def index(*urls: str) -> str:
    return f"{HEAD}<sitemapindex {NAMES}>" + "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls) + "</sitemapindex>"


def urlset(*urls: str) -> str:
    return f"{HEAD}<urlset {NAMES}>" + "".join(f"<url><loc>{url}</loc></url>" for url in urls) + "</urlset>"


class Web:
    """Documents by address, with an ETag each; what was asked for, and with which ETag."""

    def __init__(self, store: Store) -> None:
        root = replace(source("maps"), url=HOME, format="sitemap", every=6 * HOUR, follow=(FOLLOW,))
        self.store, self.root, self.pages = store, root, dict[str, str]()
        self.asked = Counter[str]()
        self.etags: list[str] = []
        with store.writing() as tx:
            tx.sources.sync([root], T0)

    async def get(self, request: Request) -> Answer:
        self.asked[request.url] += 1
        body = self.pages[request.url].encode()
        name = hashlib.sha256(body).hexdigest()
        if request.etag:
            self.etags.append(request.url)
        kind = "application/xml" if "sitemap" in request.url else "text/html"
        return NotModified() if request.etag == name else Document(request.url, "", body, name, kind, T0, etag=name)

    def poll(self, now: datetime) -> Counter[str]:
        """Poll what is due then, and what that leads to; how it ended."""

        async def rounds() -> Counter[str]:
            signals = {self.root.signal: Signal(self.root.signal, "", "", "", tracks=(), headlines=(), sources=(self.root,))}
            outcomes = Counter[str]()
            async with Poller(
                self.store, signals, get=self.get, read=read_here, understand=understand_here, dice=lambda: 0.5
            ) as rounds:
                while (seen := await rounds.next(now)).polls:
                    outcomes += seen.outcomes
            return outcomes

        return asyncio.run(rounds())

    def sources(self) -> dict[str, Source]:
        with self.store.reading() as tx:
            return {one.url: one for one in tx.sources.of()}

    def error(self) -> str:
        with self.store.reading() as tx:
            return next(one.error for one in tx.sources.health() if one.url == HOME)


def test_pages_are_found_through_the_maps_of_an_index(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        web = Web(store)
        first, second, page = f"{HOME}?page=1", f"{HOME}?page=2", "https://pub.example/news/a-model"
        web.pages = {HOME: index(first, second, "https://other.example/sitemap.xml"), first: urlset("https://pub.example/topics")}
        web.pages |= {
            second: urlset("https://pub.example/news/thermometers", page),
            page: "<html><body><h1>X</h1>Y</body></html>",
        }
        assert web.poll(T0) == {"ok": 4}
        assert set(web.asked) == {HOME, first, second, page}, "each once, and nobody else's map"
        found = web.sources()
        assert found[page].format == "page"
        assert found[first].may_be_missing

        web.poll(T0 + 7 * HOUR)
        assert (web.asked[first], web.asked[second]) == (1, 2), "what holds nothing is asked more rarely"
        assert second in web.etags, "with a validator of its own"
        web.poll(T0 + 50 * HOUR)
        assert web.asked[first] == 2

        new = "https://pub.example/news/another-model"
        web.pages |= {first: urlset(new), new: "<html><body><h1>New</h1>Y</body></html>"}
        web.poll(T0 + 100 * HOUR)
        web.poll(T0 + 107 * HOUR)
        assert web.asked[first] == 4, "from now on it is asked as often as the index"
        assert new in web.sources()


def test_a_map_that_the_index_names_later_is_opened(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        web = Web(store)
        first, second = f"{HOME}?page=1", f"{HOME}?page=2"
        web.pages = {HOME: index(first), first: urlset("https://pub.example/topics")}
        web.poll(T0)
        web.pages |= {HOME: index(first, second), second: urlset("https://pub.example/topics")}
        web.poll(T0 + timedelta(hours=7))
        assert web.asked[second] == 1


def test_an_index_that_nobody_opens_is_not_well(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        web = Web(store)
        web.root = replace(web.root, follow=())
        with store.writing() as tx:
            tx.sources.sync([web.root], T0)
        web.pages = {HOME: index(f"{HOME}?page=1")}
        assert web.poll(T0) == {Outcome.MALFORMED.value: 1}
        assert web.error() == "an index of site maps that are not opened"


def test_an_index_inside_an_index_is_not_opened_and_said(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        web = Web(store)
        web.pages = {HOME: index(f"{HOME}?page=1"), f"{HOME}?page=1": index(f"{HOME}?page=2")}
        assert web.poll(T0) == {"ok": 1, "malformed": 1}


def test_an_address_with_a_year_is_that_of_the_present_year(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        web = Web(store)
        web.root = replace(web.root, url="https://pub.example/{year}/sitemap.xml", every=DAY)
        with store.writing() as tx:
            tx.sources.sync([web.root], T0)
        old, new = (f"https://pub.example/{year}/sitemap.xml" for year in (T0.year, T0.year + 1))
        web.pages = {old: urlset("https://pub.example/a"), new: urlset("https://pub.example/b")}
        assert web.poll(T0) == {"ok": 1}
        turn = T0.replace(year=T0.year + 1, month=1, day=1)
        assert web.poll(turn) == {"ok": 1}
        assert (web.asked[old], web.asked[new]) == (1, 1)
        assert web.etags == [], "last year's validators are of another document"
        assert is_in_any_year(web.root.url, new)
        assert not is_in_any_year(web.root.url, "https://pub.example/latest/sitemap.xml")


def test_an_index_of_too_many_maps_is_not_opened_in_part(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        web = Web(store)
        web.pages = {HOME: index(*(f"{HOME}?page={n}" for n in range(101)))}
        assert web.poll(T0) == {"malformed": 1}
        assert "101 site maps" in web.error()
