"""Whether two publications are one event: by what they are about, their kind, their words and their addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from watcher.core.decision.near import is_copy
from watcher.core.language.lexicon import cue
from watcher.core.language.text import fold
from watcher.core.model import Claim

SAME_EVENT: Final = timedelta(days=14)
"""Pages, papers and partners' copies of one event are dated at most this far apart, and need nothing else in common."""
ALIKE: Final = 0.8
"""Share of words that two titles of one event have in common."""
_WORD: Final = re.compile(r"(?<![\w.-])[\w.-]*\w")
_KINDS: Final = ("cyber", "biology", "safeguards", "hijacking", "censorship", "software", "preliminary", "full", "again")
_KIND: Final = {name: cue(f"kind_{name}", "beside", "sentence") for name in _KINDS}


class Likeness(IntEnum):
    """How sure it is that two publications are one event."""

    OTHER = 0
    UNCLEAR = 1
    """Of the same thing, months apart, and no less special than before: the old one again, or a new one."""
    SAME = 2


@dataclass(frozen=True, slots=True)
class Publication:
    """A claim of a series as it is compared with others."""

    claim: Claim
    subjects: frozenset[str]
    """What its event is about."""
    at: str
    """Its address."""
    pointed: bool
    """Whether it was read elsewhere: a list points to it."""
    kinds: frozenset[str]
    words: frozenset[str]
    """The words of its title."""

    @classmethod
    def of(cls, claim: Claim) -> Publication:
        """Read what is compared from a claim."""
        title, at = title_of(claim), address(claim.quote.url)
        subjects = frozenset(claim.event.split("+"))
        return cls(claim, subjects, at, address(claim.quote.read_at) != at, kinds(title), _words(title))

    @property
    def marks(self) -> frozenset[str]:
        """What others that tell the same event have one of: its subjects and its address."""
        return self.subjects | {f"at {self.at}"}


def likeness(one: Publication, other: Publication) -> Likeness:
    """Whether a later publication tells the event that another one told."""
    if _is_same_page(one, other):
        return Likeness.SAME
    if not one.subjects & other.subjects:
        return Likeness.OTHER
    if abs(one.claim.effective_at - other.claim.effective_at) <= SAME_EVENT or is_copy(one.claim.copy, other.claim.copy):
        return Likeness.SAME
    if one.kinds == other.kinds and _share(one.words, other.words) >= ALIKE:
        return Likeness.SAME
    news = one.kinds - other.kinds or one.subjects - other.subjects
    return Likeness.OTHER if news else Likeness.UNCLEAR


def title_of(claim: Claim) -> str:
    """The title of the publication."""
    return str(claim.details.get("title") or claim.quote.title or claim.quote.text)


@lru_cache(maxsize=512)
def kinds(title: str) -> frozenset[str]:
    """Of which kind a publication is, as far as its title says ("cyber", "preliminary")."""
    return frozenset(name for name, words in _KIND.items() if words.search(title))


def _is_same_page(one: Publication, other: Publication) -> bool:
    """Whether both stand at one address; of two subjects there, one is an edit of the other where a list points to it."""
    if one.at != other.at:
        return False
    pointed = one.pointed or other.pointed
    return bool(one.subjects & other.subjects) or (pointed and _share(one.words, other.words) >= ALIKE)


@lru_cache(maxsize=2048)
def address(url: str) -> str:
    """One spelling of an address: without scheme, "www.", query, fragment and the last slash."""
    parts = urlsplit(url)
    return f"{(parts.hostname or '').removeprefix('www.')}{unquote(parts.path).rstrip('/').lower()}"


def _share(one: frozenset[str], two: frozenset[str]) -> float:
    """Share of the longer title's words that both have; 0 where they differ in a number, as a version."""
    if {word for word in one ^ two if any(map(str.isdigit, word))}:
        return 0.0
    return len(one & two) / max(len(one), len(two), 1)


@lru_cache(maxsize=512)
def _words(title: str) -> frozenset[str]:
    return frozenset(word.removesuffix("'s") for word in _WORD.findall(fold(title).casefold()))
