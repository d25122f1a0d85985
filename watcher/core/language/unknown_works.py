"""Texts that may tell a work of a series in words that no rule knows: open, or quiet for a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from watcher.core.language.account import masked
from watcher.core.language.lexicon import Found, clause_of, english, found_in, word_set
from watcher.core.language.net import Open, Quiet
from watcher.core.language.surroundings import is_foreign
from watcher.core.language.text import MODEL_NOUNS
from watcher.core.language.undecided import is_asked
from watcher.core.language.works import TO_COME, models_named

if TYPE_CHECKING:
    from watcher.core.language.parse import Line, Reading

OTHER_MODELS: Final = "names the institute alone, and no model of this kind"
ANOTHERS: Final = "tells of the work of another body"
OTHER_DOINGS: Final = "tells of other doings of the institute"
"""Reasons beside which also what is new is no work of the body."""
_MANY: Final = frozenset(word for word in MODEL_NOUNS if word.startswith(("model", "llm")))
"""Nouns by which a work says that it is on a model, whichever."""
_OURS: Final = word_set("speaking_us")
_KIND: Final = word_set("sort_of_ai")
_PUBLISHING: Final = frozenset({"publication", "publications", "testing of"})
_REACH: Final = 4
"""Sentences behind one in which the thing that a work is on may be named, with the sentence itself."""


@dataclass(frozen=True, slots=True)
class Works:
    """What the waking titles of a series are about: who does the work, on what, at which addresses."""

    by: frozenset[str]
    of: frozenset[str]
    others: frozenset[str]
    """Groups of models of another kind: a work on one of them is no event, but it is for a person."""
    status: str
    places: tuple[str, ...]
    """Hosts on which such a work can be told, with `*` for anything."""
    own: frozenset[str]
    """Hosts on which a sentence need not say whose work it is."""
    marks: tuple[str, ...]
    """Names of one word, lower case: a page there with one in its path is of that body."""
    parents: tuple[re.Pattern[str], ...]
    """Names of those in whose name the body works."""
    itself: frozenset[str]
    """Words by which it speaks of itself."""
    called: re.Pattern[str] | None
    """The same with an article: who does the work."""


def told_of_works(works: Works, reading: Reading, link: str) -> Open | Quiet | None:
    """What is made of a text at a place of such works that speaks of their body; None of any other. `link` is host and path."""
    host = link.partition("/")[0]
    home = host in works.own
    if not any(fnmatchcase(host, place) for place in works.places):
        return None
    if foreign := next((line for line in reading.lines if works.by & _groups(line) and is_foreign(line)), None):
        return Open(foreign.quote, works.status, ("its language",), "it is in a language that the rules do not read")
    told = any(_is_of_parent(works, line) for line in reading.lines)
    if works.by.isdisjoint(reading.groups) and not told and not (home and _is_at_home(works, reading, link)):
        return None
    lines = () if _is_of_other_models(works, reading, link) else reading.lines
    headed = _of_works(works, reading.title)
    joint = [line for line in reading.lines if _is_joint(works, line)]
    shared = home or bool(joint)
    reasons = [one.row.reason for one in headed["no_work"]] if lines else [OTHER_MODELS]
    on_known = next((n for n, line in enumerate(reading.lines) if works.of & _groups(line)), len(reading.lines) + _REACH)
    for number, line in enumerate(lines):
        found = _of_works(works, line)
        words = found["work"] or (headed["work"] if home and works.of & _groups(line) else [])  # a list of works
        known = on_known < number + _REACH
        ours = shared or (_is_theirs(works, reading, number) and not _is_of_writer(works, line))
        if not words or is_asked(line) or not ours:
            continue
        if not known and not _is_on_some_model(works, reading, number, home=home):
            continue
        others = [*headed["no_work"], *found["no_work"]]
        named = (known or works.others & _groups(line)) and not _is_else(works, line, found["no_work"])
        if not others or (named and (found["out_now"] or any(one.row.reason == "new" for one in words))):
            shown = tuple(dict.fromkeys(one.words for one in words))
            return Open(line.quote, works.status, shown, f"may tell a work of the series: {', '.join(shown)}")
        reasons += [one.row.reason for one in others]
    if alone := _named_alone(works, reading, joint, home=home):
        return alone
    return Quiet(reading.title.quote, next(iter(reasons), "it tells of no work on a model"), works.status)


def _is_of_other_models(works: Works, reading: Reading, link: str) -> bool:
    """Whether a page of the institute names neither the body nor anything that it works on, nor speaks of such models at all."""
    spoken = any(works.called and works.called.search(line.folded) for line in reading.lines)
    if reading.groups or spoken or any(mark in link.lower() for mark in works.marks) or re.search(r"\d", reading.title.folded):
        return False
    return all(_KIND.isdisjoint(masked(line.folded, (), frozenset())) for line in reading.lines)


def _named_alone(works: Works, reading: Reading, joint: list[Line], *, home: bool) -> Open | None:
    """A line that names a model of the series by its version where nothing else is known: the title, or one of joint work."""
    if _of_works(works, reading.title)["no_work"] or not (home or joint or not _is_of_writer(works, reading.title)):
        return None
    for line in (reading.title, *joint):
        named = models_named(line, tuple(works.of)) if joint else ()
        if named and not is_asked(line) and not _of_works(works, line)["no_work"]:
            return Open(line.quote, works.status, named, f"it tells of work done together and names {', '.join(named)}")
    said = next((thing.said for thing in reading.title.things if thing.group in works.of and thing.version), "")
    if not said and not any(_of_works(works, line)["no_work"] for line in reading.lines):  # "Kimi K7": a letter before its number
        said = next(iter(models_named(reading.title, tuple(works.of))), "")
    if not said or is_asked(reading.title):
        return None
    return Open(reading.title.quote, works.status, (said,), f"its title names {said} and says nothing that is known")


def _is_of_writer(works: Works, line: Line) -> bool:
    """Whether a sentence on a page of somebody else says "our" of a work and does not name the body: it is the writer's own."""
    return works.by.isdisjoint(_groups(line)) and not _OURS.isdisjoint(masked(line.folded, (), frozenset()))


