"""A text read once: what each sentence says of which named thing, and how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from watcher.core.language.account import Account, account, clause_in, is_plain, masked
from watcher.core.language.assertion import OFFERS, OPENINGS, PRESENT, TAKINGS, manner
from watcher.core.language.binding import is_modifier, subjects
from watcher.core.language.lexicon import choice, cue, english, word_set
from watcher.core.language.tables import under_heads
from watcher.core.language.text import HEADS, MAX_SENTENCE, MODEL_NOUNS, Scene, Thing, Token, fold, plain, split, tokens
from watcher.core.language.times import day_label, day_of_all, days_ahead, is_day, names_year, price_of, window_of
from watcher.core.language.vocabulary import Phrase, Vocabulary

_LATER: Final = cue("goes_on_about", "beside", "sentence")
_RENAMED: Final = cue("renamed", "after", "near")
_CARRIERS: Final = word_set("carrier")
_OPENING_NOUNS: Final = word_set("opening_noun")
_ADVISED: Final = cue("advised", "before", "next")
_ROW: Final = re.compile(r"^\||[^|]\|[^|]+\||^[A-Z][\w ]{1,24}: [^;:]{1,80}; [A-Z][\w &]{1,24}: ")
"""A row of a table: cells between bars, or each cell behind the name of its column."""
_ASIDE: Final = re.compile(rf"(?i)^\W*{choice('aside_opening')}[^,]*,")
"""A side clause that opens a sentence; the next one goes on with what the main clause names."""
_PAST_FORMS: Final = word_set("past_form")
_GATE_NOUNS: Final = word_set("gate_noun")
_IS_NOW: Final = frozenset({"is", "are"})
_AHEAD: Final = word_set("ahead")
"""Words with which a time without a year lies ahead."""
_LABEL: Final = 8
"""Words and marks of a label before a clause, at most."""
MAX_PHRASES: Final = 24
"""Phrases of one sentence that are bound; enough for any honest sentence."""


@dataclass(frozen=True)
class Line:
    """One sentence: verbatim, folded, and the things that it names; number 0 is the title."""

    quote: str
    folded: str
    things: tuple[Thing, ...]
    told: datetime | None = None
    """When it was told (aware), where that is known."""
    above: str = ""
    """The nearest line above it that is a day alone, as in release notes; empty where none is."""

    @cached_property
    def ahead(self) -> tuple[tuple[int, int], ...]:
        """Where it names a day that was still to come when it was told, as start and end; worked out when it is asked for."""
        return days_ahead(self.folded, self.told) if self.told else ()

    @cached_property
    def day_of_all(self) -> str:
        """The day to come that dates all of it: it opens it, is a cell of its row, or stands above it; empty where none does."""
        headed = self.above if self.told and days_ahead(self.above, self.told) else ""
        return day_of_all(self.folded, self.ahead) or headed


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What was spoken of before a sentence: what "it" and "both models" mean there."""

    topic: tuple[Thing, ...] = ()
    plural: tuple[Thing, ...] = ()
    line: Line | None = None
    """The sentence that named it."""
    told: tuple[Thing, ...] = ()
    """The things that something was said of there."""


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
    spoken: _Spoken
    """What was spoken of before the sentence."""
    alike: tuple[tuple[int, int], ...] = ()
    """Tokens of all phrases in the sentence that say the same or less: what they say together needs no other account."""

    @property
    def kind(self) -> str:
        """Kind of the phrase."""
        return self.phrase.kind

    @cached_property
    def manners(self) -> frozenset[str]:
        """How it is said, empty where it is plainly stated; worked out when it is asked for."""
        found = manner(self.scene, self.phrase)
        return frozenset({"planned"}) if not found and self._is_for_later else found

    @property
    def _is_for_later(self) -> bool:
        """Whether its clause names a day to come, or goes on from a time before it ("Then …"), in no form of the past."""
        words = self.scene.tokens
        first, stop = clause_in(self.scene, self.beside)
        label, end = words[_label_before(words, first)].start, words[stop - 1].end
        clause = self._clause
        dated = any(label <= at < end for at, _ in self.line.ahead)
        return (dated or clause.lower().startswith("then ")) and not self.is_past and not PRESENT.search(clause)

    def _is_dated_by(self, day: str) -> bool:
        """Whether a day to come above it, or before it, dates what it says; a form of the past may have another year."""
        return not self.manners and not PRESENT.search(self._clause) and not (self.is_past and not names_year(day))

    @property
    def _clause(self) -> str:
        """Its clause, folded."""
        first, stop = clause_in(self.scene, self.beside)
        return self.line.folded[self.scene.tokens[first].start : self.scene.tokens[stop - 1].end]

    @cached_property
    def account(self) -> Account:
        """Which words of its clause are explained, and how; a pronoun is not where what it stands for may be another thing."""
        own = self.thing.group if self.thing else ""
        found = account(self.scene, own, self.beside, self.alike, self.vocabulary.roles_in(self.line.folded), english())
        if (day := self.line.day_of_all) and self._is_dated_by(day):
            found = replace(found, unexplained=(*found.unexplained, day))
        named = self.thing is None or any(thing is self.thing for thing in self.line.things)
        if named or (self.thing and _leads(self.spoken, self.thing, self.vocabulary)) or self._takes_what_was_named:
            return found
        return replace(found, unexplained=(*found.unexplained, "it"))

    @property
    def _takes_what_was_named(self) -> bool:
        """Whether it takes away the only models of the sentence before: "An order names X and Y. We disabled both models"."""
        before = self.spoken.line
        if before is None or self.kind not in TAKINGS:
            return False
        words = {token.text for token in self.scene.tokens}
        many = "both" in words or any(word.endswith("s") for word in words & MODEL_NOUNS)
        alone = MODEL_NOUNS.isdisjoint(masked(before.folded, before.things, frozenset()))
        return bool(words & MODEL_NOUNS) and alone and (len(_distinct(before.things)) > 1) == many

    @property
    def is_past(self) -> bool:
        """Whether its words, or those right before it, are a form of the past."""
        near = [token.text for token in self.scene.tokens[max(self.scene.start - 2, 0) : self.scene.stop]]
        past = (n for n, word in enumerate(near) if word in _PAST_FORMS or (word.endswith("ed") and not _is_of_a_gate(near, n)))
        return any(_IS_NOW.isdisjoint(near[max(n - 2, 0) : n]) for n in past)  # "is released on March 3" may be to come

    @property
    def is_ahead(self) -> bool:
        """Whether all that dates it is a time to come, and none of its words is a form of the past: "this winter"."""
        found = self.account
        return found.taken == {"window"} and not self.is_past and all(one.split()[0] in _AHEAD for one in found.because)

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

    def place(self, line: Line) -> int:
        """Where one of its sentences stands; another one with the same words stands elsewhere. 0 for one of another text."""
        return next((n for n, one in enumerate(self.lines) if one is line), 0)

    def day_above(self, quote: str) -> str:
        """The nearest line above a sentence of the text that is a day alone, as in release notes; empty where none is."""
        return next((line.above for line in self.lines[1:] if line.quote == quote), "")


