"""The general English of the watch (english.toml), compiled: which words explain what, found in bounded time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

import tomli

ROLES: Final = {
    "it": "\ue000",
    "other": "\ue001",
    "maker": "\ue002",
    "surface": "\ue003",
    "product": "\ue004",
    "programme": "\ue005",
    "said": "\ue006",
}
"""What stands for a named thing, and for the statement itself, in the words of a clause."""
TOKEN: Final = re.compile(r"\d{1,2}:\d\d(?!\d)|\d+(?:[.,]\d+)*%?|[A-Za-z\u00c0-\u024f][\w.\-]*\w|'\w+|[^\W\d_]|\S")
"""A word or a mark: how a sentence is cut, and the words of a row."""
_NUMBER: Final = r"\d[\d.,:]*%?"
_BUILT_IN: Final = {
    "digits": rf"{_NUMBER} ",
    "daynumber": r"\d{1,2} ",
    "year": r"20\d\d ",
    "iso": r"20\d\d - \d\d - \d\d ",
    "word": r"[\w'\-]+ ",
    "host": r"[\w\-]+(?:\.[\w\-]+)+ ",
    "price": r"\$ [\d.,]+ (?:(?:usd|/|\$|and|[\d.,]+) )*",
}
"""What no list of words can hold, in a sentence that is cut into words and marks."""
_DIGITS: Final = frozenset(f"{first}{second}" for first in "0123456789" for second in ("", *"0123456789.,:%"))
_BUILT_IN_FIRST: Final = {"price": frozenset("$")}
"""The first two letters of what is built in."""
_IN_TEXT: Final = {
    "digits": r"\d{1,3}",
    "daynumber": r"\d{1,2}(?:st|nd|rd|th)?",
    "year": r"20\d\d",
    "iso": r"20\d\d-\d\d-\d\d",
    "word": r"\w+",
    "start": r"^\W*",
    "end": r"(?=\W*(?:$|\|)|\s?[)\],;])",
}
"""The same in a sentence as it is written, and its two ends (that of a cell counts)."""
MASKS: Final = {"maker": "\u01c1", "programme": "\u01c2"}
"""The letter with which the names of the maker and of its programmes are written over, where only that they are these matters."""
_EDGES: Final = {
    ("before", "sentence"): ("", ""),
    ("before", "clause"): ("", ""),
    ("before", "near"): ("", r"\W*$"),
    ("before", "next"): ("", r"[ \"'(]*$"),
    ("before", "aside"): ("", r"(?:[^,;:]|(?<=\d):(?=\d))*$"),
    ("after", "sentence"): ("", ""),
    ("after", "clause"): (r"^[^.;:]{0,60}?", ""),
    ("after", "near"): (r"^\W{0,3}", ""),
    ("after", "next"): ("^ ?", ""),
    ("beside", "sentence"): ("", ""),
}
"""Side and scope → what stands in a part of a sentence before a cue, and behind it.

