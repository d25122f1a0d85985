"""Markdown pages and changelogs: one entry for the page, for each dated heading, or for each note under one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import yaml
from markdown_it import MarkdownIt

from watcher.core.model import Entry, Outcome, Unreadable
from watcher.formats._dates import find_date, read_date, zone_named
from watcher.formats._markup import decode, looks_like_page, refuse_page, refuse_xml
from watcher.formats._text import MAX_TEXT, beginning, clean, number_doubles, paragraphs, plain_title
from watcher.formats._values import absolute, flag, number, word, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, tzinfo

    from markdown_it.token import Token

    from watcher.core.model import Facts

OPTIONS = {
    "items": '"bullets": every list item under a heading is an entry; "headings": every heading is one; "page": the page is one',
    "link_base": "address that the headings' anchors are joined to (default: `url` in the front matter, else the document's own)",
    "timezone": "IANA zone of the dates in headings (default UTC)",
    "contains": "words that the document must hold (all of them), else it is not the document we mean",
    "max_items": "how many entries are kept, the first ones (default 1000)",
    "may_be_empty": "true: a document without entries is trustworthy",
}
MAX_ITEMS = 1_000
KEY = "page"
_PAGE_TEXT = 200_000
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.{0,5000}?\n)??(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_ANCHOR = re.compile(r"(?:(?<!\s)\s++)?\{#([\w-]++)\}\s*+$")
_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]+")
_DAYS = ("date", "published", "publishDate", "pubDate", "published_at")
_ENDS = (".", "!", "?", ":", ";")


@dataclass(slots=True)
class _Section:
    """What stands under one heading: plain blocks, and the list items among them."""

    heading: str = ""
    level: int = 0
    anchor: str = ""
    blocks: list[str] = field(default_factory=list)
    bullets: list[str] = field(default_factory=list)


def read(body: bytes, *, url: str, content_type: str, options: Facts) -> tuple[Entry, ...]:
    """The entries of a Markdown document in its own order; table rows are sentences ("Model: X; Price: Y.").

    Without `items`, headings with a date are the entries where there are any, else the page is one.
    Raises Unreadable: EMPTY without text, BLOCKED for a human check, MALFORMED for a page or another document.
    """
    text = decode(body, content_type)
    if looks_like_page(text[:300]):
        refuse_page(text)
    refuse_xml(text)
    for needed in words(options, "contains"):
        if needed not in text:
            raise Unreadable(f"the document does not hold {needed!r}")
    said, rest = _front_matter(text.lstrip("\ufeff \t\r\n"))
    sections = _sections(MarkdownIt("commonmark", {"maxNesting": 20}).enable("table").parse(rest))
    base = absolute(word(options, "link_base"), url) or _shown_at(said, url)
    zone = zone_named(word(options, "timezone"))
    entries = _entries(sections, base, zone, word(options, "items"))
    if len(entries) == 1 and entries[0].key == KEY:
        entries = [_named(entries[0], said, zone)]
    if not entries and not flag(options, "may_be_empty"):
        raise Unreadable("the document has no text", Outcome.EMPTY)
    return tuple(entries[: number(options, "max_items", MAX_ITEMS)])


# --- front matter -----------------------------------------------------------------------------------------------------


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """What a document says of itself before its text, as plain texts, and the text."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, text
    try:
        value = yaml.load(found[1] or "", Loader=yaml.BaseLoader)  # noqa: S506 - builds texts, lists and mappings alone
    except (yaml.YAMLError, ValueError, RecursionError):
        value = None
    said = value if isinstance(value, dict) else {}
    return {name: one for name, one in said.items() if isinstance(one, str)}, text[found.end() :]


def _shown_at(said: dict[str, str], url: str) -> str:
    """The address that a person opens: the one that the document names on its own host, else its own."""
    named = absolute(said.get("url") or said.get("canonical") or "", url)
    return named if named and urlsplit(named).hostname == urlsplit(url).hostname else absolute(url, url)


def _named(page: Entry, said: dict[str, str], zone: tzinfo) -> Entry:
    """A page under the title, and of the day, that stand before its text."""
    day = next((moment for name in _DAYS if (moment := read_date(said.get(name, ""), zone))), None)
    return replace(page, title=plain_title(said.get("title", "")) or page.title, published=page.published or day)


# --- sections to entries -------------------------------------------------------------------------------------------


def _entries(sections: list[_Section], base: str, zone: tzinfo, items: str) -> list[Entry]:
    dated = [(section, find_date(section.heading, zone)) for section in sections]
    has_days = any(moment for _, moment in dated)
    if items == "page" or (not items and not has_days):
        return _whole(sections, base)
    kept = _under_days(dated) if has_days and items != "headings" else ((section, section, moment) for section, moment in dated)
    entries = [
        entry
        for section, above, moment in kept
        for entry in _of_section(section, above, moment, base, bullets=items == "bullets")
    ]
    keys = number_doubles([entry.key for entry in entries])
    return [
        Entry(key, found.title, found.text, found.link, found.published, found.facts)
        for key, found in zip(keys, entries, strict=True)
    ]


