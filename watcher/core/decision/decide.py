"""Where a signal stands: a pure function of what was claimed, how its sources are, and the time; and when that may change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from watcher.core.decision.corroboration import AUTHORITATIVE
from watcher.core.decision.figures import figures_of, half_of
from watcher.core.decision.flags import GONE_FOR, flags_of
from watcher.core.decision.fold import fold_track
from watcher.core.decision.series import HOPE, doubtful_events, fold_series
from watcher.core.model import (
    Claim,
    DeclaredFact,
    Headline,
    Health,
    Outcome,
    Quote,
    Signal,
    Source,
    SourceOutage,
    Trace,
    Track,
    TrackVerdict,
    Verdict,
)

UNKNOWN = "Unknown"
"""The answer in a word before anything is decided."""
_PLACE = re.compile(r"\{([a-z0-9_-]{1,40})\.([a-z0-9_]{1,40})\}")


def decide(
    signal: Signal, claims: Iterable[Claim], healths: Iterable[Health], now: datetime, trace: Trace | None = None
) -> Verdict:
    """The verdict of `signal` at `now` (aware) from its claims in any order and the health of its sources.

    Who wants to know what became of each claim hands over a trace.
    """
    told, states = list(claims), list(healths)
    mine: dict[str, list[Claim]] = {}
    for claim in told:
        mine.setdefault(claim.track, []).append(claim)
    tracks = tuple(_track_verdict(track, mine.get(track.id, []), states, now, signal, trace) for track in signal.tracks)
    headline = headline_of(signal, tracks)
    blind = blindness(signal, states, now)
    figures = figures_of(signal, tracks, told, now)
    return Verdict(
        signal=signal.id,
        headline=headline.id,
        headline_label=label_of(headline, signal, tracks),
        word=filled(headline.word, signal, tracks),
        sentence=filled(headline.says, signal, tracks),
        brief=filled(headline.brief, signal, tracks),
        means=filled(headline.means, signal, tracks),
        tracks=tracks,
        half=half_of(signal, figures, now),
        figures=figures,
        blind=blind,
        as_of=now,
        verified_at=verified_at(signal, states),
        cannot_see_since=min((b.since for b in blind if b.essential), default=None),
    )


def held_back(signal: Signal, claims: Iterable[Claim], now: datetime) -> list[Claim]:
    """What leading words say and nobody can date, or tell from an event that was counted: for a person. Pure."""
    told = list(claims)
    found: list[Claim] = []
    for track in signal.tracks:
        mine = [claim for claim in told if claim.track == track.id and claim.status and not claim.review]
        if track.ladder.series:
            found += doubtful_events(track, mine, now)
        else:
            found += [claim for claim in mine if claim.undated and claim.quote.tier in AUTHORITATIVE]
    return [replace(claim, review=True) for claim in found]


def _track_verdict(
    track: Track, mine: Sequence[Claim], healths: Sequence[Health], now: datetime, signal: Signal, trace: Trace | None
) -> TrackVerdict:
    series = track.ladder.series
    verdict = (
        fold_series(track, mine, now, signal.opened, trace, signal.article) if series else fold_track(track, mine, now, trace)
    )
    beside = Trace() if trace is not None else None
    flags = flags_of(track, verdict, mine, healths, now, beside)
    if trace is not None and beside is not None:
        trace.beside(beside)
    return replace(verdict, flags=flags)


def known_claims(signal: Signal, *, until: datetime | None = None) -> tuple[Claim, ...]:
    """The declared history as claims; with `until`, only what was already past then."""
    return tuple(_known_claim(signal, known) for known in signal.known if until is None or known.at <= until)


def _known_claim(signal: Signal, known: DeclaredFact) -> Claim:
    details = {
        **known.details,
        **({"title": known.title} if known.title else {}),
        **({"clears": "+".join(known.clears)} if known.clears else {}),
    }
    return Claim(
        signal=signal.id,
        track=known.track,
        rule="known",
        status=known.status,
        flag=known.flag,
        effective_at=known.at,
        voice=f"known:{known.url}",
        event=known.event,
        details=details,
        reason="declared as known history",
        quote=Quote(
            known.quote, known.url, known.publisher, known.tier, known.at, published=known.at, title=known.title, source="known"
        ),
    )


def headline_of(signal: Signal, tracks: Iterable[TrackVerdict], **instead: str) -> Headline:
    """The first headline whose tracks all have one of its statuses; `instead` puts another status for a track."""
    statuses = {verdict.track: verdict.status for verdict in tracks} | instead
    for line in signal.headlines:
        either = [statuses.get(track) in wanted for track, wanted in line.any_of.items()]
        if all(statuses.get(track) in wanted for track, wanted in line.when.items()) and (not either or any(either)):
            return line
    return Headline("unknown", "No headline holds")


def label_of(headline: Headline, signal: Signal, tracks: Iterable[TrackVerdict]) -> str:
    """The headline's words with `{track.label}` and `{track.detail}` filled in."""
    return filled(headline.label, signal, tracks)


