"""The fold of a ladder: claims in the order of what happened, one status at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from watcher.core.decision.corroboration import (
    AUTHORITATIVE,
    has_happened,
    in_order,
    independent_sources,
    is_declared,
    is_old,
    quotes_of,
    reports_of_press,
    standing_of,
)
from watcher.core.decision.proof import holds
from watcher.core.model import Claim, Ladder, Quote, Rule, Scalar, Standing, Status, Tier, Track, TrackVerdict

DECLARED = frozenset({"known", "operator"})
"""Rules of people: history declared in the configuration, evidence recorded by the operator. They may move anywhere."""
MAX_REVOCATIONS = 50
"""So often may something be taken back on one track: each time what came before is walked through again."""
_Details = dict[str, Scalar | tuple[Scalar, ...]]


@dataclass(slots=True)
class _State:
    """Where the fold stands while it walks through the claims."""

    status: str
    setter: Claim | None = None
    standing: Standing = Standing.PROVISIONAL
    report: tuple[Claim, ...] = ()
    path: list[tuple[str, datetime]] = field(default_factory=list)
    details: _Details = field(default_factory=dict)
    proofs: dict[str, Quote] = field(default_factory=dict)
    taken: list[Claim] = field(default_factory=list)
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


def fold_track(track: Track, claims: Iterable[Claim], now: datetime) -> TrackVerdict:
    """The verdict of one track at `now` from its claims (any order). Pure."""
    ladder = track.ladder
    rules = {rule.id: rule for rule in ladder.rules}
    told = in_order(claim for claim in claims if _counts(claim, rules) and has_happened(claim, now))
    leading = [
        claim
        for claim in told
        if claim.quote.tier in AUTHORITATIVE or (claim.rule in DECLARED and claim.quote.tier is Tier.PRESS)
    ]
    more = [*_clock_claims(track, now), *_reports(ladder, told)]
    marks = in_order([*leading, *more]) if more else leading
    walk = _walk(ladder, rules, marks, _State(ladder.statuses[0].id))
    return _verdict(track, rules, told, walk)


def _counts(claim: Claim, rules: Mapping[str, Rule]) -> bool:
    """Whether a claim says a status or takes one back."""
    takes_back = claim.rule in rules and bool(rules[claim.rule].cancels)
    return not claim.review and not claim.figure and bool(claim.status or takes_back)


def _reports(ladder: Ladder, told: Sequence[Claim]) -> list[Claim]:
    """For each status that press may reach: the claim that completes the report, once per wave of reports."""
    waves = (
        reports_of_press(
            (claim for claim in told if claim.status == status.id and not is_old(claim)),
            count=status.report,
            within=status.within,
        )
        for status in ladder.statuses
        if status.report
    )
    return [wave[-1] for each in waves for wave in each]


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
            for one in _given_back(rules, claim, walk) or [claim]:
                _step(ladder, rules, one, walk)
        walk.take(claim)
    return walk


def _given_back(rules: Mapping[str, Rule], claim: Claim, walk: _State) -> list[Claim]:
    """What was taken back of a status, where a row that tells nothing of its own says that it stands: its day and its details."""
    rule = rules.get(claim.rule)
    if rule is None or rule.sentence is not None or rule.details or claim.status == walk.status:
        return []
    back = walk.lost.pop(claim.status, [])
    walk.takers = [] if back else walk.takers
    return back


def _revoke(ladder: Ladder, rules: Mapping[str, Rule], rule: Rule, claim: Claim, walk: _State) -> _State:
    """Fold again without the claims that this one cancels (a vitiated or returned action)."""
    day = str(claim.details.get("vitiates", ""))
    day = day if "day" in rule.cancels else ""
    if walk.revoked == MAX_REVOCATIONS or not (walk.days[day] if day else 0) + sum(
        walk.statuses[status] for status in rule.cancels
    ):
        return walk
    kept = list[Claim]()
    for old in walk.taken:
        gone = old.status in rule.cancels or (day and _day(old) == day)
        (walk.lost.setdefault(old.status, []) if gone else kept).append(old)
    again = _walk(
        ladder, rules, [old for old in kept if not rules.get(old.rule, Rule("")).cancels], _State(ladder.statuses[0].id)
    )
    again.remember(kept)
    again.revoked = walk.revoked + 1
    again.lost = walk.lost
    again.takers = [*walk.takers, claim]
    return again


def _day(claim: Claim) -> str:
    return str(claim.details.get("date", claim.effective_at.date().isoformat()))


def _step(ladder: Ladder, rules: Mapping[str, Rule], claim: Claim, walk: _State) -> None:
    """Move, renew or ignore: the one place where a claim meets a status.

    What is old on the day of its text fills in what nobody said before, and moves nothing that somebody did.
    """
    leads, old, rule = claim.quote.tier in AUTHORITATIVE, is_old(claim), rules.get(claim.rule) or Rule(claim.rule)
    if leads and ladder.attributes:
        _note(claim, walk, [name for name in claim.details if name in ladder.attributes])
    if claim.status == walk.status and walk.setter is not None:
        if leads:
            _renew(ladder.rung(walk.status), rules, claim, walk, walk.setter)
    elif (walk.setter is None or not old) and _may_move(ladder, rule, claim, walk):
        walk.status, walk.setter = claim.status, claim
        walk.standing = Standing.PROVISIONAL if leads else Standing.REPORTED
        walk.path.append((claim.status, claim.effective_at))
        _note_whole(rule, claim, walk)


def _may_move(ladder: Ladder, rule: Rule, claim: Claim, walk: _State) -> bool:
    now, then = ladder.rank(walk.status), ladder.rank(claim.status)
    if ladder.rung(walk.status).final or walk.status in rule.not_from:
        return False
    first_word = walk.setter is None and then == now
    return then > now or walk.status in rule.back_from or claim.rule in DECLARED or first_word


def _renew(rung: Status, rules: Mapping[str, Rule], claim: Claim, walk: _State, setter: Claim) -> None:
    """The same status again in leading words: they raise a report; a second event of a step back is a new one."""
    rule = rules.get(claim.rule) or Rule(claim.rule)
    if walk.standing is Standing.REPORTED:
        walk.standing = Standing.PROVISIONAL
    old = is_old(claim)
    again = rung.steps_back and claim.event and claim.event != setter.event and claim.effective_at > setter.effective_at
    if not old and (again or _is_row_of_print(rung, rules, claim, setter)):
        walk.setter = claim
        walk.path[len(walk.path) if again else -1 :] = [(claim.status, claim.effective_at)]
        _note_whole(rule, claim, walk)
    elif not old and not claim.event and _contradicts(claim, walk):
        _note_whole(rule, claim, walk)
    elif again or not claim.event or claim.event == setter.event:
        _note(claim, walk, claim.details)


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
    """Take details over from a claim; what is old changes none. The first words that hold a value stay its proof."""
    old = is_old(claim)
    for name in names:
        value, words = claim.details[name], claim.proofs.get(name)
        quote = replace(claim.quote, text=words) if words else claim.quote
        same = name in walk.proofs and walk.details[name] == value
        if same and (holds(walk.proofs[name].text, value) or not holds(quote.text, value)):
            continue
        if same or not (old and name in walk.details):
            walk.proofs[name], walk.details[name] = quote, value


def _verdict(track: Track, rules: Mapping[str, Rule], told: Sequence[Claim], walk: _State) -> TrackVerdict:
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
    support = _support(status, walk, walk.setter, told)
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
        seen_at=walk.setter.quote.seen_at,
        evidence=quotes_of([*support, *(taker for taker in walk.takers if taker.effective_at >= walk.setter.effective_at)]),
        voices=voices,
        details=walk.details,
        proofs=walk.proofs,
        path=tuple(walk.path),
        reason=walk.setter.reason,
        because_of=_because(walk),
    )


def _because(walk: _State) -> str:
    return "correction" if walk.takers else ""


def _support(status: Status, walk: _State, setter: Claim, told: Sequence[Claim]) -> list[Claim]:
    """The claim that set the status first, then all that say the same of the same event."""
    earliest, lost = setter.effective_at - status.within, {id(claim) for some in walk.lost.values() for claim in some}
    same = [
        claim
        for claim in told
        if claim.status == status.id
        and claim is not setter
        and id(claim) not in lost
        and claim.effective_at >= earliest
        and (not claim.event or not setter.event or claim.event == setter.event)
        and (walk.standing is Standing.REPORTED or claim.quote.tier in AUTHORITATIVE or claim.quote.tier is Tier.PARTNER)
    ]
    return [setter, *same]