def read(vocabulary: Vocabulary, title: str, text: str, told: datetime | None = None) -> Reading:
    """Read a title and a text, told at `told` (aware) where that is known. Pure; time grows with the text and not faster."""
    own = title.strip()
    # A page repeats its title as a heading: as a sentence of the text it would be the first quote, and it proves the least.
    quotes = (own, *(quote for quote in split(text) if quote.casefold() != own.casefold()))
    folded = under_heads([fold(plain(quote[:MAX_SENTENCE])) for quote in quotes])
    lowered = "\n".join(folded).lower()
    pieces, marks = vocabulary.pieces_in(lowered), vocabulary.marks_in(lowered)
    days = _days_above(folded, told)
    lines = tuple(
        [
            Line(quote, said, vocabulary.find(said, marks), told, day)
            for quote, said, day in zip(quotes, folded, days, strict=True)
        ]
    )
    statements: list[Statement] = []
    spoken = _Spoken()
    for number, line in enumerate(lines):
        found = _statements(vocabulary, vocabulary.held(line.folded.lower(), pieces), line, number, spoken)
        statements += found
        spoken = _carried(line, spoken, tuple([said.thing for said in found if said.thing and not _is_carried(line, said.thing)]))
    return Reading(
        lines,
        tuple(sorted(statements, key=lambda said: said.sentence == 0)),
        frozenset([said.kind for said in statements]),
        frozenset([thing.group for line in lines for thing in line.things]),
        next((price for line in lines if (price := price_of(line.folded))), ""),
    )


