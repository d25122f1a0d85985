"""The items of a feed, raw and as entries: for the format of feeds, and for site maps, which may be feeds."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from watcher.core.model import Entry
from watcher.formats import _fastfeed, _jsonfeed, _slowfeed
from watcher.formats._dates import read_date
from watcher.formats._links import absolute
from watcher.formats._markup import open_xml
from watcher.formats._text import MAX_TITLE, beginning, clean, paragraphs, plain_title

if TYPE_CHECKING:
    from datetime import tzinfo

    from watcher.core.model import Scalar
    from watcher.formats._items import Item

_MAX_KEY = 300


def read_items(body: bytes, content_type: str) -> list[Item]:
    """The raw items: JSON by its first character, XML by the fast library where it can, else by feedparser."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _jsonfeed.read_items(body, content_type)
    text = open_xml(body, content_type)
    items = _fastfeed.read_items(text)
    return _slowfeed.read_items(text) if items is None else items


def entry_of(item: Item, url: str, zone: tzinfo, names: tuple[str, ...]) -> tuple[Entry, Item]:
    """One item, cleaned. The whole item is the entry; format `feed` takes it apart.

    It is named as configured, else by its id, its link, or its title and date, or its first words.
    """
    title = clean(item.title, MAX_TITLE) if item.literal else plain_title(item.title)
    link = absolute(item.link, url) or (absolute(item.id, url) if item.id.startswith("http") else "")
    updated = read_date(item.updated, zone)
    published = read_date(item.published, zone) or updated
    facts: dict[str, Scalar | tuple[Scalar, ...]] = {}
    raw = item.published or item.updated
    if raw:
        facts["date_raw"] = clean(raw, 100)
    if updated is not None and updated != published:
        facts["updated"] = updated.isoformat()
    if item.categories:
        categories = tuple(dict.fromkeys(filter(None, (clean(name, 200) for name in item.categories[:50]))))
        if categories:
            facts["categories"] = categories
    text = said(item)[1]
    own, at = clean(item.id, 2_000), "" if published else clean(raw, 100)
    if names:
        parts = {"id": own, "link": link, "title": title, "published": published.isoformat() if published else at}
        key = " ".join(parts[name] for name in names if parts[name])
    else:
        key = own or link or " ".join(filter(None, (title, published.isoformat() if published else at)))
    return Entry(_bounded(key or beginning(text)), title, text, link, published, facts), item


def said(item: Item) -> tuple[str, str]:
    """The first of an item's texts that holds words, as markup and as it is read."""
    return next(((markup, text) for markup in item.texts if (text := paragraphs(markup))), ("", ""))


def _bounded(key: str) -> str:
    """What names an item, at most 300 characters long."""
    if len(key) <= _MAX_KEY:
        return key

    return f"{key[:200]}#{sha256(key.encode()).hexdigest()[:32]}"
