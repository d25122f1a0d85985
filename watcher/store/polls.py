"""Polls: how each one ended, recorded for many sources at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watcher.core.model import Outcome
from watcher.store.codec import micros, moment
from watcher.store.records import Poll, PollDay
from watcher.store.repository import Repository
from watcher.store.tables import PollRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def update_of(*parts: str) -> str:
    """The statement that records polls of one kind."""
    return f"UPDATE source SET {', '.join((ALWAYS, *parts))} WHERE id = :source"


# A followed page whose time is over is not due again, and does not lie in the way of those that are.
NEXT = "next_at = CASE WHEN until IS NOT NULL AND until <= :next_at THEN NULL ELSE :next_at END"
ALWAYS = f"outcome = :outcome, error = :error, last_tried_at = :at, first_tried_at = coalesce(first_tried_at, :at), {NEXT}"
GOOD = "last_good_at = :at, failing_since = NULL, failures = 0, gone_since = NULL, gone_polls = 0"
NEWEST_ENTRY = (
    "newest_entry_at = CASE WHEN newest_entry_at IS NULL OR CAST(:newest_entry_at AS BIGINT) > newest_entry_at"
    " THEN CAST(:newest_entry_at AS BIGINT) ELSE newest_entry_at END"
)
BAD = "failing_since = coalesce(failing_since, :at), failures = failures + 1"
ABSENT = "gone_since = coalesce(gone_since, :at), gone_polls = gone_polls + 1"
BODY = ("etag", "last_modified", "body_hash")
READ = update_of(GOOD, *(f"{name} = :{name}" for name in BODY), NEWEST_ENTRY)
SAME = update_of(GOOD, *(f"{name} = coalesce(nullif(:{name}, ''), {name})" for name in BODY))
FAILED = update_of(BAD)
GONE = update_of(BAD, ABSENT)
EXPECTED = update_of(ABSENT, "failing_since = NULL, failures = 0")
STATEMENT = {Outcome.OK: READ, Outcome.UNCHANGED: SAME, Outcome.GONE: GONE}
LOGGED = ("source", "at", "outcome", "ms")
RECENT = (
    "SELECT poll.source, poll.at, poll.outcome, poll.ms FROM source JOIN poll ON poll.source = source.id"
    " WHERE source.signal = :signal AND poll.at >= :since ORDER BY poll.at"
)
DAYS = (
    "SELECT d.source, d.day, d.ok, d.unchanged, d.blocked, d.failed FROM source JOIN poll_day d ON d.source = source.id"
    " WHERE source.signal = :signal AND d.day >= :since ORDER BY d.day, d.source"
)


def values(poll: Poll) -> dict[str, Any]:
    """A poll as columns."""
    return {
        "source": poll.source,
        "at": micros(poll.at),
        "outcome": poll.outcome.value,
        "next_at": micros(poll.next_at),
        "error": poll.error,
        "ms": poll.ms,
        "etag": poll.etag,
        "last_modified": poll.last_modified,
        "body_hash": poll.body_hash,
        "newest_entry_at": micros(poll.newest_entry_at),
    }


class Polls(Repository):
    """How each poll ended."""

    __slots__ = ()

    def record(self, polls: Iterable[Poll]) -> None:
        """Record many polls, at most one for each source: at most five updates and one insert, however many there are."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for poll in polls:
            statement = EXPECTED if poll.expected else STATEMENT.get(poll.outcome, FAILED)
            groups.setdefault(statement, []).append(values(poll))
        for statement, rows in groups.items():
            self.run_all(statement, rows)
        logged = [{name: row[name] for name in LOGGED} for rows in groups.values() for row in rows]
        self.upsert(PollRow, logged, change=("outcome", "ms"))

    def recent(self, signal: str, since: datetime) -> list[tuple[str, datetime, str, int]]:
        """(source, at, outcome, milliseconds) of the signal's polls that are not yet rolled up, oldest first."""
        rows = self.rows(RECENT, {"signal": signal, "since": micros(since)})
        return [(source, moment(at), outcome, ms) for source, at, outcome, ms in rows]

    def days(self, signal: str, since: datetime) -> list[PollDay]:
        """The rolled-up polls of the signal's sources, oldest day first."""
        rows = self.rows(DAYS, {"signal": signal, "since": micros(since)})
        return [PollDay(source, moment(day), *counts) for source, day, *counts in rows]
