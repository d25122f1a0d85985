"""Works about a thing: the title that announces one, the sentence that says that one is out now, and the key of what it is on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from watcher.core.language.account import masked, plain_clause
from watcher.core.language.lexicon import ROLES, any_of, choice, clause_of, english, found_in, word_set
from watcher.core.language.parse import Line, Reading
from watcher.core.language.text import Thing
from watcher.core.language.vocabulary import Vocabulary

if TYPE_CHECKING:
    from watcher.core.language.lexicon import Found

_IT: Final = ROLES["it"]
_TURNS: Final = word_set("work_turn")
_DOUBT: Final = word_set("work_doubt")
_BEFORE: Final = word_set("work_on") | {_IT}
"""What stands before the thing that a work is on."""
_EXPLAINED: Final = ("neutral", "work_noun", "out_now", "work_told", "work_beside")
_REST: Final = word_set("work_rest")
_ANY: Final = word_set("article")
TO_COME: Final = "is still to come"
"""The reason of words by which a sentence says that a work is not out yet; it may name another one that is."""


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
    if found := _told_by(_words(reading.title, groups, vocabulary)):
        return Announced(reading.title, *found)
    dated = any(_DATED.fullmatch(line.folded) for line in reading.lines[1:])
    for line in reading.lines:
        told.update(thing.group for thing in line.things)
        if groups.of.isdisjoint(told) or _is_of_others(line, groups):
            continue
        words = _words(line, groups, vocabulary)
        if found := _named_as_out(words) or _of_this_page(words, dated=dated):
            return Announced(line, *found)
        for clause in _clauses(words):
            if (found := _said_out(clause)) and not _is_anybodys(words, clause):
                return Announced(line, *found)
    return None


def is_done_by(reading: Reading, groups: Groups, vocabulary: Vocabulary) -> bool:
    """Whether a sentence below a title says that who does the works did the one that it names: "the center tested X".

    "We" are they where the text names them, too.
    """
    kinds = ("work_done_by", "work_itself", *(("work_ours",) if groups.by & reading.groups else ()))
    for line in reading.lines[1:]:
        words = [] if _is_of_others(line, groups) else _words(line, groups, vocabulary)
        if words and _DOUBT.isdisjoint(words) and next(found_in(clause_of(words), kinds), None):
            return True
    return False


def _words(line: Line, groups: Groups, vocabulary: Vocabulary) -> list[str]:
    """The words of a sentence; who does the works stands as the maker, what they are on, and whose it is, as the thing."""
    makers = tuple(("maker", thing.start, thing.end) for thing in line.things if thing.group in groups.by)
    things = tuple(thing for thing in line.things if thing.group not in groups.by and not _is_work(thing))
    words = masked(line.folded, things, groups.of | groups.beside, (*makers, *vocabulary.roles_in(line.folded)))
    return [word for before, word in pairwise(["", *words]) if before != _IT or not _is_name(word)]


def _is_work(thing: Thing) -> bool:
    """Whether a thing is called what a work is called: "joint assessment"."""
    return english().at(f"{thing.said.rpartition(' ')[2].lower()} ", 0, ("work_noun",)) is not None


def _clauses(words: list[str]) -> Iterator[list[str]]:
    """Each run of parts between marks, from one to three of them: an announcement may stand around an insertion."""
    marks = [-1, *(n for n, word in enumerate(words) if word in _TURNS), len(words)]
    parts = [words[a + 1 : b] for a, b in pairwise(marks)]
    for first in range(len(parts)):
        for many in (1, 2, 3):
            yield [word for part in parts[first : first + many] for word in part]


def _told_by(words: list[str]) -> tuple[str, str] | None:
    """What a headline measures of the thing that it begins with, told by who does the works: "X trails by a year, Y finds"."""
    if words[-3:-1] != [",", ROLES["maker"]] or not _DOUBT.isdisjoint(words):
        return None
    clause = clause_of(words)
    own = next((n for n, word in enumerate(words) if word not in {_IT, "'s", "model"}), 0)
    measured = english().at(clause, len(clause_of(words[:own])), ("work_measured",))
    told = english().at(f"{words[-1]} ", 0, ("work_told",))
    return (measured.words, told.words) if measured and told and words[0] == _IT else None


def _named_as_out(words: list[str]) -> tuple[str, str] | None:
    """The work that a sentence calls "the evaluation released today", whatever else it says of it."""
    clause = clause_of(words)
    found = next((one for one in found_in(clause, ("work_out",)) if _is_own(clause, one)), None)
    work = next(found_in(clause, ("work_noun",)), None)
    if not found or not work or _is_by_others(clause, found.end) or _is_on_another(clause, found):
        return None
    return work.words, found.words


def _is_on_another(clause: str, out: Found) -> bool:
    """Whether the thing is that of another work: "a report that we release today uses the tests of our assessment of X"."""
    rest = clause.replace(out.words, "")
    works = found_in(rest, ("work_noun",)) if _IT not in out.words else ()
    return any(rest.startswith((f"of {_IT}", f"on {_IT}"), one.end) for one in works)


def _is_own(clause: str, found: Found) -> bool:
    """Whether the work is of who is watched: "our evaluation released today", "the evaluation that X posted today"."""
    maker = ROLES["maker"]
    if _by_maker(clause, found.end):
        return True
    before = clause[: found.end - len(found.words) - 1].split()[-2:]
    return bool({maker, "we"}.intersection(found.words.split())) or before[-1:] in (["our"], [maker]) or before == [maker, "'s"]


def _of_this_page(words: list[str], *, dated: bool) -> tuple[str, str] | None:
    """The work that a page calls its own: "This report presents the results of our evaluation of X".

    Less will do on a page that says when it was released: "In this evaluation, …".
    """
    clause = clause_of(words)
    if found := next(found_in(clause, ("work_itself",)), None):
        return found.words, "here"
    found = next(found_in(clause, ("work_here",)), None) if dated and ROLES["maker"] in words and _IT in words else None
    return (found.words, "released") if found else None


def _is_by_others(clause: str, at: int) -> bool:
    """Whether somebody else is named right there as the one who did it: "… published today by a newspaper"."""
    return clause.startswith("by ", at) and not _by_maker(clause, at)


def _by_maker(clause: str, at: int) -> bool:
    """Whether who does the works is named right there: "by the center"; "by the center for …" may be another."""
    words = clause[at:].removeprefix("by ").removeprefix("the ").split()[:2]
    return clause.startswith("by ", at) and words[:1] == [ROLES["maker"]] and words[1:] not in (["for"], ["of"])


def _said_out(words: list[str]) -> tuple[str, str] | None:
    """The work that a clause names, and the words by which it is out now, where nothing else stands in it."""
    clause = clause_of(words)
    work, out = (next(found_in(clause, (kind,)), None) for kind in ("work_noun", "out_now"))
    if not work or not out or not _DOUBT.isdisjoint(words):
        return None
    return None if _is_unexplained(clause, work, out) else (work.words, out.words)


def _is_anybodys(words: list[str], clause: list[str]) -> bool:
    """Whether a sentence names who does the works beside a work that may be another's: "A study of X, out today, cites Y"."""
    return ROLES["maker"] in words and ROLES["maker"] not in clause and not _ANY.isdisjoint(clause[:1])


