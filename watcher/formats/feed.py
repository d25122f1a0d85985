"""Feeds: RSS, Atom and JSON Feed; one entry for each item, or for each note inside an item."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats._dates import read_date, zone_named
from watcher.formats._feed import read_items
from watcher.formats._text import (
    MAX_TITLE,
    beginning,
    clean,
    lines,
    number_doubles,
    paragraphs,
    parse_html,
    plain_title,
    words_of,
)
from watcher.formats._values import absolute, flag, number, word, words

if TYPE_CHECKING:
    from datetime import tzinfo

    from selectolax.lexbor import LexborNode

    from watcher.core.model import Facts, Scalar
    from watcher.formats._feed import RawItem

OPTIONS = {
    "items": "HTML element that holds one note each (li, p, tr, h3): an item with several becomes several entries",
    "key": 'what names an item: any of "id", "link", "title", "published" (default: its id); for publishers that reuse ids',
    "state": "true: the first `<strong>` of the text becomes the fact `state` (status pages)",
    "timezone": "IANA zone for dates that name none (default UTC)",
    "max_items": "how many items are kept, the newest (default 1000)",
    "may_be_empty": "true: a feed without items is trustworthy",
}
MAX_ITEMS = 1_000
_MAX_KEY = 300
_STATE = re.compile(r"<strong\b[^>]{0,200}>([^<]{1,80})</strong>", re.IGNORECASE)
_HEADING = re.compile(r"h[1-6]")
_TAG_NAME = re.compile(r"[a-z][a-z0-9]*")
_NEVER = datetime.min.replace(tzinfo=UTC)


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """The entries of a feed in its own order, which may be newest or oldest first.

    Facts: `date_raw` (as written), `updated` (ISO 8601, where it differs), `categories`, `state`. Raises Unreadable:
    EMPTY without items, BLOCKED for a human check in its place, MALFORMED for anything that is no whole feed.
    """
    items = read_items(body, content_type)
    if not items and not flag(options, "may_be_empty"):
        raise Unreadable("the feed has no items", Outcome.EMPTY)
    zone = zone_named(word(options, "timezone"))
    names = words(options, "key")
    tag = word(options, "items")
    entries = _name_apart(_latest([_entry(item, url, zone, names) for item in items], names))
    kept = _newest(entries, number(options, "max_items", MAX_ITEMS))
    if not tag and not flag(options, "state"):
        return tuple(entry for entry, _ in kept)
    return tuple(part for entry, item in kept for part in _parts(_with_state(entry, item, options), item, tag))


def _entry(item: RawItem, url: str, zone: tzinfo, names: tuple[str, ...]) -> tuple[Entry, RawItem]:
    """One item, cleaned. The whole item is the entry; `_parts` takes it apart.

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
    text = _said(item)[1]
    own, at = clean(item.id, 2_000), "" if published else clean(raw, 100)
    if names:
        parts = {"id": own, "link": link, "title": title, "published": published.isoformat() if published else at}
        key = " ".join(parts[name] for name in names if parts[name])
    else:
        key = own or link or " ".join(filter(None, (title, published.isoformat() if published else at)))
    return Entry(_bounded(key or beginning(text)), title, text, link, published, facts), item


def _said(item: RawItem) -> tuple[str, str]:
    """The first of an item's texts that holds words, as markup and as it is read."""
    return next(((markup, text) for markup in item.texts if (text := paragraphs(markup))), ("", ""))


def _bounded(key: str) -> str:
    """What names an item, at most 300 characters long."""
    if len(key) <= _MAX_KEY:
        return key

    return f"{key[:200]}#{sha256(key.encode()).hexdigest()[:32]}"


def _latest(found: list[tuple[Entry, RawItem]], names: tuple[str, ...]) -> list[tuple[Entry, RawItem]]:
    """Of items with one id, where the format says that it names one alone, the one that was updated last."""
    held: dict[str, tuple[Entry, RawItem]] = {}
    for place, (entry, item) in enumerate(found):
        key = entry.key if item.unique and item.id and not names else f"{place} of all"
        if key not in held or _changed(held[key]) <= _changed((entry, item)):
            held[key] = (entry, item)
    return list(held.values())


def _changed(found: tuple[Entry, RawItem]) -> datetime:
    entry, item = found
    return read_date(item.updated) or entry.published or _NEVER


def _name_apart(found: list[tuple[Entry, RawItem]]) -> list[tuple[Entry, RawItem]]:
    """Exact doubles left out; items that share a key for different things told apart by title and date."""
    first: dict[tuple[object, ...], tuple[Entry, RawItem]] = {}
    for entry, item in found:
        first.setdefault((entry.key, entry.title, entry.text, entry.published), (entry, item))
    unique = list(first.values())
    shared = Counter(entry.key for entry, _ in unique)
    if len(shared) == len(unique):
        return unique
    keys = [
        entry.key
        if shared[entry.key] == 1
        else f"{entry.key} {beginning(entry.title)} {entry.published.isoformat() if entry.published else ''}"
        for entry, _ in unique
    ]
    return [(replace(entry, key=key), item) for (entry, item), key in zip(unique, number_doubles(keys), strict=True)]


def _newest(found: list[tuple[Entry, RawItem]], limit: int) -> list[tuple[Entry, RawItem]]:
    """At most `limit` items, the newest by date, in the feed's order."""
    if len(found) <= limit:
        return found
    by_date = sorted(range(len(found)), key=lambda place: found[place][0].published or _NEVER, reverse=True)
    return [found[place] for place in sorted(by_date[:limit])]


def _with_state(entry: Entry, item: RawItem, options: Facts) -> Entry:
    """The newest state of an incident stands first, in bold (Statuspage)."""
    state = _STATE.search(_said(item)[0]) if flag(options, "state") else None
    return replace(entry, facts={**entry.facts, "state": plain_title(state.group(1))}) if state else entry


def _parts(entry: Entry, item: RawItem, tag: str) -> list[Entry]:
    """One entry for each note of an item, named by its first words: what is added to a note later is a new revision of it."""
    if not tag:
        return [entry]
    notes, rest = split_markup(_said(item)[0], tag)
    keys = number_doubles([f"{entry.key}#{beginning(note)}" for note in notes])
    parts = [replace(entry, key=key, text=note) for key, note in zip(keys, notes, strict=True)]
    return [replace(entry, text=rest), *parts] if rest or not parts else parts


def split_markup(markup: str, tag: str) -> tuple[list[str], str]:
    """The text of each outermost element of this name, and the text of what stands around them.

    For a heading's name, each heading opens a part that ends before the next one. Raises ValueError for what is no name.
    """
    if not _TAG_NAME.fullmatch(tag):
        raise ValueError(f"items should be the name of an HTML element, not {tag!r}")
    if _HEADING.fullmatch(tag):
        rest, *sections = re.split(rf"(?=<{tag}\b)", markup, flags=re.IGNORECASE)
        return [text for text in map(paragraphs, sections) if text], paragraphs(rest)
    tree = parse_html(markup)
    if tree is None or tree.body is None:
        return [], paragraphs(markup)
    outermost = [node for node in tree.css(tag) if not _inside(node, tag)]
    parts = [lines(words_of(node)) for node in outermost]
    rest = words_of(tree.body, frozenset(node.mem_id for node in outermost))
    return [text for text in parts if text], lines(rest)


def _inside(node: LexborNode, tag: str) -> bool:
    """Whether an element lies in another one of the same name."""
    above = node.parent
    while above is not None:
        if above.tag == tag:
            return True
        above = above.parent
    return False
