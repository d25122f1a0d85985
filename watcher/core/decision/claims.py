"""From an observation to claims: which rules of a signal hold on it, with the words that show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from watcher.core.decision.globs import Glob
from watcher.core.decision.proofs import is_said_of_another, proofs_of
from watcher.core.decision.rule_context import (
    RuleContext,
    TextMatch,
    headed,
    match_text_rule,
    net_of,
    old_above,
    proved_in_full,
    reason_beside,
    wakes,
    works_of,
)
from watcher.core.evaluations.outcome import outcome_of
from watcher.core.language.frames import frame_of
from watcher.core.language.match import Passed, unheard
from watcher.core.language.net import Net, Open, Quiet
from watcher.core.language.surroundings import given_back, incident_of, is_not_out, is_only_heading
from watcher.core.language.undecided import in_another_language, looked_at, mentioned
from watcher.core.language.unknown_works import Works, told_of_works
from watcher.core.model import Claim, Facts, FigureSpec, Observation, Rule, Scalar, Signal, Tier, Track

# Which rules hold on an observation, and what is made of the sentences that none accounts for.

_MEMO_SIZE: Final = 8
ACCOUNTED: Final = frozenset({Tier.OFFICIAL, Tier.PARTNER})
"""Whose words can move what wakes people; theirs are accounted for, or handed to a person."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A sentence that a rule, or the account of all rules, passed over."""

    track: str
    rule: str
    """Empty where the account of the sentence passed it over, and no single rule."""
    status: str
    quote: str
    why: str


@dataclass(frozen=True, slots=True)
class _Indexed:
    track: Track
    rule: Rule
    anchors: tuple[str, ...]
    """Lower-case pieces of which a text that can match contains at least one; empty: no test."""
    links: tuple[Glob, ...] | None
    """What `when.link` allows; None: anything."""
    when: Mapping[str, tuple[Scalar, ...]]
    """The facts that are asked for, without the link."""
    wakes: bool
    """Whether people act at once on what it claims: then its sentence must be explained in full."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of a signal, and of them those that can hold for one kind of observation."""

    every: tuple[_Indexed, ...]
    series: frozenset[str]
    """The tracks that are series."""
    sources: frozenset[str]
    """The sources that a rule names; what is said elsewhere (on a followed page) is all alike."""
    nets: tuple[tuple[Track, Net, tuple[str, ...]], ...]
    """Of each track that wakes people: what its sentences are about, and pieces of which such a text has one."""
    works: tuple[tuple[Track, Works], ...] = ()
    """Of each series that wakes people: whose works on what it counts."""
    kept: dict[tuple[Tier, bool, str, str], tuple[_Indexed, ...]] = field(default_factory=dict)

    def of(self, observation: Observation) -> tuple[_Indexed, ...]:
        """The rules that can hold for its tier, source and surface, with or without facts: of ten feeds' rules one."""
        facts = bool(observation.entry.facts)
        source = observation.source if observation.source in self.sources else ""
        kind = (observation.tier, facts, source, observation.surface)
        found = self.kept.get(kind)
        if found is None:
            found = self.kept[kind] = tuple(one for one in self.every if _can_hold(one.rule, observation, facts=facts))
        return found


_memo: dict[int, tuple[Signal, _Rules]] = {}


def claims_of(signal: Signal, observation: Observation, passed: list[NearMiss] | None = None) -> tuple[Claim, ...]:
    """Every claim that the rules of the signal's tracks make of one observation, in the order of the rules. Pure.

    Who wants to know why other sentences claim nothing hands over a list: what is passed over is put down there.
    """
    seen, rules = RuleContext(signal, observation), _index(signal)
    found = [claim for indexed in rules.of(observation) if (claim := _claim(seen, indexed, passed))]
    found += [*_undecided(seen, rules, found, passed), *_of_series(seen, rules, found, passed)]
    if passed is not None:
        passed += _unheard(seen, rules)
    if not signal.figures and (not found or (len(found) == 1 and not found[0].review)):
        return tuple(found)  # as nearly every entry has it
    series = rules.series
    found = _told_once(found) if series else found
    # A publication that is no event of its series (another subject) is still for a person to see.
    settled = {claim.track for claim in found if claim.status and not claim.review and (claim.event or claim.track not in series)}
    settled |= {claim.track for claim in found if claim.unexplained}  # a person is told which words nothing explains, and no more
    woken = {claim.track for claim in found if claim.unexplained or (not claim.review and _wakes(signal, claim))} & settled
    kept = [claim for claim in found if not _is_settled(claim, woken if _wakes(signal, claim) else settled)]
    asks = {claim.track for claim in kept if claim.asks}
    return (*(claim for claim in kept if claim.asks or not claim.review or claim.track not in asks), *readings_of(seen))


