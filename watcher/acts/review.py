"""Settling a text that no rule accounts for: as a status that it claims, or as one that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.acts.errors import NothingToDo, named
from watcher.acts.moments import check_moment
from watcher.acts.places import check_status
from watcher.core.decision.undecided import outcome
from watcher.core.language.works import subject_key
from watcher.core.model import DeclaredFact, Signal, Transition, Undecided
from watcher.pipeline.decide import update_verdict
from watcher.store.store import Transaction


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person makes of a text; without a status it is dismissed."""

    by: str
    why: str
    status: str = ""
    at: datetime | None = None
    """When it happened; None: as the text is dated."""
    title: str = ""
    """Of the event, in a series."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling a text has done."""

    evidence: int
    """The number of the evidence that it became; 0 for a text that was dismissed."""
    told: tuple[Transition, ...]


def open_texts(tx: Transaction) -> list[Undecided]:
    """The texts that a person is to settle, signal by signal."""
    verdicts = tx.verdicts.all_latest()
    return [text for name in sorted(verdicts) for text in verdicts[name].undecided]


def settle(tx: Transaction, signals: Sequence[Signal], number: int, decided: Decision, now: datetime) -> Settled:
    """Settle the text with this number and decide its signal again. Raises NothingToDo, Unusable; then nothing is changed."""
    text = next((one for one in tx.undecided.of() if one.id == number and one.asked_at and not one.settled_at), None)
    if text is None:
        became = next((f": it was {outcome(one)}" for one in tx.undecided.of() if one.id == number and one.settled_at), "")
        raise NothingToDo(f"there is no open text {number}{became}", "`watcher review` lists what is open")
    signal = next((one for one in signals if one.id == text.signal), None)
    if signal is None:
        raise NothingToDo(f"{text.signal} is no longer declared")
    by = named(decided.by)
    evidence = _record(tx, signal, text, decided, now) if decided.status else 0
    tx.undecided.settle(text, by=by, status=decided.status, why=decided.why, evidence=evidence, at=now)
    return Settled(evidence, update_verdict(tx, signal, now, look=False))


def _record(tx: Transaction, signal: Signal, text: Undecided, decided: Decision, now: datetime) -> int:
    """The text as evidence of what it was decided to say; the evidence's number."""
    track = next((one for one in signal.tracks if one.id == text.track), None)
    if track is None:
        raise NothingToDo(f"{signal.id}.{text.track} is no longer declared")
    quote, title = text.quotes[0], decided.title or text.quotes[0].title
    event = (text.event or subject_key(title, signal.vocabulary.before_name)) if track.ladder.series else ""
    check_status(track, decided.status, event)
    if decided.at:
        check_moment(decided.at, now)
    known = DeclaredFact(
        track=track.id,
        status=decided.status,
        at=decided.at or text.effective_at,
        quote=quote.text,
        url=quote.url,
        publisher=quote.publisher,
        tier=quote.tier,
        event=event,
        title=title,
    )
    why = f"text {text.id}{f': {decided.why}' if decided.why else ''}"
    return tx.evidence.add(signal.id, known, by=named(decided.by), reason=why, at=now)
