"""The general English of the watch (english.toml), compiled: which words explain what, found in bounded time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import tomli

from watcher.core.language.text import TOKEN, words_of
from watcher.core.language.times import WINDOW

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
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_COUNTED: Final = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|nineteen|twenty|thirty"
_BUILT_IN: Final = {
    "number": rf"(?:\d[\d.,:]*%?|{_COUNTED}) ",
    "day": rf"(?:{_MONTH} (?:\. )?\d{{1,2}} (?:(?:st|nd|rd|th) )?(?:(?:, )?20\d\d )?|\d{{1,2}} {_MONTH} (?:(?:, )?20\d\d )?"
    r"|20\d\d - \d\d - \d\d )",
    "month": rf"{_MONTH} ",
    "price": r"\$ [\d.,]+ (?:(?:usd|/|\$|and|[\d.,]+) )*",
    "window": rf"(?:{WINDOW}) ",
}
_DIGITS: Final = frozenset(f"{first}{second}" for first in "123456789" for second in ("", *"0123456789.,:%"))
_MONTHS: Final = words_of("ja fe ma ap ju au se oc no de")
_BUILT_IN_FIRST: Final = {
    "number": frozenset(word[:2] for word in _COUNTED.split("|")) | _DIGITS,
    "day": _MONTHS | _DIGITS,
    "month": _MONTHS,
    "price": frozenset("$"),
}
"""The first two letters of what is built in."""
_WINDOW_FIRST: Final = words_of("in wi ov ne la th to by on fr st be as fo ea du so mi")
_KEYS: Final = frozenset({"class", "words", "examples", "note", "scope", "reason"})
_CLASSES: Final = words_of(
    "neutral describing loaded limited past planned window supposed undone artifact field frame work no_work quiet foreign"
)
_SCOPES: Final = ("clause", "description")
_PART: Final = re.compile(r"\[|\]\*?|\||<\w+>|\{\w+\}|[^\s\[\]|<>{}]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file."""

    kind: str
    words: tuple[str, ...]
    examples: tuple[str, ...]
    scope: str = "clause"
    """clause | description: whether its words count anywhere, or only among words that describe the thing."""
    reason: str = ""


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

    def cues_at(self, clause: str, start: int) -> tuple[Cue, ...]:
        """The cues that can begin at a place of a clause, by its first two letters."""
        return self.index.get(clause[start : start + 2].rstrip(" "), ())

    def at(self, clause: str, start: int, kinds: Iterable[str]) -> Found | None:
        """The longest cue of these classes that begins at a place of a clause (words and marks, each with a space behind)."""
        best: Found | None = None
        for cue in self.cues_at(clause, start):
            if cue.row.kind in kinds and (found := cue.pattern.match(clause, start)) and (best is None or found.end() > best.end):
                best = Found(cue.row, found.end(), found[0].strip())
        return best


@cache
def english() -> Lexicon:
    """The rows of english.toml, read once."""
    return lexicon(tomli.loads(files(__package__).joinpath("english.toml").read_text(encoding="utf-8")))


@cache
def sets() -> Mapping[str, tuple[str, ...]]:
    """The sets of english.toml, which phrases of a signal may name too."""
    table = tomli.loads(files(__package__).joinpath("english.toml").read_text(encoding="utf-8"))
    return {name: tuple(texts) for name, texts in table["sets"].items()}


def lexicon(table: Mapping[str, Any]) -> Lexicon:
    """Compile the tables of the file. Raises ValueError naming the row that is wrong."""
    groups = {name: tuple(texts) for name, texts in table.get("sets", {}).items()}
    rows = tuple(_row(number, each) for number, each in enumerate(table.get("row", ()), 1))
    index: dict[str, list[Cue]] = {}
    for row in rows:
        for text in row.words:
            sequence = _sequence(iter(_PART.findall(text.lower())), groups)[0]
            cue = Cue(row, re.compile(_pattern(sequence)))
            for first in {word[:2] for word in _firsts(sequence)}:
                index.setdefault(first, []).append(cue)
    return Lexicon(rows, {first: tuple(cues) for first, cues in index.items()})


def _row(number: int, table: Mapping[str, Any]) -> Row:
    unknown = sorted(table.keys() - _KEYS)
    if unknown:
        raise ValueError(f"row {number}: unknown key {unknown[0]!r}; expected one of {', '.join(sorted(_KEYS))}")
    if table.get("class") not in _CLASSES:
        raise ValueError(f"row {number}: class {table.get('class')!r} is none of {', '.join(sorted(_CLASSES))}")
    for key in ("words", "examples"):
        if not table.get(key) or not isinstance(table[key], list):
            raise ValueError(f"row {number} ({table['class']}): {key} is missing; a row has words, and an example of them")
    scope = table.get("scope", _SCOPES[0])
    if scope not in _SCOPES:
        raise ValueError(f"row {number}: scope {scope!r} is none of {', '.join(_SCOPES)}")
    return Row(table["class"], tuple(table["words"]), tuple(table["examples"]), scope, table.get("reason", ""))


# What a written text becomes: a sequence of parts; a part is a word, a choice of sequences, or something built in.
_Part = str | tuple["_Sequence", ...]
_Sequence = tuple["_Part", ...]


def _sequence(parts: Iterator[str], groups: Mapping[str, tuple[str, ...]]) -> tuple[_Sequence, str]:
    """The parts up to the end of a choice, and the mark that ended them."""
    found: list[_Part] = []
    for part in parts:
        if part == "[":
            found.append(_choice(parts, groups))
        elif part[0] in "]|":
            return tuple(found), part
        elif part[0] == "<" and part[1:-1] in groups:
            texts = (iter(_PART.findall(text.lower())) for text in groups[part[1:-1]])
            found.append(tuple(_sequence(text, groups)[0] for text in texts))
        elif part[0] in "<{":
            found.append(part)
        else:
            found += _words(part)
    return tuple(found), ""


def _choice(parts: Iterator[str], groups: Mapping[str, tuple[str, ...]]) -> tuple[_Sequence, ...]:
    choices: list[_Sequence] = []
    mark = "|"
    while mark == "|":
        sequence, mark = _sequence(parts, groups)
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
        return _BUILT_IN_FIRST.get(part[1:-1], _WINDOW_FIRST)
    return frozenset([part.rstrip("*")])
