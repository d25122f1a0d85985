"""Reading a feed with feedparser: any version, any shape, and what is broken but whole."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import feedparser

from watcher.core.model import Unreadable
from watcher.formats._items import RawItem, as_markup
from watcher.formats._markup import CDATA, looks_like_page, mend_ampersands, refuse_page, without_declaration

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_OPENINGS = 5_000
"""Items above which feedparser is not asked: it needs some 0.2 ms for each."""

_OPENING = re.compile(r"<(?:\w+:)?(?:item|entry)\b")
_CLOSED = re.compile(r"</\s*(?:\w+:)?(?:rss|feed|rdf|channel)\s*>\s*(?:<!--(?:(?!-->).)*-->\s*)*$", re.IGNORECASE | re.DOTALL)
_FOREIGN = re.compile(
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
_HEAD = 10_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read_items(text: str) -> list[RawItem]:
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
    for prefix, vocabulary in _FOREIGN.findall(text[:_HEAD]):
        own = next(name for start, name in _APART.items() if vocabulary.lower().startswith(start))
        text = _renamed(text, f"{re.escape(prefix)}:", f"{own}:")
        text = text.replace(f"xmlns:{prefix}=", f'xmlns:{own}="urn:{own}" xmlns:{prefix}=', 1)
    return _renamed(text, "(?=summary)", "wplain_") if _RSS.search(text[:_HEAD]) else text


def _renamed(text: str, old: str, new: str) -> str:
    """The elements of words that begin so under another name, without attributes: feedparser then keeps their text."""
    named = re.compile(rf"<(/?){old}({_TEXTS})(?:\s[^<>]*?)?(/?)>")
    parts = CDATA.split(text)
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
