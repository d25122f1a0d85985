"""A share of one core for what is costly and may wait."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

SHARE = 0.2
"""Of a core, in the long run."""
BURST = 2.0
"""Seconds of work that may be done at once after a rest."""


class Budget:
    """Work that is spent is earned again with time, a share of a second for each second."""

    def __init__(self, timer: Callable[[], float] = monotonic) -> None:
        """Begin rested."""
        self._timer, self._left, self._at = timer, BURST, timer()

    def spend(self, seconds: float) -> None:
        """Take work from what may be done; the last may take more than there is."""
        self._earn()
        self._left -= seconds

    def wait(self) -> float:
        """Seconds until something may be done again."""
        self._earn()
        return max(0.0, -self._left / SHARE)

    def _earn(self) -> None:
        now = self._timer()
        self._left, self._at = min(BURST, self._left + (now - self._at) * SHARE), now
