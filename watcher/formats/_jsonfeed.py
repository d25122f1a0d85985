"""Reading JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from typing import Any

from watcher.core.model import Unreadable
from watcher.formats._items import RawItem, as_markup
from watcher.formats._json import open_json


def read_items(body: bytes, content_type: str) -> list[RawItem]:
    """The items of a JSON feed. Raises Unreadable for any other JSON."""
    feed = open_json(body, content_type)
    listed = feed.get("items") if isinstance(feed, dict) and "jsonfeed.org/version" in str(feed.get("version")) else None
    if not isinstance(listed, list):
        raise Unreadable("the document is no JSON feed")
    return [_item(item) for item in listed if isinstance(item, dict)]


def _item(item: dict[str, Any]) -> RawItem:
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
