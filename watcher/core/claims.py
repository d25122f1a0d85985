"""From an observation to claims: which rules of a signal hold on it, with the words that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final, TypeAlias

from watcher.core.match import Match, match
from watcher.core.model import Claim, Facts, Observation, Rule, Scalar, Signal, Tier, Track
from watcher.core.observed import Seen
from watcher.core.outcome import outcome_of
from watcher.core.retelling import retold_on
from watcher.core.subject_keys import subject_key
from watcher.core.tallies import readings_of

_MEMO_SIZE: Final = 8
_RETOLD: Final = timedelta(days=7)
"""Press that dates what it tells further back than this is retelling it."""


@dataclass(frozen=True, slots=True)
class _Indexed:
    track: Track
    rule: Rule
    anchors: tuple[str, ...]
    """Lower-case pieces of which a text that can match contains at least one; empty: no test."""


_Rules: TypeAlias = Mapping[tuple[Tier, bool], tuple[_Indexed, ...]]
"""The rules that can hold for a tier, and for an entry with or without facts."""
_memo: dict[int, tuple[Signal, _Rules]] = {}


def claims_of(signal: Signal, observation: Observation) -> tuple[Claim, ...]:
    """Every claim that the rules of the signal's tracks make of one observation, in the order of the rules. Pure."""
    seen = Seen(signal, observation)
    rules = _index(signal)[observation.tier, bool(observation.entry.facts)]
    found = [claim for indexed in rules if (claim := _claim(seen, indexed))]
    series = {track.id for track in signal.tracks if track.ladder.series}
    found = _told_once(found) if series else found
    # A publication that is no event of its series (another subject) is still for a person to see.
    settled = {claim.track for claim in found if claim.status and not claim.review and (claim.event or claim.track not in series)}
    return (*(claim for claim in found if not (claim.review and claim.track in settled)), *readings_of(seen))


def _told_once(claims: list[Claim]) -> list[Claim]:
    """One claim for one event of a series: several rules may know the same page."""
    first: dict[tuple[str, str, str, str], Claim] = {}
    for claim in claims:
        first.setdefault((claim.track, claim.status, claim.event, claim.flag or (claim.rule if claim.review else "")), claim)
    return list(first.values())


def _index(signal: Signal) -> _Rules:
    """The rules of a signal with their anchors; remembered, because a signal is asked about many observations."""
    held = _memo.get(id(signal))
    if held is not None and held[0] is signal:
        return held[1]
    every = [
        _Indexed(track, rule, _anchors(signal, rule))
        for track in signal.tracks
        for rule in track.ladder.rules
        if rule.clock is None
    ]
    rules = {
        (tier, facts): tuple(one for one in every if tier in one.rule.by and (facts or not _needs_facts(one.rule)))
        for tier in Tier
        for facts in (True, False)
    }
    while len(_memo) >= _MEMO_SIZE:
        _memo.pop(next(iter(_memo)))
    _memo[id(signal)] = (signal, rules)
    return rules


def _needs_facts(rule: Rule) -> bool:
    """Whether a rule can hold only where the entry has facts."""
    return any(name != "link" and False not in allowed for name, allowed in rule.when.items())


def _anchors(signal: Signal, rule: Rule) -> tuple[str, ...]:
    said = rule.sentence
    if said is None:
        return ()
    vocabulary = signal.vocabulary
    groups = said.about or said.titled or said.also
    if groups:
        return vocabulary.anchors(groups)
    kinds = (said.title,) if said.title else said.phrase
    return tuple(sorted({piece for phrase in vocabulary.phrases if phrase.kind in kinds for piece in phrase.anchors}))


def _claim(seen: Seen, indexed: _Indexed) -> Claim | None:
    rule = indexed.rule
    if not seen.holds_any(indexed.anchors) or not _speaks(seen, rule) or not _facts_hold(seen, rule.when):
        return None
    if rule.sentence is None:
        return _made(seen, indexed, None)
    said = match(rule.sentence, seen.signal.vocabulary, seen.reading)
    if said is None or (seen.observation.tier is Tier.PRESS and _is_retold(seen, said)):
        return None
    return _made(seen, indexed, said)


