"""The shared engine: the stages as tasks of Procrastinate, on PostgreSQL, done by as many workers as there are.

What is due stands in the tables of the watch, not in the queue: a task that runs every two seconds queues it, so that a job that
is lost is queued again. Retries, periodic tasks, locks, stalled jobs and the end in order are Procrastinate's
(https://procrastinate.readthedocs.io/).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, perf_counter
from typing import Any, TypeAlias

from procrastinate import App, exceptions
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.worker import Worker

from watcher.clock import Clock, utc_now
from watcher.core.decision.timing import PollJob
from watcher.pipeline.announce import announce
from watcher.pipeline.batches import PollRoom, SourceKey, SourcePolls, due_jobs, skip_unchanged, update_verdicts
from watcher.pipeline.clocks import ClockGuard
from watcher.pipeline.cycle import MAX_DECISION_DELAY, Context, purge, remind, reset_future_due_times, retain
from watcher.pipeline.decide import is_calm
from watcher.pipeline.deliver import Counts, Postman
from watcher.pipeline.keep import Check
from watcher.pipeline.ownership import OlderConfigurationError
from watcher.pipeline.queue import CONNECTION_ERRORS, JobsHere, connector, take_up
from watcher.store.engine import Scope
from watcher.store.errors import StoreError
from watcher.store.records import MetaKey
from watcher.store.store import Store
from watcher.store.work_queue import JobCount

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[..., Awaitable[None]]

WORKER_TIMEOUT = 30.0
"""Seconds without a heartbeat after which a worker counts as gone, and what it was doing is done by others."""
DECISION_DELAY = timedelta(seconds=MAX_DECISION_DELAY)
"""For so long a signal waits for pages of its own that are still to be read, so that a change is told with what they say."""
DECISION_RETRY = timedelta(seconds=3)
"""After this it is looked again."""
SHUTDOWN_TIMEOUT = 15.0
"""Seconds that a worker which is stopped waits for what it is doing; what is then not done is due again, but a mail on its way,
which has a moment more."""
DATABASE_THREADS = 16
"""Statements that one worker has under way at the database."""
HIGH_PRIORITY = 10
"""What changes is told before more is polled, by those who do both."""
ANNOUNCE = Job(task_name="announce", queue="jobs", lock="announce", queueing_lock="announce", priority=HIGH_PRIORITY)
RECOVER = Job(task_name="recover", queue="jobs", lock=None, queueing_lock="recover", priority=HIGH_PRIORITY)
DELIVER = Job(task_name="deliver", queue="deliver", lock=None, queueing_lock="deliver", priority=HIGH_PRIORITY)
TICK_INTERVAL = 2.0
"""Seconds between two looks beside the jobs, and before a lost database is tried again."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How the same host may be asked, by all workers together."""

    per_host: int
    gap: timedelta


