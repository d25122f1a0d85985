"""A watch that is stopped while it takes messages out of the outbox, or books them."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from notifiers import Send
from tests.mail.stories import NOW, PASSED, digest
from tests.notifiers.stages import mail_server
from tests.pipeline.test_deliver import cycle, office, put, rows
from watcher.pipeline.cycle import Context
from watcher.pipeline.daemon import Daemon
from watcher.pipeline.deliver import Counts, deliver
from watcher.store.records import State
from watcher.store.store import Store


def test_what_was_taken_and_not_begun_is_given_back(tmp_path: Path) -> None:
    with mail_server() as mail, Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        other = replace(mail, recipient=replace(mail.recipient, id="other"))

        async def stop() -> None:
            working = asyncio.create_task(deliver(store, office(mail, other), now=NOW))
            await asyncio.sleep(0)  # it has asked for what is due, and waits for it
            working.cancel()
            with pytest.raises(asyncio.CancelledError):
                await working

        put(store, digest(PASSED), mail, other)
        asyncio.run(stop())
        assert [(row.state, row.attempts) for row in rows(store)] == [(State.PENDING, 0)] * 2
        assert mail.inbox == []
        assert cycle(store, NOW, mail, other) == Counts(sent=2)


def test_a_stop_ends_the_watch_although_the_database_is_locked(tmp_path: Path) -> None:
    async def stop(store: Store) -> None:
        begun = asyncio.Event()

        async def send(now: datetime) -> Counts:
            locked.execute("BEGIN IMMEDIATE")
            begun.set()
            return await deliver(store, office(), now=now)

        context = Context(
            store, {}, (), get=nobody, read=nobody, understand=nobody, dice=lambda: 0.5, wait=timedelta(0), deliver=send
        )
        daemon = Daemon(context, clock=lambda: NOW)
        daemon.start()
        await begun.wait()
        async with asyncio.timeout(30):
            await daemon.stop()

    with (
        Store.open(f"sqlite:///{tmp_path}/watch.db", wait=0.2) as store,
        closing(sqlite3.connect(tmp_path / "watch.db", isolation_level=None)) as locked,
    ):
        asyncio.run(stop(store))


def test_a_stop_is_a_stop_although_nothing_can_be_given_back(tmp_path: Path) -> None:
    async def stop(store: Store) -> None:
        locked.execute("BEGIN IMMEDIATE")
        working = asyncio.create_task(deliver(store, office(), now=NOW))
        await asyncio.sleep(0)  # it waits for the database
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working

    with (
        Store.open(f"sqlite:///{tmp_path}/watch.db", wait=0.2) as store,
        closing(sqlite3.connect(tmp_path / "watch.db", isolation_level=None)) as locked,
    ):
        asyncio.run(stop(store))


async def nobody(*_: object) -> NoReturn:
    raise AssertionError("nothing is declared")


class Slow:
    """A channel that accepts everything, when it is told to."""

    Settings = object

    def __init__(self, many: int) -> None:
        self.under_way, self.accepted = asyncio.Semaphore(0), asyncio.Semaphore(0)
        self.go, self.many = asyncio.Event(), many

    async def send(self, *_: object) -> None:
        self.under_way.release()
        await self.go.wait()
        self.accepted.release()

    async def all(self, reached: asyncio.Semaphore) -> None:
        """Wait until every message has reached that point."""
        for _ in range(self.many):
            await reached.acquire()


def test_what_was_accepted_is_booked_although_the_watch_is_stopped_over_a_locked_database(tmp_path: Path) -> None:
    async def stop(store: Store) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        channel = Slow(8)
        told = office(*stages, load=lambda _: channel, patience=timedelta(0))
        working = asyncio.create_task(deliver(store, told, now=NOW))
        await channel.all(channel.under_way)
        locked.execute("BEGIN IMMEDIATE")
        channel.go.set()
        await channel.all(channel.accepted)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        threading.Timer(0.3, locked.execute, ("ROLLBACK",)).start()

    with (
        mail_server() as mail,
        Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store,
        closing(sqlite3.connect(tmp_path / "watch.db", isolation_level=None, check_same_thread=False)) as locked,
    ):
        mail.settings = replace(mail.settings, connections=8)
        stages = [replace(mail, recipient=replace(mail.recipient, id=f"reader-{number}")) for number in range(8)]
        put(store, digest(PASSED), *stages)
        asyncio.run(stop(store))
        assert [row.state for row in rows(store)] == [State.SENT] * 8


class Session(Slow):
    """Sends over something that is opened once."""

    def __init__(self) -> None:
        super().__init__(1)
        self.ended = list[str]()

    @asynccontextmanager
    async def session(self, settings: object) -> AsyncIterator[Send]:
        yield self.send
        self.ended.append("closed")

    async def send(self, *_: object) -> None:
        await super().send()
        self.ended.append("sent")


def test_what_is_on_its_way_keeps_its_connection_although_the_watch_is_stopped_and_gives_it_back(tmp_path: Path) -> None:
    async def stop(store: Store) -> None:
        channel = Session()
        working = asyncio.create_task(deliver(store, office(mail, load=lambda _: channel, patience=timedelta(0)), now=NOW))
        await channel.all(channel.under_way)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert channel.ended == []
        channel.go.set()
        async with asyncio.timeout(30):
            await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)
        assert channel.ended == ["sent", "closed"]

    with mail_server() as mail, Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        put(store, digest(PASSED), mail)
        asyncio.run(stop(store))
        assert [row.state for row in rows(store)] == [State.SENT]
