"""The console's first page: the texts that a person is to settle, and what was done by hand lately."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from watcher.acts.errors import Unusable
from watcher.acts.review import Decision, open_texts, settle
from watcher.core.model import Signal, Track, Undecided
from watcher.store.store import Transaction
from watcher.web.console import Console, Done, Fields, changes_of, moment_of, number_of, status_in_words

LISTED = 50
"""Lines of the audit list that the page shows."""


@dataclass(frozen=True, slots=True)
class UndecidedText:
    """A text that a person is to settle, with what it may be settled as."""

    text: Undecided
    signal: Signal
    track: Track
    may_say: str
    """The label of the status that the text may claim."""
    stands: str
    """The label of the status where its track stands."""


def listed(console: Console, _now: datetime) -> dict[str, Any]:
    """The texts to settle and the newest acts."""
    with console.store.reading() as tx:
        return {"texts": tuple(_asked(console, tx)), "acts": tx.audit.of(LISTED)}


def _asked(console: Console, tx: Transaction) -> Iterator[UndecidedText]:
    tracks = {(signal.id, track.id): (signal, track) for signal in console.config.signals for track in signal.tracks}
    verdicts = tx.verdicts.all_latest()
    for text in open_texts(tx):
        if place := tracks.get((text.signal, text.track)):
            held = (track.status for track in verdicts[text.signal].tracks if track.track == text.track)
            label = partial(status_in_words, console.config.signals, text.signal, text.track)
            yield UndecidedText(text, *place, label(text.status), label(next(held, "")))


def settle_text(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Claim or dismiss one text."""
    number = number_of(fields)
    why, status = fields.get("why", "").strip(), fields.get("status", "")
    claimed = fields.get("as") == "claim"
    if claimed and not status:
        raise Unusable("no status is chosen; expected what the text says")
    if not claimed and not why:
        raise Unusable("no reason is given; expected why the text changes nothing")
    decided = Decision(who, why, status if claimed else "", moment_of(fields), fields.get("title", "").strip())
    with console.store.writing() as tx:
        done = settle(tx, console.config.signals, number, decided, now)
    became = f"decided as {status.replace('_', ' ')}: evidence {done.evidence}" if claimed else "dismissed"
    return Done(f"Text {number} is {became}.", changes_of(console, done.told))
