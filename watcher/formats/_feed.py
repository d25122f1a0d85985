"""The raw items of a feed: JSON by its first character, XML by the fast library where it can, else by feedparser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.formats import _fastfeed, _jsonfeed, _slowfeed
from watcher.formats._markup import open_xml

if TYPE_CHECKING:
    from watcher.formats._items import RawItem


def read_items(body: bytes, content_type: str) -> list[RawItem]:
    """The items in the feed's own order. Raises Unreadable."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _jsonfeed.read_items(body, content_type)
    text = open_xml(body, content_type)
    items = _fastfeed.read_items(text)
    return _slowfeed.read_items(text) if items is None else items
