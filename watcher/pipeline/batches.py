"""The first beat: poll what is due, keep what was seen, decide, and book it all in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self

from watcher.core.decision.claims import claims_of
from watcher.core.model import Signal, Transition
from watcher.pipeline.decide import update_verdict
from watcher.pipeline.poll import Get, PollResult, Read, internal_error, poll_all
from watcher.pipeline.record import record_results
from watcher.pipeline.skip_unchanged import invalidate, skip_unchanged
from watcher.store import Due, Store, StoreError, Transaction

__all__ = ["BatchResult", "Get", "PollBatches", "Read", "invalidate", "skip_unchanged", "update_verdicts"]

log = logging.getLogger(__name__)

BATCH = 100
"""Polls that are made at once and booked together; what they bring is in memory together."""
CHUNK = 25
"""Of these, readings with something in them that are worked on at a time."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What one round of polls brought."""

    polls: int = 0
    observations: int = 0
    signals: frozenset[str] = frozenset()
    """The signals whose sources were polled: they are to be settled."""
    waiting: frozenset[str] = frozenset()
    """Those of them, and of the rounds before, that have more to be polled at this moment (pages that were just found)."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """How the polls ended."""


class PollBatches:
    """Round after round of polls at one moment: while what one of them has read is kept and decided, the next one asks and reads.

    A source is asked once; pages that one round has found are in the next but one at the latest.
    """

    def __init__(
        self, store: Store, signals: Mapping[str, Signal], *, get: Get, read: Read, now: datetime, dice: Callable[[], float]
    ) -> None:
        """Take where to look, and the moment."""
        self._store, self._signals, self._now, self._dice = store, signals, now, dice
        self._known = {source.id: source for signal in signals.values() for source in signal.sources}
        self._look = partial(poll_all, get=get, read=read, now=now, dice=dice)
        self._ahead: asyncio.Task[list[PollResult]] | None = None
        self._waiting = frozenset[str]()

    async def __aenter__(self) -> Self:
        """The first round is asked for when it is wanted."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Break off what was asked for and is not wanted any more."""
        if self._ahead is not None:
            self._ahead.cancel()
            await asyncio.gather(self._ahead, return_exceptions=True)

    async def next(self) -> BatchResult:
        """Keep what the sources say that are due. Raises StoreError where nothing can be read or stored."""
        readings = await self._ahead if self._ahead else []
        self._ahead = None
        # What the last round has found was not there yet when this one looked ahead.
        readings = readings or await self._looked(frozenset())
        if not readings:
            return BatchResult()
        if len(readings) == BATCH:
            asked = frozenset(reading.due.source.id for reading in readings)
            self._ahead = asyncio.create_task(self._looked(asked), name="looking ahead")
        seen = await asyncio.to_thread(self._kept, readings)
        self._waiting = seen.waiting
        return seen

    def _kept(self, readings: Sequence[PollResult]) -> BatchResult:
        """Keep them, then see what of their signals, and of those that were waiting, is still to be polled."""
        seen = _keep_all(self._store, self._signals, readings, self._now, self._dice)
        with self._store.reading() as tx:
            return replace(seen, waiting=tx.sources.signals_due(self._now, seen.signals | self._waiting))

    async def _looked(self, asked: frozenset[str]) -> list[PollResult]:
        """What the sources say that are due and not asked already."""
        due, missing = await asyncio.to_thread(self._due, asked)
        return await self._look(due, missing=missing)

    def _due(self, asked: frozenset[str]) -> tuple[list[Due], frozenset[str]]:
        """The sources to poll now, and those of them of which an entry is missing."""
        with self._store.reading() as tx:
            most = BATCH + len(asked)
            found = tx.sources.due(self._now, most, self._known)
            due = self._mine(found, asked)
            if len(due) < BATCH and len(found) == most:  # some belong to nobody whom we know: look behind them
                due = self._mine(tx.sources.due(self._now, known=self._known), asked)
            return due, _missing(tx, [one.source.id for one in due if one.source.record])

    def _mine(self, found: Iterable[Due], asked: frozenset[str]) -> list[Due]:
        """At most a batch of those that are ours to ask."""
        return [one for one in found if one.source.id not in asked and one.source.signal in self._signals][:BATCH]


def _keep_all(
    store: Store, signals: Mapping[str, Signal], readings: Sequence[PollResult], now: datetime, dice: Callable[[], float]
) -> BatchResult:
    """Keep what was read, together where that goes."""
    try:
        with store.writing() as tx:
            return _keep(tx, signals, readings, now)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001 - each is tried by itself next, and its error told
        log.warning("%d readings could not be kept together; each is kept by itself", len(readings))
        return _sum([_keep_alone(store, signals, reading, now, dice()) for reading in readings])


def _keep_alone(store: Store, signals: Mapping[str, Signal], reading: PollResult, now: datetime, dice: float) -> BatchResult:
    """Keep one reading; one that cannot be kept is booked as the failure of its source."""
    try:
        with store.writing() as tx:
            return _keep(tx, signals, [reading], now)
    except StoreError:
        raise
    except Exception as error:
        log.exception("what %s says could not be kept", reading.due.source.id)
        with store.writing() as tx:
            return _keep(tx, signals, [internal_error(reading.due, error, now=now, dice=dice)], now)


def _sum(parts: Sequence[BatchResult]) -> BatchResult:
    return BatchResult(
        sum(part.polls for part in parts),
        sum(part.observations for part in parts),
        frozenset().union(*(part.signals for part in parts)),
        outcomes=sum((part.outcomes for part in parts), Counter()),
    )


def _missing(tx: Transaction, records: Sequence[str]) -> frozenset[str]:
    """The record sources of which an entry has vanished and is not withdrawn yet."""
    known = tx.observations.known(records)
    return frozenset(
        source for source, entries in known.items() if any(one.missing_since and not one.withdrawn_at for one in entries.values())
    )


def _keep(tx: Transaction, signals: Mapping[str, Signal], readings: Sequence[PollResult], now: datetime) -> BatchResult:
    owner = {reading.due.source.id: reading.due.source.signal for reading in readings}
    observations = sum(_keep_some(tx, signals, owner, some, now) for some in _slices(readings))
    polled = frozenset(owner.values())
    outcomes = Counter(reading.poll.outcome.value for reading in readings)
    return BatchResult(len(readings), observations, polled, outcomes=outcomes)


def _slices(readings: Sequence[PollResult]) -> Iterator[Sequence[PollResult]]:
    """Those that brought nothing together, the others a few at a time: what is made of them need not be in memory together."""
    yield [reading for reading in readings if reading.entries is None]
    full = [reading for reading in readings if reading.entries is not None]
    yield from (full[start : start + CHUNK] for start in range(0, len(full), CHUNK))


def _keep_some(
    tx: Transaction, signals: Mapping[str, Signal], owner: Mapping[str, str], readings: Sequence[PollResult], now: datetime
) -> int:
    """Book some readings and what they claim; how many observations they brought."""
    observations = record_results(tx, readings, now)
    if observations:
        tx.claims.add([claim for seen in observations for claim in claims_of(signals[owner[seen.source]], seen)])
    return len(observations)


def update_verdicts(
    store: Store, signals: Iterable[Signal], now: datetime, *, known_until: datetime | None = None
) -> tuple[Transition, ...]:
    """Decide some signals again, each verdict in one transaction with its transitions; all transitions. Raises StoreError."""
    told: list[Transition] = []
    for signal in signals:
        with store.writing() as tx:
            told += update_verdict(tx, signal, now, known_until=known_until)
    return tuple(told)
