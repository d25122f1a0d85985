"""Retention: what nothing cites goes after its time, in short transactions; what a quote rests on stays."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from watcher.core.model import Outcome
from watcher.store.chain import GENESIS
from watcher.store.codec import MICROSECOND, micros
from watcher.store.records import State
from watcher.store.repository import Repository, Row, Values, batches
from watcher.store.tables import GapRow, PollDayRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

SLICE = 1_000
"""Rows that are looked at in one transaction."""
POLLS_OF_SLICE = 5_000
DAY = timedelta(days=1) // MICROSECOND
COUNTS = ("ok", "unchanged", "blocked", "failed")
KINDS = frozenset({Outcome.OK, Outcome.UNCHANGED, Outcome.BLOCKED})
FIRST_POLL = "SELECT MIN(at) FROM poll"
BOUND = f"SELECT at FROM poll WHERE at > :first AND at < :next ORDER BY at LIMIT 1 OFFSET {POLLS_OF_SLICE}"
SPAN = "FROM poll WHERE at >= :first AND at < :next"
POLLS = f"SELECT source, outcome, COUNT(*) {SPAN} GROUP BY source, outcome"
FORGET_POLLS = f"DELETE {SPAN}"
COUNTED = "SELECT source, ok, unchanged, blocked, failed FROM poll_day WHERE source IN :sources AND day = :day"
FORGET_DAYS = (
    "DELETE FROM poll_day WHERE (source, day) IN"
    f" (SELECT source, day FROM poll_day WHERE day < :before ORDER BY day LIMIT {SLICE})"
)
PROVES = "SELECT 1 FROM observation, claim WHERE observation.document = document.id AND claim.observation = observation.id"
CLAIMED = "SELECT 1 FROM claim WHERE claim.observation = observation.id"
CITED = "SELECT 1 FROM document WHERE document.id = observation.document AND document.cited"
READ = "SELECT 1 FROM observation WHERE observation.document = document.id"
# Each page goes on where the one before it ended: what is kept is not looked at again for each slice.
BODIES = (
    f"SELECT document.id, document.fetched_at, NOT document.cited AND NOT EXISTS ({PROVES}) FROM document"
    " WHERE document.body IS NOT NULL AND document.fetched_at < :before AND (document.fetched_at, document.id) > (:at, :id)"
    f" ORDER BY document.fetched_at, document.id LIMIT {SLICE}"
)
FORGET_BODIES = "UPDATE document SET body = NULL WHERE id IN :numbers"
OBSERVATIONS = (
    "SELECT observation.id, observation.seen_at,"
    f' NOT EXISTS ({CLAIMED}) AND (observation.document IS NULL OR NOT EXISTS ({CITED})), observation.source, observation."key"'
    " FROM observation WHERE observation.seen_at < :before AND (observation.seen_at, observation.id) > (:at, :id)"
    f" ORDER BY observation.seen_at, observation.id LIMIT {SLICE}"
)
DOCUMENTS = (
    "SELECT document.id, document.fetched_at, document.body IS NULL AND document.fetched_at < :before"
    f" AND NOT document.cited AND NOT EXISTS ({READ}) FROM document WHERE document.id > :id ORDER BY document.id LIMIT {SLICE}"
)
LOST = 'UPDATE entry SET observation = 0 WHERE source = :source AND "key" = :key AND observation = :id'
DELIVERIES = (
    "DELETE FROM delivery WHERE id IN"
    f" (SELECT id FROM delivery WHERE state IN (:sent, :dead) AND created_at < :before ORDER BY created_at LIMIT {SLICE})"
)
GAPS_NEAR = (
    'SELECT name, "first", "last", prior, chain FROM gap WHERE name = :name AND "first" <= :most + 1 AND "first" >='
    ' coalesce((SELECT MAX("first") FROM gap WHERE name = :name AND "first" < :least), :least)'
)
DELETE_GAP = 'DELETE FROM gap WHERE name = :name AND "first" = :first'


class SliceStart(NamedTuple):
    """Where a slice ends: the next one begins behind it."""

    at: int
    id: int


START = SliceStart(-(1 << 62), 0)


class Slice(NamedTuple):
    """What one transaction did."""

    removed: int
    """Rows."""
    next: SliceStart | None
    """Where the next one begins; None where nothing is left."""


class Gap(NamedTuple):
    """Rows that are gone, in the order of the table's columns."""

    name: str
    first: int
    last: int
    prior: bytes
    chain: bytes


