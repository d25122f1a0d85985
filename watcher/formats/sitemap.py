"""Sitemaps and sitemap indexes: one entry for each address (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lxml import etree

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats._dates import read_date
from watcher.formats._links import absolute
from watcher.formats._markup import mend_ampersands, open_xml
from watcher.formats._options import flag, number, words
from watcher.formats._text import clean, plain_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watcher.core.model import Facts, Scalar

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
    root = _root(open_xml(body, content_type))
    kind = etree.QName(root).localname
    found: Iterable[Entry]
    if kind == "sitemapindex":
        found = _maps(root, url, words(options, "maps"))
    elif kind == "urlset":
        found = _pages(root, url, options)
    else:
        raise Unreadable(f"the document is no sitemap but {kind[:40]!r}")
    entries = {entry.key: entry for entry in found}
    if not entries and not flag(options, "may_be_empty"):
        raise Unreadable("the sitemap names no address", Outcome.EMPTY)
    return tuple(entries.values())


def _root(text: str) -> etree._Element:
    """The tree; a bare "&" in an address is mended first where nothing else helps."""
    for way in (str, mend_ampersands):
        with suppress(etree.XMLSyntaxError):
            return etree.fromstring(way(text).encode("utf-8", "replace"), _PARSER)
    raise Unreadable("the sitemap is broken")


def _maps(root: etree._Element, url: str, wanted: tuple[str, ...]) -> list[Entry]:
    """The maps of an index. Raises Unreadable for more than are opened: some would be left out in silence."""
    links = [(node, absolute(_text(node, "{*}loc"), url)) for node in root.iterchildren("{*}sitemap")]
    named = [(node, link) for node, link in links if link and (not wanted or any(part in link for part in wanted))]
    if len(named) > MAX_MAPS:
        raise Unreadable(f"the index names {len(named)} site maps, more than {MAX_MAPS}: say in `maps` which ones are meant")
    return [_entry(node, link, {"kind": "index"}) for node, link in named]


def _pages(root: etree._Element, url: str, options: Facts) -> Iterator[Entry]:
    under, not_under = words(options, "under"), words(options, "not_under")
    left = number(options, "max_items", MAX_ITEMS)
    for node in root.iterchildren("{*}url"):
        link = absolute(_text(node, "{*}loc"), url)
        if not link or (under and not any(part in link for part in under)) or any(part in link for part in not_under):
            continue
        if left <= 0:
            return
        left -= 1
        yield _entry(node, link, {})


def _entry(node: etree._Element, link: str, facts: dict[str, Scalar]) -> Entry:
    changed, news = _text(node, "{*}lastmod"), _text(node, f"{_NEWS}publication_date")
    updated, published = read_date(changed), read_date(news)
    if changed or news:
        facts["date_raw"] = clean(news or changed, 100)
    if published and updated and updated != published:
        facts["updated"] = updated.isoformat()
    title = plain_title(_text(node, f"{_NEWS}title")) or _words_of(link)
    return Entry(link, title, "", link, published or updated, facts)


def _text(node: etree._Element, path: str) -> str:
    return node.findtext(path) or ""


def _words_of(link: str) -> str:
    """Words from the end of an address."""
    return plain_title(re.sub(r"[-_+]+", " ", unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2])))
