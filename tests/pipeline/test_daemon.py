"""The scheduler's jobs: each runs at its pace, one at a time, whatever happens to the time of day."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.schedulers.base
import pytest

from tests.mail.stories import NOW
from tests.pipeline.test_stopping import nobody
from tests.store.things import source
from watcher.core.model import Ladder, NotModified, Signal, Status, Track
from watcher.fetch import Request
from watcher.pipeline.clocks import ClockGuard
from watcher.pipeline.counters import jobs_of_text
from watcher.pipeline.cycle import NEWS_WAITS_SECONDS, Context
from watcher.pipeline.daemon import Daemon, Pace
from watcher.pipeline.deliver import Counts
from watcher.pipeline.ownership import OtherWatchError, Owner
from watcher.store.engine import Database
from watcher.store.records import MetaKey, Policy
from watcher.store.store import KEEP, Store

HOUR = timedelta(hours=1)
SHORT = timedelta(milliseconds=5)
BOUND = 120.0
"""Seconds after which a test whose event never comes fails."""
JOB_NAMES = ["poll", "reminders", "purge", "deliver", "retention", "heartbeat"]


class Wall(datetime):
    """The machine's time of day, as the scheduler reads it; it may be set."""

    off = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # the real one's own kind
        return datetime.now(tz) + cls.off


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Wall]]:
    """A wall clock under the library, which takes none as an argument."""
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Wall)
    yield Wall
    Wall.off = timedelta(0)


class Counted:
    """What delivers, and notes that it was asked."""

    def __init__(self) -> None:
        self.times, self.heard, self.fails = 0, asyncio.Event(), False

    async def deliver(self, _now: datetime) -> Counts:
        self.times += 1
        self.heard.set()
        if self.fails:
            raise OSError("no room left")
        return Counts()

    async def again(self) -> None:
        """Wait for the next time."""
        self.heard.clear()
        await asyncio.wait_for(self.heard.wait(), BOUND)


def context(store: Store, counted: Counted) -> Context:
    return Context(
        store, {}, (), get=nobody, read=nobody, understand=nobody, dice=lambda: 0.5, wait=timedelta(0), deliver=counted.deliver
    )


@pytest.mark.parametrize("jump", [-HOUR, timedelta(days=-200), timedelta(days=20_000)], ids=str)
def test_no_job_rests_after_the_clock_was_set(jump: timedelta, store: Store, wall: type[Wall]) -> None:
    """The scheduler alone would rest as long as the clock was set back, or make up for millions of runs."""

    async def live() -> Daemon:
        counted = Counted()
        daemon = Daemon(context(store, counted), clock=lambda: wall.now(UTC), pause=SHORT)
        daemon.start()
        await counted.again()
        for wall.off in (jump, timedelta(0), jump):
            await counted.again()
        await daemon.stop()
        return daemon

    assert asyncio.run(live()).last_error == ""


def test_no_job_rests_after_the_time_of_day_here_was_set_back_though_that_of_the_server_goes_on(
    store: Store, wall: type[Wall]
) -> None:
    async def live() -> Daemon:
        counted = Counted()
        daemon = Daemon(context(store, counted), clock=lambda: datetime.now(UTC), pause=SHORT, own=lambda: wall.now(UTC))
        daemon.start()
        await counted.again()
        wall.off = -HOUR
        await counted.again()
        await daemon.stop()
        return daemon

    assert asyncio.run(live()).last_error == ""


