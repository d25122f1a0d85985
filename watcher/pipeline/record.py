"""Record what some readings found: polls, documents, observations, absences and followed pages."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from watcher import __version__, formats
from watcher.core.decision.entry_diff import EntryDiff, diff_entries
from watcher.core.model import Claim, Document, Entry, Observation, Outcome, Source
from watcher.fetch import redact
from watcher.pipeline.decide import invalidate
from watcher.pipeline.poll import SUCCESS, PollResult, linked_pages, maps_of
from watcher.publishers import publisher_of
from watcher.store.codec import entry_digest, load, moment_in
from watcher.store.documents import pack
from watcher.store.observations import EncodedObservation, encode_claim
from watcher.store.observations import encode as encode_observation
from watcher.store.records import Due, KnownEntry, MetaKey, Packed
from watcher.store.store import Transaction

# What a reading says beyond what is known, worked out before the transaction that keeps it.

CLAIMS_OF_SIGNAL = 20_000
"""From so many claims on a signal takes nothing more of sources that have made more than their part of them."""
CLAIMS_OF_SOURCE = 5_000


@dataclass(frozen=True, slots=True)
class Encoded:
    """What is kept of a reading, as the store writes it: compressed, as text, and with what the chains cover."""

    document: Packed | None
    """None where it is not kept."""
    observations: tuple[EncodedObservation, ...]
    claims: tuple[tuple[Mapping[str, Any], ...], ...]
    """Of each of these what it claims."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """A reading with what is new in it, against what was known at that moment."""

    reading: PollResult
    known: Mapping[str, KnownEntry] = field(default_factory=dict)
    diff: EntryDiff = field(default_factory=EntryDiff)
    fresh: tuple[Observation, ...] = ()
    """What was not seen before, without its number."""
    claims: tuple[tuple[Claim, ...], ...] = ()
    """Of each of these, once it was understood, what it claims."""
    encoded: Encoded | None = None
    """What is kept of it, written before the transaction; None where it was not yet."""


def sift(tx: Transaction, readings: Sequence[PollResult], now: datetime) -> list[Sifted]:
    """What each reading brings; a copy of a record that is older than what is known is refused."""
    known = known_entries(tx, readings)
    sifted = [_sifted(tx, reading, known.get(reading.due.source.id, {}), now) for reading in readings]
    heavy = tx.claims.counts({one.reading.due.source.signal for one in sifted if one.fresh})
    return [_bounded(tx, one, heavy) if one.fresh else one for one in sifted]


def known_entries(tx: Transaction, readings: Iterable[PollResult]) -> Mapping[str, Mapping[str, KnownEntry]]:
    """What is known of the entries that are to be compared: all of a record's, of a stream those that it shows."""
    good = [reading for reading in readings if reading.entries is not None]
    records = [reading.due.source.id for reading in good if reading.due.source.record]
    streams = [reading for reading in good if not reading.due.source.record]
    shown = ((reading.due.source.id, entry.key) for reading in streams for entry in reading.entries or ())
    return tx.observations.known(records) | tx.observations.known_of(shown)


def _sifted(tx: Transaction, read: PollResult, known: Mapping[str, KnownEntry], now: datetime) -> Sifted:
    reading = refuse_older(tx, read, known)
    source, document = reading.due.source, reading.document
    if reading.entries is None or document is None:
        return Sifted(reading)
    diff = diff_entries(reading.entries, known, record=source.record, now=now, digest=entry_digest)
    fresh = (_observation(source, document, new.entry, new.revision, known.get(new.entry.key), now) for new in diff.fresh)
    return Sifted(reading, known, diff, tuple(fresh))


def _bounded(tx: Transaction, one: Sifted, claims: Mapping[str, int]) -> Sifted:
    """Nothing more is taken from a source that alone has made a signal as heavy as one may become."""
    source = one.reading.due.source
    if claims.get(source.signal, 0) <= CLAIMS_OF_SIGNAL:
        return one
    mine = tx.claims.count(source.signal, source.id)
    most = f"the signal has more than {CLAIMS_OF_SIGNAL:,} claims, and {mine:,} of them are of this source"
    return Sifted(refuse(one.reading, f"{most}: nothing more of it is taken")) if mine > CLAIMS_OF_SOURCE else one


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