sentence: anywhere on that side; clause: in the clause of the statement, behind it within sixty characters; near: right there,
marks aside; next: right there; aside: no mark between.
"""


def _classes(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEYS: Final = frozenset({"class", "words", "examples", "note", "side", "scope", "reason"})
ACCOUNTS: Final = _classes(
    "neutral describing loaded limited past planned window supposed undone fault artifact field frame quiet foreign"
    " work no_work work_joint work_out work_here work_noun work_part work_told work_measured work_beside out_now"
    " given_back turned_off to_return not_out mistaken played bounded one_customer tells_else work_itself long_over"
    " work_done_by work_ours"
    " incident deliberate until_now for_now"
)
"""Classes of the account: what a word or a run of words of a clause is."""
_MARKS: Final = ",:;.)'"
"""What follows a word without a space."""
GRAMMAR: Final = _classes(
    "auxiliary adverb preposition access_noun variant origin determiner model_noun relative offered pronoun joiner"
    " plain_verb opening_noun ordinal time_word entering boundary plural singular after_object object_end goes_on time_unit"
    " everywhere owning one_of to_be negation no_negation ordered opening_gerund act_stem glad opening_verb"
    " bare_verb doer aside_first no_name before_name title_word little_word turn clause_subject contrast person"
    " english past_form"
    " present_verb now_word work_turn work_doubt work_on work_rest speaking_us meant carrier opens_modifier opens_place"
    " entry_label to_happen opening_gate copula object_pronoun named_again to_all left_out_of but_goes_on own_word"
    " subject_pronoun subordinate continuing from_maker before_access without_verb limiting article opens_noun_phrase list_end"
    " list_word demanding time_or_choice future_question of_two renaming going_ahead ruling_out set_apart beside_carrier"
    " every_one ahead sense_turning to_object all_of put_out at_first edition turning_back nobody_first"
    " and_does soon_word of_nobody but_some possible turning_to_it set_to is_now told_then told_by series_of_posts firm_plan"
    " opening_reason no_reason opening_day"
    " day_of_act of_the_act gate_noun"
    " including of_today asking_whether settling together measured_by means_of way_in"
    " heading_word heading_of_return heralding"
    " enabling letting everybody used_by this_day let_in"
    " other_noun other_verb turn_within no_way_in read_as route advising listed page_noun"
    " subject_end feature told_of_models reader made before_made sort_of_model sort_of_ai unit date_cell feature_column"
    " only_if gone_off label_of_loss staying entry_end addressed points_ahead everybody_first how_long long_ago refusing all_but"
)
"""Classes of single words: what they do in a sentence."""
CUES: Final = _classes(
    "able advised after_doing afterwards appointed as_of_now aside aside_opening back balking chosen coming compared"
    " condition_of_opening stops"
    " condition_behind conditional contrasting distributed finite futurate generic goes_on_about gone hearsay herald holds lasted"
    " left_behind negated of_all opens opens_where other_price over overturned partly planned present question renamed restricted"
    " milestone opening_clause never_had had_before and_back of_posts affirmed mends said_first said_aside said_and_is only_for"
    " cleft access_column setting_of_some"
    " work_done done_now saying starts_on strict tells to_come undone_opening unreal forged unsettled retiring scene"
    " cause_of_act inject invented real one_workspace runs_on vague was wide"
    " widening wished only_before before_the_act reason_clause and_did"
)
"""Classes of cues: how a statement is meant."""
MEASURES: Final = _classes(
    "requests complied complied_first refused flipped other_measure unsure against against_first share_of"
    " common_jailbreak jailbreak special_attack not_to_compare safeguards_off about whose robust more compared_with"
    " kind_cyber kind_biology kind_safeguards kind_hijacking kind_censorship kind_software kind_preliminary kind_full kind_again"
    " measured_before on_hijacking on_biology on_safeguards on_cyber on_censorship lagging in_months"
)
"""Classes of cues: what an evaluation measured."""
_SCOPES: Final = ("clause", "description", "aside", "alone", "version", "not_back")
_PART: Final = re.compile(r"\[|\]\*?|\||<\w+>|\{\w+\}|[^\s\[\]|<>{}]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file."""

    kind: str
    words: tuple[str, ...]
    examples: tuple[str, ...]
    scope: str = "clause"
    """Where its words count: clause | description | aside | alone | version | not_back; anywhere, or only in a description.

    A row of the class `describing` with the scope `aside` opens a reason or a benefit, which bears words of people and of
    earlier times. A row of the class `quiet` with the scope `aside`, `alone`, `version` or `not_back` holds only where the rest
    of the sentence allows it. Where the row has a side, how far from the statement its words may stand:
    sentence | clause | near | next | aside.
    """
    reason: str = ""
    side: str = ""
    """before | after | beside the statement; empty for the words of the account, and for single words of the grammar."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One way of saying something, and the row that it belongs to."""

    row: Row
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A cue that stands at a place of a clause."""

    row: Row
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All rows, found by the first letters of what they match."""

    rows: tuple[Row, ...]
    index: Mapping[str, tuple[Cue, ...]]
    _of_kinds: dict[tuple[tuple[str, ...], str], tuple[Cue, ...]] = field(default_factory=dict)
    """The cues of these classes by the same letters, put together when they are first asked for."""

    def cues_at(self, clause: str, start: int) -> tuple[Cue, ...]:
        """The cues that can begin at a place of a clause, by its first two letters."""
        return self.index.get(clause[start : start + 2].rstrip(" "), ())

    def at(self, clause: str, start: int, kinds: tuple[str, ...]) -> Found | None:
        """The longest cue of these classes that begins at a place of a clause (words and marks, each with a space behind)."""
        first = clause[start : start + 2].rstrip(" ")
        cues = self._of_kinds.get((kinds, first))
        if cues is None:
            cues = tuple([cue for cue in self.index.get(first, ()) if cue.row.kind in kinds])
            self._of_kinds[kinds, first] = cues
        best: Found | None = None
        for cue in cues:
            if (found := cue.pattern.match(clause, start)) and (best is None or found.end() > best.end):
                best = Found(cue.row, found.end(), found[0].strip())
        return best


