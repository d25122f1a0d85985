"""A text read once: what each sentence says of which named thing, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from watcher.core import sentences
from watcher.core.manner import manner
from watcher.core.phrases import Phrase, Thing
from watcher.core.subject import Scene, subjects
from watcher.core.vocabulary import Vocabulary
from watcher.core.windows import price_of, window_of
from watcher.core.words import Token, tokens

_LATER: Final = re.compile(r"(?i)^(?:it|its|they|this model|these models|both)\b")
_ROW: Final = re.compile(r"^\||[^|]\|[^|]+\|")
_ASIDE: Final = re.compile(
    r"(?i)^\W*(?:if|unless|while|although|though|whereas|unlike|like|without|instead|when|until|for|as|since)\b[^,]*,"
)
"""A side clause that opens a sentence; the next one goes on with what the main clause names."""
MAX_PHRASES: Final = 24
"""Phrases of one sentence that are bound; enough for any honest sentence."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One phrase, bound to one thing (or to none), as one sentence says it."""

    kind: str
    thing: Thing | None
    manners: frozenset[str]
    sentence: int
    words: str
    window: str = ""
    beside: frozenset[str] = frozenset()
    """Groups of the things that the same phrase is said of."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: verbatim, folded, and the things that it names; number 0 is the title."""

    quote: str
    folded: str
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that a text says in the words of a vocabulary."""

    lines: tuple[Line, ...]
    statements: tuple[Statement, ...]
    """Those of the text first, those of the title last: the text has the better quote."""
    kinds: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    price: str = ""
    """The first price that the text names, "$8/$40"."""

    @property
    def title(self) -> Line:
        """The title as a sentence of its own."""
        return self.lines[0]


def read(vocabulary: Vocabulary, title: str, text: str) -> Reading:
    """Read a title and a text. Pure; time grows with the length of the text and not faster."""
    quotes = (title.strip(), *sentences.split(text))
    lines: list[Line] = []
    statements: list[Statement] = []
    topic: tuple[Thing, ...] = ()
    plural: tuple[Thing, ...] = ()
    for number, quote in enumerate(quotes):
        folded = sentences.fold(sentences.plain(quote[: sentences.MAX_SENTENCE]))
        line = Line(quote, folded, vocabulary.find(folded))
        lines.append(line)
        statements += _statements(vocabulary, line, number, topic, plural)
        topic, plural = _carried(line, topic, plural)
    return Reading(
        tuple(lines),
        tuple(sorted(statements, key=lambda said: said.sentence == 0)),
        frozenset(said.kind for said in statements),
        frozenset(thing.group for line in lines for thing in line.things),
        next((price for line in lines if (price := price_of(line.folded))), ""),
    )


def _carried(line: Line, topic: tuple[Thing, ...], plural: tuple[Thing, ...]) -> tuple[tuple[Thing, ...], tuple[Thing, ...]]:
    """What "it" and "both models" mean in the next sentence."""
    aside = _ASIDE.match(line.folded)
    main = tuple(thing for thing in line.things if aside and thing.start >= aside.end())
    named = _distinct(main or line.things)
    if not named:
        return topic, plural
    keeps = _LATER.match(line.folded) is not None
    return (topic if keeps and topic else named), (named if len(named) > 1 else plural or named)


def _distinct(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    found: dict[str, Thing] = {}
    for thing in things:
        found.setdefault(thing.name, thing)
    return tuple(found.values())


def _statements(
    vocabulary: Vocabulary, line: Line, number: int, topic: tuple[Thing, ...], plural: tuple[Thing, ...]
) -> list[Statement]:
    held = vocabulary.held(line.folded.lower())
    if not held:
        return []
    words = tokens(line.folded, line.things)
    found: list[Statement] = []
    for phrase in held:
        for match in phrase.pattern.finditer(line.folded):
            found += _bound(line, number, words, phrase, match, topic, plural)
            if len(found) >= MAX_PHRASES:
                return found
    return found


def _inner(words: tuple[Token, ...], phrase: Phrase, match: re.Match[str]) -> tuple[int, int]:
    """Tokens of the object that the phrase encloses."""
    if not phrase.object_inside:
        return 0, 0
    held = [at for at, token in enumerate(words) if token.start < match.end("it") and match.start("it") < token.end]
    return held[0], held[-1] + 1


def _bound(
    line: Line,
    number: int,
    words: tuple[Token, ...],
    phrase: Phrase,
    match: re.Match[str],
    topic: tuple[Thing, ...],
    plural: tuple[Thing, ...],
) -> list[Statement]:
    inside = [at for at, token in enumerate(words) if token.start < match.end() and match.start() < token.end]
    row = _ROW.search(line.folded) is not None
    scene = Scene(
        words, inside[0], inside[-1] + 1, () if row else topic, () if row else plural, _inner(words, phrase, match), row
    )
    about = subjects(scene, phrase)
    how = manner(line.folded, scene, phrase)
    when = window_of(line.folded)
    beside = frozenset(thing.group for thing in about)
    things: tuple[Thing | None, ...] = about or (None,)
    return [Statement(phrase.kind, thing, how, number, match[0], when, beside) for thing in things]
