"""The raw items of a feed: JSON by its first character, XML by the fast library where it can, else by feedparser."""

from __future__ import annotations

from typing import Any

from watcher.core.model import Unreadable
from watcher.formats import _fastfeed, _slowfeed
from watcher.formats._items import RawItem, as_markup
from watcher.formats._json import open_json
from watcher.formats._markup import open_xml


def read_items(body: bytes, content_type: str) -> list[RawItem]:
    """The items in the feed's own order. Raises Unreadable."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_items(body, content_type)
    text = open_xml(body, content_type)
    items = _fastfeed.read_items(text)
    return _slowfeed.read_items(text) if items is None else items


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