@cache
def _tables() -> Mapping[str, Any]:
    return tomli.loads(files(__package__).joinpath("english.toml").read_text(encoding="utf-8"))


@cache
def english() -> Lexicon:
    """The rows of english.toml, read once."""
    return lexicon(_tables())


def written() -> Iterator[str]:
    """The words and the examples of all rows of english.toml, as they stand there: nothing is compiled for it."""
    for row in _tables()["row"]:
        yield from row["words"]
        yield from row["examples"]


def clause_of(words: Iterable[str]) -> str:
    """Words and marks in one line, as cues are looked for: a blank behind each."""
    return "".join(f"{word} " for word in words)


def found_in(clause: str, kinds: tuple[str, ...]) -> Iterator[Found]:
    """The cues of these classes in a clause, from left to right."""
    at = 0
    while at < len(clause):
        found = english().at(clause, at, kinds)
        if found:
            yield found
        at = clause.index(" ", found.end - 1 if found else at) + 1


@cache
def sets() -> Mapping[str, tuple[str, ...]]:
    """The sets of english.toml, which phrases of a signal may name too."""
    return {name: tuple(texts) for name, texts in _tables()["sets"].items()}


@cache
def _known() -> Groups:
    return _groups(_tables())


def _groups(table: Mapping[str, Any]) -> Groups:
    numbers = {name: [f"[{'|'.join(words)}]"] for name, words in table.get("numbers", {}).items()}
    return {name: tuple(texts) for name, texts in (numbers | table.get("sets", {}) | table.get("sets_of_rows", {})).items()}


def numbers(name: str) -> Mapping[str, float]:
    """The words of a table of numbers, lower case, and what they mean."""
    found: Mapping[str, float] = _tables()["numbers"][name]
    return found


def word_set(kind: str) -> frozenset[str]:
    """The single words of the rows of a class of the grammar."""
    return frozenset(word for row in _rows(kind) for word in row["words"])


def choice(kind: str) -> str:
    """A pattern of any of the words of the rows of a class, for a folded sentence in any case."""
    return _any_of([text for row in _rows(kind) for text in row["words"]], _known())


def cue(kind: str, side: str, scope: str) -> re.Pattern[str]:
    """A pattern of the rows of a class, a side and a scope, for the part of a folded sentence on that side of a statement."""
    rows = [row for row in _rows(kind) if (row.get("side"), row.get("scope")) == (side, scope)]
    return on_side(side, scope, [text for row in rows for text in row["words"]])


def on_side(side: str, scope: str, texts: Sequence[str]) -> re.Pattern[str]:
    """A pattern of any of some written texts where a row of that side and scope looks for them."""
    before, behind = _EDGES[side, scope]
    return re.compile(f"(?i){before}{_any_of(texts, _known())}{behind}")


def _rows(kind: str) -> list[Mapping[str, Any]]:
    return [row for row in _tables()["row"] if row["class"] == kind]


def lexicon(table: Mapping[str, Any]) -> Lexicon:
    """Compile the tables of the file. Raises ValueError naming the row that is wrong."""
    groups = _groups(table)
    rows = tuple(_row(number, each) for number, each in enumerate(table.get("row", ()), 1))
    index: dict[str, list[Cue]] = {}
    for row in rows:
        for text in row.words if row.kind in ACCOUNTS and not row.side else ():
            sequence, mark = _sequence(iter(_PART.findall(text.lower())), groups, _words)
            if mark:
                raise ValueError(f"row ({row.kind}): {mark!r} stands outside of brackets in {text!r}: what follows would be lost")
            found = Cue(row, re.compile(_pattern(sequence)))
            for first in {word[:2] for word in _firsts(sequence)}:
                index.setdefault(first, []).append(found)
    return Lexicon(rows, {first: tuple(cues) for first, cues in index.items()})


