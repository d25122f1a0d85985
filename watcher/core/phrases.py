"""Named things and phrases as a person writes them in signals.toml, compiled to bounded patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

IT: Final = "{it}"
_LETTERS: Final = r"0-9A-Za-z_\u00c0-\u024f"
"""What goes on with a word: scripts without spaces write their own right beside a name."""
_GAP: Final = r"(?:[^\s]+ ){0,5}?"
_HERE: Final = r"(?P<it>(?:[^\s]+ ){1,14}?)"
_VERSION: Final = r"(?:[ \-@](?P<version{n}>(?:(?i:preview)\b|[vV]?\d{{1,3}}(?:[.\-]\d{{1,2}})?)(?:-\d{{8}})?(?![{letters}%])))?"
_TOKEN: Final = re.compile(r"\[[^\]]*\]\*?|\{it\}|<\w+>|\S+")
Sets = Mapping[str, tuple[str, ...]]
"""Name → texts, any of which `<name>` stands for."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way of saying something: `{it}` marks where the thing stands, without it the thing is its subject."""

    kind: str
    text: str
    pattern: re.Pattern[str]
    anchors: tuple[str, ...]
    """Pieces of which every match contains at least one, lower case: tested before the pattern."""
    object_right: bool = False
    object_inside: bool = False
    adjacent: bool = False
    """`{it}` stands first: the thing is right before the words ("{it} to all customers")."""
    modifier: bool = False
    """A phrase that begins with a preposition attaches to the words before it ("for participants")."""
    open_ended: bool = False
    """A phrase that ends with a preposition: what follows is a place, not its subject ("available on")."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A named thing as a sentence names it."""

    group: str
    name: str
    """Its first name in the vocabulary, with the version: "Claude Fable 5.2"."""
    said: str
    version: str
    start: int
    end: int


PREPOSITIONS: Final = frozenset(
    ("for", "to", "in", "via", "through", "under", "behind", "within", "inside", "by", "on", "from", "across", "at", "with", "of")
)
_OPENERS: Final = frozenset(("when", "where", "if", "only"))


def phrase(kind: str, text: str, sets: Sets | None = None) -> Phrase:
    """Compile one phrase: `word*` any ending, `[a|b]` one, `<name>` one of a set, `*` up to five words, `{it}` the thing.

    Raises ValueError naming the phrase where it is empty, has no fixed word, or names a set that there is not.
    """
    known = sets or {}
    words = _TOKEN.findall(text.strip())
    inside = IT in words[1:-1]
    right = bool(words) and words[-1] == IT and not inside
    kept = [word for word in words if inside or word != IT]
    unknown = [word for word in kept if word[0] == "<" and word[1:-1] not in known]
    if unknown:
        raise ValueError(f"phrase {text!r} of {kind!r}: there is no set {unknown[0]}; known: {', '.join(sorted(known))}")
    anchors = max((_fixed(word, known) for word in kept), key=lambda pieces: min(map(len, pieces), default=0), default=())
    if not anchors:
        raise ValueError(f"phrase {text!r} of {kind!r}: give at least one fixed word")
    body = _joined(kept, known)
    return Phrase(
        kind=kind,
        text=text,
        pattern=re.compile(rf"(?<![\w\-]){body}(?!\w|-\w)", re.IGNORECASE),
        anchors=anchors,
        object_right=right,
        object_inside=inside,
        adjacent=bool(words) and words[0] == IT,
        modifier=_first_word(kept[0]) in PREPOSITIONS,
        open_ended=kept[-1].strip("[]").split("|")[0].split()[-1] in PREPOSITIONS | _OPENERS,
    )


def _first_word(word: str) -> str:
    """The first word of a choice; the mark of a cell is no choice."""
    return word if word == "|" else word.strip("[]").split("|")[0].split()[0]


def _fixed(word: str, sets: Sets) -> tuple[str, ...]:
    """The pieces of one written word of which a match has one: none for a gap or for a choice that may be left out."""
    if word in {"*", IT}:
        return ()
    if word[0] == "<":
        return tuple(sorted({piece for text in sets[word[1:-1]] for piece in _first_fixed(_TOKEN.findall(text), sets)}))
    if word == "|":
        return ("|",)
    choices = word.strip("*").strip("[]").split("|") if word.startswith("[") else [word]
    pieces = tuple(sorted({choice.split()[0].strip("*").lower() for choice in choices if choice.strip()}))
    return () if "" in choices or "" in pieces else pieces


def _first_fixed(words: list[str], sets: Sets) -> tuple[str, ...]:
    return next((pieces for word in words if (pieces := _fixed(word, sets))), ())


def _joined(words: list[str], sets: Sets) -> str:
    return "".join(_one(word, sets) for word in words).removesuffix(" ")


def _one(word: str, sets: Sets) -> str:
    """Pattern of one written word with the space after it, so that an optional one takes its space along."""
    if word[0] == "<":
        texts = ("".join(_one(part, sets) for part in _TOKEN.findall(text)) for text in sets[word[1:-1]])
        # A text may end with a word that is left out: then no space need follow.
        return f"(?:{'|'.join(texts)})".replace(" ", r"(?:[ ]|(?!\w))")
    if word == "*":
        return _GAP
    if word == IT:
        return _HERE
    if not word.startswith("["):
        return _ended(word) + " "
    choices = word.strip("*").strip("[]").split("|")
    either = "|".join(" ".join(_ended(part) for part in choice.split()) for choice in choices if choice)
    if not either:  # names that a signal has not
        return ""
    tail = r"\w*" if word.endswith("*") else ""
    return f"(?:(?:{either}){tail} )?" if "" in choices else f"(?:{either}){tail} "


def _ended(word: str) -> str:
    return re.escape(word.rstrip("*")) + (r"[\w']*" if word.endswith("*") else "")


def name_pattern(names: list[tuple[str, str]]) -> re.Pattern[str]:
    """One pattern for (group, name) pairs, longest name first: whole words; a one-word name needs its capital.

    `#` in a name is where a version stands; without it a version may follow. Spaces match hyphens too (model ids).
    """
    buckets: dict[str, list[str]] = {}
    for n, (_, name) in enumerate(names):
        buckets.setdefault(name[:1].lower(), []).append(f"(?P<n{n}>{_name(name, n)})")
    # One look at the first letter spares the names that begin with another.
    parts = [f"(?=[{re.escape(first)}{re.escape(first.upper())}])(?:{'|'.join(held)})" for first, held in buckets.items()]
    return (
        re.compile(rf"(?<![{_LETTERS}\-])(?:anthropic\.)?(?:{'|'.join(parts)})(?:-(?:20\d{{6}}|latest))?(?![{_LETTERS}]|-\w)")
        if parts
        else re.compile(r"(?!)")
    )


def _name(name: str, n: int) -> str:
    version = _VERSION.format(n=n, letters=_LETTERS)
    words = [part for part in re.split(r"[ \-]", name.replace("#", " # ")) if part]
    if "#" not in words:
        words.append("#")
    loose = len([word for word in words if word != "#"]) > 1
    out = ""
    for at, word in enumerate(words):
        if word == "#":
            out += version
        else:
            plain = re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "")
            out += (r"[\"']?[ \-]" if at else "") + (
                f"(?i:{plain})" if loose or not word[:1].isupper() else f"(?:{plain}|{plain.upper()})"
            )
    return out
