"""One fragment of HTML that holds several notes, as the text of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.formats._text import lines, paragraphs
from watcher.formats._tree import parse_html, words_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_HEADING = re.compile(r"h[1-6]")
_TAG_NAME = re.compile(r"[a-z][a-z0-9]*")


def split_markup(markup: str, tag: str) -> tuple[list[str], str]:
    """The text of each outermost element of this name, and the text of what stands around them.

    For a heading's name, each heading opens a part that ends before the next one. Raises ValueError for what is no name.
    """
    if not _TAG_NAME.fullmatch(tag):
        raise ValueError(f"items should be the name of an HTML element, not {tag!r}")
    if _HEADING.fullmatch(tag):
        rest, *sections = re.split(rf"(?=<{tag}\b)", markup, flags=re.IGNORECASE)
        return [text for text in map(paragraphs, sections) if text], paragraphs(rest)
    tree = parse_html(markup)
    if tree is None or tree.body is None:
        return [], paragraphs(markup)
    outermost = [node for node in tree.css(tag) if not _inside(node, tag)]
    parts = [lines(words_of(node)) for node in outermost]
    rest = words_of(tree.body, frozenset(node.mem_id for node in outermost))
    return [text for text in parts if text], lines(rest)


def _inside(node: LexborNode, tag: str) -> bool:
    """Whether an element lies in another one of the same name."""
    above = node.parent
    while above is not None:
        if above.tag == tag:
            return True
        above = above.parent
    return False
