"""The watch over a small recorded web with a clock of its own: real store, real mailboxes, and a page to look at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.by_workers import at_work
from watcher.bootstrap import deliverer, fetch_settings, opened, prepare
from watcher.config.build import Config, load
from watcher.fetch.client import heartbeat_ping
from watcher.pipeline.daemon import Daemon
from watcher.replay.recorded_web import RecordedWeb, open_recorded_web
from watcher.replay.rehearse import Rehearsal
from watcher.store.store import Store
from watcher.web.app import create_app
from watcher.web.queries import StoreQueries, site_info
from watcher.web.security import WebSettings

PEOPLE = """
[[recipient]]
id = "operator"
channel = "maildir"
to = "{0}/operator"
operator = true
[[recipient]]
id = "reader"
channel = "maildir"
to = "{0}/reader"
"""


class Queued(Store):
    """A database whose stages a worker does, by the jobs of its queue."""

    url: str


@pytest.fixture(params=["sqlite", "postgresql", pytest.param("workers", marks=pytest.mark.slow)])
def any_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Watched by a daemon on either database, and by the jobs of a worker."""
    url = request.getfixturevalue("url" if request.param == "sqlite" else "shared_url")
    with (Queued if request.param == "workers" else Store).open(url, durable=False) as opened:
        if isinstance(opened, Queued):
            opened.url = url
        yield opened


class Watch:
    """One installation; `now` is what its clock shows, whatever the time is in the web that it watches."""

    def __init__(self, text: str, folder: Path, web: Path, store: Store, **changes: Any) -> None:
        (folder / "signals.toml").write_text(text + PEOPLE.format(folder), "utf-8")
        self.config: Config = load(folder / "signals.toml", {})
        self.folder, self.store, self.changes = folder, store, changes
        self.world: RecordedWeb = open_recorded_web(str(web))
        self.now = self.world.now()
        self.daemon: Daemon | None = None

    @asynccontextmanager
    async def living(self, start: datetime) -> AsyncIterator[Daemon]:
        """The daemon, moved by hand."""
        self.set(start)
        prepare(self.store, self.config, start)
        settings = self.world.settings(fetch_settings(self.config))
        send = deliverer(self.config, self.store, clock=lambda: self.now)
        rehearsal = Rehearsal(self.world, known_until=start)
        url = self.config.watch.heartbeat_url
        real = fetch_settings(self.config)
        async with (
            opened(self.config, self.store, settings, deliver=send, rehearsal=rehearsal) as context,
            heartbeat_ping(url, real, lambda: self.now) as sign,
        ):
            self.daemon = Daemon(replace(context, after=sign, **self.changes), clock=lambda: self.now)
            try:
                yield self.daemon
            finally:
                await self.daemon.stop()

    def set(self, now: datetime, *, true: datetime | None = None) -> None:
        """Set the clock; `true` is the time in the web where the clock is wrong."""
        self.now = now
        self.world.move(true or now)

    def run(self, moments: Iterable[datetime | tuple[datetime, datetime]]) -> None:
        """Cycle at each of these moments (or pairs of what the clock shows and what time it is), and what follows from it."""

        async def cycles() -> None:
            listed = [moment if isinstance(moment, tuple) else (moment, moment) for moment in moments]
            async with self.living(listed[0][0]) as daemon, AsyncExitStack() as ending:
                work = daemon.tick
                if isinstance(self.store, Queued):
                    work = await ending.enter_async_context(at_work(daemon.context, self.store.url, lambda: self.now))
                for shown, true in listed:
                    self.set(shown, true=true)
                    await work()
                    assert daemon.last_error == ""

        asyncio.run(cycles())

    def mails(self, who: str) -> list[EmailMessage]:
        """What lies in a mailbox, oldest first."""
        found = [message_from_bytes(path.read_bytes(), policy=default) for path in (self.folder / who).glob("new/*")]
        return sorted(found, key=lambda mail: (mail["Date"].datetime, mail["Message-ID"]))  # type: ignore[arg-type,return-value]

    def subjects(self, who: str) -> list[str]:
        """Their subjects."""
        return [str(mail["Subject"]) for mail in self.mails(who)]

    def page(self, path: str) -> httpx2.Response:
        """What the page answers now."""
        daemon = self.daemon
        reads = StoreQueries(
            self.store, site_info(self.config), clock=lambda: self.now, cycle=lambda: daemon and daemon.last_good
        )
        app = create_app(reads, WebSettings(metrics_token="open"), clock=lambda: self.now)

        async def ask() -> httpx2.Response:
            transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.get(path, headers={"Authorization": "Bearer open"})

        return asyncio.run(ask())


def hourly(start: datetime, hours: int, step: timedelta = timedelta(hours=1)) -> list[datetime]:
    """Moments a step apart, the first one included."""
    return [start + number * step for number in range(hours + 1)]