class Lingering(Store):
    """A database with very much to let go of."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.begun, self.enough = threading.Event(), threading.Event()

    def retention(self, now: datetime, policy: Policy = KEEP) -> Iterator[tuple[str, int]]:
        """A slice, and no other before the test has seen enough."""
        self.begun.set()
        self.enough.wait(60)
        yield from super().retention(now, policy)


def test_what_is_let_go_holds_up_no_other_job(tmp_path: Path, wall: type[Wall]) -> None:
    async def live(store: Lingering) -> Daemon:
        counted = Counted()
        daemon = Daemon(replace(context(store, counted), keep=Policy()), clock=lambda: wall.now(UTC), pause=SHORT)
        daemon.start()
        assert await asyncio.to_thread(store.begun.wait, 30)
        wall.off = HOUR  # every job is due
        await counted.again()
        store.enough.set()
        await daemon.stop()
        return daemon

    with Lingering.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        assert isinstance(store, Lingering)
        with store.writing() as tx:
            tx.meta.put(MetaKey.RETENTION_LAST_RUN, (datetime.now(UTC) - 25 * HOUR).isoformat())
        assert asyncio.run(live(store)).last_error == ""


def test_what_a_job_did_and_when_it_runs_again_is_kept_for_other_processes(store: Store) -> None:
    now = [NOW]

    async def live() -> None:
        signed = asyncio.Event()

        async def sign() -> None:
            signed.set()

        daemon = Daemon(replace(context(store, Counted()), after=sign), clock=lambda: now[0], pause=SHORT)
        daemon.start()
        await asyncio.wait_for(signed.wait(), BOUND)
        signed.clear()
        now[0] += HOUR  # every job is due again, and the second sign of life keeps what all of them did
        await asyncio.wait_for(signed.wait(), BOUND)
        await daemon.stop()

    asyncio.run(live())
    with store.reading() as tx:
        runs = jobs_of_text(tx.meta.get(MetaKey.JOBS))
    assert [run.name for run in runs] == JOB_NAMES, "in the order of one cycle"
    assert {run.at for run in runs} <= {NOW, NOW + HOUR}
    assert all(run.good and run.seconds >= 0 and run.next_at for run in runs)


def test_the_next_look_waits_for_what_is_due_and_not_for_as_long_as_the_last_one_took(store: Store) -> None:
    now, asked, third = [NOW], list[datetime](), asyncio.Event()

    def clock() -> datetime:
        now[0] += timedelta(seconds=1)
        return now[0]

    async def get(_: Request) -> NotModified:
        asked.append(now[0])
        now[0] += timedelta(seconds=52)
        if len(asked) == 3:
            third.set()
        return NotModified()

    async def live() -> None:
        feed = source(every=timedelta(minutes=1))
        with store.writing() as tx:
            tx.sources.sync([feed], NOW)
        track = Track("it", "It", Ladder("open", (Status("closed", "Closed", "It is closed."),), ()))
        signals = {feed.signal: Signal(feed.signal, "", "", "", tracks=(track,), headlines=(), sources=(feed,))}
        daemon = Daemon(replace(context(store, Counted()), signals=signals, get=get), clock=clock, pause=HOUR)
        daemon.start()
        await asyncio.wait_for(third.wait(), 25)  # where nothing is due it looks again after 30
        await daemon.stop()

    asyncio.run(live())


class Silent(Counted):
    """A mail server, or the service behind the heartbeat, that takes what it is given and never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def deliver(self, _now: datetime) -> Counts:
        await self.never()
        return Counts()

    async def never(self) -> None:
        self.asked.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("who", ["mail server", "mail server while it is polled", "heartbeat"])
def test_who_never_answers_what_is_sent_makes_no_source_late(store: Store, who: str) -> None:
    now, silent, slow, looked, again = [NOW], Silent(), asyncio.Event(), list[datetime](), asyncio.Event()

    def clock() -> datetime:
        now[0] += timedelta(seconds=1)
        return now[0]

    async def get(request: Request) -> NotModified:
        if "slow" in request.url:
            await slow.wait()
            return NotModified()
        now[0] += timedelta(minutes=1)  # it is due again when it is looked at next
        if silent.asked.is_set():
            looked.append(now[0])
        if len(looked) == 2:
            again.set()
        return NotModified()

    async def live() -> None:
        names = ("s1", "slow") if "polled" in who else ("s1",)
        found = [replace(source(name), signal=name, url=f"https://{name}.example/", every=timedelta(minutes=1)) for name in names]
        with store.writing() as tx:
            tx.sources.sync(found, NOW)
        track = Track("it", "It", Ladder("open", (Status("closed", "Closed", "It is closed."),), ()))
        signals = {one.id: Signal(one.id, "", "", "", tracks=(track,), headlines=(), sources=(one,)) for one in found}
        harm = {"after": silent.never, "decide_within": 0.2} if who == "heartbeat" else {"deliver": silent.deliver}
        told = {"progress": lambda *_: slow.set(), "progress_every": NEWS_WAITS_SECONDS}
        daemon = Daemon(replace(context(store, Counted()), signals=signals, get=get, **harm, **told), clock=clock, pause=HOUR)
        daemon.start()
        await asyncio.wait_for(silent.asked.wait(), BOUND)
        await asyncio.wait_for(again.wait(), BOUND)  # whoever waited for the silent one would wait for ever
        await daemon.stop()

    asyncio.run(live())


