"""Whether a document looks as its source declares: pure, and in a time that grows with its length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter

from watcher.core.model import Entry, Expect, Source, Unreadable, count, duration_text

ELEMENT = re.compile(r"(?=.)([A-Za-z][\w:-]*)?((?:[.#][A-Za-z_][\w-]*|\[[A-Za-z_][\w:-]*\])*)")
"""How an element is written: `article`, `.news`, `#main`, `[about]`, or several of these together (`article.news[about]`)."""
MOST_ENTRIES = 5_000
"""So many entries of one reading are looked at; a site map may hold ten times as many."""
_PART = re.compile(r"([.#\[])([\w:-]+)")
_ATTRIBUTE = rb"[^<>]*\s%s(?=[\s=>/])"
_VALUE = rb"[^<>]*\s%s\s*=\s*(?:\"[^\"<>]*(?<![\w-])%s(?![\w-])|'[^'<>]*(?<![\w-])%s(?![\w-]))"
_MENU = re.compile(rb"<(/?)(?:nav|menu)\b[^<>]*>", re.IGNORECASE)
_HIDDEN = re.compile(rb"<(?:script|style|svg)\b[^<>]*>[^<>]*|<[^<>]*>|\s+", re.IGNORECASE)


def misfit(source: Source, body: bytes, entries: Sequence[Entry], now: datetime) -> str:
    """Say in words how a document that was read differs from what its source expects; empty where it does not."""
    if source.expect is None:
        return _lost_in_menus(source, body, entries)
    if not entries and source.may_be_empty:
        return next(_misfits_of_body(source.expect, body), "")
    return next(_misfits(source.expect, body, entries, now), "") or _lost_in_menus(source, body, entries)


def grown_old(expect: Expect | None, newest: datetime | None, now: datetime) -> str:
    """Say that the newest entry is older than the source expects; empty where it is not, or where none bears a date."""
    if expect is None or expect.newest_within is None or newest is None or now - newest <= expect.newest_within:
        return ""
    within = duration_text(expect.newest_within, exact=True)
    return f"its newest entry is of {newest:%Y-%m-%d}, and one of the last {within} is expected"


def newest_of(source: Source, entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], str]:
    """The entries that are looked at, at most `MOST_ENTRIES`, and in words that they are not all.

    Of more the newest are, in the order of the document. Raises Unreadable where too few are dated to tell which these are,
    and for a record: what it does not show would count as taken back.
    """
    if len(entries) <= MOST_ENTRIES:
        return tuple(entries), ""
    dated = sorted((one for one in entries if one.published), key=attrgetter("published"), reverse=True)
    room = MOST_ENTRIES - (len(entries) - len(dated))
    if source.record or room <= 0:
        why = "of a record all are needed" if source.record else "too few are dated to tell the newest: say which ones are meant"
        raise Unreadable(f"{len(entries):,} entries, more than {MOST_ENTRIES:,}; {why}")
    newest = {one.key for one in dated[:room]}
    kept = tuple(one for one in entries if one.published is None or one.key in newest)
    return kept, f"{len(entries):,} entries, more than {MOST_ENTRIES:,}: the newest {len(kept):,} were read"


def expected(source: Source) -> tuple[list[str], list[str]]:
    """Say in words what a source expects of its documents, and what would be another shape."""
    expect = source.expect or Expect()
    within = duration_text(expect.newest_within or timedelta(), exact=True)
    rows = [
        (expect.entries, f"at least {_count(expect.entries)}", "fewer entries"),
        (not source.may_be_empty and not expect.entries, "an entry", "no entry"),
        (expect.dated, "dates", "entries without a date"),
        (
            expect.newest_within,
            f"news of the last {within}",
            "nothing newer",
        ),
        (expect.words, f"the words {_one_of(expect.words)}", "none of these words"),
        (expect.element, f"an element {_one_of(expect.element)}", "none of these elements"),
        (expect.links, f"links with {expect.links}", "links that lead elsewhere"),
        (source.format == "page" and not (expect.words or expect.element), "more text than menus", "menus longer than the text"),
    ]
    return [wanted for is_asked, wanted, _ in rows if is_asked], [other for is_asked, _, other in rows if is_asked]


def _misfits(expect: Expect, body: bytes, entries: Sequence[Entry], now: datetime) -> Iterator[str]:
    yield from _misfits_of_body(expect, body)
    if len(entries) < expect.entries:
        yield f"{_count(len(entries))} where at least {expect.entries} are expected"
    dates = [entry.published for entry in entries if entry.published]
    if expect.dated and 2 * len(dates) < len(entries):
        yield f"{len(entries) - len(dates)} of {_count(len(entries))} without a date"
    if old := grown_old(expect, max((date for date in dates if date <= now + timedelta(days=1)), default=None), now):
        yield old
    if expect.words and not any(_says(entry, expect.words) for entry in entries):
        yield f"nothing in it says {_one_of(expect.words)}"
    links = [entry.link for entry in entries if entry.link]
    strange = [link for link in links if expect.links and not link_pattern(expect.links).search(link)]
    if 2 * len(strange) > len(links):
        yield f"{len(strange)} of {len(links)} links lead elsewhere than expected"


def _misfits_of_body(expect: Expect, body: bytes) -> Iterator[str]:
    if expect.element and not any(_element(name).search(body) for name in expect.element):
        yield f"it has no element {_one_of(expect.element)}"


def _says(entry: Entry, words: Sequence[str]) -> bool:
    text = f"{entry.title}\n{entry.text}".casefold()
    return any(word.casefold() in text for word in words)


def _lost_in_menus(source: Source, body: bytes, entries: Sequence[Entry]) -> str:
    """A page of which less was read than its menus hold; where what must be there was found, a short text is a short text."""
    known = source.expect is not None and (source.expect.words or source.expect.element)
    if source.format != "page" or "items" in source.options or known:
        return ""
    read, menus = sum(len(entry.text) for entry in entries), _length_of_menus(body)
    return f"its text is shorter than its menus ({read} and {menus} characters)" if read < menus else ""


def _length_of_menus(body: bytes) -> int:
    """Characters of visible text inside `nav` and `menu` elements, about."""
    length = depth = begun = 0
    for tag in _MENU.finditer(body):
        if tag[1] and depth:
            depth -= 1
            if not depth:
                length += len(_HIDDEN.sub(b" ", body[begun : tag.start()]).decode("utf-8", "replace").strip())
        elif not tag[1]:
            begun = begun if depth else tag.end()
            depth += 1
    return length


@lru_cache(maxsize=1024)
def _element(text: str) -> re.Pattern[bytes]:
    """The start tag of an element, as a pattern that never looks further than the next tag."""
    found = ELEMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    parts = "".join(f"(?={_part(kind, name)})" for kind, name in _PART.findall(found[2]))
    name = re.escape(found[1]) if found[1] else r"[a-z][\w:-]*"
    return re.compile(rf"<{name}(?=[\s/>]){parts}".encode(), re.IGNORECASE)


def _part(kind: str, name: str) -> str:
    word = re.escape(name).encode()
    if kind == "[":
        return (_ATTRIBUTE % word).decode()
    return (_VALUE % (b"class" if kind == "." else b"id", word, word)).decode()


PATTERNS = "patterns of links"
"""Under this name, beside the options of its format, a reader is given what the links and titles of a source are held against."""


def patterns_of(source: Source) -> tuple[str, ...]:
    """The patterns of the configuration that links and titles of a source are held against."""
    listed = (pattern for follow in source.follow for pattern in (follow.match, follow.title))
    return tuple(dict.fromkeys(filter(None, (source.expect.links if source.expect else "", *listed))))


def try_patterns(entries: Sequence[Entry], patterns: Sequence[str]) -> None:
    """Hold links and titles against the patterns, as is done again after the reading, where no bound of time holds."""
    for entry in entries:
        for pattern in patterns:
            link_pattern(pattern).search(entry.link)
            link_pattern(pattern).search(entry.title)


@lru_cache(maxsize=1024)
def link_pattern(text: str) -> re.Pattern[str]:
    """A pattern of the configuration for links or titles, whatever their case."""
    return re.compile(text, re.IGNORECASE)


def _one_of(names: Sequence[str]) -> str:
    return " or ".join(f"“{name}”" for name in names)


def _count(entries: int) -> str:
    return count(entries, "entry", "entries")
