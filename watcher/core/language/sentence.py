"""What a sentence or a title must say (`says = {…}` in signals.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from watcher.core.language.vocabulary import Vocabulary

MANNERS: Final = (
    "stated",
    "negated",
    "planned",
    "wished",
    "conditional",
    "question",
    "hearsay",
    "quoted",
    "compared",
    "retold",
    "partial",
    "restricted",
)
"""Every manner; a rule names those that it accepts, joined by + where several hold at once."""

_LISTS: Final = (
    "about",
    "phrase",
    "manner",
    "also",
    "not_also",
    "without",
    "by",
    "words",
    "not_words",
    "object_not",
    "object_of",
    "titled",
    "not_with",
    "besides",
)
_WHERE: Final = ("any", "title", "text")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one sentence must say; every key that is given must hold."""

    about: tuple[str, ...] = ()
    """Groups of named things; the phrase must be said of one of them."""
    phrase: tuple[str, ...] = ()
    """Kinds of phrases, one of which must be said; without any, the thing need only be named."""
    manner: tuple[str, ...] = ("stated",)
    """How it may be said: stated, negated, planned, … ("Manners" in docs/sentences.md), or several joined by "+"."""
    also: tuple[str, ...] = ()
    """Groups, one of which must be named anywhere in the text."""
    not_also: tuple[str, ...] = ()
    """Groups, none of which may be named anywhere in the text."""
    titled: tuple[str, ...] = ()
    """Groups, one of which the title must name."""
    without: tuple[str, ...] = ()
    """Kinds of phrases that may not be stated of the same group anywhere in the text (a gate beside an opening)."""
    not_with: tuple[str, ...] = ()
    """Groups of which the very same phrase may not be said ("introducing X and Y" tells them not apart)."""
    words: tuple[str, ...] = ()
    """Word lists, each of which must occur in the sentence; beside a title in one of the text that names one of `also`."""
    not_words: tuple[str, ...] = ()
    """Word lists, none of which may occur in the sentence or in the title."""
    where: str = "any"
    """any | title | text: where the sentence stands."""
    window: bool = False
    """Whether the sentence must name a time ("in the coming weeks")."""
    title: str = ""
    """Kind of phrase that a title must hold ("evaluation of"), with an object that is a named model or a new one."""
    by: tuple[str, ...] = ()
    """Groups, one of which must stand shortly before the title's phrase (who did it)."""
    object_of: tuple[str, ...] = ()
    """Groups, one of which the title's object must name; empty takes any object."""
    versioned: bool = False
    """Whether what is named (the title's object, a thing of `also`) must carry a version."""
    unversioned: bool = False
    """Whether what the phrase is said of must carry no version: the whole line, and not one of its models."""
    object_not: tuple[str, ...] = ()
    """Word lists with which the title's object must not begin."""

    announced: bool = False
    """Whether the sentence says that a work on things of `object_of` is out now; the text names one of `by`, its title and the
    sentence nothing but these and `also`. Beside `title`: whether a sentence below says that `by` did it."""

    besides: tuple[str, ...] = ()
    """Word lists of which all must be that a title says beside the names of its object; empty takes any words."""

    @classmethod
    def of(cls, table: Mapping[str, object], vocabulary: Vocabulary | None = None) -> Sentence:
        """Build from `says = {…}`. Raises ValueError naming the key that is wrong."""
        known = [field.name for field in fields(cls)]
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known:
                raise ValueError(f"says: unknown key {key!r}; expected one of {', '.join(known)}")
            values[key] = _list(key, value) if key in _LISTS else _single(key, value)
        sentence = cls(**values)
        if vocabulary is not None:
            _check(sentence, vocabulary)
        return sentence


def _list(key: str, value: object) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"says.{key}: expected a text or a list of texts")
    return tuple(texts)


def _single(key: str, value: object) -> Any:  # noqa: ANN401 - a text or a truth value, as its key asks
    if key in {"window", "versioned", "unversioned", "announced"} and not isinstance(value, bool):
        raise ValueError(f"says.{key}: expected true or false")
    if key == "where" and value not in _WHERE:
        raise ValueError(f"says.where: expected one of {', '.join(_WHERE)}")
    if key == "title" and (not isinstance(value, str) or not value):
        raise ValueError("says.title: expected the name of a list of phrases")
    return value


def _check(sentence: Sentence, vocabulary: Vocabulary) -> None:
    """Raise ValueError where a pattern asks for what the vocabulary does not have."""
    asked = [
        ("about", sentence.about, vocabulary.things),
        ("also", sentence.also, vocabulary.things),
        ("titled", sentence.titled, vocabulary.things),
        ("not_with", sentence.not_with, vocabulary.things),
        ("not_also", sentence.not_also, vocabulary.things),
        ("by", sentence.by, vocabulary.things),
        ("object_of", sentence.object_of, vocabulary.things),
        ("phrase", sentence.phrase, vocabulary.kinds()),
        ("without", sentence.without, vocabulary.kinds()),
        ("title", (sentence.title,) if sentence.title else (), vocabulary.kinds()),
        ("words", sentence.words, vocabulary.words),
        ("not_words", sentence.not_words, vocabulary.words),
        ("object_not", sentence.object_not, vocabulary.words),
        ("besides", sentence.besides, vocabulary.words),
        ("manner", tuple(part for one in sentence.manner for part in one.split("+")), MANNERS),
    ]
    for key, names, known in asked:
        for name in names:
            if name not in known:
                raise ValueError(f"says.{key}: {name!r} is not in the vocabulary; known: {', '.join(sorted(known))}")
