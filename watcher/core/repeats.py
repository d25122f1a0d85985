"""What was said before is not said again: an edited page that keeps a sentence keeps the sentence's date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from watcher.core.model import Claim

SAME = 0.8
"""Share of the shorter sentence's words that two sentences have in common when one is an edit of the other."""
_WORD = re.compile(r"[\w$%.-]+")


def first_said(claims: Iterable[Claim]) -> list[Claim]:
    """The claims without those that repeat, from the same place and under the same rule, what an earlier one quotes."""
    kept: dict[tuple[str, str, str, str], list[Claim]] = {}
    words = cache(_words)  # most claims stand alone at their place, and need none
    for claim in sorted(claims, key=lambda one: (one.quote.seen_at, one.effective_at)):
        place = (claim.track, claim.rule, claim.quote.source, claim.quote.url)
        earlier = kept.setdefault(place, [])
        # A row of a record is a fact of its own day, however alike two rows read; only texts (with a fingerprint) repeat.
        is_text = claim.copy and not claim.event
        if not is_text or not any(_repeats(words(claim.quote.text), words(other.quote.text)) for other in earlier):
            earlier.append(claim)
    return [claim for place in kept.values() for claim in place]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _repeats(words: frozenset[str], other: frozenset[str]) -> bool:
    return len(words & other) >= SAME * max(min(len(words), len(other)), 1)
