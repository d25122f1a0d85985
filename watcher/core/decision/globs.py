"""Patterns of addresses as signals.toml writes them, with `*` for anything: matched without a regular expression."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern as `fnmatch.fnmatchcase` reads it; what stands between its stars is cut apart once."""

    pattern: str
    pieces: tuple[str, ...] = ()
    """Empty: it has characters that only fnmatch knows."""

    @classmethod
    def of(cls, pattern: str) -> Glob:
        """Read a pattern. A thousand feeds have as many: compiling each would cost a quarter of a second."""
        return cls(pattern, () if "?" in pattern or "[" in pattern else tuple(pattern.split("*")))

    def holds(self, text: str) -> bool:
        """Whether the whole text matches."""
        if not self.pieces:
            return fnmatchcase(text, self.pattern)
        first, last = self.pieces[0], self.pieces[-1]
        if len(self.pieces) == 1:
            return text == first
        place, end = len(first), len(text) - len(last)
        if place > end or not text.startswith(first) or not text.endswith(last):
            return False
        for piece in self.pieces[1:-1]:
            place = text.find(piece, place, end)
            if place < 0:
                return False
            place += len(piece)
        return True
