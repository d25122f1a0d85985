"""Why each claim counted or did not, and why a text claims nothing, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from watcher.core.decision.claims import NearMiss, claims_of
from watcher.core.decision.corroboration import in_order
from watcher.core.model import Claim, Fate, Observation, Ruling, Signal, Trace, Track, left_over

_WORDS: Final[Mapping[Fate, str]] = {
    Fate.SETS: "sets the present status",
    Fate.SAME: "says the same",
    Fate.MOVED: "moved it on the way",
    Fate.REPORTS: "is one of the voices that moved it together on the way",
    Fate.TAKES_BACK: "takes earlier claims back",
    Fate.GIVES_BACK: "says that what was taken back stands",
    Fate.NUMBERED: "number {number} of the series, {title}",
    Fate.AWAITED: "why the next one is {status}",
    Fate.FLAG_UP: "the flag {flag} is up",
    Fate.CLEARS: "lowers the flag {flag}",
    Fate.TO_COME: "speaks of what is still to come",
    Fate.NO_STATUS: "says no status, and moves no flag",
    Fate.UNDATED: "nobody knows when it was said",
    Fate.RETOLD: "it tells of {told}, long past when it was said",
    Fate.FINAL: "it stood at {status}, which is final",
    Fate.NOT_FROM: "it stood at {status}, and the rule does not lead on from there",
    Fate.LOWER: "it stood at {status}, which is higher, and the rule does not lead back from there",
    Fate.REPEATED: "said again what held already",
    Fate.OTHER_EVENT: "says the same of another event",
    Fate.OTHER_TIME: "says the same of another time",
    Fate.TAKEN_BACK: "taken back by what happened on {day}",
    Fate.NOTHING_TO_TAKE_BACK: "found nothing to take back",
    Fate.TAKEN_TOO_OFTEN: "too often was something taken back before it",
    Fate.UNDONE: "took back what stands again since {day}",
    Fate.NEVER_LEADS: "a partner or a community is heard, and never leads",
    Fate.PRESS_NEVER: "press alone is never enough for {claimed}",
    Fate.TOO_FEW: "press: heard from {voices} independent publisher{s}; it takes {needed} within {days}",
    Fate.TOO_OFTEN: "its source has said it too often to be heard once more",
    Fate.REPORTED_BEFORE: "enough of the press had said it already",
    Fate.BESIDE_OFFICIAL: "official words carry it already",
    Fate.UNNUMBERED: "names no event",
    Fate.DOUBTFUL: "may be an older one told again: a person says whether it is",
    Fate.KNOWN_EVENT: "tells of number {number} of the series, {title}, which is out",
    Fate.OLDER: "not newer than the latest of the series ({day})",
    Fate.EXPIRED: "nothing followed in time",
    Fate.OUTRANKED: "what is awaited stands higher already",
    Fate.FLAG_LOWERED: "the flag {flag} was lowered on {day}",
    Fate.FLAG_OVER: "the time of the flag {flag} is over",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One claim, whether it counts in the verdict, and why or why not."""

    claim: Claim
    counted: bool
    why: str


def explain(track: Track, claims: Iterable[Claim], trace: Trace) -> tuple[Explanation, ...]:
    """Every claim on the track but readings for figures, in the order of what happened, with the ruling of the decision. Pure."""
    mine = in_order(claim for claim in claims if claim.track == track.id and not claim.figure)
    ruled = ((claim, trace.of(claim)) for claim in mine)
    return tuple(Explanation(claim, ruling.fate.counts, _why(track, claim, ruling)) for claim, ruling in ruled)


def _why(track: Track, claim: Claim, ruling: Ruling) -> str:
    """A ruling in words."""
    if ruling.fate is Fate.FOR_A_PERSON:
        return _of_review(claim)
    return _WORDS[ruling.fate].format(
        number=ruling.number,
        title=ruling.title,
        flag=ruling.flag or claim.flag,
        status=_label(track, ruling.status),
        claimed=_label(track, claim.status) or f"the flag {claim.flag}",
        voices=ruling.voices,
        needed=ruling.needed,
        s="" if ruling.voices == 1 else "s",
        days=f"{ruling.within.total_seconds() / 86400:g} days",
        day=f"{ruling.at:%Y-%m-%d}" if ruling.at else "",
        told=f"{claim.effective_at:%Y-%m-%d}",
    )


def _label(track: Track, status: str) -> str:
    return track.ladder.rung(status).label if status else ""


def _of_review(claim: Claim) -> str:
    if not claim.asks:
        return "news that no rule could place: a person should read it"
    words = left_over(claim.unexplained, claim.quote)
    return f"undecided{f', no rule accounts for {words}' if words else ''}: a person is asked, once for the same words"


# Sentences that say what a rule asks for, and not in the way or from the mouth that it asks: why a text claims nothing.


def near_misses(signal: Signal, observation: Observation) -> tuple[NearMiss, ...]:
    """What was passed over when the claims of an observation were made, one sentence once for each status. Pure."""
    passed: list[NearMiss] = []
    claims_of(signal, observation, passed)
    found: dict[tuple[str, str, str], NearMiss] = {}
    for near in passed:
        found.setdefault((near.track, near.status, near.quote), near)
    return tuple(found.values())
