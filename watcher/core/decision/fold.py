"""The fold of a ladder: claims in the order of what happened, one status at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from watcher.core.decision.corroboration import (
    AUTHORITATIVE,
    BESIDE_OFFICIAL,
    FOR_A_PERSON,
    KNOWN,
    NO_STATUS,
    REPORTING,
    TO_COME,
    has_happened,
    holds_value,
    in_order,
    independent_sources,
    is_declared,
    is_old,
    quotes_of,
    reports_of_press,
    says_only,
    sifted,
    standing_of,
    tell,
    unled,
    why_old,
)
from watcher.core.decision.proofs import naming_details
from watcher.core.model import (
    Claim,
    Facts,
    Fate,
    Ladder,
    Quote,
    Rule,
    Ruling,
    Scalar,
    Standing,
    Status,
    Tier,
    Trace,
    Track,
    TrackVerdict,
)

DECLARED = frozenset({"known", "operator"})
"""Rules of people: history declared in the configuration, evidence recorded by the operator. They may move anywhere."""
MAX_REVOCATIONS = 50
"""So often may something be taken back on one track: each time what came before is walked through again."""
_Details = dict[str, Scalar | tuple[Scalar, ...]]
_REPEATED = Ruling(Fate.REPEATED)
_OTHER_EVENT = Ruling(Fate.OTHER_EVENT)
_MOVED = Ruling(Fate.MOVED)
_SAME = Ruling(Fate.SAME)
_SETS = Ruling(Fate.SETS)


@dataclass(slots=True)
class _State:
    """Where the fold stands while it walks through the claims."""

    status: str
    setter: Claim | None = None
    standing: Standing = Standing.PROVISIONAL
    report: tuple[Claim, ...] = ()
    path: list[tuple[str, datetime]] = field(default_factory=list)
    reported: set[tuple[str, datetime]] = field(default_factory=set)
    """Of the path what the press alone told."""
    details: _Details = field(default_factory=dict)
    proofs: dict[str, Quote] = field(default_factory=dict)
    firsts: dict[str, dict[object, datetime]] = field(default_factory=dict)
    """Of each detail when each of its values was first told."""
    again: dict[str, datetime] = field(default_factory=dict)
    naming: frozenset[str] = frozenset()
    """The details that say of which thing the others are."""
    of: dict[str, str] = field(default_factory=dict)
    """Of which thing each detail was told, by what names it."""
    ways: dict[str, list[Scalar | tuple[Scalar, ...]]] = field(default_factory=dict)
    """Of each detail whose values hold beside one another those that do, oldest first."""
    taken: list[Claim] = field(default_factory=list)
    fates: dict[int, Ruling] = field(default_factory=dict)
    """Identity of a claim that was walked through → what became of it."""
    lost: dict[str, list[Claim]] = field(default_factory=dict)
    """Claims that were taken back, by their status."""
    takers: list[Claim] = field(default_factory=list)
    """Claims that took others back."""
    revoked: int = 0
    """How often something was taken back."""
    statuses: Counter[str] = field(default_factory=Counter)
    """Of the claims taken how many say each status."""
    days: Counter[str] = field(default_factory=Counter)
    """Of the claims taken how many tell of each day."""

    def take(self, claim: Claim) -> None:
        """Count a claim among those taken."""
        self.taken.append(claim)
        self.statuses[claim.status] += 1
        self.days[_day(claim)] += 1

    def remember(self, claims: Iterable[Claim]) -> None:
        """Count these as taken, and no others."""
        self.taken, self.statuses, self.days = [], Counter(), Counter()
        for claim in claims:
            self.take(claim)


def fold_track(track: Track, claims: Iterable[Claim], now: datetime, trace: Trace | None = None) -> TrackVerdict:
    """The verdict of one track at `now` from its claims (any order), and what became of each, for the trace. Pure."""
    ladder = track.ladder
    rules = {rule.id: rule for rule in ladder.rules}
    told = in_order(sifted(claims, lambda claim: _aside(claim, rules, now), trace))
    leading = [
        claim
        for claim in told
        if claim.quote.tier in AUTHORITATIVE or (claim.rule in DECLARED and claim.quote.tier is Tier.PRESS)
    ]
    reports = list(_reports(ladder, told, trace))
    # What people declare leads already.
    more = [*_clock_claims(track, now), *(report[-1] for report in reports if report[-1].rule not in DECLARED)]
    marks = in_order([*leading, *more]) if more else leading
    walk = _walk(ladder, rules, marks, _beginning(ladder))
    support = _support(ladder.rung(walk.status), walk, walk.setter, told, trace) if walk.setter else []
    if trace is not None:
        _tell(trace, walk, marks, reports, support)
    return _verdict(track, rules, support, walk)


def _beginning(ladder: Ladder) -> _State:
    """Where every walk begins."""
    ways: dict[str, list[Scalar | tuple[Scalar, ...]]] = {detail.id: [] for detail in ladder.details if detail.beside}
    return _State(ladder.statuses[0].id, naming=naming_details(ladder), ways=ways)


def _aside(claim: Claim, rules: Mapping[str, Rule], now: datetime) -> Ruling | None:
    """Why a claim is not walked through at all: it neither says a status nor takes one back, or not yet."""
    if claim.review:
        return FOR_A_PERSON
    if not has_happened(claim, now):
        return TO_COME
    says = claim.status or (claim.rule in rules and rules[claim.rule].cancels)
    return None if says and not claim.figure else NO_STATUS


def _reports(ladder: Ladder, told: Sequence[Claim], trace: Trace | None) -> Iterator[tuple[Claim, ...]]:
    """The reports of each status that press may reach, once per wave; the last claim completes it."""
    asked = {status.id: status for status in ladder.statuses if status.report}
    heard: dict[str, list[Claim]] = {status: [] for status in asked}
    for claim in sifted(told, lambda claim: _unheard(asked, claim), trace):
        heard[claim.status].append(claim)
    for status in asked.values():
        yield from reports_of_press(heard[status.id], count=status.report, within=status.within, trace=trace)


def _unheard(asked: Mapping[str, Status], claim: Claim) -> Ruling | None:
    """Why a claim is no part of a report of the statuses for which press is heard."""
    return why_old(claim) if claim.quote.tier in REPORTING and claim.status in asked else unled(claim)


def _tell(
    trace: Trace, walk: _State, marks: Iterable[Claim], reports: Iterable[Sequence[Claim]], support: Iterable[Claim]
) -> None:
    """Say what became of the claims that were walked through, of the reports that they complete, and of what stands beside."""
    for claim in marks:
        _tell_mark(trace, walk, (claim,), walk.fates[id(claim)])
    for report in reports:
        ruling = walk.fates[id(report[-1])]
        beside = (claim for claim in report[:-1] if id(claim) not in walk.fates)
        _tell_mark(trace, walk, beside, Ruling(Fate.REPORTS) if ruling is _MOVED else ruling)
    for claim in support:
        ruling = _SETS if claim is walk.setter else walk.fates.get(id(claim), _REPEATED)
        trace.put(claim, ruling if ruling.fate.counts else _SAME)


def _tell_mark(trace: Trace, walk: _State, claims: Iterable[Claim], ruling: Ruling) -> None:
    """What repeats the present status was weighed once more, as what stands beside it (_apart)."""
    tell(trace, (claim for claim in claims if ruling is not _REPEATED or claim.status != walk.status), ruling)


def _clock_claims(track: Track, now: datetime) -> list[Claim]:
    """Claims that time alone makes."""
    return [
        Claim(
            signal="",
            track=track.id,
            rule=rule.id,
            status=rule.status,
            effective_at=rule.clock,
            voice="clock",
            reason=f"the clock passed {rule.clock:%Y-%m-%d %H:%M} UTC",
            quote=Quote(track.ladder.rung(rule.status).meaning, track.link, "clock", Tier.OFFICIAL, rule.clock),
        )
        for rule in track.ladder.rules
        if rule.clock is not None and rule.clock <= now
    ]


def _walk(ladder: Ladder, rules: Mapping[str, Rule], marks: Iterable[Claim], walk: _State) -> _State:
    statuses = {status.id for status in ladder.statuses}
    for claim in marks:
        rule = rules.get(claim.rule) or Rule(claim.rule)
        if rule.cancels:
            walk = _revoke(ladder, rules, rule, claim, walk)
        if claim.status in statuses:
            back = _given_back(rules, claim, walk)
            for one in back or [claim]:
                _step(ladder, rules, one, walk)
            if back:
                walk.fates[id(claim)] = Ruling(Fate.GIVES_BACK)
        walk.take(claim)
    return walk


def _given_back(rules: Mapping[str, Rule], claim: Claim, walk: _State) -> list[Claim]:
    """What was taken back of a status, where a row that tells nothing of its own says that it stands: its day and its details."""
    rule = rules.get(claim.rule)
    if rule is None or rule.sentence is not None or rule.details or claim.status == walk.status:
        return []
    back = walk.lost.pop(claim.status, [])
    if back:
        walk.fates |= {id(taker): Ruling(Fate.UNDONE, at=claim.effective_at) for taker in walk.takers}
        walk.takers = []
    return back


def _revoke(ladder: Ladder, rules: Mapping[str, Rule], rule: Rule, claim: Claim, walk: _State) -> _State:
    """Fold again without the claims that this one cancels (a vitiated or returned action)."""
    day = str(claim.details.get("vitiates", ""))
    day = day if "day" in rule.cancels else ""
    if walk.revoked == MAX_REVOCATIONS:
        walk.fates[id(claim)] = Ruling(Fate.TAKEN_TOO_OFTEN)
        return walk
    if not (walk.days[day] if day else 0) + sum(walk.statuses[status] for status in rule.cancels):
        walk.fates[id(claim)] = Ruling(Fate.NOTHING_TO_TAKE_BACK)
        return walk
    kept = list[Claim]()
    for old in walk.taken:
        gone = old.status in rule.cancels or (day and _day(old) == day)
        (walk.lost.setdefault(old.status, []) if gone else kept).append(old)
        if gone:
            walk.fates[id(old)] = Ruling(Fate.TAKEN_BACK, at=claim.effective_at)
    again = _walk(
        ladder,
        rules,
        [old for old in kept if not rules.get(old.rule, Rule("")).cancels],
        replace(_beginning(ladder), fates=walk.fates),
    )
    walk.fates[id(claim)] = Ruling(Fate.TAKES_BACK)
    again.remember(kept)
    again.revoked = walk.revoked + 1
    again.lost = walk.lost
    again.takers = [*walk.takers, claim]
    return again


def _day(claim: Claim) -> str:
    return str(claim.details.get("date", claim.effective_at.date().isoformat()))


def _step(ladder: Ladder, rules: Mapping[str, Rule], claim: Claim, walk: _State) -> None:
    """Move, renew or set aside: the one place where a claim meets a status, and where it is said what became of it."""
    rule = rules.get(claim.rule) or Rule(claim.rule)
    ruling = _stepped(ladder, rules, rule, claim, walk)
    if ruling.fate.counts or not rule.cancels:  # what takes something back has its ruling
        walk.fates[id(claim)] = ruling


def _stepped(ladder: Ladder, rules: Mapping[str, Rule], rule: Rule, claim: Claim, walk: _State) -> Ruling:
    """What is old on the day of its text fills in what nobody said before, and moves nothing that somebody did."""
    leads = claim.quote.tier in AUTHORITATIVE
    if leads and ladder.attributes and not _is_of_less(ladder, rule, claim, walk):
        _note(claim, walk, [name for name in claim.details if name in ladder.attributes])
    if claim.status == walk.status and walk.setter is not None:
        return _renew(ladder.rung(walk.status), rules, claim, walk, walk.setter) if leads else _REPEATED
    barred = (why_old(claim) if walk.setter is not None else None) or _barred(ladder, rule, claim, walk)
    if barred is not None:
        return barred
    walk.status, walk.setter = claim.status, claim
    walk.standing = Standing.PROVISIONAL if leads else Standing.REPORTED
    walk.path.append((claim.status, claim.effective_at))
    if not leads:
        walk.reported.add(walk.path[-1])
    for name in walk.ways.keys() & claim.details.keys():
        walk.ways[name].clear()  # a new status begins with the ways that its own words state
    _note_whole(rule, claim, walk)
    return _MOVED


def _is_of_less(ladder: Ladder, rule: Rule, claim: Claim, walk: _State) -> bool:
    """Whether a sentence tells of less than what is open to all by now: its version and its ways in are of another thing."""
    rung = ladder.rung(walk.status)
    lower = walk.setter is not None and ladder.rank(claim.status) < ladder.rank(walk.status)
    return lower and rung.urgent and not rung.steps_back and rule.sentence is not None


def _barred(ladder: Ladder, rule: Rule, claim: Claim, walk: _State) -> Ruling | None:
    """Why a claim may not move the track from where it stands; None where it may."""
    now, then = ladder.rank(walk.status), ladder.rank(claim.status)
    if ladder.rung(walk.status).final:
        return Ruling(Fate.FINAL, walk.status)
    if walk.status in rule.not_from:
        return Ruling(Fate.NOT_FROM, walk.status)
    first_word = walk.setter is None and then == now
    if then > now or walk.status in rule.back_from or claim.rule in DECLARED or first_word:
        return None
    return Ruling(Fate.LOWER, walk.status)


def _renew(rung: Status, rules: Mapping[str, Rule], claim: Claim, walk: _State, setter: Claim) -> Ruling:
    """The same status again in leading words: they raise a report; a second event of a step back is a new one."""
    rule = rules.get(claim.rule) or Rule(claim.rule)
    if walk.standing is Standing.REPORTED:
        walk.standing = Standing.PROVISIONAL
    old = is_old(claim)
    again = rung.steps_back and claim.event and claim.event != setter.event and claim.effective_at > setter.effective_at
    if old or not again:
        walk.reported.discard(walk.path[-1])
    if not old and (again or _is_row_of_print(rung, rules, claim, setter)):
        walk.setter = claim
        walk.path[len(walk.path) if again else -1 :] = [(claim.status, claim.effective_at)]
        if not again:
            walk.fates[id(setter)] = _REPEATED
        _note_whole(rule, claim, walk)
        return _MOVED
    if not old and not claim.event and _contradicts(claim, walk):
        _note_whole(rule, claim, walk)
    elif again or not claim.event or claim.event == setter.event:
        _note(claim, walk, claim.details)
    else:
        return _OTHER_EVENT
    return _REPEATED


def _is_row_of_print(rung: Status, rules: Mapping[str, Rule], claim: Claim, setter: Claim) -> bool:
    """Whether a record's row tells the event of which the setter, a document that names none, is the trace.

    A print may be dated before its vote; the day, the manner and the tally are those of the vote.
    """
    by_facts = all(rule and rule.sentence is None for rule in (rules.get(claim.rule), rules.get(setter.rule)))
    near = claim.effective_at - setter.effective_at <= rung.within
    return bool(by_facts and near and claim.event and not setter.event and not rung.steps_back)


def _contradicts(claim: Claim, walk: _State) -> bool:
    return any(walk.details.get(name, value) != value for name, value in claim.details.items())


def _note_whole(rule: Rule, claim: Claim, walk: _State) -> None:
    """Take over a claim's details as a whole where it is a row of a record: a vote by voice has no tally of another vote."""
    if rule.sentence is None:
        for name in rule.details.keys() - claim.details.keys():
            walk.details.pop(name, None)
            walk.proofs.pop(name, None)
    _note(claim, walk, claim.details)