def _days_above(folded: Sequence[str], told: datetime | None) -> list[str]:
    """For each sentence of a text the nearest line above it that is a day alone; the title, which is the first, is none.

    A day to come that only labels a line ("March 2, 2027 - The form is gone. …") stands above what follows, too.
    """
    days, day = [""], ""
    for said in folded[1:]:
        days.append(day)
        if label := said if is_day(said) else day_label(said):
            ahead = told is not None and bool(days_ahead(label, told))
            day = label if ahead or is_day(said) or not told else "" if days_ahead(day, told) else day
    return days


def _carried(line: Line, spoken: _Spoken, told: tuple[Thing, ...]) -> _Spoken:
    """What "it" and "both models" mean in the next sentence."""
    if not line.things:
        return spoken
    aside = _ASIDE.match(line.folded)
    main = tuple(thing for thing in line.things if aside and thing.start >= aside.end())
    named = _distinct(main or line.things)
    if _RENAMED.match(line.folded[named[-1].end :]):
        return _Spoken()  # "What was X is called Y. It …": Y, which nobody knows
    keeps = spoken.topic and _LATER.match(line.folded) is not None
    plural = named if len(named) > 1 else spoken.plural or named
    return replace(spoken, plural=plural) if keeps else _Spoken(named, plural, line, told)


def _is_carried(line: Line, thing: Thing) -> bool:
    """Whether another noun or verb carries a thing, and is what the next sentence speaks of: "our tool works with X"."""
    owner, carrier = ["", "", *(token.text for token in tokens(line.folded[: thing.start], ()))][-2:]
    return carrier in _CARRIERS and owner not in HEADS | _OPENING_NOUNS


def _leads(spoken: _Spoken, thing: Thing, vocabulary: Vocabulary) -> bool:
    """Whether the sentence before speaks of a thing, and does not only name it ("Our newest model builds on X. It …")."""
    line = spoken.line
    if line is None or any(one is thing for one in spoken.told):
        return True
    named = any(one is thing for one in line.things)
    before = tuple(one for one in line.things if one.end <= thing.start)
    groups = frozenset(one.group for one in before)
    words = masked(line.folded[: thing.start], before, groups, vocabulary.roles_in(line.folded[: thing.start]))
    plain = is_plain(words, english(), named=words[-1:] in ([","], [":"], ["\u2014"]))
    led = plain or _is_asked_of(line, thing) or _is_advised(line, thing)
    return named and led and not is_modifier(tokens(line.folded, line.things), thing)


def _is_advised(line: Line, thing: Thing) -> bool:
    """Whether a line ends with the advice to use a thing: "If you are unsure, start with X."; what follows speaks of it."""
    last = not any(letter.isalnum() for letter in line.folded[thing.end :])
    return last and _ADVISED.search(line.folded[: thing.start]) is not None


def _is_asked_of(line: Line, thing: Thing) -> bool:
    """Whether a line is a question about a thing alone: the answer speaks of it."""
    return line.folded.endswith("?") and {one.name for one in line.things} == {thing.name}


