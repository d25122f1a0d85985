"""From what was read to what is kept: compared, understood, and recorded, each failure as that of its source."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from watcher.core.model import Claim, Observation, Signal, Unreadable
from watcher.pipeline.poll import PollResult, failure, internal_error
from watcher.pipeline.record import Sifted, encode, record_results, sift
from watcher.store.engine import Scope
from watcher.store.errors import StoreError
from watcher.store.store import Store, Transaction

log = logging.getLogger(__name__)

Understand: TypeAlias = Callable[[Signal, Sequence[Observation]], Awaitable[tuple[tuple[Claim, ...], ...]]]
"""Of each observation what it claims under the rules of a signal. Raises Unreadable where that takes too long."""
Check: TypeAlias = Callable[[Transaction], None]
"""Asked inside a transaction before anything is written in it; raises StoreError where nothing must be."""


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
    reading: frozenset[str] = frozenset()
    """The signals of which something was read that is still to be understood: a verdict of now could not hold it."""


def unchecked(_tx: Transaction) -> None:
    """Let everything be written: nobody else has another configuration."""


def sift_all(store: Store, readings: Sequence[PollResult], now: datetime, dice: Callable[[], float]) -> list[Sifted]:
    """Find what is new in each; one with which that fails is the failure of its source. Raises StoreError."""
    with store.reading() as tx:
        try:
            return sift(tx, readings, now)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - each is tried by itself next, and its error told
            log.warning("%d readings could not be compared together; each is compared by itself", len(readings))
    return [_sift_alone(store, reading, now, dice) for reading in readings]


def _sift_alone(store: Store, reading: PollResult, now: datetime, dice: Callable[[], float]) -> Sifted:
    """In a transaction of its own: PostgreSQL answers nothing more in one in which it has refused something."""
    with store.reading() as tx:
        try:
            return sift(tx, [reading], now)[0]
        except StoreError:
            raise
        except Exception as error:
            log.exception("what %s says could not be compared", reading.due.source.id)
            return Sifted(internal_error(reading.due, error, now=now, dice=dice()))


async def understood(one: Sifted, signal: Signal, understand: Understand, dice: Callable[[], float]) -> Sifted:
    """The same with its claims; what is not understood within bounds is the failure of its source."""
    reading = one.reading
    document, now = reading.document.hash if reading.document else "", reading.poll.at
    try:
        claims = await understand(signal, one.fresh)
    except Unreadable as error:
        log.warning("what %s says was not understood: %s", reading.due.source.id, error.reason)
        return Sifted(failure(reading.due, error, now=now, dice=dice(), document=document))
    except Exception as error:
        log.exception("what %s says could not be understood", reading.due.source.id)
        return Sifted(internal_error(reading.due, error, now=now, dice=dice()))
    return replace(one, claims=claims)


def signal_lock(signal: str) -> str:
    """The name under which a signal is decided by one at a time."""
    return f"signal {signal}"


def scope_of(ready: Iterable[Sifted]) -> Scope:
    """Beside other readings, and not while one of their signals is decided: it would not know what to be decided again for."""
    return Scope(share=tuple({signal_lock(one.reading.due.source.signal) for one in ready}))


def keep_all(
    store: Store, ready: Sequence[Sifted], now: datetime, dice: Callable[[], float], *, check: Check = unchecked
) -> BatchResult:
    """Keep what was read, together where that goes. Raises StoreError, where nothing is kept."""
    ready = [_encoded(one, now, dice) for one in ready]
    try:
        with store.writing(scope_of(ready)) as tx:
            check(tx)
            return _keep(tx, ready, now)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001 - each is tried by itself next, and its error told
        log.warning("%d readings could not be kept together; each is kept by itself", len(ready))
        return _sum([_keep_alone(store, one, now, dice(), check) for one in ready])


def _encoded(one: Sifted, now: datetime, dice: Callable[[], float]) -> Sifted:
    """The same as it is written, for which nobody is to wait; one that cannot be written is the failure of its source."""
    try:
        return replace(one, encoded=encode(one))
    except Exception as error:
        log.exception("what %s says could not be written", one.reading.due.source.id)
        return Sifted(internal_error(one.reading.due, error, now=now, dice=dice()))


def _keep_alone(store: Store, one: Sifted, now: datetime, dice: float, check: Check) -> BatchResult:
    """Keep one reading; one that cannot be kept is recorded as the failure of its source."""
    try:
        with store.writing(scope_of([one])) as tx:
            check(tx)
            return _keep(tx, [one], now)
    except StoreError:
        raise
    except Exception as error:
        log.exception("what %s says could not be kept", one.reading.due.source.id)
        with store.writing(scope_of([one])) as tx:
            check(tx)
            return _keep(tx, [Sifted(internal_error(one.reading.due, error, now=now, dice=dice))], now)


def _sum(parts: Sequence[BatchResult]) -> BatchResult:
    return BatchResult(
        sum(part.polls for part in parts),
        sum(part.observations for part in parts),
        frozenset().union(*(part.signals for part in parts)),
        outcomes=sum((part.outcomes for part in parts), Counter()),
    )


def _keep(tx: Transaction, ready: Sequence[Sifted], now: datetime) -> BatchResult:
    observations = record_results(tx, ready, now)
    polled = frozenset(one.reading.due.source.signal for one in ready)
    outcomes = Counter(one.reading.poll.outcome.value for one in ready)
    return BatchResult(len(ready), observations, polled, outcomes=outcomes)


def missing_entries(tx: Transaction, records: Sequence[str]) -> frozenset[str]:
    """The record sources of which an entry has vanished and is not withdrawn yet."""
    known = tx.observations.known(records)
    return frozenset(
        source for source, entries in known.items() if any(one.missing_since and not one.withdrawn_at for one in entries.values())
    )
