"""What happened, newest first, each moment with the words that prove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.core.decision.corroboration import says_only
from watcher.core.decision.undecided import text_in_words
from watcher.core.model import Change, DeclaredFact, Event, Ladder, Quote, Signal, Standing, Transition, Verdict, day_text
from watcher.web.read_model import View
from watcher.web.wording import CHANGES, EASED, KNOWN
from watcher.wording import ChangedDetail, Sign, changed_details, detail, how_sure, with_unit

LATE_REPORT = timedelta(days=2)
LOWERED = {Change.FLAG: Sign("⚐", "Flag lowered", "calm"), Change.UNDECIDED: Sign("✓", "Settled", "calm")}
SAME = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened."""

    at: datetime
    heading: str
    track: str
    kind: Sign
    quotes: tuple[Quote, ...]
    words: str = ""
    why: str = ""
    """Why the words counted, as the rule says it."""
    standing: Standing | None = None
    how_sure: str = ""
    """` (reported)` where it is not confirmed and its heading does not say so."""
    seen_at: datetime | None = None
    anchor: str = ""
    status: str = ""
    track_id: str = ""
    history: bool = False
    """Written into the settings as known, not seen by this watch."""

    @property
    def late(self) -> bool:
        """Whether it was seen so much later than it happened that both dates should be read."""
        return self.seen_at is not None and not self.history and self.seen_at - self.at > LATE_REPORT


def timeline_of(view: View, signal: Signal) -> tuple[TimelineEntry, ...]:
    """All moments of a signal up to the moment of the view, newest first."""
    verdict = view.verdicts.get(signal.id)
    told: dict[tuple[str, str], datetime] = {}
    for item in view.history_of(signal.id):
        if item.kind is Change.NEXT:
            told.setdefault((item.track, item.event), item.at)
    events = _events(signal, verdict, told) if verdict else ()
    changes = tuple(
        change_of(signal, item)
        for item in view.history_of(signal.id)
        if item.kind is not Change.BASELINE and not (item.kind is Change.NEXT and events)
    )
    past = [item for item in signal.known if item.at <= view.as_of and not (item.event and events)]
    seen = tuple(_proven(moment, past) for moment in changes)
    known = tuple(
        replace(_known(signal, item, _again(item, past)), quotes=_read_or_declared(item, verdict))
        for item in past
        if not any(_same(item, moment) for moment in changes)
    )
    return tuple(sorted((*events, *seen, *known), key=lambda moment: moment.at, reverse=True))


def _same(item: DeclaredFact, moment: TimelineEntry) -> bool:
    return moment.track_id == item.track and moment.status == (item.status or item.flag) and abs(moment.at - item.at) <= SAME


def _proven(moment: TimelineEntry, past: list[DeclaredFact]) -> TimelineEntry:
    """A moment without words of its own takes those that are declared for the same change."""
    if moment.quotes:
        return moment
    return replace(moment, quotes=tuple(_declared(item) for item in past if _same(item, moment)))


def change_of(signal: Signal, item: Transition) -> TimelineEntry:
    """A transition as a moment of the story."""
    track = signal.track(item.track) if item.track in {track.id for track in signal.tracks} else None
    lowered, heading = item.kind in LOWERED and not item.after, _heading(signal, item)
    return TimelineEntry(
        at=item.at if lowered else _day(item),
        heading=heading,
        how_sure="" if lowered else how_sure(item, heading),
        track=track.title if track else item.track,
        kind=LOWERED[item.kind] if lowered else _sign(signal, item),
        quotes=_fresh(item),
        words=_words(signal, item),
        why=item.reason if item.kind in {Change.ADVANCE, Change.STEP_BACK} else "",
        standing=None if lowered or item.kind is Change.UNDECIDED else item.standing,
        seen_at=item.at,
        anchor=f"change-{item.id}" if item.id else "",
        status=item.after,
        track_id=item.track,
    )


