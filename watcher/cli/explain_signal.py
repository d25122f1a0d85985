"""Why one signal stands where it stands, and what would move it next, read from the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import typer

from watcher.cli.common import UsageError, fail, print_json
from watcher.cli.explain_text import claim_out
from watcher.cli.opening import open_store
from watcher.config.build import Config
from watcher.core.addresses import redact, redact_all, safe_link
from watcher.core.decision.claims import NearMiss
from watcher.core.decision.decide import decide
from watcher.core.decision.explain import Explanation, explain, near_misses
from watcher.core.model import Ladder, Observation, Rule, Signal, Standing, Trace, TrackVerdict, Verdict
from watcher.pipeline.decide import active_claims
from watcher.store.store import Transaction
from watcher.wording import iso_utc, undecided_line, undecided_words

LOOK_BACK = timedelta(days=60)
"""How far back texts that claim nothing are read again for what was passed over."""
MAX_TEXTS = 200
"""Texts that are read again."""


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that is said of one track."""

    ladder: Ladder
    track: TrackVerdict
    weighed: tuple[Explanation, ...]
    passed: tuple[NearMiss, ...]


def explain_signal(config: Config, name: str, as_of: datetime | None, *, as_json: bool) -> None:
    """Print why a signal stands where it stands, now or then. Exit 1 before its first decision."""
    try:
        signal = config.signal(name)
    except KeyError:
        raise UsageError(f"{name!r} is no signal; expected one of {', '.join(one.id for one in config.signals)}") from None
    with open_store(config.store.url) as store, store.reading() as tx:
        verdict = tx.verdicts.as_of(name, as_of) if as_of else tx.verdicts.latest(name)
        if verdict is None:
            raise fail(f"{name}: nothing was known then" if as_of else f"{name}: not decided yet; `watcher once` looks")
        found = tuple(_why(tx, signal, verdict, as_of))
    if as_json:
        print_json(redact_all(_plain(signal, verdict, found)))
    else:
        _show(signal, verdict, found)


def say_why(tx: Transaction, signal: Signal, as_of: datetime | None) -> dict[str, Any] | None:
    """Why a signal stands where it stands, as plain values; None before its first decision."""
    verdict = tx.verdicts.as_of(signal.id, as_of) if as_of else tx.verdicts.latest(signal.id)
    return redact_all(_plain(signal, verdict, _why(tx, signal, verdict, as_of))) if verdict else None


def _why(tx: Transaction, signal: Signal, verdict: Verdict, as_of: datetime | None) -> Iterator[Why]:
    now = as_of or verdict.as_of
    claims = active_claims(tx, signal, as_of)
    spoken = {claim.observation for claim in claims}
    silent = (one for one in _latest(tx, signal, now, as_of) if one.id not in spoken)
    passed = [near for one in islice(silent, MAX_TEXTS) for near in near_misses(signal, one)]
    trace = Trace()
    for track in decide(signal, claims, (), now, trace).tracks:
        declared = signal.track(track.track)
        weighed = explain(declared, claims, trace)
        yield Why(declared.ladder, track, weighed, tuple(near for near in passed if near.track == track.track))


def _latest(tx: Transaction, signal: Signal, now: datetime, as_of: datetime | None) -> Iterable[Observation]:
    """What was seen in the last weeks, newest first."""
    seen = [one for one in tx.observations.of(signal.id, as_of) if now - one.seen_at <= LOOK_BACK]
    return reversed(seen)


def _plain(signal: Signal, verdict: Verdict, found: Iterable[Why]) -> dict[str, Any]:
    return {
        "signal": signal.id,
        "headline": verdict.headline,
        "headline_label": verdict.headline_label,
        "word": verdict.word,
        "sentence": verdict.says,
        "as_of": iso_utc(verdict.as_of),
        "tracks": [
            {
                "track": why.track.track,
                "status": why.track.status,
                "standing": why.track.standing.value,
                "since": iso_utc(why.track.since),
                "reason": why.track.reason,
                "next": why.ladder.rung(why.track.status).next,
                "would_move": [move.plain() for move in moves_of(why.ladder, why.track)],
                "counted": [_weighed(one) for one in why.weighed if one.counted],
                "not_counted": [_weighed(one) for one in why.weighed if not one.counted],
                "passed_over": [
                    {"status": near.status, "rule": near.rule, "quote": near.quote, "why": near.why} for near in why.passed
                ],
            }
            for why in found
        ],
        "undecided": [undecided_line(one) for one in verdict.undecided],
        "blind": [
            {"source": one.source, "title": one.title, "since": iso_utc(one.since), "why": one.why} for one in verdict.blind
        ],
    }


def _weighed(one: Explanation) -> dict[str, Any]:
    quote = one.claim.quote
    more = {
        "flag": one.claim.flag or None,
        "event": one.claim.event or None,
        "tier": quote.tier.value,
        "url": safe_link(quote.url),
    }
    return {**claim_out(one.claim), **more, "at": iso_utc(one.claim.effective_at), "seen": iso_utc(quote.seen_at), "why": one.why}


