"""Sitemaps and sitemap indexes: one entry for each address (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lxml import etree

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats._dates import read_date
from watcher.formats._links import absolute
from watcher.formats._markup import open_xml
from watcher.formats._options import flag, number, words
from watcher.formats._text import clean, plain_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.core.model import Facts

OPTIONS = {
    "under": 'only addresses that hold one of these texts, such as "/news/"',
    "not_under": "no address that holds one of these texts",
    "max_items": "how many addresses are kept, the first ones (default 50000, the protocol's own bound)",
    "may_be_empty": "true: a sitemap without addresses is trustworthy",
}
MAX_ITEMS = 50_000
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
    """One entry for each address, titled with the words at its end and dated with its last change.

    Facts: `date_raw`; `kind` is "index" for an address that is another sitemap. Raises Unreadable: EMPTY without
    addresses, BLOCKED for a human check, MALFORMED for what is no whole sitemap.
    """
    try:
        root = etree.fromstring(open_xml(body, content_type).encode("utf-8", "replace"), _PARSER)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"the sitemap is broken: {str(error)[:120]}") from error
    kind = etree.QName(root).localname
    if kind not in {"urlset", "sitemapindex"}:
        raise Unreadable(f"the document is no sitemap but {kind[:40]!r}")
    entries = {entry.key: entry for entry in _entries(root, url, options, is_index=kind == "sitemapindex")}
    if not entries and not flag(options, "may_be_empty"):
        raise Unreadable("the sitemap names no address", Outcome.EMPTY)
    return tuple(entries.values())


def _entries(root: etree._Element, url: str, options: Facts, *, is_index: bool) -> Iterator[Entry]:
    under, not_under = words(options, "under"), words(options, "not_under")
    left = number(options, "max_items", MAX_ITEMS)
    for node in root.iterchildren("{*}url", "{*}sitemap"):
        link = absolute(node.findtext("{*}loc") or "", url)
        if not link or (under and not any(part in link for part in under)) or any(part in link for part in not_under):
            continue
        if left <= 0:
            return
        left -= 1
        raw = clean(node.findtext("{*}lastmod") or "", 100)
        facts = {**({"date_raw": raw} if raw else {}), **({"kind": "index"} if is_index else {})}
        yield Entry(link, _words_of(link), "", link, read_date(raw), facts)


def _words_of(link: str) -> str:
    """Words from the end of an address."""
    return plain_title(re.sub(r"[-_+]+", " ", unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2])))
