"""Sources: what is declared and followed, what is due, and how each poll ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from watcher.core.model import Health, Outcome, Source
from watcher.store.codec import dump, load, micros, moment
from watcher.store.records import Due, Poll, PollDay
from watcher.store.repository import NONE, Repository, Values, batches
from watcher.store.tables import PollRow, SourceRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


# Sources: what is declared and followed, how it goes with each, and when it is asked again.

HEALTH = (
    "id, url, declared, last_good_at, last_tried_at, outcome, error, failing_since, newest_entry_at, next_at, first_tried_at,"
    " gone_since, gone_polls, parent"
)
ARE_DUE = "FROM source WHERE retired_at IS NULL AND next_at <= :now AND (until IS NULL OR until > :now)"
DUE = f"SELECT id, signal, url, failures, last_good_at IS NULL {ARE_DUE} ORDER BY next_at LIMIT :most"
DUE_OF = f"SELECT {HEALTH}, etag, last_modified, body_hash, failures {ARE_DUE} AND id IN :names ORDER BY next_at"
NO_LIMIT = 1_000_000
NOT_KNOWN: Mapping[str, Source] = {}
STANDING = "WHERE retired_at IS NULL AND next_at IS NOT NULL"
NEXT = f"SELECT next_at FROM source {STANDING} AND (until IS NULL OR until > :now)"
STORED = "SELECT id, declared, retired_at, next_at, until FROM source"
HELD = "SELECT id, last_tried_at FROM source WHERE id IN :names ORDER BY id"
HOLD = f"{HELD} FOR UPDATE"
RETIRE = "UPDATE source SET retired_at = :now WHERE id = :id"
# Its pages, the pages that those led to, and so on.
ORPHAN = (
    "WITH RECURSIVE gone(id) AS (SELECT id FROM source WHERE parent = :id"
    " UNION SELECT page.id FROM source AS page JOIN gone ON page.parent = gone.id)"
    " UPDATE source SET retired_at = :now WHERE id IN (SELECT id FROM gone) AND retired_at IS NULL"
)
SKEW = timedelta(minutes=1)
"""Two machines at one database may differ by this much, and nobody's clock was set back."""
MOMENTS = ("first_tried_at", "last_tried_at", "last_good_at", "failing_since", "gone_since", "next_at")
SET_BACK = (
    f"UPDATE source SET {', '.join(f'{name} = CASE WHEN {name} > :now THEN :now ELSE {name} END' for name in MOMENTS)}"
    " WHERE last_tried_at > :now OR (last_tried_at IS NULL AND next_at > :now)"
)
# What was never tried is due since it was declared.
NEWEST = "SELECT max(CASE WHEN last_tried_at IS NULL THEN next_at ELSE last_tried_at END) FROM source"
FORGET = {"etag": "", "last_modified": "", "body_hash": ""}
BLANK: dict[str, Any] = {**FORGET, "failures": 0, "outcome": "", "error": "", "gone_polls": 0}


@lru_cache(maxsize=2048)
def declared(text: str) -> Source:
    """The source as declared; the same text is the same value."""
    return load(Source, text)


def row(source: Source, now: datetime) -> dict[str, Any]:
    """Columns of a source that was not there before."""
    return {
        "id": source.id,
        "signal": source.signal,
        "url": source.url,
        "declared": dump(source),
        "parent": source.parent,
        "until": micros(source.until),
        "next_at": micros(now),
        "retired_at": None,
    }


def reads_alike(one: Source, other: Source) -> bool:
    """Whether what was read under one declaration still holds under the other (only pace, alarms and title differ)."""
    return unpaced(one) == unpaced(other)


def unpaced(source: Source) -> Source:
    """The source without what only says how often, with which alarms, and what it is called."""
    return replace(source, title="", every=timedelta(), expect_every=None, grace=timedelta(), essential=False, until=None)


def health(row: Sequence[Any], source: Source) -> Health:
    """The columns that tell how the readings went."""
    name, url, _, good, tried, outcome, error, failing, newest, due, first, gone, polls, parent = row[:14]
    return Health(
        source=name,
        url=url,
        publisher=source.publisher,
        last_good_at=moment(good),
        last_tried_at=moment(tried),
        outcome=outcome,
        error=error,
        failing_since=moment(failing),
        newest_entry_at=moment(newest),
        next_at=moment(due),
        first_tried_at=moment(first),
        gone_since=moment(gone),
        gone_polls=polls,
        parent=parent,
    )


