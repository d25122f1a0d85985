"""The difference between two verdicts of one signal, as transitions that are told once."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.core.decision.decide import headline_of, label_of
from watcher.core.decision.flags import has_run_out, standing_of_flag
from watcher.core.decision.repeats import SAME_EVENT, address
from watcher.core.model import Change, Event, Facts, RaisedFlag, Signal, Standing, Tier, Track, TrackVerdict, Transition, Verdict


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every transition of one comparison shares."""

    signal: Signal
    after: Verdict
    old_news: datetime | None
    rewritten: str


def compare(
    signal: Signal, before: Verdict | None, after: Verdict, *, old_news: datetime | None = None, rewritten: str = ""
) -> tuple[Transition, ...]:
    """What changed from `before` to `after`; without `before` the one baseline line.

    Events of a series that happened before `old_news` are history that came late: they are kept, and not told. `rewritten`
    says by what hand the past was decided anew (other rules, evidence taken back): then a status that was told and does not
    lie on the new path is corrected, whatever takes its place.
    """
    if before is None:
        return (_baseline(signal, after),)
    frame = _Frame(signal, after, old_news, rewritten)
    old = {verdict.track: verdict for verdict in before.tracks}
    told = (
        transition
        for verdict in after.tracks
        if (was := old.get(verdict.track)) is not None
        for transition in _of_track(frame, signal.track(verdict.track), was, verdict)
    )
    # What moves the headline is said first, details and flags follow.
    return tuple(sorted(told, key=lambda transition: transition.kind in (Change.DETAIL, Change.FLAG)))


def _baseline(signal: Signal, verdict: Verdict) -> Transition:
    evidence = tuple(quote for track in verdict.tracks for quote in track.evidence[:2])
    statuses = ", ".join(f"{track.track}: {track.status}" for track in verdict.tracks)
    return Transition(
        signal=signal.id,
        track="",
        kind=Change.BASELINE,
        before="",
        after=statuses,
        at=verdict.as_of,
        standing=min((track.standing for track in verdict.tracks), key=list(Standing).index),
        headline=verdict.headline,
        headline_label=verdict.headline_label,
        evidence=evidence,
        figures=_figures(verdict),
        reason="the watch started",
    )


def _figures(verdict: Verdict) -> Facts:
    return {figure.id: figure.text for figure in verdict.figures}


def _of_track(frame: _Frame, track: Track, was: TrackVerdict, now: TrackVerdict) -> Iterator[Transition]:
    if track.ladder.series:
        yield from _series(frame, was, now)
    yield from _status(frame, track, was, now)
    yield from _flags(frame, track, was, now)


def _status(frame: _Frame, track: Track, was: TrackVerdict, now: TrackVerdict) -> Iterator[Transition]:
    rung = track.ladder.rung(now.status)
    if was.status != now.status:
        kind = _direction(track, was, now, rewritten=bool(frame.rewritten))
        back_to_waiting = track.ladder.series and now.status == track.ladder.statuses[0].id
        if not back_to_waiting:
            mail = rung.mail or kind is Change.CORRECTION
            words = now.reason or "nothing speaks for it any more"
            reason = f"{frame.rewritten}: {words}" if frame.rewritten else now.reason
            yield _transition(frame, was, now, kind, mail=mail, urgent=rung.urgent, reason=reason)
    elif was.standing is not Standing.DECLARED and list(Standing).index(now.standing) > list(Standing).index(was.standing):
        yield _transition(frame, was, now, Change.RAISED, mail=rung.mail, reason=f"{was.standing} before, {now.standing} now")
    elif _is_again(now, was):
        yield _transition(frame, was, now, Change.DETAIL, mail=rung.urgent, reason=now.reason)
    elif changed := _changed(track, was, now):
        told = _transition(frame, was, now, Change.DETAIL, mail=False, reason=_details(changed, was, now))
        yield replace(told, evidence=tuple(dict.fromkeys(now.proofs[name] for name in changed)))


