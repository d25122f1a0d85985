"""Lists of thousands come in parts, and what is kept of them has a bound."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from icalendar import Calendar
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message

from tests.web.conftest import Site
from tests.web.story import MYTHOS, NOW, Shown, verdicts, view
from watcher.core.model import Date, Health
from watcher.web import render
from watcher.web.export import export_site
from watcher.web.params import link_header, links, part_of
from watcher.web.read_model import SourceHealth, View
from watcher.web.render import BURST, SHARE, Budget
from watcher.web.security import WebSettings

MANY, EACH = 120, 5
ADDRESS = "http://localhost"


def large() -> View:
    """So many signals, with so many sources each."""
    source = view().strips[0].source
    signals, told, strips = [], {}, []
    for number in range(MANY):
        name = f"s-{number:03}"
        sources = tuple(replace(source, id=f"{name}-{n}", signal=name) for n in range(EACH))
        signals.append(replace(MYTHOS, id=name, title=f"Signal {number:03}", sources=sources))
        told[name] = replace(verdicts()[MYTHOS.id], signal=name)
        strips += [SourceHealth(each, Health(each.id, each.url, each.publisher, NOW)) for each in sources]
    return view(signals=tuple(signals), verdicts=told, strips=tuple(strips), history=())


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(Shown(large()), peer="127.0.0.1")


@pytest.mark.parametrize(
    ("path", "key", "first", "all_of_them"),
    [
        ("/api/v1/signals", "signals", 50, MANY),
        ("/api/v1/signals?limit=7", "signals", 7, MANY),
        ("/api/v1/sources", "sources", 500, MANY * EACH),
    ],
)
def test_a_program_reads_a_list_by_following_next(site: Site, path: str, key: str, first: int, all_of_them: int) -> None:
    found: list[str] = []
    address, sizes = ADDRESS + path, []
    while address:
        answer = site.get(address.removeprefix(ADDRESS))
        said = answer.json()
        assert said["total"] == all_of_them
        found += [one["id"] for one in said[key]]
        sizes.append(len(said[key]))
        following = answer.links.get("next", {}).get("url")
        assert said["next"] == following
        address = urljoin(address, following) if following else ""
    assert sizes[0] == first
    assert len(found) == len(set(found)) == all_of_them


def test_the_neighbours_of_a_part_are_named_and_kept_with_it(site: Site) -> None:
    for _ in range(2):
        answer = site.get("/api/v1/signals?page=2&limit=50")
        assert {name: link["url"] for name, link in answer.links.items()} == {
            "first": "/api/v1/signals?page=1",
            "prev": "/api/v1/signals?page=1",
            "next": "/api/v1/signals?page=3",
            "last": "/api/v1/signals?page=3",
        }
        same = site.get("/api/v1/signals?page=2&limit=50", if_none_match=answer.headers["etag"])
        assert (same.status_code, same.headers["link"]) == (304, answer.headers["link"])
    under = Site(Shown(large()), WebSettings(base_path="/watch")).get("/api/v1/sources?as_of=2026-11-01")
    assert under.links["next"]["url"] == "/watch/api/v1/sources?as_of=2026-11-01&page=2"


@pytest.mark.parametrize("path", ["/", "/sources", "/machines"])
def test_a_person_reads_a_list_by_following_more(site: Site, path: str) -> None:
    seen, parts, address = set[str](), 0, ADDRESS + path
    while address:
        body = site.get(address.removeprefix(ADDRESS)).text
        seen |= set(re.findall(r">(Signal \d{3})</(?:th|h2|a)>", body)) | set(re.findall(r"<li>(Signal \d{3}): ", body))
        assert len(body) < 400_000
        parts += 1
        more = re.search(r'rel="next" href="([^"]+)"', body)
        address = urljoin(address, more[1]) if more else ""
    assert len(seen) == MANY
    assert parts == 3


def test_the_first_page_counts_the_sources_of_all_parts(site: Site) -> None:
    assert f"All {MANY * EACH} sources read" in site.get("/").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/?page=4", 404),
        ("/sources?page=9", 404),
        ("/api/v1/signals?page=4", 404),
        ("/api/v1/history?page=2", 404),
        ("/?page=0", 400),
        ("/?page=x", 400),
        ("/api/v1/signals?limit=201", 400),
        ("/api/v1/sources?limit=1001", 400),
        ("/api/v1/sources?page=99999999999999999999", 400),
    ],
)
def test_a_part_that_is_not_there_is_not_found(site: Site, path: str, status: int) -> None:
    assert site.get(path).status_code == status


def test_a_short_list_is_one_part_as_ever() -> None:
    few = Site(Shown())
    assert "link" not in few.get("/api/v1/signals").headers
    assert few.get("/api/v1/signals").json()["next"] is None
    assert "Part 1" not in few.get("/").text
    assert part_of(0, 1, 50).parts == 1
    assert link_header(links(part_of(50, 1, 50), "/x")) == ""


def test_an_export_has_every_part_as_a_page_of_its_own(tmp_path: Path) -> None:
    shown = large()
    few = replace(shown, signals=shown.signals[:51], strips=shown.strips[:255])
    export_site(few, tmp_path, now=NOW)
    second = (tmp_path / "index-2.html").read_text("utf-8")
    assert 'rel="next" href="index-2.html"' in (tmp_path / "index.html").read_text("utf-8")
    assert 'rel="prev" href="index.html"' in second
    assert "Signal 050" in second
    assert (tmp_path / "sources-2.html").exists()


def test_a_signal_with_thousands_of_sources_lists_the_first() -> None:
    source = view().strips[0].source
    strips = tuple(
        SourceHealth(replace(source, id=f"x-{n}", signal=MYTHOS.id), Health(f"x-{n}", "", "", NOW)) for n in range(2_000)
    )
    body = Site(Shown(view(strips=strips))).get("/signals/mythos-ga").text
    assert "1900 more stand on the" in body
    assert len(body) < 400_000


def body_parts(site: Site, path: str) -> list[bytes]:
    """What the server is given to send, part by part."""
    sent: list[bytes] = []

    async def receive() -> Message:
        return await asyncio.Event().wait() or {}  # nothing more is said

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    headers = [(b"host", site.host.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers, "client": (site.peer, 4711)}
    asyncio.run(site.app(scope, receive, send))
    return [part for part in sent if part]


def test_the_numbers_of_thousands_of_sources_are_sent_in_parts_and_are_whole() -> None:
    source = view().strips[0].source
    strips = tuple(SourceHealth(replace(source, id=f"x-{n}"), Health(f"x-{n}", "", "", NOW, NOW)) for n in range(2_500))
    parts = body_parts(Site(Shown(view(strips=strips)), peer="127.0.0.1"), "/metrics")
    assert max(map(len, parts)) < 150_000
    families = list(text_string_to_metric_families(b"".join(parts).decode()))
    names = [family.name for family in families]
    assert len(names) == len(set(names)), "each is described once"
    for name in ("watcher_source_good_age_seconds", "watcher_source_failing_seconds", "watcher_source_every_seconds"):
        [samples] = [family.samples for family in families if family.name == name]
        assert [sample.labels["source"] for sample in samples] == [f"x-{n}" for n in range(2_500)]


def test_the_calendar_of_many_signals_has_the_dates_that_come_next() -> None:
    signals = tuple(
        replace(
            MYTHOS,
            id=f"s-{n:03}",
            opened=None,
            dates=(Date("next", "Ahead", NOW + timedelta(days=400 - n)), Date("gone", "Gone", NOW - timedelta(days=n + 1))),
        )
        for n in range(300)
    )
    site = Site(Shown(view(signals=signals, verdicts={}, history=())))

    def dates(name: str) -> set[str]:
        events = Calendar.from_ical(site.get(f"/feeds/{name}.ics").content).walk("VEVENT")
        return {str(event["UID"]).partition("@")[0] for event in events}

    assert dates("all") == {f"s-{n:03}-next" for n in range(50, 300)}, "and not those that are further away, or have passed"
    assert dates("s-000") == {"s-000-next", "s-000-gone"}


def test_a_calendar_of_few_dates_has_those_that_have_passed_too() -> None:
    events = Calendar.from_ical(Site(Shown()).get("/feeds/all.ics").content).walk("VEVENT")
    assert any(event.decoded("DTSTART") < NOW.date() for event in events if "opened" in str(event["UID"]))


class Heavy(Shown):
    """A store whose views weigh as much as those of thousands of sources, changes or undecided texts."""

    part = "strips"

    def __call__(self, as_of: datetime | None) -> View:
        many: dict[str, Any] = {self.part: getattr(self.shown, self.part)[:1] * 10_000}
        return replace(self.shown, **many, as_of=as_of or NOW, past=bool(as_of))


@pytest.mark.parametrize("part", ["strips", "history", "reviews"])
def test_views_of_the_past_are_kept_by_their_weight(part: str) -> None:
    reads = Heavy()
    reads.part = part
    shelf = Site(reads).app.state.renderer.shelf
    for day in range(1, 9):
        shelf.view(datetime(2026, 6, day, tzinfo=NOW.tzinfo))
    assert len(shelf._views) == render.MAX_VIEW_ITEMS // 10_003
    huge = Site(Heavy(replace(view(), signals=view().signals * 10_000)))
    huge.app.state.renderer.shelf.view(None)
    assert len(huge.app.state.renderer.shelf._views) == 1, "the newest stays, whatever it weighs"


def test_answers_are_kept_by_their_bytes() -> None:
    shelf = Site(Shown()).app.state.renderer.shelf
    for number in range(100):
        body = bytes(1 << 20)
        shelf.keep(f"/{number % 60}", render.pack(body, "text/plain", "/", at=NOW, version="", published=False))
    assert sum(answer.size for answer in shelf._answers.values()) == shelf._bytes <= render.MAX_ANSWER_BYTES


def test_all_that_ask_for_the_past_have_a_share_of_one_core() -> None:
    now = [100.0]
    budget = Budget(timer=lambda: now[0])
    spent = 0.0
    while now[0] < 1_100:
        now[0] += budget.wait() or 0.001
        budget.spend(0.7)
        spent += 0.7
    assert spent <= BURST + 1_000 * SHARE + 1
    now[0] += 3_600
    assert budget.wait() == 0
    budget.spend(BURST + 1)
    assert budget.wait() == pytest.approx(1 / SHARE), "a long rest saves up no more than a burst"


def test_a_question_that_would_wait_for_long_is_told_when_to_come_back() -> None:
    site = Site(Shown())
    site.app.state.renderer._budget.spend(BURST + 3)
    answer = site.get("/?as_of=2026-06-01")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) == 15
    assert site.get("/").status_code == 200, "the present goes on"


def test_reading_the_past_is_counted() -> None:
    site = Site(Heavy())
    budget = site.app.state.renderer._budget
    before = budget._left
    for day in range(1, 4):
        assert site.get(f"/?as_of=2026-06-0{day}").status_code == 200
    assert budget._left < before