def _is_unexplained(clause: str, work: Found, out: Found) -> bool:
    """Whether a word of a clause is explained by nothing, up to where all is said and what follows tells of the work itself."""
    at, last = 0, max(work.end, out.end)
    before, lexicon = "", english()
    while at < len(clause):
        word = clause[at : clause.index(" ", at)]
        found = lexicon.at(clause, at, _EXPLAINED)
        if at >= last and word in _REST and not (found and word == "with"):
            return False
        if found and found.row.kind == "work_told":
            if at >= last:
                return False
        elif word == _IT and not (found and found.end > at + len(f"{_IT} ")):
            behind = lexicon.at(clause, at + 2, ("work_noun",)) or (before == "the" and clause.startswith("model ", at + 2))
            if before not in _BEFORE and not behind:
                return True
        elif not found and word != ROLES["maker"] and (word[0].isalnum() or "\ue000" <= word[0] <= "\ue00f"):
            return True
        end = found.end if found else clause.index(" ", at) + 1
        at, before = end, clause[at : end - 1].rpartition(" ")[2]
    return False


def _is_name(word: str) -> bool:
    """Whether a word behind the name of a model is its version: "Kimi K4"."""
    return any(letter.isdigit() for letter in word) and not word.endswith("%")


def _is_of_others(line: Line, groups: Groups) -> bool:
    """Whether a title or a sentence is a question, names other things, or tells of a plan, an old work or other doings."""
    if line.folded.rstrip("\"')] ").endswith("?") or any(
        thing.group not in groups.of | groups.by | groups.beside for thing in line.things
    ):
        return True
    alone = len(models_named(line, tuple(groups.of))) <= 1
    found = found_in(plain_clause(line.folded), ("no_work", "work_part"))
    return any(not (alone and one.row.reason == TO_COME) for one in found)


