"""Silences: messages about a signal or a track held back, until a moment or until somebody ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from watcher.acts.errors import NothingToDo, Unusable, named
from watcher.acts.places import place_of
from watcher.core.model import Signal
from watcher.store.store import Transaction
from watcher.wording import iso_utc


def mute(
    tx: Transaction, signals: Sequence[Signal], where: str, *, by: str, reason: str, now: datetime, until: datetime | None
) -> None:
    """Hold back messages about `SIGNAL[.TRACK]`; without `until` it lasts until it is ended. Raises Unusable."""
    signal, track = place_of(signals, where)
    if until is not None and until <= now:
        raise Unusable(f"{iso_utc(until)} lies in the past; expected a time to come")
    tx.mutes.add(signal, track, by=named(by), reason=reason, now=now, until=until)


def unmute(tx: Transaction, signals: Sequence[Signal], where: str, *, by: str, reason: str, now: datetime) -> None:
    """End the silences of `SIGNAL[.TRACK]` now. Raises NothingToDo, Unusable."""
    signal, track = place_of(signals, where)
    if not tx.mutes.end(signal, track, by=named(by), reason=reason, now=now):
        raise NothingToDo(f"{where} is not muted")
