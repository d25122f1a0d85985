"""Signals of which nothing new was heard: what stood still stands, noted for many at once without deciding it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from watcher.core.decision.decide import blindness, verified_at
from watcher.core.decision.next_change import next_change
from watcher.core.model import Claim, Health, Signal, Verdict
from watcher.store.codec import moment_in
from watcher.store.engine import Scope
from watcher.store.errors import read_value
from watcher.store.records import MetaKey
from watcher.store.store import Store, Transaction

MAX_UNCHANGED_TIME = timedelta(hours=1)
"""Every verdict is decided again after this time, whatever was heard."""


def cache_until(tx: Transaction, signal: Signal, claims: Sequence[Claim], healths: Sequence[Health], verdict: Verdict) -> None:
    """Note until when time alone changes nothing of the verdict; one with something unseen is never taken for granted."""
    end = verdict.as_of
    if not verdict.blind:
        end = min(end + MAX_UNCHANGED_TIME, next_change(signal, claims, healths, verdict.as_of))
    tx.meta.put(f"{MetaKey.VERDICT_HOLDS}{signal.id}", f"{verdict.as_of.isoformat()}/{end.isoformat()}")


def invalidate(tx: Transaction, signals: Iterable[str]) -> None:
    """These are to be decided again: something was seen, or not seen, that may change them."""
    tx.meta.drop_all(f"{MetaKey.VERDICT_HOLDS}{name}" for name in signals)


def skip_unchanged(store: Store, signals: Sequence[Signal], now: datetime) -> frozenset[str]:
    """Of these signals those whose verdict is known to hold, noted as seen to hold at `now` in one transaction.

    Nothing was seen of them since they were decided (whatever is seen calls `forget` in its own transaction), time alone
    changes nothing yet, and every source can still be seen. Raises StoreError.
    """
    if not signals:
        return frozenset()
    with store.writing(Scope()) as tx:
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


def is_calm(tx: Transaction, signal: Signal, now: datetime) -> bool:
    """Whether time alone changes nothing yet of its verdict, and nothing was seen of it."""
    return any(True for _ in _calm(tx, [signal], now))


def _calm(tx: Transaction, signals: Sequence[Signal], now: datetime) -> Iterable[Signal]:
    """Those of whose verdict time alone changes nothing yet."""
    until = tx.meta.among(f"{MetaKey.VERDICT_HOLDS}{signal.id}" for signal in signals)
    for signal in signals:
        key = f"{MetaKey.VERDICT_HOLDS}{signal.id}"
        if key in until:
            since, end = read_value(key, until[key], _span)
            if since <= now < end:
                yield signal


def _span(text: str) -> tuple[datetime, datetime]:
    since, _, end = text.partition("/")
    return moment_in(since), moment_in(end)
