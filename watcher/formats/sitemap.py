"""Sitemaps and sitemap indexes: one entry for each address (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lxml import etree

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats._dates import read_date
from watcher.formats._feed import read_items
from watcher.formats._markup import decode, mend_ampersands, open_xml
from watcher.formats._text import clean, plain_title
from watcher.formats._values import absolute, flag, number, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watcher.core.model import Facts, Scalar
    from watcher.formats._feed import RawItem

OPTIONS = {
    "under": 'only addresses that hold one of these texts, such as "/news/"',
    "not_under": "no address that holds one of these texts",
    "maps": "of an index only the site maps whose address holds one of these texts",
    "max_items": "how many addresses are kept, the first ones (default 50000, the protocol's own bound)",
    "may_be_empty": "true: a sitemap without addresses is trustworthy",
}
MAX_ITEMS, MAX_MAPS = 50_000, 100
"""Addresses of a map, and maps of an index: above that it is to be said which ones are meant."""

_NEWS = ".//{http://www.google.com/schemas/sitemap-news/0.9}"
_PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """One entry for each address, titled with the words at its end, or as news, and dated with its news' day or last change.

    Facts: `date_raw`; `updated` (ISO 8601) where news was changed later; `kind` is "index" for an address that is another
    sitemap. Raises Unreadable: EMPTY without addresses, BLOCKED for a human check, MALFORMED for what is no whole sitemap.
    """
    entries = {entry.key: entry for entry in _found(body, url, content_type, options)}
    if not entries and not flag(options, "may_be_empty"):
        raise Unreadable("the sitemap names no address", Outcome.EMPTY)
    return tuple(entries.values())


def _found(body: bytes, url: str, content_type: str, options: Facts) -> Iterator[Entry]:
    """What a map, an index, a list of addresses or a feed names: the protocol allows all four."""
    listed = _listed(decode(body, content_type))
    if listed:
        return _kept((Entry(link, _words_of(link), "", link) for link in (absolute(one, url) for one in listed)), options)
    root = _root(open_xml(body, content_type))
    kind = etree.QName(root).localname
    if kind == "sitemapindex":
        return iter(_maps(root, url, words(options, "maps")))
    if kind in {"rss", "feed"}:
        return _kept((_item(item, url) for item in read_items(body, content_type)), options)
    if kind != "urlset":
        raise Unreadable(f"the document is no sitemap but {kind[:40]!r}")
    return _kept((_entry(node, url, {}) for node in root.iterchildren("{*}url")), options)


def _listed(text: str) -> list[str]:
    """The addresses of a plain text that holds nothing else, one a line; one alone is no list."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return lines if len(lines) > 1 and all(line.startswith(("https://", "http://")) for line in lines) else []


def _kept(entries: Iterable[Entry], options: Facts) -> Iterator[Entry]:
    """The first ones that are asked for."""
    under, not_under = words(options, "under"), words(options, "not_under")
    wanted = (
        entry
        for entry in entries
        if entry.link
        and (not under or any(part in entry.link for part in under))
        and not any(part in entry.link for part in not_under)
    )
    return islice(wanted, number(options, "max_items", MAX_ITEMS))


def _root(text: str) -> etree._Element:
    """The tree; a bare "&" in an address is mended first where nothing else helps."""
    for way in (str, mend_ampersands):
        with suppress(etree.XMLSyntaxError):
            return etree.fromstring(way(text).encode("utf-8", "replace"), _PARSER)
    raise Unreadable("the sitemap is broken")


def _maps(root: etree._Element, url: str, wanted: tuple[str, ...]) -> list[Entry]:
    """The maps of an index. Raises Unreadable for more than are opened: some would be left out in silence."""
    found = [_entry(node, url, {"kind": "index"}) for node in root.iterchildren("{*}sitemap")]
    named = [entry for entry in found if entry.link and (not wanted or any(part in entry.link for part in wanted))]
    if len(named) > MAX_MAPS:
        raise Unreadable(f"the index names {len(named)} site maps, more than {MAX_MAPS}: say in `maps` which ones are meant")
    return named


def _entry(node: etree._Element, url: str, facts: dict[str, Scalar]) -> Entry:
    """One address, in `loc` or, as some write it, right inside its element."""
    link = absolute(_text(node, "{*}loc") or node.text or "", url)
    changed, news = _text(node, "{*}lastmod"), _text(node, f"{_NEWS}publication_date")
    updated, published = read_date(changed), read_date(news)
    if changed or news:
        facts["date_raw"] = clean(news or changed, 100)
    if published and updated and updated != published:
        facts["updated"] = updated.isoformat()
    title = plain_title(_text(node, f"{_NEWS}title")) or _words_of(link)
    return Entry(link, title, "", link, published or updated, facts)


def _item(item: RawItem, url: str) -> Entry:
    """One address of a feed, which is titled and dated there."""
    link = absolute(item.link, url) or (absolute(item.id, url) if item.id.startswith("http") else "")
    raw = item.published or item.updated
    published = read_date(item.published) or read_date(item.updated)
    return Entry(link, plain_title(item.title), "", link, published, {"date_raw": clean(raw, 100)} if raw else {})


def _text(node: etree._Element, path: str) -> str:
    return node.findtext(path) or ""


def _words_of(link: str) -> str:
    """Words from the end of an address."""
    return plain_title(re.sub(r"[-_+]+", " ", unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2])))
