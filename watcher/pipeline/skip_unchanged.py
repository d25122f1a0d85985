"""Signals of which nothing new was heard: what stood still stands, noted for many at once without deciding it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from watcher.core.decision.decide import blindness, decide, verified_at
from watcher.core.model import Claim, Health, Signal, Verdict
from watcher.store import Store, Transaction

HOLDS = "holds until "
"""Under this name and the signal's id the store keeps until when time alone changes nothing of its verdict."""
AHEAD = timedelta(hours=1)
"""A verdict is looked at this far ahead."""


def cache_until(tx: Transaction, signal: Signal, claims: Sequence[Claim], healths: Sequence[Health], verdict: Verdict) -> None:
    """Note whether the same claims say the same some time from now; one with something unseen is never taken for granted."""
    then = verdict.as_of + AHEAD
    later = decide(signal, claims, healths, then)
    same = replace(
        later,
        as_of=verdict.as_of,
        blind=verdict.blind,
        verified_at=verdict.verified_at,
        cannot_see_since=verdict.cannot_see_since,
        baseline=verdict.baseline,
        undecided=verdict.undecided,
    )
    if same == verdict and not verdict.blind:
        tx.meta.put(f"{HOLDS}{signal.id}", then.isoformat())
    else:
        invalidate(tx, [signal.id])


def invalidate(tx: Transaction, signals: Iterable[str]) -> None:
    """These are to be decided again: something was seen, or not seen, that may change them."""
    tx.meta.drop_all(f"{HOLDS}{name}" for name in signals)


def skip_unchanged(store: Store, signals: Sequence[Signal], now: datetime) -> frozenset[str]:
    """Of these signals those whose verdict is known to hold, noted as seen to hold at `now` in one transaction.

    Nothing was seen of them since they were decided (whatever is seen calls `forget` in its own transaction), time alone
    changes nothing yet, and every source can still be seen. Raises StoreError.
    """
    if not signals:
        return frozenset()
    with store.writing() as tx:
        calm = {signal.id: signal for signal in _calm(tx, signals, now)}
        known = {source.id: source for signal in calm.values() for source in signal.sources}
        healths: dict[str, list[Health]] = {name: [] for name in calm}
        for owner, health in tx.sources.healths(calm, known):
            healths[owner].append(health)
        seen = {
            name: verified_at(signal, healths[name]) for name, signal in calm.items() if not blindness(signal, healths[name], now)
        }
        tx.verdicts.hold_all(seen, now)
    return frozenset(seen)


def _calm(tx: Transaction, signals: Sequence[Signal], now: datetime) -> Iterable[Signal]:
    """Those of whose verdict time alone changes nothing yet."""
    until = tx.meta.among(f"{HOLDS}{signal.id}" for signal in signals)
    for signal in signals:
        if text := until.get(f"{HOLDS}{signal.id}"):
            end = datetime.fromisoformat(text).astimezone(UTC)
            if end - AHEAD <= now < end:
                yield signal