def filled(words: str, signal: Signal, tracks: Iterable[TrackVerdict]) -> str:
    """Words of a headline with `{track.label}` and `{track.detail}` filled in."""
    values: dict[tuple[str, str], str] = {}
    for verdict in tracks:
        rung = signal.track(verdict.track).ladder.rung(verdict.status)
        values |= {(verdict.track, name): str(value) for name, value in verdict.details.items()}
        values |= {(verdict.track, "label"): rung.label, (verdict.track, "standing"): verdict.standing.value}
    return re.sub(r"\s+", " ", _PLACE.sub(lambda m: values.get((m[1], m[2]), ""), words)).strip()


def blindness(signal: Signal, healths: Iterable[Health], now: datetime) -> tuple[SourceOutage, ...]:
    """The declared sources without a trustworthy reading for longer than their grace, or silent for too long."""
    sources = {source.id: source for source in signal.sources}
    found = (_blind(sources[health.source], health, now) for health in healths if health.source in sources)
    return tuple(sorted((blind for blind in found if blind), key=lambda blind: (not blind.essential, blind.since, blind.source)))


def _blind(source: Source, health: Health, now: datetime) -> SourceOutage | None:
    """Whether a source cannot be trusted: one that was never read well has no grace, unless it was well seen to be missing."""
    absent = source.may_be_missing and health.gone_since is not None
    seen = (health.failing_since if absent else None) or health.last_good_at or health.first_tried_at
    if seen is None or (source.may_be_missing and health.outcome == Outcome.GONE):
        return None
    never = health.last_good_at is None and not absent
    failing = health.outcome not in (Outcome.OK, Outcome.UNCHANGED, "")
    if failing and (never or now - seen > source.grace):
        return _unseen(source, seen, health.error or health.outcome, never=never)
    if now - seen > source.grace + source.every:
        return _unseen(source, seen, "not polled", never=never)
    newest = health.newest_entry_at
    if source.expect_every and newest and now - newest > source.expect_every:
        return replace(_unseen(source, newest + source.expect_every, f"nothing new since {newest:%Y-%m-%d}"), essential=False)
    return None


def _unseen(source: Source, since: datetime, why: str, *, never: bool = False) -> SourceOutage:
    return SourceOutage(source.id, source.url, since, why, essential=source.essential, title=source.title, never=never)


STANDS_STILL = timedelta(days=60)
"""After so long without a new entry it is said of a source that is read that nothing new stood in it."""


def stands_still(health: Health, now: datetime) -> bool:
    """Whether the newest entry of a source is older than `STANDS_STILL` at `now`; without dated entries nobody knows."""
    return health.newest_entry_at is not None and now - health.newest_entry_at > STANDS_STILL


def verified_at(signal: Signal, healths: Iterable[Health]) -> datetime | None:
    """When the oldest of the essential sources (of all, where none is essential) was last read well; None if one never was."""
    essential = {source.id for source in signal.sources if source.essential} or {source.id for source in signal.sources}
    read = [health.last_good_at for health in healths if health.source in essential]
    good = [moment for moment in read if moment is not None]
    return min(good) if good and len(good) == len(read) else None


# When time alone may change a verdict: until then it need not be decided again, if nothing is heard.

JUST_AFTER = timedelta(microseconds=1)


def next_change(signal: Signal, claims: Sequence[Claim], healths: Iterable[Health], now: datetime) -> datetime:
    """The first moment after `now` (aware) at which `decide` may say something else of the same claims and healths.

    At the latest the next midnight (UTC): what counts days or months changes then. What cannot be seen is not looked at. Pure.
    """
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    return min([midnight, *(moment for moment in _turning_points(signal, claims, healths) if moment > now)])


def _turning_points(signal: Signal, claims: Sequence[Claim], healths: Iterable[Health]) -> Iterator[datetime]:
    """Every moment from which on a decision may say something else."""
    if signal.opened is not None:
        yield signal.opened
    for track in signal.tracks:
        yield from (rule.clock for rule in track.ladder.rules if rule.clock is not None)
    yield from (health.gone_since + GONE_FOR for health in healths if health.gone_since is not None)
    spans = _spans_of_claims(signal)
    for claim in claims:
        yield claim.effective_at
        yield from (claim.effective_at + span + JUST_AFTER for span in spans)  # at the end of its time it still counts


def _spans_of_claims(signal: Signal) -> set[timedelta]:
    """For how long what was claimed counts, in every way that a ladder may ask for."""
    spans = {HOPE}
    for track in signal.tracks:
        spans |= {status.expires for status in track.ladder.statuses if status.expires is not None}
        spans |= {flag.lasts for flag in track.ladder.flags}
    return spans