def _note(claim: Claim, walk: _State, names: Iterable[str]) -> None:
    """Take details over from a claim; what is old changes none. The first words that hold a value of a thing stay its proof."""
    old, of = is_old(claim), _named({**walk.details, **claim.details}, walk.naming)
    for name in names:
        value, words = claim.details[name], claim.proofs.get(name)
        quote = replace(claim.quote, text=words) if words else claim.quote
        beside = not (old and name in walk.details) and _holds_beside(walk, name, value, quote, of)
        same = name in walk.proofs and walk.details[name] == value
        proved = holds_value(walk.proofs[name].text, value) and walk.of.get(name) == of if same else False
        if beside or (same and (proved or not holds_value(quote.text, value))):
            continue
        if same or not (old and name in walk.details):
            firsts = walk.firsts.setdefault(name, {})
            if walk.details.get(name) != value:
                walk.again.pop(name, None)
                walk.again |= {name: firsts[value]} if value in firsts else {}
            firsts.setdefault(value, claim.effective_at)
            walk.proofs[name], walk.details[name], walk.of[name] = quote, value, of


def _named(details: Mapping[str, object], naming: Iterable[str]) -> str:
    """The thing that details name: `Claude Fable 5`."""
    return ", ".join(str(details[name]) for name in sorted(naming) if details.get(name))


