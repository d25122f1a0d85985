"""Retention: what nothing cites goes after its time, in short transactions; what a quote rests on stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update

from watcher.core.model import Outcome
from watcher.store.base import Noun, batches, table
from watcher.store.chain import GENESIS
from watcher.store.codec import EPOCH
from watcher.store.rows import State

if TYPE_CHECKING:
    from collections.abc import Sequence

SLICE = 1_000
DAY = timedelta(days=1)
POLL = table("poll")
POLL_DAY = table("poll_day")
DOCUMENT = table("document")
OBSERVATION = table("observation")
ENTRY = table("entry")
CLAIM = table("claim")
DELIVERY = table("delivery")
GAP = table("gap")
COUNTS = ("ok", "unchanged", "blocked", "failed")
CLAIMED = exists().where(CLAIM.c.observation == OBSERVATION.c.id)
CITED = exists().where(DOCUMENT.c.id == OBSERVATION.c.document, DOCUMENT.c.cited)
READ = exists().where(OBSERVATION.c.document == DOCUMENT.c.id)
PROVES = exists().where(OBSERVATION.c.document == DOCUMENT.c.id, CLAIM.c.observation == OBSERVATION.c.id)


class Gap(NamedTuple):
    """Rows that are gone, in the order of the table's columns."""

    name: str
    first: int
    last: int
    prior: bytes
    chain: bytes


class Retention(Noun):
    """One slice of each work at a time; every function gives how many rows it removed."""

    __slots__ = ()

    def polls(self, before: datetime) -> int:
        """Roll up the oldest day (UTC) that ends before the moment."""
        first = self.connection.execute(select(func.min(POLL.c.at))).scalar()
        if first is None:
            return 0
        day = first - (first - EPOCH) % DAY
        if day + DAY > before:
            return 0
        span = (POLL.c.at >= day, POLL.c.at < day + DAY)
        self.roll_up(day, span)
        return self.connection.execute(delete(POLL).where(*span)).rowcount

    def roll_up(self, day: datetime, span: tuple[ColumnElement[bool], ...]) -> None:
        """Count the polls of a day by source and kind, on top of what was counted before."""
        counted: dict[str, dict[str, int]] = {}
        statement = select(POLL.c.source, POLL.c.outcome, func.count().label("many")).where(*span)
        for row in self.connection.execute(statement.group_by(POLL.c.source, POLL.c.outcome)):
            kind = row.outcome if row.outcome in {Outcome.OK, Outcome.UNCHANGED, Outcome.BLOCKED} else "failed"
            counts = counted.setdefault(row.source, dict.fromkeys(COUNTS, 0))
            counts[kind] += row.many
        for row in self.connection.execute(select(POLL_DAY).where(POLL_DAY.c.day == day)):
            if row.source in counted:
                counted[row.source] = {name: count + getattr(row, name) for name, count in counted[row.source].items()}
        rows = [{"source": source, "day": day, **counts} for source, counts in counted.items()]
        self.upsert("poll_day", rows, change=COUNTS)

    def poll_days(self, before: datetime) -> int:
        """Forget days of long ago."""
        return self.connection.execute(delete(POLL_DAY).where(POLL_DAY.c.day < before)).rowcount

    def bodies(self, before: datetime) -> int:
        """Drop the bytes of documents that no claim, verdict or transition rests on; their hash and address stay."""
        old = (DOCUMENT.c.body.is_not(None), DOCUMENT.c.fetched_at < before)
        found = select(DOCUMENT.c.id).where(*old, ~DOCUMENT.c.cited, ~PROVES).limit(SLICE)
        return self.connection.execute(update(DOCUMENT).where(DOCUMENT.c.id.in_(found)).values(body=None)).rowcount

    def observations(self, before: datetime) -> int:
        """Drop observations that no claim was made on and whose document nobody quotes; the entry is still known."""
        old = OBSERVATION.c.seen_at < before
        unquoted = or_(OBSERVATION.c.document.is_(None), ~CITED)
        statement = select(OBSERVATION.c.id).where(old, ~CLAIMED, unquoted).order_by(OBSERVATION.c.id).limit(SLICE)
        found = list(self.connection.execute(statement).scalars())
        self.connection.execute(update(ENTRY).where(ENTRY.c.observation.in_(found)).values(observation=0))
        return self.drop("observation", found)

    def documents(self, before: datetime) -> int:
        """Drop the last trace of documents that no observation was read from."""
        gone = (DOCUMENT.c.body.is_(None), DOCUMENT.c.fetched_at < before)
        statement = select(DOCUMENT.c.id).where(*gone, ~DOCUMENT.c.cited, ~READ).order_by(DOCUMENT.c.id).limit(SLICE)
        return self.drop("document", list(self.connection.execute(statement).scalars()))

    def deliveries(self, before: datetime) -> int:
        """Forget how messages of long ago were delivered; the digests stay."""
        over = DELIVERY.c.state.in_([State.SENT.value, State.DEAD.value])
        return self.connection.execute(delete(DELIVERY).where(over, DELIVERY.c.created_at < before)).rowcount

    def drop(self, name: str, numbers: Sequence[int]) -> int:
        """Delete rows (ids ascending) out of the middle of a chain; their place is kept as gaps."""
        if not numbers:
            return 0
        self.bridge(name, runs(numbers))
        target = table(name)
        return self.connection.execute(delete(target).where(target.c.id.in_(numbers))).rowcount

    def bridge(self, name: str, spans: Sequence[tuple[int, int]]) -> None:
        """Keep what came before the first row of each span and the hash of its last, joined with the gaps beside it."""
        old = {row.first: Gap(*row) for row in self.connection.execute(select(GAP).where(GAP.c.name == name))}
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
        target = table(name)
        wanted = {number for first, last in spans for number in (first - 1, last)}
        found: dict[int, bytes] = {}
        for some in batches(wanted):
            statement = select(target.c.id, target.c.chain).where(target.c.id.in_(some))
            found |= {row.id: row.chain for row in self.connection.execute(statement)}
        return found

    def write(self, name: str, old: dict[int, Gap], new: dict[int, Gap]) -> None:
        """Make the stored gaps the new ones."""
        for gap in old.values():
            if new.get(gap.first) != gap:
                self.connection.execute(delete(GAP).where(GAP.c.name == name, GAP.c.first == gap.first))
        self.insert("gap", [gap._asdict() for gap in new.values() if old.get(gap.first) != gap])


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as spans (first, last) without a hole."""
    breaks = [place for place, (one, other) in enumerate(pairwise(numbers), 1) if other != one + 1]
    starts = [0, *breaks]
    return [(numbers[start], numbers[end - 1]) for start, end in pairwise([*starts, len(numbers)])]