def refuse_older(tx: Transaction, reading: PollResult, known: Mapping[str, KnownEntry]) -> PollResult:
    """The reading, or its refusal where the record misses rows that a later copy of it has shown.

    Caches in front of a publisher hand out older copies now and then. What a copy calls its own time is compared with that of
    the copy in which the newest of the missing rows was first seen; where either says nothing, the reading counts.
    """
    source, document = reading.due.source, reading.document
    if not source.record or document is None or reading.entries is None:
        return reading
    shown = {entry.key for entry in reading.entries}
    missing = [entry.observation for key, entry in known.items() if key not in shown and entry.withdrawn_at is None]
    stamp = formats.stamp_of(source.format, document.body) if missing else ""
    later = _stamp_of_copy(tx, source.format, max(missing)) if stamp else ""
    length = min(len(stamp), len(later))
    if stamp[:length] >= later[:length]:
        return reading
    reason = f"a stale copy: updated {stamp}, after one that was updated {later}"
    return refuse(reading, reason)


def refuse(reading: PollResult, reason: str) -> PollResult:
    """The failure of a reading, of which nothing is kept."""
    poll = replace(reading.poll, outcome=Outcome.MALFORMED, error=reason, etag="", last_modified="", body_hash="")
    return replace(reading, poll=poll, document=None, entries=None)


def _stamp_of_copy(tx: Transaction, format_name: str, observation: int) -> str:
    """The time of the copy in which a row was seen; empty where it is kept no longer."""
    seen = tx.observations.get(observation)
    document = tx.documents.get(seen.document) if seen else None
    return formats.stamp_of(format_name, document.body) if document else ""


# Documents that took more time or memory than is allowed: remembered, so that the same one is not tried again and again.

MAX_REFUSALS = 200
"""So many are remembered, the latest."""
REFUSAL_LASTS = timedelta(days=1)
"""Then it is tried once more: the machine may have been busy with other things."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that was too much for the reader of a source, or for the rules of its signal."""

    source: Source
    document: str
    """Its hash."""
    why: str


def refused(tx: Transaction, dues: Iterable[Due], now: datetime) -> dict[str, Mapping[str, str]]:
    """Of each source the documents that are not tried again, by their hash, with the reason; most sources have none."""
    rows = _rows(tx, now)
    found: dict[str, Mapping[str, str]] = {}
    for source in (due.source for due in dues) if rows else ():
        way = _way_of_reading(tx, source)
        if mine := {row["document"]: row["why"] for row in rows if row["way"] == way}:
            found[source.id] = mine
    return found


def remember(tx: Transaction, refusals: Iterable[Refused], now: datetime) -> None:
    """Try these documents no more until they, their format or the rules of their signal change."""
    if not (refusals := list(refusals)):
        return
    tx.exclude(MetaKey.DOCUMENTS_REFUSED)
    new = [
        {"document": one.document, "way": _way_of_reading(tx, one.source), "at": now.isoformat(), "why": one.why}
        for one in refusals
    ]
    tx.meta.put(MetaKey.DOCUMENTS_REFUSED, json.dumps([*_rows(tx, now), *new][-MAX_REFUSALS:]))


def _rows(tx: Transaction, now: datetime) -> list[dict[str, str]]:
    """Those that have not lapsed (nor lie ahead, after a clock that was set back)."""
    return [
        row
        for row in (tx.meta.read(MetaKey.DOCUMENTS_REFUSED, _rows_in) or [])
        if now - REFUSAL_LASTS < moment_in(row["at"]) <= now
    ]


def _rows_in(text: str) -> list[dict[str, str]]:
    """The rows that were put there. Raises ValueError or KeyError for others."""
    rows = [{name: row[name] for name in ("document", "way", "at", "why")} for row in load(list[dict[str, str]], text)]
    for row in rows:
        moment_in(row["at"])
    return rows


def _way_of_reading(tx: Transaction, source: Source) -> str:
    """How a source's documents are read and understood: another way may be quicker."""
    parts = [source.format, sorted(source.options.items()), tx.claims.rules(source.signal), __version__]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


# The recording itself, in the caller's transaction.

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
