"""What workers on one server share: its clock, turns at hosts, the queue's numbers, how jobs ended, what is to be queued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from watcher.store.codec import MICROSECOND, micros, moment
from watcher.store.repository import Repository
from watcher.store.sources import ARE_DUE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

SERVER = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
TURN = (
    f"INSERT INTO host_turn (host, free_at) VALUES (:host, {SERVER} + :gap) ON CONFLICT (host) DO UPDATE"
    f" SET free_at = greatest(host_turn.free_at, {SERVER}) + :gap RETURNING free_at - :gap - {SERVER}"
)
PASSED = f"DELETE FROM host_turn WHERE free_at < {SERVER} - 60000000"
COUNT = (
    "INSERT INTO job_run (task, outcome, many, seconds, last_at) VALUES (:task, :outcome, :many, :seconds, :at)"
    " ON CONFLICT (task, outcome) DO UPDATE SET many = job_run.many + excluded.many,"
    " seconds = job_run.seconds + excluded.seconds, last_at = excluded.last_at"
)
COUNTED = "SELECT task, outcome, many, seconds, last_at FROM job_run ORDER BY task, outcome"
PLACES = f"SELECT id, signal, url {ARE_DUE} ORDER BY next_at LIMIT :most"
# What was polled since it was last decided, and what is to be decided anew of which nobody knows any more: a job was lost.
OPEN = (
    "SELECT source.signal FROM source LEFT JOIN present ON present.signal = source.signal"
    " LEFT JOIN meta ON meta.key = :holds || source.signal WHERE source.retired_at IS NULL AND source.next_at IS NOT NULL"
    " GROUP BY source.signal HAVING count(*) = count(source.first_tried_at)"
    " AND (max(source.last_tried_at) > coalesce(max(present.as_of), 0) OR max(meta.key) IS NULL)"
)
# The tables of Procrastinate, as its own documentation names them.
IS_THERE = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL"
QUEUED = "SELECT queueing_lock, lock FROM procrastinate_jobs WHERE queue_name = :queue AND status IN ('todo', 'doing')"
DEPTH = (
    "SELECT jobs.queue_name, CAST(jobs.status AS text), count(*), CAST(extract(epoch FROM min(events.at)) * 1000000 AS BIGINT)"
    " FROM procrastinate_jobs AS jobs LEFT JOIN procrastinate_events AS events ON events.job_id = jobs.id"
    " AND events.type = 'deferred' WHERE jobs.status IN ('todo', 'doing', 'failed')"
    " AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now()) GROUP BY jobs.queue_name, jobs.status ORDER BY 1, 2"
)
ALIVE = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - CAST('30 seconds' AS interval)"


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
    """Those that gave a sign of life in the last half minute."""
    queues: tuple[QueueDepth, ...]
    jobs: tuple[JobCount, ...]


class Place(NamedTuple):
    """A source that is due, and where."""

    source: str
    signal: str
    url: str


class Shared(Repository):
    """Statements of workers; all but the counts need a server."""

    __slots__ = ()

    def server_time(self) -> datetime:
        """What the clock of the server shows: it is one for all workers."""
        then: datetime = moment(self.value(f"SELECT {SERVER}"))
        return then

    def turn(self, host: str, gap: timedelta) -> timedelta:
        """Take the next turn at a host, a gap behind the one before it, whoever has that; how long to wait for it."""
        left: int = self.value(TURN, {"host": host, "gap": gap // MICROSECOND})
        return max(0, left) * MICROSECOND

    def forget_turns(self) -> int:
        """Forget hosts that may be asked at once again."""
        return self.run(PASSED)

    def count(self, runs: Iterable[JobCount]) -> None:
        """Add to what is counted of the jobs."""
        rows = [
            {"task": run.task, "outcome": run.outcome, "many": run.many, "seconds": run.seconds, "at": micros(run.last_at)}
            for run in runs
        ]
        self.run_all(COUNT, sorted(rows, key=lambda row: (str(row["task"]), str(row["outcome"]))))

    def counted(self) -> tuple[JobCount, ...]:
        """How the jobs ended so far."""
        rows = self.rows(COUNTED)
        return tuple(JobCount(task, outcome, many, seconds, moment(last)) for task, outcome, many, seconds, last in rows)

    def due(self, now: datetime, limit: int) -> list[Place]:
        """The sources to poll now, longest overdue first."""
        return [Place(*row) for row in self.rows(PLACES, {"now": micros(now), "most": limit})]

    def open_signals(self, holds: str) -> list[str]:
        """The signals that were polled since they were decided, or that are to be decided anew: those without a key `holds…`."""
        return [name for (name,) in self.rows(OPEN, {"holds": holds})]

    def queued(self, queue: str) -> list[tuple[str, str]]:
        """Of the jobs of a queue that wait or are being done: under which name each is queued once, and by which lock it runs."""
        return [(name or "", lock or "") for name, lock in self.rows(QUEUED, {"queue": queue})]

    def numbers(self) -> QueueNumbers | None:
        """How the workers do; None where there never was one."""
        if self.connection.dialect.name != "postgresql" or not self.value(IS_THERE):
            return None
        queues = tuple(QueueDepth(queue, status, many, moment(first)) for queue, status, many, first in self.rows(DEPTH))
        return QueueNumbers(int(self.value(ALIVE)), queues, self.counted())
