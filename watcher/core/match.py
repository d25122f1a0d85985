"""The search for a sentence that says what a rule asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from watcher.core.reading import Line, Reading, Statement, read
from watcher.core.says import Sentence
from watcher.core.subject_keys import models_named
from watcher.core.titles import Title, find_title
from watcher.core.vocabulary import Vocabulary
from watcher.core.windows import price_of

_PAST: Final = frozenset({"past", "window"})
__all__ = ["Match", "Sentence", "Vocabulary", "find", "match", "matches"]


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence that says it."""

    quote: str
    """The sentence, verbatim."""
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)
    """name, version, group, price, window, object, model, phrase: what the sentence says."""
    past: bool = False
    """Whether a word of it tells of the past: then it counts with the time that the sentence gives alone."""


def find(sentence: Sentence, vocabulary: Vocabulary, *, title: str, text: str) -> Match | None:
    """The first sentence of a title and a text that says it, or None. Pure, bounded."""
    return match(sentence, vocabulary, read(vocabulary, title, text))


def match(sentence: Sentence, vocabulary: Vocabulary, reading: Reading) -> Match | None:
    """As `find`, on a text that was read before."""
    return next(matches(sentence, vocabulary, reading), None)


def matches(sentence: Sentence, vocabulary: Vocabulary, reading: Reading, *, whole: bool = False) -> Iterator[Match]:
    """Every sentence of a text that says it, those of the text before the title; `whole`: with every word explained."""
    if not _named_beside(sentence, reading):
        return
    if sentence.title:
        titled = find_title(reading, vocabulary, _title_of(sentence))
        if titled:
            yield Match(titled.quote, titled.reason, titled.values)
    elif not sentence.phrase:
        yield from _mentions(sentence, vocabulary, reading)
    else:
        yield from _spoken(sentence, vocabulary, reading, whole=whole)


def _title_of(said: Sentence) -> Title:
    return Title(said.title, said.by, said.object_of, said.object_not, said.not_words, said.besides, said.versioned)


def _named_beside(sentence: Sentence, reading: Reading) -> bool:
    if sentence.titled and not any(thing.group in sentence.titled for thing in reading.title.things):
        return False
    if not sentence.also and not sentence.not_also:
        return True
    return (not sentence.also or bool(reading.groups & set(sentence.also))) and not reading.groups & set(sentence.not_also)


def _mentions(sentence: Sentence, vocabulary: Vocabulary, reading: Reading) -> Iterator[Match]:
    for number, line in enumerate(reading.lines):
        thing = next((thing for thing in line.things if thing.group in sentence.about), None)
        asked = line.folded.endswith("?") and "question" not in sentence.manner
        if thing and not asked and _placed(sentence, number) and _worded(sentence, vocabulary, line, reading):
            model = _model(sentence, reading)
            if model or not sentence.versioned:
                price = price_of(line.folded)
                values = {"name": thing.name, "version": thing.version, "group": thing.group, "model": model, "price": price}
                yield Match(line.quote, f"names {thing.name}" + (f" and {model}" if model else ""), values)


def _model(sentence: Sentence, reading: Reading) -> str:
    """Keys of the versioned models of `also`, or of `about`, that the text names, joined by "+"."""
    groups = sentence.also or sentence.about
    return "+".join(sorted({key for line in reading.lines for key in models_named(line, groups)}))


def _spoken(sentence: Sentence, vocabulary: Vocabulary, reading: Reading, *, whole: bool) -> Iterator[Match]:
    if reading.kinds.isdisjoint(sentence.phrase):
        return
    for said in reading.statements:
        line = reading.lines[said.sentence]
        if said.kind not in sentence.phrase or not _placed(sentence, said.sentence) or not _is_about(sentence, said):
            continue
        if not _manner_fits(sentence, said) or (sentence.window and not said.window) or (whole and not _is_whole(sentence, said)):
            continue
        if _worded(sentence, vocabulary, line, reading) and not _gated(sentence, said, reading):
            yield _matched(
                said, line, reading, past=whole and bool(_PAST & said.account.taken) and "planned" not in sentence.manner
            )


def _is_whole(sentence: Sentence, said: Statement) -> bool:
    """Whether every word of the clause is explained, and nothing takes a part of it back but what the rule asks for."""
    found = said.account
    allowed = {"planned", "window"} if "planned" in sentence.manner else _PAST
    return not found.unexplained and not found.taken.difference(allowed)


def _is_about(sentence: Sentence, said: Statement) -> bool:
    """Whether the phrase is said of one of the things that are asked for, and of none that must not be beside it."""
    if not said.beside.isdisjoint(sentence.not_with):
        return False
    if sentence.about and (said.thing is None or said.thing.group not in sentence.about):
        return False
    return not (sentence.unversioned and said.thing is not None and said.thing.version)


def _placed(sentence: Sentence, number: int) -> bool:
    return sentence.where == "any" or (sentence.where == "title") == (number == 0)


def _manner_fits(sentence: Sentence, said: Statement) -> bool:
    return ("+".join(sorted(said.manners)) or "stated") in {"+".join(sorted(one.split("+"))) for one in sentence.manner}


def _worded(sentence: Sentence, vocabulary: Vocabulary, line: Line, reading: Reading) -> bool:
    lists, both = vocabulary.lists, (line, reading.title)
    if not all(lists[name].search(line.folded) for name in sentence.words):
        return False
    return not any(lists[name].search(each.folded) for name in sentence.not_words for each in both)


def _gated(sentence: Sentence, said: Statement, reading: Reading) -> bool:
    """Whether the text also says of the same thing what must not be said beside it."""
    group = said.thing.group if said.thing else ""
    if reading.kinds.isdisjoint(sentence.without):
        return False
    beside = [other for other in reading.statements if other.kind in sentence.without and not other.manners]
    bound = {other.sentence for other in beside if other.thing}
    return any(
        other.thing.group == group if other.thing else other.sentence == said.sentence and said.sentence not in bound
        for other in beside
    )


def _matched(said: Statement, line: Line, reading: Reading, *, past: bool) -> Match:
    thing = said.thing
    values = {
        "name": thing.name if thing else "",
        "version": thing.version if thing else "",
        "group": thing.group if thing else "",
        **_named(said, line, reading),
        "phrase": said.words,
        "window": said.window,
        "price": price_of(line.folded) or reading.price,
        "model": "+".join(models_named(line, (thing.group,))) if thing else "",
    }
    how = " and ".join(sorted(said.manners)) or "stated"
    return Match(
        line.quote, f"\u201c{said.words}\u201d is {how} of {values['name'] or 'what the sentence speaks of'}", values, past
    )


def _named(said: Statement, line: Line, reading: Reading) -> dict[str, str]:
    """Group → the thing of that group which the sentence, or else the title, names: what "match:public" means."""
    found: dict[str, str] = {}
    own = (said.thing,) if said.thing else ()
    for thing in (*own, *line.things, *reading.title.things):
        found.setdefault(thing.group, thing.name)
    return found
