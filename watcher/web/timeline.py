"""What happened, newest first, each moment with the words that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.core.model import Change, Event, Known, Quote, Signal, Standing, Transition, Verdict
from watcher.web.view import View
from watcher.web.words import CHANGES, Sign, detail, outcome

LATE = timedelta(days=2)
SAME = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    at: datetime
    heading: str
    track: str
    kind: Sign
    quotes: tuple[Quote, ...]
    words: str = ""
    standing: Standing | None = None
    seen_at: datetime | None = None
    anchor: str = ""
    status: str = ""
    track_id: str = ""
    history: bool = False
    """Written into the settings as known, not seen by this watch."""

    @property
    def late(self) -> bool:
        """Whether it was seen so much later than it happened that both dates should be read."""
        return self.seen_at is not None and not self.history and self.seen_at - self.at > LATE


def tell(view: View, signal: Signal) -> tuple[Moment, ...]:
    """All moments of a signal up to the moment of the view, newest first."""
    verdict = view.verdicts.get(signal.id)
    events = _events(signal, verdict) if verdict else ()
    changes = tuple(
        change_of(signal, item)
        for item in view.history
        if item.signal == signal.id and item.kind is not Change.BASELINE and not (item.kind is Change.NEXT and events)
    )
    past = [item for item in signal.known if item.at <= view.as_of and not (item.event and events)]
    known = tuple(_known(signal, item, _again(item, past)) for item in past if not _repeats(item, changes))
    return tuple(sorted((*events, *changes, *known), key=lambda moment: moment.at, reverse=True))


def _repeats(item: Known, changes: tuple[Moment, ...]) -> bool:
    return any(
        moment.track_id == item.track and moment.status == (item.status or item.flag) and abs(moment.at - item.at) <= SAME
        for moment in changes
    )


def change_of(signal: Signal, item: Transition) -> Moment:
    """A transition as a moment of the story."""
    track = signal.track(item.track) if item.track in {track.id for track in signal.tracks} else None
    label = _label(signal, item.track, item.after)
    headings = {
        Change.CORRECTION: f"Corrected: now {label}",
        Change.DETAIL: item.title or f"{label}: a detail changed",
        Change.RAISED: f"{label}: now {item.standing.value}",
        Change.NEXT: item.title or label,
        Change.FLAG: item.title or label,
    }
    words = outcome(item.outcome) if item.outcome else ""
    return Moment(
        at=item.effective_at or item.at,
        heading=headings.get(item.kind, label),
        track=track.title if track else item.track,
        kind=CHANGES[item.kind],
        quotes=item.evidence,
        words=". ".join(part for part in (words, _before(signal, item), item.reason.replace("_", " ")) if part),
        standing=item.standing,
        seen_at=item.at,
        anchor=f"change-{item.id}" if item.id else "",
        status=item.after,
        track_id=item.track,
    )


def _before(signal: Signal, item: Transition) -> str:
    moved = {Change.ADVANCE, Change.STEP_BACK, Change.CORRECTION}
    return f"Before: {_label(signal, item.track, item.before)}" if item.kind in moved and item.before else ""


def _label(signal: Signal, track_id: str, status: str) -> str:
    try:
        return signal.track(track_id).ladder.rung(status).label
    except KeyError:
        return status.replace("_", " ")


def _events(signal: Signal, verdict: Verdict) -> tuple[Moment, ...]:
    return tuple(_event(signal, track.track, event) for track in verdict.tracks for event in track.events)


def _event(signal: Signal, track_id: str, event: Event) -> Moment:
    revised = f"Revised on {event.revised_at:%Y-%m-%d}" if event.revised_at else ""
    return Moment(
        at=event.at,
        heading=event.title or event.key,
        track=signal.track(track_id).title,
        kind=CHANGES[Change.NEXT],
        quotes=event.evidence,
        words=". ".join(part for part in (outcome(event.outcome), revised) if part),
        seen_at=min((quote.seen_at for quote in event.evidence), default=None),
        anchor=f"event-{event.number}",
        track_id=track_id,
        history=all(not quote.document for quote in event.evidence),
    )


def _again(item: Known, past: list[Known]) -> bool:
    """Whether the track already stood there: then only its details are news."""
    before = [other for other in past if other.track == item.track and other.status and other.at < item.at]
    return bool(item.status) and bool(before) and max(before, key=lambda other: other.at).status == item.status


def _known(signal: Signal, item: Known, again: bool) -> Moment:  # noqa: FBT001 - a helper of one caller
    quote = Quote(text=item.quote, url=item.url, publisher=item.publisher, tier=item.tier, seen_at=item.at, title=item.title)
    track = next((track for track in signal.tracks if track.id == item.track), None)
    label = _label(signal, item.track, item.status) if item.status else _flag_label(signal, item)
    return Moment(
        at=item.at,
        heading=item.title or label,
        track=track.title if track else item.track,
        kind=CHANGES[Change.DETAIL if again else _kind(signal, item)],
        quotes=(quote,),
        words="; ".join(f"{name}: {words}" for name, words in (detail(key, value) for key, value in item.details.items())),
        status=item.status or item.flag,
        track_id=item.track,
        history=True,
    )


def _flag_label(signal: Signal, item: Known) -> str:
    flags = (flag for track in signal.tracks if track.id == item.track for flag in track.ladder.flags if flag.id == item.flag)
    return next((flag.label for flag in flags), item.flag.replace("_", " "))


def _kind(signal: Signal, item: Known) -> Change:
    if not item.status:
        return Change.FLAG
    try:
        back = signal.track(item.track).ladder.rung(item.status).steps_back
    except KeyError:
        back = False
    return Change.STEP_BACK if back else Change.ADVANCE
