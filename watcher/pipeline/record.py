"""Record what some readings found: polls, documents, observations, absences and followed pages."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.core.decision.entry_diff import EntryDiff
from watcher.core.model import Outcome
from watcher.pipeline.linked_pages import linked_pages, maps_of
from watcher.pipeline.poll import SUCCESS, PollResult
from watcher.pipeline.refusals import Refused, remember
from watcher.pipeline.sift import Encoded, Sifted, known_entries
from watcher.pipeline.skip_unchanged import invalidate
from watcher.store.claims import encode as encode_claim
from watcher.store.documents import pack
from watcher.store.observations import encode as encode_observation
from watcher.store.records import KnownEntry
from watcher.store.store import Transaction

log = logging.getLogger(__name__)

GIVE_UP = 3
"""A followed page that was never there is given up after this many polls."""


def encode(one: Sifted) -> Encoded:
    """What is kept of a reading as the store writes it; pure, so that it can be done before anybody has to wait for it."""
    document = one.reading.document
    return Encoded(
        pack(document) if document is not None and is_kept(one) else None,
        tuple(map(encode_observation, one.fresh)),
        tuple(tuple(map(encode_claim, mine)) for mine in one.claims),
    )


def record_results(tx: Transaction, results: Sequence[Sifted], now: datetime) -> int:
    """Store polls, documents, observations, claims and followed pages of some readings; how many observations are new."""
    results = _still_true(tx, results)
    readings = [one.reading for one in results]
    tx.polls.record([reading.poll for reading in readings])
    remember(tx, [Refused(one.due.source, one.refused, one.poll.error) for one in readings if one.refused], now)
    stirred = stirred_by(results)
    maps = [site_map for reading in readings for site_map in maps_of(reading.due.source, reading.entries or ())]
    if maps:
        tx.sources.follow(maps, now)
    for one in results:
        if one.diff != EntryDiff():
            _book_one(tx, one, now)
    invalidate(tx, sorted(stirred))
    _retire_pages(tx, readings, now)
    # Last: whoever writes documents or observations meanwhile waits from here on to the commit.
    return _book_observations(tx, [one.encoded or encode(one) for one in results])


def stirred_by(results: Iterable[Sifted]) -> set[str]:
    """The signals of which something was seen, or not seen, that may change what is said of them."""
    return {
        one.reading.due.source.signal
        for one in results
        if one.diff != EntryDiff() or one.reading.due.failures or one.reading.poll.outcome not in SUCCESS
    }


def _still_true(tx: Transaction, results: Sequence[Sifted]) -> list[Sifted]:
    """Those of which nothing else became known since they were asked; the others are asked again, where they are due.

    Their sources are ours from here to the commit.
    """
    tried = tx.sources.claim(sorted(one.reading.due.source.id for one in results))
    known = known_entries(tx, [one.reading for one in results])
    true = [
        one
        for one in results
        if tried.get(one.reading.due.source.id) == one.reading.due.health.last_tried_at
        and (one.reading.entries is None or one.known == known.get(one.reading.due.source.id, {}))
    ]
    if len(true) < len(results):
        log.info("%d readings were overtaken by another process", len(results) - len(true))
    return true


def _book_observations(tx: Transaction, found: Sequence[Encoded]) -> int:
    tx.documents.put([one.document for one in found if one.document is not None])
    added = tx.observations.add_encoded([seen for one in found for seen in one.observations])
    claims = (mine for one in found for mine in one.claims)
    tx.claims.attach((number, claim) for number, mine in zip(added, claims, strict=True) for claim in mine)
    return len(added)


def is_kept(one: Sifted) -> bool:
    """Whether its document is: what is new is read from it, or it is evidence."""
    return bool(one.diff.fresh) or _is_evidence(one.reading)


def _is_evidence(reading: PollResult) -> bool:
    """Whether it shows a shape that is not what was expected, for the first time or in another way: a person will look at it."""
    held, poll = reading.due.health, reading.poll
    return poll.outcome is Outcome.SHAPE and (held.outcome, held.error) != (poll.outcome.value, poll.error)


def _book_one(tx: Transaction, one: Sifted, now: datetime) -> None:
    source = one.reading.due.source
    _book_absences(tx, source.id, one.diff, one.known, now)
    pages = [page for new in one.diff.fresh for page in linked_pages(source, new.entry, now)]
    if pages:
        tx.sources.follow(pages, now)


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
