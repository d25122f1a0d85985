"""What `watcher doctor` finds out over the network: each source reached and read, each channel tried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import notifiers
from notifiers import NotSent, Recipient
from watcher.bootstrap import channels, fetch_settings
from watcher.cli.common import count
from watcher.cli.doctor_local import Finding, bad, compare_clocks, good, note
from watcher.clock import utc_now
from watcher.config import Config
from watcher.config.settings import Recipient as Declared
from watcher.core.addresses import in_year, safe_link
from watcher.core.model import Outcome, Source
from watcher.core.shape import expected
from watcher.fetch import Fetcher
from watcher.pipeline.poll import PollResult, first_look, poll_source
from watcher.replay.recorded_web import RecordedWeb
from watcher.sandbox.pool import ParserPool

TO_DO: Mapping[Outcome, str] = {
    Outcome.BLOCKED: "Open it in a browser; set [watch] contact, ask the publisher, poll less often, or use [fetch] via.",
    Outcome.GONE: "The address may have moved: look for the new one and change `url`.",
    Outcome.EMPTY: "If it may have no entries, say so: may_be_empty = true.",
    Outcome.MALFORMED: "Look at what it sends; `watcher explain --document` reads a saved copy, `format` may be another one.",
    Outcome.SHAPE: "Look at it in a browser: where it is right, change the source's `expect`; else its `url` or `options`.",
    Outcome.ERROR: "Try it again later; check the network, the name and the certificate.",
}
Told = Callable[[Finding], None]


async def examine_outside(config: Config, sources: Iterable[Source], *, tell: Told) -> list[Finding]:
    """Ask every source once and try every channel, all at the same time; each finding is told as it is made."""
    with ParserPool() as readers:
        async with Fetcher(fetch_settings(config), clock=utc_now) as fetcher:
            ready = channels(config)
            now = utc_now()
            checks = [_source(one, fetcher, readers, now) for one in sources]
            tries = [_channel(one, ready[one.channel]) for one in config.recipients]
            found = await _all([*checks, *tries], tell)
            for finding in compare_clocks(list(fetcher.ahead.values())):
                found.append(finding)
                tell(finding)
    return found


async def examine_recorded(config: Config, sources: Iterable[Source], web: RecordedWeb, *, tell: Told) -> list[Finding]:
    """Hold every source against a recorded web as it was at its end."""
    now = web.end()
    web.move(now)
    with ParserPool() as readers:
        async with Fetcher(web.settings(fetch_settings(config)), clock=web.now, transport=web.transport()) as fetcher:
            return await _all([_source(one, fetcher, readers, now) for one in sources], tell)


async def _all(checks: Iterable[Awaitable[Finding]], tell: Told) -> list[Finding]:
    async def each(check: Awaitable[Finding]) -> Finding:
        finding = await check
        tell(finding)
        return finding

    return list(await asyncio.gather(*map(each, checks)))


async def _source(source: Source, fetcher: Fetcher, readers: ParserPool, now: datetime) -> Finding:
    """One source, asked and read as the watch would."""
    result = await poll_source(first_look(source), get=fetcher.get, read=readers.read, now=now, dice=0.0)
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


async def _channel(declared: Declared, settings: Any) -> Finding:  # noqa: ANN401 - each channel has its own
    """One recipient's channel, everything but the sending."""
    about = f"recipient {declared.id}"
    try:
        words = await notifiers.probe(declared.channel, Recipient(declared.id, declared.to, secret=declared.secret), settings)
    except NotSent as error:
        reason = error.reason.replace(declared.to, "the address") if declared.to else error.reason
        to_do = f"Check [{declared.channel}] and the recipient; then `watcher test-notify` sends a trial."
        return bad(about, f"{declared.channel}: {reason}", to_do)
    return good(about, f"{declared.channel}: {words}")
