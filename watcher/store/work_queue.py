"""How the workers on a server do, read from the tables of their queue; no table of ours need be loaded for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from watcher.core.decision.timing import QueuedSource
from watcher.core.model import count
from watcher.store.codec import moment
from watcher.store.repository import Statements, batches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

SERVER = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
"""The time on the clock of the server, in microseconds since 1970."""
MAX_JOB_WAIT = timedelta(minutes=10)
"""A queue whose oldest job has waited for longer has too few workers, or none."""
COUNTED = "SELECT task, outcome, many, seconds, last_at FROM job_run ORDER BY task, outcome"
# The tables of Procrastinate, as its own documentation names them.
IS_THERE = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL"
POLLED = (
    "SELECT place.value->>0, place.value->>1, coalesce(jobs.lock, '') FROM procrastinate_jobs AS jobs"
    " CROSS JOIN jsonb_array_elements(jobs.args->'places') AS place(value)"
    " WHERE jobs.queue_name = 'poll' AND jobs.status IN ('todo', 'doing')"
)
WAITING = "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock IN :names"
DOING = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = :worker"
DEPTH = (
    "SELECT jobs.queue_name, CAST(jobs.status AS text), count(*), CAST(extract(epoch FROM min(events.at)) * 1000000 AS BIGINT)"
    " FROM procrastinate_jobs AS jobs LEFT JOIN procrastinate_events AS events ON events.job_id = jobs.id"
    " AND events.type = 'deferred' WHERE jobs.status IN ('todo', 'doing', 'failed')"
    " AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now()) GROUP BY jobs.queue_name, jobs.status ORDER BY 1, 2"
)
ALIVE = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - CAST('30 seconds' AS interval)"
# No heartbeat is of the future, and no job of ours is put off by more than seconds: the clock of the server was set back.
ALIVE_LATER = (
    "UPDATE procrastinate_workers SET last_heartbeat = now()"
    " WHERE last_heartbeat > clock_timestamp() + CAST('5 seconds' AS interval)"
)
DONE_LATER = (
    "UPDATE procrastinate_jobs SET scheduled_at = now()"
    " WHERE status = 'todo' AND scheduled_at > now() + CAST('1 minute' AS interval)"
)


@dataclass(frozen=True, slots=True)
class JobCount:
    """How often the jobs of a task ended in one way, on all workers together."""

    task: str
    outcome: str
    many: int
    seconds: float
    """How long all of them took."""
    last_at: datetime


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """The jobs of one queue in one state: todo, doing or failed."""

    queue: str
    status: str
    many: int
    oldest_at: datetime | None
    """When the oldest of them was queued."""


@dataclass(frozen=True, slots=True)
class QueueNumbers:
    """How the workers on a server do."""

    workers: int
    """Those whose heartbeat is at most half a minute old."""
    queues: tuple[QueueDepth, ...]
    jobs: tuple[JobCount, ...]

    def waiting(self) -> tuple[QueueDepth, ...]:
        """The queues in which jobs wait for a worker."""
        return tuple(one for one in self.queues if one.status == "todo")

    def late(self, now: datetime) -> tuple[str, ...]:
        """The queues that have too few workers, and since when their oldest job waits."""
        return tuple(
            f"{one.queue} since {one.oldest_at:%H:%M}"
            for one in self.waiting()
            if one.oldest_at and now - one.oldest_at > MAX_JOB_WAIT
        )


class WorkQueue(Statements):
    """How the workers do."""

    __slots__ = ()

    def counted(self) -> tuple[JobCount, ...]:
        """How the jobs ended so far."""
        rows = self.rows(COUNTED)
        return tuple(JobCount(task, outcome, many, seconds, moment(last)) for task, outcome, many, seconds, last in rows)

    def polled(self) -> list[QueuedSource]:
        """The sources whose jobs wait or are being done."""
        return [QueuedSource(source, host, lane) for source, host, lane in self.rows(POLLED)]

    def waiting(self, names: Iterable[str]) -> frozenset[str]:
        """Of the names under which a job is queued once those of jobs that wait."""
        found = (self.rows(WAITING, {"names": some}) for some in batches(names))
        return frozenset(name for rows in found for (name,) in rows)

    def doing(self, worker: int) -> list[int]:
        """The jobs that this worker does."""
        return [job for (job,) in self.rows(DOING, {"worker": worker})]

    def set_back(self) -> None:
        """After the clock of the server was set back: what waits for a later time, and who seems to be alive until then."""
        for statement in (ALIVE_LATER, DONE_LATER):
            self.run(statement)

    def server_time(self) -> datetime:
        """What the clock of the server shows: it is one for all who work on it."""
        then: datetime = moment(self.value(f"SELECT {SERVER}"))
        return then

    def numbers(self) -> QueueNumbers | None:
        """How the workers do; None where there never was one."""
        if self.connection.dialect.name != "postgresql" or not self.value(IS_THERE):
            return None
        queues = tuple(QueueDepth(queue, status, many, moment(first)) for queue, status, many, first in self.rows(DEPTH))
        return QueueNumbers(int(self.value(ALIVE)), queues, self.counted())


def workers_line(seen: QueueNumbers) -> str:
    """The workers and what waits for them, in a line."""
    waiting = seen.waiting()
    words = ", ".join(f"{one.many:,} in {one.queue}" for one in waiting) or "no job waits"
    first = min((one.oldest_at for one in waiting if one.oldest_at), default=None)
    since = f", the oldest since {first:%Y-%m-%d %H:%M:%S} UTC" if first else ""
    return f"{count(seen.workers, 'worker')}; {words}{since}"
