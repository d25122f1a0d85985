"""Digests that no change calls for, put into the outbox when their time has come: the weekly note, reminders of days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo

from watcher.announce import Reader, outgoing
from watcher.core.model import Digest, Signal, Verdict
from watcher.core.notes import reminders, weekly
from watcher.store import Store, Transaction

LOOKED = "reminders looked at"
"""Up to when reminders have been given."""
HOUR = time(8)
"""From this local hour of a Monday on the weekly note is due."""
WEEK = timedelta(days=6)
"""A watch that is younger than this has no week to tell of."""


def remind(
    store: Store, readers: Sequence[Reader], signals: Mapping[str, Signal], *, now: datetime, zone: tzinfo
) -> list[Digest]:
    """Put what is due at `now` into the outbox, each note once for ever. Raises StoreError."""
    with store.writing() as tx:
        verdicts = {name: verdict for name, verdict in tx.verdicts.all_latest().items() if name in signals}
        since = datetime.fromisoformat(looked) if (looked := tx.meta.get(LOOKED)) else now
        notes = [*reminders(signals.values(), verdicts, since=since, now=now), *_weekly(tx, verdicts, now, zone)]
        fresh = [note for note in notes if tx.digests.get(note.id) is None]
        for note in fresh:
            tx.digests.put(note, [outgoing(reader, note) for reader in readers if _wants(reader, note)])
        tx.meta.put(LOOKED, now.isoformat())
    return fresh


def _weekly(tx: Transaction, verdicts: Mapping[str, Verdict], now: datetime, zone: tzinfo) -> Iterable[Digest]:
    begun = [moment for name in verdicts if (moment := tx.verdicts.baseline(name)) is not None]
    local = now.astimezone(zone)
    if not begun or now - min(begun) < WEEK or (local.weekday() == 0 and local.time() < HOUR):
        return ()
    told = [transition for transition in tx.transitions.of(since=now - timedelta(days=7)) if transition.mail and transition.track]
    return (weekly(verdicts, tx.sources.health(), now=now, changes=len(told)),)


def _wants(reader: Reader, note: Digest) -> bool:
    about = {verdict.signal for verdict in note.verdicts}
    return (reader.weekly_note or note.kind != "weekly") and (not reader.signals or bool(reader.signals & about))
