"""Finding things in a parsed page: by selector, with an answer in words where the selector is wrong or finds nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from watcher.formats._text import paragraphs, plain_title

_SILENT = (
    "script, style, noscript, template, iframe, svg, form, nav, aside, [hidden], [aria-hidden=true], a.auto-anchor, a.headerlink"
)
_META = {
    "og:title": "property",
    "article:published_time": "property",
    "article:modified_time": "property",
    "date": "name",
    "dcterms.date": "name",
}
_STRUCTURED = 'script[type="application/ld+json"]'


def parse_page(text: str) -> LexborHTMLParser:
    """A page as a tree."""
    return LexborHTMLParser(text.replace("\0", ""))


def select(node: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """All elements that a CSS selector finds. Raises ValueError for a selector that is none."""
    try:
        return node.css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ValueError(f"{selector!r} is no CSS selector: {error}") from error


def first(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode | None:
    """The first element that a selector finds."""
    return next(iter(select(node, selector)), None)


def text_of(node: LexborNode | None, limit: int = 200_000) -> str:
    """The readable text of an element, a line a paragraph."""
    return paragraphs(node.html or "", limit) if node is not None else ""


def title_of(node: LexborNode | None) -> str:
    """The text of an element as one line."""
    if node is None:
        return ""
    return plain_title(node.text() if node.tag == "title" else text_of(node, 2_000).replace("\n", " "))


def attribute(node: LexborNode | None, *names: str) -> str:
    """The first of these attributes that holds something."""
    values = (node.attributes.get(name) for name in names) if node is not None else ()
    return next((value.strip() for value in values if value and value.strip()), "")


def meta(page: LexborHTMLParser, name: str) -> str:
    """What a page says of itself in its head."""
    return attribute(first(page, f'meta[{_META[name]}="{name}"]'), "content")


def drop_silent(page: LexborHTMLParser) -> None:
    """Remove what is no reading matter, so that no text of it is found later."""
    for node in page.css(_SILENT):
        if node.css_first("h1") is None or node.tag in {"script", "style", "template"}:
            node.decompose()


def structured(page: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """The objects of a page's JSON-LD, outermost first; before `drop_silent`."""
    for node in page.css(_STRUCTURED)[:20]:
        try:
            waiting = [json.loads(node.text())]
        except (ValueError, RecursionError):
            continue
        while waiting:
            value = waiting.pop(0)
            if isinstance(value, dict):
                yield value
                waiting.extend(value.get("@graph") or () if isinstance(value.get("@graph"), list) else ())
            elif isinstance(value, list):
                waiting.extend(value[:50])
