"""The first beat: poll what is due, keep what was seen, decide, and book it all in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.core.claims import claims_of
from watcher.core.model import Signal, Transition
from watcher.observe.booking import book
from watcher.observe.looking import Get, Read, Reading, look_at_all
from watcher.observe.settling import settle
from watcher.store import Store, Transaction

__all__ = ["Get", "Read", "Seen", "observe", "settle_all"]

BATCH = 500
"""Polls that are booked together."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one round of polls brought."""

    polls: int
    observations: int
    transitions: tuple[Transition, ...]


async def observe(
    store: Store,
    signals: Mapping[str, Signal],
    *,
    get: Get,
    read: Read,
    now: datetime,
    dice: Callable[[], float],
    known_until: datetime | None = None,
) -> Seen:
    """Poll the sources that are due at `now` and settle their signals. Raises StoreError where nothing can be stored."""
    with store.reading() as tx:
        due = [one for one in tx.sources.due(now, BATCH) if one.source.signal in signals]
        missing = _missing(tx, [one.source.id for one in due if one.source.record])
    readings = await look_at_all(due, get=get, read=read, now=now, dice=dice, missing=missing)
    with store.writing() as tx:
        return _settle(tx, signals, readings, now, known_until)


def _missing(tx: Transaction, records: Sequence[str]) -> frozenset[str]:
    """The record sources of which an entry has vanished and is not withdrawn yet."""
    known = tx.observations.known(records)
    return frozenset(
        source for source, entries in known.items() if any(one.missing_since and not one.withdrawn_at for one in entries.values())
    )


def _settle(
    tx: Transaction, signals: Mapping[str, Signal], readings: Sequence[Reading], now: datetime, known_until: datetime | None
) -> Seen:
    observations = book(tx, readings, now)
    owner = {reading.due.source.id: reading.due.source.signal for reading in readings}
    tx.claims.add([claim for seen in observations for claim in claims_of(signals[owner[seen.source]], seen)])
    told = settle_all(tx, [signals[name] for name in sorted(set(owner.values()))], now, known_until=known_until)
    return Seen(len(readings), len(observations), told)


def settle_all(
    tx: Transaction, signals: Sequence[Signal], now: datetime, *, known_until: datetime | None = None
) -> tuple[Transition, ...]:
    """Settle some signals; all their transitions."""
    return tuple(transition for signal in signals for transition in settle(tx, signal, now, known_until=known_until))