def _day(item: Transition) -> datetime:
    """When it happened; of a detail when its words were published, where they were seen soon after; of a question its own day."""
    if item.kind is Change.UNDECIDED:
        return item.at
    if item.kind is not Change.DETAIL:
        return item.effective_at or item.at
    told = (quote.published for quote in _fresh(item) if quote.published)
    return next((at for at in told if timedelta(0) <= item.at - at <= LATE_REPORT), item.at)


def _sign(signal: Signal, item: Transition) -> Sign:
    """What kind of change it is; from one step back to a lesser one is no further step back."""
    ranks = {rung.id: rank for rank, rung in enumerate(_ladder(signal, item.track).statuses) if rung.steps_back}
    eased = item.kind is Change.STEP_BACK and {item.before, item.after} <= ranks.keys() and ranks[item.after] < ranks[item.before]
    return EASED if eased else CHANGES[item.kind]


def _heading(signal: Signal, item: Transition) -> str:
    label = _label(signal, item.track, item.after)
    headings = {
        Change.CORRECTION: f"Corrected: now {label}",
        Change.DETAIL: item.title or _details(signal, item) or label,
        Change.RAISED: f"{label}: now {item.standing.value}",
        Change.NEXT: item.title or label,
        Change.UNDECIDED: _asked(item) or item.title,
        Change.FLAG: item.title or label or _label(signal, item.track, item.before),
    }
    return headings.get(item.kind, label)


def _asked(item: Transition) -> str:
    """That a person was asked, which stays true whatever became of it; empty of a text that is settled."""
    asked = item.kind is Change.UNDECIDED and item.after and item.evidence
    return f"A person was asked whether {text_in_words(item.evidence[0])} changes the answer" if asked else ""


def _words(signal: Signal, item: Transition) -> str:
    """What the heading leaves open: the outcome, what held before, what is different, why a correction was due."""
    said = [_outcome(signal, item.track, item.outcome), _before(signal, item)]
    if item.kind is Change.DETAIL and item.title:
        said.append(_details(signal, item))
    elif item.kind in {Change.CORRECTION, Change.UNDECIDED}:
        said.append(item.reason.replace("_", " "))
    return ". ".join(part for part in said if part)


def _details(signal: Signal, item: Transition) -> str:
    """The details that changed, in words (`Price: $8/$40, stated before: $10/$50; Version: 5.2`); without any, the reason."""
    ladder, alone = _ladder(signal, item.track), any(says_only(quote.text) for quote in item.evidence)
    return "; ".join(_changed(each, ladder, alone=alone) for each in changed_details(item)) or item.reason.replace("_", " ")


def _changed(one: ChangedDetail, ladder: Ladder, *, alone: bool) -> str:
    name, value = with_unit(one.name, one.value, ladder)
    stays = " and not taken back" if ladder.detail(one.name).beside and not alone else ""
    first = f", first stated on {one.first}" if one.first else ""
    before = f", stated before{stays}: {detail(one.name, one.all_before, ladder)[1]}" if one.before else ""
    return f"{name}: {value}{first}{before}"


def _ladder(signal: Signal, track_id: str) -> Ladder:
    """The ladder of a track; one that the configuration has lost has no words."""
    return next((track.ladder for track in signal.tracks if track.id == track_id), Ladder("", (), ()))


def _fresh(item: Transition) -> tuple[Quote, ...]:
    """The words that prove a change; for a detail not those that set the status long before.

    Those that raised a flag do not say that it is over.
    """
    if item.kind is Change.FLAG and not item.after:
        return ()
    if item.kind is not Change.DETAIL:
        return item.evidence
    return tuple(quote for quote in item.evidence if item.at - quote.seen_at <= LATE_REPORT)


def _before(signal: Signal, item: Transition) -> str:
    moved = {Change.ADVANCE, Change.STEP_BACK, Change.CORRECTION}
    return f"Before: {_label(signal, item.track, item.before)}" if item.kind in moved and item.before else ""


def _label(signal: Signal, track_id: str, status: str) -> str:
    try:
        return signal.track(track_id).ladder.rung(status).label
    except KeyError:
        return status.replace("_", " ")


