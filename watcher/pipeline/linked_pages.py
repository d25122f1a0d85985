"""The pages that entries lead to, as sources of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from watcher.core.model import Entry, Follow, Source
from watcher.core.shape import link_pattern
from watcher.publishers import registrable_domain

SITE_MAP = "sitemap"
SELDOM = 8
"""A site map of an index in which nothing was found that is followed is asked at this many paces, one that holds some at each."""


def linked_pages(source: Source, entry: Entry, now: datetime) -> list[Source]:
    """The pages that one entry of a source leads to, as sources of their own."""
    return [page_of(source, follow, entry.link, now) for follow in source.follow if _matches(source, follow, entry, now)]


def _matches(source: Source, follow: Follow, entry: Entry, now: datetime) -> bool:
    if follow.within is not None and entry.published is not None and now - entry.published > follow.within:
        return False
    return _is_meant(source, follow, entry)


def _is_meant(source: Source, follow: Follow, entry: Entry) -> bool:
    """Whether an entry leads to what is followed, however old it is."""
    if not entry.link or entry.link == source.url or _is_index(entry) or not (follow.deep or source_lists(source)):
        return False
    return bool(link_pattern(follow.match).search(entry.link)) and (
        not follow.title or bool(link_pattern(follow.title).search(entry.title))
    )


def source_lists(source: Source) -> bool:
    """Whether a source names pages to follow: one that is declared, and a site map that an index of such a one names."""
    return not source.parent or is_map(source)


def is_map(source: Source) -> bool:
    """Whether a source is a site map that an index has named."""
    return bool(source.parent) and source.format == SITE_MAP


def _is_index(entry: Entry) -> bool:
    return entry.facts.get("kind") == "index"


def maps_of(source: Source, entries: Iterable[Entry]) -> list[Source]:
    """The site maps that an index names, as sources of their own: of its own publisher, and one index deep."""
    if source.parent or not source.follow:
        return []
    home = registrable_domain(source.url)
    return [_map(source, entry.link) for entry in entries if _is_index(entry) and registrable_domain(entry.link) == home]


def is_closed(source: Source, entries: Sequence[Entry]) -> bool:
    """Whether the entries are site maps alone, and none of them is opened: nothing would ever be found there."""
    return all(map(_is_index, entries)) and not maps_of(source, entries)


def _map(source: Source, url: str) -> Source:
    """A site map of an index: read and followed as the index itself is, with validators of its own."""
    return replace(
        source,
        id="map-" + hashlib.sha256(f"{source.id} {url}".encode()).hexdigest()[:20],
        url=url,
        parent=source.id,
        grace=max(source.grace, 4 * SELDOM * source.every),
        expect_every=None,
        essential=False,
        expect=replace(source.expect, entries=0, newest_within=None) if source.expect else None,
        may_be_empty=True,
        may_be_missing=True,
    )


def found_in(source: Source, entries: Iterable[Entry], now: datetime) -> datetime | None:
    """When something that is followed was last found in a site map of an index: now, or None."""
    meant = any(_is_meant(source, follow, entry) for entry in entries for follow in source.follow)
    return now if meant else None


def pace_of(source: Source, newest: datetime | None) -> timedelta:
    """How often a source is asked, where its newest entry that counts is of then."""
    return source.every * (SELDOM if is_map(source) and newest is None else 1)


def page_of(source: Source, follow: Follow, link: str, now: datetime) -> Source:
    """The page behind a link, as a source of its own."""
    url = link.partition("#")[0]
    return Source(
        id="page-" + hashlib.sha256(f"{source.signal} {url}".encode()).hexdigest()[:20],
        signal=source.signal,
        url=url,
        format=follow.format,
        publisher=follow.publisher or registrable_domain(url),
        tier=follow.tier or source.tier,
        every=follow.every,
        surface=follow.surface or source.surface,
        grace=max(source.grace, 4 * follow.every),
        options=follow.options,
        headers=source.headers if urlsplit(url)[:2] == urlsplit(source.url)[:2] else {},
        expect=follow.expect,
        follow=tuple(deep for deep in source.follow if deep.deep),
        parent=source.id,
        until=now + follow.keep,
    )