def _row(number: int, table: Mapping[str, Any]) -> Row:
    unknown = sorted(table.keys() - KEYS)
    if unknown:
        raise ValueError(f"row {number}: unknown key {unknown[0]!r}; expected one of {', '.join(sorted(KEYS))}")
    side = table.get("side", "")
    known = CUES | MEASURES if side else ACCOUNTS | GRAMMAR
    if table.get("class") not in known:
        raise ValueError(f"row {number}: class {table.get('class')!r} is none of {', '.join(sorted(known))}")
    for key in ("words", "examples"):
        if not table.get(key) or not isinstance(table[key], list):
            raise ValueError(f"row {number} ({table['class']}): {key} is missing; a row has words, and an example of them")
    scope = table.get("scope", _SCOPES[0])
    if side and (side, scope) not in _EDGES:
        raise ValueError(f"row {number}: side and scope {side!r}, {scope!r} are none of {', '.join(map(' '.join, _EDGES))}")
    if not side and scope not in _SCOPES:
        raise ValueError(f"row {number}: scope {scope!r} is none of {', '.join(_SCOPES)}")
    return Row(table["class"], tuple(table["words"]), tuple(table["examples"]), scope, table.get("reason", ""), side)


Groups = Mapping[str, tuple[str, ...]]
"""Name → texts, any of which `<name>` stands for."""

# What a written text becomes: a sequence of parts; a part is a word, a choice of sequences, or something built in.
_Part = str | tuple["_Sequence", ...]
_Sequence = tuple["_Part", ...]


def _sequence(parts: Iterator[str], groups: Groups, cut: Callable[[str], list[str]]) -> tuple[_Sequence, str]:
    """The parts up to the end of a choice, and the mark that ended them; `cut` cuts a written word."""
    found: list[_Part] = []
    for part in parts:
        if part == "[":
            found.append(_choice(parts, groups, cut))
        elif part[0] in "]|":
            return tuple(found), part
        elif part[0] == "<" and part[1:-1] in groups and not (part == "<window>" and cut is _words):
            texts = (iter(_PART.findall(text.lower())) for text in groups[part[1:-1]])
            found.append(tuple(_sequence(text, groups, cut)[0] for text in texts))
        elif part[0] in "<{":
            found.append(part)
        else:
            found += cut(part)
    return tuple(found), ""


def _choice(parts: Iterator[str], groups: Groups, cut: Callable[[str], list[str]]) -> tuple[_Sequence, ...]:
    choices: list[_Sequence] = []
    mark = "|"
    while mark == "|":
        sequence, mark = _sequence(parts, groups, cut)
        choices.append(sequence)
    return tuple(choices)


def _words(part: str) -> list[str]:
    """One written word as the words and marks that a sentence is cut into; the last keeps its star."""
    open_ended = part.endswith("*")
    cut: list[str] = [found[0] for found in TOKEN.finditer(part.rstrip("*"))]
    return [*cut[:-1], cut[-1] + "*" * open_ended] if cut else []


def _pattern(sequence: _Sequence) -> str:
    return "".join(_part(part) for part in sequence)


def _part(part: _Part) -> str:
    if isinstance(part, tuple):
        either = "|".join(_pattern(choice) for choice in part if choice)
        return f"(?:{either})" + ("?" if () in part else "")
    if part == "<window>":
        return f"{any_of('window')}(?!-) "
    if part[0] == "<" and part[1:-1] in _BUILT_IN:
        return _BUILT_IN[part[1:-1]]
    if part[0] == "{":
        return f"{ROLES[part[1:-1]]} "
    return re.escape(part.rstrip("*")) + (r"[\w'.\-]* " if part.endswith("*") else " ")


