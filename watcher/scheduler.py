"""The heartbeat: three beats in turn, as long as anything is due; due times are data, so any beat may be the last."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from time import perf_counter

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from watcher.announce import Reader, announce
from watcher.core.model import Digest, Signal, Transition
from watcher.observe import Get, Read, observe, settle_all
from watcher.reminding import remind
from watcher.store import Store
from watcher.tally import Tally

log = logging.getLogger(__name__)

TICK = timedelta(seconds=2)
"""How often the heartbeat asks whether anything is due."""
LATE = 3600
"""Seconds that a beat may start late before APScheduler drops it; the next one does its work."""
ROUNDS = 50
"""Rounds of polls in one beat: pages that were just found are read in the same one."""
PATIENCE = 4
"""Rounds after which a signal is decided although it has more to be polled: thousands of sources must not delay it."""
LOOK_AGAIN = timedelta(seconds=30)
"""Another process may have changed what is due."""


@dataclass(frozen=True, slots=True)
class Beat:
    """Everything that the three beats need, wired together once."""

    store: Store
    signals: Mapping[str, Signal]
    readers: Sequence[Reader]
    get: Get
    read: Read
    dice: Callable[[], float]
    wait: timedelta
    deliver: Callable[[datetime], Awaitable[int]]
    known_until: datetime | None = None
    zone: tzinfo | None = None
    """Of the readers, for weekly notes and reminders; None gives none (a rehearsal)."""
    after: Callable[[], Awaitable[None]] | None = None
    """Run after each good cycle (a heartbeat to another service)."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one cycle did."""

    polls: int = 0
    transitions: tuple[Transition, ...] = ()
    digests: tuple[Digest, ...] = ()
    sent: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """How the polls ended."""


async def cycle(beat: Beat, now: datetime, *, every_signal: bool = False) -> Done:
    """All work that is due at `now`: observe until nothing new is due, decide, announce, deliver. Raises StoreError.

    A signal is decided when its pages have been read too, so that a change is told with what they say. `every_signal`: also
    those without a poll, as after a start, when a cycle may have been cut off between polls and decisions.
    """
    outcomes, told = Counter[str](), list[Transition]()
    open_signals = dict.fromkeys(beat.signals if every_signal else (), 0)
    for _ in range(ROUNDS):
        seen = await observe(beat.store, beat.signals, get=beat.get, read=beat.read, now=now, dice=beat.dice)
        outcomes += seen.outcomes
        open_signals |= {name: open_signals.get(name, 0) + 1 for name in seen.signals}
        ready = [name for name, rounds in open_signals.items() if name not in seen.waiting or rounds >= PATIENCE]
        told += settle_all(beat.store, [beat.signals[name] for name in sorted(ready)], now, known_until=beat.known_until)
        for name in ready:
            del open_signals[name]
        if not seen.polls:
            break
    digests = announce(beat.store, beat.readers, beat.signals, now=now, wait=beat.wait)
    if beat.zone is not None:
        digests += remind(beat.store, beat.readers, beat.signals, now=now, zone=beat.zone)
    sent = await beat.deliver(now)
    return Done(outcomes.total(), tuple(told), tuple(digests), sent, outcomes)


class Heart:
    """Beats while the process lives; a beat that fails is logged and tried again at the next tick."""

    def __init__(self, beat: Beat, *, clock: Callable[[], datetime]) -> None:
        """Take what to do and the clock to do it by."""
        self.beat, self.clock = beat, clock
        self.last_good: datetime | None = None
        self.last_error = ""
        self.tally = Tally()
        self._look_at: datetime | None = None
        self._first = True
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin to beat inside the running event loop."""
        self._scheduler.add_job(
            self.tick,
            "interval",
            seconds=TICK.total_seconds(),
            next_run_time=datetime.now(UTC),
            misfire_grace_time=LATE,
            coalesce=True,
            max_instances=1,
            id="beat",
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Beat no more; a cycle under way is cut off, and nothing is lost by it."""
        self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Run one cycle if anything may be due."""
        now = self.clock()
        # A clock that was set back would otherwise leave `_look_at` in a far future.
        if self._look_at is not None and now < self._look_at <= now + LOOK_AGAIN:
            self.last_good = now
            return
        started = perf_counter()
        try:
            await self._work(now)
            self.last_good, self.last_error = now, ""
            self.tally.beat(perf_counter() - started, good=True)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # The one edge where anything is caught: the watch goes on when the cause is gone.
            self.last_error = str(error)
            self.tally.beat(perf_counter() - started, good=False)
            log.exception("beat failed")

    async def _work(self, now: datetime) -> None:
        """One cycle, what is to be done after it, and when to look again."""
        done = await cycle(self.beat, now, every_signal=self._first)
        self._first = False
        self.tally.work(done.outcomes, ((one.signal, one.kind.value) for one in done.transitions), done.sent)
        if done.polls and self.beat.after is not None:
            await self.beat.after()
        with self.beat.store.reading() as tx:
            due = min(filter(None, (tx.sources.next_due(), tx.deliveries.next_due())), default=now + LOOK_AGAIN)
        waiting = now + TICK if done.transitions or done.digests else due
        self._look_at = min(max(waiting, now + TICK), now + LOOK_AGAIN)
