"""A text read once: what each sentence says of which named thing, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from watcher.core.language.account import Account, account
from watcher.core.language.assertion import manner
from watcher.core.language.binding import subjects
from watcher.core.language.lexicon import choice, cue, english
from watcher.core.language.text import MAX_SENTENCE, Scene, Thing, Token, fold, plain, split, tokens
from watcher.core.language.times import price_of, window_of
from watcher.core.language.vocabulary import Phrase, Vocabulary

_LATER: Final = cue("goes_on_about", "beside", "sentence")
_ROW: Final = re.compile(r"^\||[^|]\|[^|]+\||^[A-Z][\w ]{1,24}: [^;:]{1,80}; [A-Z][\w &]{1,24}: ")
"""A row of a table: cells between bars, or each cell behind the name of its column."""
_ASIDE: Final = re.compile(rf"(?i)^\W*{choice('aside_opening')}[^,]*,")
"""A side clause that opens a sentence; the next one goes on with what the main clause names."""
MAX_PHRASES: Final = 24
"""Phrases of one sentence that are bound; enough for any honest sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: verbatim, folded, and the things that it names; number 0 is the title."""

    quote: str
    folded: str
    things: tuple[Thing, ...]


@dataclass(frozen=True)
class Statement:
    """One phrase, bound to one thing (or to none), as one sentence says it."""

    phrase: Phrase
    thing: Thing | None
    sentence: int
    words: str
    beside: frozenset[str]
    """Groups of the things that the same phrase is said of."""
    line: Line
    scene: Scene
    vocabulary: Vocabulary
    alike: tuple[tuple[int, int], ...] = ()
    """Tokens of all phrases of this kind in the sentence: what they say together needs no other account."""

    @property
    def kind(self) -> str:
        """Kind of the phrase."""
        return self.phrase.kind

    @cached_property
    def manners(self) -> frozenset[str]:
        """How it is said, empty where it is plainly stated; worked out when it is asked for."""
        return manner(self.scene, self.phrase)

    @cached_property
    def account(self) -> Account:
        """Which words of its clause are explained, and how."""
        own = self.thing.group if self.thing else ""
        return account(self.scene, own, self.beside, self.alike, self.vocabulary.roles_in(self.line.folded), english())

    @property
    def window(self) -> str:
        """The time that the sentence names."""
        return window_of(self.line.folded)


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


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What was spoken of before a sentence: what "it" and "both models" mean there."""

    topic: tuple[Thing, ...] = ()
    plural: tuple[Thing, ...] = ()


def read(vocabulary: Vocabulary, title: str, text: str) -> Reading:
    """Read a title and a text. Pure; time grows with the length of the text and not faster."""
    own = title.strip()
    # A page repeats its title as a heading: as a sentence of the text it would be the first quote, and it proves the least.
    quotes = (own, *(quote for quote in split(text) if quote.casefold() != own.casefold()))
    folded = [fold(plain(quote[:MAX_SENTENCE])) for quote in quotes]
    pieces = vocabulary.pieces_in("\n".join(folded).lower())
    lines = tuple([Line(quote, said, vocabulary.find(said)) for quote, said in zip(quotes, folded, strict=True)])
    statements: list[Statement] = []
    spoken = _Spoken()
    for number, line in enumerate(lines):
        statements += _statements(vocabulary, vocabulary.held(line.folded.lower(), pieces), line, number, spoken)
        spoken = _carried(line, spoken)
    return Reading(
        lines,
        tuple(sorted(statements, key=lambda said: said.sentence == 0)),
        frozenset([said.kind for said in statements]),
        frozenset([thing.group for line in lines for thing in line.things]),
        next((price for line in lines if (price := price_of(line.folded))), ""),
    )


def _carried(line: Line, spoken: _Spoken) -> _Spoken:
    """What "it" and "both models" mean in the next sentence."""
    if not line.things:
        return spoken
    aside = _ASIDE.match(line.folded)
    main = tuple(thing for thing in line.things if aside and thing.start >= aside.end())
    named = _distinct(main or line.things)
    keeps = spoken.topic and _LATER.match(line.folded) is not None
    return _Spoken(spoken.topic if keeps else named, named if len(named) > 1 else spoken.plural or named)


def _distinct(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    found: dict[str, Thing] = {}
    for thing in things:
        found.setdefault(thing.name, thing)
    return tuple(found.values())


def _statements(vocabulary: Vocabulary, held: list[Phrase], line: Line, number: int, spoken: _Spoken) -> list[Statement]:
    found: list[Statement] = []
    matches = [(phrase, match) for phrase in held for match in phrase.pattern.finditer(line.folded)]
    spoken_of = vocabulary.masked(line.folded, line.things) if matches else ""
    words = tokens(spoken_of, line.things)
    for phrase, match in matches:
        scene = replace(_scene(line, words, phrase, match, spoken), sentence=spoken_of)
        found += _bound(vocabulary, scene, line, number, phrase, match[0])
        if len(found) >= MAX_PHRASES:
            break
    return [replace(said, alike=_alike(said, found)) for said in found]


def _alike(said: Statement, found: list[Statement]) -> tuple[tuple[int, int], ...]:
    return tuple({(one.scene.start, one.scene.stop) for one in found if one.kind == said.kind and not one.phrase.object_inside})


def _scene(line: Line, words: tuple[Token, ...], phrase: Phrase, match: re.Match[str], spoken: _Spoken) -> Scene:
    start, stop = _span(words, *match.span())
    inner = _span(words, *match.span("it")) if phrase.object_inside else (0, 0)
    if _ROW.search(line.folded):  # a row of a table speaks of nothing outside of it
        return Scene(words, start, stop, inner=inner, row=True)
    return Scene(words, start, stop, spoken.topic, spoken.plural, inner)


def _span(words: tuple[Token, ...], start: int, end: int) -> tuple[int, int]:
    """The tokens that lie in a span of the sentence, as first and one past the last."""
    inside = [at for at, token in enumerate(words) if token.start < end and start < token.end]
    return inside[0], inside[-1] + 1


def _bound(vocabulary: Vocabulary, scene: Scene, line: Line, number: int, phrase: Phrase, words: str) -> list[Statement]:
    about = subjects(scene, phrase)
    beside = frozenset([thing.group for thing in about])
    things: tuple[Thing | None, ...] = about or (None,)
    return [Statement(phrase, thing, number, words, beside, line, scene, vocabulary) for thing in things]
