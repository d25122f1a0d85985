"""Reading a feed with feedparser: any version, any shape, and what is broken but whole."""

from __future__ import annotations

import io
import re
from typing import Any

from watcher.core.model import Unreadable
from watcher.formats._items import Item
from watcher.formats._markup import looks_like_page, mend_ampersands, refuse_page, without_declaration

MAX_OPENINGS = 5_000
"""Items above which feedparser is not asked: it needs some 0.2 ms for each."""

_OPENING = re.compile(r"<(?:\w+:)?(?:item|entry)\b")
_CLOSED = re.compile(r"</\s*(?:\w+:)?(?:rss|feed|rdf|channel)\s*>\s*(?:<!--(?:(?!-->).)*-->\s*)*$", re.IGNORECASE | re.DOTALL)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read_items(text: str) -> list[Item]:
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
    return [_item(entry) for entry in result.get("entries", [])]


def _parse(text: str) -> dict[str, Any]:
    """Ask feedparser about bytes in memory, never on a name: given a string or bytes it would open a path or an address."""
    import feedparser  # noqa: PLC0415 - a third of a second and 8 MB that most documents never need

    data = without_declaration(mend_ampersands(_CONTROLS.sub("", text))).encode("utf-8", "replace")
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


def _item(entry: dict[str, Any]) -> Item:
    """The entry's own values: `dict.get`, because feedparser answers for a missing key with another one."""

    def value(name: str) -> str:
        return str(dict.get(entry, name) or "")

    link = value("link")
    if link == value("id") and not link.startswith("http"):
        link = ""  # a guid that is no address is no link, whatever its isPermaLink leaves unsaid
    contents = [dict.get(one, "value") for one in _several(entry, "content")]
    links = [dict.get(link, "href") for link in _several(entry, "links") if dict.get(link, "rel") == "alternate"]
    return Item(
        id=value("id"),
        link=link or str(next(filter(None, links), "")),
        title=value("title"),
        summary=value("summary"),
        content=str((contents or [""])[0] or ""),
        published=value("published"),
        updated=value("updated"),
        categories=tuple(str(dict.get(tag, "term") or "") for tag in _several(entry, "tags")),
    )


def _several(entry: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The parts under a name of feedparser's own; an element of that name (`<links>`) puts mere text there."""
    held = dict.get(entry, name)
    return [part for part in held if isinstance(part, dict)] if isinstance(held, list) else []