class Retention(Repository):
    """One slice of each work at a time, from a place on."""

    __slots__ = ()

    def polls(self, before: datetime, _place: SliceStart) -> Slice:
        """Roll up polls of the oldest day (UTC) that ends before the moment."""
        first = self.value(FIRST_POLL)
        if first is None:
            return Slice(0, None)
        day = first - first % DAY
        if day + DAY > micros(before):
            return Slice(0, None)
        bound = self.value(BOUND, {"first": first, "next": day + DAY})
        span = {"first": first, "next": day + DAY if bound is None else bound}
        self.roll_up(day, span)
        return Slice(self.run(FORGET_POLLS, span), START)

    def roll_up(self, day: int, span: Values) -> None:
        """Count polls of the day that begins then by source and kind, on top of what was counted before."""
        counted: dict[str, dict[str, int]] = {}
        for source, outcome, many in self.rows(POLLS, span):
            counts = counted.setdefault(source, dict.fromkeys(COUNTS, 0))
            counts[outcome if outcome in KINDS else "failed"] += many
        for some in batches(counted):
            for source, *before in self.rows(COUNTED, {"sources": some, "day": day}):
                held = dict(zip(COUNTS, before, strict=True))
                counted[source] = {name: count + held[name] for name, count in counted[source].items()}
        rows = [{"source": source, "day": day, **counts} for source, counts in counted.items()]
        self.upsert(PollDayRow, rows, change=COUNTS)

    def poll_days(self, before: datetime, _place: SliceStart) -> Slice:
        """Forget days of long ago."""
        return again(self.run(FORGET_DAYS, {"before": micros(before)}))

    def bodies(self, before: datetime, place: SliceStart) -> Slice:
        """Drop the bytes of documents that no claim, verdict or transition rests on; their hash and address stay."""
        rows = self.rows(BODIES, {"before": micros(before), **place._asdict()})
        found = [number for number, _, goes in rows if goes]
        for some in batches(found):
            self.run(FORGET_BODIES, {"numbers": some})
        return Slice(len(found), behind(rows))

    def observations(self, before: datetime, place: SliceStart) -> Slice:
        """Drop observations that no claim was made on and whose document nobody quotes; the entry is still known."""
        rows = self.rows(OBSERVATIONS, {"before": micros(before), **place._asdict()})
        found = sorted((number, source, key) for number, _, goes, source, key in rows if goes)
        self.run_all(LOST, [{"id": number, "source": source, "key": key} for number, source, key in found])
        return Slice(self.drop("observation", [number for number, _, _ in found]), behind(rows))

    def documents(self, before: datetime, place: SliceStart) -> Slice:
        """Drop the last trace of documents that no observation was read from."""
        rows = self.rows(DOCUMENTS, {"before": micros(before), "id": place.id})
        return Slice(self.drop("document", [number for number, _, goes in rows if goes]), behind(rows))

    def deliveries(self, before: datetime, _place: SliceStart) -> Slice:
        """Forget how messages of long ago were delivered; the digests stay."""
        over = {"sent": State.SENT.value, "dead": State.DEAD.value}
        return again(self.run(DELIVERIES, {**over, "before": micros(before)}))

    def drop(self, name: str, numbers: Sequence[int]) -> int:
        """Delete rows (ids ascending) out of the middle of a chain; their place is kept as gaps."""
        if not numbers:
            return 0
        self.bridge(name, runs(numbers))
        statement = f'DELETE FROM "{name}" WHERE id IN :numbers'
        return sum(self.run(statement, {"numbers": some}) for some in batches(numbers))

    def bridge(self, name: str, spans: Sequence[tuple[int, int]]) -> None:
        """Keep what came before the first row of each span and the hash of its last, joined with the gaps beside it."""
        near = {"name": name, "least": spans[0][0], "most": spans[-1][1]}
        old = {gap.first: gap for gap in map(Gap._make, self.rows(GAPS_NEAR, near))}
        gaps, ends = dict(old), {gap.last: gap for gap in old.values()}
        hashes = self.hashes(name, spans)
        for first, last in spans:
            left, right = ends.pop(first - 1, None), gaps.pop(last + 1, None)
            begin, prior = (left.first, left.prior) if left else (first, hashes.get(first - 1, GENESIS))
            end, chain = (right.last, right.chain) if right else (last, hashes[last])
            gaps[begin] = ends[end] = Gap(name, begin, end, prior, chain)
        self.write(name, old, gaps)

    def hashes(self, name: str, spans: Sequence[tuple[int, int]]) -> dict[int, bytes]:
        """The hashes of the last row of each span and of the one before its first."""
        statement = f'SELECT id, chain FROM "{name}" WHERE id IN :numbers'
        found: dict[int, bytes] = {}
        for some in batches({number for first, last in spans for number in (first - 1, last)}):
            found.update(self.rows(statement, {"numbers": some}))
        return found

    def write(self, name: str, old: dict[int, Gap], new: dict[int, Gap]) -> None:
        """Make the stored gaps the new ones."""
        self.run_all(DELETE_GAP, [{"name": name, "first": gap.first} for gap in old.values() if new.get(gap.first) != gap])
        self.insert(GapRow, [gap._asdict() for gap in new.values() if old.get(gap.first) != gap])


def again(removed: int) -> Slice:
    """A slice of rows that are gone when they have been looked at: another one where there may be more."""
    return Slice(removed, START if removed == SLICE else None)


def behind(rows: Sequence[Row]) -> SliceStart | None:
    """Behind the last of the rows of a page, which begin with id and time; None where it was the last page."""
    return SliceStart(rows[-1][1], rows[-1][0]) if len(rows) == SLICE else None


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as spans (first, last) without a hole."""
    breaks = [place for place, (one, other) in enumerate(pairwise(numbers), 1) if other != one + 1]
    starts = [0, *breaks]
    return [(numbers[start], numbers[end - 1]) for start, end in pairwise([*starts, len(numbers)])]
