"""Writes demo/world.jsonl and its files, always the same bytes: `python -m tools.demo_world`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from tools import demo_facts as facts
from tools.demo_forms import Item, article, bill, institute_page, landing, listing, moment, roll_calls, rss, sitemap
from watcher.config.build import load
from watcher.core.model import Source

HERE = Path(__file__).parents[1] / "demo"
FILES = "documents"
SHORT = 600
"""Bodies below this length stand in the list itself."""
BEGIN, END = "2026-01-01", "2026-11-20"
OK, CLOSED, GONE = 200, 403, 404
XML = {"Content-Type": "application/xml"}
RSS = {"Content-Type": "application/rss+xml; charset=utf-8"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
TEXT = {"Content-Type": "text/markdown; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
BULK = "https://www.govinfo.gov/bulkdata/BILLSTATUS/119/"
VOTES = "https://www.senate.gov/legislative/LIS/roll_call_lists/vote_menu_119_2.xml"
TAG = f"{facts.NIST}news-events/news-updates/tag/2810121"
KIMI = ("2025-12-12", "CAISI Evaluation of Kimi K2 Thinking", f"{facts.NEWS}2025/12/caisi-evaluation-kimi-k2-thinking")
NOT_FOUND = "<!DOCTYPE html><html><head><title>Page not found</title></head><body><p>Nothing here.</p></body></html>\n"
CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies.</body></html>\n"
)


@dataclass(frozen=True, slots=True)
class Version:
    """What one address answers from a moment on."""

    url: str
    since: str
    body: str
    headers: dict[str, str]
    status: int = OK


def growing(url: str, items: Iterable[Item], title: str, *, shown: int = 8) -> Iterator[Version]:
    """A feed that grows by one item at a time and shows the newest ones."""
    ordered = sorted(items, key=lambda one: one.at)
    older = [item for item in ordered if item.at <= BEGIN]
    yield Version(url, BEGIN, rss(title, url, older or [_welcome(url)]), RSS)
    for item in ordered:
        if item.at > BEGIN:
            older = [*older, item][-shown:]
            yield Version(url, item.at, rss(title, url, older), RSS)


def lab() -> Iterator[Version]:
    """The maker: notes, site maps, pages, documentation."""
    notes = f"{facts.PLATFORM}release-notes/"
    yield from growing(f"{notes}feed.xml", map(_note, facts.RELEASE_NOTES), "Claude Platform release notes")
    yield from _newsroom(
        f"{facts.LAB}sitemap.xml", f"{facts.LAB}news", ((facts.LAB + path, *rest) for path, *rest in facts.LAB_PAGES)
    )
    path, *rest = facts.BLOG_POST
    yield from _newsroom("https://claude.com/sitemap.xml", facts.BLOG.rstrip("/"), [(facts.BLOG + path, *rest)])
    for path, since, text in facts.DOCUMENTS:
        yield Version(f"{facts.PLATFORM}{path}.md", since, text, TEXT)


def _note(told: tuple[str, ...]) -> Item:
    at, *lines = told
    link = f"{facts.PLATFORM}release-notes/overview#{at[:10]}"
    return Item(at, f"Claude Platform release notes, {at[:10]}", link, "<ul><li>" + "</li><li>".join(lines) + "</li></ul>")


def _newsroom(where: str, home: str, pages: Iterable[tuple[str, ...]]) -> Iterator[Version]:
    """A site map that gains a page at a time, and the pages."""
    listed = [(home, "2025-12-20")]
    yield Version(where, BEGIN, sitemap(listed), XML)
    for url, at, title, *words in pages:
        listed.append((url, at[:10]))
        yield Version(where, at, sitemap(listed), XML)
        yield Version(url, at, article(title, at, *words), HTML)


def congress() -> Iterator[Version]:
    """The record of two bills, and the Senate's list of roll calls, which is closed to us for some days in August."""
    title = "Remote Access Security Act"
    yield Version(f"{BULK}s/BILLSTATUS-119s3519.xml", BEGIN, bill("S 3519", title, facts.SENATE_BILL), XML)
    rows = [(day, system, code, text) for _, day, system, code, text in facts.HOUSE_BILL]
    for count, (since, *_) in enumerate(facts.HOUSE_BILL, 1):
        yield Version(f"{BULK}hr/BILLSTATUS-119hr2683.xml", since, bill("HR 2683", title, rows[:count]), XML)
    votes = [vote[1:] for vote in facts.ROLL_CALLS]
    for count, (since, *_) in enumerate(facts.ROLL_CALLS, 1):
        yield Version(VOTES, since if count > 1 else BEGIN, roll_calls(votes[:count]), XML)
    closed, open_again = facts.VOTES_CLOSED
    yield Version(VOTES, closed, CHALLENGE, HTML, CLOSED)
    yield Version(VOTES, open_again, roll_calls(votes[:3]), XML)


def institute() -> Iterator[Version]:
    """The institute's feed with something every ten days, the center's page, its list, and its news."""
    told = [*facts.EVALUATIONS, facts.AGREEMENTS]
    news = [*ordinary(), *(Item(at, title, facts.NEWS + path, "<p>News.</p>") for path, at, title, *_ in told)]
    yield from growing(f"{facts.NEWS}rss.xml", news, "News", shown=5)
    cards = [KIMI]
    yield from _center(cards, BEGIN, facts.OLD_NAME)
    for path, at, title, *words in sorted(told, key=lambda one: one[1]):
        cards.insert(0, (at[:10], title, facts.NEWS + path))
        yield from _center(cards, at, facts.OLD_NAME)
        yield Version(facts.NEWS + path, at, institute_page(title, at, *words), HTML)
    for number, edited in facts.EDITED:
        path, at, title, *words = facts.EVALUATIONS[number]
        page = institute_page(title, at, *words, "A sentence on the method was added.", updated=edited[:10])
        yield Version(facts.NEWS + path, edited, page, HTML)
    yield Version(facts.NEWS + facts.AGREEMENTS[0], facts.AGREEMENTS_GONE, NOT_FOUND, HTML, GONE)
    yield from _center(cards, facts.RENAMED, facts.NEW_NAME)


