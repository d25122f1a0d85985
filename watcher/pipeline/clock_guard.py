"""Notices a time of day that was set, by the monotonic clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

TOLERANCE = timedelta(seconds=2)
"""Up to this much between two looks is no jump: clocks are slewed, and a busy machine looks late."""


class ClockGuard:
    """How far the time of day has gone apart from the time that has passed, since the last look."""

    def __init__(self, clock: Callable[[], datetime], steady: Callable[[], float] = monotonic) -> None:
        """Begin to compare now; `steady` gives seconds that only grow."""
        self.clock, self.steady = clock, steady
        self._shown, self._passed = clock(), steady()

    def jump(self) -> timedelta:
        """By how much the clock was set since the last look, behind as less than nothing; nothing within the tolerance.

        A machine that slept looks like one whose clock was set ahead.
        """
        shown, passed = self.clock(), self.steady()
        apart = (shown - self._shown) - timedelta(seconds=passed - self._passed)
        self._shown, self._passed = shown, passed
        return apart if abs(apart) > TOLERANCE else timedelta(0)
