"""The first beat: poll what is due, keep what was seen, decide, and book it all in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from watcher.core.model import Signal, Transition
from watcher.observe.booking import book
from watcher.observe.holding import forget, hold_all
from watcher.observe.looking import Get, Read, Reading, look_at_all, spoilt
from watcher.observe.settling import settle
from watcher.store import Due, Store, StoreError, Transaction

__all__ = ["Get", "Read", "Seen", "forget", "hold_all", "observe", "settle_all"]

log = logging.getLogger(__name__)

BATCH = 200
"""Polls that are made at once and booked together; what they bring is in memory together."""
SLICE = 25
"""Of these, readings with something in them that are worked on at a time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one round of polls brought."""

    polls: int = 0
    observations: int = 0
    signals: frozenset[str] = frozenset()
    """The signals whose sources were polled: they are to be settled."""
    waiting: frozenset[str] = frozenset()
    """Those of them that have more to be polled at this moment (pages that were just found)."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """How the polls ended."""


async def observe(
    store: Store, signals: Mapping[str, Signal], *, get: Get, read: Read, now: datetime, dice: Callable[[], float]
) -> Seen:
    """Poll the sources that are due at `now` and keep what they say. Raises StoreError where nothing can be stored."""
    due, missing = await asyncio.to_thread(_due, store, signals, now)
    if not due:
        return Seen()
    readings = await look_at_all(due, get=get, read=read, now=now, dice=dice, missing=missing)
    return await asyncio.to_thread(_keep_all, store, signals, readings, now, dice)  # the page is served meanwhile


def _due(store: Store, signals: Mapping[str, Signal], now: datetime) -> tuple[list[Due], frozenset[str]]:
    """The sources to poll now, and those of them of which an entry is missing."""
    with store.reading() as tx:
        due = [one for one in tx.sources.due(now, BATCH) if one.source.signal in signals]
        return due, _missing(tx, [one.source.id for one in due if one.source.record])


def _keep_all(
    store: Store, signals: Mapping[str, Signal], readings: Sequence[Reading], now: datetime, dice: Callable[[], float]
) -> Seen:
    """Keep what was read, together where that goes."""
    try:
        with store.writing() as tx:
            return _keep(tx, signals, readings, now)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001 - each is tried by itself next, and its error told
        log.warning("%d readings could not be kept together; each is kept by itself", len(readings))
        return _sum([_keep_alone(store, signals, reading, now, dice()) for reading in readings])


def _keep_alone(store: Store, signals: Mapping[str, Signal], reading: Reading, now: datetime, dice: float) -> Seen:
    """Keep one reading; one that cannot be kept is booked as the failure of its source."""
    try:
        with store.writing() as tx:
            return _keep(tx, signals, [reading], now)
    except StoreError:
        raise
    except Exception as error:
        log.exception("what %s says could not be kept", reading.due.source.id)
        with store.writing() as tx:
            return _keep(tx, signals, [spoilt(reading.due, error, now=now, dice=dice)], now)


def _sum(parts: Sequence[Seen]) -> Seen:
    return Seen(
        sum(part.polls for part in parts),
        sum(part.observations for part in parts),
        frozenset().union(*(part.signals for part in parts)),
        parts[-1].waiting,
        sum((part.outcomes for part in parts), Counter()),
    )


def _missing(tx: Transaction, records: Sequence[str]) -> frozenset[str]:
    """The record sources of which an entry has vanished and is not withdrawn yet."""
    known = tx.observations.known(records)
    return frozenset(
        source for source, entries in known.items() if any(one.missing_since and not one.withdrawn_at for one in entries.values())
    )


def _keep(tx: Transaction, signals: Mapping[str, Signal], readings: Sequence[Reading], now: datetime) -> Seen:
    owner = {reading.due.source.id: reading.due.source.signal for reading in readings}
    observations = sum(_keep_some(tx, signals, owner, some, now) for some in _slices(readings))
    polled = frozenset(owner.values())
    waiting = frozenset(one.source.signal for one in tx.sources.due(now, BATCH)) & polled
    outcomes = Counter(reading.poll.outcome.value for reading in readings)
    return Seen(len(readings), observations, polled, waiting, outcomes)


def _slices(readings: Sequence[Reading]) -> Iterator[Sequence[Reading]]:
    """Those that brought nothing together, the others a few at a time: what is made of them need not be in memory together."""
    yield [reading for reading in readings if reading.entries is None]
    full = [reading for reading in readings if reading.entries is not None]
    yield from (full[start : start + SLICE] for start in range(0, len(full), SLICE))


def _keep_some(
    tx: Transaction, signals: Mapping[str, Signal], owner: Mapping[str, str], readings: Sequence[Reading], now: datetime
) -> int:
    """Book some readings and what they claim; how many observations they brought."""
    observations = book(tx, readings, now)
    if observations:
        from watcher.core.claims import claims_of  # noqa: PLC0415 - most beats see nothing new, and load none of it

        tx.claims.add([claim for seen in observations for claim in claims_of(signals[owner[seen.source]], seen)])
    return len(observations)


def settle_all(
    store: Store, signals: Iterable[Signal], now: datetime, *, known_until: datetime | None = None
) -> tuple[Transition, ...]:
    """Decide some signals again, each verdict in one transaction with its transitions; all transitions. Raises StoreError."""
    told: list[Transition] = []
    for signal in signals:
        with store.writing() as tx:
            told += settle(tx, signal, now, known_until=known_until)
    return tuple(told)
