"""What a text says of itself around a sentence: that it is rehearsed, imagined, drafted, mended, or of one workspace."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from watcher.core.language.account import masked, plain_clause
from watcher.core.language.lexicon import cue, english, found_in

if TYPE_CHECKING:
    from watcher.core.language.parse import Line, Reading

_ROWS: Final = 60
"""Rows of a table above one that are passed to find what stands over the table: all of them cost the square of their number."""
_SENTENCES_AROUND: Final = 2
"""Sentences before and behind one that may tell what the text is."""
_TAG: Final = re.compile(r"^\W*\[([^\]]{1,40})\]")
_ONE_WORKSPACE: Final = cue("one_workspace", "beside", "sentence")


def _tag(title: Line) -> tuple[str, ...]:
    """The words of a tag in brackets before a title for which nothing accounts: "[DRILL] …", "[Draft] …"."""
    found = _TAG.match(title.folded)
    words = masked(found[1], (), frozenset()) if found else []
    return tuple(word for word in words if word.isalpha() and english().at(f"{word} ", 0, ("neutral", "given_back")) is None)


def frame_of(reading: Reading, quote: str, *, of_work: bool = False) -> tuple[str, ...]:
    """What the title or a sentence close to one says of the whole text: that it is rehearsed, imagined, drafted or mended.

    Below the title `of_work`, what a test may be made of ("a simulated network") says that only in a sentence that names a work.
    """
    number = next((n for n, line in enumerate(reading.lines) if n and line.quote == quote), 0)
    first, last = max(number - _SENTENCES_AROUND, 0), min(number + _SENTENCES_AROUND, len(reading.lines) - 1)
    near = {0, *range(first, last + 1)}
    clauses = (plain_clause(reading.lines[n].folded) for n in sorted(near - {number}))
    held = ((clause, one) for clause in clauses for one in found_in(clause, ("frame",)) if one.row.reason != "aside")
    found = (one.words for clause, one in held if not (of_work and one.row.reason == "tested" and _names_no_work(clause)))
    return tuple(dict.fromkeys((*_tag(reading.title), *found, *_of_one_workspace(reading, number))))


def _names_no_work(clause: str) -> bool:
    return next(found_in(clause, ("work_noun",)), None) is None


def _of_one_workspace(reading: Reading, number: int) -> tuple[str, ...]:
    """The words above a table, or of a title that names nothing, by which all is told of one customer's workspace."""
    first = number
    while first and number - first < _ROWS and reading.lines[first].folded.startswith("|"):
        first -= 1
    above = (reading.title, reading.lines[first]) if first < number else () if reading.title.things else (reading.title,)
    return tuple(found[0].lower() for one in above if (found := _ONE_WORKSPACE.search(one.folded)))
