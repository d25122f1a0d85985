"""What was said or told before: words that are repeated, and publications that are one event. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from watcher.core.decision.corroboration import AUTHORITATIVE
from watcher.core.decision.near import Shelves, copy_pieces, is_copy
from watcher.core.language.lexicon import cue
from watcher.core.language.text import fold
from watcher.core.model import Claim

# What was said before is not said again: words that are repeated, anywhere and under any date, belong to the first time.

SHARE_OF_AN_EDIT: Final = 0.8
"""Share of words that two sentences have in common when one is an edit of the other."""
MIN_WORDS_OF_A_PART: Final = 5
"""Words from which on a part of a sentence is known to be of it."""
_WORD: Final = re.compile(r"(?<![\w$%.-])[\w$%.-]*[\w%]")
_NUMBER: Final = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence as it is compared."""

    claim: Claim
    words: frozenset[str]
    numbers: frozenset[str]
    """Versions, prices, days: sentences that differ in them say different things."""
    place: tuple[str, str, str]
    """Where it stands, and by which rule it counts."""

    @classmethod
    def of(cls, claim: Claim) -> _Said:
        words = frozenset(_WORD.findall(fold(claim.heading or claim.quote.text).casefold()))
        place = claim.rule, claim.quote.source, claim.quote.url
        return cls(claim, words, frozenset(word for word in words if _NUMBER.search(word)), place)

    def repeats(self, other: _Said) -> bool:
        """Whether it says, with small changes, what the other says; of declared history a part is enough."""
        if not (self.numbers <= other.numbers or other.numbers <= self.numbers):
            return False
        if self.place == other.place or (other.claim.rule == "known" and len(other.words) >= MIN_WORDS_OF_A_PART):
            return self._shares(other, min(len(self.words), len(other.words)))
        return is_copy(self.claim.copy, other.claim.copy) or self._shares(other, max(len(self.words), len(other.words)))

    def _shares(self, other: _Said, length: int) -> bool:
        return len(self.words & other.words) >= SHARE_OF_AN_EDIT * max(length, 1)


@dataclass(frozen=True, slots=True)
class _Firsts:
    """The first sentences of one status, and where a repetition of each is to be looked for."""

    said: list[_Said] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    """Those of the declared history: a part of them is enough."""
    near: Shelves = field(default_factory=Shelves)

    def put(self, one: _Said) -> None:
        """One more."""
        if one.claim.rule == "known":
            self.known.append(len(self.said))
        self.near.put(len(self.said), [*one.words, *copy_pieces(one.claim.copy), one.place])
        self.said.append(one)

    def repeated_by(self, one: _Said) -> _Said | None:
        """The first that a sentence repeats."""
        pieces = [*self.near.rarest(one.words, SHARE_OF_AN_EDIT), *copy_pieces(one.claim.copy), one.place]
        numbers = self.near.among(pieces)
        numbers = sorted({*numbers, *self.known}) if self.known else numbers
        return next((first for first in map(self.said.__getitem__, numbers) if one.repeats(first)), None)


def drop_repeats(claims: Iterable[Claim], known: Iterable[Claim] = ()) -> list[Claim]:
    """The declared history and the claims, each from the time when its words were first said.

    What a place repeats of itself is left out. What another place or a new date repeats stands beside the first as its
    evidence, with the first one's time. A row of a record is a fact of its own day, however alike two rows read.
    """
    told, there = list(known), set[tuple[tuple[str, str, str], int]]()
    firsts = defaultdict[tuple[str, str, str, bool], _Firsts](_Firsts)
    for claim in sorted([*told, *claims], key=_when):
        # Whether undecided words were said before is for the one who asks a person to see (core/decision/undecided.py).
        if claim.rule != "known" and (claim.asks or not claim.copy or claim.event):
            told.append(claim)
            continue
        said = _Said.of(claim)
        before = firsts[claim.track, claim.status, claim.flag, claim.quote.tier in AUTHORITATIVE]
        first = before.repeated_by(said)
        if first is None or claim.rule == "known":
            before.put(said)
        stood = (said.place, id(first or said))
        if claim.rule != "known" and stood not in there:
            told.append(_dated(claim, first.claim.effective_at) if first else claim)
        there.add(stood)
    return told


def _dated(claim: Claim, first: datetime) -> Claim:
    """A repetition as of the first time."""
    return replace(claim, effective_at=first, since=first) if first < claim.effective_at else claim


def _when(claim: Claim) -> tuple[datetime, datetime]:
    return claim.effective_at, claim.quote.seen_at


# Whether two publications are one event: by what they are about, their kind, their words and their addresses.

SAME_EVENT: Final = timedelta(days=14)
"""Pages, papers and partners' copies of one event are dated at most this far apart, and need nothing else in common."""
ALIKE: Final = 0.8
"""Share of words that two titles of one event have in common."""
_TITLE_WORD: Final = re.compile(r"(?<![\w.-])[\w.-]*\w")
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
    return frozenset(word.removesuffix("'s") for word in _TITLE_WORD.findall(fold(title).casefold()))
