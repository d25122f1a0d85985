"""Promises that other tests hold on a file alone, by a daemon on either database and by the jobs of a worker.

Official words decide, nothing that a feed contains runs, and a past day shows what was held then and no more.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.builders import day
from tests.test_cycles import CONFIG, FEED, Web, item
from tests.watching import Watch, hourly
from tests.watching import any_store as store
from watcher.core.model import Standing
from watcher.store.store import Store

__all__ = ["store"]

PAPERS = "".join(
    f"""
[[signal.source]]
id = "{name}"
url = "https://{name}.example/feed.xml"
format = "feed"
publisher = "{name}.example"
tier = "press"
every = "1h"
may_be_empty = true
"""
    for name in ("courier", "herald", "tribune")
)
OPEN = "The Gadget is open to everyone"
START = day("06-01")
NOON = "Mon, 01 Jun 2026 12:00:00 GMT"
HOSTILE = f"{OPEN}. &amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;&amp;lt;img src=x onerror=alert(2)&amp;gt;"
LEADS = ("javascript:alert(3)", "http://169.254.169.254/latest/meta-data", "https://lab.example/posts/1")
FOLLOW = """
[[signal.source.follow]]
match = '^(http|javascript)'
format = "page"
every = "6h"
keep = "5d"
"""


def paper(web: Web, name: str, since: str, *titles: str) -> None:
    items = "".join(item(title, link=f"https://{name}.example/{number}", at=NOON) for number, title in enumerate(titles))
    web.says(f"https://{name}.example/feed.xml", since, FEED % items)


def standing(store: Store, moment: str) -> tuple[str, Standing]:
    """Where the track stood then."""
    with store.reading() as tx:
        verdict = tx.verdicts.as_of("gadget", day(moment))
    assert verdict
    return verdict.tracks[0].status, verdict.tracks[0].standing


def test_the_press_alone_is_reported_however_many_say_it_and_official_words_decide(store: Store, tmp_path: Path) -> None:
    web = Web(tmp_path / "world").feed("2026-05-01")
    said = {
        "courier": OPEN,
        "herald": "As of today, the Gadget is open to everyone",
        "tribune": "The Gadget is now open to everyone",
    }
    for hour, (name, words) in enumerate(said.items(), 12):
        paper(web, name, "2026-05-01")
        paper(web, name, f"2026-06-01T{hour}:00:00Z", words)
    web.feed("2026-06-02T12:00:00Z", item(OPEN, at="Tue, 02 Jun 2026 12:00:00 GMT"))
    text = CONFIG.replace('by = ["official", "partner"]', 'by = ["official", "partner", "press"]').replace("%s\n", PAPERS)
    text = text.replace("confirm = 2", "confirm = 2\nreport = 2")
    watch = Watch(text, tmp_path, web.folder, store)
    watch.run(hourly(START, 40))

    assert standing(store, "06-02 11") == ("open", Standing.REPORTED), "three papers are no official voice"
    assert standing(store, "06-02 13") == ("open", Standing.CONFIRMED)
    assert watch.subjects("reader")[1:] == ["Gadget: Yes. Open (reported)", "Gadget: Yes. Open"]


def test_what_a_feed_contains_runs_nowhere_and_asks_no_private_address(store: Store, tmp_path: Path) -> None:
    web = Web(tmp_path / "world").feed("2026-05-01")
    web.feed("2026-06-01T12:00:00Z", *(item(f"{HOSTILE} {number}", link=link, at=NOON) for number, link in enumerate(LEADS)))
    watch = Watch(CONFIG % FOLLOW, tmp_path, web.folder, store)
    watch.run(hourly(START, 20))

    with store.reading() as tx:
        followed = {one.url: one.error for one in tx.sources.health() if one.parent}
    assert followed == {LEADS[1]: "address not allowed: 169.254.169.254", LEADS[2]: "404 Not Found"}
    for path in ("/", "/signals/gadget", "/log", "/cards/gadget", "/feeds/gadget.atom"):
        shown = watch.page(path).text
        assert ("alert(1)" in shown) is (path in {"/signals/gadget", "/feeds/gadget.atom"}), "as words, where it is quoted"
        assert not re.search(r"<script(?![^>]*\bsrc=)|<img[^>]*onerror|href=.javascript:", shown), path
    news = watch.mails("reader")[-1]
    assert "\n" not in str(news["Subject"])
    html = news.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "alert(1)" in html
    assert not re.search(r"<script|<img[^>]*onerror|href=.javascript:", html)


def test_a_past_day_shows_what_was_held_then_and_nothing_later(store: Store, tmp_path: Path) -> None:
    web = Web(tmp_path / "world").feed("2026-05-01").feed("2026-06-01T12:00:00Z", item(OPEN, at=NOON))
    watch = Watch(CONFIG % "", tmp_path, web.folder, store)
    watch.run(hourly(START, 30))

    for moment, answer, later in (("2026-06-01T11:30", "No. ", True), ("2026-06-01T13:00", "Yes. ", False)):
        shown = watch.page(f"/signals/gadget?as_of={moment}").text
        words = " ".join(re.sub(r"<[^>]+>", "", shown).split())
        assert answer in words
        assert (OPEN in words) is not later
        assert "has been delivered" not in watch.page(f"/log?as_of={moment}").text
        (track,) = watch.page(f"/api/v1/signals/gadget?as_of={moment}").json()["tracks"]
        assert track["status"] == ("closed" if later else "open")
    before = watch.page("/?as_of=2026-05-20").text
    assert "on this day it had seen nothing" in " ".join(re.sub(r"<[^>]+>", "", before).split())
