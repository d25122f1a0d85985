"""The daemon: named jobs of a scheduler while the process lives, each at its own pace, in turn; those that send leave their turn.

The scheduler waits by the time of day, which may jump, in either direction; a guard compares it with the monotonic clock, and has
every job run anew after a jump.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic, perf_counter

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from watcher.clock import Clock, utc_now, wrong_clock
from watcher.pipeline.batches import Poller
from watcher.pipeline.clocks import ClockGuard
from watcher.pipeline.counters import JobRun, Tally, jobs_to_text
from watcher.pipeline.cycle import Context, CycleResult, ErrorCollector, poll, purge, remind, retain
from watcher.pipeline.deliver import PROMPT, Counts, Postman
from watcher.pipeline.ownership import OtherWatchError
from watcher.store.errors import StoreError
from watcher.store.records import MetaKey

# Tells the service manager that the watch is ready and alive (sd_notify(3)); without one it says nothing.

log = logging.getLogger(__name__)

STALL_TIMEOUT = timedelta(minutes=10)
"""Without a good cycle for so long the watch is no longer alive, however well its page answers."""


class ServiceManager:
    """The service manager that started this process, if one did."""

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        """Read what the manager said in the environment; `pid` is ours, since children inherit the variables."""
        self.address = environ.get("NOTIFY_SOCKET", "")
        mine = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        usec = environ.get("WATCHDOG_USEC", "")
        self.every = int(usec) / 2_000_000 if mine and usec.isdecimal() and int(usec) else None
        """Seconds between two notifications of the watchdog, half of what the manager allows; None where it asks for none."""

    def say(self, *lines: str) -> bool:
        """Send lines such as READY=1; whether they were sent. A manager that is gone stops nothing."""
        if not self.address:
            return False
        # A leading @ stands for the zero byte of Linux' abstract names.
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | getattr(socket, "SOCK_CLOEXEC", 0)) as channel:
                channel.settimeout(1)  # a manager that does not read must not hold up the cycles
                channel.connect(address)
                channel.sendall("\n".join(lines).encode())
        except OSError as error:
            log.warning("The service manager does not listen: %s", error)
            return False
        return True


class Watchdog:
    """Whether the cycles go on, by a value that changes with each good one.

    Measured by the monotonic clock: the time of day may jump.
    """

    def __init__(
        self, sign: Callable[[], object], *, patience: timedelta = STALL_TIMEOUT, clock: Callable[[], float] = monotonic
    ) -> None:
        """Count from now: the first cycle has as long as any other."""
        self.sign, self.patience, self.clock = sign, patience.total_seconds(), clock
        self._last, self._since = sign(), clock()

    def cycles(self) -> bool:
        """Whether the value has changed lately."""
        if (sign := self.sign()) != self._last:
            self._last, self._since = sign, self.clock()
        return self.clock() - self._since < self.patience


@contextlib.asynccontextmanager
async def announced(manager: ServiceManager, pulse: Watchdog) -> AsyncIterator[None]:
    """Say READY, then WATCHDOG as often as the manager asks while the cycles go on, and STOPPING at the end."""
    manager.say("READY=1", "STATUS=Watching")
    signs = asyncio.create_task(_signs(manager, pulse))
    try:
        yield
    finally:
        signs.cancel()
        manager.say("STOPPING=1")


async def _signs(manager: ServiceManager, pulse: Watchdog) -> None:
    while manager.every is not None:
        if pulse.cycles():
            manager.say("WATCHDOG=1")
        else:
            manager.say("STATUS=Its jobs have not ended well lately; waiting to be started again")
        await asyncio.sleep(manager.every)


# The jobs of the scheduler, and when each runs.

TICK = timedelta(seconds=2)
"""How often the guard looks at the clock and for other watches, and the least time between two runs of a job."""
LOOK_AGAIN = timedelta(seconds=30)
"""Another process may have changed what is due."""
TRY_AGAIN = timedelta(seconds=10)
"""A job that failed is tried again after this; polling with every signal."""
PING_EVERY = timedelta(minutes=1)
"""The heartbeat ping is sent no more often than this."""
APART = timedelta(milliseconds=1)
"""Jobs that are due at once are begun in their order."""
PACES = {
    "poll": LOOK_AGAIN,
    "reminders": PING_EVERY,
    "purge": timedelta(hours=1),
    "deliver": LOOK_AGAIN,
    "retention": timedelta(hours=1),
    "heartbeat": PING_EVERY,
}
"""How long after a run each job is due again; what it finds due earlier brings it forward. In the order of one cycle."""


BESIDE = frozenset({"deliver", "retention", "heartbeat"})
"""Jobs that leave their turn to others: they write in short transactions and wait between them, some for others who may never
answer. A mail server that hangs makes no source late.
"""


class Pace(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Due again after an interval from now: what a jump ahead or a sleep has passed over is never made up for."""

    def __init__(self, every: timedelta, first: timedelta = timedelta(0)) -> None:
        """Take the interval, and how long to wait before the first run."""
        self.every, self.first = every, first

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The library's own interval counts each run that was missed: millions after a year, in memory."""
        return now + (self.first if previous is None else self.every)


