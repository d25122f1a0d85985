"""What a text says around a sentence: that all of it is an exercise, that it is over, only a heading, or not out yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from watcher.core.language.account import masked, plain_clause
from watcher.core.language.lexicon import choice, clause_of, cue, english, found_in, word_set
from watcher.core.language.reasons import field_words
from watcher.core.language.text import AUXILIARIES, Scene, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.core.language.parse import Line, Reading
    from watcher.core.language.sentence import Sentence

_SENTENCES_AROUND: Final = 2
"""Sentences before and behind one that may tell what the text is."""
_NOT_NOW: Final = frozenset({"planned", "wished", "negated"})
"""Manners in which something is not so today."""
_OPEN_YET: Final = word_set("negation") | word_set("to_happen")
_WORDS_BEFORE: Final = 10
"""Words before one that gives back that may say that it is still to happen."""
_TAG: Final = re.compile(r"^\W*\[([^\]]{1,40})\]")
_ENTRY: Final = re.compile(rf"(?i)^\W*{choice('entry_label')}(?: [\w ,.]{{1,24}})? ?(?:-|\u2014|:)")
"""An entry of an incident, the newest first: "Resolved - …", "Update: …"."""

_ENGLISH: Final = word_set("english")
_AFFIRMED: Final = cue("affirmed", "after", "next")
_PRESENT: Final = word_set("present_verb")
_STRONG: Final = frozenset({"all", "ended"}) | {"taken"}
"""Reasons of words of the question that hardly stand in a sentence for anything else."""
_CLAUSE: Final = re.compile(r"[:;\u2014]")
_MILESTONE: Final = cue("milestone", "after", "sentence")
_TRUE: Final = cue("affirmed", "beside", "sentence")
_TAIL: Final = re.compile(r"[:;,\u2014]")
"""Marks behind which a sentence may affirm what it said before."""


def is_foreign(line: Line) -> bool:
    """Whether a sentence has letters of another script, or more small words of another language than of English."""
    rest = line.folded
    for thing in line.things:
        rest = rest.replace(thing.said, " ")
    letters = [letter for letter in rest if letter.isalpha()]
    if sum(letter > "\u024f" for letter in letters) > len(letters) / 5:
        return True
    words = [token.text for token in tokens(rest, ())]
    clause = clause_of(words)
    foreign = sum(1 for _ in found_in(clause, ("foreign",)))
    return foreign > sum(word in _ENGLISH for word in words)


def given_back(reading: Reading, quote: str) -> tuple[str, ...]:
    """The words by which the newest entry of a status page, or the text below a title, says that what was taken is back."""
    entries = [line for line in reading.lines if _ENTRY.match(line.folded)]
    newest = [line for line in entries[:1] if line.quote != quote]
    below = reading.lines[1:] if quote == reading.title.quote else ()
    clauses = (plain_clause(line.folded) for line in (*newest, *below))
    told = ((clause[: found.end].split(), found.words) for clause in clauses for found in found_in(clause, ("given_back",)))
    return tuple(dict.fromkeys(words for before, words in told if _OPEN_YET.isdisjoint(before[-_WORDS_BEFORE:])))


def is_only_heading(reading: Reading, said: Sentence, quote: str) -> bool:
    """Whether a title without a verb is all that says so, while every sentence below that says it plans it or denies it.

    Where none below says it, a sentence that tells of something taken away is enough.
    """
    words = masked(reading.title.folded, reading.title.things, frozenset())
    if quote != reading.title.quote or not AUXILIARIES.isdisjoint(words):
        return False
    below = [one for one in reading.statements if one.sentence and one.kind in said.phrase]
    manners = [one.manners for one in below if one.thing and one.thing.group in said.about]
    if manners:
        return not any(_NOT_NOW.isdisjoint(each) for each in manners)
    clauses = (plain_clause(line.folded) for line in reading.lines[1:]) if not below else ()
    return any(found.row.reason == "taken" for clause in clauses for found in found_in(clause, ("field",)))


def is_not_out(reading: Reading) -> bool:
    """Whether the text below a title that names a work says that the work is still to come, or is gone."""
    clauses = (plain_clause(line.folded) for line in reading.lines[1:])
    return any(next(found_in(clause, ("not_out",)), None) for clause in clauses)


def _tag(title: Line) -> tuple[str, ...]:
    """The words of a tag in brackets before a title for which nothing accounts: "[DRILL] …", "[Draft] …"."""
    found = _TAG.match(title.folded)
    words = masked(found[1], (), frozenset()) if found else []
    return tuple(word for word in words if word.isalpha() and english().at(f"{word} ", 0, ("neutral", "given_back")) is None)


def frame_of(reading: Reading, quote: str) -> tuple[str, ...]:
    """What the title or a sentence close to one says of the whole text: that it is rehearsed, imagined, drafted or mended."""
    number = next((n for n, line in enumerate(reading.lines) if n and line.quote == quote), 0)
    first, last = max(number - _SENTENCES_AROUND, 0), min(number + _SENTENCES_AROUND, len(reading.lines) - 1)
    near = {0, *range(first, last + 1)}
    clauses = (plain_clause(reading.lines[n].folded) for n in sorted(near - {number}))
    found = (found.words for clause in clauses for found in found_in(clause, ("frame",)) if found.row.reason != "aside")
    return tuple(dict.fromkeys((*_tag(reading.title), *found)))


def affirmed_by(reading: Reading, line: Line) -> str:
    """The words behind a mark, or at the start of the next sentence, that say that something is so: "We have.", "; it did"."""
    number = next((n for n, one in enumerate(reading.lines) if one is line), 0)
    tails = [line.folded[found.end() :] for found in _TAIL.finditer(line.folded)]
    follow = [one.folded for one in reading.lines[number + 1 : number + 2]]
    found = (match for tail in (*tails, *follow) if (match := _AFFIRMED.match(tail)))
    if true := _TRUE.search(line.folded):
        return true[0].split()[-1]
    return next((match[0].strip() for match in found), "")


def goes_on(line: Line, end: int, groups: frozenset[str]) -> str:
    """Words of the question in a clause of how things are, which a mark sets apart behind a statement that ends at `end`."""
    mark = _CLAUSE.search(line.folded, end) if end and not line.folded.rstrip().endswith("?") else None
    if mark is None:
        return ""
    tail = masked(line.folded[mark.end() :], (), groups)
    found = [one.words for one in field_words(tuple(tail)) if one.row.reason in _STRONG]
    return ", ".join(found) if not _PRESENT.isdisjoint(tail) else ""


def is_at_milestone(scene: Scene) -> bool:
    """Whether a plan's time is when some work is done, which is a time of its own: "as soon as our tests have been completed"."""
    return _MILESTONE.search(scene.sentence[scene.tokens[scene.stop - 1].end :]) is not None


def said_below(line: Line, lines: Sequence[Line]) -> Line:
    """What a heading that is a name alone stands over: nobody can judge by a name."""
    if any(letter.isalnum() for letter in _between(line)):
        return line
    return next((below for below in lines[lines.index(line) + 1 :] if any(map(str.isalpha, _between(below)))), line)


def _between(line: Line) -> str:
    """The words of a sentence without the names of things."""
    text = line.folded
    for thing in reversed(line.things):
        text = text[: thing.start] + text[thing.end :]
    return text
