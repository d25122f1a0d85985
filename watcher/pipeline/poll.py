"""Look at one source: ask, read, and say how the poll ended; nothing is stored here."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TypeAlias
from urllib.parse import urlsplit
from zlib import crc32

from watcher.core.addresses import in_year, redact
from watcher.core.decision.timing import next_at
from watcher.core.model import Document, Entry, Facts, Failed, Follow, Health, NotModified, Outcome, Source, Unreadable
from watcher.core.shape import PATTERNS, grown_old, link_pattern, misfit, newest_of, patterns_of
from watcher.fetch import Answer, Request
from watcher.publishers import registrable_domain
from watcher.store.records import Due, Poll

# The pages that entries lead to, as sources of their own.

SITE_MAP = "sitemap"
SELDOM = 8
"""A site map of an index in which nothing was found that is followed is asked at this many paces, one that holds some at each."""


def linked_pages(source: Source, entry: Entry, now: datetime) -> list[Source]:
    """The pages that one entry of a source leads to, as sources of their own."""
    return [page_of(source, follow, entry.link, now) for follow in source.follow if _matches(source, follow, entry, now)]


def _matches(source: Source, follow: Follow, entry: Entry, now: datetime) -> bool:
    if follow.within is not None and entry.published is not None and now - entry.published > follow.within:
        return False
    return _is_meant(source, follow, entry)


def _is_meant(source: Source, follow: Follow, entry: Entry) -> bool:
    """Whether an entry leads to what is followed, however old it is."""
    if not entry.link or entry.link == source.url or _is_index(entry) or not (follow.deep or source_lists(source)):
        return False
    return bool(link_pattern(follow.match).search(entry.link)) and (
        not follow.title or bool(link_pattern(follow.title).search(entry.title))
    )


def source_lists(source: Source) -> bool:
    """Whether a source names pages to follow: one that is declared, and a site map that an index of such a one names."""
    return not source.parent or is_map(source)


def is_map(source: Source) -> bool:
    """Whether a source is a site map that an index has named."""
    return bool(source.parent) and source.format == SITE_MAP


def _is_index(entry: Entry) -> bool:
    return entry.facts.get("kind") == "index"


def maps_of(source: Source, entries: Iterable[Entry]) -> list[Source]:
    """The site maps that an index names, as sources of their own: of its own publisher, and one index deep."""
    if source.parent or not source.follow:
        return []
    home = registrable_domain(source.url)
    return [_map(source, entry.link) for entry in entries if _is_index(entry) and registrable_domain(entry.link) == home]


def is_closed(source: Source, entries: Sequence[Entry]) -> bool:
    """Whether the entries are site maps alone, and none of them is opened: nothing would ever be found there."""
    return all(map(_is_index, entries)) and not maps_of(source, entries)


def _map(source: Source, url: str) -> Source:
    """A site map of an index: read and followed as the index itself is, with validators of its own."""
    return replace(
        source,
        id="map-" + hashlib.sha256(f"{source.id} {url}".encode()).hexdigest()[:20],
        url=url,
        parent=source.id,
        grace=max(source.grace, 4 * SELDOM * source.every),
        expect_every=None,
        essential=False,
        expect=replace(source.expect, entries=0, newest_within=None) if source.expect else None,
        may_be_empty=True,
        may_be_missing=True,
    )


def found_in(source: Source, entries: Iterable[Entry], now: datetime) -> datetime | None:
    """When something that is followed was last found in a site map of an index: now, or None."""
    meant = any(_is_meant(source, follow, entry) for entry in entries for follow in source.follow)
    return now if meant else None


def pace_of(source: Source, newest: datetime | None) -> timedelta:
    """How often a source is asked, where its newest entry that counts is of then."""
    return source.every * (SELDOM if is_map(source) and newest is None else 1)


def page_of(source: Source, follow: Follow, link: str, now: datetime) -> Source:
    """The page behind a link, as a source of its own."""
    url = link.partition("#")[0]
    return Source(
        id="page-" + hashlib.sha256(f"{source.signal} {url}".encode()).hexdigest()[:20],
        signal=source.signal,
        url=url,
        format=follow.format,
        publisher=follow.publisher or registrable_domain(url),
        tier=follow.tier or source.tier,
        every=follow.every,
        surface=follow.surface or source.surface,
        grace=max(source.grace, 4 * follow.every),
        options=follow.options,
        headers=source.headers if urlsplit(url)[:2] == urlsplit(source.url)[:2] else {},
        expect=follow.expect,
        follow=tuple(deep for deep in source.follow if deep.deep),
        parent=source.id,
        until=now + follow.keep,
    )


# One poll: asked, read, and how it ended.

log = logging.getLogger(__name__)

Get: TypeAlias = Callable[[Request], Awaitable[Answer]]
Read: TypeAlias = Callable[[Document, str, Facts], Awaitable[tuple[Entry, ...]]]
SUCCESS = frozenset({Outcome.OK, Outcome.UNCHANGED})
WHOLE_EVERY = timedelta(days=1)
"""Once in each such span a source is asked for its whole document: an ETag that never changes must not hide news for ever."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FUTURE = timedelta(days=1)
"""Entries dated further ahead than this do not say how fresh a source is."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """How one poll ended: what is to be recorded, and the entries of a good reading.

    A document without entries is one of an unexpected shape: evidence of it is kept.
    """

    due: Due
    poll: Poll
    document: Document | None = None
    entries: tuple[Entry, ...] | None = None
    refused: str = ""
    """Hash of the document that took more time or memory than is allowed: it is not to be tried again."""


def first_look(source: Source) -> Due:
    """A source of which nothing is held."""
    return Due(source, Health(source.id, source.url, source.publisher), "", "", "", 0)


async def poll_source(
    due: Due, *, get: Get, read: Read, now: datetime, dice: float, missing: bool = False, refused: Mapping[str, str] | None = None
) -> PollResult:
    """Fetch and read one source. `missing`: a record's entry has vanished, so nothing may be skipped as unchanged.

    `refused`: hashes of documents that are not tried again, each with the reason.
    """
    started = perf_counter()
    etag, modified = ("", "") if missing or wants_whole(due.health, now) else (due.etag, due.last_modified)
    url = in_year(due.source.url, now)
    if due.health.last_tried_at is not None and url != in_year(due.source.url, due.health.last_tried_at):
        etag, modified = "", ""  # they are those of last year's document
    known = not due.failures and due.health.last_good_at is not None
    answer = await get(Request(url, etag=etag, last_modified=modified, known=known, headers=due.source.headers))
    why = (refused or {}).get(answer.hash) if isinstance(answer, Document) else None
    if why:
        reading = failure(due, Unreadable(why), now=now, dice=dice)
    else:
        reading = await _read(due, answer, read=read, now=now, dice=dice, missing=missing)
    return replace(reading, poll=replace(reading.poll, ms=round((perf_counter() - started) * 1000)))


def wants_whole(health: Health, now: datetime) -> bool:
    """Whether a span has begun since the last good reading; each source's spans begin at an hour of its own.

    Pure. A poll that fails leaves the next one to ask for the whole document.
    """
    phase = WHOLE_EVERY * (crc32(health.source.encode()) / (1 << 32))
    return health.last_good_at is not None and _spans(health.last_good_at, phase) != _spans(now, phase)


def _spans(at: datetime, phase: timedelta) -> int:
    return (at - EPOCH + phase) // WHOLE_EVERY


async def _read(due: Due, answer: Answer, *, read: Read, now: datetime, dice: float, missing: bool) -> PollResult:
    if isinstance(answer, Failed):
        return PollResult(due, _poll(due, now, dice, failed=answer))
    if isinstance(answer, NotModified) or (answer.hash == due.body_hash and not missing):
        return _unchanged(due, answer, now, dice)
    try:
        entries, left_out = newest_of(due.source, await _entries(due.source, answer, read))
    except Unreadable as error:
        return failure(due, error, now=now, dice=dice, document=answer.hash)
    if strange := misfit(due.source, answer.body, entries, now):
        return PollResult(due, _poll(due, now, dice, failed=Failed(Outcome.SHAPE, strange)), answer)
    newest = found_in(due.source, entries, now) if is_map(due.source) else _newest(entries, now)
    poll = _poll(due, now, dice, answer=answer, newest=newest)
    return PollResult(due, replace(poll, error=left_out), answer, entries)


def _unchanged(due: Due, answer: Document | NotModified, now: datetime, dice: float) -> PollResult:
    """What is held still stands, unless it has grown too old meanwhile."""
    if old := grown_old(due.source.expect, due.health.newest_entry_at, now):
        return PollResult(due, _poll(due, now, dice, failed=Failed(Outcome.SHAPE, old)))
    note = due.health.error if due.health.outcome in SUCCESS else ""  # what was said of the document holds still
    poll = _poll(due, now, dice, outcome=Outcome.UNCHANGED, answer=answer)
    return PollResult(due, replace(poll, error=note) if note else poll)


async def _entries(source: Source, document: Document, read: Read) -> tuple[Entry, ...]:
    """What a document holds; nothing, where that is allowed. Raises Unreadable."""
    try:
        patterns = patterns_of(source)
        entries = await read(document, source.format, {**source.options, PATTERNS: patterns} if patterns else source.options)
    except Unreadable as error:
        if error.kind is Outcome.EMPTY and source.may_be_empty:
            return ()
        raise
    _refuse_closed(source, entries)
    return entries


def _refuse_closed(source: Source, entries: Sequence[Entry]) -> None:
    """Raises Unreadable for an index of site maps that nobody opens: nothing would ever be found there."""
    if entries and is_closed(source, entries):
        raise Unreadable("an index of site maps that are not opened")


def _poll(
    due: Due,
    now: datetime,
    dice: float,
    *,
    outcome: Outcome = Outcome.OK,
    answer: Document | NotModified | None = None,
    failed: Failed | None = None,
    newest: datetime | None = None,
) -> Poll:
    """What is recorded of one poll, with the next time."""
    kind = failed.kind if failed else outcome
    expected = kind is Outcome.GONE and due.source.may_be_missing
    failures = due.failures + 1 if failed and not expected else 0
    then = next_at(
        now,
        outcome=kind,
        every=pace_of(due.source, newest or due.health.newest_entry_at),
        failures=failures,
        max_age=answer.max_age if answer else None,
        retry_after=failed.retry_after if failed else None,
        dice=dice,
    )
    held = (answer.etag, answer.last_modified, answer.hash) if isinstance(answer, Document) else ("", "", "")
    error = redact(failed.reason) if failed else ""
    etag, modified, body = held
    return Poll(
        due.source.id,
        now,
        kind,
        then,
        error,
        newest_entry_at=newest,
        etag=etag,
        last_modified=modified,
        body_hash=body,
        expected=expected,
    )


def _newest(entries: Iterable[Entry], now: datetime) -> datetime | None:
    return max((entry.published for entry in entries if entry.published and entry.published <= now + FUTURE), default=None)


async def look(
    due: Due, *, get: Get, read: Read, now: datetime, dice: float, missing: bool, refused: Mapping[str, str] | None = None
) -> PollResult:
    """Poll one source; an error of our own is its failure."""
    try:
        return await poll_source(due, get=get, read=read, now=now, dice=dice, missing=missing, refused=refused)
    except Exception as error:
        log.exception("%s could not be polled", due.source.id)
        return internal_error(due, error, now=now, dice=dice)


def failure(due: Due, error: Unreadable, *, now: datetime, dice: float, document: str = "") -> PollResult:
    """A document, of this hash, that could not be read or understood."""
    poll = _poll(due, now, dice, failed=Failed(error.kind, error.reason))
    return PollResult(due, poll, refused=document if error.lasting else "")


def internal_error(due: Due, error: Exception, *, now: datetime, dice: float) -> PollResult:
    """The failure of a source over which our own work failed; the error's words are in the log alone."""
    failed = Failed(Outcome.ERROR, f"our own work on it failed ({type(error).__name__})")
    return PollResult(due, _poll(due, now, dice, failed=failed))
