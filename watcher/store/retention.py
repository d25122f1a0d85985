"""Retention: what nothing cites goes after its time, in short transactions; what a quote rests on stays."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from watcher.core.model import Outcome
from watcher.store.chain import GENESIS
from watcher.store.codec import MICROSECOND, micros
from watcher.store.operator_tables import GapRow
from watcher.store.records import State
from watcher.store.repository import Repository
from watcher.store.statements import batches
from watcher.store.tables import PollDayRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

SLICE = 1_000
DAY = timedelta(days=1) // MICROSECOND
COUNTS = ("ok", "unchanged", "blocked", "failed")
KINDS = frozenset({Outcome.OK, Outcome.UNCHANGED, Outcome.BLOCKED})
FIRST_POLL = "SELECT MIN(at) FROM poll"
SPAN = "FROM poll WHERE at >= :day AND at < :next"
POLLS = f"SELECT source, outcome, COUNT(*) {SPAN} GROUP BY source, outcome"
FORGET_POLLS = f"DELETE {SPAN}"
COUNTED = "SELECT source, ok, unchanged, blocked, failed FROM poll_day WHERE day = :day"
FORGET_DAYS = "DELETE FROM poll_day WHERE day < :before"
PROVES = "SELECT 1 FROM observation, claim WHERE observation.document = document.id AND claim.observation = observation.id"
CLAIMED = "SELECT 1 FROM claim WHERE claim.observation = observation.id"
CITED = "SELECT 1 FROM document WHERE document.id = observation.document AND document.cited"
READ = "SELECT 1 FROM observation WHERE observation.document = document.id"
UNPROVING = (
    "SELECT document.id FROM document WHERE document.body IS NOT NULL AND document.fetched_at < :before"
    f" AND NOT document.cited AND NOT EXISTS ({PROVES}) LIMIT {SLICE}"
)
BODIES = f"UPDATE document SET body = NULL WHERE id IN ({UNPROVING})"
OBSERVATIONS = (
    f"SELECT observation.id FROM observation WHERE observation.seen_at < :before AND NOT EXISTS ({CLAIMED})"
    f" AND (observation.document IS NULL OR NOT EXISTS ({CITED})) ORDER BY observation.id LIMIT {SLICE}"
)
DOCUMENTS = (
    "SELECT document.id FROM document WHERE document.body IS NULL AND document.fetched_at < :before"
    f" AND NOT document.cited AND NOT EXISTS ({READ}) ORDER BY document.id LIMIT {SLICE}"
)
LOST = "UPDATE entry SET observation = 0 WHERE observation IN :numbers"
DELIVERIES = "DELETE FROM delivery WHERE state IN (:sent, :dead) AND created_at < :before"
GAPS = 'SELECT name, "first", "last", prior, chain FROM gap WHERE name = :name'
CLOSE = 'DELETE FROM gap WHERE name = :name AND "first" = :first'


class Gap(NamedTuple):
    """Rows that are gone, in the order of the table's columns."""

    name: str
    first: int
    last: int
    prior: bytes
    chain: bytes


class Retention(Repository):
    """One slice of each work at a time; every function gives how many rows it removed."""

    __slots__ = ()

    def polls(self, before: datetime) -> int:
        """Roll up the oldest day (UTC) that ends before the moment."""
        first = self.value(FIRST_POLL)
        if first is None:
            return 0
        day = first - first % DAY
        if day + DAY > micros(before):
            return 0
        self.roll_up(day)
        return self.run(FORGET_POLLS, {"day": day, "next": day + DAY})

    def roll_up(self, day: int) -> None:
        """Count the polls of the day that begins then by source and kind, on top of what was counted before."""
        counted: dict[str, dict[str, int]] = {}
        for source, outcome, many in self.rows(POLLS, {"day": day, "next": day + DAY}):
            counts = counted.setdefault(source, dict.fromkeys(COUNTS, 0))
            counts[outcome if outcome in KINDS else "failed"] += many
        for source, *before in self.rows(COUNTED, {"day": day}):
            if source in counted:
                held = dict(zip(COUNTS, before, strict=True))
                counted[source] = {name: count + held[name] for name, count in counted[source].items()}
        rows = [{"source": source, "day": day, **counts} for source, counts in counted.items()]
        self.upsert(PollDayRow, rows, change=COUNTS)

    def poll_days(self, before: datetime) -> int:
        """Forget days of long ago."""
        return self.run(FORGET_DAYS, {"before": micros(before)})

    def bodies(self, before: datetime) -> int:
        """Drop the bytes of documents that no claim, verdict or transition rests on; their hash and address stay."""
        return self.run(BODIES, {"before": micros(before)})

    def observations(self, before: datetime) -> int:
        """Drop observations that no claim was made on and whose document nobody quotes; the entry is still known."""
        found = [number for (number,) in self.rows(OBSERVATIONS, {"before": micros(before)})]
        for some in batches(found):
            self.run(LOST, {"numbers": some})
        return self.drop("observation", found)

    def documents(self, before: datetime) -> int:
        """Drop the last trace of documents that no observation was read from."""
        return self.drop("document", [number for (number,) in self.rows(DOCUMENTS, {"before": micros(before)})])

    def deliveries(self, before: datetime) -> int:
        """Forget how messages of long ago were delivered; the digests stay."""
        over = {"sent": State.SENT.value, "dead": State.DEAD.value}
        return self.run(DELIVERIES, {**over, "before": micros(before)})

    def drop(self, name: str, numbers: Sequence[int]) -> int:
        """Delete rows (ids ascending) out of the middle of a chain; their place is kept as gaps."""
        if not numbers:
            return 0
        self.bridge(name, runs(numbers))
        statement = f'DELETE FROM "{name}" WHERE id IN :numbers'
        return sum(self.run(statement, {"numbers": some}) for some in batches(numbers))

    def bridge(self, name: str, spans: Sequence[tuple[int, int]]) -> None:
        """Keep what came before the first row of each span and the hash of its last, joined with the gaps beside it."""
        old = {gap.first: gap for gap in map(Gap._make, self.rows(GAPS, {"name": name}))}
        gaps = dict(old)
        hashes = self.hashes(name, spans)
        for first, last in spans:
            left = next((gap for gap in gaps.values() if gap.last == first - 1), None)
            right = gaps.pop(last + 1, None)
            begin, prior = (left.first, left.prior) if left else (first, hashes.get(first - 1, GENESIS))
            end, chain = (right.last, right.chain) if right else (last, hashes[last])
            gaps[begin] = Gap(name, begin, end, prior, chain)
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
        for gap in old.values():
            if new.get(gap.first) != gap:
                self.run(CLOSE, {"name": name, "first": gap.first})
        self.insert(GapRow, [gap._asdict() for gap in new.values() if old.get(gap.first) != gap])


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as spans (first, last) without a hole."""
    breaks = [place for place, (one, other) in enumerate(pairwise(numbers), 1) if other != one + 1]
    starts = [0, *breaks]
    return [(numbers[start], numbers[end - 1]) for start, end in pairwise([*starts, len(numbers)])]