def _holds_beside(walk: _State, name: str, value: Scalar | tuple[Scalar, ...], quote: Quote, of: str) -> bool:
    """Whether a value holds already of the same thing beside the one that was stated last.

    Else it is noted as the last one, alone where it says "only".
    """
    held = walk.ways.get(name)
    if held is None:
        return False
    if says_only(quote.text):
        held[:] = [value]
    elif value in held and walk.of.get(name) == of:
        return walk.details.get(name) != value
    else:
        held[:] = [*(each for each in held if each != value), value]
    return False


def _beside(walk: _State) -> Facts:
    """The values that hold beside those that were stated last."""
    others = {name: [each for each in held if each != walk.details.get(name)] for name, held in walk.ways.items()}
    return {
        name: tuple(part for each in held for part in (each if isinstance(each, tuple) else (each,)))
        for name, held in others.items()
        if held
    }


def _verdict(track: Track, rules: Mapping[str, Rule], support: Sequence[Claim], walk: _State) -> TrackVerdict:
    status = track.ladder.rung(walk.status)
    if walk.setter is None:
        return TrackVerdict(
            track.id,
            status.id,
            Standing.PROVISIONAL if walk.takers else Standing.DECLARED,
            None,
            None,
            quotes_of(walk.takers),
            details=walk.details,
            proofs=walk.proofs,
            because_of=_because(walk),
        )
    voices = independent_sources(support)
    rule = rules.get(walk.setter.rule)
    confirm = rule.confirm if rule and rule.confirm is not None else status.confirm
    standing = walk.standing if walk.standing is Standing.REPORTED else standing_of(voices, confirm=confirm)
    standing = Standing.DECLARED if is_declared(support) else standing
    return TrackVerdict(
        track=track.id,
        status=status.id,
        standing=standing,
        since=walk.setter.effective_at,
        seen_at=_seen(walk.setter, support),
        evidence=quotes_of([*support, *(taker for taker in walk.takers if taker.effective_at >= walk.setter.effective_at)]),
        voices=voices,
        details=walk.details,
        proofs=walk.proofs,
        again=walk.again,
        of=_of_others(walk),
        beside=_beside(walk),
        path=tuple(walk.path),
        reported=tuple(step for step in walk.path if step in walk.reported),
        reason=walk.setter.reason,
        because_of=_because(walk),
    )


