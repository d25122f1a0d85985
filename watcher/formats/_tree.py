"""Reading the words of a parsed page, without changing its tree (a removed node may still be referred to)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

_BREAK_NAMES = (
    "address article aside blockquote br center dd details dialog dir div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre search section summary ul"
)
_FLOWING_NAMES = "a abbr b big cite code del em font i img ins kbd mark q s samp small span strike strong sub sup tt u var wbr"
_SILENT_NAMES = "script style noscript template iframe object svg head textarea select title"
_NEVER_DEEP_NAMES = (
    "area base br col embed hr img input link meta param source track wbr "
    "p li dt dd option optgroup tr td th thead tbody tfoot colgroup html head body"
)
BREAKS, FLOWING = tuple(_BREAK_NAMES.split()), tuple(_FLOWING_NAMES.split())
"""Elements that begin a new line, and those that stand inside one."""

_SILENT = frozenset(_SILENT_NAMES.split())
_NEVER_DEEP = frozenset(_NEVER_DEEP_NAMES.split())
"""Elements without content, and those that the next one of their kind closes."""

_MARKS = {**dict.fromkeys((*BREAKS, "caption", "option", "table", "tbody", "tfoot", "thead", "tr"), "\n"), "td": " ", "th": " "}
_KNOWN_TAGS = frozenset((*BREAKS, *FLOWING))
_OPENING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)([^<>]*)")
_TAG = re.compile(r"<[a-zA-Z](?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+")
_VALUE = re.compile(r"=\s*+(?:\"[^\"]*+\"|'[^']*+')")
_BETWEEN = re.compile(r"[\s/]+")
_OPTION = re.compile(r"<option\b", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_MAX_DEPTH = 1_000
MAX_ATTRIBUTES = 200
_MOST_OPTIONS = 5_000
"""With each choice of a list the parser walks through all of them."""


def parse_html(markup: str) -> LexborHTMLParser | None:
    """The tree of a page or a fragment, as browsers build it; None for a trap (`too_deep`, `too_many_attributes`, options)."""
    trap = too_deep(markup) or too_many_attributes(markup) or len(_OPTION.findall(markup)) > _MOST_OPTIONS
    return None if trap else LexborHTMLParser(markup.replace("\0", ""))


def too_many_attributes(markup: str) -> bool:
    """Whether an element has so many attributes that holding each against all others takes time: parsers look for doubles."""
    tags = (tag[0] for tag in _TAG.finditer(markup))
    return any(len(tag) > 2 * MAX_ATTRIBUTES and len(_BETWEEN.split(_VALUE.sub("= ", tag))) > MAX_ATTRIBUTES for tag in tags)


def too_deep(markup: str) -> bool:
    """Whether elements lie in one another so deep that a browser's way of reading takes time in the square of them."""
    if markup.count("<") < _MAX_DEPTH:
        return False
    depth = 0.0
    for closing, written, rest in _OPENING.findall(markup):
        name = written.lower()
        if name in _NEVER_DEEP:
            continue
        if closing:
            depth = max(0.0, depth - 1)
        elif rest.endswith("/") and name not in _KNOWN_TAGS:
            depth += 0.05  # closed in SVG, but open in HTML: a page of many drawings is no trap
        else:
            depth += 1
        if depth > _MAX_DEPTH:
            return True
    return False


def words_of(root: LexborNode, skip: frozenset[int] = frozenset()) -> str:
    """The text of an element with a new line where a block begins or ends; `skip` holds the `mem_id` of what is left out."""
    parts: list[str] = []
    waiting: list[tuple[LexborNode | str, bool]] = [*_children(root, pre=root.tag == "pre")]
    while waiting:
        node, pre = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node.is_text_node:
            text = node.text_content or ""
            parts.append(text if pre else _SPACES.sub(" ", text))
        elif node.is_element_node and node.tag not in _SILENT and node.mem_id not in skip:
            mark = _MARKS.get(node.tag or "", "")
            parts.append(mark)
            waiting.append((mark, pre))
            waiting.extend(_children(node, pre=pre or node.tag == "pre"))
    return "".join(parts)


def _children(node: LexborNode, *, pre: bool) -> list[tuple[LexborNode | str, bool]]:
    """The nodes directly inside, the last one first."""
    found: list[tuple[LexborNode | str, bool]] = []
    child = node.last_child
    while child is not None:
        found.append((child, pre))
        child = child.prev
    return found


def elements_above(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around one, the nearest first."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def pieces_of(root: LexborNode | None, skip: frozenset[int], turn: int | None) -> tuple[list[str], list[str]]:
    """The words directly in each element, in the order of the page: those before one of this `mem_id`, and those after it."""
    before: list[str] = []
    after: list[str] = []
    found = before
    waiting = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        if node.mem_id == turn:
            found = after
            continue
        if node.tag in _SILENT or node.mem_id in skip:
            continue
        children = [child for child, _ in _children(node, pre=False) if not isinstance(child, str)]
        said = " ".join("".join(child.text_content or "" for child in reversed(children) if child.is_text_node).split())
        if said:
            found.append(said)
        waiting.extend(child for child in children if child.is_element_node)
    return before, after
