"""Book what some readings found: polls, documents, observations, absences and followed pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.core.decision.entry_diff import EntryDiff, diff_entries
from watcher.core.model import Document, Entry, Observation, Outcome, Source
from watcher.fetch import redact
from watcher.pipeline.linked_pages import linked_pages, maps_of
from watcher.pipeline.poll import PollResult
from watcher.pipeline.skip_unchanged import invalidate
from watcher.pipeline.stale import refuse_older
from watcher.publishers import publisher_of
from watcher.store import KnownEntry, Transaction, entry_digest

SUCCESS = frozenset({Outcome.OK, Outcome.UNCHANGED})
GIVE_UP = 3
"""A followed page that was never there is given up after this many polls."""


def record_results(tx: Transaction, readings: Sequence[PollResult], now: datetime) -> list[Observation]:
    """Store polls, documents, observations and followed pages of some readings; the observations that are new."""
    known = _known(tx, [reading for reading in readings if reading.entries is not None])
    readings = [refuse_older(tx, reading, known.get(reading.due.source.id, {})) for reading in readings]
    good = [reading for reading in readings if reading.entries is not None]
    tx.polls.book([reading.poll for reading in readings])
    fresh: list[Observation] = []
    stirred = {reading.due.source.signal for reading in readings if reading.due.failures or reading.poll.outcome not in SUCCESS}
    maps = [site_map for reading in good for site_map in maps_of(reading.due.source, reading.entries or ())]
    if maps:
        tx.sources.follow(maps, now)
    for reading in good:
        mine = known.get(reading.due.source.id, {})
        noticed = diff_entries(reading.entries or (), mine, record=reading.due.source.record, now=now, digest=entry_digest)
        if noticed != EntryDiff():
            stirred.add(reading.due.source.signal)
            fresh += _book_one(tx, reading, noticed, mine, now)
    tx.documents.put([reading.document for reading in readings if reading.document is not None and _is_evidence(reading)])
    invalidate(tx, sorted(stirred))
    _retire_pages(tx, readings, now)
    return tx.observations.add(fresh)


def _is_evidence(reading: PollResult) -> bool:
    """Whether it shows a shape that is not what was expected, for the first time or in another way: a person will look at it."""
    held, poll = reading.due.health, reading.poll
    return poll.outcome is Outcome.SHAPE and (held.outcome, held.error) != (poll.outcome.value, poll.error)


def _known(tx: Transaction, good: Iterable[PollResult]) -> Mapping[str, Mapping[str, KnownEntry]]:
    """What is known of the entries that are to be compared: all of a record's, of a stream those that it shows."""
    records = [reading.due.source.id for reading in good if reading.due.source.record]
    streams = [reading for reading in good if not reading.due.source.record]
    shown = ((reading.due.source.id, entry.key) for reading in streams for entry in reading.entries or ())
    return tx.observations.known(records) | tx.observations.known_of(shown)


def _book_one(
    tx: Transaction, reading: PollResult, noticed: EntryDiff, known: Mapping[str, KnownEntry], now: datetime
) -> list[Observation]:
    source, document = reading.due.source, reading.document
    if document is None:
        return []
    if noticed.fresh:
        tx.documents.put([document])
    _book_absences(tx, source.id, noticed, known, now)
    pages = [page for new in noticed.fresh for page in linked_pages(source, new.entry, now)]
    if pages:
        tx.sources.follow(pages, now)
    return [_observation(source, document, new.entry, new.revision, known.get(new.entry.key), now) for new in noticed.fresh]


def _book_absences(tx: Transaction, source: str, noticed: EntryDiff, known: Mapping[str, KnownEntry], now: datetime) -> None:
    if noticed.missing:
        missed = (known[key] for key in noticed.missing)
        tx.observations.miss(
            replace(entry, missing_since=entry.missing_since or now, missing_reads=entry.missing_reads + 1) for entry in missed
        )
    if noticed.withdrawn:
        tx.observations.withdraw([(source, key) for key in noticed.withdrawn], now)
    if noticed.back:
        tx.observations.restore([(source, key) for key in noticed.back], now)


def _observation(
    source: Source, document: Document, entry: Entry, revision: int, was: KnownEntry | None, now: datetime
) -> Observation:
    return Observation(
        source=source.id,
        entry=entry,
        seen_at=now,
        document=document.hash,
        publisher=publisher_of(source.publisher, entry.link, document.final_url),
        tier=source.tier,
        surface=source.surface,
        url=redact(document.url),
        revision=revision,
        first_seen_at=was.first_seen_at if was else now,
    )


def _retire_pages(tx: Transaction, readings: Iterable[PollResult], now: datetime) -> None:
    """A followed page that was never there is polled no longer."""
    never = [
        reading.due.source.id
        for reading in readings
        if reading.due.source.parent
        and reading.poll.outcome is Outcome.GONE
        and reading.due.health.last_good_at is None
        and reading.due.failures + 1 >= GIVE_UP
    ]
    if never:
        tx.sources.let_go(never, now)