def _firsts(sequence: _Sequence) -> frozenset[str]:
    """The words with which a match can begin."""
    found: frozenset[str] = frozenset()
    for part in sequence:
        if not isinstance(part, tuple):
            return found | _first(part)
        for choice in part:
            found |= _firsts(choice)
        if () not in part:
            return found
    return found


def _first(part: str) -> frozenset[str]:
    if part[0] == "{":
        return frozenset([ROLES[part[1:-1]]])
    if part[0] == "<":
        return _window_firsts() if part == "<window>" else _BUILT_IN_FIRST.get(part[1:-1], _DIGITS)
    return frozenset([part.rstrip("*")])


@cache
def any_of(name: str) -> str:
    """A pattern of any text of a set, for a folded sentence in any case."""
    return _any_of(_known()[name], _known())


@cache
def _window_firsts() -> frozenset[str]:
    return frozenset(word for text in _known()["window"] for word in _firsts(_spelled(text, _known())))


# The same written texts as they stand in a folded sentence: "*3" is up to three words, "...40" up to so many characters of
# the clause, "![x|y]" that none of these follows, "*ly" a word with that ending.


def _spelled(text: str, groups: Groups) -> _Sequence:
    return _sequence(iter(_PART.findall(text.lower())), groups, lambda part: [part])[0]


def _any_of(texts: Sequence[str], groups: Groups) -> str:
    """A pattern of any of some written texts, whole words. Raises ValueError where one holds no word."""
    plain: list[str] = []
    bare: list[str] = []
    for text in texts:
        (plain if text[0].isalnum() or (text[0] in "[*{<-" and not text.startswith("<start>")) else bare).append(
            _in_text(_spelled(text, groups))
        )
    if "" in (*plain, *bare):
        raise ValueError(f"one of these holds no word: {', '.join(texts)}")
    words = [rf"\b(?:{'|'.join(plain)})"] if plain else []
    return rf"(?:{'|'.join([*words, *bare])})(?!\w)"


def _in_text(sequence: _Sequence, lead: str = "") -> str:
    """A pattern of a sequence, with what separates it from the part before it."""
    out = ""
    barred = False
    for part in sequence:
        if barred:
            out += rf"(?!{_one_in_text(part, lead)}\b)"
            barred = False
        elif part == "!":
            barred = True
        elif isinstance(part, tuple) and () in part:
            out += rf"(?:{_one_in_text(part, lead)})?" if lead else rf"(?:{_one_in_text(part, lead)} )?"
        elif isinstance(part, str) and (gap := _gap(part, lead)):
            out += gap
            lead = "" if part[0] == "." else lead
        else:
            out += _one_in_text(part, lead)
            lead = "" if part == "<start>" else " ?" if isinstance(part, str) and part[:-1] and part.endswith("-") else " "
    return out


def _gap(part: str, lead: str) -> str:
    """What stands for no word of its own: some words or characters, or a word that must not stand before; else nothing."""
    if part.startswith("...") and part[3:]:
        return rf"[^.;:]{{0,{part[3:]}}}?\b"
    if part[0] == "-" and part[1:]:
        return f"(?<!{re.escape(part[1:])} )"
    if part[0] == "~":
        return rf"(?:{lead}(?!{any_of('turning')})[\w'\-]+){{0,{part[1:]}}}"
    if part[0] == "*" and part[1:].isdigit():
        return rf"(?:{lead}[\w'\-]+){{0,{part[1:]}}}?" if lead else rf"(?:[\w'\-]+ ){{0,{part[1:]}}}?"
    return ""


def _one_in_text(part: _Part, lead: str) -> str:
    if isinstance(part, tuple):
        return f"(?:{'|'.join(_in_text(choice, lead) for choice in part if choice)})"
    lead = "" if part[0] in _MARKS or part == "<end>" else lead
    if part[0] == "<":
        return f"{lead}{_IN_TEXT[part[1:-1]]}"
    if part[0] == "{":
        return f"{lead}{MASKS[part[1:-1]]}+"
    if part[:-1] and part.endswith("-"):
        return f"{lead}{re.escape(part)}?"
    before, behind = r"\w+" if part[0] == "*" else "", r"\w*" if part[-1] == "*" else ""
    return f"{lead}{before}{re.escape(part.strip('*'))}{behind}"
