"""Decide what was seen again, under these or other rules, and hold what would have been told against what was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from watcher.core.decision.claims import claims_of
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide, known_claims
from watcher.core.decision.repeats import drop_repeats
from watcher.core.decision.undecided import RECENT, answered, ask, edges, settled_by
from watcher.core.model import Change, Claim, Observation, Signal, Transition, Undecided, Verdict
from watcher.pipeline.decide import HISTORY_CUTOFF, claim_of
from watcher.store.observations import History
from watcher.store.records import Evidence
from watcher.store.store import Transaction

SAME_TIME = timedelta(hours=1)
"""Told this close together is told at the same time."""
BY_HEALTH = frozenset({"page_gone"})
"""Flags that the health of a source raises: what was seen does not say when."""
QUIET = frozenset({Change.BASELINE, Change.DETAIL})
Progress: TypeAlias = Callable[[datetime, float], None]
"""Told of each step: the moment in the past, and the share of the work on its signal that is done."""


class Seen(NamedTuple):
    """What is left of an observation when it was read: what it says is not kept."""

    source: str
    key: str
    revision: int
    at: datetime
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class SignalHistory:
    """Everything of one signal that a decision at any moment needs."""

    seen: tuple[Seen, ...]
    """What claims something under the rules, and every later revision."""
    absences: tuple[tuple[str, str, datetime, datetime | None], ...]
    """Source, key, since and until: a record's vanished entries."""
    evidence: tuple[Evidence, ...]
    begun: datetime
    """When the baseline was told."""
    end: datetime
    told: tuple[Transition, ...]
    known_until: datetime | None = None
    texts: tuple[Undecided, ...] = ()
    """What people were asked, and what they decided."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One transition that would be told otherwise: new, gone, earlier or later."""

    kind: str
    at: datetime
    """When it would be told; when it was told, where it would be gone."""
    told: Transition | None
    """As it was told; None where it would be new."""
    now: Transition | None
    """As it would be told; None where it would be gone."""


def no_progress(_at: datetime, _share: float) -> None:
    """Tell nobody."""


def history_of(tx: Transaction, watched: Signal, *, rehearsed: bool, progress: Progress = no_progress) -> SignalHistory | None:
    """What is stored of a signal, read under its rules, or None before its baseline. This is half of the work of a replay.

    In a rehearsal history counts up to its start. Of a million observations as many are in memory as are read at a time.
    """
    signal = watched.id
    begun, last = tx.verdicts.baseline(signal), tx.verdicts.latest(signal)
    if begun is None or last is None:
        return None
    past, tell = History(tx.session), _telling(progress, begun, last.as_of, 0.0)
    return SignalHistory(
        seen=tuple(read_again(watched, _told_of(past.observations(signal), tell))),
        absences=tuple(past.absences(signal)),
        evidence=tuple(tx.evidence.of(signal, withdrawn=True)),
        begun=begun,
        end=last.as_of,
        told=tuple(sorted(tx.transitions.of(signal, limit=1_000_000), key=lambda one: one.id)),
        known_until=begun if rehearsed else None,
        texts=tuple(tx.undecided.of(signal)),
    )


def read_again(signal: Signal, observations: Iterable[Observation]) -> Iterator[Seen]:
    """What observations claim under the rules of `signal`, in their order; on those that claim nothing nothing depends."""
    for one in observations:
        if (made := claims_of(signal, one)) or one.revision > 1:
            yield Seen(one.source, one.entry.key, one.revision, one.seen_at, tuple(made))


def _telling(progress: Progress, begun: datetime, end: datetime, done: float) -> Callable[[datetime], None]:
    """How far one half of the work is, by the moment in the past that it has come to; `done` of all was done before."""
    length = max(end - begun, timedelta(seconds=1))
    return lambda at: progress(at, done + min(max((at - begun) / length, 0.0), 1.0) / 2)


def _told_of(observations: Iterable[Observation], tell: Callable[[datetime], None]) -> Iterator[Observation]:
    for one in observations:
        tell(one.seen_at)
        yield one


