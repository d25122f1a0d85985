"""A fingerprint by which near copies of one text are known: they count as one voice."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

from watcher.core.language.text import fold

_WORD: Final = re.compile(r"[^\W_]+")
_SHINGLE: Final = 3
"""Words of one shingle."""
MIN_WORDS: Final = 12
"""Of a shorter text only an equal one is a copy: two short headlines may be alike by chance."""
MAX_WORDS: Final = 400
_LANE: Final = 16
_SPREAD: Final = tuple(sum(1 << (_LANE * bit) for bit in range(8) if byte >> bit & 1) for byte in range(256))
"""Byte → its eight bits as eight counters in one number, so that a byte of a hash is counted in one addition."""


def simhash(text: str) -> int:
    """64-bit simhash over three-word shingles (Charikar, STOC 2002), a plain hash of a short text, 0 of no text."""
    words = _WORD.findall(fold(text[: MAX_WORDS * 12]).lower())[:MAX_WORDS]
    if len(words) < MIN_WORDS:
        return int.from_bytes(_hash(" ".join(words)), "little") if words else 0
    shingles = {" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}
    counters = [sum(map(_SPREAD.__getitem__, column)) for column in zip(*map(_hash, shingles), strict=True)]
    lanes = ((counters[at] >> (_LANE * bit)) & 0xFFFF for at in range(8) for bit in range(8))
    return sum(1 << n for n, count in enumerate(lanes) if 2 * count > len(shingles))


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