def _seen(setter: Claim, support: Iterable[Claim]) -> datetime:
    """When the watch first saw what set the status: what is declared was seen by nobody, and counts where nothing was read."""
    read = (claim.quote.seen_at for claim in support if claim.rule != KNOWN)
    return min(read, default=setter.quote.seen_at) if setter.rule == KNOWN else setter.quote.seen_at


def _of_others(walk: _State) -> dict[str, str]:
    """Of which thing each detail was told that was told of no other than an earlier one."""
    now = _named(walk.details, walk.naming)
    return {name: of for name, of in walk.of.items() if of and of != now and name in walk.details and name not in walk.naming}


def _because(walk: _State) -> str:
    return "correction" if walk.takers else ""


def _support(status: Status, walk: _State, setter: Claim, told: Sequence[Claim], trace: Trace | None) -> list[Claim]:
    """The claim that set the status first, then all that say the same of the same event."""
    lost = {id(claim) for some in walk.lost.values() for claim in some}
    apart = partial(_apart, setter, setter.effective_at - status.within, walk, lost)
    same = (claim for claim in told if claim.status == status.id and claim is not setter)
    return [setter, *sifted(same, apart, trace)]


def _apart(setter: Claim, earliest: datetime, walk: _State, lost: AbstractSet[int], claim: Claim) -> Ruling | None:
    """Why a claim of the present status does not support what set it."""
    if id(claim) in lost:
        return walk.fates[id(claim)]
    if claim.effective_at < earliest:
        return Ruling(Fate.OTHER_TIME, at=setter.effective_at)
    if claim.event and setter.event and claim.event != setter.event:
        return _OTHER_EVENT
    if walk.standing is Standing.REPORTED or claim.quote.tier in AUTHORITATIVE or claim.quote.tier is Tier.PARTNER:
        return None
    return BESIDE_OFFICIAL
