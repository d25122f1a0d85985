"""The stages as workers do them: by the jobs of the queue and their locks, one after the other, by a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from procrastinate import App
from procrastinate.jobs import Status

from watcher.clock import Clock
from watcher.pipeline.cycle import Context
from watcher.pipeline.keep import unchecked
from watcher.pipeline.queue import bring_queue
from watcher.pipeline.shared import Manners, SharedEngine

ROUNDS = 20
"""Of polls in one moment: pages that were just found are asked in the same one."""


async def nothing() -> None:
    """Beside the jobs."""


@asynccontextmanager
async def at_work(context: Context, url: str, clock: Clock) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A worker; what it gives does all that is due now."""
    store = context.store
    bring_queue(store)
    engine = SharedEngine(store, url, clock=clock, tick=nothing, concurrency=4)
    await engine.change(context, unchecked, Manners(2, timedelta(0)))
    async with engine.app.open_async():
        number = await engine.app.job_manager.register_worker()

        async def all_that_is_due() -> None:
            for _ in range(ROUNDS):
                await engine.app.tasks["schedule"](timestamp=0)
                if not await done(engine.app, number, "poll"):
                    break
            await engine.app.tasks["settle"](timestamp=0)
            await done(engine.app, number, "decide")
            for name in ("announce", "reminders", "deliver"):
                await engine.app.tasks[name](timestamp=0)
            await done(engine.app, number, "jobs", "deliver")

        yield all_that_is_due


async def done(app: App, worker: int, *queues: str) -> int:
    """Do the jobs that wait in these queues; how many they were."""
    many = 0
    while job := await app.job_manager.fetch_job(queues=list(queues), worker_id=worker):
        await app.tasks[job.task_name](**job.task_kwargs)
        await app.job_manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
        many += 1
    return many
