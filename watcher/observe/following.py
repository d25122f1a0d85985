"""The pages that entries lead to, as sources of their own."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from functools import lru_cache

from watcher.core.model import Entry, Follow, Source
from watcher.publishers import registrable


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def followed(source: Source, entry: Entry, now: datetime) -> list[Source]:
    """The pages that one entry of a source leads to, as sources of their own."""
    return [page_of(source, follow, entry.link, now) for follow in source.follow if _leads(source, follow, entry, now)]


def _leads(source: Source, follow: Follow, entry: Entry, now: datetime) -> bool:
    if not entry.link or entry.link == source.url or (source.parent and not follow.deep):
        return False
    if follow.within is not None and entry.published is not None and now - entry.published > follow.within:
        return False
    return bool(_pattern(follow.match).search(entry.link)) and (
        not follow.title or bool(_pattern(follow.title).search(entry.title))
    )


def page_of(source: Source, follow: Follow, link: str, now: datetime) -> Source:
    """The page behind a link, as a source of its own."""
    url = link.partition("#")[0]
    return Source(
        id="page-" + hashlib.sha256(f"{source.signal} {url}".encode()).hexdigest()[:20],
        signal=source.signal,
        url=url,
        format=follow.format,
        publisher=follow.publisher or registrable(url),
        tier=follow.tier or source.tier,
        every=follow.every,
        surface=follow.surface or source.surface,
        grace=max(source.grace, 4 * follow.every),
        options=follow.options,
        follow=tuple(deep for deep in source.follow if deep.deep),
        parent=source.id,
        until=now + follow.keep,
    )
