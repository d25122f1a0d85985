"""Evidence that a person adds or takes back, and messages that are held back for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.acts.errors import NothingToDo, Unusable, named
from watcher.acts.moments import check_moment
from watcher.acts.places import check_address, check_status, place_of, track_of
from watcher.core.language.works import subject_key
from watcher.core.model import DeclaredFact, Signal, Tier, Transition
from watcher.pipeline.decide import update_verdict
from watcher.publishers import registrable_domain
from watcher.store.store import Transaction
from watcher.wording import iso_utc

# Evidence that a person adds or takes back, and what that changes.


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a person has read somewhere, and where."""

    where: str
    """`SIGNAL.TRACK`."""
    status: str
    url: str
    quote: str
    by: str
    reason: str = ""
    at: datetime | None = None
    """When it happened; None: now."""
    title: str = ""
    event: str = ""
    """Key of a series' event; empty: made of the title."""


def record(tx: Transaction, signals: Sequence[Signal], said: Testimony, now: datetime) -> tuple[int, tuple[Transition, ...]]:
    """Add evidence: its number and what it changed. Raises Unusable; then nothing is changed."""
    signal, track = track_of(signals, said.where)
    event = said.event or (subject_key(said.title, signal.vocabulary.before_name) if track.ladder.series else "")
    check_status(track, said.status, event)
    _check_words(said)
    check_moment(said.at or now, now)
    url, quote = said.url.strip(), said.quote.strip()
    known = DeclaredFact(
        track.id, said.status, said.at or now, quote, url, registrable_domain(url), Tier.OPERATOR, event, said.title.strip()
    )
    _check_new(tx, signal, known)
    number = tx.evidence.add(signal.id, known, by=named(said.by), reason=said.reason.strip(), at=now)
    return number, _decide(tx, signal, now)


def _check_words(said: Testimony) -> None:
    check_address(said.url.strip())
    if not said.quote.strip():
        raise Unusable("the quote is empty; expected the words that say it")


def _check_new(tx: Transaction, signal: Signal, known: DeclaredFact) -> None:
    """A form that is sent twice, or a line typed again, would leave one behind when the other is taken back."""
    told = (signal.id, *_told(known))
    if same := next((one.id for one in tx.evidence.of() if (one.signal, *_told(one.known)) == told), 0):
        raise Unusable(f"evidence {same} says this already, of the same day, in the same words")


def _told(known: DeclaredFact) -> tuple[str, ...]:
    return known.track, known.status, known.event, known.url, known.quote, f"{known.at:%Y-%m-%d}"


def withdraw(
    tx: Transaction, signals: Sequence[Signal], number: int, *, by: str, reason: str, now: datetime
) -> tuple[Transition, ...]:
    """Take evidence back: what that changed. Raises NothingToDo, Unusable."""
    held = {one.id: one for one in tx.evidence.of()}
    if number not in held or not tx.evidence.withdraw(number, by=named(by), reason=reason, at=now):
        raise NothingToDo(f"there is no evidence {number} to take back", "`watcher audit` lists what stands")
    signal = next((one for one in signals if one.id == held[number].signal), None)
    return _decide(tx, signal, now, rewritten=f"evidence was withdrawn by {named(by)}") if signal else ()


def _decide(tx: Transaction, signal: Signal, now: datetime, *, rewritten: str = "") -> tuple[Transition, ...]:
    """Decide in the transaction that holds the act; nobody looked at a source, so what cannot be seen stays as it was.

    Before the first look nothing is decided: the baseline is for the watch to set, when it has seen every source.
    """
    if tx.verdicts.latest(signal.id) is None:
        return ()
    return update_verdict(tx, signal, now, rewritten=rewritten, look=False)


# Silences: messages about a signal or a track held back, until a moment or until somebody ends it.


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