_DATED: Final = re.compile(rf"(?i)(?:{choice('at_first')} )?{choice('put_out')}:? {any_of('day')}\.?")
"""A line that only says when its page was released."""
_POSSESSIVE: Final = re.compile(r"'s?(?=\s|$)")
_AND: Final = re.compile(r"(?:(?<!\s)\s++)?(?:,|;|/|&|\+|\band\b|\bvs\.?|\bversus\b)\s*+", re.IGNORECASE)
_TAIL: Final = word_set("no_name")
_LEAD: Final = word_set("before_name")
_BRACKETS: Final = re.compile(r"\([^)]{0,80}\)")
_MODEL: Final = re.compile(
    rf"(?:[ \-](?:[A-Za-z]{{0,3}}\d[\w.]*))?(?:[ \-](?:{'|'.join(sorted(word.capitalize() for word in word_set('edition')))})\b)*"
)


def models_named(line: Line, groups: tuple[str, ...]) -> tuple[str, ...]:
    """Keys of the models of these groups that a sentence names with a version: "GLM-5.3" → "glm-5.3"."""
    found: set[str] = set()
    for thing in line.things:
        if thing.group in groups:
            bare = thing.start + len(thing.said.split(" ")[0].split("-")[0])
            tail = _MODEL.match(line.folded, bare)
            key = (line.folded[thing.start : tail.end()] if tail else thing.said).rstrip(".").lower().replace(" ", "-")
            if re.search(r"\d", key):
                found.add(key)
    return tuple(sorted(found))


def subject_key(about: str, before: frozenset[str]) -> str:
    """What was evaluated as one key, sorted and joined by "+": "Z.ai's GLM-5.2" → "glm-5.2".

    `before` are the words that may stand before a name in the signal's own texts (`Vocabulary.before_name`).
    """
    keys = {key for part in _AND.split(about) if (key := _one_key(part, before | _LEAD))}
    return "+".join(sorted(keys))


def _one_key(part: str, lead: frozenset[str]) -> str:
    owner, owned = _owned(_BRACKETS.sub(" ", part).strip())
    return _named_in(owned, lead) or _named_in(owner, lead)


def _named_in(words: str, lead: frozenset[str]) -> str:
    """The first run of words that can be a name; a run without a digit must begin with a capital."""
    kept: list[str] = []
    for word in words.split():
        plain = _POSSESSIVE.sub("", word).strip("[]\"'.,:;*")
        known = plain.lower() in _TAIL or not re.search(r"\w", plain)
        if known and kept:
            break
        if not known and (kept or plain.lower() not in lead):
            kept.append(plain)
        if kept and word.endswith(("'s", "'", ":", ",")):
            break
    name = "-".join(kept[:5])
    return name.lower() if name[:1].isupper() or re.search(r"\d", name) else ""


def _owned(part: str) -> tuple[str, str]:
    """Owner and what it has: "Z.ai's GLM-5.2" is GLM-5.2 of Z.ai, "Kimi K3's Cyber Capabilities" is of nobody."""
    found = re.match(r"^(?P<owner>[^']{1,60})'s? (?P<thing>\S.*)$", part)
    if not found or found["thing"].split()[0].lower().strip(",.:") in _TAIL:
        return "", part
    return found["owner"], found["thing"]


_WORD: Final = re.compile(r"(?<![\w.\-])[\w.\-]*\w[.]?")

_PLAIN: Final = word_set("title_word")
_LITTLE: Final = word_set("little_word")
_FINDS: Final = re.compile(rf"(?i)[:,]? {choice('tells')}(?= )")
"""A verb behind which a title tells what was found, in free words."""
_BY: Final = re.compile(r"(?i) by (?=the |[A-Z])")
_BY_REACH: Final = 60
"""Characters between the author's name and the kind of work."""


