"""Blindness is a state: it is said on the page, in digests and to the operator, once at its edge and once at its end."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.builders import day
from tests.loopback import Site, http, serving
from tests.test_cycles import CONFIG, Web, item, page
from tests.watching import Watch, hourly
from watcher.core.model import Document, Entry, Facts
from watcher.pipeline.deliver import Counts
from watcher.store.store import Store

STARTED = "Policy Signal Watch: the watch has started, 1 signal"
BLIND, SEEN = "The watch cannot see news", "The watch sees news again"
OLD = "Fri, 01 May 2026 12:00:00 GMT"
PAGE = (CONFIG % "").replace('"feed"', '"page"\noptions = { items = "article.post" }').replace("may_be_empty = true", "")
FEED = (CONFIG % "").replace("may_be_empty = true", "")
SILENT = (CONFIG % "").replace('grace = "6h"', 'grace = "6h"\nexpect_every = "20h"')


def posts(name: str) -> str:
    """A list of posts whose elements have this class."""
    return f'<html><body><main><article class="{name}"><h2><a href="/1">News</a></h2><p>Words.</p></article></main></body></html>'


GOOD = item("The Gadget is nice", at="Mon, 01 Jun 2026 00:00:00 GMT")
KINDS: dict[str, tuple[str, str, tuple[Any, ...], tuple[Any, ...]]] = {
    "a refusal": (FEED, "403", ("no", 403, "text/plain"), ()),
    "a challenge with status 200": (FEED, "challenge", ("<html><title>Just a moment...</title></html>", 200, "text/html"), ()),
    "a page in place of the feed": (FEED, "web page", (page("Welcome to our new site."), 200, "text/html"), ()),
    "a feed without an entry": (
        FEED,
        "no items",
        ("<rss version='2.0'><channel><title>Lab</title></channel></rss>", 200, ""),
        (),
    ),
    "a feed that says nothing new": (SILENT, "nothing new since", (), (GOOD, item("New", at="Tue, 02 Jun 2026 11:00:00 GMT"))),
    "selectors that find nothing": (PAGE, "finds nothing", (posts("card"), 200, "text/html"), ()),
}


def web_of(kind: str, folder: Path) -> Web:
    """A web that is well until six, then blind, and well again the next noon."""
    text, _, broken, mended = KINDS[kind]
    web, url = Web(folder), "https://lab.example/feed.xml"
    if text is PAGE:
        web.says(url, "2026-05-01", posts("post"), kind="text/html")
    else:
        web.feed("2026-05-01", GOOD)
    if broken:
        body, status, media = broken
        web.says(url, "2026-06-01T06:00:00Z", body, status=status, kind=media)
    if text is PAGE:
        web.says(url, "2026-06-02T12:00:00Z", posts("post"), kind="text/html")
    else:
        web.feed("2026-06-02T12:00:00Z", *(mended or (GOOD,)))
    return web


@pytest.mark.parametrize("kind", KINDS)
def test_the_operator_hears_once_when_a_source_goes_blind_and_once_when_it_sees_again(
    kind: str, store: Store, tmp_path: Path
) -> None:
    text, why, *_ = KINDS[kind]
    watch = Watch(text, tmp_path, web_of(kind, tmp_path / "web").folder, store)

    watch.run(hourly(day("06-01"), 17, timedelta(hours=2)))
    while_blind = watch.page("/").text, watch.page("/api/v1/signals").json()["signals"][0]
    watch.run(hourly(day("06-02 10:00"), 10, timedelta(hours=2)))

    assert watch.subjects("operator") == [STARTED, BLIND, SEEN]
    assert watch.subjects("reader") == [STARTED], "readers are not told of every hiccup"
    mail = watch.mails("operator")[1].get_body(("plain",))
    assert mail is not None
    assert why in mail.get_content().lower()
    assert "cannot see" in while_blind[0].lower()
    assert [one["source"] for one in while_blind[1]["blind"]] == ["news"]
    assert "cannot see" not in watch.page("/").text.lower()


def test_a_digest_carries_what_cannot_be_seen_and_since_when(store: Store, tmp_path: Path) -> None:
    other = '\n[[signal.source]]\nid = "blog"\nurl = "https://lab.example/blog.xml"\nformat = "feed"\npublisher = "lab.example"'
    other += '\ntier = "official"\nevery = "1h"\ngrace = "6h"\nmay_be_empty = true\n'
    web = Web(tmp_path / "web").feed("2026-05-01").feed("2026-06-01T20:00:00Z", item("The Gadget is open to everyone"))
    web.says("https://lab.example/blog.xml", "2026-05-01", (tmp_path / "web/world.jsonl").read_text() and _empty())
    web.says("https://lab.example/blog.xml", "2026-06-01T06:00:00Z", "no", status=503)
    watch = Watch(CONFIG % other, tmp_path, web.folder, store)

    watch.run([*hourly(day("06-01"), 20), day("06-01 20:30")])

    news = watch.mails("reader")[-1]
    told = news.get_body(("plain",))
    assert told is not None
    assert "Open" in str(news["Subject"])
    assert "cannot see since 1 June 2026, 05:00" in " ".join(told.get_content().split())
    assert "blog" in told.get_content()


LOST = """
[[signal.source]]
id = "{name}"
url = "https://{name}.example/feed.xml"
tier = "press"
every = "{every}"
may_be_empty = true
"""


def lost_and_back(folder: Path, back: str) -> tuple[str, Web]:
    """Five sources of different paces, without a grace of their own, that all fail at once, and what mends them."""
    web = Web(folder).feed("2026-05-01", GOOD).feed("2026-06-01T12:00:00Z", status=503)
    web.feed(back, GOOD)
    more = ""
    for name, every in (("two", "2h"), ("three", "3h"), ("five", "5h"), ("seven", "7h")):
        more += LOST.format(name=name, every=every)
        address = f"https://{name}.example/feed.xml"
        web.says(address, "2026-05-01", _empty()).says(address, "2026-06-01T12:00:00Z", "no", status=503)
        web.says(address, back, _empty())
    return (CONFIG % more).replace('grace = "6h"\n', ""), web


def test_the_operator_hears_of_a_lost_line_after_a_day_and_not_of_each_source_by_itself(store: Store, tmp_path: Path) -> None:
    text, web = lost_and_back(tmp_path / "web", "2026-06-03T00:00:00Z")
    watch = Watch(text, tmp_path, web.folder, store)

    watch.run(hourly(day("06-01"), 84))

    started, first, second, *again = watch.mails("operator")
    assert str(started["Subject"]) == STARTED
    assert first["Date"].datetime <= day("06-02 12:30"), "a day after the last good reading of the first of them"
    assert str(first["Subject"]).startswith("The watch cannot see ")
    assert str(second["Subject"]) == "The watch cannot see 4 sources"
    assert all("sees" in str(mail["Subject"]) for mail in again)
    sent = [mail["Date"].datetime for mail in (first, second, *again)]
    assert min(later - sooner for sooner, later in pairwise(sent)) >= timedelta(hours=6)


def test_what_is_lost_and_back_before_anybody_was_told_is_no_news(store: Store, tmp_path: Path) -> None:
    text, web = lost_and_back(tmp_path / "web", "2026-06-02T11:30:00Z")
    watch = Watch(text, tmp_path, web.folder, store)

    watch.run(hourly(day("06-01"), 60))

    told = [subject for subject in watch.subjects("operator") if subject != STARTED]
    assert not [subject for subject in told if "4 sources" in subject]


def test_a_first_look_that_reaches_nothing_says_that_nothing_was_ever_known(store: Store, tmp_path: Path) -> None:
    web = Web(tmp_path / "web").feed("2026-05-01", status=503)
    web.says("https://two.example/feed.xml", "2026-05-01", "no", status=503)
    watch = Watch(CONFIG % LOST.format(name="two", every="2h"), tmp_path, web.folder, store)
    watch.run([day("06-01 12:00"), day("06-01 12:30")])

    for path in ("/", "/sources", "/signals/gadget", "/cards/gadget"):
        page = watch.page(path).text
        assert "Nothing has been read yet: what stands here was known when the watch was set up." in page
        assert "the last that was known" not in page
        assert "sources read" not in page.replace("0 of 2 sources read", "")
        assert "annot see" not in page
    (first,) = watch.mails("reader")
    told = " ".join(first.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert "Nothing has been seen yet: 503 Service Unavailable (2 sources). First tried 1 June 2026, 12:00 UTC." in told
    assert "annot see" not in told


def _empty() -> str:
    return "<rss version='2.0'><channel><title>Blog</title></channel></rss>"


def test_a_cycle_that_fails_is_said_by_readyz_after_ten_minutes_and_ends_with_its_cause(store: Store, tmp_path: Path) -> None:
    web = Web(tmp_path / "web").feed("2026-05-01", GOOD)
    watch = Watch(CONFIG % "", tmp_path, web.folder, store)
    noon = day("06-01 12:00")
    watch.run([noon])
    assert watch.page("/readyz").status_code == 200

    async def fail_then_mend() -> list[tuple[int, str]]:
        said = []
        async with watch.living(noon) as daemon:
            await daemon.tick()
            good = daemon.context

            async def no_room(_now: object) -> Counts:
                raise OSError("no room left")

            daemon.context = replace(good, deliver=no_room)
            for minutes in (1, 12, 40):
                watch.set(noon + timedelta(minutes=minutes))
                await daemon.tick()
                said.append((daemon.last_good == noon, daemon.last_error))
            daemon.context = good
            watch.set(noon + timedelta(minutes=41))
            await daemon.tick()
            said.append((daemon.last_good == watch.now, daemon.last_error))
        return said

    said = asyncio.run(fail_then_mend())
    assert [good for good, _ in said] == [True, True, True, True]
    assert [bool(error) for _, error in said] == [True, True, True, False]


def test_a_locked_database_stops_the_watch_for_as_long_as_it_is_locked(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    web = Web(tmp_path / "web").feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone"))
    with Store.open(f"sqlite:///{tmp_path}/watch.db", wait=0.05) as store:
        watch = Watch(CONFIG % "", tmp_path, web.folder, store)

        async def cycles() -> tuple[str, str]:
            async with watch.living(day("06-01")) as daemon:
                await daemon.tick()
                with closing(sqlite3.connect(tmp_path / "watch.db", isolation_level=None)) as other:
                    other.execute("BEGIN IMMEDIATE")
                    watch.set(day("06-01 12:00"))
                    await daemon.tick()
                    locked = daemon.last_error
                for minutes in (1, 12):
                    watch.set(day("06-01 12:00") + timedelta(minutes=minutes))
                    await daemon.tick()
                return locked, daemon.last_error

        locked, mended = asyncio.run(cycles())

    assert "is locked by another process that writes" in locked
    assert mended == ""
    assert [subject for subject in watch.subjects("reader") if subject.startswith("Gadget")] == [
        "Gadget: Yes. Open (provisional)"
    ]


@pytest.mark.parametrize(("minutes", "healthz", "readyz"), [(9, 200, 200), (11, 200, 503), (31, 503, 503)])
def test_a_scheduler_that_stalls_is_not_ready(minutes: int, healthz: int, readyz: int, store: Store, tmp_path: Path) -> None:
    watch = Watch(CONFIG % "", tmp_path, Web(tmp_path / "web").feed("2026-05-01", GOOD).folder, store)
    watch.run([day("06-01 12:00")])

    watch.now += timedelta(minutes=minutes)

    assert (watch.page("/healthz").status_code, watch.page("/readyz").status_code) == (healthz, readyz)


def test_what_goes_wrong_with_one_source_stays_with_it(store: Store, tmp_path: Path) -> None:
    other = '\n[[signal.source]]\nid = "odd"\nurl = "https://odd.example/feed.xml"\nformat = "feed"\npublisher = "odd.example"'
    other += '\ntier = "press"\nevery = "1h"\ngrace = "6h"\n'
    web = Web(tmp_path / "web").feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone"))
    web.says("https://odd.example/feed.xml", "2026-05-01", _empty())
    watch = Watch(CONFIG % other, tmp_path, web.folder, store)

    async def read(document: Document, name: str, options: Facts) -> tuple[Entry, ...]:
        """A reader with two flaws that a text of one publisher brings to light."""
        if "odd" in document.url and watch.now.hour % 2:
            raise ZeroDivisionError
        if "odd" in document.url:
            return (Entry("key", f"half a pair {chr(0xD800)}"),)
        return await opened_read(document, name, options)

    async def cycles() -> str:
        nonlocal opened_read
        async with watch.living(day("06-01")) as daemon:
            opened_read = daemon.context.read
            daemon.context = replace(daemon.context, read=read)
            for moment in [*hourly(day("06-01"), 13), day("06-01 14:00")]:
                watch.set(moment)
                await daemon.tick()
            return daemon.last_error

    opened_read: Any = None
    assert asyncio.run(cycles()) == "", "the cycle is good: the failure is the source's"

    assert any("Open" in subject for subject in watch.subjects("reader")), "the other source was heard"
    with store.reading() as tx:
        [odd] = [health for health in tx.sources.health() if health.source == "odd"]
    assert (odd.outcome, odd.last_good_at) == ("error", None)
    assert odd.error.startswith("our own work on it failed (")


def test_a_signal_that_cannot_be_decided_does_not_stop_the_others_and_the_cycle_is_not_good(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    second = (CONFIG % "").split("[[signal]]")[1].replace('"gadget"', '"widget"').replace('id = "news"', 'id = "news2"')
    web = Web(tmp_path / "web").feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone"))
    watch = Watch(f"{CONFIG % ''}\n[[signal]]{second}", tmp_path, web.folder, store)

    async def cycles() -> str:
        async with watch.living(day("06-01")) as daemon:
            await daemon.tick()
            signal = watch.config.signals[0]
            ladder = replace(signal.tracks[0].ladder, statuses=())
            broken = replace(signal, tracks=(replace(signal.tracks[0], ladder=ladder),))
            daemon.context = replace(daemon.context, signals={**daemon.context.signals, "gadget": broken})
            for moment in [day("06-01 12:00"), day("06-01 12:30")]:
                watch.set(moment)
                await daemon.tick()
            return daemon.last_error

    assert "a part of the cycle failed" in asyncio.run(cycles())
    assert watch.subjects("reader")[-1].startswith("Widget: Yes. Open"), "the other signal is decided, announced and mailed"
    assert "deciding gadget failed" in caplog.text


# --- the heartbeat ping to another service ------------------------------------------------------------------------------


def signs(store: Store, folder: Path, minutes: list[float], *pages: bytes, fails: bool = False) -> tuple[Site, str]:
    """The service behind heartbeat_url, and the last error, after ticks at these minutes."""

    async def cycles() -> tuple[Site, str]:
        async with serving(pages[0]) as site:
            head = f'[watch]\nheartbeat_url = "{site.base}/ping/s3cret-uuid"\n[fetch]\nallow = ["127.0.0.1"]\n'
            text = head + (CONFIG % "").replace('[watch]\ngroup_wait = "10m"\n', "")
            watch = Watch(text, folder, Web(folder / "web").feed("2026-05-01", GOOD).folder, store)
            async with watch.living(day("06-01")) as daemon:
                if fails:
                    daemon.context = replace(daemon.context, deliver=None)  # type: ignore[arg-type]  # the cycle will stumble over it
                for minute in minutes:
                    watch.set(day("06-01") + timedelta(minutes=minute))
                    await daemon.tick()
                return site, daemon.last_error

    return asyncio.run(cycles())


def test_a_sign_of_life_is_given_after_good_cycles_at_most_once_a_minute(store: Store, tmp_path: Path) -> None:
    site, _ = signs(store, tmp_path, [0, 0.5, 0.9, 1.5, 61], http(200, "OK"))

    assert [line.split()[1] for line in site.asked] == ["/ping/s3cret-uuid"] * 3


def test_no_sign_of_life_is_given_after_a_cycle_that_failed(store: Store, tmp_path: Path) -> None:
    site, error = signs(store, tmp_path, [0, 2, 4], http(200, "OK"), fails=True)

    assert (site.asked, bool(error)) == ([], True)


@pytest.mark.parametrize("answer", [http(500), http(404), b"nonsense", http(302, location="http://169.254.169.254/")])
def test_a_service_that_does_not_take_it_is_told_in_the_log_without_its_address(
    answer: bytes, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    site, error = signs(store, tmp_path, [0, 60], answer)

    assert (len(site.asked) >= 2, error) == (True, "")
    assert "Heartbeat ping failed" in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("answer", [http(200, "OK"), http(200), http(204)])
def test_an_answer_without_words_is_enough(answer: bytes, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    signs(store, tmp_path, [0], answer)

    assert "eartbeat ping" not in caplog.text