def _outcome(signal: Signal, track_id: str, name: str) -> str:
    """What an event says."""
    return _ladder(signal, track_id).outcome(name).label


def _events(signal: Signal, verdict: Verdict, told: Mapping[tuple[str, str], datetime]) -> tuple[TimelineEntry, ...]:
    return tuple(
        _event(signal, track.track, event, told.get((track.track, event.key)))
        for track in verdict.tracks
        for event in track.events
    )


def _event(signal: Signal, track_id: str, event: Event, told: datetime | None) -> TimelineEntry:
    """One publication; of a page that was revised the words are newer than the day on which it was `told`."""
    first = min(event.evidence, key=lambda quote: quote.seen_at, default=None)
    declared = any(item.track == track_id and item.event == event.key for item in signal.known)
    revised = f"Revised on {day_text(event.revised_at)}" if event.revised_at else ""
    return TimelineEntry(
        at=event.at,
        heading=event.title or event.key,
        track=signal.track(track_id).title,
        kind=CHANGES[Change.NEXT],
        quotes=event.evidence,
        words=". ".join(part for part in (_outcome(signal, track_id, event.outcome), revised) if part),
        seen_at=min((at for at in (first.seen_at if first else None, told) if at), default=None),
        anchor=f"event-{event.number}",
        track_id=track_id,
        history=all(not quote.document for quote in event.evidence)
        or (declared and first is not None and _is_of_before(first, event)),
    )


def _is_of_before(first: Quote, event: Event) -> bool:
    """Whether a declared publication was first read long after its day, or never: nothing that came late."""
    return not first.document or first.seen_at - event.at > LATE_REPORT


def _again(item: DeclaredFact, past: list[DeclaredFact]) -> bool:
    """Whether the track already stood there: then only its details are news."""
    before = [other for other in past if other.track == item.track and other.status and other.at < item.at]
    return bool(item.status) and bool(before) and max(before, key=lambda other: other.at).status == item.status


def _known(signal: Signal, item: DeclaredFact, again: bool) -> TimelineEntry:  # noqa: FBT001 - a helper of one caller
    track = next((track for track in signal.tracks if track.id == item.track), None)
    label = _label(signal, item.track, item.status) if item.status else _flag_label(signal, item)
    told = "; ".join(
        f"{name}: {words}"
        for name, words in (with_unit(name, value, _ladder(signal, item.track)) for name, value in item.details.items())
    )
    return TimelineEntry(
        at=item.at,
        heading=item.title or (told if again else "") or label,
        track=track.title if track else item.track,
        kind=CHANGES[Change.DETAIL if again else _kind(signal, item)],
        quotes=(_declared(item),),
        words="" if again and not item.title else told,
        status=item.status or item.flag,
        track_id=item.track,
        history=True,
    )


def _declared(item: DeclaredFact) -> Quote:
    return Quote(
        text=item.quote, url=item.url, publisher=item.publisher, tier=item.tier, seen_at=item.at, title=item.title, source=KNOWN
    )


def _read_or_declared(item: DeclaredFact, verdict: Verdict | None) -> tuple[Quote, ...]:
    """The words that were read of a declared change, where the track stands by it still, before those that are declared."""
    stood = [
        track
        for track in (verdict.tracks if verdict else ())
        if (track.track, track.status) == (item.track, item.status) and track.since and abs(track.since - item.at) <= SAME
    ]
    read = [quote for track in stood for quote in track.evidence if quote.document]
    return (*read, *([] if any(quote.text == item.quote for quote in read) else [_declared(item)]))


def _flag_label(signal: Signal, item: DeclaredFact) -> str:
    flags = (flag for track in signal.tracks if track.id == item.track for flag in track.ladder.flags if flag.id == item.flag)
    return next((flag.label for flag in flags), item.flag.replace("_", " "))


def _kind(signal: Signal, item: DeclaredFact) -> Change:
    if not item.status:
        return Change.FLAG
    try:
        back = signal.track(item.track).ladder.rung(item.status).steps_back
    except KeyError:
        back = False
    return Change.STEP_BACK if back else Change.ADVANCE
