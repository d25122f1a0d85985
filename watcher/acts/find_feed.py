"""Finds what can be watched at an address: the document itself, or the feed that a page names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise

from watcher.core.model import Document, Entry, Failed, NotModified, Unreadable
from watcher.fetch import Request
from watcher.fetch.urls import UrlRejected, join, parse
from watcher.pipeline.poll import Get, Read
from watcher.sandbox.detect import detect_format

FEEDS = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
LOOK = 600_000
"""Bytes of a page in which a feed is looked for."""
MAX_FEEDS = 5
"""Named feeds that are tried."""
MIN_DATES_OF_A_PACE = 4
"""Fewer dates say nothing yet about how often something comes."""


class NothingToRead(Exception):  # noqa: N818 - a finding, not a failure
    """Nothing at the address can be watched, and why."""


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """What can be watched."""

    document: Document
    format: str
    entries: tuple[Entry, ...]
    also: tuple[str, ...] = ()
    """Other feeds that the page names."""


class _Links(HTMLParser):
    """The feeds that a page names in its head, in their order (https://www.rssboard.org/rss-autodiscovery)."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base, self.found = parse(base), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what leads to a feed."""
        values = {name: value or "" for name, value in attrs}
        alternate = tag == "link" and "alternate" in values.get("rel", "").lower().split()
        feed = alternate and values.get("type", "").partition(";")[0].strip().lower() in FEEDS
        if not (values.get("href") and (feed or tag == "base")):
            return
        try:
            address = join(self.base, values["href"].strip())
        except UrlRejected:  # nothing that could be asked
            return
        if feed:
            self.found.append(address.url)
        else:
            self.base = address


def feeds_of(document: Document) -> list[str]:
    """Addresses of the feeds that a page names."""
    links = _Links(document.final_url)
    links.feed(document.body[:LOOK].decode("utf-8", "replace"))
    return list(dict.fromkeys(links.found))


async def find(url: str, *, get: Get, read: Read, wanted: str = "") -> FoundFeed:
    """What can be watched at an address; `wanted` is the format to read it in, whatever it looks like. Raises NothingToRead."""
    document = await _asked(url, get)
    looks = wanted or detect_format(document.body, document.final_url)
    if wanted or looks != "page":
        return FoundFeed(document, looks, await _read(document, looks, read))
    named = feeds_of(document)
    for feed in named[:MAX_FEEDS]:
        try:
            inner = await _asked(feed, get)
            entries = await _read(inner, "feed", read)
        except NothingToRead:
            continue
        return FoundFeed(inner, "feed", entries, tuple(other for other in named if other != feed))
    return FoundFeed(document, "page", await _read(document, "page", read), tuple(named))


async def _asked(url: str, get: Get) -> Document:
    answer = await get(Request(url))
    if isinstance(answer, Failed):
        raise NothingToRead(f"{url}: {answer.kind.value}: {answer.reason}")
    if isinstance(answer, NotModified):
        raise NothingToRead(f"{url}: answers that nothing changed, though nothing was held")
    return answer


async def _read(document: Document, name: str, read: Read) -> tuple[Entry, ...]:
    try:
        return await read(document, name, {})
    except Unreadable as error:
        raise NothingToRead(f"{document.url} cannot be read as {name}: {error.reason}") from None


def silence(entries: tuple[Entry, ...]) -> timedelta | None:
    """Twice the longest pause between entries, in whole days and at least a week: what a silence alarm may be set to."""
    days = sorted(entry.published for entry in entries if entry.published)
    if len(days) < MIN_DATES_OF_A_PACE:
        return None
    return timedelta(days=max(7, 2 * max((after - before).days + 1 for before, after in pairwise(days))))
