"""Reading well-formed RSS 2.0 and Atom of common shape directly; anything else is left to feedparser, the judge.

Every rule here repeats what feedparser does with the same document (tests/formats/test_agreement.py holds both beside
each other); where a document has anything that feedparser treats in a way of its own, the answer is None.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from watcher.formats._items import Item

if TYPE_CHECKING:
    from collections.abc import Iterable

_ATOM = "{http://www.w3.org/2005/Atom}"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_RSS_TEXT = {
    "title": "title",
    "link": "link",
    "description": "summary",
    "{http://purl.org/rss/1.0/modules/content/}encoded": "content",
    "pubDate": "published",
}
_RSS_IGNORED = frozenset({"author", "comments", "enclosure", "source", "{http://purl.org/dc/elements/1.1/}creator"})
_ATOM_TEXT = {_ATOM + name: name for name in ("id", "title", "summary", "content", "published", "updated")}
_ATOM_PEOPLE = frozenset({_ATOM + "author", _ATOM + "contributor"})
_ATOM_PERSON = frozenset({_ATOM + "name", _ATOM + "uri", _ATOM + "email"})
_FOREIGN = (
    "{http://purl.org/rss/1.0/modules/slash/}",
    "{http://purl.org/rss/1.0/modules/syndication/}",
    "{http://wellformedweb.org/CommentAPI/}",
    "{http://purl.org/syndication/thread/1.0}",
    "{com-wordpress:feed-additions:1}",
)
_PICTURES = frozenset(f"{{http://search.yahoo.com/mrss/}}{name}" for name in ("thumbnail", "content"))
_GUID, _TYPED = frozenset({"isPermaLink"}), frozenset({"type"})
"""Attributes that may stand on a name, and on a text of Atom."""
_HTML_TYPES = frozenset({None, "text/html", "application/xhtml+xml"})
_ENTITY_LEFT = re.compile(r"&([A-Za-z0-9_]+);")
_WINDOWS = {code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}}
_WINDOWS_MARK = re.compile(r"[\x80-\x9f]")
_PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    recover=False,
    remove_comments=True,
    remove_pis=True,
)


class _Unusual(Exception):  # noqa: N818 - no error: the document goes to feedparser
    """Something that only feedparser should judge."""


def read_items(text: str) -> list[Item] | None:
    """The items of a feed that has passed the guard of `_markup.open_xml`; None where feedparser must read it."""
    try:
        root = etree.fromstring(text.encode(), _PARSER)
        if root.tag == "rss":
            return _read_rss(root)
        if root.tag == _ATOM + "feed":
            return _read_atom(root)
    except (etree.XMLSyntaxError, UnicodeEncodeError, _Unusual):
        pass
    return None


def _read_rss(root: etree._Element) -> list[Item]:
    channels = list(root)
    if len(channels) != 1 or channels[0].tag != "channel" or "version" not in root.attrib:
        raise _Unusual
    channel = channels[0]
    if any(name != _BASE for name in channel.attrib):
        raise _Unusual
    base = channel.get(_BASE) or root.get(_BASE) or ""
    return [_rss_item(item, base) for item in channel.iterchildren("item")]


def _rss_item(item: etree._Element, base: str) -> Item:
    found: dict[str, str] = {}
    categories = []
    for child in item:
        tag = child.tag
        name = _RSS_TEXT.get(tag)
        if name is not None:
            _keep(found, name, child)
        elif tag == "guid":
            _keep(found, "id", child, _GUID)
            if base and found["id"] and child.get("isPermaLink", "true") == "true":
                found["id"] = urljoin(base, found["id"])
        elif tag == "category":
            _only(child, ("domain",))
            categories.append(_repair((child.text or "").strip()))
        elif tag not in _RSS_IGNORED:
            _ignore(child)
        elif len(child):
            raise _Unusual
    if item.attrib:
        raise _Unusual
    return Item(**{**found, "link": _rss_link(found.get("link", ""), base)}, categories=tuple(categories))


def _rss_link(link: str, base: str) -> str:
    """The address as feedparser mends it: resolved, escaped ampersands restored."""
    if not link:
        return ""
    if not link.startswith(("https://", "http://")) or ":///" in link:
        raise _Unusual
    if base:
        link = urljoin(base, link)
    return _ENTITY_LEFT.sub(r"&\g<1>", link.replace("&amp;", "&")) if "&" in link else link


def _read_atom(root: etree._Element) -> list[Item]:
    if root.get(_BASE):
        raise _Unusual
    return [_atom_entry(entry) for entry in root.iterchildren(_ATOM + "entry")]


def _atom_entry(entry: etree._Element) -> Item:
    found: dict[str, str] = {}
    categories, links = [], []
    for child in entry:
        tag = child.tag
        name = _ATOM_TEXT.get(tag)
        if name is not None:
            if child.get("type", "text") not in {"text", "html"}:
                raise _Unusual
            _keep(found, name, child, _TYPED)
        elif tag == _ATOM + "link":
            links.append(child)
        elif tag == _ATOM + "category":
            _only(child, ("term", "scheme", "label"))
            if child.text:
                raise _Unusual
            categories.append(child.get("term", ""))
        elif tag not in _ATOM_PEOPLE:
            _ignore(child)
        elif any(part.tag not in _ATOM_PERSON or len(part) for part in child):
            raise _Unusual
    if entry.attrib:
        raise _Unusual
    return Item(**found, link=_atom_link(links), categories=tuple(categories))


def _atom_link(links: Iterable[etree._Element]) -> str:
    """The one address of the page itself."""
    pages = [link for link in links if link.get("rel", "alternate") == "alternate" and link.get("type") in _HTML_TYPES]
    if len(pages) != 1:
        raise _Unusual
    address = pages[0].get("href", "")
    if not address.startswith(("https://", "http://")) or ":///" in address:
        raise _Unusual
    return str(address)


def _keep(found: dict[str, str], name: str, element: etree._Element, attributes: frozenset[str] = frozenset()) -> None:
    """Note the text of an element that comes once and has no elements inside."""
    if name in found or len(element) or not attributes.issuperset(element.keys()):
        raise _Unusual
    text = (element.text or "").strip()
    if name == "id" and ":///" in text:
        raise _Unusual
    found[name] = text if text.isascii() else _repair(text)


def _only(element: etree._Element, attributes: tuple[str, ...]) -> None:
    """Refuse elements inside, and attributes that could change what the text means."""
    if len(element) or (element.attrib and any(name not in attributes for name in element.attrib)):
        raise _Unusual


def _ignore(element: etree._Element) -> None:
    """Pass over an element of a vocabulary that says nothing we read."""
    known = element.tag.startswith(_FOREIGN) or (element.tag in _PICTURES and not element.text)
    if len(element) or not known:
        raise _Unusual


def _repair(text: str) -> str:
    """UTF-8 read as Latin-1 by the publisher, and Windows characters, put right as feedparser does."""
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_WINDOWS) if _WINDOWS_MARK.search(text) else text
