"""A sentence that says that a work on a thing is out now, whatever the title over it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from watcher.core.language.account import masked
from watcher.core.language.lexicon import ROLES, english, found_in

if TYPE_CHECKING:
    from watcher.core.language.lexicon import Found
    from watcher.core.language.parse import Line, Reading
    from watcher.core.language.vocabulary import Vocabulary

_IT: Final = ROLES["it"]
_TURNS: Final = frozenset([",", ";", ":", "|", "—", "\u2013", "(", ")", "but", "while", "whereas", "although", "because"])
_DOUBT: Final = frozenset(
    ["not", "no", "never", "n't", "without", "if", "once", "when", "whether", "would", "could", "should", "may", "might", "?"]
)
"""Words that take an announcement back, or leave it open."""
_BEFORE: Final = frozenset({"of", "on", "and", "'s", "into", "with", _IT})
"""What stands before the thing that a work is on."""
_EXPLAINED: Final = ("neutral", "work_noun", "out_now", "work_told", "work_beside")


@dataclass(frozen=True, slots=True)
class Groups:
    """Of a series: what its works are on, who does them, and names that may stand beside both."""

    of: frozenset[str]
    by: frozenset[str]
    beside: frozenset[str]


@dataclass(frozen=True, slots=True)
class Announced:
    """The sentence, and the words that show it."""

    line: Line
    work: str
    out: str


def announced(reading: Reading, groups: Groups, vocabulary: Vocabulary) -> Announced | None:
    """The first sentence that announces a work, with every word of the clause explained, in a text on things of the series alone.

    None where the title, or the sentence, tells of a plan, of an old work, of other doings or names anything else.
    """
    told = {thing.group for thing in reading.title.things}
    if _is_of_others(reading.title, groups):
        return None
    for line in reading.lines:
        told.update(thing.group for thing in line.things)
        if groups.of.isdisjoint(told) or _is_of_others(line, groups):
            continue
        for clause in _clauses(_words(line, groups, vocabulary)):
            if found := _said_out(clause):
                return Announced(line, *found)
    return None


def _words(line: Line, groups: Groups, vocabulary: Vocabulary) -> list[str]:
    """The words of a sentence; who does the works stands as the maker, what they are on, and whose it is, as the thing."""
    makers = tuple(("maker", thing.start, thing.end) for thing in line.things if thing.group in groups.by)
    things = tuple(thing for thing in line.things if thing.group not in groups.by)
    return masked(line.folded, things, groups.of | groups.beside, (*makers, *vocabulary.roles_in(line.folded)))


def _clauses(words: list[str]) -> Iterator[list[str]]:
    """Each run of parts between marks, from one to three of them: an announcement may stand around an insertion."""
    marks = [-1, *(n for n, word in enumerate(words) if word in _TURNS), len(words)]
    parts = [words[a + 1 : b] for a, b in pairwise(marks)]
    for first in range(len(parts)):
        for many in (1, 2, 3):
            yield [word for part in parts[first : first + many] for word in part]


def _said_out(words: list[str]) -> tuple[str, str] | None:
    """The work that a clause names, and the words by which it is out now, where nothing else stands in it."""
    clause = "".join(f"{word} " for word in words)
    work, out = (next(found_in(clause, (kind,)), None) for kind in ("work_noun", "out_now"))
    if not work or not out or not _DOUBT.isdisjoint(words):
        return None
    return None if _is_unexplained(clause, work, out) else (work.words, out.words)


def _is_unexplained(clause: str, work: Found, out: Found) -> bool:
    """Whether a word of a clause is explained by nothing, up to the verb behind which the work itself is told."""
    at, last = 0, max(work.end, out.end)
    before, lexicon = "", english()
    while at < len(clause):
        word = clause[at : clause.index(" ", at)]
        found = lexicon.at(clause, at, _EXPLAINED)
        if found and found.row.kind == "work_told":
            if at >= last:
                return False
        elif word == _IT:
            behind = lexicon.at(clause, at + 2, ("work_noun",))
            if before not in _BEFORE and not behind:
                return True
        elif before == _IT and _is_name(word):
            word = _IT
        elif not found and word != ROLES["maker"] and (word[0].isalnum() or "\ue000" <= word[0] <= "\ue00f"):
            return True
        end = found.end if found and word != _IT else clause.index(" ", at) + 1
        at, before = end, word if word == _IT else clause[at : end - 1].rpartition(" ")[2]
    return False


def _is_name(word: str) -> bool:
    """Whether a word behind the name of a model is its version: "Kimi K4"."""
    return any(letter.isdigit() for letter in word)


def _is_of_others(line: Line, groups: Groups) -> bool:
    """Whether a title or a sentence is a question, names other things, or tells of a plan, an old work or other doings."""
    if line.folded.rstrip("\"')] ").endswith("?") or any(
        thing.group not in groups.of | groups.by | groups.beside for thing in line.things
    ):
        return True
    clause = "".join(f"{word} " for word in masked(line.folded, (), frozenset()))
    return next(found_in(clause, ("no_work", "work_part")), None) is not None