def replay(signal: Signal, record: SignalHistory, *, progress: Progress = no_progress) -> tuple[Transition, ...]:
    """What would have been told under the rules of `signal`, under which its past was read, from the baseline on. Pure."""
    before: Verdict | None = None
    told: list[Transition] = []
    texts: tuple[Undecided, ...] = ()
    tell = _telling(progress, record.begun, record.end, 0.5)
    for moment in _moments(signal, record):
        tell(moment)
        standing = _claims_at(signal, record, moment)
        after = decide(signal, standing, (), moment)
        told += compare(signal, before, after, old_news=record.begun - HISTORY_CUTOFF)
        asked = ask(signal, texts, standing, after, since=record.begun - RECENT, first=before is None)
        texts = settled_by(asked.rows, record.texts, moment)
        left = (texts[place] for place in asked.open if texts[place].settled_at is None)
        after = replace(after, undecided=answered(signal, left, standing))
        told += edges(before.undecided if before else (), after, texts)
        before = after
    return tuple(told)


def _moments(signal: Signal, record: SignalHistory) -> list[datetime]:
    """The moments at which anything may have changed: new claims, absences, evidence, what was told, and time alone."""
    found = {one.at for one in record.seen}
    found |= {moment for _, _, since, until in record.absences for moment in (since, until) if moment}
    found |= {moment for one in record.evidence for moment in (one.at, one.withdrawn_at) if moment}
    found |= {one.settled_at for one in record.texts if one.settled_at}
    found |= {one.at for one in record.told}
    if _has_clock(signal):
        found |= {record.begun + timedelta(days=day) for day in range((record.end - record.begun).days + 1)}
    return [record.begun, *sorted(moment for moment in found if record.begun < moment <= record.end)]


def _has_clock(signal: Signal) -> bool:
    ladders = [track.ladder for track in signal.tracks]
    timed = any(ladder.quiet_after or any(status.expires for status in ladder.statuses) for ladder in ladders)
    return timed or any(rule.clock for ladder in ladders for rule in ladder.rules) or bool(signal.known)


def _claims_at(signal: Signal, record: SignalHistory, moment: datetime) -> list[Claim]:
    """What counted at a moment: as `active_claims` of `watcher/pipeline/decide.py`, over what is in memory."""
    gone = {(source, key) for source, key, since, until in record.absences if since <= moment and (not until or until > moment)}
    seen = [one for one in record.seen if one.at <= moment and (one.source, one.key) not in gone]
    latest = {(one.source, one.key): one.revision for one in seen}
    records = {source.id for source in signal.sources if source.record}
    standing = [
        claim
        for one in seen
        for claim in one.claims
        if one.revision == latest[one.source, one.key] or not (claim.event or one.source in records)
    ]
    decided = {text.evidence: text for text in record.texts}
    hands = [one for one in record.evidence if one.at <= moment and not (one.withdrawn_at and one.withdrawn_at <= moment)]
    people = (claim_of(one, decided.get(one.id)) for one in hands)
    return [*drop_repeats(standing, known_claims(signal, until=record.known_until)), *people]


def differences(told: Iterable[Transition], now: Iterable[Transition], *, since: datetime | None = None) -> list[Difference]:
    """What of `told` and `now` is not the same, in the order of time; details and the health of sources are left aside."""
    left = [one for one in told if _compares(one)]
    found: list[Difference] = []
    for one in (one for one in now if _compares(one)):
        same = [other for other in left if _name(other) == _name(one)]
        match = min(same, key=lambda other: abs(other.at - one.at), default=None)
        if match is None:
            found.append(Difference("new", one.at, None, one))
            continue
        left.remove(match)
        if abs(match.at - one.at) > SAME_TIME:
            found.append(Difference("earlier" if one.at < match.at else "later", one.at, match, one))
    found += [Difference("gone", one.at, one, None) for one in left]
    return sorted((one for one in found if since is None or one.at >= since), key=lambda one: one.at)


def _compares(one: Transition) -> bool:
    return bool(one.track) and one.kind not in QUIET and not ({one.before, one.after} & BY_HEALTH)


def _name(one: Transition) -> tuple[str, ...]:
    words = one.evidence[0].text if one.kind is Change.UNDECIDED else ""
    return (one.signal, one.track, one.kind.value, one.before, one.after, one.event, one.outcome, words)
