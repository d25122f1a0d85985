"""Where everything stands, in one look at the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watcher.core.decision.pacing import overdue_at
from watcher.core.model import Verdict
from watcher.store.codec import moment
from watcher.store.records import JOBS, Delivery, State, Stopped
from watcher.store.store import Store

LOOKS = "SELECT signal, last_tried_at, next_at FROM source WHERE retired_at IS NULL AND next_at IS NOT NULL AND parent = ''"
LOOKED_AT, SHOWN = 200, 20
"""Deliveries of each state that are looked at for trouble, and troubled ones that are shown: the summary stays quick."""


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A delivery that did not go as it should: given up, refused and to be tried again, or uncertain."""

    id: int
    recipient: str
    channel: str
    state: State
    attempts: int
    uncertain: bool
    """It may have arrived; a repeat carries the same Message-ID."""
    error: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Where every signal stands, and how the outbox does."""

    verdicts: Mapping[str, Verdict]
    deliveries: Mapping[State, int]
    letters: tuple[FailedDelivery, ...] = ()
    """What did not go as it should, newest first."""
    looks: Mapping[str, Looks] = field(default_factory=dict)
    """By signal; empty for a past moment."""
    stopped: tuple[Stopped, ...] = ()
    """Recipients to whom nothing more is sent; empty for a past moment."""
    jobs: str = ""
    """What the jobs of the running watch did last, as it wrote it; empty for a past moment and without one."""


@dataclass(frozen=True, slots=True)
class Looks:
    """When the sources of a signal were looked at."""

    last: datetime | None
    overdue_at: datetime | None
    """When it is overdue unless somebody looks before."""


def load_summary(url: str, as_of: datetime | None = None) -> Summary:
    """Where everything stands now, or stood as of then; an older schema is brought up to date. Raises StoreError."""
    with Store.open(url) as store, store.reading() as tx:
        latest, counts = tx.verdicts.all_latest(), tx.deliveries.counts()
        letters = troubled(failed_delivery(one) for state in State for one in tx.deliveries.of(state, limit=LOOKED_AT))
        if as_of is None:
            looks, jobs = looks_of(tx.rows(LOOKS)), tx.meta.get(JOBS)
            return Summary(latest, counts, letters, looks, tx.mailboxes.stopped(), jobs)
        held = {signal: tx.verdicts.as_of(signal, as_of) for signal in latest}
        return Summary({signal: verdict for signal, verdict in held.items() if verdict}, counts, letters)


def looks_of(rows: Iterable[tuple[str, int | None, int]]) -> dict[str, Looks]:
    """By signal when its declared sources were looked at, from the columns of `LOOKS`."""
    found: dict[str, list[tuple[datetime | None, datetime | None]]] = {}
    for signal, last, next_at in rows:
        found.setdefault(signal, []).append((moment(last), moment(next_at)))
    return {
        signal: Looks(max((last for last, _ in pairs if last), default=None), overdue_at(pairs))
        for signal, pairs in found.items()
    }


def troubled(letters: Iterable[FailedDelivery]) -> tuple[FailedDelivery, ...]:
    """Those among them that a person should know of, newest first."""
    found = [
        one
        for one in letters
        if one.state is State.DEAD or one.uncertain or (one.state is not State.SENT and (one.attempts or one.error))
    ]
    return tuple(sorted(found, key=lambda one: one.id, reverse=True)[:SHOWN])


def failed_delivery(one: Delivery) -> FailedDelivery:
    """What a person needs to know of a delivery."""
    return FailedDelivery(one.id, one.recipient, one.channel, one.state, one.attempts, one.uncertain, one.error, one.next_at)
