"""Why each claim counted or did not: what the fold made of it, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from watcher.core.decision.corroboration import AUTHORITATIVE, has_happened, in_order, is_old, publishers_of
from watcher.core.decision.fold import DECLARED
from watcher.core.model import Claim, Event, Status, Tier, Track, TrackVerdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """One claim, whether it counts in the verdict, and why or why not."""

    claim: Claim
    counted: bool
    why: str


def explain(track: Track, claims: Iterable[Claim], verdict: TrackVerdict, now: datetime) -> tuple[Explanation, ...]:
    """Every claim on the track that says a status, raises a flag or asks for a person, in the order of what happened. Pure."""
    mine = in_order(claim for claim in claims if claim.track == track.id and not claim.figure)
    heard = _Heard(mine, verdict)
    return tuple(Explanation(claim, *_weighed(track, heard, verdict, claim, now)) for claim in mine)


class _Heard:
    """What all claims say together, counted once for all of them."""

    def __init__(self, mine: Iterable[Claim], verdict: TrackVerdict) -> None:
        """Count the publishers of each status, and find the events by what they are about."""
        press: dict[str, list[Claim]] = {}
        for claim in mine:
            if claim.quote.tier is Tier.PRESS:
                press.setdefault(claim.status, []).append(claim)
        self.publishers = {status: len(publishers_of(claims)) for status, claims in press.items()}
        """Status → the independent publishers that say so."""
        self.path = frozenset(verdict.path)
        self._events: dict[str, Event] = {}
        for event in verdict.events:
            for subject in event.key.split("+"):
                self._events.setdefault(subject, event)

    def event(self, subjects: Iterable[str]) -> Event | None:
        """The first event of the series that is about one of these."""
        found = (self._events[subject] for subject in subjects if subject in self._events)
        return min(found, key=lambda event: event.number, default=None)


def _weighed(track: Track, heard: _Heard, verdict: TrackVerdict, claim: Claim, now: datetime) -> tuple[bool, str]:
    if claim.review:
        return False, _of_review(claim)
    if not has_happened(claim, now):
        return False, "speaks of what is still to come"
    if claim.flag and not claim.status:
        return _of_flag(claim, verdict)
    if not claim.status:
        taken = verdict.because_of != ""
        return taken, "takes earlier claims back" if taken else "found nothing to take back"
    return _of_event(track, heard, verdict, claim) if track.ladder.series else _of_status(track, heard, verdict, claim)


def _of_review(claim: Claim) -> str:
    if not claim.asks:
        return "news that no rule could place: a person should read it"
    words = ", ".join(f"“{word}”" for word in claim.unexplained)
    return f"undecided{f', no rule accounts for {words}' if words else ''}: a person is asked, once for the same words"


def _of_flag(claim: Claim, verdict: TrackVerdict) -> tuple[bool, str]:
    up = any(flag.id == claim.flag for flag in verdict.flags)
    return up, f"the flag {claim.flag} is up" if up else f"the flag {claim.flag} was lowered since, or has too few voices"


def _of_event(track: Track, heard: _Heard, verdict: TrackVerdict, claim: Claim) -> tuple[bool, str]:
    keys = set(claim.event.split("+")) - {""}
    event = heard.event(keys)
    if event is not None:
        return claim.quote.tier in AUTHORITATIVE, f"number {event.number} of the series, {event.title}"
    rung = track.ladder.rung(claim.status)
    if claim.status == verdict.status:
        return True, f"why the next one is {rung.label}"
    if claim.quote.tier not in AUTHORITATIVE:
        return False, _too_few(heard, rung)
    return False, "older than the latest of the series, or nothing followed in time" if keys else "names no event"


def _of_status(track: Track, heard: _Heard, verdict: TrackVerdict, claim: Claim) -> tuple[bool, str]:
    if claim.status == verdict.status and (claim.quote.url, claim.quote.text) in {(q.url, q.text) for q in verdict.evidence}:
        sets = claim.effective_at == verdict.since
        return True, "sets the present status" if sets else "says the same"
    if (claim.status, claim.effective_at) in heard.path:
        return True, "moved it on the way"
    if claim.quote.tier not in AUTHORITATIVE and claim.rule not in DECLARED:
        return False, _too_few(heard, track.ladder.rung(claim.status))
    if claim.status == verdict.status:
        return False, "says the same of another time"
    return False, _passed_over(track, verdict, claim)


def _passed_over(track: Track, verdict: TrackVerdict, claim: Claim) -> str:
    """Why leading words moved nothing."""
    if is_old(claim):
        return (
            "nobody knows when it was said"
            if claim.undated
            else f"it tells of {claim.effective_at:%Y-%m-%d}, long past when it was said"
        )
    if verdict.since is not None and claim.effective_at < verdict.since:
        return f"older than what set the present status ({verdict.since:%Y-%m-%d})"
    if track.ladder.rank(claim.status) < track.ladder.rank(verdict.status):
        return f"it stands higher already, and the rule does not lead back from {verdict.status}"
    return "taken back by a later claim, or not to be reached from where it stood"


def _too_few(heard: _Heard, rung: Status) -> str:
    """Why words that do not lead are not enough."""
    publishers = heard.publishers.get(rung.id)
    if not publishers:
        return "a partner or a community is heard, and never leads"
    if not rung.report:
        return f"press alone never makes it {rung.label}"
    days = f"{rung.within.total_seconds() / 86400:g} days"
    return f"press: {publishers} independent publishers in all, {rung.report} within {days} would make it reported"
