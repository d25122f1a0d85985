"""No pattern of the program takes longer than the length of a text allows, whoever wrote the text."""

from __future__ import annotations

import re
from time import thread_time
from typing import Any

import pytest

from tests.patterns import Use, elsewhere, every, made, of_links, pieces, vocabularies
from watcher.core.language.text import MAX_LINE, MAX_SENTENCE, split

SHORT, LONG = 1_500, 6_000
BRIEF = 300
FEEL = 1_000
"""Characters at which a pattern that is quick enough needs no further look."""
QUICK = 0.001
"""Seconds for these: a quadratic pattern needs several times as many."""
HOPELESS = 0.5
"""Seconds for the short text, after which nobody needs the long one."""
LINEAR = 9.0
"""Four times the text may cost so many times as much: twice as much as it should, and far from the sixteen of a quadratic one."""
SQUARE = 32.0
"""The same inside one sentence, which may cost its square and no more."""
ANYTHING = (
    ". ",
    "!?",
    " ",
    "a",
    "1",
    "a ",
    "A ",
    "<",
    "<a ",
    "(",
    "-",
    "\n",
    "\t",
    "&",
    "_",
    "*",
    "|",
    "/",
    "@",
    ":",
    "'",
    '"',
    ", ",
    "é",
)
ENDS = ("", "\0", ",\0", "\n\0")
BOUNDED = (
    "watcher.core.evaluations",
    "watcher.core.bills.actions",
    "watcher.core.language",
    "vocabulary ",
)
"""Where a pattern is given one sentence or one row of a record at a time, which is cut: its time is bounded by the number of sentences."""


def hostile(piece: str, size: int, end: str, use: Use) -> Any:
    """A text of one piece repeated."""
    text = (piece * (size // len(piece) + 1))[:size] + end
    return text.encode("latin-1", "replace") if isinstance(use.pattern.pattern, bytes) else text


def cost(use: Use, text: Any, tries: int = 3) -> float:
    """Seconds of this thread's processor, the best of some tries."""
    took = []
    for _ in range(tries):
        begun = thread_time()
        use.search(text)
        took.append(thread_time() - begun)
    return min(took)


def slow(use: Use, piece: str, end: str) -> bool:
    """Whether four times the text costs far more than it should, measured again where it seems so."""
    bounded = use.where.startswith(BOUNDED)
    short, long, most = (BRIEF, MAX_SENTENCE, SQUARE) if bounded else (SHORT, LONG, LINEAR)
    if cost(use, hostile(piece, FEEL, end, use), tries=1) < QUICK:
        return False
    for _ in range(3):
        once = cost(use, hostile(piece, short, end, use))
        if once < HOPELESS and cost(use, hostile(piece, long, end, use)) <= most * once:
            return False
    return True


def hurt(use: Use) -> tuple[str, str] | None:
    """A piece and an end with which it is slow, if there are any."""
    tried = ((piece, end) for piece in dict.fromkeys((*pieces(use.pattern), *ANYTHING)) for end in ENDS)
    return next((one for one in tried if slow(use, *one)), None)


@pytest.mark.slow
def test_the_time_of_every_pattern_grows_with_the_length_of_its_text() -> None:
    uses = every()
    assert len(uses) > 300
    assert [(use.where, use.pattern.pattern[:60], found) for use in uses if (found := hurt(use))] == []


@pytest.mark.slow
def test_so_does_that_of_every_pattern_made_of_the_shipped_vocabularies() -> None:
    uses = vocabularies()
    assert len(uses) > 100
    assert [(use.where, use.pattern.pattern[:60], found) for use in uses if (found := hurt(use))] == []


@pytest.mark.slow
def test_so_does_that_of_every_pattern_made_when_it_is_first_needed_and_of_the_shipped_links() -> None:
    uses = [*made(), *of_links()]
    assert len(uses) > 1_500
    assert [(use.where, use.pattern.pattern[:60], found) for use in uses if (found := hurt(use))] == []


MADE_ELSEWHERE = {
    "watcher.config.types.check_pattern": "reads a pattern of the configuration and searches nothing",
    "watcher.core.addresses.is_in_any_year": "the address of a source, escaped, with a year of four digits",
    "watcher.core.bills.actions._wording": "held by WORDINGS, which `every` finds",
    "watcher.core.language.lexicon.lexicon": "made",
    "watcher.core.language.vocabulary._any_of": "vocabularies",
    "watcher.core.language.vocabulary._compiled": "vocabularies",
    "watcher.core.shape.link_pattern": "of_links; those of others by `config/safe_regex`",
    "watcher.formats._dates._shapes": "made",
    "watcher.replay.recorded_web.__init__": "addresses of a recording of one's own, escaped",
    "watcher.replay.single_document.plan_for": "of_links",
}
"""The functions in which a pattern is not written down, and where it is measured."""


def test_no_pattern_is_made_where_nobody_measures_it() -> None:
    assert elsewhere() == set(MADE_ELSEWHERE)


@pytest.mark.parametrize(
    "pattern",
    [r"[.!?]+\s+(?=[A-Z])", *(pytest.param(one, marks=pytest.mark.slow) for one in (r"(\d+)([wdhms])", r"\ba\b.*\bb\b"))],
)
def test_a_pattern_that_costs_the_square_is_noticed(pattern: str) -> None:
    assert hurt(Use(re.compile(pattern), "anywhere"))


def test_a_line_without_an_end_is_cut_before_it_is_searched() -> None:
    words = "It is open. " * (3 * MAX_LINE // 12)
    assert set(split(words)) == {"It is open."}
    assert "".join(split("x" * (MAX_LINE + 1))) == "x" * (MAX_LINE + 1)


@pytest.mark.parametrize("run", [".", "!?", ". ", ".)", "...", " ...", "\u2026 "])
def test_where_a_sentence_ends_is_found_behind_any_run_of_marks(run: str) -> None:
    assert split(f"It is open{run * 9_000} It was closed.")[-1].endswith("It was closed.")
