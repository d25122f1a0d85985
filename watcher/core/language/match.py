"""The search for a sentence or a title that says what it must (`says = {…}` in signals.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final, TypeAlias

from watcher.core.language.assertion import NEGATIONS
from watcher.core.language.lexicon import choice
from watcher.core.language.parse import Line, Reading, Statement, read
from watcher.core.language.sentence import Sentence
from watcher.core.language.times import price_of
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.language.works import Groups, Title, announced, find_title, is_done_by, models_named

_PAST: Final = frozenset({"past", "window"})
_REASON: Final = re.compile(
    rf"(?i)^{choice('opening_reason')} (?!{choice('no_reason')})[^,;:]{{1,200}}, (?={choice('subject_pronoun')})"
)
"""A reason that opens a sentence, before one who does what is said."""
MOST_PROOFS: Final = 8
"""Sentences that are looked at for one that says what a title says."""
Passed: TypeAlias = list[tuple[str, str]]
"""Quotes of sentences that are passed over, each with the reason."""


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


def matches(
    sentence: Sentence, vocabulary: Vocabulary, reading: Reading, *, whole: bool = False, passed: Passed | None = None
) -> Iterator[Match]:
    """Every sentence of a text that says it, those of the text before the title; `whole`: with every word explained.

    Those that are passed over on the way are put down in `passed`, with the reason.
    """
    if not _named_beside(sentence, reading):
        return
    if sentence.title:
        titled = find_title(reading, vocabulary, _title_of(sentence))
        told = not sentence.words or _told_beside(sentence, vocabulary, reading)
        if titled and told and (not sentence.announced or is_done_by(reading, _groups_of(sentence), vocabulary)):
            yield Match(titled.quote, titled.reason, titled.values)
    elif sentence.announced:
        yield from _announced(sentence, vocabulary, reading)
    elif not sentence.phrase:
        yield from _mentions(sentence, vocabulary, reading)
    else:
        yield from _spoken(sentence, vocabulary, reading, whole=whole, passed=passed)


def _title_of(said: Sentence) -> Title:
    by = () if said.announced else said.by  # then a sentence says who did it
    return Title(said.title, by, said.object_of, said.object_not, said.not_words, said.besides, said.versioned, said.announced)


def _groups_of(said: Sentence) -> Groups:
    return Groups(*map(frozenset, (said.object_of, said.by, said.also)))


def _named_beside(sentence: Sentence, reading: Reading) -> bool:
    if sentence.titled and not any(thing.group in sentence.titled for thing in reading.title.things):
        return False
    if not sentence.also and not sentence.not_also:
        return True
    return (not sentence.also or bool(reading.groups & set(sentence.also))) and not reading.groups & set(sentence.not_also)


def _told_beside(sentence: Sentence, vocabulary: Vocabulary, reading: Reading) -> bool:
    """Whether a sentence that names one of `also` holds the words that are asked for beside a title, and denies nothing."""
    named = (line for line in reading.lines if any(thing.group in sentence.also for thing in line.things))
    plain = (line.folded for line in named if NEGATIONS.isdisjoint(line.folded.lower().split()))
    return any(all(vocabulary.lists[name].search(words) for name in sentence.words) for words in plain)


def _mentions(sentence: Sentence, vocabulary: Vocabulary, reading: Reading) -> Iterator[Match]:
    for number, line in enumerate(reading.lines):
        thing = next((thing for thing in line.things if thing.group in sentence.about), None)
        asked = line.folded.endswith("?") and "question" not in sentence.manner
        if thing and not asked and _placed(sentence, number) and not _misworded(sentence, vocabulary, line, reading):
            model = _model(sentence, reading)
            if model or not sentence.versioned:
                price = price_of(line.folded)
                values = {"name": thing.name, "version": thing.version, "group": thing.group, "model": model, "price": price}
                yield Match(line.quote, f"names {thing.name}" + (f" and {model}" if model else ""), values)


def _announced(sentence: Sentence, vocabulary: Vocabulary, reading: Reading) -> Iterator[Match]:
    if sentence.by and reading.groups.isdisjoint(sentence.by):
        return
    found = announced(reading, _groups_of(sentence), vocabulary)
    model = _subject_of(found.line, reading, sentence.object_of) if found else ""
    if found and model and not _misworded(sentence, vocabulary, found.line, reading):
        values = {"object": model, "model": model, "name": model, "by": "", "price": ""}
        yield Match(found.line.quote, f"\u201c{found.work}\u201d is \u201c{found.out}\u201d", values)


def _subject_of(line: Line, reading: Reading, groups: tuple[str, ...]) -> str:
    """The versioned things that the announcing sentence names, else the title, else the first sentence that names any."""
    named = (models_named(one, groups) for one in (line, reading.title, *reading.lines))
    return "+".join(next((keys for keys in named if keys), ()))


def _model(sentence: Sentence, reading: Reading) -> str:
    """Keys of the versioned models of `also`, or of `about`, that the text names, joined by "+"."""
    groups = sentence.also or sentence.about
    return "+".join(sorted({key for line in reading.lines for key in models_named(line, groups)}))


def _spoken(
    sentence: Sentence, vocabulary: Vocabulary, reading: Reading, *, whole: bool, passed: Passed | None
) -> Iterator[Match]:
    if reading.kinds.isdisjoint(sentence.phrase):
        return
    for said in _asked_for(sentence, reading):
        line = reading.lines[said.sentence]
        why = lacks(sentence, vocabulary, reading, said, whole=whole)
        if not why:
            past = whole and bool(_PAST & said.account.taken) and "planned" not in sentence.manner
            yield _matched(said, line, reading, past=past)
        elif passed is not None:
            passed.append((line.quote, why))


def in_full(sentence: Sentence, vocabulary: Vocabulary, reading: Reading, told: datetime) -> Iterator[Match]:
    """Each sentence below the title that says it, too, and of which nothing is taken back, though not every word is explained.

    A reason that opens a sentence takes nothing from what was done for it: "As X cannot be told apart, | we have suspended it".
    """
    if not sentence.phrase or not _named_beside(sentence, reading):
        return
    numbers = dict.fromkeys(said.sentence for said in _asked_for(sentence, reading) if said.sentence)
    for line in map(reading.lines.__getitem__, islice(numbers, MOST_PROOFS)):
        reason = _REASON.match(line.folded)
        alone = read(vocabulary, reading.title.quote, line.folded[reason.end() :] if reason else line.quote, told)
        for said in _asked_for(sentence, alone):
            if said.sentence and not said.account.taken and not lacks(sentence, vocabulary, alone, said, whole=False):
                yield _matched(said, line, reading, past=False)


def unheard(sentence: Sentence, reading: Reading, why: str) -> Iterator[tuple[str, str]]:
    """Each sentence that says what is asked in its manner, by who may not say it, so that no more is asked: quote and reason."""
    for said in _asked_for(sentence, reading) if _named_beside(sentence, reading) else ():
        if _manner_fits(sentence, said):
            yield reading.lines[said.sentence].quote, f"\u201c{said.words}\u201d {why}"


def _asked_for(sentence: Sentence, reading: Reading) -> Iterator[Statement]:
    """The statements of a phrase, a thing and a place that are asked for."""
    for said in reading.statements:
        if said.kind in sentence.phrase and _placed(sentence, said.sentence) and _is_about(sentence, said):
            yield said


def lacks(sentence: Sentence, vocabulary: Vocabulary, reading: Reading, said: Statement, *, whole: bool) -> str:
    """What a statement of the phrase and the thing that are asked for lacks besides, in words; empty where it lacks nothing."""
    if not _manner_fits(sentence, said):
        return f"\u201c{said.words}\u201d is {' and '.join(sorted(said.manners)) or 'stated'}"
    if sentence.window and not said.window:
        return f"\u201c{said.words}\u201d names no time"
    if whole and not _is_whole(sentence, said):
        return f"not explained: {', '.join(said.account.unexplained or said.account.because)}"
    if words := _misworded(sentence, vocabulary, reading.lines[said.sentence], reading):
        return words
    return f"the text also says what shuts \u201c{said.words}\u201d again" if _gated(sentence, said, reading) else ""


def _is_whole(sentence: Sentence, said: Statement) -> bool:
    """Whether every word of the clause is explained, and nothing takes a part of it back but what the rule asks for."""
    found = said.account
    allowed = {"planned", "window"} if "planned" in sentence.manner else _PAST
    # "not on every account" is on some: the manner has accounted for its "not".
    left = set(found.unexplained) - ({"not"} if "partial" in said.manners else set())
    return not left and not found.taken.difference(allowed) and ("planned" in sentence.manner or not said.is_ahead)


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


def _misworded(sentence: Sentence, vocabulary: Vocabulary, line: Line, reading: Reading) -> str:
    """Which words are missing from a sentence, or must not be there; empty where it is worded as is asked."""
    lists, both = vocabulary.lists, (line, reading.title)
    for name in sentence.words:
        if not lists[name].search(line.folded):
            return f"it holds no word of the list {name}"
    found = (lists[name].search(each.folded) for name in sentence.not_words for each in both)
    return next((f"it also says \u201c{one[0]}\u201d" for one in found if one), "")


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
