"""A copy of a record that is older than one that was read before: it cannot say that a row is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from watcher import formats
from watcher.core.model import Outcome
from watcher.pipeline.poll import PollResult
from watcher.store.records import KnownEntry
from watcher.store.store import Transaction


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