def ordinary() -> Iterator[Item]:
    """What the institute says on other days."""
    for number, day in enumerate(_every_ten_days("15:00")):
        subject = facts.ORDINARY[number % len(facts.ORDINARY)]
        title = f"NIST Publishes Assessment of Test Methods for {subject.title()}"
        yield Item(day, title, f"{facts.NEWS}{day[:4]}/{day[5:7]}/{title.lower().replace(' ', '-')}", "<p>A report.</p>")


def _every_ten_days(hour: str) -> Iterator[str]:
    at = moment(f"2025-12-30T{hour}:00Z")
    while at < moment(END):
        yield f"{at:%Y-%m-%dT%H:%M:%SZ}"
        at += timedelta(days=10)


def _center(cards: Sequence[tuple[str, str, str]], since: str, name: str) -> Iterator[Version]:
    yield Version(f"{facts.NIST}caisi", since, landing(name, [(url, day) for day, _, url in cards[:4]]), HTML)
    yield Version(TAG, since, listing(cards[:6]), HTML)


def press() -> Iterator[Version]:
    """What others write, and the cloud that spoke first."""
    usual = [
        Item(day, "A new instance type in one more region", f"{facts.CLOUD_NEWS}{day[:10]}/", "<p>It has more memory.</p>")
        for day in _every_ten_days("16:00")
    ]
    yield from growing(f"{facts.CLOUD_NEWS}recent/feed/", [*usual, *facts.CLOUD], "Recent announcements", shown=4)
    yield from growing("https://hnrss.org/newest?q=Mythos&count=50", facts.PRESS, "Hacker News: Mythos")
    yield from growing("https://hnrss.org/newest?q=CAISI&count=50", facts.PRESS_ON_THE_CENTER, "Hacker News: CAISI")


def _welcome(url: str) -> Item:
    """An item of no meaning, with the address that such a feed's items have."""
    link = next((link for part, link in facts.HOMES.items() if part in url), url)
    return Item("2025-12-20T12:00:00Z", "Welcome", link, "<p>An ordinary item about Claude and other things.</p>")


def humming(source: Source, within: timedelta) -> Iterator[Version]:
    """A feed in which nothing happens but an item now and then, so that no alarm rings."""
    count = (moment(END) - moment(BEGIN)) // within + 2
    days = [moment(BEGIN) + number * within for number in range(-1, count)]
    items = (Item(f"{day:%Y-%m-%dT12:00:00Z}", "Ordinary", f"{source.url}#{day:%Y-%m-%d}") for day in days)
    return growing(source.url, items, source.id, shown=1)


def still(source: Source) -> tuple[str, dict[str, str]]:
    """The answer of a source in which nothing happens, by its format."""
    return {
        "feed": (rss(source.id, source.url, [_welcome(source.url)]), RSS),
        "govinfo_prints": (rss(source.id, source.url, [Item("", "H.R. 1 (IH)", f"{source.url}#1")]), RSS),
        "sitemap": (sitemap([(source.url.removesuffix("sitemap.xml"), "2025-12-20")]), XML),
        "markdown": ("# Overview\n\n## December 20, 2025\n\n- An ordinary line about Claude models and something else.\n", TEXT),
        "page": (article("An ordinary page", "2025-12-20", "It is about something else."), HTML),
        "json_list": ("[]\n", JSON),
        "federal_register": ('{"count": 0, "results": []}\n', JSON),
    }[source.format]


def versions() -> list[Version]:
    """Every version of every address: the story, and one document for each declared source that has no part in it."""
    told = [*lab(), *congress(), *institute(), *press()]
    known = {version.url for version in told}
    sources = load(HERE.parent / "signals.toml", {}).sources
    others = [one for one in sources if one.url not in known and not one.may_be_missing]
    alarmed = [one for one in others if one.expect_every and one.format == "feed"]
    hums = [version for one in alarmed if one.expect_every for version in humming(one, one.expect_every * 3 / 4)]
    stills = [Version(one.url, BEGIN, *still(one)) for one in others if one not in alarmed]
    return sorted([*told, *hums, *stills], key=lambda one: (one.url, moment(one.since)))


def write(folder: Path) -> None:
    """Write the world, in the form of any recorded world."""
    shutil.rmtree(folder / FILES, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(_line(folder, version), ensure_ascii=False) + "\n" for version in versions()]
    (folder / "world.jsonl").write_text("".join(lines), encoding="utf-8")


def _line(folder: Path, version: Version) -> dict[str, Any]:
    line: dict[str, Any] = {"url": version.url, "from": version.since, "headers": version.headers}
    if version.status != OK:
        line["status"] = version.status
    if len(version.body) < SHORT:
        return line | {"body": version.body}
    parts = urlsplit(version.url)
    name = quote(parts.netloc + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else ""), safe="/.-")
    file = folder / FILES / f"{name}@{moment(version.since):%Y%m%dT%H%M%SZ}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(version.body, encoding="utf-8")
    return line | {"file": file.relative_to(folder).as_posix()}


if __name__ == "__main__":
    write(HERE)