def _wakes(signal: Signal, claim: Claim) -> bool:
    """Whether people act at once on the status of a claim."""
    return bool(claim.status) and next(one for one in signal.tracks if one.id == claim.track).ladder.rung(claim.status).wakes


def _is_settled(claim: Claim, settled: set[str]) -> bool:
    """Whether what a ladder's rule asks about is answered: a gate that is stated answers no question of a suspension."""
    return claim.review and not claim.unexplained and claim.track in settled


def is_accounted(track: Track, seen: RuleContext) -> bool:
    """Whether what is said there is accounted for, or asked about: official words, a partner's, and what the ladder hears."""
    path = seen.link.partition("/")[2]
    heard = (host.holds(seen.host) and rest.holds(path) for host, rest in _globs(track.ladder.heard))
    return seen.observation.tier in ACCOUNTED or any(heard)


@lru_cache(maxsize=_MEMO_SIZE)
def _globs(patterns: tuple[str, ...]) -> tuple[tuple[Glob, Glob], ...]:
    """Addresses as patterns of a host, in which a star stands for no slash, and of a path."""
    parts = (pattern.partition("/") for pattern in patterns)
    return tuple((Glob.of(host), Glob.of(path)) for host, _, path in parts)


def _unheard(seen: RuleContext, rules: _Rules) -> Iterator[NearMiss]:
    """What a rule asks for, said by who may not say it: the rule was not tried (_can_hold)."""
    for track, rule in ((one.track, one.rule) for one in rules.every if one.rule.sentence and one.rule.status):
        if rule.sentence and (why := not_to_be_said_by(rule, seen.observation.tier)):
            yield from (NearMiss(track.id, rule.id, rule.status, *each) for each in unheard(rule.sentence, seen.reading, why))


def _quiet(track: Track, one: Open | Quiet | None) -> Iterator[NearMiss]:
    """What the account says of a sentence that says nothing of the question."""
    if isinstance(one, Quiet):
        yield NearMiss(track.id, "", one.status, one.quote, one.why)


def _undecided(seen: RuleContext, rules: _Rules, found: list[Claim], passed: list[NearMiss] | None) -> Iterator[Claim]:
    """The first sentence for each track that may claim what wakes people and that nothing accounts for."""
    for track, net, anchors in rules.nets:
        asked = any(claim.track == track.id and claim.asks for claim in found)  # by a rule, which knows for which status
        if asked or not seen.holds_any(anchors) or not is_accounted(track, seen):
            continue
        mine = [claim for claim in found if claim.track == track.id and not claim.review]
        waking = [claim for claim in mine if claim.status and track.ladder.rung(claim.status).wakes]
        if any(claim.since is None for claim in waking):
            continue
        told = {claim.quote.text for claim in mine}
        if foreign := in_another_language(net, seen.reading):
            yield _asked_about(seen, track, foreign)
            continue
        looked = [_as_old(seen, one) for one in looked_at(net, seen.reading)]
        plain = told | headed(track, mine, seen.reading)
        past = {claim.status for claim in waking}  # what is so today is asked about beside it
        held = (
            one for one in looked if isinstance(one, Open) and one.status not in past and (one.bound or one.quote not in plain)
        )
        rest = None if mine or any(isinstance(one, Open) for one in looked) else mention_in(seen, net, looked)
        if passed is not None:
            passed += (near for one in (*looked, rest) for near in _quiet(track, one) if near.quote not in told)
        if one := next(held, rest if isinstance(rest, Open) else None):
            yield _asked_about(seen, track, one)


def _as_old(seen: RuleContext, one: Open | Quiet) -> Open | Quiet:
    """What a text says under a day that was over long before it is asked of nobody."""
    if isinstance(one, Quiet) or not old_above(seen, one.quote, seen.told_at):
        return one
    return Quiet(one.quote, f"stands under an older day ({seen.reading.day_above(one.quote)})", one.status)


def mention_in(seen: RuleContext, net: Net, looked: Iterable[Open | Quiet] = ()) -> Open | Quiet | None:
    """What is made of a text that names a thing where nothing else was; the sentences of `looked` have their reason already."""
    quiet = frozenset(one.quote for one in looked)
    return mentioned(net, seen.reading, _watched(seen.signal), seen.signal.vocabulary.lists.get("maker"), quiet)


def _watched(signal: Signal) -> frozenset[str]:
    asked = (rule.sentence for track in signal.tracks for rule in track.ladder.rules if rule.sentence)
    return frozenset(group for sentence in asked for group in sentence.about)