def _direction(track: Track, was: TrackVerdict, now: TrackVerdict, *, rewritten: bool) -> Change:
    """A move along the path is an advance or a step back; a path that was rewritten, and a person's step down, a correction."""
    on_the_way = not was.path or was.path[-1] in now.path or track.ladder.series
    order = [status.id for status in track.ladder.statuses]
    moved_down = order.index(now.status) < (order.index(was.status) if was.status in order else 0)
    taken_back = now.because_of and not was.because_of
    by_hand = moved_down and any(quote.tier is Tier.OPERATOR for quote in now.evidence[:1])
    if by_hand or ((moved_down or taken_back or rewritten) and not on_the_way):
        return Change.CORRECTION
    return Change.STEP_BACK if track.ladder.rung(now.status).steps_back else Change.ADVANCE


def _is_again(now: TrackVerdict, was: TrackVerdict) -> bool:
    return len(now.path) > len(was.path) and bool(was.path) and now.path[-1][0] == was.path[-1][0] and now.since != was.since


def _changed(track: Track, was: TrackVerdict, now: TrackVerdict) -> list[str]:
    """The details that say something else than before: attributes, and what was told with the status."""
    names = dict.fromkeys((*track.ladder.attributes, *was.details)) if not track.ladder.series else ()
    return [name for name in names if name in now.proofs and now.details[name] != was.details.get(name)]


def _details(changed: Sequence[str], was: TrackVerdict, now: TrackVerdict) -> str:
    """`price: $8/$40, before: $10/$50; version: 5.2`; what nothing had told has no before.

    What had been told before that already has its first day: `access: invitation, before: product, first: 2026-04-07`; where
    several held beside one another, all of them are what was before: `access: vetted, before: product + invitation`.
    """
    told = list[str]()
    for name in changed:
        old = was.details.get(name)
        first = f", first: {now.again[name]:%Y-%m-%d}" if name in now.again else ""
        before = f", before: {' + '.join(_held(name, was, now.details[name]))}{first}" if old not in {None, ""} else ""
        told.append(f"{name}: {now.details[name]}{before}")
    return "; ".join(told)


def _held(name: str, was: TrackVerdict, now: object) -> list[str]:
    """What held of a detail, the last one first, without what holds now."""
    others = was.beside.get(name, ())
    held = (was.details[name], *(others if isinstance(others, tuple) else (others,)))
    return list(dict.fromkeys(str(each) for each in held if each != now))


def _series(frame: _Frame, was: TrackVerdict, now: TrackVerdict) -> Iterator[Transition]:
    known, find = {event.key: event for event in was.events}, _finder(was.events)
    sides = [side.id for side in frame.signal.track(now.track).ladder.sides]
    for event in now.events:
        old = find(event)
        if old is None:
            if frame.old_news is None or event.at >= frame.old_news:
                yield _told_event(frame, now, event, Change.NEXT, reason=f"number {event.number} of the series")
        elif old.outcome != event.outcome:
            kind = Change.CORRECTION if old.outcome else Change.DETAIL
            yield _told_event(frame, now, event, kind, reason=f"outcome {event.outcome}, before: {old.outcome or 'not read yet'}")
        elif changed := [name for name in sides if name in event.details and event.details[name] != old.details.get(name)]:
            kind = Change.CORRECTION if any(name in old.details for name in changed) else Change.DETAIL
            values = (f"{name} {event.details[name]}, before: {old.details.get(name, 'not read yet')}" for name in changed)
            yield _told_event(frame, now, event, kind, reason="; ".join(values))
    kept = {(find(event) or event).key for event in now.events}
    for key in known.keys() - kept:
        yield _told_event(frame, now, known[key], Change.CORRECTION, reason="the evidence was taken back")


