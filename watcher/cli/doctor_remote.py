"""What `watcher doctor` finds out over the network: each source reached and read, each channel tried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import notifiers
from notifiers import NotSent, Recipient
from watcher.acts.findings import Finding, bad, good
from watcher.acts.look import look_at
from watcher.bootstrap import channels, fetch_settings
from watcher.cli.doctor_local import compare_clocks
from watcher.clock import utc_now
from watcher.config.build import Config
from watcher.config.settings import Recipient as Declared
from watcher.core.model import Source
from watcher.fetch import Fetcher
from watcher.replay.recorded_web import RecordedWeb
from watcher.sandbox.pool import ParserPool

Told = Callable[[Finding], None]


async def examine_outside(config: Config, sources: Iterable[Source], *, tell: Told) -> list[Finding]:
    """Ask every source once and try every channel, all at the same time; each finding is told as it is made."""
    with ParserPool() as readers:
        async with Fetcher(fetch_settings(config), clock=utc_now) as fetcher:
            ready = channels(config)
            now = utc_now()
            checks = [look_at(one, get=fetcher.get, read=readers.read, now=now) for one in sources]
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
            return await _all([look_at(one, get=fetcher.get, read=readers.read, now=now) for one in sources], tell)


async def _all(checks: Iterable[Awaitable[Finding]], tell: Told) -> list[Finding]:
    async def each(check: Awaitable[Finding]) -> Finding:
        finding = await check
        tell(finding)
        return finding

    return list(await asyncio.gather(*map(each, checks)))


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