class Daemon:
    """Runs its jobs while the process lives; one that fails is logged and tried again soon."""

    def __init__(self, context: Context, *, clock: Clock, pause: timedelta = TICK, own: Clock = utc_now) -> None:
        """Take what to do, the clock to do it by, and how long the guard rests between two looks at it.

        `own` is the time of day here, by which the scheduler waits whatever `clock` shows.
        """
        self.context, self.clock, self.pause = context, clock, pause
        self.last_good: datetime | None = None
        self.lost = ""
        """Why nothing is watched: another watch has the sources."""
        self.tally = Tally()
        self._jobs: dict[str, Callable[[datetime], Awaitable[None]]] = {
            "poll": self._poll,
            "reminders": self._remind,
            "purge": self._purge,
            "deliver": self._deliver,
            "retention": self._retain,
            "heartbeat": self._ping,
        }
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._guards = ClockGuard(clock), ClockGuard(own)
        self._errors: dict[str, str] = {}
        self._pinged_at: datetime | None = None
        self._first = True
        self._wrong = ""
        self._turn = asyncio.Lock()
        self._working = set[asyncio.Task[None]]()
        self._guarding: asyncio.Task[None] | None = None
        self._ending = False
        self._poller: Poller | None = None
        self._postman = Postman()

    @property
    def last_error(self) -> str:
        """Of a job whose last run failed; empty where all were good."""
        return next(iter(self._errors.values()), "")

    def start(self) -> None:
        """Begin to work inside the running event loop."""
        for place, name in enumerate(self._jobs):
            pace = Pace(PACES[name], place * APART)
            self._scheduler.add_job(self._scheduled, pace, args=[name], id=name, name=name)
        self._scheduler.start()
        self._guarding = asyncio.create_task(self._guard_jobs(), name="guard")

    async def stop(self) -> None:
        """Work no more; a job under way is cut off, and nothing is lost by it. What is being sent is waited for a while."""
        self._ending = True  # jobs that have not begun yet do nothing any more
        if self._guarding is not None:
            self._guarding.cancel()
            self._scheduler.pause()
            await asyncio.sleep(0)
            for task in (working := list(self._working)):
                task.cancel()
            await asyncio.gather(self._guarding, *working, *self._postman.leave(), return_exceptions=True)
            # Last: it would cancel what runs a second time, and so cut off what is being sent.
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # the shutdown is a callback of the loop
        await self._stop_polling()

    async def _stop_polling(self) -> None:
        """Break off what is being asked; it is due again."""
        poller, self._poller = self._poller, None
        if poller is not None:
            await poller.close()

    async def change(self, context: Context, prepare: Callable[[], None]) -> None:
        """Work by another configuration from now on.

        The job that has its turn ends first, and what is being sent goes on; then `prepare` brings the store to it, off the event
        loop. What it raises leaves all as it was.
        """
        async with self._turn:
            await self._stop_polling()
            await asyncio.to_thread(prepare)
            self.context, self._first = context, True
            self._wake()

    async def tick(self) -> None:
        """Run every job once, in the order of one cycle, by hand: what the scheduler does after a long pause."""
        self._look_at_clock()
        for name in self._jobs:
            await self._run(name)

    async def _guard_jobs(self) -> None:
        """Notice soon that the clock was set, or that another watch has the sources."""
        while not self._ending:
            await asyncio.sleep(self.pause.total_seconds())
            self._look_at_clock()
            if not self._turn.locked():  # a job has asked when it began
                async with self._turn:
                    with suppress(Exception):  # the next job meets the same, and tells it
                        await self._hold(self.clock())

    def _look_at_clock(self) -> None:
        """After a jump every job runs anew; one backwards has left due times in a far future, those of the scheduler as well."""
        jumps = [guard.jump() for guard in self._guards]
        self._first = self._first or min(jumps) < timedelta(0)
        if any(jumps):
            self._wake()

    def _wake(self) -> None:
        for place, name in enumerate(self._jobs):
            self._run_after(name, place * APART)

    def _run_after(self, name: str, wait: timedelta) -> None:
        """Have the scheduler run a job so long from now, by its own clock, then at its pace again."""
        if self._scheduler.running and not self._ending:
            self._scheduler.reschedule_job(name, trigger=Pace(PACES[name], wait))

    async def _scheduled(self, name: str) -> None:
        """What the scheduler calls; the end of the watch is no failure of a job."""
        task = asyncio.current_task()
        if self._ending or task is None:
            return
        self._working.add(task)
        try:
            with suppress(asyncio.CancelledError):
                await self._run(name)
        finally:
            self._working.discard(task)

    async def _run(self, name: str) -> None:
        """Run one job in its turn, and note how it went; none while another watch has the sources."""
        async with AsyncExitStack() as turn:
            await turn.enter_async_context(self._turn)
            now, started = self.clock(), perf_counter()
            try:
                if not (self._believes(now) and await self._hold(now)):
                    return
                if name in BESIDE:
                    await turn.aclose()
                await self._jobs[name](now)
                self._errors.pop(name, None)
            except Exception as error:
                # The one edge where anything is caught: the watch goes on when the cause is gone.
                self._errors[name] = str(error) or type(error).__name__
                self._run_after(name, TRY_AGAIN)
                log.exception("%s failed", name)
            self._note(name, now, perf_counter() - started)

    def _believes(self, now: datetime) -> bool:
        """Whether the clock can be right: what is seen at a wrong time would stay dated by it."""
        wrong = wrong_clock(now)
        if wrong and wrong != self._wrong:
            log.error(wrong)
        self._wrong = wrong
        return not wrong

    async def _hold(self, now: datetime) -> bool:
        """Whether the sources are ours; where others had changed them, all is polled and decided again."""
        if self.context.hold is None:
            return True
        try:
            changed = await asyncio.to_thread(self.context.hold, now)
        except OtherWatchError as error:
            if not self.lost:
                log.error("nothing is watched any more: %s", error)  # noqa: TRY400 - the words say it all
            self.lost, self._first = str(error), True
            return False
        except StoreError:
            return True  # the job fails for the same reason, and tells it
        if changed or self.lost:
            log.warning("the sources had been changed under another configuration, and are watched again as they were")
            self._first, self.lost = True, ""
            self._wake()
        return True

    def _note(self, name: str, now: datetime, seconds: float) -> None:
        """Keep when a job ran; while no job fails, the daemon was well when it had last both polled and delivered."""
        job = self._scheduler.get_job(name)
        self.tally.ran(JobRun(name, now, seconds, job.next_run_time if job else None, good=name not in self._errors))
        done = self.tally.jobs
        if not self._errors and "poll" in done and "deliver" in done:
            self.last_good = min(done["poll"].at, done["deliver"].at)

    async def _poll(self, now: datetime) -> None:
        """Observe, decide and announce; what waits for no other is sent at once."""
        errors, every, self._first = ErrorCollector(), self._first, False
        try:
            self._poller = self._poller or self.context.poller()
            context = replace(self.context, deliver=self._deliver_soon, quotes=False)  # a poll waits for no receiver
            done = await poll(context, now, errors, every_signal=every, poller=self._poller, clock=self.clock)
            self.tally.work(done.outcomes, ((one.signal, one.kind.value) for one in done.transitions), done.delivered.sent)
            _log(done)
            if done.digests:
                self._run_after("deliver", timedelta(0))
            with self.context.store.reading() as tx:
                due = tx.sources.next_due(now)
            self._run_by("poll", now if done.transitions or done.digests or self._first else due)
            errors.tell()
        except Exception:
            self._first = True
            raise

    async def _deliver_soon(self, _now: datetime) -> Counts:
        """Have the job for it send what was just announced; where it is at work, it looks again soon after."""
        self._run_after("deliver", timedelta(0))
        return Counts()

    async def _deliver(self, now: datetime) -> None:
        # By hand there is no next run that would tell how it ended.
        delivered = await self._postman.send(partial(self.context.deliver, now), PROMPT if self._scheduler.running else None)
        self.tally.sent += delivered.sent
        _log(CycleResult(delivered=delivered))
        with self.context.store.reading() as tx:
            due = tx.deliveries.next_due()
        self._run_by("deliver", due)

    def _run_by(self, name: str, due: datetime | None) -> None:
        """Run a job when something is due, however long it took until now; not at once and not after its own pace."""
        wait = LOOK_AGAIN if due is None else due - self.clock()
        self._run_after(name, min(max(wait, TICK), LOOK_AGAIN))

    async def _remind(self, now: datetime) -> None:
        if await remind(self.context, now):
            self._run_after("deliver", timedelta(0))

    async def _purge(self, now: datetime) -> None:
        await purge(self.context, now)

    async def _retain(self, now: datetime) -> None:
        await retain(self.context, now)

    async def _ping(self, now: datetime) -> None:
        """Keep what the jobs did for other processes, and tell another service while all is well.

        One that does not listen is no trouble of ours.
        """
        await asyncio.to_thread(self._keep_runs)
        early = self._pinged_at is not None and timedelta(0) <= now - self._pinged_at < PING_EVERY - TICK
        if self.context.after is None or self.last_good is None or early or self._errors.keys() - {"heartbeat"}:
            return
        self._pinged_at = now
        try:
            await self.context.after()
        except Exception:
            log.exception("heartbeat ping failed")

    def _keep_runs(self) -> None:
        with self.context.store.writing() as tx:
            done = self.tally.jobs
            tx.meta.put(MetaKey.JOBS, jobs_to_text(done[name] for name in self._jobs if name in done))


def _log(done: CycleResult) -> None:
    """What was done, each change on a line of its own; what did nothing says nothing."""
    for one in done.transitions:
        facts = {"signal": one.signal, "track": one.track, "kind": one.kind.value, "before": one.before, "after": one.after}
        place = f"{one.signal}.{one.track}" if one.track else one.signal
        log.info("%s %s: %s -> %s", place, one.kind.value, one.before or "-", one.after or one.title or "-", extra=facts)
    sent = done.delivered.sent
    if done.polls or done.digests or sent:
        numbers = {"polls": done.polls, "outcomes": dict(done.outcomes), "digests": done.digests, "sent": sent}
        ended = ", ".join(f"{many} {outcome}" for outcome, many in sorted(done.outcomes.items()))
        log.info("%s polls (%s), %s digests, %s sent", done.polls, ended or "none", done.digests, sent, extra=numbers)
