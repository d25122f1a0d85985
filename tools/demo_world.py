"""Writes demo/world.jsonl and its files, always the same bytes: `python -m tools.demo_world`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from tools import demo_facts as facts
from tools.demo_forms import Item, article, bill, institute_page, landing, listing, moment, roll_calls, rss, sitemap
from watcher.config import load
from watcher.core.model import Source

HERE = Path(__file__).parents[1] / "demo"
BEGIN, END = "2026-01-01", "2026-11-20"
XML = {"Content-Type": "application/xml"}
RSS = {"Content-Type": "application/rss+xml; charset=utf-8"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
TEXT = {"Content-Type": "text/markdown; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
BULK = "https://www.govinfo.gov/bulkdata/BILLSTATUS/119/"
VOTES = "https://www.senate.gov/legislative/LIS/roll_call_lists/vote_menu_119_2.xml"
TAG = f"{facts.NIST}news-events/news-updates/tag/2810121"
NOT_FOUND = "<!DOCTYPE html><html><head><title>Page not found</title></head><body><p>Nothing here.</p></body></html>\n"
CHALLENGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies.</body></html>\n"


@dataclass(frozen=True, slots=True)
class Version:
    """What one address answers from a moment on."""

    url: str
    since: str
    body: str
    headers: dict[str, str]
    status: int = 200


def growing(url: str, items: Sequence[Item], title: str, *, shown: int = 8) -> Iterator[Version]:
    """A feed that grows by one item at a time and shows the newest ones."""
    older = [item for item in items if item.at <= BEGIN]
    yield Version(url, BEGIN, rss(title, url, older or [Item("", "Welcome", url, "<p>An item without a date.</p>")]), RSS)
    for item in sorted(items, key=lambda one: one.at):
        if item.at > BEGIN:
            older = [*older, item][-shown:]
            yield Version(url, item.at, rss(title, url, older), RSS)


def lab() -> Iterator[Version]:
    """The maker: notes, site map, pages."""
    yield from growing(f"{facts.NOTES}feed.xml", facts.RELEASE_NOTES, "Claude Platform release notes")
    pages = [(f"{facts.LAB}news", "2025-12-20")]
    yield Version(f"{facts.LAB}sitemap.xml", BEGIN, sitemap(pages), XML)
    for path, at, title, *words in facts.LAB_PAGES:
        pages.append((facts.LAB + path, at[:10]))
        yield Version(f"{facts.LAB}sitemap.xml", at, sitemap(pages), XML)
        yield Version(facts.LAB + path, at, article(title, at, *words), HTML)


def congress() -> Iterator[Version]:
    """The record of two bills, and the Senate's list of roll calls, which is closed to us for some days in August."""
    hr, s = f"{BULK}hr/BILLSTATUS-119hr2683.xml", f"{BULK}s/BILLSTATUS-119s3519.xml"
    title = "Remote Access Security Act"
    yield Version(s, BEGIN, bill("S 3519", title, facts.SENATE_BILL), XML)
    for since, rows in ((BEGIN, 1), ("2026-01-13T12:35:00Z", 2), ("2026-01-13T22:50:00Z", 3)):
        yield Version(hr, since, bill("HR 2683", title, facts.HOUSE_BILL[:rows]), XML)
    for count, since in enumerate(("2026-01-08T18:00:00Z", "2026-01-15T23:00:00Z", "2026-07-14T22:10:00Z", "2026-09-30T23:50:00Z"), 1):
        yield Version(VOTES, since if count > 1 else BEGIN, roll_calls(facts.ROLL_CALLS[:count]), XML)
    yield Version(VOTES, "2026-08-10T09:00:00Z", CHALLENGE, HTML, 403)
    yield Version(VOTES, "2026-08-19T09:00:00Z", roll_calls(facts.ROLL_CALLS[:3]), XML)


def institute() -> Iterator[Version]:
    """The institute's feed with something every ten days, the center's page, its list, and the evaluations."""
    news = [*ordinary(), *(Item(at, title, facts.NEWS + path, "<p>News.</p>") for path, at, title, _ in facts.EVALUATIONS)]
    yield from growing(f"{facts.NEWS}rss.xml", news, "News", shown=5)
    cards: list[tuple[str, str, str]] = [("2025-12-12", "CAISI Evaluation of Kimi K2 Thinking", f"{facts.NEWS}2025/12/caisi-evaluation-kimi-k2-thinking")]
    yield from _center(cards, BEGIN, facts.OLD_NAME)
    for path, at, title, *words in facts.EVALUATIONS:
        cards.insert(0, (at[:10], title, facts.NEWS + path))
        yield from _center(cards, at, facts.OLD_NAME)
        yield Version(facts.NEWS + path, at, institute_page(title, at, *words), HTML)
    path, at, title, *words = facts.EVALUATIONS[2]
    edited = institute_page(title, at, *words, "A sentence on the method was added.", updated="2026-08-28")
    yield Version(facts.NEWS + path, "2026-08-28T15:00:00Z", edited, HTML)
    yield from _center(cards, facts.RENAMED, facts.NEW_NAME)


