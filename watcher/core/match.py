"""What one sentence must say to count: the pattern written in signals.toml, and the search for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from watcher.core.manner import MANNERS
from watcher.core.reading import PRICE, Line, Reading, Statement, read
from watcher.core.titles import Title, find_title
from watcher.core.vocabulary import Vocabulary

__all__ = ["Match", "Sentence", "Vocabulary", "find", "match"]

_LISTS: Final = (
    "about",
    "phrase",
    "manner",
    "also",
    "not_also",
    "without",
    "by",
    "words",
    "not_words",
    "object_not",
    "object_of",
    "titled",
)
_WHERE: Final = ("any", "title", "text")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one sentence must say; every key that is given must hold."""

    about: tuple[str, ...] = ()
    """Groups of named things; the phrase must be said of one of them."""
    phrase: tuple[str, ...] = ()
    """Kinds of phrases, one of which must be said; without any, the thing need only be named."""
    manner: tuple[str, ...] = ("stated",)
    """How it may be said: stated, negated, planned, … (core/manner.py), or several joined by "+"."""
    also: tuple[str, ...] = ()
    """Groups, one of which must be named anywhere in the text."""
    not_also: tuple[str, ...] = ()
    """Groups, none of which may be named anywhere in the text."""
    titled: tuple[str, ...] = ()
    """Groups, one of which the title must name."""
    without: tuple[str, ...] = ()
    """Kinds of phrases that may not be stated of the same group anywhere in the text (a gate beside an opening)."""
    words: tuple[str, ...] = ()
    """Word lists, each of which must occur in the sentence."""
    not_words: tuple[str, ...] = ()
    """Word lists, none of which may occur in the sentence."""
    where: str = "any"
    """any | title | text: where the sentence stands."""
    window: bool = False
    """Whether the sentence must name a time ("in the coming weeks")."""
    title: str = ""
    """Kind of phrase that a title must hold ("evaluation of"), with an object that is a named model or a new one."""
    by: tuple[str, ...] = ()
    """Groups, one of which must stand shortly before the title's phrase (who did it)."""
    object_of: tuple[str, ...] = ()
    """Groups, one of which the title's object must name; empty takes any object."""
    object_not: tuple[str, ...] = ()
    """Word lists with which the title's object must not begin."""

    @classmethod
    def of(cls, table: Mapping[str, object], vocabulary: Vocabulary | None = None) -> Sentence:
        """Build from `says = {…}`. Raises ValueError naming the key that is wrong."""
        known = cls.__dataclass_fields__
        values: dict[str, object] = {}
        for key, value in table.items():
            if key not in known:
                raise ValueError(f"says: unknown key {key!r}; expected one of {', '.join(known)}")
            values[key] = _list(key, value) if key in _LISTS else _single(key, value)
        sentence = cls(**values)  # type: ignore[arg-type] - each value was checked against its key
        if vocabulary is not None:
            _check(sentence, vocabulary)
        return sentence


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence that says it."""

    quote: str
    """The sentence, verbatim."""
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)
    """name, version, group, price, window, object, model, phrase: what the sentence says."""


def find(sentence: Sentence, vocabulary: Vocabulary, *, title: str, text: str) -> Match | None:
    """The first sentence of a title and a text that says it, or None. Pure, bounded."""
    return match(sentence, vocabulary, read(vocabulary, title, text))


def match(sentence: Sentence, vocabulary: Vocabulary, reading: Reading) -> Match | None:
    """As `find`, on a text that was read before."""
    if not _named_beside(sentence, reading):
        return None
    if sentence.title:
        titled = find_title(reading, vocabulary, _title_of(sentence))
        return Match(reading.title.quote, titled.reason, titled.values) if titled else None
    if not sentence.phrase:
        return next(_mentions(sentence, vocabulary, reading), None)
    return next(_spoken(sentence, vocabulary, reading), None)


def _title_of(sentence: Sentence) -> Title:
    return Title(sentence.title, sentence.by, sentence.object_of, sentence.object_not, sentence.not_words)


def _named_beside(sentence: Sentence, reading: Reading) -> bool:
    if sentence.titled and not any(thing.group in sentence.titled for thing in reading.title.things):
        return False
    if not sentence.also and not sentence.not_also:
        return True
    groups = {thing.group for line in reading.lines for thing in line.things}
    return (not sentence.also or bool(groups & set(sentence.also))) and not groups & set(sentence.not_also)


def _mentions(sentence: Sentence, vocabulary: Vocabulary, reading: Reading) -> Iterator[Match]:
    for number, line in enumerate(reading.lines):
        thing = next((thing for thing in line.things if thing.group in sentence.about), None)
        if thing and _placed(sentence, number) and _worded(sentence, vocabulary, line):
            values = {"name": thing.name, "version": thing.version, "group": thing.group}
            yield Match(line.quote, f"names {thing.name}", values)


def _spoken(sentence: Sentence, vocabulary: Vocabulary, reading: Reading) -> Iterator[Match]:
    for said in reading.statements:
        line = reading.lines[said.sentence]
        if said.kind not in sentence.phrase or not _placed(sentence, said.sentence) or not _manner_fits(sentence, said):
            continue
        if sentence.about and (said.thing is None or said.thing.group not in sentence.about):
            continue
        if (sentence.window and not said.window) or not _worded(sentence, vocabulary, line) or _gated(sentence, said, reading):
            continue
        yield _matched(said, line, reading)


def _placed(sentence: Sentence, number: int) -> bool:
    return sentence.where == "any" or (sentence.where == "title") == (number == 0)


def _manner_fits(sentence: Sentence, said: Statement) -> bool:
    return ("+".join(sorted(said.manners)) or "stated") in {"+".join(sorted(one.split("+"))) for one in sentence.manner}


def _worded(sentence: Sentence, vocabulary: Vocabulary, line: Line) -> bool:
    lists = vocabulary.lists
    return all(lists[name].search(line.folded) for name in sentence.words) and not any(
        lists[name].search(line.folded) for name in sentence.not_words
    )


def _gated(sentence: Sentence, said: Statement, reading: Reading) -> bool:
    """Whether the text also says of the same thing what must not be said beside it."""
    group = said.thing.group if said.thing else ""
    return any(
        other.kind in sentence.without
        and not other.manners
        and (other.thing.group == group if other.thing else other.sentence == said.sentence)
        for other in reading.statements
    )


def _matched(said: Statement, line: Line, reading: Reading) -> Match:
    thing = said.thing
    price = next((found for each in (line, *reading.lines) if (found := PRICE.search(each.folded))), None)
    values = {
        "name": thing.name if thing else "",
        "version": thing.version if thing else "",
        "group": thing.group if thing else "",
        **_named(said, line, reading),
        "phrase": said.words,
        "window": said.window,
        "price": f"${price[1]}/${price[2]}" if price else "",
    }
    how = " and ".join(sorted(said.manners)) or "stated"
    return Match(line.quote, f"\u201c{said.words}\u201d is {how} of {values['name'] or 'what the sentence speaks of'}", values)


def _named(said: Statement, line: Line, reading: Reading) -> dict[str, str]:
    """Group → the thing of that group which the sentence, or else the title, names: what "match:public" means."""
    found: dict[str, str] = {}
    own = (said.thing,) if said.thing else ()
    for thing in (*own, *line.things, *reading.title.things):
        found.setdefault(thing.group, thing.name)
    return found


def _list(key: str, value: object) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"says.{key}: expected a text or a list of texts")
    return tuple(texts)


def _single(key: str, value: object) -> object:
    if key == "window" and not isinstance(value, bool):
        raise ValueError("says.window: expected true or false")
    if key == "where" and value not in _WHERE:
        raise ValueError(f"says.where: expected one of {', '.join(_WHERE)}")
    if key == "title" and (not isinstance(value, str) or not value):
        raise ValueError("says.title: expected the name of a list of phrases")
    return value


def _check(sentence: Sentence, vocabulary: Vocabulary) -> None:
    """Raise ValueError where a pattern asks for what the vocabulary does not have."""
    asked = [
        ("about", sentence.about, vocabulary.things),
        ("also", sentence.also, vocabulary.things),
        ("titled", sentence.titled, vocabulary.things),
        ("not_also", sentence.not_also, vocabulary.things),
        ("by", sentence.by, vocabulary.things),
        ("object_of", sentence.object_of, vocabulary.things),
        ("phrase", sentence.phrase, vocabulary.kinds()),
        ("without", sentence.without, vocabulary.kinds()),
        ("title", (sentence.title,) if sentence.title else (), vocabulary.kinds()),
        ("words", sentence.words, vocabulary.words),
        ("not_words", sentence.not_words, vocabulary.words),
        ("object_not", sentence.object_not, vocabulary.words),
        ("manner", tuple(part for one in sentence.manner for part in one.split("+")), MANNERS),
    ]
    for key, names, known in asked:
        for name in names:
            if name not in known:
                raise ValueError(f"says.{key}: {name!r} is not in the vocabulary; known: {', '.join(sorted(known))}")
