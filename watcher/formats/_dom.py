"""Finding things in a parsed page: by selector, with an answer in words where the selector is wrong or finds nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from watcher.core.model import Unreadable
from watcher.formats._elsewhere import elsewhere
from watcher.formats._text import lines, plain_title
from watcher.formats._tree import elements_above, parse_html, pieces_of, words_of

_CODE = ("script", "style", "template")
_SILENT = ", ".join(
    (*_CODE, "noscript, iframe, svg, form, nav, aside, dialog, [hidden], [aria-hidden=true], a.auto-anchor, a.headerlink")
)
_STRUCTURED = 'script[type="application/ld+json"]'


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a tree, and what in it is no reading matter."""

    tree: LexborHTMLParser
    silent: frozenset[int] = field(default_factory=frozenset)
    """`mem_id` of each element that is left out."""

    def text(self, node: LexborNode | None, limit: int = 200_000) -> str:
        """The readable text of an element, a line a paragraph."""
        return lines(words_of(node, self.silent), limit) if node is not None else ""

    def line(self, node: LexborNode | None) -> str:
        """The text of an element as a title."""
        return plain_title(self.text(node, 2_000).replace("\n", " "))

    def first(self, selector: str) -> LexborNode | None:
        """The first element of the page that a selector finds."""
        return first(self.tree, selector)

    def visible(self, selector: str) -> LexborNode | None:
        """The first element that a selector finds in what is read of the page."""
        return next(filter(self.is_visible, select(self.tree, selector)), None)

    def is_visible(self, node: LexborNode | None) -> bool:
        """Whether an element is read, with all that is around it."""
        while node is not None:
            if node.mem_id in self.silent:
                return False
            node = node.parent
        return True

    def heading(self) -> LexborNode | None:
        """The heading of the page."""
        return self.first("main h1") or self.first("article h1") or self.first("h1")

    def around_heading(self) -> tuple[list[str], list[str]]:
        """The pieces of text before the heading and those after it, each the words directly in one element.

        All are after it where there is no heading.
        """
        heading = self.heading()
        before, after = pieces_of(self.tree.body, self.silent, heading.mem_id if heading else None)
        return ([], before) if heading is None else (before, after)

    def whole(self) -> str:
        """The readable text of all of it."""
        return self.text(self.tree.body)

    def says(self, *names: str) -> str:
        """What the page says of itself in its head, under the first of these names that it uses."""
        found = (attribute(self.first(f'meta:is([property="{name}" i], [name="{name}" i])'), "content") for name in names)
        return next(filter(None, found), "")

    def structured(self) -> Iterator[dict[str, Any]]:
        """The objects of the page's JSON-LD, outermost first."""
        for node in self.tree.css(_STRUCTURED)[:20]:
            try:
                yield from _objects(json.loads(node.text()))
            except (ValueError, RecursionError):
                continue


def open_page(text: str, *, listing: bool = False) -> Page:
    """A page as a tree. Raises Unreadable for one whose elements are nested too deep, or have too many attributes.

    A form around the whole page is no reason to pass over it. Of a `listing` the cards are what is read; of any other page
    they are left out, unless nothing else is there.
    """
    tree = parse_html(text)
    if tree is None:
        raise Unreadable("the page is nested too deep, or an element of it has too many attributes")
    silent = (node for node in tree.css(_SILENT) if node.tag in _CODE or node.css_first("h1") is None)
    page = Page(tree, frozenset(node.mem_id for node in silent))
    if listing:
        return page
    own = Page(tree, page.silent | {node.mem_id for node in elsewhere(tree)})
    return own if own.whole() else page


def select(node: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """All elements that a CSS selector finds. Raises ValueError for a selector that is none."""
    try:
        return node.css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ValueError(f"{selector!r} is no CSS selector: {error}") from error


def first(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode | None:
    """The first element that a selector finds."""
    return next(iter(select(node, selector)), None)


def outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Those that lie in no other one of them."""
    known = {node.mem_id for node in nodes}
    return [node for node in nodes if not any(above.mem_id in known for above in elements_above(node))]


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
