"""Sentences that say what a rule asks for, and not in the way or from the mouth that it asks: why a text claims nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watcher.core.decision.claims import claims_of, is_accounted, mention_in, not_to_be_said_by
from watcher.core.decision.nets import net_of, wakes, works_of
from watcher.core.decision.rule_context import RuleContext
from watcher.core.language.match import matches, passed_over
from watcher.core.language.parse import Reading
from watcher.core.language.sentence import Sentence
from watcher.core.language.undecided import Open, Quiet, looked_at
from watcher.core.language.unknown_works import told_of_works
from watcher.core.model import Observation, Rule, Signal, Tier


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

    The reasons are those of the very functions by which the decision was made.
    """
    seen = RuleContext(signal, observation)
    reading = seen.reading
    told = {(claim.track, claim.quote.text) for claim in claims_of(signal, observation)}
    found: dict[tuple[str, str, str], NearMiss] = {}
    for track in signal.tracks:
        net = net_of(track)
        accounted = is_accounted(track, seen) and bool(net.groups)
        looked: list[Open | Quiet | None] = [*looked_at(net, reading)] if accounted else []
        for one in looked or ([mention_in(seen, net)] if accounted else []):
            if isinstance(one, Quiet) and (track.id, one.quote) not in told:
                found.setdefault((track.id, one.status, one.quote), NearMiss(track.id, "", one.status, one.quote, one.why))
        works = works_of(track, signal.vocabulary) if is_accounted(track, seen) else None
        unknown = told_of_works(works, reading, seen.link) if works else None
        if isinstance(unknown, Quiet) and not any(at == track.id for at, _ in told):
            found[track.id, unknown.status, unknown.quote] = NearMiss(track.id, "", unknown.status, unknown.quote, unknown.why)
        for rule in track.ladder.rules:
            if rule.sentence is not None and rule.status and not (accounted and wakes(track, rule)):
                for quote, why in _passed_over(signal, rule, rule.sentence, reading, observation.tier):
                    found.setdefault((track.id, rule.status, quote), NearMiss(track.id, rule.id, rule.status, quote, why))
    return tuple(found.values())


def _passed_over(signal: Signal, rule: Rule, asked: Sentence, reading: Reading, tier: Tier) -> Iterator[tuple[str, str]]:
    yield from passed_over(asked, signal.vocabulary, reading)
    if why := not_to_be_said_by(rule, tier):
        yield from (
            (said.quote, f"\u201c{said.values['phrase']}\u201d {why}")
            for said in matches(asked, signal.vocabulary, reading)
            if said.values.get("phrase")
        )
