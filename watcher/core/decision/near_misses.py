"""Sentences that say what a rule asks for, and not in the way or from the mouth that it asks: why a text claims nothing."""

from __future__ import annotations

from watcher.core.decision.claims import NearMiss, claims_of
from watcher.core.model import Observation, Signal

__all__ = ["NearMiss", "near_misses"]


def near_misses(signal: Signal, observation: Observation) -> tuple[NearMiss, ...]:
    """What was passed over when the claims of an observation were made, one sentence once for each status. Pure."""
    passed: list[NearMiss] = []
    claims_of(signal, observation, passed)
    found: dict[tuple[str, str, str], NearMiss] = {}
    for near in passed:
        found.setdefault((near.track, near.status, near.quote), near)
    return tuple(found.values())
