"""The raw items of a feed: JSON by its first character, XML by the fast library where it can, else by feedparser."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin

import fastfeedparser
import feedparser
from lxml import etree

from watcher.core.model import Unreadable
from watcher.formats._markup import cdata_parts, looks_like_page, mend_ampersands, open_xml, refuse_page, without_declaration
from watcher.formats._values import open_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


# What any kind of feed says of one item, before it is cleaned.


class RawItem(NamedTuple):
    """The raw strings of one item; markup, dates and addresses as the publisher wrote them."""

    id: str = ""
    link: str = ""
    title: str = ""
    texts: tuple[str, ...] = ()
    """What may be its text, as markup: the whole before summaries, its own words before those on a picture."""
    published: str = ""
    updated: str = ""
    categories: tuple[str, ...] = ()
    literal: bool = False
    """Whether the title is text, in which tags and entities mean nothing."""
    unique: bool = False
    """Whether the format says that an id names one item alone, so that the later of two is what holds."""


def as_markup(text: str) -> str:
    """Text in which tags and entities mean nothing, as markup that shows it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n\n", "<br>") if "<" in text or "&" in text else text


# Reading RSS 2.0 and Atom of common shape with fastfeedparser; anything else is left to feedparser, the judge.

_ATOM = "{http://www.w3.org/2005/Atom}"
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_RSS_ONCE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("title", "link", "description", _ENCODED, "pubDate"), ()),
    "guid": ("isPermaLink",),
}
_ATOM_ONCE: dict[str, tuple[str, ...]] = {
    **{_ATOM + name: ("type",) for name in ("title", "summary", "content")},
    **{_ATOM + name: () for name in ("id", "published", "updated")},
}
"""What an item may have once, and the attributes that it may have."""

_HEAD = frozenset(["title", "link", "description", *(_ATOM + name for name in ("title", "subtitle", "id", "updated", "link"))])
_SILENT = frozenset({"author", "comments", "enclosure", "source", "{http://purl.org/dc/elements/1.1/}creator"})
_PEOPLE = frozenset({_ATOM + "author", _ATOM + "contributor"})
_PERSON = frozenset({_ATOM + "name", _ATOM + "uri", _ATOM + "email"})
_FOREIGN = (
    "{http://purl.org/rss/1.0/modules/slash/}",
    "{http://purl.org/rss/1.0/modules/syndication/}",
    "{http://wellformedweb.org/CommentAPI/}",
    "{http://purl.org/syndication/thread/1.0}",
    "{com-wordpress:feed-additions:1}",
)
_PICTURES = frozenset(f"{{http://search.yahoo.com/mrss/}}{name}" for name in ("thumbnail", "content"))
_HTML_TYPES = frozenset({None, "text/html", "application/xhtml+xml"})
_MENDED = re.compile(
    r"[\x80-\x9f]|[\xc2-\xf4][\x80-\xbf]|&#(?:1[345]\d|12[89]|x[89][0-9a-f]);"
    r"|&#(?:\d+|x[0-9a-f]+);&#(?:1[3-8]\d|12[89]|19[01]|x[89ab][0-9a-f]);",
    re.IGNORECASE,
)
"""Windows characters, and UTF-8 that was read as Latin-1: feedparser puts both right."""

_ADDRESS = re.compile(r"https?://[^/\s](?:[^\s&]|&(?![A-Za-z0-9_]+;))*")
_PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    recover=False,
)
"""Comments stay, so that a text with one inside is no plain text: the library reads up to it."""


def read_common(text: str) -> list[RawItem] | None:
    """The items of a feed that has passed the guard of `_markup.open_xml`; None where feedparser must read it."""
    if _MENDED.search(text):
        return None
    try:
        data = without_declaration(text).encode()
        nodes = _usual_nodes(etree.fromstring(data, _PARSER))
        if not nodes:
            return None
        read_one = _rss_item if nodes[0].tag == "item" else _atom_item
        return [read_one(node, entry) for node, entry in zip(nodes, _entries(data), strict=True)]
    except (etree.XMLSyntaxError, ValueError, LookupError, TypeError, AttributeError):  # not well-formed, or not as expected
        return None


def _entries(data: bytes) -> list[dict[str, Any]]:
    """What the library finds in a document in memory; it is never given a text, which could be an address to fetch."""
    found: list[dict[str, Any]] = fastfeedparser.parse(data, include_media=False, include_enclosures=False)["entries"]
    return found


def _rss_item(node: etree._Element, entry: dict[str, Any]) -> RawItem:
    has = {child.tag for child in node}
    return RawItem(
        id=entry.get("id", "") if "guid" in has else "",
        link=_checked(entry, (node.findtext("link") or "").strip()),
        title=entry.get("title", ""),
        texts=(_content(entry) if _ENCODED in has else "", entry.get("description", "") if "description" in has else ""),
        published=(node.findtext("pubDate") or "").strip(),
        categories=_terms(entry),
    )