@dataclass(frozen=True, slots=True)
class Title:
    """What a title must hold (the keys of `says` with the same names)."""

    kind: str
    by: tuple[str, ...] = ()
    object_of: tuple[str, ...] = ()
    object_not: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    versioned: bool = False
    told: bool = False
    """Whether the text says who did it: then the title may end with the work."""


@dataclass(frozen=True, slots=True)
class Titled:
    """A title that holds it."""

    quote: str
    reason: str
    values: Mapping[str, str]


def find_title(reading: Reading, vocabulary: Vocabulary, title: Title) -> Titled | None:
    """Whether the title announces such a work; values: object, model (its key), name, by."""
    line = _headline(reading)
    if any(vocabulary.lists[name].search(line.folded) for name in title.not_words):
        return None
    for phrase in vocabulary.phrases:
        found = phrase.regex.search(line.folded) if phrase.kind == title.kind else None
        if not found:
            continue
        authors = [thing.said for thing in line.things if thing.group in title.by and _is_author(line.folded, thing, found)]
        before, rest = line.folded[: found.start()], line.folded[found.end() :]
        turned = title.told and not rest.strip(" .")  # "X: What the Center Found"
        if not turned and not _is_plain(before, line, vocabulary):
            continue
        about, *behind = (part.strip(" :-") for part in _BY.split(before if turned else rest))
        named = [t for t in line.things if t.group in title.object_of and (turned or t.start >= found.end() - 1)]
        if (title.by and not authors) or not _is_object(about, vocabulary, title) or (title.object_of and not named):
            continue
        told = (about,) if _FINDS.search(about) else (about, *behind)
        if title.besides and any(_unexplained(part, line, vocabulary, title) for part in told):
            continue
        key = subject_key(about, vocabulary.before_name)
        if key and (not title.versioned or re.search(r"\d", key)):
            by = " / ".join(authors)
            return Titled(
                line.quote,
                f"the title names {found[0]!r} of {about!r}" + (f" by {by}" if by else ""),
                {"object": about, "model": key, "name": about, "by": by},
            )
    return None


def _headline(reading: Reading) -> Line:
    """The title; the first sentence of a text that has none, as a paper."""
    return reading.title if reading.title.quote or len(reading.lines) == 1 else reading.lines[1]


def _unexplained(about: str, line: Line, vocabulary: Vocabulary, title: Title) -> list[str]:
    """Words of a title's object that are no name, no version and in no list of what may stand beside them."""
    rest = _FINDS.split(about, maxsplit=1)[0]
    if rest != about and rest.endswith(" to"):
        return ["to"]  # "Evaluation of X to Show Gaps" is still to come
    named = sorted({thing.said for thing in line.things if thing.said in rest}, key=len, reverse=True)
    for said in named:
        rest = rest.replace(said, " ")
    for name in title.besides:
        rest = vocabulary.lists[name].sub(" ", rest)
    words = _WORD.findall(rest)
    # A model that no list names is known by its version: "Longcat 9 Ultra".
    first = next((n for n, word in enumerate(words) if re.search(r"\d", word)), -1) if not named else -1
    return [word for word in words[first + 1 :] if not re.search(r"\d", word) and word.lower() not in _LITTLE]


def _is_plain(before: str, line: Line, vocabulary: Vocabulary) -> bool:
    """Whether what precedes the work is its author, its kind and that it is published, and nothing else.

    "CAISI Releases Its Preliminary Assessment of X" is; "Why …", "X disputes the …", "CAISI withdraws its …" are not.
    """
    for thing in reversed([thing for thing in line.things if thing.end <= len(before)]):
        before = before[: thing.start] + before[thing.end :]
    for _, start, end in sorted((one for one in vocabulary.roles_in(before) if one[0] == "maker"), reverse=True):
        before = before[:start] + before[end:]
    return not line.folded.rstrip().endswith("?") and all(word in _PLAIN for word in _WORD.findall(before.lower()))


def _is_author(text: str, thing: Thing, work: re.Match[str]) -> bool:
    """Whether a name stands shortly before the work, or behind "by"."""
    if thing.end <= work.start():
        return work.start() - thing.end <= _BY_REACH
    return bool(re.search(r"(?i)\bby (?:the )?$", text[: thing.start]))


def _is_object(about: str, vocabulary: Vocabulary, title: Title) -> bool:
    if not about or not re.search(r"[A-Z0-9]", about):
        return False
    return not any((found := vocabulary.lists[name].search(about)) and found.start() <= 1 for name in title.object_not)
