"""Digests that no change calls for, put into the outbox in their time: weekly notes, reminders, messages that were given up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo

from watcher.core.decision.scheduled_notes import UNDELIVERED, reminders, undelivered, week_id, weekly
from watcher.core.model import Change, Digest, Signal, Verdict
from watcher.pipeline.announce import Route, is_for_the_week, is_muted, scheduled
from watcher.pipeline.deliver import SILENT
from watcher.store.chain import ends
from watcher.store.codec import moment_in
from watcher.store.records import Delivery, MetaKey, State, addressee
from watcher.store.store import Store, Transaction

HOUR = time(8)
"""From this local hour of a Monday on the weekly note is due."""
WEEK = timedelta(days=6)
"""A watch that is younger than this has no week to tell of."""


def send_reminders(
    store: Store, readers: Sequence[Route], signals: Mapping[str, Signal], *, now: datetime, zone: tzinfo
) -> list[Digest]:
    """Put what is due at `now` into the outbox, each note once for ever. Raises StoreError."""
    with store.writing() as tx:
        since = tx.meta.read(MetaKey.REMINDERS_LAST_RUN, moment_in) or now
        soon = reminders(signals.values(), {}, since=since, now=now)
        if not (soon or _is_week(tx, now, zone) or _undeliverable(tx)[1] != (tx.meta.get(MetaKey.DELIVERIES_GIVEN_UP) or "")):
            tx.meta.put(MetaKey.REMINDERS_LAST_RUN, now.isoformat())
            return []  # so in nearly every cycle, and without reading a verdict
        verdicts = {name: verdict for name, verdict in tx.verdicts.all_latest().items() if name in signals}
        notes = [
            *reminders(signals.values(), verdicts, since=since, now=now, then=tx.verdicts.as_of),
            *_weekly(tx, verdicts, now, zone),
            *_undelivered(tx, verdicts, now),
        ]
        fresh = [note for note in notes if not tx.digests.has(note.id)]
        for note in fresh:
            tx.digests.put(note, [scheduled(reader, note) for reader in readers if _wants(reader, note)])
            tx.transitions.mark([transition.id for transition in note.transitions], note.id)
        tx.meta.put(MetaKey.REMINDERS_LAST_RUN, now.isoformat())
    return fresh


def _weekly(tx: Transaction, verdicts: Mapping[str, Verdict], now: datetime, zone: tzinfo) -> Iterable[Digest]:
    if not verdicts or not _is_week(tx, now, zone):
        return ()
    told = [
        transition
        for transition in reversed(tx.transitions.of(since=now - timedelta(days=7)))
        if transition.mail and transition.kind is not Change.UNDECIDED and transition.track
    ]
    mutes = tx.mutes.of(now)
    details = [each for each in tx.transitions.pending() if is_for_the_week(each) and not is_muted(each, mutes)]
    record = ", ".join(end.words for end in ends(tx.session))
    return (weekly(verdicts, tx.sources.healths(verdicts), now=now, told=told, details=details, record=record),)


def _is_week(tx: Transaction, now: datetime, zone: tzinfo) -> bool:
    """Whether the note of this week is due and not yet written: from Monday's hour on, if there was a week to tell of then."""
    begun, local = tx.verdicts.begun(), now.astimezone(zone)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), HOUR, zone)
    return begun is not None and monday - begun >= WEEK and now >= monday and not tx.digests.has(week_id(now))


def _undeliverable(tx: Transaction) -> tuple[list[Delivery], str]:
    """What was given up, and its numbers in a row; never a note of this kind, which would make another.

    Neither is what is for a recipient who is known to take nothing.
    """
    found = tx.deliveries.of(State.DEAD, limit=100)
    dead = [one for one in found if not one.digest.startswith(UNDELIVERED) and one.error != SILENT]
    return dead, " ".join(str(one.id) for one in dead)


def _undelivered(tx: Transaction, verdicts: Mapping[str, Verdict], now: datetime) -> Iterable[Digest]:
    """What was given up since the last look."""
    dead, names = _undeliverable(tx)
    told = tx.meta.get(MetaKey.DELIVERIES_GIVEN_UP) or ""
    if told == names:
        return ()
    tx.meta.put(MetaKey.DELIVERIES_GIVEN_UP, names)
    fresh = [one for one in dead if str(one.id) not in told.split()]
    silent = {one.recipient for one in tx.mailboxes.stopped()}
    lines = [_line(one, last=one.recipient in silent) for one in fresh]
    return (undelivered(lines, verdicts, number=fresh[0].id, now=now),) if fresh else ()


def _line(one: Delivery, *, last: bool) -> str:
    """What became of it; `last`: and nothing more is sent there from now on."""
    end = "; nothing more is sent there until `watcher recipients revive`" if last else ""
    return f"to {addressee(one.recipient)} by {one.channel}: {one.error}{end}"


def _wants(reader: Route, note: Digest) -> bool:
    if note.kind == "operator":
        return reader.operator
    about = {verdict.signal for verdict in note.verdicts}
    return (reader.weekly_note or note.kind != "weekly") and (not reader.signals or bool(reader.signals & about))