def _atom_item(node: etree._Element, entry: dict[str, Any]) -> RawItem:
    content, summary, title = (node.find(_ATOM + name) for name in ("content", "summary", "title"))
    return RawItem(
        id=entry.get("id", "") if node.find(_ATOM + "id") is not None else "",
        link=_checked(entry, next((page.get("href", "") for page in _pages(node)), "")),
        title=entry.get("title", ""),
        texts=(_typed(content, _content(entry)), _typed(summary, entry.get("description", ""))),
        published=(node.findtext(_ATOM + "published") or "").strip(),
        updated=(node.findtext(_ATOM + "updated") or "").strip(),
        categories=_terms(entry),
        literal=title is not None and title.get("type") != "html",
        unique=True,
    )


def _checked(entry: dict[str, Any], address: str) -> str:
    """The address of an item. Raises ValueError where the library has chosen another one."""
    if address and entry.get("link") != address:
        raise ValueError("another link of the item")
    return address


def _pages(entry: etree._Element) -> list[etree._Element]:
    """The links of an entry of Atom to the page itself."""
    return [link for link in entry.iterchildren(_ATOM + "link") if link.get("rel", "alternate") == "alternate"]


def _content(entry: dict[str, Any]) -> str:
    return next((str(part.get("value") or "") for part in entry.get("content", ())), "")


def _typed(element: etree._Element | None, said: str) -> str:
    """What an element of Atom says, as markup; nothing where the library has made it of something else."""
    if element is None:
        return ""
    return said if element.get("type") == "html" else as_markup(said)


def _terms(entry: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(tag.get("term") or "") for tag in entry.get("tags", ()))


# --- what is usual --------------------------------------------------------------------------------------------------


def _usual_nodes(root: etree._Element) -> list[etree._Element] | None:
    """The items of a feed in which each is usual; None for any other."""
    if root.tag == "rss" and "version" in root.attrib and len(root) == 1 and root[0].tag == "channel":
        channel = root[0]
        base = channel.get(_BASE) or root.get(_BASE) or ""
        nodes = list(channel.iterchildren("item"))
        usual = set(channel.attrib) <= {_BASE} and all(_is_usual_item(node, base) for node in nodes)
    elif root.tag == _ATOM + "feed":
        nodes = list(root.iterchildren(_ATOM + "entry"))
        usual = _BASE not in root.attrib and all(map(_is_usual_entry, nodes))
    else:
        return None
    return nodes if usual and _is_usual_head(nodes[0].getparent() if nodes else root) else None


def _is_usual_head(feed: etree._Element) -> bool:
    """Whether what the feed says of itself is text alone: an element inside would lead feedparser astray in what follows."""
    return not any(len(child) for child in feed if child.tag in _HEAD)


def _is_usual_item(item: etree._Element, base: str) -> bool:
    """Whether an item of RSS has nothing that feedparser treats in a way of its own; `base` leaves its addresses as they are."""
    others = [child for child in item if child.tag not in _RSS_ONCE]
    return (
        not item.attrib
        and _has_once(item, _RSS_ONCE)
        and all(_is_category(child, "domain") or _is_silent(child) for child in others)
        and all(_stands(link, base) for link in item.iterchildren("link") if link.text)
        and all(_names(guid, base) for guid in item.iterchildren("guid"))
    )


def _stands(link: etree._Element, base: str) -> bool:
    address = (link.text or "").strip()
    return bool(_ADDRESS.fullmatch(address)) and (not base or urljoin(base, address) == address)


def _names(guid: etree._Element, base: str) -> bool:
    name = (guid.text or "").strip()
    moves = base and guid.get("isPermaLink", "true") == "true" and urljoin(base, name) != name
    return ":///" not in name and not (name and moves)


def _is_usual_entry(entry: etree._Element) -> bool:
    """The same of an entry of Atom: texts that are text or HTML, one address of the page itself."""
    others = [child for child in entry if child.tag not in _ATOM_ONCE]
    pages = _pages(entry)
    return (
        not entry.attrib
        and _has_once(entry, _ATOM_ONCE)
        and all(child.get("type", "text") in {"text", "html"} for child in entry if child.tag in _ATOM_ONCE)
        and all(_is_told_apart(child) for child in others)
        and len(pages) == 1
        and pages[0].get("type") in _HTML_TYPES
        and bool(_ADDRESS.fullmatch(pages[0].get("href", "")))
        and ":///" not in (entry.findtext(_ATOM + "id") or "")
    )


