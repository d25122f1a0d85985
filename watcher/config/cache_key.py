"""A name for what a text of signals.toml means to this program, without reading it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import watcher

_CODE = Path(__file__).parents[1]


def hash_of(text: str) -> str:
    """SHA-256 of the text and the version: the same on every machine with the same file and program."""
    return hashlib.sha256(f"{watcher.__version__}\n{text}".encode()).hexdigest()


def digest_of(text: str) -> str:
    """SHA-256 of the text and of the state of the code that turns it into signals."""
    return hashlib.sha256(f"{_code()}\n{text}".encode()).hexdigest()


@cache
def _code() -> str:
    """The version and the newest change of every file that says what a signal is: other code may read the text otherwise."""
    files = [*_CODE.glob("config/*"), *_CODE.glob("core/model/*"), *_CODE.glob("formats/*.py")]
    return f"{watcher.__version__} {len(files)} {max(file.stat().st_mtime_ns for file in files)}"
