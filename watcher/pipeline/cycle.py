"""One cycle: three stages in turn, as long as anything is due; due times are data, so any of them may be the last."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from itertools import repeat
from math import inf
from time import perf_counter
from typing import TypeAlias

from watcher.clock import Clock
from watcher.core.model import Signal, Transition
from watcher.pipeline.announce import Route, announce, send_reminders
from watcher.pipeline.batches import NORMAL, BatchResult, Bounds, Get, Poller, Read, Understand, skip_unchanged, update_verdicts
from watcher.pipeline.deliver import Counts
from watcher.pipeline.subscribers import purge_unconfirmed
from watcher.store.codec import moment_in
from watcher.store.errors import ErrorKind, StoreError
from watcher.store.records import MetaKey, Policy
from watcher.store.store import Store

# Errors of our own inside one cycle: the part that failed is left out, the others go on, and the cycle says so at its end.

log = logging.getLogger(__name__)


class ErrorCollector:
    """What went wrong in one cycle."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.errors: list[Exception] = []

    @contextmanager
    def left_out(self, what: str) -> Iterator[None]:
        """Do one part; where it fails, note it and go on. A database that cannot be used ends the cycle: raises StoreError."""
        try:
            yield
        except StoreError as error:
            if error.kind is not ErrorKind.SPOILT:
                raise
            log.error("%s failed; the rest of the cycle goes on: %s", what, error)  # noqa: TRY400 - the words say it all
            self.errors.append(error)
        except Exception as error:
            log.exception("%s failed; the rest of the cycle goes on", what)
            error.add_note(what)
            self.errors.append(error)

    def tell(self) -> None:
        """Raise what was noted, so that the cycle does not count as a good one."""
        if self.errors and all(isinstance(error, StoreError) for error in self.errors):
            raise self.errors[0]  # for a person to mend, and one row after the other
        if self.errors:
            raise ExceptionGroup("a part of the cycle failed", self.errors)


# Once a day what nothing cites is deleted after its time, beside all else; not on a day on which the clock may be wrong.

PAUSE_BETWEEN_RUNS = timedelta(days=1)
RETENTION_GAP = timedelta(days=10)
"""After a gap as long as this nothing is deleted for another day: a clock that ran ahead must not cost what was kept."""


async def run_retention(store: Store, now: datetime, policy: Policy) -> bool:
    """Delete what is due, slice by slice, and let others write in between; whether it was done at `now`. Raises StoreError."""
    with store.reading() as tx:
        last = tx.meta.read(MetaKey.RETENTION_LAST_RUN, moment_in)
    passed = now - last if last else None
    if passed is not None and timedelta(0) <= passed < PAUSE_BETWEEN_RUNS:
        return False
    with store.writing() as tx:
        tx.meta.put(MetaKey.RETENTION_LAST_RUN, now.isoformat())
    if passed is None or not PAUSE_BETWEEN_RUNS <= passed < RETENTION_GAP:
        return False
    slices, begun = store.retention(now, policy), perf_counter()
    while await asyncio.to_thread(next, slices, None):
        await asyncio.sleep(perf_counter() - begun)  # as long as the slice took: who waits for the writer has half of the time
        begun = perf_counter()
    return True


# The cycle: the stages in turn, as long as anything is due.

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many sources have been asked at least once, followed pages too, and how many there are."""
NO_COUNTS = Counts()

ROUNDS = 500
"""Rounds of polls in one cycle of the daemon, which goes on in the next one; a cycle of its own ends when nothing is due."""
NEWS_WAITS_SECONDS = 1.0
"""Seconds of one cycle after which news that waits for no other goes out, though more sources are to be polled."""
PROMPT = 1.0
"""Seconds that a cycle of the daemon waits for a first answer before it goes on with what it has."""
SHARE = 4
"""Then no more often than this many times as long as telling took: news of a thousand signals is slow to write."""
MAX_DECISION_DELAY = 45.0
"""Seconds after which a signal is decided although it has more to be polled, and a cycle of the daemon ends although more is due:
thousands of sources must delay neither it nor the mails. After a start it is long enough for every answer or time-out: what was
merely not asked yet is not out of sight.
"""


def log_progress(asked: int, known: int) -> None:
    """How far the first look is, as a line of the log."""
    log.info("first look: %d of %d sources and pages asked; the baseline follows when all have been", asked, known)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the three stages need, wired together once."""

    store: Store
    signals: Mapping[str, Signal]
    readers: Sequence[Route]
    get: Get
    read: Read
    understand: Understand
    """What new entries claim; a watch has it done within bounds, by processes of its own."""
    dice: Callable[[], float]
    wait: timedelta
    deliver: Callable[[datetime], Awaitable[Counts]]
    known_until: datetime | None = None
    zone: tzinfo | None = None
    """Of the readers, for weekly notes and reminders; None gives none (a rehearsal)."""
    after: Callable[[], Awaitable[None]] | None = None
    """The heartbeat ping, sent after good cycles."""
    hold: Callable[[datetime], bool] | None = None
    """Asked before each job of a running watch: whether others had changed its sources; raises OtherWatchError, StoreError."""
    keep: Policy | None = None
    """How long things are kept that nothing cites; None lets nothing go (a rehearsal)."""
    subscribing: bool = False
    """Whether people may subscribe, whose addresses are forgotten where they never confirm."""
    decide_within: float = MAX_DECISION_DELAY
    """Seconds."""
    progress: Progress = log_progress
    """Told how far a first look is."""
    progress_every: float = 5.0
    """Seconds."""
    bounds: Bounds = NORMAL
    quotes: bool = True
    """Whether what is said comes back with its quotes: of a first look at thousands of signals they are megabytes."""

    def poller(self) -> Poller:
        """One that polls its sources."""
        return Poller(
            self.store,
            self.signals,
            get=self.get,
            read=self.read,
            dice=self.dice,
            understand=self.understand,
            bounds=self.bounds,
        )


