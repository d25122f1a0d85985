"""A worker under one configuration at a time: what is opened for it, and how a changed or an older one is noticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from watcher.bootstrap import config_plan, deliverer, fetch_settings, opened, prepare
from watcher.cli.opening import differences, read
from watcher.config.build import Config
from watcher.config.errors import ConfigError
from watcher.pipeline.clocks import ServerClock
from watcher.pipeline.cycle import Context
from watcher.pipeline.delivery_context import Channels
from watcher.pipeline.ownership import OlderConfigurationError, check_of, give, is_due, is_newest, write_in, write_out
from watcher.pipeline.queue import bring_queue
from watcher.pipeline.shared import Manners, SharedEngine
from watcher.store.errors import StoreError
from watcher.store.store import Store

log = logging.getLogger("watcher")


class WorkerLife:
    """Keeps a worker at the newest configuration."""

    def __init__(self, config: Config, store: Store, concurrency: int) -> None:
        """`concurrency` is how many sources are asked at a time. Raises StoreError."""
        self.config, self.store = config, store
        self.clock = ServerClock(store)
        conninfo = conninfo_of(config.store.url)
        self.engine = SharedEngine(store, conninfo, clock=self.clock, tick=self.tick, concurrency=concurrency)
        self._opened, self._sending = AsyncExitStack(), Channels()
        self._seen: tuple[tuple[str, int, int], ...] = ()
        """Of the files as last read; not known at first: they may have changed since the configuration was read."""

    async def apply(self, config: Config, *, newest: bool = False) -> None:
        """Work by this configuration from the next job on. Raises OlderConfigurationError, ConfigError, StoreError."""
        await asyncio.to_thread(self._bring, config, newest=newest)
        context, opened_for = await self._open(config)
        manners = Manners(config.fetch.per_host, config.fetch.per_host_gap)
        await self.engine.change(context, check_of(config.text_hash, config.path), manners)
        before, self._opened, self.config = self._opened, opened_for, config
        await before.aclose()

    async def tick(self) -> None:
        """Look at the clock, the file and what others work by. Raises OlderConfigurationError, StoreError."""
        await asyncio.to_thread(self.clock.adjust)
        seen = await asyncio.to_thread(signature, self.config)
        if seen != self._seen or not await asyncio.to_thread(self._is_newest):
            await self._look_again()
            self._seen = seen
        await asyncio.to_thread(self._write_in)

    async def close(self) -> None:
        """Close what was opened."""
        await self._opened.aclose()
        with suppress(StoreError), self.store.writing() as tx:
            write_out(tx, self.clock())

    async def _look_again(self) -> None:
        """Take up what the file says now, or stop where others have a newer one."""
        try:
            config = await asyncio.to_thread(read, self.config.path)
        except ConfigError as error:
            log.error("the changed configuration cannot be used, the old one stays: %s", error)  # noqa: TRY400 - the words say it
            config = self.config
        if config.text_hash != self.config.text_hash:
            changed = differences(self.config, config)
            await self.apply(config)
            log.info("configuration reloaded from %s: %s", config.path, changed)
        elif not await asyncio.to_thread(self._is_newest):
            raise OlderConfigurationError(self.config.path)

    async def _open(self, config: Config) -> tuple[Context, AsyncExitStack]:
        settings = replace(fetch_settings(config), per_host_gap=timedelta(0))  # kept by turns, for all workers together
        deliver = deliverer(config, self.store, clock=self.clock, at_work=self._sending)
        async with AsyncExitStack() as stack:
            entered = opened(config, self.store, settings, deliver=deliver, clock=self.clock, read_soon=True)
            return await stack.enter_async_context(entered), stack.pop_all()

    def _bring(self, config: Config, *, newest: bool) -> None:
        """Make it the newest, and bring the database to it."""
        with self.store.writing() as tx:
            give(tx, config.text_hash, config.path, newest=newest)
        prepare(self.store, config, self.clock(), take_over=True)

    def _is_newest(self) -> bool:
        with self.store.reading() as tx:
            return is_newest(tx, self.config.text_hash)

    def _write_in(self) -> None:
        """Keep other watches from changing what is looked at."""
        plan, now = config_plan(self.config), self.clock()
        with self.store.reading() as tx:
            due = is_due(tx, plan, now)
        if due:
            with self.store.writing() as tx:
                write_in(tx, plan, self.config.path, now)


@asynccontextmanager
async def started(config: Config, store: Store, *, concurrency: int, newest: bool = False) -> AsyncIterator[SharedEngine]:
    """A worker that is ready to run, and asks so many sources at a time.

    Raises OlderConfigurationError, ConfigError, StoreError.
    """
    bring_queue(store)
    life = WorkerLife(config, store, concurrency)
    try:
        await life.apply(config, newest=newest)
        yield life.engine
    finally:
        await life.close()


def conninfo_of(url: str) -> str:
    """The address as the driver wants it."""
    return url.replace("+psycopg", "", 1)


def signature(config: Config) -> tuple[tuple[str, int, int], ...]:
    """What changes when its file is written, or one that it includes is written, added or taken away."""
    path = config.path
    files = {path, *(each for pattern in config.include for each in path.parent.glob(pattern))}
    found = []
    for file in sorted(files):
        with suppress(OSError):
            state = file.stat()
            found.append((str(file), state.st_mtime_ns, state.st_size))
    return tuple(found)
