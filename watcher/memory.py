"""How this process holds its memory: freed memory goes back to the system, and garbage is not looked for all the time."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

ARENAS, TRIM, MAP = -8, -1, -3
"""Parameters of glibc's allocator (mallopt(3))."""
YOUNG = 20_000
"""New objects after which cycles among them are looked for: a batch of polls makes a hundred thousand, and hardly a cycle."""


def settle() -> None:
    """Call it once a command has begun: what is loaded by now stays.

    One arena for all threads, and large blocks mapped by themselves: each batch of polls would else leave some memory behind;
    over 10,000 new feeds that was 250 MB. Other C libraries have no such knobs, and are left as they are.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(ARENAS, 1)
        mallopt(TRIM, 128 << 10)
        mallopt(MAP, 64 << 10)
