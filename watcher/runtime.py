"""How a command's process holds its memory, and what it says last."""

from __future__ import annotations

import ctypes
import gc
import io
import os
import sys
from contextlib import suppress

ARENAS, TRIM_THRESHOLD, MAP_THRESHOLD = -8, -1, -3
"""Parameters of glibc's allocator (mallopt(3))."""
COLLECT_AFTER_OBJECTS = 20_000
"""New objects after which cycles among them are looked for: a batch of polls makes a hundred thousand, and hardly a cycle."""
COLLECT_AFTER_OBJECTS_OF_A_COMMAND = 100_000
"""The same for a command that ends soon: what it leaves behind ends with it."""
COLLECT_AFTER_OBJECTS_OF_LOADING = 300_000
"""The same while modules are loaded, which makes some 130,000 objects, nearly all of them for good."""


def load_undisturbed() -> None:
    """A command is about to be loaded: hundreds of modules, and no garbage among them."""
    gc.set_threshold(COLLECT_AFTER_OBJECTS_OF_LOADING, 10, 10)


def tune_memory(*, young: int = COLLECT_AFTER_OBJECTS) -> None:
    """A command that works long has been loaded: what is there stays, and what it frees goes back to the system.

    One arena for all threads, and large blocks mapped by themselves: each batch of polls would else leave some memory behind;
    over 10,000 new feeds that was 250 MB. A buffer of 64 kB, in which each answer is received, is no large block: to map and
    unmap it took a fifth of asking. Other C libraries have no such settings, and are left as they are.
    """
    gc.freeze()
    gc.set_threshold(young, 10, 10)
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(ARENAS, 1)
        mallopt(TRIM_THRESHOLD, 128 << 10)
        mallopt(MAP_THRESHOLD, 96 << 10)


def mend_streams() -> None:
    """Give a process that was started with closed streams empty ones; what a terminal cannot show comes as question marks.

    A file that is opened later would else get the number of a closed stream, and be written into by mistake.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - it stays open as long as the process
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as above
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as above
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def flush_output(code: str | int | None) -> str | int | None:
    """Write out what is left on standard output; the exit code, which is no success where the output could not be written.

    The interpreter, which ends next, need not look for garbage in what ends with it.
    """
    gc.freeze()
    try:
        sys.stdout.flush()
    except OSError as error:
        # Python flushes again at the end, and would fail again (docs.python.org/3/library/signal.html#note-on-sigpipe).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # whoever read it and has gone is no error
            sys.stderr.write(f"the output could not be written: {error.strerror}\n")
            return code or 1
    return code
