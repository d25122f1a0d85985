"""The fold of a series: events, each known by what it is about, its kind and its addresses, and what is awaited."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from watcher.core.decision.corroboration import (
    AUTHORITATIVE,
    BESIDE_OFFICIAL,
    FOR_A_PERSON,
    NO_STATUS,
    TO_COME,
    few_of_a_source,
    has_happened,
    in_order,
    is_declared,
    is_old,
    publishers_of,
    quotes_of,
    sifted,
    tell,
    unled,
)
from watcher.core.decision.near import Shelves
from watcher.core.decision.repeats import Likeness, Publication, likeness
from watcher.core.model import (
    Article,
    Claim,
    Event,
    Facts,
    Fate,
    Ladder,
    Ruling,
    Standing,
    Status,
    Trace,
    Track,
    TrackVerdict,
    day_text,
)

HOPE = timedelta(days=30)
"""How long an announced or reported event is shown as such when nothing official follows."""
TELLERS = 5
"""Of the publications that tell an event so many of the newest and of the oldest are held against one more."""
_UNNUMBERED = Ruling(Fate.UNNUMBERED)
_DOUBTFUL = Ruling(Fate.DOUBTFUL)
_OUTRANKED = Ruling(Fate.OUTRANKED)
_EXPIRED = Ruling(Fate.EXPIRED)
_NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine", 10: "Ten"}


@dataclass(slots=True, eq=False)
class _Group:
    number: int
    told: list[Publication] = field(default_factory=list)

    @property
    def claims(self) -> list[Claim]:
        return [one.claim for one in self.told]

    @property
    def at(self) -> datetime:
        return self.told[0].claim.effective_at

    @property
    def keys(self) -> frozenset[str]:
        return self.told[0].subjects


@dataclass(slots=True)
class _Events:
    """The events of a series, and the claims that may be one more or an old one again: nobody but a person can tell."""

    groups: list[_Group] = field(default_factory=list)
    doubtful: list[Claim] = field(default_factory=list)
    near: Shelves = field(default_factory=Shelves)
    """The numbers of the events by subject and address: no others can be the same."""

    def beside(self, one: Publication) -> list[_Group]:
        """The events that a publication may tell, oldest first: of one subject or address some of the oldest and the newest."""
        return [self.groups[number] for number in self.near.among(one.marks)]

    def added(self) -> _Group:
        """One more event, of which nothing is told yet."""
        self.groups.append(_Group(len(self.groups)))
        return self.groups[-1]

    def put(self, one: Publication, group: _Group) -> None:
        """Sort a publication into an event."""
        group.told.append(one)
        self.near.put(group.number, one.marks)


def fold_series(
    track: Track,
    claims: Iterable[Claim],
    now: datetime,
    opened: datetime | None = None,
    trace: Trace | None = None,
    article: Article | None = None,
) -> TrackVerdict:
    """The verdict of a series at `now`: its events so far, what came since the question was `opened`, and what it waits for.

    What became of each claim is for the trace. Pure.
    """
    told = in_order(sifted(claims, lambda claim: _aside(claim, now), trace))
    summit = track.ladder.statuses[-1]
    groups = _grouped(track, told, trace).groups
    events = _numbered(groups, track.ladder, trace)
    known = {subject: event for group, event in zip(reversed(groups), reversed(events), strict=True) for subject in group.keys}
    below = (claim for claim in told if claim.status != summit.id)
    hopes = list(sifted(below, _passed(known, groups[-1].at), trace) if groups else below)
    status, support = _awaited(track, hopes, now, trace)
    latest = events[-1] if events else None
    return TrackVerdict(
        track=track.id,
        status=status.id,
        standing=_standing(support or (groups[-1].claims if groups else [])),
        since=support[-1].effective_at if support else latest.at if latest else None,
        seen_at=support[-1].quote.seen_at if support else latest.evidence[0].seen_at if latest else None,
        evidence=quotes_of(support) if support else latest.evidence if latest else (),
        voices=publishers_of(support) if support else publishers_of(groups[-1].claims) if groups else (),
        details={
            "cycle": len(events) + 1,
            "latest": latest.title if latest else "",
            **(latest.details if latest else {}),
            **_since(track.ladder, events, opened, now, article),
        },
        events=events,
        path=tuple((event.key, event.at) for event in events),
        reason=support[-1].reason if support else groups[-1].claims[0].reason if groups else "",
    )


def _numbered(groups: Sequence[_Group], ladder: Ladder, trace: Trace | None) -> tuple[Event, ...]:
    """The events of the groups, told to the trace."""
    events = tuple(_event(group, ladder) for group in groups)
    for group, event in zip(groups, events, strict=True) if trace is not None else ():
        tell(trace, group.claims, Ruling(Fate.NUMBERED, number=event.number, title=event.title))
    return events


def _aside(claim: Claim, now: datetime) -> Ruling | None:
    """Why a claim is not looked at at all."""
    if claim.review:
        return FOR_A_PERSON
    if not has_happened(claim, now):
        return TO_COME
    return None if claim.status else NO_STATUS


def _since(ladder: Ladder, events: Sequence[Event], opened: datetime | None, now: datetime, article: Article | None) -> Facts:
    """What was published since the question was opened, and what became of the pair that it asks for, in words."""
    if opened is None:
        return {}
    start, new = opened_in_words(opened, article), [event for event in events if event.at >= opened]
    number = {0: "no", 1: "one"}.get(len(new), str(len(new)))
    told: Facts = {"many": number, "noun": ladder.noun if len(new) == 1 or not new else f"{ladder.noun}s"}
    if now < opened:
        return {**told, "answer": "Unknown", "since": f"What counts is published from {start} on{_latest(events)}."}
    pair = next((event for event in reversed(events) if is_measured(ladder, event.details)), None)
    if not new:
        since = f"No {ladder.noun} since {start}{_latest(events)}."
        return {**told, "answer": "No", "means": f"no {ladder.noun}", "since": since}
    many = f"One {ladder.noun}" if len(new) == 1 else f"{_NUMBERS.get(len(new), str(len(new)))} {ladder.noun}s"
    means = f"{number} {told['noun']}{_in_brief(ladder, new, pair)}"
    return {**told, "answer": "Yes", "means": means, "since": f"{many} since {start}{_again(ladder, new, pair)}."}


def opened_in_words(opened: datetime, article: Article | None) -> str:
    """From what a question counts: `Anthropic's article of 14 May 2026`, or a day where no article of that day is declared."""
    day = day_text(opened)
    return f"{article.by}'s article of {day}" if article and article.at.date() == opened.date() else day


def _latest(events: Sequence[Event]) -> str:
    return f"; the latest is {events[-1].title} of {day_text(events[-1].at)}" if events else ""


def is_measured(ladder: Ladder, details: Facts) -> bool:
    """Whether an event has the rates of both sides."""
    return bool(ladder.sides) and all(isinstance(details.get(side.id), int | float) for side in ladder.sides)


def _again(ladder: Ladder, new: Sequence[Event], pair: Event | None) -> str:
    """What the new events say of the pair of numbers that is asked for."""
    if pair is None:
        return ""
    numbers = " against ".join(f"{pair.details[side.id]:g} %" for side in ladder.sides)
    if pair in new:
        return f"; the {ladder.difference} was measured again: {numbers} on {day_text(pair.at)}"
    return f"; what was read gives no new figure for the {ladder.difference} of {numbers}"


def _in_brief(ladder: Ladder, new: Sequence[Event], pair: Event | None) -> str:
    """The same in the fewest words."""
    if pair is None:
        return ""
    return f", {ladder.difference} measured again" if pair in new else f", no new {ladder.difference} figure"


def _standing(support: Sequence[Claim]) -> Standing:
    """How well the newest of a series is supported."""
    if is_declared(support):
        return Standing.DECLARED
    return Standing.CONFIRMED if support[-1].quote.tier in AUTHORITATIVE else Standing.REPORTED


def _keys(claim: Claim) -> frozenset[str]:
    return frozenset(claim.event.split("+"))


def doubtful_events(track: Track, claims: Iterable[Claim], now: datetime) -> list[Claim]:
    """The publications that have no number because they may be old ones told again, for a person to tell. Pure."""
    return _grouped(track, in_order(claim for claim in claims if not claim.review and has_happened(claim, now))).doubtful


def _grouped(track: Track, told: Iterable[Claim], trace: Trace | None = None) -> _Events:
    """The claims of each event together."""
    summit, events = track.ladder.statuses[-1].id, _Events()
    for claim in sifted((claim for claim in told if claim.status == summit), _unnumbered, trace):
        _sort_in(events, claim)
    tell(trace, events.doubtful, _DOUBTFUL)
    return events


def _unnumbered(claim: Claim) -> Ruling | None:
    """Why a publication is no event."""
    if claim.quote.tier not in AUTHORITATIVE:
        return unled(claim)
    return None if claim.event else _UNNUMBERED


def _sort_in(events: _Events, claim: Claim) -> None:
    one = Publication.of(claim)
    found = [(_likest(one, group), group) for group in events.beside(one)]
    same = next((group for like, group in found if like is Likeness.SAME), None)
    old = bool(events.groups) and (is_old(claim) or _looks_back(one, [group for _, group in found]))
    if same is not None:
        events.put(one, same)
    elif old or any(like is Likeness.UNCLEAR for like, _ in found):
        events.doubtful.append(claim)
    else:
        events.put(one, events.added())


def _likest(one: Publication, group: _Group) -> Likeness:
    """How sure it is that a publication tells an event; the newest that told it come first, and one that is sure ends it."""
    best = Likeness.OTHER
    for other in (*reversed(group.told[-TELLERS:]), *group.told[:-TELLERS][:TELLERS]):
        best = max(best, likeness(one, other))
        if best is Likeness.SAME:
            break
    return best


def _looks_back(one: Publication, groups: Sequence[_Group]) -> bool:
    """Whether a publication is about several events, all of which are known: a retrospect."""
    known = [group.keys for group in groups]
    return one.subjects <= frozenset[str]().union(*known) and not any(one.subjects <= keys for keys in known)


def _event(group: _Group, ladder: Ladder) -> Event:
    claims = group.claims
    first = claims[0]
    strongest = [*(one.id for one in ladder.outcomes), ""]
    read = min(claims, key=lambda claim: strongest.index(_outcome(claim, ladder)))
    # Of the publication whose words stand first: a message is not to show the title of one above the words of another.
    titles = [str(claim.details["title"]) for claim in (read, *claims) if claim.details.get("title")]
    updated = [moment for claim in claims if (moment := _updated(claim)) is not None]
    ordered = sorted(claims, key=lambda claim: (claim is not read, claim.effective_at))
    return Event(
        key=first.event,
        title=titles[0] if titles else read.quote.title or first.event,
        at=first.effective_at,
        number=group.number + 1,
        outcome=_outcome(read, ladder),
        evidence=quotes_of(ordered),
        details={**first.details, **read.details},
        revised_at=max(updated, default=None),
    )


def _outcome(claim: Claim, ladder: Ladder) -> str:
    outcome = str(claim.details.get("outcome", ""))
    return outcome if any(outcome == one.id for one in ladder.outcomes) else ""


def _updated(claim: Claim) -> datetime | None:
    """The day of a page's own "Updated" line, where it lies after its release."""
    try:
        day = date.fromisoformat(str(claim.details.get("updated", ""))[:10])
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=claim.effective_at.tzinfo) if day > claim.effective_at.date() else None


