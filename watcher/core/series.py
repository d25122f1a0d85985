"""The fold of a series: events, each known by what it is about and when it happened, and what is awaited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from watcher.core.model import Claim, Event, Standing, Status, Track, TrackVerdict
from watcher.core.voices import LEADING, has_happened, in_order, publishers_of, quotes_of

SAME_EVENT = timedelta(days=14)
"""Pages, papers and partners' copies of one event are dated at most this far apart."""
HOPE = timedelta(days=30)
"""How long an announced or reported event is shown as such when nothing official follows."""
OUTCOMES = (
    "baseline",
    "widened",
    "persisted",
    "narrowed",
    "closed",
    "measured_not_comparable",
    "measured_qualitative",
    "not_measured",
    "not_applicable",
    "",
)
"""Strongest reading first: where page and paper differ, the one that measured more is kept."""


@dataclass(slots=True)
class _Group:
    keys: frozenset[str]
    claims: list[Claim] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.claims[0].effective_at


def fold_series(track: Track, claims: Iterable[Claim], now: datetime) -> TrackVerdict:
    """The verdict of a series at `now`: its events so far and what it waits for. Pure."""
    told = in_order(claim for claim in claims if claim.status and not claim.review and has_happened(claim, now))
    summit = track.ladder.statuses[-1]
    groups = _grouped(claim for claim in told if claim.status == summit.id and claim.event and claim.quote.tier in LEADING)
    events = tuple(_event(group, number) for number, group in enumerate(groups, 1))
    hopes = [claim for claim in told if claim.status != summit.id and not _is_old(claim, groups)]
    status, support = _awaited(track, hopes, now)
    latest = events[-1] if events else None
    return TrackVerdict(
        track=track.id,
        status=status.id,
        standing=Standing.REPORTED if support and support[-1].quote.tier not in LEADING else Standing.CONFIRMED,
        since=support[-1].effective_at if support else latest.at if latest else None,
        seen_at=support[-1].quote.seen_at if support else latest.evidence[0].seen_at if latest else None,
        evidence=quotes_of(support) if support else latest.evidence if latest else (),
        voices=publishers_of(support) if support else publishers_of(groups[-1].claims) if groups else (),
        details={"cycle": len(events) + 1, "latest": latest.title if latest else "", **(latest.details if latest else {})},
        events=events,
        path=tuple((event.key, event.at) for event in events),
        reason=support[-1].reason if support else groups[-1].claims[0].reason if groups else "",
    )


def _keys(claim: Claim) -> frozenset[str]:
    return frozenset(claim.event.split("+"))


def _grouped(claims: Iterable[Claim]) -> list[_Group]:
    """Claims of one event together: the same or overlapping subjects, dated close together."""
    groups: list[_Group] = []
    for claim in claims:
        keys = _keys(claim)
        group = next((g for g in groups if g.keys & keys and abs(claim.effective_at - g.at) <= SAME_EVENT), None)
        if group is None:
            group = _Group(keys)
            groups.append(group)
        group.claims.append(claim)
    return groups


def _event(group: _Group, number: int) -> Event:
    first = group.claims[0]
    read = min(group.claims, key=lambda claim: OUTCOMES.index(_outcome(claim)))
    titles = [str(claim.details["title"]) for claim in group.claims if claim.details.get("title")]
    updated = [moment for claim in group.claims if (moment := _updated(claim)) is not None]
    ordered = sorted(group.claims, key=lambda claim: (claim is not read, claim.effective_at))
    return Event(
        key=first.event,
        title=titles[0] if titles else first.quote.title or first.event,
        at=first.effective_at,
        number=number,
        outcome=_outcome(read),
        evidence=quotes_of(ordered),
        details={**first.details, **read.details},
        revised_at=max(updated, default=None),
    )


def _outcome(claim: Claim) -> str:
    outcome = str(claim.details.get("outcome", ""))
    return outcome if outcome in OUTCOMES else ""


def _updated(claim: Claim) -> datetime | None:
    """The day of a page's own "Updated" line, where it lies after its release."""
    try:
        day = date.fromisoformat(str(claim.details.get("updated", ""))[:10])
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=claim.effective_at.tzinfo) if day > claim.effective_at.date() else None


def _is_old(claim: Claim, groups: Sequence[_Group]) -> bool:
    """Whether a hint speaks of an event that has already been published, or lies before the latest one."""
    known = frozenset[str]().union(*(group.keys for group in groups))
    return bool(claim.event and _keys(claim) & known) or bool(groups and claim.effective_at <= groups[-1].at)


def _awaited(track: Track, hopes: Sequence[Claim], now: datetime) -> tuple[Status, tuple[Claim, ...]]:
    """The highest status below the summit that hints reach: one official word, or enough publishers."""
    for status in reversed(track.ladder.statuses[1:-1]):
        fresh = [claim for claim in hopes if claim.status == status.id and now - claim.effective_at <= (status.expires or HOPE)]
        official = [claim for claim in fresh if claim.quote.tier in LEADING]
        if official:
            return status, tuple(official)
        if status.report and len(publishers_of(close := _close(fresh, status))) >= status.report:
            return status, tuple(close)
    return track.ladder.statuses[0], ()


def _close(claims: Sequence[Claim], status: Status) -> list[Claim]:
    """The latest hints about one subject that lie within the status' time of each other."""
    best: list[Claim] = []
    for last in claims:
        near = [
            claim
            for claim in claims
            if claim.effective_at <= last.effective_at
            and last.effective_at - claim.effective_at <= status.within
            and (not claim.event or not last.event or _keys(claim) & _keys(last))
        ]
        best = near if len(publishers_of(near)) >= len(publishers_of(best)) else best
    return best
