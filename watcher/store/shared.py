"""What workers on one server share: its clock, turns at hosts, the queue's numbers, how jobs ended, what is to be queued."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from watcher.store.codec import MICROSECOND, micros
from watcher.store.work_queue import SERVER, JobCount, WorkQueue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BEGUN = "CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS BIGINT)"
# In the order of the hosts: two that take turns at the same ones do not wait for each other in a circle.
TURNS = (
    f"INSERT INTO host_turn (host, free_at) SELECT host, {BEGUN} + CAST(:gap AS bigint) * many"
    " FROM unnest(CAST(:hosts AS text[]), CAST(:many AS bigint[])) AS wanted(host, many) ORDER BY host"
    " ON CONFLICT (host) DO UPDATE SET"
    f" free_at = least(greatest(host_turn.free_at, {BEGUN}), {BEGUN} + CAST(:most AS bigint)) + excluded.free_at - {BEGUN}"
    f" RETURNING host, free_at - {BEGUN}"
)
MOST_TURNS = 100
"""More gaps ahead than this no turn lies, for few jobs ask a host at a time: then the clock of the server was set back."""
PASSED = f"DELETE FROM host_turn WHERE free_at < {SERVER} - 60000000"
COUNT = (
    "INSERT INTO job_run (task, outcome, many, seconds, last_at) VALUES (:task, :outcome, :many, :seconds, :at)"
    " ON CONFLICT (task, outcome) DO UPDATE SET many = job_run.many + excluded.many,"
    " seconds = job_run.seconds + excluded.seconds, last_at = excluded.last_at"
)
# What was polled since it was last decided, and what is to be decided anew of which nobody knows any more: a job was lost.
OPEN = (
    "SELECT source.signal FROM source LEFT JOIN present ON present.signal = source.signal"
    " LEFT JOIN meta ON meta.key = :holds || source.signal WHERE source.retired_at IS NULL AND source.next_at IS NOT NULL"
    " GROUP BY source.signal HAVING count(*) = count(source.first_tried_at)"
    " AND (max(source.last_tried_at) > coalesce(max(present.as_of), 0) OR max(meta.key) IS NULL)"
)


class Shared(WorkQueue):
    """Statements of workers; all but the counts need a server."""

    __slots__ = ()

    def turns(self, wanted: Mapping[str, int], gap: timedelta) -> dict[str, timedelta]:
        """Take so many turns at each host, a gap behind the one before, whoever has that; how long to wait for the first."""
        values = {
            "hosts": list(wanted),
            "many": list(wanted.values()),
            "gap": (step := gap // MICROSECOND),
            "most": MOST_TURNS * step,
        }
        return {host: max(left * MICROSECOND - gap * wanted[host], timedelta(0)) for host, left in self.rows(TURNS, values)}

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

    def open_signals(self, holds: str) -> list[str]:
        """The signals that were polled since they were decided, or that are to be decided anew: those without a key `holds…`."""
        return [name for (name,) in self.rows(OPEN, {"holds": holds})]