def _passed(known: Mapping[str, Event], latest: datetime) -> Callable[[Claim], Ruling | None]:
    """Which hints are none of what comes next: they speak of what has already been published, or lie before the latest event."""
    older = Ruling(Fate.OLDER, at=latest)

    def passed(claim: Claim) -> Ruling | None:
        if claim.event and (own := _keys(claim) & known.keys()):
            event = min((known[subject] for subject in own), key=lambda event: event.number)
            return Ruling(Fate.KNOWN_EVENT, number=event.number, title=event.title)
        return older if claim.effective_at <= latest else None

    return passed


def _awaited(track: Track, hopes: Sequence[Claim], now: datetime, trace: Trace | None) -> tuple[Status, tuple[Claim, ...]]:
    """The highest status below the summit that hints reach: one official word, or enough publishers."""
    tell(trace, hopes, _OUTRANKED)
    for status in reversed(track.ladder.statuses[1:-1]):
        mine = (claim for claim in hopes if claim.status == status.id)
        fresh = list(sifted(mine, partial(_expired, status, now), trace))
        support = _heard(fresh, status, trace)
        if support:
            tell(trace, support, Ruling(Fate.AWAITED, status.id))
            return status, support
    return track.ladder.statuses[0], ()


def _expired(status: Status, now: datetime, claim: Claim) -> Ruling | None:
    return _EXPIRED if now - claim.effective_at > (status.expires or HOPE) else None