def _is_told_apart(child: etree._Element) -> bool:
    """Whether an element of an entry is a link, a person, a category, or says nothing that we read."""
    if child.tag == _ATOM + "link":
        return len(child) == 0 and bool(child.get("href"))
    if child.tag in _PEOPLE:
        return all(part.tag in _PERSON and len(part) == 0 for part in child)
    return _is_category(child, "term", "scheme", "label") or _is_silent(child)


def _has_once(node: etree._Element, once: dict[str, tuple[str, ...]]) -> bool:
    """Whether each of these elements comes once, has text alone, and no attribute that could change what it means."""
    found = [child for child in node if child.tag in once]
    return len({child.tag for child in found}) == len(found) and all(_is_plain(child, once[child.tag]) for child in found)


def _is_plain(child: etree._Element, attributes: Iterable[str]) -> bool:
    return len(child) == 0 and all(name in attributes for name in child.keys())  # noqa: SIM118 - lxml: iterating gives children


def _is_category(child: etree._Element, *attributes: str) -> bool:
    if child.tag == "category":
        return _is_plain(child, attributes)
    return child.tag == _ATOM + "category" and _is_plain(child, attributes) and not child.text


def _is_silent(child: etree._Element) -> bool:
    """Whether an element is of a vocabulary that says nothing we read."""
    if not isinstance(child.tag, str):
        return False  # a comment
    known = child.tag in _SILENT or child.tag.startswith(_FOREIGN) or (child.tag in _PICTURES and not child.text)
    return len(child) == 0 and known


# Reading a feed with feedparser: any version, any shape, and what is broken but whole.

MAX_OPENINGS = 5_000
"""Items above which feedparser is not asked: it needs some 0.2 ms for each."""

_OPENING = re.compile(r"<(?:\w+:)?(?:item|entry)\b")
_CLOSED = re.compile(r"</\s*(?:\w+:)?(?:rss|feed|rdf|channel)\s*>\s*(?:<!--(?:(?!-->).)*-->\s*)*$", re.IGNORECASE | re.DOTALL)
_VOCABULARY = re.compile(
    r"xmlns:([\w.-]+)\s*=\s*[\"'](https?://search\.yahoo\.com/mrss[^\"']*|https?://www\.itunes\.com/dtds/[^\"']*"
    r"|https?://purl\.org/dc/elements/[^\"']*)[\"']",
    re.IGNORECASE,
)
_APART = {
    **{f"{scheme}://search.yahoo.com/": "wmedia" for scheme in ("http", "https")},
    **{f"{scheme}://www.itunes.com/": "wpodcast" for scheme in ("http", "https")},
    **{f"{scheme}://purl.org/": "wdublin" for scheme in ("http", "https")},
}
_TEXTS = "description|summary|subtitle|title|text"
_RSS = re.compile(r"<(?:rss|rdf:RDF)[\s>]", re.IGNORECASE)
_TITLES = ("title", "wdublin_title", "wpodcast_title", "wmedia_title")
_LAST = ("wplain_summary", "wdublin_description", "wpodcast_summary", "wpodcast_subtitle", "wmedia_description", "wmedia_text")
"""Where the words of an item are that has no others: a video's, a podcast's."""

_PLAIN, _MARKUP = "text/plain", frozenset({"text/html", "application/xhtml+xml"})
_BEGINNING = 10_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read_any(text: str) -> list[RawItem]:
    """The items of a feed that has passed the guard of `_markup.open_xml`.

    Raises Unreadable: MALFORMED for what is no feed, is cut off, or makes feedparser fail; BLOCKED for a human check.
    """
    if len(_OPENING.findall(text)) > MAX_OPENINGS:
        raise Unreadable(f"more than {MAX_OPENINGS} items in a feed of unusual form")
    result = _parse(text)
    if not result.get("version"):
        if looks_like_page(text):
            refuse_page(text)
        raise Unreadable("the document is no feed")
    if result.get("bozo") and not _CLOSED.search(text[-2_000:]):
        raise Unreadable("the feed is cut off")
    atom = result["version"].startswith("atom")
    return [_item(entry, atom=atom) for entry in result.get("entries", [])]


def _parse(text: str) -> dict[str, Any]:
    """Ask feedparser about bytes in memory, never on a name: given a string or bytes it would open a path or an address."""
    data = _set_apart(without_declaration(mend_ampersands(_CONTROLS.sub("", text)))).encode("utf-8", "replace")
    try:
        return dict(
            feedparser.parse(
                io.BytesIO(data),
                sanitize_html=False,  # only text is kept of it
                resolve_relative_uris=False,
                response_headers={"content-type": "application/xml; charset=utf-8"},
            )
        )
    except Exception as error:  # it raises whatever its parsers raise: https://github.com/kurtmckee/feedparser/issues/591
        raise Unreadable(f"feedparser failed: {type(error).__name__}") from error


