"""What is old goes in slices, and after each of them others have the database for at least as long as it took."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import datetime
from time import perf_counter
from typing import Any

from tests.store.things import DAY, T0, poll, source
from watcher.pipeline.cycle import run_retention
from watcher.store.engine import Database
from watcher.store.records import MetaKey, Policy
from watcher.store.store import KEEP, Store

DAYS = 4
LATER = T0 + 999 * DAY


class Measured(Store):
    """Notes how long each slice took."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.took = list[float]()

    def retention(self, now: datetime, policy: Policy = KEEP) -> Iterator[tuple[str, int]]:
        slices, begun = super().retention(now, policy), perf_counter()
        for one in slices:
            self.took.append(perf_counter() - begun)
            yield one
            begun = perf_counter()


class Resting(asyncio.SelectorEventLoop):
    """Does not wait where somebody rests: others have their turn instead."""

    def __init__(self, others: Callable[[], None]) -> None:
        super().__init__()
        self.others, self.rests = others, list[float]()

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self.rests.append(delay)
        self.others()
        return super().call_later(0, callback, *args, context=context)


def test_after_each_slice_others_have_their_turn_for_as_long_as_it_took(either_url: str) -> None:
    turns = list[int]()

    def write() -> None:
        with store.writing() as tx:
            tx.meta.put("written beside it", str(len(turns)))
        turns.append(len(store.took))

    def others() -> None:
        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        writer.join(60)

    with Measured.open(either_url, durable=False) as store:
        assert isinstance(store, Measured)
        with store.writing() as tx:
            tx.sources.sync([source()], T0)
            for day in range(DAYS):
                tx.polls.record([poll("feed", at=T0 + day * DAY)])
            tx.meta.put(MetaKey.RETENTION_LAST_RUN, (LATER - DAY).isoformat())
        loop = Resting(others)
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            assert runner.run(run_retention(store, LATER, Policy()))
            rests = list(loop.rests)
        assert len(rests) > DAYS, "a day of polls is a slice"
        assert turns == [*range(1, len(rests) + 1)], "after each slice, and before the next one"
        assert all(rest >= took for rest, took in zip(rests, store.took, strict=True))
        with store.reading() as tx:
            assert tx.polls.recent("sig", T0) == []
