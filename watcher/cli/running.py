"""`watcher run` and `watcher once`."""

from __future__ import annotations

import asyncio
from datetime import datetime

import typer

from watcher.cli.common import CONFIG, ConfigFile, configured, in_words
from watcher.cli.wiring import beating, fetch_settings, prepare, utc_now
from watcher.config import Config
from watcher.fetch import Fetcher
from watcher.scheduler import Done, cycle
from watcher.store import Store


def once(config: ConfigFile = CONFIG) -> None:
    """Do all work that is due now, then exit: for cron."""
    settings = configured(config)
    with in_words(), Store.open(settings.store.url) as store:
        done = asyncio.run(_once(settings, store))
    typer.echo(f"{done.polls} polls, {len(done.transitions)} things said, {len(done.digests)} digests, {done.sent} messages sent")


async def _once(config: Config, store: Store) -> Done:
    now = utc_now()
    prepare(store, config, now)

    async def send(_now: datetime) -> int:
        return 0

    async with beating(config, store, Fetcher(fetch_settings(config), clock=utc_now), deliver=send) as beat:
        return await cycle(beat, now, every_signal=True)


def run(config: ConfigFile = CONFIG) -> None:
    """Watch until stopped, and serve the page."""
    configured(config)