def _show(signal: Signal, verdict: Verdict, found: Iterable[Why]) -> None:
    typer.secho(f"{signal.title}: {verdict.answer}", bold=True)
    for why in found:
        since = f", since {why.track.since:%Y-%m-%d}" if why.track.since else ""
        typer.secho(f"\n{why.track.track}: {why.track.status} ({why.track.standing.value}{since})", bold=True)
        if why.track.reason:
            typer.echo(f"  because {why.track.reason}")
        _list("counted", _distinct(one for one in why.weighed if one.counted))
        _list("not counted", _distinct(one for one in why.weighed if not one.counted))
        for near in why.passed[-5:]:
            typer.echo(f"  passed over for {near.status}: {near.why}\n      “{_line(near.quote)}”")
        _list_next(why)
    for one in verdict.undecided:
        typer.echo(f"\n{undecided_words(one)}")
    for blind in verdict.blind:
        typer.echo(f"\n{blind.out_of_sight(blind.name)} {blind.since:%Y-%m-%d %H:%M} UTC: {blind.why}")


def _list_next(why: Why) -> None:
    """What would move it, in the ladder's own words where it has some, and by which rules."""
    typer.echo("  what would move it:")
    for words in (why.ladder.rung(why.track.status).next, *confirmation_hints(why.ladder, why.track)):
        if words:
            typer.echo(f"    {words}")
    moves = moves_of(why.ladder, why.track)
    for move in moves:
        typer.echo(f"    to {move}")
    if not moves:
        typer.echo("    no rule leads on from here")


def _distinct(weighed: Iterable[Explanation]) -> list[Explanation]:
    """The same words of one day and one kind once: many pages carry them."""
    found: dict[tuple[object, ...], Explanation] = {}
    for one in weighed:
        claim = one.claim
        found.setdefault((claim.effective_at.date(), claim.status, claim.flag, claim.quote.text), one)
    return list(found.values())


def _list(title: str, weighed: list[Explanation]) -> None:
    if weighed:
        typer.echo(f"  {title}:")
    for one in weighed[-12:]:
        claim, who = one.claim, f"{one.claim.quote.publisher} ({one.claim.quote.tier})"
        what = claim.status or (f"flag {claim.flag}" if claim.flag else "for a person")
        typer.echo(f"    {claim.effective_at:%Y-%m-%d}  {what} by rule {claim.rule}, {who}: {one.why}")
        typer.echo(f"      “{_line(claim.quote.text)}”")
    if len(weighed) > 12:  # noqa: PLR2004 - as many as are shown
        typer.echo(f"    and {len(weighed) - 12} older ones; --json lists them all")


def _line(text: str) -> str:
    words = redact(" ".join(text.split()))
    return words if len(words) <= 160 else f"{words[:159]}…"  # noqa: PLR2004 - two lines of a terminal


@dataclass(frozen=True, slots=True)
class Move:
    """One status that can come next, and what would bring it."""

    status: str
    rules: tuple[str, ...]
    said_by: tuple[str, ...]

    def __str__(self) -> str:
        """In one line."""
        who = f" from {' or '.join(self.said_by)} sources" if self.said_by else ""
        return f"{self.status}, by rule {', '.join(self.rules)}{who}"

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"status": self.status, "rules": list(self.rules), "said_by": list(self.said_by)}


def moves_of(ladder: Ladder, track: TrackVerdict) -> tuple[Move, ...]:
    """The statuses that new claims could move the track to, in the order of the ladder; none from a final one."""
    here = next((place for place, rung in enumerate(ladder.statuses) if rung.id == track.status), 0)
    if ladder.statuses[here].final:
        return ()
    found = []
    for place, rung in enumerate(ladder.statuses):
        rules = [rule for rule in ladder.rules if rule.status == rung.id and _leaves(rule, track.status, up=place > here)]
        if rules and (place != here or ladder.series):
            speakers = dict.fromkeys(tier.value for rule in rules for tier in rule.by)
            found.append(Move(rung.id, tuple(rule.id for rule in rules), tuple(speakers)))
    return tuple(found)


def _leaves(rule: Rule, status: str, *, up: bool) -> bool:
    return (up and status not in rule.not_from) or status in rule.back_from


def confirmation_hints(ladder: Ladder, track: TrackVerdict) -> Iterator[str]:
    """What would make the standing of the present status firmer, in words."""
    voices = ladder.rung(track.status).confirm
    if track.standing is Standing.REPORTED:
        yield "official words would confirm it; the press alone cannot"
    elif track.standing is Standing.PROVISIONAL and track.evidence:
        yield f"another voice would confirm it: it asks for {voices} that do not copy each other, one of them official"