def _heard(fresh: Sequence[Claim], status: Status, trace: Trace | None) -> tuple[Claim, ...]:
    """The hints that carry a status, none where they are not enough."""
    official = [claim for claim in fresh if claim.quote.tier in AUTHORITATIVE]
    if official:
        tell(trace, fresh, BESIDE_OFFICIAL)
        return tuple(official)
    if not status.report:
        return tuple(sifted(fresh, unled, trace))
    close = _close(fresh, status, trace)
    return tuple(close) if len(publishers_of(close)) >= status.report else ()


def _close(claims: Sequence[Claim], status: Status, trace: Trace | None) -> list[Claim]:
    """The latest hints about one subject that lie within the status' time of each other."""
    best, most, window = list[Claim](), 0, deque[Claim]()
    for last in few_of_a_source(claims, status.within, trace):
        window.append(last)
        while last.effective_at - window[0].effective_at > status.within:
            window.popleft()
        near = [one for one in window if not one.event or not last.event or _keys(one) & _keys(last)]
        voices = len(publishers_of(near))
        best, most = (near, voices) if voices >= most else (best, most)
        if trace is not None:
            trace.put(last, _alone(status, voices, last))
    return best


def _alone(status: Status, voices: int, claim: Claim) -> Ruling:
    """What becomes of a hint, by those that were heard beside it, where it is none of the latest that carry the status."""
    if voices >= status.report:
        return Ruling(Fate.OTHER_TIME, at=claim.effective_at)
    return Ruling(Fate.TOO_FEW, voices=voices, needed=status.report, within=status.within)