def _of_series(seen: RuleContext, rules: _Rules, found: list[Claim], passed: list[NearMiss] | None) -> Iterator[Claim]:
    """What may be an event of a series in words that no rule knows."""
    for track, works in rules.works:
        mine = [one for one in found if one.track == track.id]
        claimed = any(one.status and not one.review and track.ladder.rung(one.status).wakes for one in mine)
        told = any(one.status and not one.review for one in mine)  # as press tells it: it settles what no rule asks for otherwise
        asked = not told and any(one.review and not one.status for one in mine)
        if claimed or asked or not is_accounted(track, seen):
            continue
        one = told_of_works(works, seen.reading, seen.link)
        if isinstance(one, Open):
            yield _asked_about(seen, track, one)
        elif passed is not None and not mine:
            passed += _quiet(track, one)


def _asked_about(seen: RuleContext, track: Track, one: Open) -> Claim:
    return Claim(
        signal=seen.signal.id,
        track=track.id,
        rule="undecided",
        status=one.status,
        review=True,
        effective_at=seen.told_at,
        voice=f"{seen.observation.publisher}/{seen.observation.surface}",
        reason=one.why,
        observation=seen.observation.id,
        copy=seen.copy,
        unexplained=one.unexplained,
        quote=seen.quote(one.quote),
    )


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
    every = tuple(
        _Indexed(track, rule, _anchors(signal, rule), *_asked(rule), wakes(track, rule))
        for track in signal.tracks
        for rule in track.ladder.rules
        if rule.clock is None
    )
    series = frozenset(track.id for track in signal.tracks if track.ladder.series)
    nets = ((track, net_of(track)) for track in signal.tracks)
    cast = tuple((track, net, signal.vocabulary.anchors(tuple(sorted(net.groups)))) for track, net in nets if net.groups)
    found = ((track, works_of(track, signal.vocabulary)) for track in signal.tracks)
    works = tuple((track, one) for track, one in found if one)
    rules = _Rules(every, series, frozenset(source for one in every for source in one.rule.sources), cast, works)
    while len(_memo) >= _MEMO_SIZE:
        _memo.pop(next(iter(_memo)))
    _memo[id(signal)] = (signal, rules)
    return rules


def _asked(rule: Rule) -> tuple[tuple[Glob, ...] | None, Mapping[str, tuple[Scalar, ...]]]:
    """What a rule asks of the link, and of the facts."""
    links = tuple(Glob.of(str(pattern)) for pattern in rule.when["link"]) if "link" in rule.when else None
    return links, {name: allowed for name, allowed in rule.when.items() if name != "link"}


def _can_hold(rule: Rule, observation: Observation, *, facts: bool) -> bool:
    """Whether a rule takes the word of this tier, source and surface, and can hold with, or without, facts."""
    if not_to_be_said_by(rule, observation.tier) or (rule.sources and observation.source not in rule.sources):
        return False
    return (not rule.surfaces or observation.surface in rule.surfaces) and (facts or not _needs_facts(rule))


def not_to_be_said_by(rule: Rule, tier: Tier) -> str:
    """Why a tier may not say what a rule asks for, empty where it may."""
    return "" if tier in rule.by else f"is said by {tier.value}; only {', '.join(rule.by)} may say it"


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


def _claim(seen: RuleContext, indexed: _Indexed, passed: list[NearMiss] | None) -> Claim | None:
    rule = indexed.rule
    if not _speaks(seen, rule) or not _facts_hold(seen, indexed) or not seen.holds_any(indexed.anchors):
        return None
    if rule.sentence is None:
        return _made(seen, indexed, None)

    whole = indexed.wakes and seen.observation.tier in ACCOUNTED
    over: Passed | None = None if passed is None or whole or not rule.status else []  # of `whole` the account says why
    said = match_text_rule(seen, rule, whole=whole, passed=over)
    if passed is not None and over:
        passed += (NearMiss(indexed.track.id, rule.id, rule.status, *each) for each in over)
    if said is None or (indexed.wakes and _is_of_namesake(seen, rule)) or (whole and _is_contradicted(seen, indexed, said.quote)):
        return None
    return _made(seen, indexed, proved_in_full(seen, rule, said))


def _is_of_namesake(seen: RuleContext, rule: Rule) -> bool:
    """Whether a name may be that of another thing: who speaks is not the maker, and the text does not name him."""
    about = rule.sentence.about if rule.sentence else ()
    return bool(about) and seen.observation.tier is not Tier.OFFICIAL and not seen.names_maker(about)


def _is_contradicted(seen: RuleContext, indexed: _Indexed, quote: str) -> bool:
    """Whether the text around a sentence says that it is no news, no longer so, or (of a work that is named) not out."""
    rule, rung = indexed.rule, indexed.track.ladder.rung(indexed.rule.status)
    titled = bool(rule.sentence and rule.sentence.title)
    if titled and is_not_out(seen.reading):
        return True
    if rule.sentence and not titled and not (rung.steps_back or rule.sentence.window):
        ended = not rule.event and bool(incident_of(seen.reading, quote))
        if ended or is_only_heading(seen.reading, rule.sentence, quote):
            return True
    return bool(frame_of(seen.reading, quote, of_work=titled) or (rung.steps_back and given_back(seen.reading, quote)))


