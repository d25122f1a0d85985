"""Finds what can be watched at an address: the document itself, or the feed that a page names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from watcher.core.model import Document, Entry, Failed, NotModified, Unreadable
from watcher.fetch import Request
from watcher.fetch.urls import Address, UrlRejected, join, parse
from watcher.formats._tree import parse_html
from watcher.pipeline.poll import Get, Read
from watcher.sandbox.detect import detect_format

FEEDS = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
LOOK = 600_000
"""Bytes of a page in which a feed is looked for."""
MAX_NAMED = 100
"""Feeds of one page that are looked at."""
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


def feeds_of(document: Document) -> list[str]:
    """Addresses of the feeds that a page names, in their order (https://www.rssboard.org/rss-autodiscovery).

    None of a page that is a trap for its reader.
    """
    tree = parse_html(document.body[:LOOK].decode("utf-8", "replace"))
    if tree is None:
        return []
    base, found = parse(document.final_url), dict[str, None]()
    for node in tree.css("base[href]")[:1]:
        base = _joined(base, node.attributes) or base
    for node in tree.css("link[rel][href]"):
        if _is_feed(node.attributes) and (address := _joined(base, node.attributes)):
            found[address.url] = None
        if len(found) == MAX_NAMED:
            break
    return list(found)


def _is_feed(attributes: Mapping[str, str | None]) -> bool:
    kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
    return "alternate" in (attributes.get("rel") or "").lower().split() and kind in FEEDS


def _joined(base: Address, attributes: Mapping[str, str | None]) -> Address | None:
    """Where it leads; None where nothing could be asked."""
    try:
        return join(base, (attributes.get("href") or "").strip())
    except UrlRejected:
        return None


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
