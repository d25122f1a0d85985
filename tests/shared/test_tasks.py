"""The tasks of a worker, in this process: what they do, and what waits for none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import ACCESS, signal_of
from tests.pipeline.test_daemon import Counted, Lingering, context
from tests.store.things import T0, source
from watcher.pipeline.clocks import ServerClock
from watcher.pipeline.deliver import Counts
from watcher.pipeline.keep import unchecked
from watcher.pipeline.queue import bring_queue
from watcher.pipeline.shared import Manners, SharedEngine
from watcher.store.records import MetaKey, Policy
from watcher.store.store import Store

MANNERS = Manners(2, timedelta(0))
QUEUED = "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('poll', 'poll') RETURNING id"
STATUS = "UPDATE procrastinate_jobs SET status = CAST(:status AS procrastinate_job_status)"
AGED = "UPDATE procrastinate_events SET at = at - CAST(:hours AS integer) * CAST('1 hour' AS interval) WHERE job_id = :job"
PLACES = "SELECT count(*), sum(jsonb_array_length(args->'places')) FROM procrastinate_jobs WHERE queue_name = 'poll'"
KEPT = "SELECT id FROM procrastinate_jobs"


async def nothing() -> None:
    """Beside the jobs."""


@pytest.fixture
def lingering(shared_url: str) -> Iterator[Lingering]:
    with Lingering.open(shared_url) as store:
        assert isinstance(store, Lingering)
        bring_queue(store)
        yield store


def worker(store: Store, url: str) -> SharedEngine:
    return SharedEngine(store, url, clock=ServerClock(store), tick=nothing, concurrency=4)


def test_what_was_queued_and_is_lost_is_found_due_and_queued_again(lingering: Lingering, shared_url: str) -> None:
    with lingering.writing() as tx:
        tx.sources.sync([source("a"), source("b")], T0)

    async def queued() -> list[tuple[int, ...]]:
        engine, many = worker(lingering, shared_url), list[tuple[int, ...]]()
        signals = {"sig": signal_of(ACCESS)}
        await engine.change(replace(context(lingering, Counted()), signals=signals), unchecked, MANNERS)
        async with engine.app.open_async():
            for _ in range(2):
                for _ in range(2):
                    await engine.app.tasks["schedule"](timestamp=0)
                with lingering.writing() as tx:
                    many.append(tuple(tx.rows(PLACES)[0]))
                    tx.run("DELETE FROM procrastinate_jobs")
        return many

    assert asyncio.run(queued()) == [(1, 2), (1, 2)], "one job for both sources, once"


def test_a_job_that_failed_is_forgotten_a_day_later(lingering: Lingering, shared_url: str) -> None:
    with lingering.writing() as tx:
        yesterday, today = (tx.value(QUEUED) for _ in range(2))
        for status in ("doing", "failed"):
            tx.run(STATUS, {"status": status})
        tx.run(AGED, {"hours": 25, "job": yesterday})
        tx.run(AGED, {"hours": 23, "job": today})

    async def purged() -> None:
        engine = worker(lingering, shared_url)
        await engine.change(context(lingering, Counted()), unchecked, MANNERS)
        async with engine.app.open_async():
            await engine.app.tasks["purge"](timestamp=0)

    asyncio.run(purged())
    with lingering.reading() as tx:
        assert tx.rows(KEPT) == [(today,)]


def test_a_changed_configuration_waits_for_nothing_that_is_let_go(lingering: Lingering, shared_url: str) -> None:
    with lingering.writing() as tx:
        tx.meta.put(MetaKey.RETENTION_LAST_RUN, (datetime.now(UTC) - timedelta(hours=25)).isoformat())

    async def changed() -> bool:
        engine, first = worker(lingering, shared_url), context(lingering, Counted())
        await engine.change(replace(first, keep=Policy()), unchecked, MANNERS)
        letting_go = asyncio.create_task(engine.app.tasks["retention"](timestamp=0))
        assert await asyncio.to_thread(lingering.begun.wait, 30)
        await asyncio.wait_for(engine.change(first, unchecked, MANNERS), 30)
        still = not letting_go.done()
        lingering.enough.set()
        await letting_go
        return still

    assert asyncio.run(changed())


def test_another_configuration_waits_for_no_receiver_that_hangs(lingering: Lingering, shared_url: str) -> None:
    async def changed() -> list[str]:
        engine, done, answers = worker(lingering, shared_url), list[str](), asyncio.Event()
        begun = asyncio.Event()

        async def deliver(_now: datetime) -> Counts:
            begun.set()
            await answers.wait()
            done.append("sent")
            return Counts(sent=1)

        first = replace(context(lingering, Counted()), deliver=deliver)
        await engine.change(first, unchecked, MANNERS)
        async with engine.app.open_async():
            sending = asyncio.create_task(engine.app.tasks["deliver"](timestamp=0))
            await begun.wait()
            changing = asyncio.create_task(engine.change(context(lingering, Counted()), unchecked, MANNERS))
            await asyncio.wait([changing, sending], return_when=asyncio.FIRST_COMPLETED)  # the job ends without the message
            await asyncio.sleep(0)
            done += ["changed"] * changing.done()
            answers.set()
            await asyncio.gather(sending, changing)
        return done

    assert asyncio.run(changed())[0] == "changed"