def _whole(sections: list[_Section], base: str) -> list[Entry]:
    """The page as one entry, its headings as lines of their own."""
    text = "\n".join(filter(None, (line for section in sections for line in (section.heading, *section.blocks))))[:_PAGE_TEXT]
    title = next((section.heading for section in sections if section.heading), "")
    return [Entry(KEY, title, text, base)] if text else []


def _under_days(dated: list[tuple[_Section, datetime | None]]) -> Iterator[tuple[_Section, _Section, datetime]]:
    """Each section of a day, with the heading that names the day: "Added" under "1.2.0 (2026-06-09)" belongs to it."""
    above, day = _Section(), None
    for section, moment in dated:
        if moment is not None or section.level <= above.level:
            above, day = section, moment
        if day is not None:
            yield section, above, day


def _of_section(section: _Section, above: _Section, moment: datetime | None, base: str, *, bullets: bool) -> Iterator[Entry]:
    """One entry, or one for each bullet and one for what stands beside them."""
    inside = section is not above
    title = f"{above.heading}: {section.heading}" if inside else section.heading
    key = f"{above.anchor}/{section.anchor}" if inside else section.anchor
    link = absolute(f"{base.partition('#')[0]}#{above.anchor}", base) if base else ""
    parts = section.bullets if bullets else []
    rest = "\n".join(block for block in section.blocks if block not in parts)[:MAX_TEXT]
    if section.heading and (rest or not bullets):
        yield Entry(key, title, rest, link, moment)
    for part in parts:
        yield Entry(f"{key}#{beginning(part)}", title, part, link, moment)


# --- tokens to sections --------------------------------------------------------------------------------------------


def _sections(tokens: list[Token]) -> list[_Section]:
    """The document by its headings; list items and table rows as blocks of one line each."""
    sections = [_Section()]
    place = 0
    while place < len(tokens):
        token = tokens[place]
        end = _closing(tokens, place)
        if token.type == "heading_open":
            sections.append(_heading(tokens[place + 1], int(token.tag[1:])))
        elif token.type == "list_item_open":
            sections[-1].bullets.append(_joined(tokens[place:end]))
            sections[-1].blocks.append(sections[-1].bullets[-1])
        elif token.type == "table_open":
            sections[-1].blocks.extend(_rows(tokens[place:end]))
        elif token.type in {"inline", "html_block", "code_block", "fence"}:
            sections[-1].blocks.append(_plain(token))
            end = place
        else:
            end = place
        place = end + 1
    for section in sections:
        section.blocks = [block for block in section.blocks if block]
        section.bullets = [bullet for bullet in section.bullets if bullet]
    return sections


def _closing(tokens: list[Token], place: int) -> int:
    """Where the block that opens here closes; only asked of headings, list items and tables."""
    opening = tokens[place]
    if opening.type not in {"heading_open", "list_item_open", "table_open"}:
        return place
    closing = opening.type.replace("_open", "_close")
    return next(at for at in range(place, len(tokens)) if tokens[at].type == closing and tokens[at].level == opening.level)


def _heading(inline: Token, level: int) -> _Section:
    text = _plain(inline)
    anchor = _ANCHOR.search(text)
    heading = _ANCHOR.sub("", text)
    return _Section(
        heading, level, anchor.group(1) if anchor else _NOT_IN_ANCHOR.sub("", heading.casefold()).strip().replace(" ", "-")
    )


def _joined(tokens: list[Token]) -> str:
    """The text of a list item, what is nested in it as further sentences of one line."""
    parts = [_plain(token) for token in tokens if token.type in {"inline", "code_block", "fence", "html_block"}]
    closed = [part if part.endswith(_ENDS) else f"{part}." for part in parts[:-1] if part]
    return clean(" ".join([*closed, *filter(None, parts[-1:])]))


def _rows(tokens: list[Token]) -> Iterator[str]:
    """Each row of a table as a sentence that names its columns."""
    head: list[str] = []
    row: list[str] = []
    for token in tokens:
        if token.type == "inline":
            row.append(_plain(token))
        elif token.type == "tr_close":
            if head:
                yield _sentence(head, row)
            head, row = head or row, []


def _sentence(head: list[str], row: list[str]) -> str:
    named = (f"{name}: {cell}" if name else cell for name, cell in zip(head, row, strict=False) if cell)
    sentence = "; ".join(named)
    return f"{sentence}." if sentence else ""


def _plain(token: Token) -> str:
    """The words of a token: links as their text, code as it is, HTML as what it says."""
    if token.type == "html_block":
        return paragraphs(token.content).replace("\n", " ")
    if token.type != "inline":
        return clean(token.content)
    parts = (
        " " if part.type in {"softbreak", "hardbreak"} else part.content
        for part in token.children or ()
        if part.type in {"text", "code_inline", "softbreak", "hardbreak", "image"}
    )
    return clean("".join(parts))
