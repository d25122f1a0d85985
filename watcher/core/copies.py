"""A fingerprint by which near copies of one text are known: they count as one voice."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

from watcher.core.sentences import fold

_WORD: Final = re.compile(r"[^\W_]+")
_SHINGLE: Final = 3
"""Words of one shingle."""
_BITS: Final = 64
MIN_WORDS: Final = 12
"""Shorter texts get no fingerprint: two short headlines may agree by chance."""
MAX_WORDS: Final = 400


def fingerprint(text: str) -> int:
    """64-bit simhash over three-word shingles (Charikar, STOC 2002); 0 for a text too short to compare."""
    words = _WORD.findall(fold(text[: MAX_WORDS * 12]).lower())[:MAX_WORDS]
    if len(words) < MIN_WORDS:
        return 0
    weights = [0] * _BITS
    for shingle in {" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}:
        hashed = int.from_bytes(blake2b(shingle.encode(), digest_size=8).digest(), "big")
        for bit in range(_BITS):
            weights[bit] += 1 if hashed >> bit & 1 else -1
    return sum(1 << bit for bit, weight in enumerate(weights) if weight > 0)
