"""What processes on one server share: its clock, turns at hosts, numbers of the queue, and who polls which source."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from watcher.store.codec import MICROSECOND, micros
from watcher.store.engine import in_words, key_of
from watcher.store.work_queue import SERVER, JobCount, WorkQueue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from watcher.store.engine import Database


# What workers on one server share: its clock, turns at hosts, the queue's numbers, how jobs ended, what is to be queued.

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


# Which sources a process polls: of many processes on one PostgreSQL server only one asks a source at a time.

# A lock of the session: it ends with its connection, so with a process that is killed, whatever the clocks say.
TAKE = sa.text("SELECT key FROM unnest(CAST(:keys AS bigint[])) AS key WHERE pg_try_advisory_lock(key)")
GIVE_BACK = sa.text("SELECT pg_advisory_unlock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


class SourceLocks:
    """The sources that are ours to ask; with SQLite all of them. From many threads; the methods raise StoreError."""

    def __init__(self, database: Database) -> None:
        """Nothing is taken yet."""
        self._database = database
        self._shared = database.path is None
        self._connection: sa.Connection | None = None
        self._held = frozenset[str]()
        self._closed = False
        self._turn = threading.RLock()

    @property
    def closed(self) -> bool:
        """Whether everything was given back for good."""
        return self._closed

    def take(self, names: Collection[str]) -> frozenset[str]:
        """Those of the sources that no other process asks: they are ours until `only` or `close`, or until we die."""
        if not self._shared or not names:
            return frozenset(names)
        by_key = {key_of(name): name for name in names}
        with self._turn:
            if self._closed:  # a thread that was on its way when all was given back opens no connection any more
                return frozenset()
            # What is ours already would be taken a second time, and given back once.
            found = frozenset(by_key[key] for key in self._asked(TAKE, by_key.keys() - {key_of(name) for name in self._held}))
            self._held |= found
        return found

    def only(self, names: Collection[str]) -> None:
        """Give back all that are ours but these."""
        with self._turn:
            self.give_back(self._held.difference(names))

    def give_back(self, names: Collection[str]) -> None:
        """Give back those of these that are ours."""
        with self._turn:
            if gone := self._held.intersection(names):
                self._held -= gone
                self._asked(GIVE_BACK, [key_of(name) for name in gone])

    def close(self) -> None:
        """Give back everything; nothing is taken from then on."""
        with self._turn:
            self._closed = True
            self._let_go()

    def _let_go(self) -> None:
        with self._turn:
            self._held = frozenset()
            if self._connection is not None:
                with suppress(sa.exc.SQLAlchemyError):  # it may be lost; else it is done when we return, and not a moment later
                    self._connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
                self._connection.close()
                self._connection = None

    def _asked(self, statement: sa.TextClause, keys: Collection[int]) -> list[int]:
        """The first column of the answer. With a lost connection all locks are lost."""
        try:
            with in_words(self._database.name):
                if self._connection is None:
                    self._connection = self._opened()
                return list(self._connection.execute(statement, {"keys": list(keys)}).scalars())
        except BaseException:
            self._let_go()
            raise

    def _opened(self) -> sa.Connection:
        """A connection of our own, which no transaction holds open and no pool takes back."""
        connection = self._database.reader.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        return connection
