"""What a reading says beyond what is known, worked out before the transaction that keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from watcher import formats
from watcher.core.decision.entry_diff import EntryDiff, diff_entries
from watcher.core.model import Claim, Document, Entry, Observation, Outcome, Source
from watcher.fetch import redact
from watcher.pipeline.poll import PollResult
from watcher.publishers import publisher_of
from watcher.store.codec import entry_digest
from watcher.store.observations import EncodedObservation
from watcher.store.records import KnownEntry, Packed
from watcher.store.store import Transaction

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
