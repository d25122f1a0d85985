"""Decide a signal again and book what changed, inside the transaction that holds what was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.core.compare import compare
from watcher.core.decide import decide, known_claims
from watcher.core.model import Blind, Change, Health, Quote, Signal, Standing, Tier, Transition, Verdict
from watcher.store import Transaction

LATE = timedelta(days=14)
"""Events of a series that lie longer than this before the watch began are history, not news."""


def settle(tx: Transaction, signal: Signal, now: datetime, *, known_until: datetime | None = None) -> tuple[Transition, ...]:
    """Decide `signal` at `now`, store the verdict where it says something new, and its transitions.

    Until every source has been tried once there is no verdict: the first one is the baseline.
    """
    healths = tx.sources.health(signal.id)
    before = tx.verdicts.latest(signal.id)
    if before is None and not is_ready(healths):
        return ()
    claims = [*known_claims(signal, until=known_until), *tx.claims.of(signal.id)]
    after = replace(decide(signal, claims, healths, now), baseline=before is None)
    begun = tx.verdicts.began(signal.id)
    told = compare(signal, before, after, old_news=begun - LATE if begun else None)
    if before is None or says_more(before, after):
        tx.verdicts.put(after)
    else:
        tx.verdicts.touch(after)
    return tx.transitions.add([*told, *(blind_edges(before, after) if before else ())])


def is_ready(healths: Iterable[Health]) -> bool:
    """Whether every source, followed pages too, has been tried."""
    return all(health.first_tried_at is not None for health in healths)


def says_more(before: Verdict, after: Verdict) -> bool:
    """Whether two verdicts differ in more than the time they were made."""
    same = {"as_of": after.as_of, "verified_at": after.verified_at, "baseline": after.baseline}
    return replace(before, **same) != after


def blind_edges(before: Verdict, after: Verdict) -> Iterable[Transition]:
    """A source going blind and a source seen again, for the operator alone."""
    was, now = {blind.source: blind for blind in before.blind}, {blind.source: blind for blind in after.blind}
    for name in sorted(now.keys() - was.keys()):
        yield _edge(after, now[name], before="", after="blind")
    for name in sorted(was.keys() - now.keys()):
        yield _edge(after, was[name], before="blind", after="")


def _edge(verdict: Verdict, blind: Blind, *, before: str, after: str) -> Transition:
    quote = Quote(blind.why, blind.url, "", Tier.OPERATOR, verdict.as_of, source=blind.source)
    return Transition(
        signal=verdict.signal,
        track="",
        kind=Change.FLAG,
        before=before,
        after=after,
        at=verdict.as_of,
        standing=Standing.CONFIRMED,
        headline=verdict.headline,
        headline_label=verdict.headline_label,
        evidence=(quote,),
        effective_at=blind.since,
        event=blind.source,
        title=f"{blind.source}: cannot see since {blind.since:%Y-%m-%d %H:%M} UTC" if after else f"{blind.source}: seen again",
        reason=blind.why,
    )