@dataclass(eq=False, slots=True)
class _InUse:
    """One configuration, and how many jobs work by it."""

    context: Context
    polls: SourcePolls
    check: Check
    manners: Manners
    users: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class SharedEngine:
    """One worker: does the jobs of its queues until it is told to stop, and goes on when a database that was lost is back."""

    def __init__(
        self, store: Store, conninfo: str, *, clock: Clock, tick: Callable[[], Awaitable[None]], concurrency: int
    ) -> None:
        """Take the database, its address for Procrastinate, the clock, and what is done every few seconds beside the jobs.

        `concurrency` is how many sources are asked at a time, and how many jobs are under way.
        """
        logging.getLogger("procrastinate").setLevel(logging.WARNING)  # else a line for each step of each job
        self.store, self.clock = store, clock
        self._concurrency, self._room, self._locks = concurrency, PollRoom(concurrency), store.source_locks()
        self._conninfo, self._tick = conninfo, tick
        self._current: _InUse | None = None
        self._ending = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._runs: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0.0])
        self._worker: Worker | None = None
        """Of this connected life, or of the last one."""
        self._here, self._guard, self._postman = JobsHere(), ClockGuard(utc_now), Postman()
        self.app = self._made()

    # --- its life

    async def run(self, queues: Sequence[str]) -> None:
        """Work until `stop`. Raises StoreError where nothing can be done at all."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(DATABASE_THREADS))
        ticking = asyncio.create_task(self._ticks(), name="ticks")
        try:
            while not self._ending.is_set():
                self._running = asyncio.create_task(self._work(queues), name="worker")
                await asyncio.wait([self._running, ticking], return_when=asyncio.FIRST_COMPLETED)
                if ticking.done():
                    self.stop()
                await self._ended(self._running)
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, *self._postman.leave(), return_exceptions=True)
            with suppress(StoreError):
                await asyncio.to_thread(self._flush)
            await asyncio.to_thread(self._locks.close)
        if ticking.done() and not ticking.cancelled():
            ticking.result()

    def stop(self) -> None:
        """Begin nothing more, end what was begun, then end."""
        self._room.closed = True
        self._ending.set()
        if self._running is not None:
            self._running.cancel()

    async def change(self, context: Context, check: Check, manners: Manners) -> None:
        """Do the jobs that begin from now on by another configuration; waits until none works by the one before."""
        polls = SourcePolls(
            store=self.store,
            signals=context.signals,
            get=context.get,
            read=context.read,
            understand=context.understand,
            dice=context.dice,
            clock=self.clock,
            check=check,
            gap=manners.gap,
            locks=self._locks,
            room=self._room,
        )
        before, self._current = self._current, _InUse(context, polls, check, manners)
        if before is not None and before.users:
            before.idle.clear()
            await before.idle.wait()

    async def _work(self, queues: Sequence[str]) -> None:
        """One connected life of the worker."""
        self.app = self._made()  # a pool that could not be opened is of no use any more
        async with self.app.open_async():
            if self._worker is not None:
                await self._taken_leave(self._worker)
            self._worker = Worker(
                self.app,
                list(queues),
                concurrency=self._concurrency,
                install_signal_handlers=False,
                delete_jobs="successful",
                shutdown_graceful_timeout=SHUTDOWN_TIMEOUT,
                stalled_worker_timeout=WORKER_TIMEOUT,
                fetch_job_polling_interval=1.0,
                worker_middleware=[self._counted],
            )
            await self._worker.run()  # type: ignore[no-untyped-call]  # the library's, without types

    async def _taken_leave(self, before: Worker) -> None:
        """What the life before this one left unfinished, as its database was lost, is taken up now: it is known to be over."""
        if before.worker_id is not None:
            await self.app.job_manager.unregister_worker(before.worker_id)
        await self._queue(RECOVER)

    async def _ended(self, running: asyncio.Task[None]) -> None:
        """Wait for the end of a connected life; a database that was lost is waited for."""
        try:
            await running
        except asyncio.CancelledError:
            if not self._ending.is_set():
                raise
        except CONNECTION_ERRORS as error:
            log.warning("the database is lost, and tried again: %s", error)
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_INTERVAL):
                await self._ending.wait()

    async def _ticks(self) -> None:
        """Beside the jobs: what the caller wants looked at, and the counts for others to read."""
        said = ""
        while True:
            try:
                await self._tick()
                await asyncio.to_thread(self._flush)
                await self._look_for_lost()
                self._look_at_clock()
                said = ""
            except OlderConfigurationError:
                raise
            except CONNECTION_ERRORS as error:
                if str(error) != said:
                    log.warning("%s", error)
                said = str(error)
            await asyncio.sleep(TICK_INTERVAL)

    def _look_at_clock(self) -> None:
        """The library plans its periodic jobs by the time of day here: one that was set back would be waited for."""
        if self._guard.jump() < timedelta(0) and self._worker is not None:
            log.warning("the clock of this machine was set back")
            self._worker.stop()  # type: ignore[no-untyped-call]  # the library's; another life of it begins, with nothing planned

    def _flush(self) -> None:
        runs, self._runs = self._runs, defaultdict(lambda: [0, 0.0])
        if runs:
            now = self.clock()
            with self.store.writing(Scope()) as tx:
                tx.shared.count(JobCount(*key, int(many), seconds, now) for key, (many, seconds) in runs.items())

    async def _look_for_lost(self) -> None:
        """Take up what this worker holds as the queue has it and does not do."""
        worker = self._worker.worker_id if self._worker else None
        if worker is not None:
            for number in self._here.lost(await asyncio.to_thread(self._held, worker), monotonic()):
                for job in await self.app.job_manager.list_jobs_async(id=number, status="doing"):
                    await take_up(self.app.job_manager, job, self.clock())

    async def _counted(self, call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: object) -> Any:  # noqa: ANN401 - the library's
        """Around each job: how it ended, and how long it took."""
        begun, outcome = perf_counter(), "failed"
        self._here.doing.add(context.job.id)
        try:
            result = await call_next()
            outcome = "good"
        except asyncio.CancelledError:
            outcome = "stopped"
            raise
        else:
            return result
        finally:
            self._here.doing.discard(context.job.id)
            run = self._runs[context.job.task_name, outcome]
            run[0] += 1
            run[1] += perf_counter() - begun

    @asynccontextmanager
    async def _using(self) -> AsyncIterator[_InUse]:
        """The configuration of now, which is not taken away while it is used."""
        current = self._current
        if current is None:
            raise RuntimeError("a job before any configuration")
        current.users += 1
        try:
            yield current
        finally:
            current.users -= 1
            if not current.users:
                current.idle.set()

    # --- its tasks

    def _made(self) -> App:
        """An application of Procrastinate with our tasks."""
        app = App(
            connector=connector(self._conninfo),
            periodic_defaults={"max_delay": 60},
        )
        app.task(name="poll", queue="poll")(self._poll)
        app.task(name="decide", queue="decide")(self._decide)
        periodic: tuple[tuple[str, str, str, Work], ...] = (
            ("schedule", "* * * * * */2", "jobs", self._schedule),
            ("settle", "* * * * * */10", "jobs", self._settle),
            ("announce", "* * * * * */10", "jobs", self._announce),
            ("reminders", "* * * * *", "jobs", self._remind),
            ("heartbeat", "* * * * * 30", "jobs", self._heartbeat),
            ("purge", "7 * * * *", "jobs", self._purge),
            ("retention", "17 * * * *", "jobs", self._retain),
        )
        for name, cron, queue, work in periodic:
            app.periodic(cron=cron)(
                app.task(name=name, queue=queue, lock=name, queueing_lock=name, priority=HIGH_PRIORITY)(timed(work))
            )
        # Without a lock, which one that is gone might hold: all else waits for this.
        recover = app.task(name="recover", queue="jobs", queueing_lock="recover", priority=HIGH_PRIORITY)(timed(self._recover))
        app.periodic(cron="* * * * * */10")(recover)
        # Without a lock: what a slow receiver holds up on one worker leaves what became due meanwhile to others.
        deliver = app.task(name="deliver", queue="deliver", queueing_lock="deliver", priority=HIGH_PRIORITY)(timed(self._deliver))
        app.periodic(cron="* * * * * */10")(deliver)
        return app

    async def _poll(self, places: Sequence[SourceKey]) -> None:
        """Poll some sources, each in its turn at its host."""
        async with self._using() as using:
            with suppress(OlderConfigurationError):  # they are due again, and we are about to stop
                await using.polls.poll(places, self._stirred)

    async def _stirred(self, signals: Iterable[str]) -> None:
        await self._queue(*map(decision, sorted(signals)))

    async def _decide(self, signal: str, since: str = "") -> None:
        """Decide a signal again, with its pages read; what changed is announced soon."""
        async with self._using() as using:
            now = self.clock()
            if signal not in using.context.signals:
                return
            first = datetime.fromisoformat(since) if since else now
            with suppress(OlderConfigurationError):
                told = await asyncio.to_thread(self._decided, using, signal, now, waits=now - first < DECISION_DELAY)
                if told is None:
                    await self._queue(decision(signal, since=first, at=now + DECISION_RETRY))
                elif told:
                    await self._queue(ANNOUNCE)

    async def _announce(self) -> None:
        """Make digests of what is to be told."""
        async with self._using() as using:
            context = using.context
            made = await asyncio.to_thread(
                announce, self.store, context.readers, context.signals, now=self.clock(), wait=context.wait
            )
            if made:
                await self._queue(DELIVER)

    async def _deliver(self) -> None:
        """Send what is due; each message is leased, as ever."""
        done = await self._postman.send(self._sent)
        if done.sent or done.dead:
            log.info("%s sent, %s given up", done.sent, done.dead)

    async def _sent(self) -> Counts:
        async with self._using() as using:
            context = using.context
        return await context.deliver(self.clock())  # a receiver may hang, and it needs nothing that ends with a configuration

    async def _remind(self) -> None:
        async with self._using() as using:
            if await remind(using.context, self.clock()):
                await self._queue(DELIVER)

    async def _purge(self) -> None:
        """Forget addresses that never confirmed, turns that have passed, and jobs that failed a day ago."""
        async with self._using() as using:
            await purge(using.context, self.clock())
            await asyncio.to_thread(self._forget_turns)
            await self.app.job_manager.delete_old_jobs(
                nb_hours=24, include_failed=True, include_cancelled=True, include_aborted=True
            )

    async def _retain(self) -> None:
        async with self._using() as using:
            context = using.context
        await retain(context, self.clock())  # it may take long, and needs nothing that ends with a configuration

    async def _heartbeat(self) -> None:
        """Tell another service that all is well, where no queue waits for workers. Raises StoreError where one does."""
        async with self._using() as using:
            if late := await asyncio.to_thread(self._late):
                raise RuntimeError(f"jobs wait for workers: {late}")
            if using.context.after is not None:
                await using.context.after()

    async def _schedule(self) -> None:
        """Queue the sources that are due."""
        async with self._using() as using:
            jobs = await asyncio.to_thread(self._polls, using.manners.per_host)
        if jobs:
            await self._queue(*jobs)

    async def _settle(self) -> None:
        """Note what still holds of what was polled, and queue what is to be decided, though nobody asked for it any more."""
        async with self._using() as using:
            names = await asyncio.to_thread(self._open, using)
        await self._queue(*map(decision, names))

    async def _recover(self) -> None:
        """Take up what workers did that are gone."""
        manager = self.app.job_manager
        await asyncio.to_thread(self._set_back)
        await manager.prune_stalled_workers(WORKER_TIMEOUT)
        for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=WORKER_TIMEOUT):
            await take_up(manager, stalled, self.clock())

    # --- in threads

    def _forget_turns(self) -> None:
        with self.store.writing(Scope()) as tx:
            tx.shared.forget_turns()

    def _set_back(self) -> None:
        with self.store.writing(Scope()) as tx:
            tx.shared.set_back()

    def _held(self, worker: int) -> list[int]:
        with self.store.reading() as tx:
            return tx.shared.doing(worker)

    def _decided(self, using: _InUse, signal: str, now: datetime, *, waits: bool) -> bool | None:
        """Whether anything is to be told; None where it waits for what is still to be polled."""
        watched = using.context.signals[signal]
        with self.store.reading() as tx:
            if waits and tx.sources.signals_due(now, [signal]):
                return None
            calm = is_calm(tx, watched, now)
        if calm and skip_unchanged(self.store, [watched], now):
            return False
        told = update_verdicts(self.store, [watched], now, check=using.check)
        for one in told:
            log.info("%s %s: %s -> %s", one.signal, one.kind.value, one.before or "-", one.after or one.title or "-")
        return bool(told)

    def _late(self) -> str:
        """The queues that have too few workers, in words."""
        now = self.clock()
        with self.store.reading() as tx:
            numbers = tx.shared.numbers()
        return ", ".join(numbers.late(now)) if numbers else ""

    def _polls(self, per_host: int) -> list[Job]:
        jobs = due_jobs(self.store, self.clock(), per_host=per_host, concurrency=self._concurrency)
        return [poll_job(one) for one in jobs]

    def _open(self, using: _InUse) -> list[str]:
        signals, now = using.context.signals, self.clock()
        reset_future_due_times(self.store, now)  # where the clock of the server was set back
        with self.store.reading() as tx:
            names = [name for name in tx.shared.open_signals(MetaKey.VERDICT_HOLDS) if name in signals]
        still = skip_unchanged(self.store, [signals[name] for name in names], now)
        return [name for name in names if name not in still]

    async def _queue(self, *jobs: Job) -> None:
        """Queue jobs together; one that waits already need not wait twice."""
        wanted, manager = list(jobs), self.app.job_manager
        if len(wanted) > 1:
            waiting = await asyncio.to_thread(self._waiting, [one.queueing_lock for one in wanted if one.queueing_lock])
            wanted = [one for one in wanted if one.queueing_lock not in waiting]
        try:
            if wanted:
                await manager.batch_defer_jobs_async(wanted)
        except exceptions.AlreadyEnqueued:
            for one in wanted if len(wanted) > 1 else ():  # another worker has queued one of them meanwhile
                with suppress(exceptions.AlreadyEnqueued):
                    await manager.batch_defer_jobs_async([one])

    def _waiting(self, names: Sequence[str]) -> frozenset[str]:
        with self.store.reading() as tx:
            return tx.shared.waiting(names)


def timed(work: Work) -> Work:
    """A task that is also queued at its times, which the library names to it."""

    async def run(timestamp: int = 0) -> None:
        del timestamp  # what is due now is looked up
        await work()

    return run


def decision(signal: str, *, since: datetime | None = None, at: datetime | None = None) -> Job:
    """A signal to be decided: once in the queue, and by one worker at a time."""
    name, told = f"decide {signal}", since.isoformat() if since else ""
    return Job(
        task_name="decide",
        queue="decide",
        lock=name,
        queueing_lock=name,
        task_kwargs={"signal": signal, "since": told},
        scheduled_at=at,
        priority=HIGH_PRIORITY,
    )


def poll_job(one: PollJob) -> Job:
    """Sources to be polled; where they wait for others of their host, or for others that fail, one at a time."""
    [(first, _), *_] = one.places
    return Job(
        task_name="poll",
        queue="poll",
        lock=one.lane or None,
        queueing_lock=f"poll {first}",
        task_kwargs={"places": [list(place) for place in one.places]},
    )
