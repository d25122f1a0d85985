"""A title that announces a work about something: who did it, what kind of work, and about what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from watcher.core.phrases import Thing
from watcher.core.reading import Line, Reading
from watcher.core.subject_keys import subject_key
from watcher.core.vocabulary import Vocabulary
from watcher.core.words import words_of

_WORD: Final = re.compile(r"(?<![\w.\-])[\w.\-]*\w[.]?")

_PLAIN: Final = words_of(
    "the a an its our new first second third latest joint preliminary full final initial updated complete independent technical"
    " safety security cyber cybersecurity safeguard safeguards capability capabilities red-team red-teaming national public"
    " pre-deployment post-deployment biosecurity risk report reports findings results releases release released publishes"
    " published issues issued posts posted shares completes completed presents unveils news announcement press nist uk us u.s."
    " and with by from of on for department commerce institute 's s"
)
"""Words that may stand between a title's start and the work; any other makes it a title about something else."""
_LITTLE: Final = words_of("the a an of and on for with in to from by its their 's s or as at new open")
_FINDS: Final = re.compile(
    r"(?i)[:,]? \b(?:finds?|shows?|reveals?|identif(?:y|ies)|highlights?|concludes?|indicates?"
    r"|reports?|fails?|lags?|trails?)\b(?= )"
)
"""A verb behind which a title tells what was found, in free words."""
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
        found = phrase.pattern.search(line.folded) if phrase.kind == title.kind else None
        if not found:
            continue
        authors = [thing.said for thing in line.things if thing.group in title.by and _is_author(line.folded, thing, found)]
        if not _is_plain(line.folded[: found.start()], line):
            continue
        about = re.split(r"(?i) by (?=the |[A-Z])", line.folded[found.end() :])[0].strip(" :-")
        named = [t for t in line.things if t.group in title.object_of and t.start >= found.end() - 1]
        if (title.by and not authors) or not _is_object(about, vocabulary, title) or (title.object_of and not named):
            continue
        if title.besides and _unexplained(about, line, vocabulary, title):
            continue
        key = subject_key(about)
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
    named = sorted({thing.said for thing in line.things if thing.said in rest}, key=len, reverse=True)
    for said in named:
        rest = rest.replace(said, " ")
    for name in title.besides:
        rest = vocabulary.lists[name].sub(" ", rest)
    words = _WORD.findall(rest)
    # A model that no list names is known by its version: "Longcat 9 Ultra".
    first = next((n for n, word in enumerate(words) if re.search(r"\d", word)), -1) if not named else -1
    return [word for word in words[first + 1 :] if not re.search(r"\d", word) and word.lower() not in _LITTLE]


def _is_plain(before: str, line: Line) -> bool:
    """Whether what precedes the work is its author, its kind and that it is published, and nothing else.

    "CAISI Releases Its Preliminary Assessment of X" is; "Why …", "X disputes the …", "CAISI withdraws its …" are not.
    """
    for thing in reversed([thing for thing in line.things if thing.end <= len(before)]):
        before = before[: thing.start] + before[thing.end :]
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
