"""Which format a document is in, told by its first bytes and its address."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from watcher.core.model import Unreadable
from watcher.formats._markup import unpack

_ROOT: Final = re.compile(r"<(?!\?|!--|!doctype)(?:\w+:)?([A-Za-z][\w.-]*)", re.IGNORECASE)
_ROOTS: Final = {
    "billstatus": "billstatus",
    "vote_summary": "senate_votes",
    "roll_call_vote": "senate_votes",
    "rss": "feed",
    "feed": "feed",
    "rdf": "feed",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
    "bill": "bill_text",
    "resolution": "bill_text",
    "amendment-doc": "bill_text",
    "html": "page",
}
_PRINT: Final = re.compile(r"\bBILLS-\d{1,3}[a-z]{1,7}\d{1,5}[a-z]{2,4}\b")
_LOOK: Final = 20_000
_MOST_JSON: Final = 4_000_000
"""Bytes; here nothing bounds what a larger one would become in memory."""


def detect_format(body: bytes, url: str) -> str:
    """The name of the format that a document is most likely in. Pure."""
    with suppress(Unreadable):
        body = unpack(body)
    start = body[:_LOOK].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if body[:1024].find(b"%PDF-") >= 0:
        return "pdf"
    if start.startswith(("{", "[")):
        return _of_json(body)
    if start.startswith("<") or "<html" in start.lower():
        return _of_markup(start, url)
    return _of_text(start, url)


def _of_markup(start: str, url: str) -> str:
    root = next((found[1].lower() for found in _ROOT.finditer(start)), "")
    if _PRINT.search(url) and root in {"html", "bill", "resolution"}:
        return "bill_text"
    if root == "rss" and re.search(r"govinfo\.gov/rss/bills", url):
        return "govinfo_prints"
    return _ROOTS.get(root, "page")


def _of_json(body: bytes) -> str:
    try:
        data = json.loads(body) if len(body) <= _MOST_JSON else None
    except (ValueError, RecursionError):
        return "json_list"
    if not isinstance(data, Mapping):
        return "json_list"
    if "jsonfeed.org" in str(data.get("version", "")):
        return "feed"
    if isinstance(data.get("actions"), list):
        return "congress_api"
    results = data.get("results")
    listed = results[0] if isinstance(results, list) and results else None
    return "federal_register" if isinstance(listed, Mapping) and "document_number" in listed else "json_list"


def _of_text(start: str, url: str) -> str:
    if re.search(r"^announced: ", start, re.MULTILINE) and re.search(r"^advisories:", start, re.MULTILINE):
        return "advisories"
    if _PRINT.search(url):
        return "bill_text"
    path = url.partition("?")[0].lower()
    return "markdown" if path.endswith((".md", ".markdown")) or re.search(r"^#{1,3} \S", start, re.MULTILINE) else "text"
