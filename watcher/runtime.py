"""How the process of a command begins, holds its memory and ends."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

ARENAS, TRIM, MAP = -8, -1, -3
"""Parameters of glibc's allocator (mallopt(3))."""
YOUNG = 20_000
"""New objects after which cycles among them are looked for: a batch of polls makes a hundred thousand, and hardly a cycle."""
SHORT = 100_000
"""The same for a command that ends soon: what it leaves behind ends with it."""


def begin() -> None:
    """Look for no garbage while modules are loaded: there is none."""
    gc.disable()


def settle(*, young: int = YOUNG) -> None:
    """A command has been loaded, and works now: what is there stays, and what it frees goes back to the system.

    One arena for all threads, and large blocks mapped by themselves: each batch of polls would else leave some memory behind;
    over 10,000 new feeds that was 250 MB. Other C libraries have no such knobs, and are left as they are.
    """
    import ctypes  # noqa: PLC0415 - for the commands that work long

    gc.freeze()
    gc.enable()
    gc.set_threshold(young, 10, 10)
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(ARENAS, 1)
        mallopt(TRIM, 128 << 10)
        mallopt(MAP, 64 << 10)


def leave(code: str | int | None) -> NoReturn:
    """End with what `sys.exit` takes, without freeing every object one by one: that is a tenth of a short command's time."""
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
        code = 1
    atexit._run_exitfuncs()  # noqa: SLF001 - what the interpreter itself would call
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass  # whoever read it has gone
    except OSError as error:
        sys.stderr.write(f"the output could not be written: {error.strerror}\n")
        code = code or 1
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code or 0)
