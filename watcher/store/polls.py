"""Polls: how each one ended, booked for many sources at once."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, null, select, update

from watcher.core.model import Outcome
from watcher.store.base import Noun, table
from watcher.store.rows import Poll, PollDay

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.sql.dml import Update

SOURCE = table("source")
POLL = table("poll")
DAY = table("poll_day")


def given(name: str) -> ColumnElement[Any]:
    """A value of the poll, under a name that no column has."""
    return bindparam(f"p_{name}", type_=SOURCE.c[name].type)


def kept(name: str) -> ColumnElement[Any]:
    """The value of the poll, or what was there before where the poll has none."""
    return func.coalesce(func.nullif(given(name), ""), SOURCE.c[name])


NOW = bindparam("p_at", type_=SOURCE.c.last_tried_at.type)
ALWAYS: dict[str, Any] = {
    "outcome": given("outcome"),
    "error": given("error"),
    "last_tried_at": NOW,
    "first_tried_at": func.coalesce(SOURCE.c.first_tried_at, NOW),
    # A followed page whose time is over is not due again, and does not lie in the way of those that are.
    "next_at": case(
        (and_(SOURCE.c.until.is_not(None), SOURCE.c.until <= given("next_at")), null()),
        else_=given("next_at"),
    ),
}
GOOD = {"last_good_at": NOW, "failing_since": None, "failures": 0, "gone_since": None, "gone_polls": 0}
NEWEST = case(
    (SOURCE.c.newest_entry_at.is_(None), given("newest_entry_at")),
    (given("newest_entry_at") > SOURCE.c.newest_entry_at, given("newest_entry_at")),
    else_=SOURCE.c.newest_entry_at,
)
BAD = {"failing_since": func.coalesce(SOURCE.c.failing_since, NOW), "failures": SOURCE.c.failures + 1}
ABSENT = {"gone_since": func.coalesce(SOURCE.c.gone_since, NOW), "gone_polls": SOURCE.c.gone_polls + 1}
BODY = ("etag", "last_modified", "body_hash")


def booking(*values: dict[str, Any]) -> Update:
    """The statement that books polls of one kind, prepared once."""
    merged = {name: value for part in (ALWAYS, *values) for name, value in part.items()}
    return update(SOURCE).where(SOURCE.c.id == bindparam("p_source")).values(merged)


READ = booking(GOOD, {name: given(name) for name in BODY}, {"newest_entry_at": NEWEST})
SAME = booking(GOOD, {name: kept(name) for name in BODY})
FAILED = booking(BAD)
GONE = booking(BAD, ABSENT)
EXPECTED = booking(ABSENT, {"failing_since": None, "failures": 0})
FIELDS = ("source", "at", "outcome", "next_at", "error", *BODY, "newest_entry_at")
NAMES = tuple(f"p_{name}" for name in FIELDS)
VALUES = attrgetter(*("outcome.value" if name == "outcome" else name for name in FIELDS))
STATEMENT = {Outcome.OK: READ, Outcome.UNCHANGED: SAME, Outcome.GONE: GONE}


class Polls(Noun):
    """How each poll ended."""

    __slots__ = ()

    def book(self, polls: Iterable[Poll]) -> None:
        """Book many polls, at most one for each source: at most five updates and one insert, however many there are."""
        groups: dict[int, tuple[Update, list[dict[str, Any]]]] = {}
        logged = []
        for poll in polls:
            statement = EXPECTED if poll.expected else STATEMENT.get(poll.outcome, FAILED)
            groups.setdefault(id(statement), (statement, []))[1].append(dict(zip(NAMES, VALUES(poll), strict=True)))
            logged.append({"source": poll.source, "at": poll.at, "outcome": poll.outcome.value, "ms": poll.ms})
        for statement, rows in groups.values():
            self.connection.execute(statement, rows)
        self.upsert("poll", logged, change=("outcome", "ms"))

    def recent(self, signal: str, since: datetime) -> list[tuple[str, datetime, str, int]]:
        """(source, at, outcome, milliseconds) of the signal's polls that are not yet rolled up, oldest first."""
        statement = (
            select(POLL.c.source, POLL.c.at, POLL.c.outcome, POLL.c.ms)
            .select_from(SOURCE.join(POLL, POLL.c.source == SOURCE.c.id))
            .where(SOURCE.c.signal == signal, POLL.c.at >= since)
            .order_by(POLL.c.at)
        )
        return [tuple(found) for found in self.connection.execute(statement)]

    def days(self, signal: str, since: datetime) -> list[PollDay]:
        """The rolled-up polls of the signal's sources, oldest day first."""
        statement = (
            select(DAY)
            .select_from(SOURCE.join(DAY, DAY.c.source == SOURCE.c.id))
            .where(SOURCE.c.signal == signal, DAY.c.day >= since)
            .order_by(DAY.c.day, DAY.c.source)
        )
        return [PollDay(**found._mapping) for found in self.connection.execute(statement)]  # noqa: SLF001 - documented
