"""What workers on one server share: its clock, turns at hosts, the queue's numbers, how jobs ended, what is to be queued."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from watcher.store.codec import MICROSECOND, micros, moment
from watcher.store.sources import ARE_DUE
from watcher.store.work_queue import JobCount, WorkQueue

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
PLACES = f"SELECT id, signal, url {ARE_DUE} ORDER BY next_at LIMIT :most"
# What was polled since it was last decided, and what is to be decided anew of which nobody knows any more: a job was lost.
OPEN = (
    "SELECT source.signal FROM source LEFT JOIN present ON present.signal = source.signal"
    " LEFT JOIN meta ON meta.key = :holds || source.signal WHERE source.retired_at IS NULL AND source.next_at IS NOT NULL"
    " GROUP BY source.signal HAVING count(*) = count(source.first_tried_at)"
    " AND (max(source.last_tried_at) > coalesce(max(present.as_of), 0) OR max(meta.key) IS NULL)"
)


class Place(NamedTuple):
    """A source that is due, and where."""

    source: str
    signal: str
    url: str


class Shared(WorkQueue):
    """Statements of workers; all but the counts and what is due need a server."""

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

    def due(self, now: datetime, limit: int) -> list[Place]:
        """The sources to poll now, longest overdue first."""
        return [Place(*row) for row in self.rows(PLACES, {"now": micros(now), "most": limit})]

    def open_signals(self, holds: str) -> list[str]:
        """The signals that were polled since they were decided, or that are to be decided anew: those without a key `holds…`."""
        return [name for (name,) in self.rows(OPEN, {"holds": holds})]
