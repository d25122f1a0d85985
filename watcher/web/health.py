"""Whether the process lives (/healthz), and whether it does its work (/readyz)."""

from __future__ import annotations

from datetime import datetime, timedelta

from watcher.clock import wrong_clock
from watcher.web.read_model import HealthStatus


def health_text(pulse: HealthStatus, now: datetime, stall_after: timedelta) -> tuple[bool, str]:
    """Alive: the database answers, and the scheduler has not been silent for three times as long as it may."""
    if not pulse.database:
        return False, "The database does not answer."
    if pulse.cycle_at and now - pulse.cycle_at > 3 * stall_after:
        return False, f"No cycle of the scheduler since {pulse.cycle_at:%Y-%m-%dT%H:%M:%SZ}."
    return True, "Alive."


def readiness_text(pulse: HealthStatus, now: datetime, stall_after: timedelta) -> tuple[bool, str]:
    """Ready: alive, the sources are ours, and the scheduler has finished a cycle lately."""
    alive, words = health_text(pulse, now, stall_after)
    if not alive:
        return alive, words
    if wrong := wrong_clock(now):
        return False, f"Blind: {wrong}."
    if pulse.lost:
        return False, "Blind: nothing is watched, another watch has the sources of this database."
    if pulse.cycle_at is None:
        return False, "Starting: the scheduler has not finished its first cycle."
    if now - pulse.cycle_at > stall_after:
        return False, f"Stalled: no cycle since {pulse.cycle_at:%Y-%m-%dT%H:%M:%SZ}."
    return True, "Ready."