def _distinct(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    found: dict[str, Thing] = {}
    for thing in things:
        found.setdefault(thing.name, thing)
    return tuple(found.values())


def _statements(vocabulary: Vocabulary, held: list[Phrase], line: Line, number: int, spoken: _Spoken) -> list[Statement]:
    found: list[Statement] = []
    matches = [(phrase, match) for phrase in held for match in phrase.regex.finditer(line.folded)]
    if not matches:
        return []
    spoken_of = vocabulary.masked(line.folded, line.things)
    words = tokens(spoken_of, line.things)
    for phrase, match in matches:
        scene = replace(_scene(line, words, phrase, match, spoken), sentence=spoken_of)
        found += _bound(vocabulary, scene, line, number, phrase, match[0], spoken)
        if len(found) >= MAX_PHRASES:
            break
    return [replace(said, alike=_alike(said, found)) for said in found]


def _alike(said: Statement, found: list[Statement]) -> tuple[tuple[int, int], ...]:
    kinds = OPENINGS | OFFERS if said.kind in OPENINGS | OFFERS else {said.kind}
    same = (one for one in found if one.kind in kinds and not one.phrase.object_inside)
    mine = (one.scene for one in same if one.thing is said.thing or not one.phrase.spread)
    return tuple({span for scene in mine for span in _own_words(scene)})


def _own_words(scene: Scene) -> tuple[tuple[int, int], ...]:
    """The tokens of a phrase without those that stand in it."""
    first, stop = scene.inner
    return ((scene.start, first), (stop, scene.stop)) if stop else ((scene.start, scene.stop),)


def _scene(line: Line, words: tuple[Token, ...], phrase: Phrase, match: re.Match[str], spoken: _Spoken) -> Scene:
    start, stop = _span(words, *match.span())
    inner = _inner(words, stop, phrase, match)
    if _ROW.search(line.folded):  # a row of a table speaks of nothing outside of it
        return Scene(words, start, stop, inner=inner, row=True)
    return Scene(words, start, stop, spoken.topic, spoken.plural, inner)


def _inner(words: tuple[Token, ...], stop: int, phrase: Phrase, match: re.Match[str]) -> tuple[int, int]:
    """The tokens of a phrase that are read for themselves, as first and one past the last; nothing is (0, 0)."""
    held = "it" if phrase.object_inside else "between" if phrase.spread else ""
    if held and match[held]:
        return _span(words, *match.span(held))
    return (stop - 1, stop) if phrase.open_ended and not phrase.object_right and not held else (0, 0)


def _span(words: tuple[Token, ...], start: int, end: int) -> tuple[int, int]:
    """The tokens that lie in a span of the sentence, as first and one past the last."""
    inside = [at for at, token in enumerate(words) if token.start < end and start < token.end]
    return inside[0], inside[-1] + 1


def _bound(
    vocabulary: Vocabulary, scene: Scene, line: Line, number: int, phrase: Phrase, words: str, spoken: _Spoken
) -> list[Statement]:
    about = subjects(scene, phrase)
    beside = frozenset([thing.group for thing in about])
    things: tuple[Thing | None, ...] = about or (None,)
    return [Statement(phrase, thing, number, words, beside, line, scene, vocabulary, spoken) for thing in things]


def _label_before(words: Sequence[Token], first: int) -> int:
    """Where a label begins that is all that stands before a clause, "On March 22: | X becomes available"; else the clause."""
    labelled = 0 < first <= _LABEL and words[first - 1].text == ":"
    return 0 if labelled else first


def _is_of_a_gate(words: Sequence[str], at: int) -> bool:
    """Whether a word says what kind of opening a noun behind it is: "leaves limited availability" is no form of the past."""
    return not _GATE_NOUNS.isdisjoint(words[at + 1 : at + 2])