def _finder(events: Sequence[Event]) -> Callable[[Event], Event | None]:
    """Finds the event under which the earlier verdict knew one: its key may have grown a subject, its day may be known better.

    By its subjects: a hostile list has tens of thousands of events, and each is not to be held against all others.
    """
    in_time = sorted(events, key=lambda event: event.at)
    about, beside = defaultdict[str, list[Event]](list), dict[tuple[str, str], Event]()
    for event in in_time:
        for subject in _subjects(event):
            about[subject].append(event)
            for place in _places(event):
                beside.setdefault((subject, place), event)

    def find(event: Event) -> Event | None:
        start, end = event.at - SAME_EVENT, event.at + SAME_EVENT
        fitting = [
            beside[mark] for subject in _subjects(event) for place in _places(event) if (mark := (subject, place)) in beside
        ]
        for subject in _subjects(event):
            first = bisect_left(about[subject], start, key=lambda old: old.at)
            fitting += [old for old in about[subject][first : first + 1] if old.at <= end]
        return min(fitting, key=lambda old: old.number, default=None)

    return find


def _subjects(event: Event) -> Iterable[str]:
    return dict.fromkeys(event.key.split("+"))


def _places(event: Event) -> set[str]:
    return {address(quote.url) for quote in event.evidence}


def _flags(frame: _Frame, track: Track, was: TrackVerdict, now: TrackVerdict) -> Iterator[Transition]:
    old = {(flag.id, flag.subject) for flag in was.flags}
    new = {(flag.id, flag.subject) for flag in now.flags}
    for flag in now.flags:
        if (flag.id, flag.subject) not in old:
            yield _told_flag(frame, now, flag, before="", after=flag.id)
    raised = {flag.id for flag in now.flags if (flag.id, flag.subject) not in old}
    followed = {one for rule in track.ladder.rules if rule.flag in raised for one in rule.clears}  # told by what takes its place
    for flag in was.flags:
        gone = (flag.id, flag.subject) not in new and flag.id not in followed
        if gone and not has_run_out(flag, frame.after.as_of):
            yield _told_flag(frame, now, flag, before=flag.id, after="")


def _transition(
    frame: _Frame, was: TrackVerdict, now: TrackVerdict, kind: Change, *, mail: bool, reason: str, urgent: bool = False
) -> Transition:
    return Transition(
        signal=frame.signal.id,
        track=now.track,
        kind=kind,
        before=was.status,
        after=now.status,
        at=frame.after.as_of,
        standing=now.standing,
        headline=frame.after.headline,
        headline_label=frame.after.headline_label,
        evidence=now.evidence,
        effective_at=now.since,
        figures=_figures(frame.after),
        details=now.details,
        mail=mail,
        urgent=urgent,
        reason=reason,
    )


def _told_event(frame: _Frame, now: TrackVerdict, event: Event, kind: Change, *, reason: str) -> Transition:
    summit = frame.signal.track(now.track).ladder.statuses[-1]
    line = headline_of(frame.signal, frame.after.tracks, **{now.track: summit.id})
    declared = bool(event.evidence) and all(quote.source == "known" for quote in event.evidence)
    return Transition(
        signal=frame.signal.id,
        track=now.track,
        kind=kind,
        before=now.status,
        after=summit.id,
        at=frame.after.as_of,
        standing=Standing.DECLARED if declared else Standing.CONFIRMED,
        headline=line.id,
        headline_label=label_of(line, frame.signal, frame.after.tracks),
        evidence=event.evidence,
        effective_at=event.at,
        event=event.key,
        title=event.title,
        outcome=event.outcome,
        figures=_figures(frame.after),
        details=event.details,
        urgent=summit.urgent,
        reason=reason,
    )


def _told_flag(frame: _Frame, now: TrackVerdict, flag: RaisedFlag, *, before: str, after: str) -> Transition:
    return Transition(
        signal=frame.signal.id,
        track=now.track,
        kind=Change.FLAG,
        before=before,
        after=after,
        at=frame.after.as_of,
        standing=standing_of_flag(flag),
        headline=frame.after.headline,
        headline_label=frame.after.headline_label,
        evidence=flag.evidence,
        effective_at=flag.since,
        event=flag.subject,
        title=flag.label,
        figures=_figures(frame.after),
        mail=flag.mail and bool(after),
        reason=flag.label if after else f"no longer: {flag.label}",
    )
