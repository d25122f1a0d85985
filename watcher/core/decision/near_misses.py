"""Sentences that say what a rule asks for, and not in the way or from the mouth that it asks: why a text claims nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watcher.core.decision.claims import ACCOUNTED, claims_of
from watcher.core.language.match import Sentence
from watcher.core.language.parse import Reading, Statement, read
from watcher.core.language.undecided import Quiet, looked_at, net_of, wakes
from watcher.core.model import Observation, Rule, Signal


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A sentence that a rule passed over."""

    track: str
    rule: str
    """Empty where the account of the sentence passed it over, and no single rule."""
    status: str
    quote: str
    why: str


def near_misses(signal: Signal, observation: Observation) -> tuple[NearMiss, ...]:
    """What the text rules of the signal's tracks found and passed over, one sentence once for each status. Pure.

    Where a clause is accounted for, the reasons are those that the decision itself gave.
    """
    reading = read(signal.vocabulary, observation.entry.title, observation.entry.text)
    told = {(claim.track, claim.quote.text) for claim in claims_of(signal, observation)}
    found: dict[tuple[str, str, str], NearMiss] = {}
    for track in signal.tracks:
        net = net_of(track)
        accounted = observation.tier in ACCOUNTED and bool(net.groups)
        for one in looked_at(net, reading) if accounted else ():
            if isinstance(one, Quiet) and (track.id, one.quote) not in told:
                found.setdefault((track.id, one.status, one.quote), NearMiss(track.id, "", one.status, one.quote, one.why))
        for rule in track.ladder.rules:
            if rule.sentence is not None and rule.status and not (accounted and wakes(track, rule)):
                for quote, why in _passed_over(rule, rule.sentence, reading, observation):
                    found.setdefault((track.id, rule.status, quote), NearMiss(track.id, rule.id, rule.status, quote, why))
    return tuple(found.values())


def _passed_over(rule: Rule, asked: Sentence, reading: Reading, observation: Observation) -> Iterator[tuple[str, str]]:
    for said in reading.statements:
        if said.kind in asked.phrase and _is_about(asked, said) and (why := _why(rule, asked, said, observation)):
            yield reading.lines[said.sentence].quote, why


def _is_about(asked: Sentence, said: Statement) -> bool:
    return not asked.about or (said.thing is not None and said.thing.group in asked.about)


def _why(rule: Rule, asked: Sentence, said: Statement, observation: Observation) -> str:
    """What the rule asks and the sentence, or its speaker, has not; empty where that is something else."""
    how = "+".join(sorted(said.manners)) or "stated"
    if how not in {"+".join(sorted(one.split("+"))) for one in asked.manner}:
        return f"“{said.words}” is {how.replace('+', ' and ')}"
    if observation.tier not in rule.by:
        return f"“{said.words}” is said by {observation.tier.value}; only {', '.join(rule.by)} may say it"
    return ""
