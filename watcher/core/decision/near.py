"""Finding the near ones among many texts: by pieces that near texts must share, so that none is held against all others."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Hashable, Iterable
from hashlib import blake2b
from heapq import nsmallest
from itertools import chain
from math import ceil
from typing import Final, TypeVar

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


Piece = TypeVar("Piece", bound=Hashable)

ASKED: Final = 10
"""Of all that share a piece so many of the oldest and of the newest are looked at: a hostile list has thousands that do."""
COPY_BITS: Final = 9
"""Fingerprints that differ in at most this many of 64 bits are of one text: a changed byline or tail moves 5 to 8 bits of a
short text, and no two of 15,000 pairs of unrelated texts came closer than 13 (after Manku, Jain, Das Sarma, WWW 2007)."""
_SHARE: Final = (7, 7, 7, 7, 6, 6, 6, 6, 6, 6)
"""64 bits in one piece more than may differ: of two near fingerprints one piece at least is the same."""
_CUTS: Final = tuple((sum(_SHARE[:place]), (1 << bits) - 1) for place, bits in enumerate(_SHARE))


def is_copy(left: int, right: int) -> bool:
    """Whether two text fingerprints are of near-identical texts; 0 means that no fingerprint was taken."""
    return bool(left and right) and (left ^ right).bit_count() <= COPY_BITS


def copy_pieces(copy: int) -> list[tuple[int, int]]:
    """The pieces of a fingerprint, one of which every near one has too; none of no fingerprint."""
    return [(start, copy >> start & mask) for start, mask in _CUTS] if copy else []


class Shelves:
    """Numbers, found again by any of the pieces that they were put under; the numbers grow."""

    __slots__ = ("_ends",)

    def __init__(self) -> None:
        """Nothing is there yet."""
        self._ends: dict[Hashable, tuple[list[int], deque[int], list[int]]] = {}
        """Piece → the oldest, the newest, and how many there are in all."""

    def put(self, number: int, pieces: Iterable[Hashable]) -> None:
        """Put a number under its pieces."""
        for piece in pieces:
            found = self._ends.get(piece)
            if found is None:
                self._ends[piece] = [number], deque(maxlen=ASKED), [1]
                continue
            oldest, newest, count = found
            if number not in oldest and number not in newest:
                count[0] += 1
                (oldest if len(oldest) < ASKED else newest).append(number)

    def among(self, pieces: Iterable[Hashable]) -> list[int]:
        """The numbers that have one of the pieces, the smallest first; of each piece `ASKED` of the oldest and of the newest."""
        found = (self._ends[piece] for piece in pieces if piece in self._ends)
        return sorted({number for oldest, newest, _ in found for number in chain(oldest, newest)})

    def rarest(self, pieces: frozenset[Piece], share: float) -> list[Piece]:
        """So many of the pieces, the rarest, that whatever has this share of them all has one of these."""
        least = len(pieces) - ceil(share * len(pieces) - 1e-9) + 1
        return nsmallest(least, pieces, key=self._count) if pieces else []

    def _count(self, piece: Hashable) -> int:
        found = self._ends.get(piece)
        return found[2][0] if found else 0