@dataclass(frozen=True, slots=True)
class CycleResult:
    """What one cycle did."""

    polls: int = 0
    transitions: tuple[Transition, ...] = ()
    digests: int = 0
    """How many; what they hold is in the store, and too much to be kept beside it."""
    delivered: Counts = NO_COUNTS
    outcomes: Counter[str] = field(default_factory=Counter)
    """How the polls ended."""


async def run_cycle(context: Context, now: datetime, *, every_signal: bool = False) -> CycleResult:
    """All work that is due at `now`: observe until nothing new is due, decide, announce, deliver.

    `every_signal`: also those without a poll, as after a start, when a cycle may have been cut off between polls and
    decisions, and as after a clock that was set back. Raises StoreError at once, and errors of our own at the end, together.
    """
    errors = ErrorCollector()
    done = await poll(context, now, errors, every_signal=every_signal)
    digests, delivered = done.digests, done.delivered
    with errors.left_out("reminding"):
        digests += await remind(context, now)
    with errors.left_out("purging"):
        await purge(context, now)
    with errors.left_out("delivering"):
        delivered += await context.deliver(now)
    with errors.left_out("deleting what is old"):
        await retain(context, now)
    errors.tell()
    return replace(done, digests=digests, delivered=delivered)


async def poll(
    context: Context,
    now: datetime,
    errors: ErrorCollector,
    *,
    every_signal: bool = False,
    poller: Poller | None = None,
    clock: Clock | None = None,
) -> CycleResult:
    """Observe until nothing new is due, decide, announce. Raises StoreError; other errors are collected.

    With a `poller` of the caller's, and its `clock`, it does not wait for what is slow to answer: the next poll keeps it.
    """
    if every_signal:
        reset_future_due_times(context.store, now)
    digests, delivered = 0, NO_COUNTS

    async def tell_at_once() -> None:
        nonlocal digests, delivered, now
        now = clock() if clock else now
        with errors.left_out("announcing"):
            digests += await asyncio.to_thread(_announce, context, now)
        with errors.left_out("delivering"):
            delivered += await context.deliver(now)

    # Without a wait for more, news does not wait for thousands of other sources either.
    at_once = None if context.wait else tell_at_once
    own = poller or context.poller()
    try:
        first = _FirstLook(context, begins=every_signal)
        pace = _Pace(own, clock or (lambda: now), PROMPT if poller else None, first)
        outcomes, told = await _observe_and_decide(context, pace, errors, every_signal=every_signal, tell=at_once)
    finally:
        if poller is None:
            await own.close()
    now = clock() if clock else now
    with errors.left_out("announcing"):
        digests += await asyncio.to_thread(_announce, context, now)
    return CycleResult(outcomes.total(), tuple(told), digests, delivered, outcomes)


async def remind(context: Context, now: datetime) -> int:
    """Put weekly notes and reminders into the outbox; how many. Raises StoreError."""
    if context.zone is None:
        return 0
    return len(
        await asyncio.to_thread(send_reminders, context.store, context.readers, context.signals, now=now, zone=context.zone)
    )


async def retain(context: Context, now: datetime) -> None:
    """Delete what is old and nothing cites. Raises StoreError."""
    if context.keep is not None:
        await run_retention(context.store, now, context.keep)


async def purge(context: Context, now: datetime) -> None:
    """Forget addresses that never confirmed. Raises StoreError."""
    if context.subscribing:
        await asyncio.to_thread(purge_unconfirmed, context.store, now)


