"""Builders for the tests of formats: a document from text, and what was said of one that cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from watcher import formats
from watcher.core.model import Document, Entry, Unreadable

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HTML = "text/html; charset=utf-8"
XML = "application/xml"


def document(body: bytes | str, *, url: str = "https://pub.example/doc", content_type: str = XML) -> Document:
    return Document(url, "", body.encode() if isinstance(body, str) else body, "", content_type, NOW)


def read(
    name: str, body: bytes | str, *, url: str = "https://pub.example/doc", content_type: str = XML, **options: Any
) -> tuple[Entry, ...]:
    return formats.read(document(body, url=url, content_type=content_type), name, options)


def refused(name: str, body: bytes | str, *, content_type: str = XML, **options: Any) -> tuple[str, str]:
    """Kind and reason of a refusal."""
    with pytest.raises(Unreadable) as caught:
        read(name, body, content_type=content_type, **options)
    return str(caught.value.kind), caught.value.reason


def rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>', attributes: str = "", channel: str = "") -> str:
    """An RSS feed around the given items' inner markup."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0"{attributes}><channel{channel}><title>T</title><link>https://pub.example/</link>{inside}</channel></rss>'


def atom(*entries: str, attributes: str = "") -> str:
    """An Atom feed around the given entries' inner markup."""
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{attributes}><title>T</title><id>urn:f</id><updated>2026-01-01T00:00:00Z</updated>{inside}</feed>'