def _set_apart(text: str) -> str:
    """The same feed with the words on pictures and in podcasts under names of their own.

    feedparser makes content or a summary of whatever is called `description` or `summary`, in the order in which it comes.
    """
    for prefix, vocabulary in _VOCABULARY.findall(text[:_BEGINNING]):
        own = next(name for start, name in _APART.items() if vocabulary.lower().startswith(start))
        text = _renamed(text, f"{re.escape(prefix)}:", f"{own}:")
        text = text.replace(f"xmlns:{prefix}=", f'xmlns:{own}="urn:{own}" xmlns:{prefix}=', 1)
    return _renamed(text, "(?=summary)", "wplain_") if _RSS.search(text[:_BEGINNING]) else text


def _renamed(text: str, old: str, new: str) -> str:
    """The elements of words that begin so under another name, without attributes: feedparser then keeps their text."""
    named = re.compile(rf"<(/?){old}({_TEXTS})(?:\s[^<>]*?)?(/?)>")
    parts = cdata_parts(text)
    parts[::2] = [named.sub(rf"<\1{new}\2\3>", part) for part in parts[::2]]
    return "".join(parts)


def _item(entry: dict[str, Any], *, atom: bool) -> RawItem:
    """The entry's own values: `dict.get`, because feedparser answers for a missing key with another one."""

    def value(name: str) -> str:
        held = dict.get(entry, name)
        return held if isinstance(held, str) else ""

    link = value("link")
    if link == value("id") and not link.startswith("http"):
        link = ""  # a guid that is no address is no link, whatever its isPermaLink leaves unsaid
    links = [dict.get(link, "href") for link in _several(entry, "links") if dict.get(link, "rel") == "alternate"]
    title = dict.get(entry, "title_detail")
    return RawItem(
        id=value("id"),
        link=link or str(next(filter(None, links), "")),
        title=next(filter(None, map(value, _TITLES)), ""),
        texts=tuple(filter(None, (*_own_texts(entry, atom=atom), *map(value, _LAST)))),
        published=value("published"),
        updated=value("updated"),
        categories=tuple(str(dict.get(tag, "term") or "") for tag in _several(entry, "tags")),
        literal=atom and isinstance(title, dict) and title.get("type") == _PLAIN,
        unique=atom,
    )


def _own_texts(entry: dict[str, Any], *, atom: bool) -> Iterator[str]:
    """Its contents, then its summary, as markup; what is no text (a picture inside the feed) is left out."""
    summary = dict.get(entry, "summary_detail")
    for part in (*_several(entry, "content"), *([summary] if isinstance(summary, dict) else ())):
        kind, said = str(dict.get(part, "type") or _PLAIN).partition(";")[0].strip().lower(), dict.get(part, "value")
        if isinstance(said, str) and (kind in _MARKUP or kind.startswith("text/")):
            yield as_markup(said) if atom and kind not in _MARKUP else said


def _several(entry: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The parts under a name of feedparser's own; an element of that name (`<links>`) puts mere text there."""
    held = dict.get(entry, name)
    return [part for part in held if isinstance(part, dict)] if isinstance(held, list) else []


# The items of any feed, by whichever reader.


def read_items(body: bytes, content_type: str) -> list[RawItem]:
    """The items in the feed's own order. Raises Unreadable."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_items(body, content_type)
    text = open_xml(body, content_type)
    items = read_common(text)
    return read_any(text) if items is None else items


def _json_items(body: bytes, content_type: str) -> list[RawItem]:
    """The items of a JSON Feed 1.0 or 1.1 (https://www.jsonfeed.org/version/1.1/). Raises Unreadable for any other JSON."""
    feed = open_json(body, content_type)
    listed = feed.get("items") if isinstance(feed, dict) and "jsonfeed.org/version" in str(feed.get("version")) else None
    if not isinstance(listed, list):
        raise Unreadable("the document is no JSON feed")
    return [_json_item(item) for item in listed if isinstance(item, dict)]


def _json_item(item: dict[str, Any]) -> RawItem:
    def value(*names: str) -> str:
        found = next((item[name] for name in names if item.get(name) not in (None, "")), "")
        return str(found) if isinstance(found, str | int | float) else ""

    tags = item.get("tags")
    return RawItem(
        id=value("id"),
        link=value("url", "external_url"),
        title=value("title"),
        texts=(value("content_html"), as_markup(value("content_text")), as_markup(value("summary"))),
        published=value("date_published"),
        updated=value("date_modified"),
        categories=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        literal=True,
        unique=True,
    )
