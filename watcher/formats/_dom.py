"""Finding things in a parsed page: by selector, with an answer in words where the selector is wrong or finds nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from watcher.core.model import Unreadable
from watcher.formats._text import lines, plain_title
from watcher.formats._tree import parse_html, words_of

_CODE = ("script", "style", "template")
_SILENT = ", ".join(
    (*_CODE, "noscript, iframe, svg, form, nav, aside, [hidden], [aria-hidden=true], a.auto-anchor, a.headerlink")
)
_META = {"og:title": "property", "article:published_time": "property", "date": "name", "dcterms.date": "name"}
_STRUCTURED = 'script[type="application/ld+json"]'


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a tree, and what in it is no reading matter."""

    tree: LexborHTMLParser
    silent: frozenset[int] = field(default_factory=frozenset)

    def text(self, node: LexborNode | None, limit: int = 200_000) -> str:
        """The readable text of an element, a line a paragraph."""
        return lines(words_of(node, self.silent), limit) if node is not None else ""

    def line(self, node: LexborNode | None) -> str:
        """The text of an element as a title."""
        return plain_title(self.text(node, 2_000).replace("\n", " "))

    def first(self, selector: str) -> LexborNode | None:
        """The first element of the page that a selector finds."""
        return first(self.tree, selector)

    def whole(self) -> str:
        """The readable text of all of it."""
        return self.text(self.tree.body)

    def says(self, name: str) -> str:
        """What the page says of itself in its head."""
        return attribute(self.first(f'meta[{_META[name]}="{name}"]'), "content")

    def structured(self) -> Iterator[dict[str, Any]]:
        """The objects of the page's JSON-LD, outermost first."""
        for node in self.tree.css(_STRUCTURED)[:20]:
            try:
                yield from _objects(json.loads(node.text()))
            except (ValueError, RecursionError):
                continue


def open_page(text: str) -> Page:
    """A page as a tree. Raises Unreadable for one whose elements are nested too deep to be read in time.

    A form around the whole page is no reason to pass over it.
    """
    tree = parse_html(text)
    if tree is None:
        raise Unreadable("the page is nested too deep")
    silent = (node for node in tree.css(_SILENT) if node.tag in _CODE or node.css_first("h1") is None)
    return Page(tree, frozenset(node.mem_id for node in silent))


def select(node: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """All elements that a CSS selector finds. Raises ValueError for a selector that is none."""
    try:
        return node.css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ValueError(f"{selector!r} is no CSS selector: {error}") from error


def first(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode | None:
    """The first element that a selector finds."""
    return next(iter(select(node, selector)), None)


def attribute(node: LexborNode | None, *names: str) -> str:
    """The first of these attributes that holds something."""
    values = (node.attributes.get(name) for name in names) if node is not None else ()
    return next((value.strip() for value in values if value and value.strip()), "")


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """The mappings in a list, or in what is called its graph."""
    for item in value[:50] if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
            if isinstance(item.get("@graph"), list):
                yield from _objects(item["@graph"])