def _announce(context: Context, now: datetime) -> int:
    return len(announce(context.store, context.readers, context.signals, now=now, wait=context.wait))


class _FirstLook:
    """Says now and then how far the first look at all sources is, which may take a minute; nothing when all have been asked."""

    def __init__(self, context: Context, *, begins: bool) -> None:
        """Begin to wait, where a cycle `begins` with every signal."""
        self._context, self._next = context, perf_counter() + context.progress_every if begins else inf

    async def tell(self) -> None:
        """How far it is, where it is time to say so. Raises StoreError."""
        if perf_counter() < self._next:
            return
        asked, known = await asyncio.to_thread(self._count)
        self._next = perf_counter() + self._context.progress_every if asked < known else inf
        if asked < known:
            self._context.progress(asked, known)

    def _count(self) -> tuple[int, int]:
        with self._context.store.reading() as tx:
            return tx.sources.asked()


@dataclass(frozen=True, slots=True)
class _Pace:
    """Who polls, by what time, and how many seconds a round waits for a first answer; None: as long as it takes."""

    poller: Poller
    clock: Clock
    wait: float | None
    first: _FirstLook

    async def look(self) -> BatchResult:
        """One round. Raises StoreError."""
        seen = await self.poller.next(self.clock(), self.wait)
        await self.first.tell()
        return seen


async def _observe_and_decide(
    context: Context, pace: _Pace, errors: ErrorCollector, *, every_signal: bool, tell: Callable[[], Awaitable[None]] | None
) -> tuple[Counter[str], list[Transition]]:
    """How the polls ended, and what the verdicts say anew.

    A signal is decided when its pages have been read too, so that a change is told with what they say.
    """
    outcomes, told, waiting, begun, pause = Counter[str](), list[Transition](), False, perf_counter(), NEWS_WAITS_SECONDS
    started = begun
    undecided = set(context.signals if every_signal else ())
    open_signals = set(await asyncio.to_thread(_unpolled, context, pace.clock()) if every_signal else ())
    for _ in repeat(None) if pace.wait is None else repeat(None, ROUNDS):
        seen = failed = BatchResult()
        with errors.left_out("observing"):
            seen = await pace.look()
        late = perf_counter() - started >= context.decide_within
        behind = pace.poller.full or (pace.poller.asks and not late)
        if undecided and behind and not seen.polls and seen is not failed:
            continue  # after a start all answers are waited for, round by round: what becomes due meanwhile is asked
        now = pace.clock()
        outcomes += seen.outcomes
        open_signals |= seen.signals
        # What is still open then waits for answers that are slow to come; where they never cease, the other jobs have their turn.
        last = not seen.polls or (late and pace.wait is not None and not undecided)
        ready = [name for name in open_signals - seen.reading if last or late or name not in seen.waiting]
        news = await asyncio.to_thread(_decide, context, sorted(ready), now, errors)  # the page is served meanwhile
        told += news
        waiting = waiting or bool(news)
        if waiting and tell is not None and perf_counter() - begun >= pause:
            telling = perf_counter()
            await tell()
            begun, waiting = perf_counter(), False
            pause = max(NEWS_WAITS_SECONDS, SHARE * (begun - telling))
        open_signals -= set(ready)
        undecided -= set(ready)
        if last:
            break
    if undecided:  # what could not be polled is decided by what is known: that it cannot be seen is part of it
        told += await asyncio.to_thread(_decide, context, sorted(undecided), pace.clock(), errors)
    return outcomes, told


def _unpolled(context: Context, now: datetime) -> list[str]:
    """The signals without anything to be polled now: the others are decided when it has been."""
    with context.store.reading() as tx:
        due = tx.sources.signals_due(now)
    return [name for name in context.signals if name not in due]


def _decide(context: Context, names: Sequence[str], now: datetime, errors: ErrorCollector) -> list[Transition]:
    """What the verdicts of these signals say anew; those that are known to hold are noted together."""
    told, still = list[Transition](), frozenset[str]()
    with errors.left_out("noting what still holds"):
        still = skip_unchanged(context.store, [context.signals[name] for name in names], now)
    for name in names:
        if name not in still:
            with errors.left_out(f"deciding {name}"):
                said = update_verdicts(context.store, [context.signals[name]], now, known_until=context.known_until)
                told += said if context.quotes else (replace(one, evidence=()) for one in said)
    return told


def reset_future_due_times(store: Store, now: datetime) -> None:
    """Bring due times back to `now` where an earlier cycle had a clock that went ahead of it."""
    with store.reading() as tx:
        ahead = tx.sources.ahead(now)
    if ahead:
        log.warning("The clock was set back by about %s: what was due by the old time is due now", ahead)
        with store.writing() as tx:
            tx.sources.set_back(now)
            tx.deliveries.set_back(now, ahead)