def test_a_job_that_fails_stops_no_other_and_the_sign_of_life(store: Store) -> None:
    counted, signs = Counted(), list[datetime]()
    counted.fails = True

    async def sign() -> None:
        signs.append(NOW)

    async def cycles() -> list[str]:
        daemon = Daemon(replace(context(store, counted), after=sign), clock=lambda: NOW)
        await daemon.tick()
        said = [daemon.last_error]
        assert (signs, daemon.last_good) == ([], None)
        assert [name for name, run in daemon.tally.jobs.items() if not run.good] == ["deliver"]
        counted.fails = False
        await daemon.tick()
        assert (signs, daemon.last_good) == ([NOW], NOW)
        return [*said, daemon.last_error]

    assert asyncio.run(cycles()) == ["no room left", ""]


OTHER = OtherWatchError(Path("here.toml"), Owner("plan", "/there.toml", "elsewhere", 1, NOW))


class Holder:
    """Says whether the sources are ours, in the order given, the last for good."""

    def __init__(self, *says: Exception | None) -> None:
        self.says = list(says)

    def __call__(self, _now: datetime) -> bool:
        trouble = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if trouble:
            raise trouble
        return False


def test_no_job_works_while_another_watch_has_the_sources(store: Store) -> None:
    counted = Counted()

    async def cycles() -> None:
        daemon = Daemon(replace(context(store, counted), hold=Holder(OTHER)), clock=lambda: NOW)
        await daemon.tick()
        assert (counted.times, daemon.last_good, "/there.toml" in daemon.lost) == (0, None, True)
        daemon.context = replace(daemon.context, hold=Holder(None))
        await daemon.tick()
        assert (counted.times, daemon.last_good, daemon.lost) == (1, NOW, "")

    asyncio.run(cycles())


def test_the_end_of_another_watch_is_noticed_between_two_jobs(store: Store) -> None:
    """Even when asking fails in a way that nobody foresaw."""

    async def live() -> Daemon:
        counted = Counted()
        says = [OTHER] * 30 + [ValueError("a row that nobody can read")] * 3 + [None]
        daemon = Daemon(replace(context(store, counted), hold=Holder(*says)), clock=lambda: datetime.now(UTC), pause=SHORT)
        daemon.start()
        await counted.again()
        await daemon.stop()
        return daemon

    assert asyncio.run(live()).lost == ""


def test_a_pace_makes_up_for_nothing_that_was_missed() -> None:
    pace = Pace(HOUR, SHORT)
    assert pace.get_next_fire_time(None, NOW) == NOW + SHORT
    assert pace.get_next_fire_time(NOW - timedelta(days=20_000), NOW) == NOW + HOUR


LOOKS = [
    ("both go on", 60, 60, 0),
    ("slewed", 60, 61, 0),
    ("set back", -3600, 2, -3602),
    ("set ahead, or asleep", 3600, 2, 3598),
    ("stopped", 0, 60, -60),
]


@pytest.mark.parametrize(("what", "shown", "passed", "jump"), LOOKS, ids=[row[0] for row in LOOKS])
def test_a_jump_is_what_the_clock_shows_beside_what_has_passed(what: str, shown: int, passed: int, jump: int) -> None:
    now, steady = [NOW], [100.0]
    guard = ClockGuard(lambda: now[0], lambda: steady[0])
    now[0], steady[0] = NOW + timedelta(seconds=shown), 100.0 + passed
    assert guard.jump() == timedelta(seconds=jump)
    assert guard.jump() == timedelta(0), "each jump is told once"
