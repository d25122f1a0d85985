"""What an act needs of the network; and one source, asked once and read as the watch would: nothing of it is stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from watcher.core.addresses import in_year, safe_link
from watcher.core.model import Claim, Observation, Outcome, Signal, Source
from watcher.core.shape import expected
from watcher.pipeline.poll import Get, PollResult, Read, first_look, poll_source
from watcher.wording import count

# What an act needs of the network, handed in by whoever starts the program.


@dataclass(frozen=True, slots=True)
class Outside:
    """To ask an address, to read what it answers, and to understand what was read; reading and understanding are fenced off."""

    get: Get
    read: Read
    understand: Callable[[Signal, Sequence[Observation]], Awaitable[tuple[tuple[Claim, ...], ...]]]


# What is found out about one thing that is looked at: how it is, and what to do where something is wrong.


class Mark(StrEnum):
    """How a thing is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    about: str
    state: Mark
    said: str
    to_do: str = ""
    details: tuple[str, ...] = ()
    """Lines that say more of it."""


def good(about: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(about, Mark.GOOD, said)


def note(about: str, said: str, to_do: str) -> Finding:
    """It works, and a person should know."""
    return Finding(about, Mark.NOTE, said, to_do)


def bad(about: str, said: str, to_do: str) -> Finding:
    """It does not work."""
    return Finding(about, Mark.BAD, said, to_do)


# A source, asked once.

TO_DO: Mapping[Outcome, str] = {
    Outcome.BLOCKED: "Open it in a browser; set [watch] contact, ask the publisher, poll less often, or use [fetch] via.",
    Outcome.GONE: "The address may have moved: look for the new one and change `url`.",
    Outcome.EMPTY: "If it may have no entries, say so: may_be_empty = true.",
    Outcome.MALFORMED: "Look at what it sends; `watcher explain --document` reads a saved copy, `format` may be another one.",
    Outcome.SHAPE: "Look at it in a browser: where it is right, change the source's `expect`; else its `url` or `options`.",
    Outcome.ERROR: "Try it again later; check the network, the name and the certificate.",
}


async def look_at(source: Source, *, get: Get, read: Read, now: datetime) -> Finding:
    """One source, asked and read as the watch would."""
    result = await poll_source(first_look(source), get=get, read=read, now=now, dice=0.0)
    return replace(_judged(source, result, now), details=tuple(_details(source, result, now)))


def _judged(source: Source, result: PollResult, now: datetime) -> Finding:
    about, poll, entries = f"source {source.id}", result.poll, result.entries
    if poll.expected:
        return good(about, "not there, which is allowed")
    if entries is None:
        return bad(about, f"{poll.outcome.value}: {poll.error}", TO_DO.get(poll.outcome, TO_DO[Outcome.ERROR]))
    if not entries:
        return good(about, "no entries, which is allowed")
    newest = max((entry.published for entry in entries if entry.published), default=None)
    words = count(len(entries), "entry", "entries") + (f", the newest of {newest:%Y-%m-%d}" if newest else "")
    if source.expect_every and newest and now - newest > source.expect_every:
        return note(about, words, f"Nothing new for longer than expect_every ({source.expect_every.days} days): has it moved?")
    return good(about, words)


def _details(source: Source, result: PollResult, now: datetime) -> Iterator[str]:
    """What was expected, what came, the newest entries, and what would be another shape."""
    wanted, others = expected(source)
    yield f"{source.title or source.id}, {safe_link(in_year(source.url, now))}"
    yield f"expected: {source.format}{''.join(f'; {each}' for each in wanted)}"
    document, entries = result.document, result.entries or ()
    if document is not None:
        size = f"{len(document.body):,} bytes of {document.content_type or 'no type'}"
        yield f"came: {size}, {count(len(entries), 'entry', 'entries')}" if result.entries is not None else f"came: {size}"
    oldest = datetime.min.replace(tzinfo=UTC)
    for entry in sorted(entries, key=lambda one: one.published or oldest, reverse=True)[:3]:
        day = f"{entry.published:%Y-%m-%d}" if entry.published else "no date   "
        yield f"  {day}  {' '.join((entry.title or entry.text).split())[:70]}  {safe_link(entry.link)}"
    yield f"another shape would be: {'; '.join(others) or 'what cannot be read as ' + source.format}"
