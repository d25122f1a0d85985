"""Flags: what a reader should see beside a status, raised and lowered by words, by time and by vanished pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from watcher.core.decision.corroboration import (
    AUTHORITATIVE,
    BESIDE_OFFICIAL,
    REPORTED_BEFORE,
    REPORTING,
    has_happened,
    in_order,
    quotes_of,
    reports_of_press,
    sifted,
    tell,
    unled,
)
from watcher.core.decision.fold import DECLARED
from watcher.core.model import (
    Claim,
    Fate,
    Flag,
    Health,
    Quote,
    RaisedFlag,
    Rule,
    Ruling,
    Standing,
    Tier,
    Trace,
    Track,
    TrackVerdict,
)

GONE_POLLS = 3
GONE_FOR = timedelta(hours=24)
"""A page is gone when it answers 404 or 410 to three polls over a day."""
FAR_PAST = datetime(1970, 1, 1, tzinfo=UTC)
REVISED_FOR = timedelta(days=14)
"""How long a revised page is marked as such."""


def flags_of(
    track: Track,
    verdict: TrackVerdict,
    claims: Iterable[Claim],
    healths: Iterable[Health],
    now: datetime,
    trace: Trace | None = None,
) -> tuple[RaisedFlag, ...]:
    """All flags of a track that are up at `now`, oldest first, and what became of the words about them, for the trace."""
    if not track.ladder.flags:
        return ()
    told = in_order(claim for claim in claims if has_happened(claim, now))
    specs = {flag.id: flag for flag in track.ladder.flags}
    rules = {rule.id: rule for rule in track.ladder.rules}
    up = [raised for flag in specs.values() for raised in _by_words(flag, told, rules, now, trace)]
    up += [raised for flag in specs.values() if flag.differs for raised in _differing(flag, verdict, told)]
    if "quiet" in specs:
        up += _quiet(specs["quiet"], track, verdict, now)
    if "overdue" in specs:
        up += _overdue(specs["overdue"], track, verdict, now)
    if "page_gone" in specs:
        up += [_gone(specs["page_gone"], health) for health in healths if _is_gone(health, now)]
    if "revised" in specs:
        up += _revised(specs["revised"], verdict, now)
    return tuple(sorted(up, key=lambda flag: (flag.since, flag.id, flag.subject)))


def standing_of_flag(flag: RaisedFlag) -> Standing:
    """How well a flag is supported by its own words, whatever stands beside it: press alone confirms nothing."""
    if flag.evidence and all(quote.source == "known" for quote in flag.evidence):
        return Standing.DECLARED
    return Standing.CONFIRMED if any(quote.tier in AUTHORITATIVE for quote in flag.evidence) else Standing.REPORTED


def has_run_out(raised: RaisedFlag, now: datetime) -> bool:
    """Whether a flag is down because its time is over and not because anything happened: that is no news."""
    return raised.until is not None and now > raised.until


def _by_words(
    flag: Flag, told: Sequence[Claim], rules: Mapping[str, Rule], now: datetime, trace: Trace | None
) -> list[RaisedFlag]:
    """Raised by official words or by enough publishers, unless a later claim clears it; once for each event that they name."""
    clearing = [c for c in told if _clears(c, flag.id, rules) and c.quote.tier in AUTHORITATIVE]
    cleared = max((c.effective_at for c in clearing), default=None)
    raising = [c for c in told if c.flag == flag.id]
    words = list(sifted(raising, _lowered(cleared), trace)) if cleared else raising
    if len(words) < len(raising):
        tell(trace, (c for c in clearing if c.effective_at >= raising[0].effective_at), Ruling(Fate.CLEARS, flag=flag.id))
    official = [(c,) for c in words if c.quote.tier in AUTHORITATIVE or c.rule in DECLARED]
    events: dict[str, list[list[Claim]]] = {}
    for told_together in official or _reported(flag, words, trace):
        by_event: dict[str, list[Claim]] = {}
        for claim in told_together:
            by_event.setdefault(claim.event, []).append(claim)
        for event, own in by_event.items():
            events.setdefault(event, []).append(own)
    up = []
    tell(trace, words if official else (), BESIDE_OFFICIAL)
    for event, raised in events.items():
        run = _unbroken(raised, flag.lasts)
        since, until = run[0][-1].effective_at, run[-1][-1].effective_at + flag.lasts
        tell(trace, (claim for each in raised for claim in each), Ruling(Fate.FLAG_OVER, at=since))
        if now <= until:
            standing = [claim for each in run for claim in each]
            tell(trace, standing, Ruling(Fate.FLAG_UP, at=since))
            first = run[0][-1]
            undated = first.quote.published is None and first.effective_at == first.quote.seen_at
            up.append(RaisedFlag(flag.id, flag.label, since, quotes_of(standing), flag.mail, event, until, undated))
    return up


def _unbroken(raised: Sequence[list[Claim]], lasts: timedelta) -> Sequence[list[Claim]]:
    """The last of the times that a flag was raised, back to where it had been down before."""
    ends = [each[-1].effective_at for each in raised]
    first = max((n for n in range(1, len(ends)) if ends[n] - ends[n - 1] > lasts), default=0)
    return raised[first:]


def _lowered(cleared: datetime) -> Callable[[Claim], Ruling | None]:
    """Which words raise no flag any more: later ones have lowered it."""
    ruling = Ruling(Fate.FLAG_LOWERED, at=cleared)
    return lambda claim: None if claim.effective_at > cleared else ruling


def _reported(flag: Flag, words: Sequence[Claim], trace: Trace | None) -> Sequence[Sequence[Claim]]:
    """The claims of press that raise a flag together, for each time that they do; none where they are too few."""
    press = list(sifted(words, lambda claim: None if flag.report and claim.quote.tier in REPORTING else unled(claim), trace))
    reports = tuple(reports_of_press(press, count=flag.report, within=flag.within, trace=trace)) if press else ()
    if trace is not None and reports:
        complete, told = reports[0][-1].effective_at, {id(claim) for report in reports for claim in report}
        tell(trace, (one for one in press if one.effective_at > complete and id(one) not in told), REPORTED_BEFORE)
    return reports


def _differing(flag: Flag, verdict: TrackVerdict, told: Sequence[Claim]) -> list[RaisedFlag]:
    """Up while claims of the present status tell a detail of one event differently; all of them are shown."""
    events: dict[tuple[str, str], list[Claim]] = {}
    for claim in told:
        for detail in flag.differs:
            if claim.status == verdict.status and claim.event and detail in claim.details:
                events.setdefault((claim.event, detail), []).append(claim)
    return [
        RaisedFlag(flag.id, flag.label, claims[0].effective_at, quotes_of(claims), mail=flag.mail, subject=event)
        for (event, detail), claims in events.items()
        if len({claim.details[detail] for claim in claims}) > 1
    ]


def _clears(claim: Claim, flag: str, rules: Mapping[str, Rule]) -> bool:
    rule = rules.get(claim.rule)
    cleared = str(claim.details.get("clears", "")).split("+")
    return flag in cleared or (rule is not None and flag in rule.clears)


def _quiet(flag: Flag, track: Track, verdict: TrackVerdict, now: datetime) -> list[RaisedFlag]:
    """Nothing new for longer than `quiet_after`; the last day must have run out."""
    after = track.ladder.quiet_after
    if after is None or not verdict.events or now.date() <= (verdict.events[-1].at + after).date():
        return []
    return [RaisedFlag(flag.id, flag.label, verdict.events[-1].at + after, verdict.events[-1].evidence[:1], mail=flag.mail)]


def _overdue(flag: Flag, track: Track, verdict: TrackVerdict, now: datetime) -> list[RaisedFlag]:
    expires = track.ladder.rung(verdict.status).expires
    if expires is None or verdict.since is None or track.ladder.series or now <= verdict.since + expires:
        return []
    return [RaisedFlag(flag.id, flag.label, verdict.since + expires, verdict.evidence[:1], mail=flag.mail)]


def _is_gone(health: Health, now: datetime) -> bool:
    """Whether a page that was once read well has been missing for long enough."""
    since = health.gone_since
    return since is not None and health.gone_polls >= GONE_POLLS and now - since >= GONE_FOR and health.last_good_at is not None


def _gone(flag: Flag, health: Health) -> RaisedFlag:
    since = health.gone_since or FAR_PAST
    words = f"{health.error or 'not found'} since {since:%Y-%m-%d %H:%M} UTC"
    quote = Quote(words, health.url, health.publisher, Tier.OFFICIAL, since, source=health.source)
    return RaisedFlag(flag.id, flag.label, since, (quote,), mail=flag.mail, subject=health.url)


def _revised(flag: Flag, verdict: TrackVerdict, now: datetime) -> list[RaisedFlag]:
    return [
        RaisedFlag(
            flag.id,
            flag.label,
            event.revised_at,
            event.evidence,
            mail=flag.mail,
            subject=event.key,
            until=event.revised_at + REVISED_FOR,
        )
        for event in verdict.events
        if event.revised_at is not None and now - event.revised_at <= REVISED_FOR
    ]