def _speaks(seen: RuleContext, rule: Rule) -> bool:
    """Whether the speaker and the address are those that the rule asks for."""
    if rule.publishers and seen.observation.publisher not in rule.publishers and seen.host not in rule.publishers:
        return False
    return not rule.hosts or seen.host in rule.hosts


def _facts_hold(seen: RuleContext, indexed: _Indexed) -> bool:
    if indexed.links is not None and not any(glob.holds(seen.link) for glob in indexed.links):
        return False
    facts, when = seen.entry.facts, indexed.when
    return not when or all(_allows(allowed, facts.get(name)) for name, allowed in when.items())


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


def _made(seen: RuleContext, indexed: _Indexed, said: TextMatch | None) -> Claim:
    rule, entry, seen_as = indexed.rule, seen.entry, seen.observation
    details = _details(seen, indexed, said)
    track = indexed.track
    proofs = proofs_of(seen, track, rule, details, said) if said else {}
    strange = {name for name, words in proofs.items() if is_said_of_another(seen, track, rule, words, details[name], details)}
    return Claim(
        signal=seen.signal.id,
        track=track.id,
        rule=rule.id,
        status=rule.status,
        flag=rule.flag,
        review=rule.review,
        effective_at=said.at if said else seen.dated,
        voice=str(entry.facts.get("voice") or f"{seen_as.publisher}/{seen_as.surface}"),
        event=_event(seen, indexed, said),
        order=_whole(entry.facts.get("order")),
        details={name: value for name, value in details.items() if name not in strange},
        proofs={name: words for name, words in proofs.items() if name not in strange},
        reason=said.reason if said else f"the record says so (rule {rule.id})",
        observation=seen_as.id,
        copy=seen.copy if said else 0,
        since=said.since if said else None,
        undated=bool(said) and seen.is_undated,
        quote=seen.quote(said.quote if said else entry.text or entry.title),
        heading=said.heading if said else "",
        because=reason_beside(seen, track, rule, said) if said else "",
    )


def _whole(value: Scalar | tuple[Scalar, ...]) -> int:
    return value if isinstance(value, int) else 0


def _details(seen: RuleContext, indexed: _Indexed, said: TextMatch | None) -> Facts:
    """What the rule carries: "=text" as it is, "match:name" from the sentence, "title", else a fact; nothing empty."""
    found: dict[str, Scalar | tuple[Scalar, ...]] = {}
    rule, ladder = indexed.rule, indexed.track.ladder
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
        subject = said.values.get("object", "") if said else ""
        found |= outcome_of(
            f"{seen.entry.title}\n{seen.entry.text}", ladder, subject=subject, before=seen.signal.vocabulary.before_name
        )
    return found


def _event(seen: RuleContext, indexed: _Indexed, said: TextMatch | None) -> str:
    where = indexed.rule.event
    if where.startswith("match:"):
        return said.values.get(where[6:], "") if said else ""
    if where:
        own = getattr(seen.entry, where) if where in {"key", "title", "link"} else ""
        return str(seen.entry.facts.get(where) or own)
    return said.subject if said and indexed.track.ladder.series else ""


def readings_of(seen: RuleContext) -> Iterator[Claim]:
    """Readings for figures that are counted over many entries of one kind of place."""
    for spec in seen.signal.figures:
        fact = str(spec.options.get("ids", "ids"))
        if spec.options.get("surface", "advisories") != seen.observation.surface:
            continue
        if spec.kind == "monthly" and fact in seen.entry.facts:
            yield _reading(seen, spec.id, seen.entry.facts[fact])
        elif spec.kind == "documents" and _is_counted(spec, seen.entry.facts):
            yield _reading(seen, spec.id, seen.entry.facts.get("document"))


def _is_counted(spec: FigureSpec, facts: Facts) -> bool:
    """Whether a document is of a kind that a figure counts, and holds the words that its source is asked for."""
    kinds = spec.options.get("kinds", ())
    return facts.get("kind") in (kinds if isinstance(kinds, tuple) else (kinds,)) and facts.get("has_all") == "yes"


def _reading(seen: RuleContext, figure: str, value: object) -> Claim:
    return Claim(
        signal=seen.signal.id,
        track="",
        rule=f"figure:{figure}",
        figure=figure,
        quote=seen.quote(seen.entry.title),
        effective_at=seen.dated,
        voice=seen.observation.publisher,
        details={"ids": value if isinstance(value, tuple) else (value,), "key": seen.entry.key},
        reason="a reading for a figure",
        observation=seen.observation.id,
    )