def _is_else(works: Works, line: Line, others: list[Found]) -> bool:
    """Whether what is new in a sentence is something else: another body's work, or guidance where no model is named."""
    reasons = {one.row.reason for one in others}
    unnamed = works.of.isdisjoint(_groups(line)) and works.others.isdisjoint(_groups(line))
    return ANOTHERS in reasons or (unnamed and OTHER_DOINGS in reasons)


def _is_joint(works: Works, line: Line) -> bool:
    """Whether a sentence says that who writes it worked together with the body: then all sentences are also the body's."""
    words = masked(line.folded, (), frozenset())
    told = works.by & _groups(line) and not (_OURS | works.itself).isdisjoint(words)
    return bool(told) and next(found_in(clause_of(words), ("work_joint",)), None) is not None


def _is_theirs(works: Works, reading: Reading, number: int) -> bool:
    """Whether what a sentence tells may be the body's: the sentence, one beside it or the title names the body."""
    line = reading.lines[number]
    near = [reading.title, *reading.lines[max(number - 1, 0) : number + 2]]
    return line is reading.title or any(works.by & _groups(one) for one in near) or _is_of_parent(works, line)


def _is_on_some_model(works: Works, reading: Reading, number: int, *, home: bool) -> bool:
    """Whether a sentence that is the body's may be on a model of another kind, or on several."""
    line = reading.lines[number]
    near = (reading.title, *reading.lines[max(number - 1, 0) : number + 1])
    if not home and works.by.isdisjoint(_groups(line)):
        return False
    named = any(works.others & _groups(one) for one in near)
    return named or (home and any(_MANY.intersection(masked(one.folded, (), frozenset())) for one in near))


def _is_of_parent(works: Works, line: Line) -> bool:
    return any(names.search(line.folded) for names in works.parents)


def _is_at_home(works: Works, reading: Reading, link: str) -> bool:
    """Whether a page among the body's own need not name it: its address does, or it says "we" and names a model's version."""
    on = (*works.of, *works.others)
    if any(mark in link.lower() for mark in works.marks) or models_named(reading.title, on):
        return True
    named = any(models_named(line, on) for line in reading.lines)
    ours = _OURS | works.itself
    return named and any(not ours.isdisjoint(masked(line.folded, (), frozenset())) for line in reading.lines)


def _of_works(works: Works, line: Line) -> dict[str, list[Found]]:
    """The words of a line that tell a work, that it is out now, and what else it tells ("no new results" is no "new results").

    A plan before what was found is no plan: "Starts Testing of X, Finds Weaknesses"; that a work is to come counts where nothing
    else is told of one.
    """
    named = works.called.finditer(line.folded) if works.called else ()
    clause = clause_of(masked(line.folded, (), frozenset(), tuple(("maker", found.start(), found.end()) for found in named)))
    kinds: dict[str, list[Found]] = {"work": [], "no_work": []}
    for one in found_in(clause, tuple(kinds)):
        if one.row.reason != "tells of a plan" or next(found_in(clause[one.end :], ("work_told", "out_now")), None) is None:
            kinds[one.row.kind].append(one)
    if next(found_in(clause, ("work_told", "out_now")), None) or not all(_is_noun(one) for one in kinds["work"]):
        kinds["no_work"] = [one for one in kinds["no_work"] if one.row.reason != TO_COME]
    return kinds | {"out_now": list(found_in(clause, ("out_now",)))}


def _is_noun(work: Found) -> bool:
    """Whether words that tell a work only name one: "an evaluation is to follow" tells of none, "it scored 40" does."""
    return english().at(f"{work.words} ", 0, ("work_noun",)) is not None or work.words in _PUBLISHING


def _groups(line: Line) -> set[str]:
    return {thing.group for thing in line.things}
