"""The heartbeat: three beats in turn, as long as anything is due; due times are data, so any beat may be the last.

The pause between two beats is measured by a clock that nobody sets: the time of day may jump, in either direction.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from time import perf_counter

from watcher.announce import Reader, announce
from watcher.core.model import Digest, Signal, Transition
from watcher.mishaps import Mishaps
from watcher.observe import Get, Read, Rounds, Seen, hold_all, settle_all
from watcher.reminding import remind
from watcher.retaining import retain
from watcher.store import Policy, Store
from watcher.tally import Tally

log = logging.getLogger(__name__)

TICK = timedelta(seconds=2)
"""How often the heartbeat asks whether anything is due."""
ROUNDS = 500
"""Rounds of polls in one beat: pages that were just found are read in the same one."""
SOON = 1.0
"""Seconds of one beat after which news that waits for no other goes out, though more sources are to be polled."""
PATIENCE = 10
"""Rounds after which a signal is decided although it has more to be polled: thousands of sources must not delay it."""
LOOK_AGAIN = timedelta(seconds=30)
"""Another process may have changed what is due."""
TRY_AGAIN = timedelta(seconds=10)
"""A beat that failed is tried again after this, every signal with it."""
SIGN_EVERY = timedelta(minutes=1)
"""A sign of life is given no more often than this."""


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
    """A sign of life to another service, given after good cycles."""
    keep: Policy | None = None
    """How long things are kept that nothing cites; None lets nothing go (a rehearsal)."""


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
    """All work that is due at `now`: observe until nothing new is due, decide, announce, deliver.

    `every_signal`: also those without a poll, as after a start, when a cycle may have been cut off between polls and
    decisions, and as after a clock that was set back. Raises StoreError at once, and errors of our own at the end, together.
    """
    mishaps = Mishaps()
    if every_signal:
        put_clock_right(beat.store, now)
    digests, sent = list[Digest](), 0

    async def tell_at_once() -> None:
        nonlocal sent
        with mishaps.left_out("announcing"):
            digests.extend(await asyncio.to_thread(announce, beat.store, beat.readers, beat.signals, now=now, wait=beat.wait))
        with mishaps.left_out("delivering"):
            sent += await beat.deliver(now)

    # Without a wait for more, news does not wait for thousands of other sources either.
    at_once = None if beat.wait else tell_at_once
    outcomes, told = await _observe_and_decide(beat, now, mishaps, every_signal=every_signal, tell=at_once)
    with mishaps.left_out("announcing"):
        digests += await asyncio.to_thread(announce, beat.store, beat.readers, beat.signals, now=now, wait=beat.wait)
    with mishaps.left_out("reminding"):
        if beat.zone is not None:
            digests += await asyncio.to_thread(remind, beat.store, beat.readers, beat.signals, now=now, zone=beat.zone)
    with mishaps.left_out("delivering"):
        sent += await beat.deliver(now)
    with mishaps.left_out("letting go of what is old"):
        if beat.keep is not None:
            await retain(beat.store, now, beat.keep)
    mishaps.tell()
    return Done(outcomes.total(), tuple(told), tuple(digests), sent, outcomes)


async def _observe_and_decide(
    beat: Beat, now: datetime, mishaps: Mishaps, *, every_signal: bool, tell: Callable[[], Awaitable[None]] | None
) -> tuple[Counter[str], list[Transition]]:
    """How the polls ended, and what the verdicts say anew.

    A signal is decided when its pages have been read too, so that a change is told with what they say.
    """
    outcomes, told, waiting, begun = Counter[str](), list[Transition](), False, perf_counter()
    open_signals = dict.fromkeys(beat.signals if every_signal else (), 0)
    async with Rounds(beat.store, beat.signals, get=beat.get, read=beat.read, now=now, dice=beat.dice) as rounds:
        for _ in range(ROUNDS):
            seen = Seen()
            with mishaps.left_out("observing"):
                seen = await rounds.next()
            outcomes += seen.outcomes
            open_signals |= {name: open_signals.get(name, 0) + 1 for name in seen.signals}
            ready = [name for name, turns in open_signals.items() if name not in seen.waiting or turns >= PATIENCE]
            news = await asyncio.to_thread(_decide, beat, sorted(ready), now, mishaps)  # the page is served meanwhile
            told, waiting = told + news, waiting or bool(news)
            if waiting and tell is not None and perf_counter() - begun >= SOON:
                await tell()
                begun, waiting = perf_counter(), False
            for name in ready:
                del open_signals[name]
            if not seen.polls:
                break
    return outcomes, told


def _log(done: Done) -> None:
    """What a cycle did, each change on a line of its own; a cycle that did nothing says nothing."""
    for one in done.transitions:
        facts = {"signal": one.signal, "track": one.track, "kind": one.kind.value, "before": one.before, "after": one.after}
        place = f"{one.signal}.{one.track}" if one.track else one.signal
        log.info("%s %s: %s -> %s", place, one.kind.value, one.before or "-", one.after or one.title or "-", extra=facts)
    if done.polls or done.digests or done.sent:
        numbers = {"polls": done.polls, "outcomes": dict(done.outcomes), "digests": len(done.digests), "sent": done.sent}
        ended = ", ".join(f"{many} {outcome}" for outcome, many in sorted(done.outcomes.items()))
        log.info("%s polls (%s), %s digests, %s sent", done.polls, ended or "none", len(done.digests), done.sent, extra=numbers)


def _decide(beat: Beat, names: Sequence[str], now: datetime, mishaps: Mishaps) -> list[Transition]:
    """What the verdicts of these signals say anew; those that are known to hold are noted together."""
    told, still = list[Transition](), frozenset[str]()
    with mishaps.left_out("noting what still holds"):
        still = hold_all(beat.store, [beat.signals[name] for name in names], now)
    for name in names:
        if name not in still:
            with mishaps.left_out(f"deciding {name}"):
                told += settle_all(beat.store, [beat.signals[name]], now, known_until=beat.known_until)
    return told


def put_clock_right(store: Store, now: datetime) -> None:
    """Bring due times back to `now` where an earlier beat had a clock that went ahead of it."""
    with store.reading() as tx:
        ahead = tx.sources.ahead(now)
    if ahead:
        log.warning("The clock was set back by about %s: what was due by the old time is due now", ahead)
        with store.writing() as tx:
            tx.sources.set_back(now)
            tx.deliveries.set_back(now, ahead)


class Heart:
    """Beats while the process lives; a beat that fails is logged and tried again soon."""

    def __init__(self, beat: Beat, *, clock: Callable[[], datetime], pause: timedelta = TICK) -> None:
        """Take what to do, the clock to do it by, and how long to rest between two beats."""
        self.beat, self.clock, self.pause = beat, clock, pause
        self.last_good: datetime | None = None
        self.last_error = ""
        self.tally = Tally()
        self._look_at: datetime | None = None
        self._before: datetime | None = None
        self._sign_at: datetime | None = None
        self._first = True
        self._turn = asyncio.Lock()
        self._beating: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to beat inside the running event loop."""
        self._beating = asyncio.create_task(self._beat(), name="heart")

    async def stop(self) -> None:
        """Beat no more; a cycle under way is cut off, and nothing is lost by it. What is being sent is waited for a while."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait([self._beating])

    async def change(self, beat: Beat, prepare: Callable[[], None]) -> None:
        """Work by another configuration from the next beat on.

        The beat under way ends first; then `prepare` brings the store to it, off the event loop. What it raises leaves all as it
        was.
        """
        async with self._turn:
            await asyncio.to_thread(prepare)
            self.beat, self._first, self._look_at = beat, True, None

    async def _beat(self) -> None:
        while True:
            async with self._turn:
                await self.tick()
            await asyncio.sleep(self.pause.total_seconds())

    async def tick(self) -> None:
        """Run one cycle if anything may be due."""
        now = self.clock()
        back = self._before is not None and now < self._before - TICK
        self._before = now
        # A clock that was set back would otherwise leave `_look_at` in a far future.
        if self._look_at is not None and now < self._look_at <= now + LOOK_AGAIN and not back:
            self.last_good = self.last_good if self.last_error else now
            return
        self._first = self._first or back
        started = perf_counter()
        try:
            await self._work(now)
            self.last_good, self.last_error = now, ""
            self.tally.beat(perf_counter() - started, good=True)
        except Exception as error:
            # The one edge where anything is caught: the watch goes on when the cause is gone.
            self.last_error = str(error) or type(error).__name__
            self._first, self._look_at = True, now + TRY_AGAIN
            self.tally.beat(perf_counter() - started, good=False)
            log.exception("beat failed")
        else:
            await self._give_sign(now)

    async def _work(self, now: datetime) -> None:
        """One cycle, and when to look again."""
        done = await cycle(self.beat, now, every_signal=self._first)
        self._first = False
        self.tally.work(done.outcomes, ((one.signal, one.kind.value) for one in done.transitions), done.sent)
        _log(done)
        with self.beat.store.reading() as tx:
            due = min(filter(None, (tx.sources.next_due(), tx.deliveries.next_due())), default=now + LOOK_AGAIN)
        waiting = now + TICK if done.transitions or done.digests else due
        self._look_at = min(max(waiting, now + TICK), now + LOOK_AGAIN)

    async def _give_sign(self, now: datetime) -> None:
        """Tell another service that this cycle was good; one that does not listen is no trouble of ours."""
        if self.beat.after is None or (self._sign_at is not None and now < self._sign_at <= now + SIGN_EVERY):
            return
        self._sign_at = now + SIGN_EVERY
        try:
            await self.beat.after()
        except Exception:
            log.exception("the sign of life could not be given")
