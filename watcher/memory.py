"""Memory that is freed goes back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress

ARENAS, TRIM, MAP = -8, -1, -3
"""Parameters of glibc's allocator (mallopt(3))."""


def give_back() -> None:
    """Keep one arena for all threads, and map large blocks by themselves: each batch of polls would else leave some behind.

    Over 10,000 new feeds that was 250 MB. Other C libraries have no such knobs, and are left as they are.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(ARENAS, 1)
        mallopt(TRIM, 128 << 10)
        mallopt(MAP, 64 << 10)
