"""What `watcher doctor` finds out over the network: each source reached and read, each channel tried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import notifiers
from notifiers import NotSent, Recipient
from watcher.bootstrap import channels, fetch_settings
from watcher.cli.common import count
from watcher.cli.doctor_local import Finding, bad, compare_clocks, good, note
from watcher.clock import utc_now
from watcher.config import Config
from watcher.config.settings import Recipient as Declared
from watcher.core.model import Document, Entry, Failed, Outcome, Source, Unreadable
from watcher.fetch import Fetcher, Request
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
    found: list[Finding] = []

    async def each(check: Awaitable[Finding]) -> None:
        finding = await check
        found.append(finding)
        tell(finding)

    with ParserPool() as readers:
        async with Fetcher(fetch_settings(config), clock=utc_now) as fetcher:
            checks = [_source(one, fetcher, readers) for one in sources]
            ready = channels(config)
            tries = [_channel(one, ready[one.channel]) for one in config.recipients]
            await asyncio.gather(*map(each, [*checks, *tries]))
            for finding in compare_clocks(list(fetcher.ahead.values())):
                found.append(finding)
                tell(finding)
    return found


async def _source(source: Source, fetcher: Fetcher, readers: ParserPool) -> Finding:
    """One source, asked and read as the watch would."""
    about = f"source {source.id}"
    answer = await fetcher.get(Request(source.url, headers=source.headers))
    if isinstance(answer, Failed):
        if answer.kind is Outcome.GONE and source.may_be_missing:
            return good(about, "not there, which is allowed")
        return bad(about, f"{answer.kind.value}: {answer.reason}", TO_DO.get(answer.kind, TO_DO[Outcome.ERROR]))
    if not isinstance(answer, Document):
        return good(about, "unchanged")
    try:
        entries = await readers.read(answer, source.format, source.options)
    except Unreadable as error:
        if error.kind is Outcome.EMPTY and source.may_be_empty:
            return good(about, "no entries, which is allowed")
        return bad(about, f"{error.kind.value}: {error.reason}", TO_DO.get(error.kind, TO_DO[Outcome.ERROR]))
    return _read(about, source, entries, answer.fetched_at)


def _read(about: str, source: Source, entries: tuple[Entry, ...], now: datetime) -> Finding:
    newest = max((entry.published for entry in entries if entry.published), default=None)
    words = count(len(entries), "entry", "entries") + (f", the newest of {newest:%Y-%m-%d}" if newest else "")
    if not entries and not source.may_be_empty:
        return bad(about, words, TO_DO[Outcome.EMPTY])
    if source.expect_every and newest and now - newest > source.expect_every:
        return note(about, words, f"Nothing new for longer than expect_every ({source.expect_every.days} days): has it moved?")
    return good(about, words)


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
