"""Turning what publishers write into plain text: control characters, white space, HTML, titles, the tree of a page."""

from __future__ import annotations

import html
import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

# Reading the words of a parsed page, without changing its tree (a removed node may still be referred to).

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
_WHOLE_TAG = re.compile(r"<[a-zA-Z](?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+")
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
    tags = (tag[0] for tag in _WHOLE_TAG.finditer(markup))
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


# Turning what publishers write into plain text.

MAX_TITLE = 500
MAX_TEXT = 60_000
"""Characters kept of a title and of one entry's text; a whole page may keep more."""

_MAX_MARKUP = 2_000_000
_MAX_RAW_TITLE = 20_000

_TAG = re.compile(
    r"<(/?[a-zA-Z][a-zA-Z0-9]*+)(?:>|(?: +[a-zA-Z0-9_.:@-]++(?: *= *(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^ \"'<>=`/]++))?+)*+ */?>)",
)
_MEANS = {slash + name: sense for slash in ("", "/") for names, sense in ((BREAKS, "\n"), (FLOWING, "")) for name in names}
"""What a tag of common shape means for the text: a new line, or nothing."""
_HEADINGS = {slash + f"h{level}" for slash in ("", "/") for level in range(1, 7)}
_MARKED_UP = re.compile(r"<[a-zA-Z/!?]|&[#a-zA-Z]")
_INLINE = re.compile(rf"</?(?:{'|'.join(FLOWING)})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|h[1-6]|li|[uod]l|d[td]|blockquote|pre|center|section|article|table|tbody|tr|td|th)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BLANKS = re.compile(r"[ \t\r\f\v]+")
_WRAPPED = re.compile(r"(?<!\n) ?\n(?! ?\n) ?(?![-*\u2022])")
_PRE = "<pre"
_AFTER_PRE = re.compile(r"(?<=</pre>)")
_ANY_TAG = re.compile(r"<[^<>]*>?")
_WORD = re.compile(r"\w+")


def _build_table() -> dict[int, str | None]:
    """What no reader should ever see: controls, direction overrides, invisible marks, halves of pairs."""
    table: dict[int, str | None] = dict.fromkeys([*range(0x20), 0x7F, *range(0xD800, 0xE000)])
    for code in range(0x80, 0xA0):  # what Windows writes there is meant (feedparser maps them the same way)
        table[code] = bytes([code]).decode("cp1252", "ignore") or None
    invisible = [0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
    table.update(dict.fromkeys([*invisible, *range(0xFFF0, 0xFFFD), 0xFFFE, 0xFFFF, *range(0xE0000, 0xE0080)]))
    return table


_TABLE = _build_table()


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """One line of printable text: white space collapsed, control and invisible characters gone, at most `limit` characters."""
    if not text.isprintable():
        line = " ".join(text.split())
        if not line.isprintable():
            line = " ".join(line.translate(_TABLE).split())
    elif "  " in text:  # no other white space is printable
        line = " ".join(text.split())
    else:
        line = text.strip(" ")
    return line if len(line) <= limit else line[:limit].rstrip()


def lines(text: str, limit: int = MAX_TEXT) -> str:
    """Each line cleaned, the empty ones left out; at most `limit` characters."""
    kept = "\n".join(filter(None, map(clean, text.split("\n"))))
    return kept if len(kept) <= limit else kept[:limit].rstrip()


def paragraphs(markup: str, limit: int = MAX_TEXT) -> str:
    """The text of an HTML fragment (or of plain text), a line for each paragraph, item, heading or row."""
    markup = markup[:_MAX_MARKUP]
    if not ("<" in markup or "&" in markup) or not _MARKED_UP.search(markup):
        return lines(_WRAPPED.sub(" ", _BLANKS.sub(" ", markup)), limit) if "\n" in markup else clean(markup, limit)
    if _PRE in markup:
        markup = "".join(map(_keep_lines, _AFTER_PRE.split(markup)))
    flat = markup.replace("\n", " ").replace("\r", " ").replace("\t", " ")
    text = _read_quickly(flat)
    if text is None:
        return lines(_read_fully(flat), limit)
    tidy = "\n".join([line for line in map(str.strip, text.split("\n")) if line])
    is_tidy = len(tidy) <= limit and "  " not in tidy and tidy.replace("\n", "").isprintable()
    return tidy if is_tidy else lines(tidy, limit)


def _keep_lines(markup: str) -> str:
    """What ends with a <pre>: its line ends mean something."""
    before, opening, inside = markup.partition(_PRE)
    return before + opening + inside.replace("\n", "<br>")


def _read_quickly(flat: str) -> str | None:
    """Fragments of common shape, without building a tree (a third of its time); None for any other."""
    parts = _TAG.split(flat)
    if "<h" in flat and _headings_nest(parts[1::2]):
        return None
    for place in range(1, len(parts), 2):
        means = _MEANS.get(parts[place])
        if means is None:
            return None
        parts[place] = means
    text = "".join(parts)
    if "<" in text:
        return None
    return html.unescape(text) if "&" in text else text


def _headings_nest(tags: list[str]) -> bool:
    """Whether a heading begins inside another, which a browser then ends (https://html.spec.whatwg.org/#parsing-main-inbody)."""
    headings = [tag for tag in tags if tag in _HEADINGS]
    return any(first[0] == second[0] == "h" for first, second in pairwise(headings))


def _read_fully(flat: str) -> str:
    """Any HTML, as a browser's parser reads it; only without its tags where they are a trap."""
    tree = parse_html(flat)
    if tree is None:
        return _ANY_TAG.sub(" ", flat)
    return words_of(tree.body) if tree.body is not None else ""


def unescape_twice(text: str) -> str:
    """Entities resolved, twice where a publisher escaped twice (NIST's titles: "Z.ai&amp;#039;s")."""
    for _ in range(2):
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return text


def plain_title(raw: str) -> str:
    """A title as a reader should see it: unescaped, without tags of text, in one line of at most MAX_TITLE characters.

    Anything else between angle brackets stays as it is, as characters: whoever shows it escapes it.
    """
    raw = raw[:_MAX_RAW_TITLE]
    if "<" in raw or "&" in raw:
        raw = _without_tags(unescape_twice(_without_tags(raw)))
    return clean(raw, MAX_TITLE)


def _without_tags(text: str) -> str:
    return _BLOCK.sub(" ", _INLINE.sub("", text)) if "<" in text else text


def beginning(text: str, words: int = 6) -> str:
    """The first words, folded: they name an item of a list as long as it is only added to."""
    folded = unicodedata.normalize("NFKC", text[:400]).casefold()
    return "-".join(_WORD.findall(folded)[:words])


def number_doubles(names: list[str]) -> list[str]:
    """The same names, the second and later of equals with their number: "note", "note~2"."""
    seen: dict[str, int] = {}
    numbered = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        numbered.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return numbered