def named(row: Sequence[Any], known: Mapping[str, Source]) -> Source:
    """The declaration of a row that begins with the columns of a health."""
    return known.get(row[0]) or declared(row[2])


class Stored(NamedTuple):
    """A source as it is stored."""

    id: str
    declared: str
    live: bool
    next_at: datetime | None
    until: datetime | None


class DueRow(NamedTuple):
    """A source that is due, and where."""

    source: str
    signal: str
    url: str
    failures: int
    """Failed polls in a row."""
    unread: bool = False
    """It never had a good reading."""


class Sources(Repository):
    """Where to look."""

    __slots__ = ()

    def sync(self, wanted: Iterable[Source], now: datetime) -> tuple[int, int, int]:
        """Make the declared sources the given ones: (added, changed, retired), followed pages of the retired not counted.

        A changed way of reading drops validators and body hash, so that the next answer is read anew.
        """
        held = {found.id: found for found in self.stored(f"{STORED} WHERE parent = ''")}
        by_id = {source.id: source for source in wanted}
        added = [source for source in by_id.values() if source.id not in held]
        changed = sum(self.change(held[source.id], source, now) for source in by_id.values() if source.id in held)
        gone = [{"id": name, "now": micros(now)} for name, found in held.items() if name not in by_id and found.live]
        self.add(added, now)
        self.run_all(RETIRE, gone)
        self.run_all(ORPHAN, gone)
        return len(added), changed, len(gone)

    def add(self, sources: Sequence[Source], now: datetime) -> None:
        """Insert sources that are not there, due at once."""
        # In one order: two processes that follow the same pages wait for one another, and not in a circle.
        self.insert_new(SourceRow, [{**BLANK, **row(source, now)} for source in sorted(sources, key=lambda one: one.id)])

    def stored(self, statement: str, values: Values = NONE) -> Iterator[Stored]:
        """The sources as they are stored."""
        for name, text, retired, due, until in self.rows(statement, values):
            yield Stored(name, text, live=retired is None, next_at=moment(due), until=moment(until))

    def change(self, found: Stored, source: Source, now: datetime) -> bool:
        """Bring one stored source to its declaration; whether anything had to change."""
        if found.declared == dump(source) and found.live:
            return False
        values = row(source, now)
        if reads_alike(declared(found.declared), source):
            if found.live and found.next_at is not None:
                values["next_at"] = micros(min(found.next_at, now + source.every))
        else:
            values |= FORGET
        columns = ", ".join(f"{name} = :{name}" for name in values if name != "id")
        self.run(f"UPDATE source SET {columns} WHERE id = :id", values)
        return True

    def follow(self, children: Iterable[Source], now: datetime) -> int:
        """Add pages that entries have named (`parent` and `until` set), or revive them; how many were not there.

        A page that is there already keeps its end: naming it again does not prolong it.
        """
        by_id = {child.id: child for child in children}
        statement = f"{STORED} WHERE id IN :ids"
        held = {found.id: found for some in batches(by_id) for found in self.stored(statement, {"ids": some})}
        self.add([child for child in by_id.values() if child.id not in held], now)
        for found in held.values():
            kept = replace(by_id[found.id], until=found.until)
            self.change(found, kept, now)
        return len(by_id) - len(held)

    def claim(self, names: Iterable[str]) -> dict[str, datetime | None]:
        """Hold these sources to the end of the transaction; when each was tried last."""
        held = HOLD if self.connection.dialect.name == "postgresql" else HELD
        rows = (row for some in batches(names) for row in self.rows(held, {"names": some}))
        return {name: moment(tried) for name, tried in rows}

    def let_go(self, names: Iterable[str], now: datetime) -> None:
        """Poll these followed pages no longer."""
        self.run_all(RETIRE, [{"id": name, "now": micros(now)} for name in names])

    def due(self, now: datetime, limit: int = NO_LIMIT) -> list[DueRow]:
        """The sources to poll now, longest overdue first."""
        rows = self.rows(DUE, {"now": micros(now), "most": limit})
        return [DueRow(source, signal, url, failures, bool(unread)) for source, signal, url, failures, unread in rows]

    def due_of(self, names: Iterable[str], now: datetime, known: Mapping[str, Source] = NOT_KNOWN) -> list[Due]:
        """Those of these sources that are to be polled now, longest overdue first, with what the last readings left.

        `known`: declarations, by id, that need not be read.
        """
        found = [row for some in batches(names) for row in self.rows(DUE_OF, {"now": micros(now), "names": some})]
        return [Due(source := named(row, known), health(row, source), *row[14:]) for row in found]

    def signals_due(self, now: datetime, among: Iterable[str] | None = None) -> frozenset[str]:
        """The signals of the sources to poll now, all or those among some."""
        if among is None:
            return frozenset(name for (name,) in self.rows(f"SELECT DISTINCT signal {ARE_DUE}", {"now": micros(now)}))
        statement = f"SELECT DISTINCT signal {ARE_DUE} AND signal IN :signals"
        found = (self.rows(statement, {"now": micros(now), "signals": some}) for some in batches(among))
        return frozenset(name for rows in found for (name,) in rows)

    def next_due(self, now: datetime) -> datetime | None:
        """When the next source is due; None where nothing is to be polled. A page whose time is over is due no more."""
        return self.moment(f"{NEXT} ORDER BY next_at LIMIT 1", {"now": micros(now)})

    def asked(self) -> tuple[int, int]:
        """How many live sources have been asked at least once, followed pages too, and how many there are."""
        [(asked, known)] = self.rows(f"SELECT count(first_tried_at), count(*) FROM source {STANDING}")
        return asked, known

    def ahead(self, now: datetime) -> timedelta:
        """By how much the newest poll or new source lies after `now`: the clock was set back by about that; nothing where not."""
        newest = self.moment(NEWEST)
        return newest - now if newest is not None and newest - now > SKEW else timedelta(0)

    def set_back(self, now: datetime) -> int:
        """Nothing was seen after `now`, and what was polled in that future is due now; how many sources that are."""
        return self.run(SET_BACK, {"now": micros(now)})

    def of(self, signal: str | None = None) -> list[Source]:
        """The live sources, declared and followed, of one signal or of all."""
        mine = "" if signal is None else " AND signal = :signal"
        statement = f"SELECT declared FROM source WHERE retired_at IS NULL{mine} ORDER BY id"
        return [declared(text) for (text,) in self.rows(statement, {"signal": signal})]

    def health(self, signal: str | None = None, known: Mapping[str, Source] = NOT_KNOWN) -> list[Health]:
        """How the readings of the live sources went, without followed pages whose time is over. `known` as for `due_of`."""
        mine = "" if signal is None else " AND signal = :signal"
        statement = f"SELECT {HEALTH} FROM source {STANDING}{mine} ORDER BY id"
        return [health(row, named(row, known)) for row in self.rows(statement, {"signal": signal})]

    def healths(self, signals: Iterable[str], known: Mapping[str, Source] = NOT_KNOWN) -> Iterator[tuple[str, Health]]:
        """The same for many signals at once, each with its signal. `known` as for `due_of`."""
        statement = f"SELECT {HEALTH}, signal FROM source {STANDING} AND signal IN :signals"
        for some in batches(signals):
            for row in self.rows(statement, {"signals": some}):
                yield row[14], health(row, named(row, known))


# Polls: how each one ended, recorded for many sources at once.


def update_of(*parts: str) -> str:
    """The statement that records polls of one kind."""
    return f"UPDATE source SET {', '.join((ALWAYS, *parts))} WHERE id = :source"


# A followed page whose time is over is not due again, and does not lie in the way of those that are.
NEXT_AT = "next_at = CASE WHEN until IS NOT NULL AND until <= :next_at THEN NULL ELSE :next_at END"
ALWAYS = f"outcome = :outcome, error = :error, last_tried_at = :at, first_tried_at = coalesce(first_tried_at, :at), {NEXT_AT}"
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
