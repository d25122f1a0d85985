"""One more source from an address: what can be watched there, what it would claim, and the table that declares it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit

from watcher import formats
from watcher.acts.errors import NothingToDo, Unusable
from watcher.acts.look import Outside
from watcher.acts.moments import parse_duration
from watcher.acts.places import check_address
from watcher.config.build import Config, load
from watcher.config.errors import ConfigError
from watcher.config.moments import write_duration
from watcher.config.source_map import find_lines
from watcher.core.addresses import in_year
from watcher.core.model import Claim, Document, Entry, Failed, NotModified, Observation, Signal, Tier, Unreadable
from watcher.fetch import Request
from watcher.fetch.urls import Address, UrlRejected, join, parse
from watcher.formats._text import parse_html
from watcher.pipeline.poll import Get, Read
from watcher.publishers import publisher_of, registrable_domain
from watcher.replay.backtest import SourceTiers
from watcher.sandbox.detect import detect_format

# Finds what can be watched at an address: the document itself, or the feed that a page names.

FEEDS = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
LOOK = 600_000
"""Bytes of a page in which a feed is looked for."""
MAX_NAMED = 100
"""Feeds of one page that are looked at."""
MAX_FEEDS = 5
"""Named feeds that are tried."""
MIN_DATES_OF_A_PACE = 4
"""Fewer dates say nothing yet about how often something comes."""


class NothingToRead(Exception):  # noqa: N818 - a finding, not a failure
    """Nothing at the address can be watched, and why."""


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """What can be watched."""

    document: Document
    format: str
    entries: tuple[Entry, ...]
    also: tuple[str, ...] = ()
    """Other feeds that the page names."""


def feeds_of(document: Document) -> list[str]:
    """Addresses of the feeds that a page names, in their order (https://www.rssboard.org/rss-autodiscovery).

    None of a page that is a trap for its reader.
    """
    tree = parse_html(document.body[:LOOK].decode("utf-8", "replace"))
    if tree is None:
        return []
    base, found = parse(document.final_url), dict[str, None]()
    for node in tree.css("base[href]")[:1]:
        base = _joined(base, node.attributes) or base
    for node in tree.css("link[rel][href]"):
        if _is_feed(node.attributes) and (address := _joined(base, node.attributes)):
            found[address.url] = None
        if len(found) == MAX_NAMED:
            break
    return list(found)


def _is_feed(attributes: Mapping[str, str | None]) -> bool:
    kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
    return "alternate" in (attributes.get("rel") or "").lower().split() and kind in FEEDS


def _joined(base: Address, attributes: Mapping[str, str | None]) -> Address | None:
    """Where it leads; None where nothing could be asked."""
    try:
        return join(base, (attributes.get("href") or "").strip())
    except UrlRejected:
        return None


async def find(url: str, *, get: Get, read: Read, wanted: str = "") -> FoundFeed:
    """What can be watched at an address; `wanted` is the format to read it in, whatever it looks like. Raises NothingToRead."""
    document = await _asked(url, get)
    looks = wanted or detect_format(document.body, document.final_url)
    if wanted or looks != "page":
        return FoundFeed(document, looks, await _read(document, looks, read))
    named = feeds_of(document)
    for feed in named[:MAX_FEEDS]:
        try:
            inner = await _asked(feed, get)
            entries = await _read(inner, "feed", read)
        except NothingToRead:
            continue
        return FoundFeed(inner, "feed", entries, tuple(other for other in named if other != feed))
    return FoundFeed(document, "page", await _read(document, "page", read), tuple(named))


async def _asked(url: str, get: Get) -> Document:
    answer = await get(Request(url))
    if isinstance(answer, Failed):
        raise NothingToRead(f"{url}: {answer.kind.value}: {answer.reason}")
    if isinstance(answer, NotModified):
        raise NothingToRead(f"{url}: answers that nothing changed, though nothing was held")
    return answer


async def _read(document: Document, name: str, read: Read) -> tuple[Entry, ...]:
    try:
        return await read(document, name, {})
    except Unreadable as error:
        raise NothingToRead(f"{document.url} cannot be read as {name}: {error.reason}") from None


def silence(entries: tuple[Entry, ...]) -> timedelta | None:
    """Twice the longest pause between entries, in whole days and at least a week: what a silence alarm may be set to."""
    days = sorted(entry.published for entry in entries if entry.published)
    if len(days) < MIN_DATES_OF_A_PACE:
        return None
    return timedelta(days=max(7, 2 * max((after - before).days + 1 for before, after in pairwise(days))))


# Writes one more source into the text of signals.toml; every other character, comments too, stays as it is.


class CannotInsert(Exception):  # noqa: N818 - a finding, not a failure
    """The file is written in a way that leaves no safe place; in words."""


def source_text(values: Mapping[str, object]) -> str:
    """The table of a source as it stands in the file."""
    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, _inline(value) if isinstance(value, dict) else value)
    return f"[[signal.source]]\n{tomlkit.dumps(table)}"


def _inline(values: Mapping[str, object]) -> tomlkit.items.InlineTable:
    table = tomlkit.inline_table()
    for key, value in values.items():
        table.add(key, tomlkit.string(value, literal=True) if isinstance(value, str) else value)  # patterns stay readable
    return table


def inserted(text: str, signal: str, block: str) -> str:
    """The text with the block after the last source of the signal, or at the signal's end. Raises CannotInsert."""
    tables = tomllib.loads(text)
    number = next(place for place, each in enumerate(tables["signal"]) if each["id"] == signal)
    held = len(tables["signal"][number].get("source", ()))
    after = ("signal", number, "source", held - 1) if held else ("signal", number)
    places, lines = find_lines(text), text.splitlines(keepends=True)
    start = places[after]
    eol = "\r\n" if "\r\n" in text else "\n"
    if not lines[start - 1].lstrip().startswith("[["):
        return _checked("".join(_row_after(lines, start, block, eol)), tables, number, block)
    later = [line for place, line in places.items() if line > start and place[: len(after)] != after]
    end = _end(lines, start, min(later, default=len(lines) + 1) - 1)
    last = [] if lines[end - 1].endswith("\n") else [eol]
    wanted = [*lines[:end], *last, eol, block.rstrip("\n").replace("\n", eol), eol, *lines[end:]]
    return _checked("".join(wanted), tables, number, block)


def _row_after(lines: list[str], start: int, block: str, eol: str) -> list[str]:
    """The lines with the block as one more row of a list whose last row stands on a line of its own. Raises CannotInsert."""
    row = lines[start - 1].rstrip()
    if not row.lstrip().startswith("{") or not row.rstrip(",").endswith("}"):
        raise CannotInsert("the sources stand inside one line's brackets, not as tables [[signal.source]]")
    table = tomlkit.inline_table()
    table.update(tomlkit.parse(block)["signal"]["source"][0])
    indent = row[: len(row) - len(row.lstrip())]
    return [*lines[: start - 1], f"{row.rstrip(',')},{eol}", f"{indent}{table.as_string()},{eol}", *lines[start:]]


def _end(lines: list[str], start: int, last: int) -> int:
    """The line (from 1) on which a block ends: its last value, and the comments right below it."""
    end = last
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    below = end
    while below < last and lines[below].strip():
        below += 1
    return below if below < last or last == len(lines) else end


def _checked(text: str, before: dict[str, Any], number: int, block: str) -> str:
    """Refuse a text that says anything else than before and the one source more. Raises CannotInsert."""
    (source,) = tomllib.loads(block.replace("[[signal.source]]", "[[source]]", 1))["source"]
    before["signal"][number].setdefault("source", []).append(source)
    try:
        after = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        after = {}
    if after != before:
        raise CannotInsert("the file is written in an unusual way, and the table would land in the wrong place")
    return text


def replace_file(path: Path, text: str) -> None:
    """Put the text in the place of the file in one step, once the watch can use it. Raises ConfigError, OSError."""
    real = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{real.stem}-", suffix=".toml", dir=real.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        try:
            load(draft, quick=True)
        except ConfigError as error:
            raise ConfigError(*(replace(mistake, file=str(path)) for mistake in error.mistakes)) from None
        shutil.copymode(real, draft)
        draft.replace(real)
    finally:
        draft.unlink(missing_ok=True)


# The proposal: what somebody wants, as the source that it would become, with what it would claim.

USUAL_PACE = "1h"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be watched."""

    url: str
    signal: str = ""
    """Empty where there is one alone."""
    tier: Tier | None = None
    """None: as the signal's other sources of the same publisher, else press."""
    every: str = USUAL_PACE
    format: str = ""
    """Empty: as it looks."""


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One entry, and what it would claim."""

    entry: Entry
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What can be watched, as the source that it would become."""

    found: FoundFeed
    read: tuple[ReadEntry, ...]
    """The newest first; those without a date at the end."""
    signal: Signal
    tier: Tier
    block: str
    """The table `[[signal.source]]`."""

    @property
    def claiming(self) -> int:
        """How many entries would claim something."""
        return sum(1 for one in self.read if one.claims)


def check_wish(config: Config, wish: Wish, now: datetime) -> Signal:
    """The signal that it is for. Raises Unusable, and NothingToDo for what is watched already."""
    known = [one.id for one in config.signals]
    if wish.signal not in known and (wish.signal or len(known) > 1):
        raise Unusable(f"expected a signal, one of {', '.join(known)}")
    check_address(wish.url)
    if wish.format and wish.format not in formats.names():
        raise Unusable(f"{wish.format!r} is no format; expected one of {', '.join(formats.names())}")
    parse_duration(wish.every)
    _refuse_twice(config, wish.url, now)
    return config.signal(wish.signal or known[0])


async def propose(config: Config, wish: Wish, outside: Outside, now: datetime) -> Proposal:
    """Look at the address and make the proposal. Raises Unusable, NothingToDo (also where nothing there can be watched)."""
    signal = check_wish(config, wish, now)
    try:
        found = await find(wish.url, get=outside.get, read=outside.read, wanted=wish.format)
    except NothingToRead as error:
        raise NothingToDo(str(error)) from None
    _refuse_twice(config, found.document.url, now)
    who = wish.tier or SourceTiers(signal).known(found.document.url) or Tier.PRESS
    seen = [_seen(entry, found, who, now) for entry in found.entries]
    try:
        claims = await outside.understand(signal, seen)
    except Unreadable as error:
        raise NothingToDo(f"{found.document.url} cannot be understood: {error.reason}") from None
    read = [ReadEntry(one.entry, each) for one, each in zip(seen, claims, strict=True)]
    return Proposal(found, tuple(_newest(read)), signal, who, _block(found, who, wish.every))


def _refuse_twice(config: Config, url: str, now: datetime) -> None:
    """Two sources at one address would count one voice twice, and ask the publisher twice."""
    twin = next((one for one in config.sources if _same(in_year(one.url, now)) == _same(url)), None)
    if twin is not None:
        raise NothingToDo(f"{url} is watched already: source {twin.id} of {twin.signal}")


def _same(url: str) -> str:
    parts = urlsplit(url)
    return f"{(parts.hostname or '').removeprefix('www.')}:{parts.port or ''}{parts.path.rstrip('/')}?{parts.query}"


def _block(found: FoundFeed, who: Tier, every: str) -> str:
    """The table as it is written: what is as usual is left out."""
    values: dict[str, object] = {"url": found.document.url}
    if found.format != "feed":
        values["format"] = found.format
    values |= {"tier": who.value, "every": every}
    if (quiet := silence(found.entries)) is not None and found.format == "feed":
        values["expect_every"] = write_duration(quiet)
    if expect := _expect(found):
        values["expect"] = expect
    return source_text(values)


def _expect(found: FoundFeed) -> dict[str, object]:
    """What all of several entries have, so that another shape is noticed: a date, and a link to one host."""
    if len(found.entries) < MIN_DATES_OF_A_PACE:
        return {}
    expect: dict[str, object] = {}
    if all(entry.published for entry in found.entries):
        expect["dated"] = True
    hosts = {(urlsplit(entry.link).hostname or "").removeprefix("www.") for entry in found.entries}
    if len(hosts) == 1 and (host := hosts.pop()):
        expect["links"] = rf"^https?://(www\.)?{re.escape(host)}[:/]"
    return expect


def _seen(entry: Entry, found: FoundFeed, who: Tier, now: datetime) -> Observation:
    """The entry as one of the new source."""
    url = found.document.url
    publisher = publisher_of(registrable_domain(url), entry.link, url)
    return Observation("new", entry, now, found.document.hash, publisher, who, url=url, first_seen_at=now)


def _newest(read: Sequence[ReadEntry]) -> list[ReadEntry]:
    """The newest first; those without a date keep their place in the document, at the end."""
    dated = sorted((one for one in read if one.entry.published), key=lambda one: str(one.entry.published), reverse=True)
    return [*dated, *(one for one in read if not one.entry.published)]
