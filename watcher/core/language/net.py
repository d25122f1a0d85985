"""What is asked for of a track, and what became of a sentence that no rule took."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from watcher.core.language.text import Thing


@dataclass(frozen=True, slots=True)
class Net:
    """What the waking rules of a track ask for: the groups, and of each kind of phrase the status that it may claim."""

    groups: frozenset[str]
    statuses: Mapping[str, str]
    planned: str
    """The status of a plan with a time, empty where the track knows none."""
    taken: str
    """The status of what is taken away."""
    gates: frozenset[str]
    """Kinds of phrases that a rule does not bear beside its own."""
    first: str
    """The status that is asked about where no phrase is known."""
    ended: str
    """The status of a line that ends, empty where the track knows none."""
    back: frozenset[str] = frozenset()
    """Kinds of phrases that give back what was taken."""
    hears_denials: bool = False
    """Whether a rule of the track takes what is denied: else "X is currently not open to all" may tell that it was taken away."""


@dataclass(frozen=True, slots=True)
class Open:
    """A sentence that may claim a status."""

    quote: str
    status: str
    unexplained: tuple[str, ...]
    why: str
    bound: bool = True
    """Whether it is open although a rule has read the sentence: a phrase of the question is said of the thing, or of all."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A sentence that claims nothing, why, and the status that it might be taken to claim."""

    quote: str
    why: str
    status: str


def names_alone(net: Net, things: Collection[Thing], known: frozenset[str], maker: re.Pattern[str] | None) -> bool:
    """Whether the things that a sentence names are of the net, one at least, and else watched or the maker."""
    named = any(thing.group in net.groups for thing in things)
    return named and all(one.group in known or (maker and maker.fullmatch(one.said)) for one in things)


def says_all(phrases: Collection[str], words: Iterable[str]) -> bool:
    """Whether phrases hold all of these words: "bring X-class models to all" says "bring" and "to all"."""
    return all(any(word.casefold() in phrase.casefold() for phrase in phrases) for word in words)