def ordinary() -> Iterator[Item]:
    """What the institute says on other days."""
    at, number = moment("2025-12-30T15:00:00Z"), 0
    while at < moment(END):
        subject = facts.ORDINARY[number % len(facts.ORDINARY)]
        slug = f"{at:%Y/%m}/nist-publishes-assessment-of-test-methods-for-{subject.replace(' ', '-')}"
        yield Item(f"{at:%Y-%m-%dT%H:%M:%SZ}", f"NIST Publishes Assessment of Test Methods for {subject.title()}", facts.NEWS + slug, "<p>A report.</p>")
        at, number = at + timedelta(days=10), number + 1


def _center(cards: Sequence[tuple[str, str, str]], since: str, name: str) -> Iterator[Version]:
    home = landing(name, [(url, day) for day, _, url in cards[:4]])
    yield Version(f"{facts.NIST}caisi", since, home, HTML)
    yield Version(TAG, since, listing(cards[:6]), HTML)


def press() -> Iterator[Version]:
    """What others write, and the cloud that spoke first."""
    yield from growing("https://aws.amazon.com/about-aws/whats-new/recent/feed/", facts.CLOUD, "Recent announcements")
    yield from growing("https://hnrss.org/newest?q=Mythos&count=50", facts.PRESS, "Hacker News: Mythos")
    yield from growing("https://hnrss.org/newest?q=CAISI&count=50", facts.PRESS_ON_THE_CENTER, "Hacker News: CAISI")


QUIET: dict[str, Callable[[Source], tuple[str, dict[str, str]]]] = {
    "feed": lambda source: (rss(source.id, source.url, [Item("", "Welcome", source.url, "<p>An ordinary item.</p>")]), RSS),
    "govinfo_prints": lambda source: (rss(source.id, source.url, [Item("", "H.R. 1 (IH)", f"{source.url}#1")]), RSS),
    "sitemap": lambda source: (sitemap([(source.url.removesuffix("sitemap.xml"), "2025-12-20")]), XML),
    "markdown": lambda source: ("# Overview\n\n- An ordinary line about something else.\n", TEXT),
    "page": lambda source: (article("An ordinary page", "2025-12-20", "It is about something else."), HTML),
    "json_list": lambda source: ("[]\n", JSON),
    "federal_register": lambda source: ('{"count": 0, "results": []}\n', JSON),
}
"""The answer of a source in which nothing happens, by its format."""


def quiet(sources: Iterable[Source], told: Iterable[Version]) -> Iterator[Version]:
    """One document for each declared source that has no part in the story."""
    known = {version.url for version in told}
    for source in sources:
        if source.url not in known and not source.may_be_missing:
            body, headers = QUIET[source.format](source)
            yield Version(source.url, BEGIN, body, headers)


def versions() -> list[Version]:
    """Every version of every address."""
    told = [*lab(), *congress(), *institute(), *press()]
    return sorted([*told, *quiet(load(HERE.parent / "signals.toml", {}).sources, told)], key=lambda one: (one.url, moment(one.since)))


def write(folder: Path) -> None:
    """Write the world, in the form of any recorded world. Short documents stand in the list itself."""
    shutil.rmtree(folder / "site", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(_line(folder, version), ensure_ascii=False) + "\n" for version in versions()]
    (folder / "world.jsonl").write_text("".join(lines), encoding="utf-8")


def _line(folder: Path, version: Version) -> dict[str, Any]:
    line: dict[str, Any] = {"url": version.url, "from": version.since, "headers": version.headers}
    if version.status != 200:  # noqa: PLR2004 - the usual status
        line["status"] = version.status
    if len(version.body) < 600:  # noqa: PLR2004 - a file of its own would be harder to read
        return line | {"body": version.body}
    parts = urlsplit(version.url)
    name = quote(parts.netloc + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else ""), safe="/.-")
    file = folder / "site" / f"{name}@{moment(version.since):%Y%m%dT%H%M%SZ}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(version.body, encoding="utf-8")
    return line | {"file": file.relative_to(folder).as_posix()}


if __name__ == "__main__":
    write(HERE)
