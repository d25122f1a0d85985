"""A worker whose documents say what goes wrong with them; started by test_parser_pool.py as a process of its own."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from watcher import formats
from watcher.core.model import Document, Entry, Outcome, Unreadable
from watcher.sandbox import worker


def think() -> None:
    while time.process_time() < 3:
        pass


def spin() -> None:
    while True:
        pass


def swell() -> None:
    bytearray(1 << 40)


def swell_in_a_format() -> None:
    raise Unreadable("text failed: MemoryError", Outcome.MALFORMED) from MemoryError()


def fail() -> None:
    raise ValueError("an odd value")


HARMS = {
    b"spin": spin,
    b"think": think,
    b"hang": signal.pause,
    b"crash": os.abort,
    b"leave": lambda: os._exit(3),
    b"swell": swell,
    b"swell in a format": swell_in_a_format,
    b"raise": fail,
    b"print": lambda: print("words where frames should be"),  # noqa: T201 - what a library might do
    b"retire": lambda: os._exit(worker.RETIRED),
}


def about_me() -> Entry:
    opened = len(list(Path("/proc/self/fd").iterdir()))
    return Entry(key=str(os.getpid()), facts={"secret": os.environ.get("WATCHER_SECRET", "none"), "open": opened})


def read(document: Document, name: str, options: Any) -> tuple[Entry, ...]:
    if document.body == b"who":
        return (about_me(),)
    HARMS.get(document.body, lambda: None)()
    return formats.read(document, name, options)


if __name__ == "__main__":
    sys.exit(worker.serve(read, int(sys.argv[1])))