def _speaks(seen: Seen, rule: Rule) -> bool:
    """Whether the speaker, the place and the address are those that the rule asks for."""
    seen_as = seen.observation
    if rule.sources and seen_as.source not in rule.sources:
        return False
    if rule.surfaces and seen_as.surface not in rule.surfaces:
        return False
    if rule.publishers and seen_as.publisher not in rule.publishers and seen.host not in rule.publishers:
        return False
    return not rule.hosts or seen.host in rule.hosts


def _facts_hold(seen: Seen, when: Mapping[str, tuple[Scalar, ...]]) -> bool:
    facts = seen.entry.facts
    for name, allowed in when.items():
        if name == "link":
            if not any(fnmatchcase(seen.link, str(pattern)) for pattern in allowed):
                return False
        elif not _allows(allowed, facts.get(name)):
            return False
    return True


def _allows(allowed: tuple[Scalar, ...], value: Scalar | tuple[Scalar, ...]) -> bool:
    """True allows any value that is there, False none; all else is compared as text, numbers as numbers."""
    values = value if isinstance(value, tuple) else (value,)
    present = any(one is not None and one != "" and one is not False for one in values)
    return any(
        present if one is True else not present if one is False else any(_same(one, each) for each in values) for one in allowed
    )


def _same(left: Scalar, right: Scalar) -> bool:
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    return left is not None and right is not None and str(left).casefold() == str(right).casefold()


def _is_retold(seen: Seen, said: Match) -> bool:
    """Whether press dates what it tells well before its own date: an old event told again."""
    told = seen.told_at
    day = retold_on(said.quote, told)
    return day is not None and told - day > _RETOLD


def _effective(seen: Seen, rule: Rule, said: Match | None) -> datetime:
    """When what it says happened: the entry's date, else when it was first seen; a retold event on its own day."""
    if rule.sentence is None:
        return seen.dated
    # What an edit added was said when it was seen; what stood there before keeps its date (core/repeats.py).
    told = seen.observation.seen_at if seen.observation.revision > 1 and not rule.event else seen.told_at
    day = retold_on(said.quote, told) if said else None
    return day if day is not None and told - day > timedelta(days=2) else told


def _made(seen: Seen, indexed: _Indexed, said: Match | None) -> Claim:
    rule, entry, seen_as = indexed.rule, seen.entry, seen.observation
    details = _details(seen, rule, said)
    return Claim(
        signal=seen.signal.id,
        track=indexed.track.id,
        rule=rule.id,
        status=rule.status,
        flag=rule.flag,
        review=rule.review,
        effective_at=_effective(seen, rule, said),
        voice=str(entry.facts.get("voice") or f"{seen_as.publisher}/{seen_as.surface}"),
        event=_event(seen, indexed, said),
        order=_whole(entry.facts.get("order")),
        details=details,
        reason=said.reason if said else f"the record says so (rule {rule.id})",
        observation=seen_as.id,
        copy=seen.copy if said else 0,
        quote=seen.quote(said.quote if said else entry.text or entry.title),
    )


def _whole(value: Scalar | tuple[Scalar, ...]) -> int:
    return value if isinstance(value, int) else 0


def _details(seen: Seen, rule: Rule, said: Match | None) -> Facts:
    """What the rule carries: "=text" as it is, "match:name" from the sentence, "title", else a fact; nothing empty."""
    found: dict[str, Scalar | tuple[Scalar, ...]] = {}
    for name, where in rule.details.items():
        if where.startswith("="):
            value: Scalar | tuple[Scalar, ...] = where[1:]
        elif where.startswith("match:"):
            value = said.values.get(where[6:], "") if said else ""
        else:
            value = seen.entry.facts.get(where, seen.entry.title if where == "title" else None)
        if value not in (None, "", ()):
            found[name] = value
    if rule.outcome and seen.is_page:
        found |= outcome_of(f"{seen.entry.title}\n{seen.entry.text}", subject=said.values.get("object", "") if said else "")
    return found


def _event(seen: Seen, indexed: _Indexed, said: Match | None) -> str:
    where = indexed.rule.event
    if where.startswith("match:"):
        return said.values.get(where[6:], "") if said else ""
    if where:
        own = getattr(seen.entry, where) if where in {"key", "title", "link"} else ""
        return str(seen.entry.facts.get(where) or own)
    return subject_key(said.values.get("object", "")) if said and indexed.track.ladder.series else ""
