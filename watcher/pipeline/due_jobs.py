"""Which of the sources that are due are queued now, for workers on one server: the longest overdue, few of one host."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from watcher.core.decision.queueing import (
    MAX_POLLS_OF_A_JOB,
    MIN_POLLS_OF_A_JOB,
    DueSource,
    PollJob,
    QueuedSource,
    not_queued,
    poll_jobs,
)
from watcher.pipeline.under_way import host_of
from watcher.store.sources import Place
from watcher.store.store import Store

MAX_QUEUED_AT_ONCE = 2_000
"""Sources that are queued at once."""
MAX_WAITING_SOURCES = 10_000
"""With so many sources waiting no more are queued: they would only wait in another place."""


def due_jobs(store: Store, now: datetime, *, per_host: int, concurrency: int) -> list[PollJob]:
    """The jobs to queue, where a worker asks so many sources at a time. Raises StoreError."""
    with store.reading() as tx:
        queued = tx.shared.polled()
        if len(queued) >= MAX_WAITING_SOURCES:
            return []
        most = MAX_QUEUED_AT_ONCE + len(queued)
        due = tx.sources.due(now, most)
        fresh = _fresh(due, queued, per_host)
        if len(due) == most and len(fresh) < MAX_QUEUED_AT_ONCE // 2:
            fresh = _fresh(tx.sources.due(now), queued, per_host)  # hosts that have enough to do stand in front: look behind them
    # Two jobs are as much as a worker asks at a time: the others get their share of what is due.
    of_a_job = min(max(concurrency // 2, MIN_POLLS_OF_A_JOB), MAX_POLLS_OF_A_JOB)
    return list(poll_jobs(fresh[:MAX_QUEUED_AT_ONCE], queued, per_host, of_a_job, max(concurrency // 2, 1)))


def _fresh(due: Iterable[Place], queued: Collection[QueuedSource], per_host: int) -> list[DueSource]:
    return not_queued((DueSource(one.source, one.signal, host_of(one.url), one.failures > 0) for one in due), queued, per_host)
