"""The named things and phrase lists that the rules of one signal speak of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from watcher.core.language.lexicon import sets
from watcher.core.phrases import Phrase, Thing, name_pattern, phrase

_NOTHING: Final = re.compile(r"(?!)")
ROLE_LISTS: Final = ("product", "programme", "surface", "maker")
"""Word lists whose words have a role in the account of a clause (language/english.toml); the longest name wins."""
_KEYS: Final = ("things", "phrases", "words")
_ID_VERSION: Final = re.compile(r"(?<=\d)-(?=\d{1,2}\b)")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Named things by group, phrases by kind, and plain word lists, as a policy person writes them."""

    things: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Group → names. A version may follow a name; `#` says where it stands; the first name is the one shown."""
    phrases: tuple[Phrase, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()
    """(group, name), longest name first."""
    pattern: re.Pattern[str] = _NOTHING
    """Finds every named thing."""
    marks: tuple[str, ...] = ()
    """Lower-case words, one of which stands in every named thing."""
    pieces: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Piece of text → positions of the phrases that it may belong to."""
    lists: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Word list → pattern of any of its words."""

    @classmethod
    def of(cls, table: Mapping[str, object]) -> Vocabulary:
        """Build from `[signal.vocabulary]`: tables `things`, `phrases` and `words`, each name → list of texts.

        Raises ValueError naming the key that is wrong.
        """
        unknown = [key for key in table if key not in _KEYS]
        if unknown:
            raise ValueError(f"vocabulary: unknown key {unknown[0]!r}; expected {', '.join(_KEYS)}")
        things, phrases, words = (_lists(table, key) for key in _KEYS)
        names = tuple(sorted(((g, n) for g, group in things.items() for n in group), key=lambda pair: -len(pair[1])))
        known = _named(sets(), words)
        compiled = tuple(phrase(kind, text, known) for kind, texts in phrases.items() for text in texts)
        return cls(
            things=things,
            phrases=compiled,
            pieces=_pieces(compiled),
            words=words,
            names=names,
            pattern=name_pattern(list(names)),
            marks=tuple(sorted({_mark(name) for _, name in names}, key=len)),
            lists={name: _any_of(texts) for name, texts in words.items()},
        )

    def kinds(self) -> frozenset[str]:
        """Kinds of phrases that a rule may ask for."""
        return frozenset(one.kind for one in self.phrases)

    def pieces_in(self, lowered: str) -> tuple[str, ...]:
        """The fixed pieces of phrases that a lower-case text contains: no sentence of it can hold others."""
        return tuple([piece for piece in self.pieces if piece in lowered])

    def held(self, lowered: str, pieces: tuple[str, ...]) -> list[Phrase]:
        """The phrases whose fixed pieces (of `pieces`) stand in a lower-case sentence; only these are worth their pattern."""
        positions = {n for piece in pieces if piece in lowered for n in self.pieces[piece]}
        return [self.phrases[n] for n in sorted(positions)]

    def find(self, sentence: str) -> tuple[Thing, ...]:
        """Every named thing in a folded sentence, from left to right."""
        lowered = sentence.lower()
        if not any(mark in lowered for mark in self.marks):
            return ()
        return tuple([self._thing(found) for found in self.pattern.finditer(sentence)])

    def roles_in(self, sentence: str) -> tuple[tuple[str, int, int], ...]:
        """Where a folded sentence names what the account knows by its role: role, start and end."""
        held = ((role, self.lists[role]) for role in ROLE_LISTS if role in self.lists)
        return tuple((role, found.start(), found.end()) for role, pattern in held for found in pattern.finditer(sentence))

    def anchors(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """Lower-case pieces of which every text that names one of these groups contains at least one."""
        return tuple(sorted({_mark(name) for group in groups for name in self.things.get(group, ())}))

    def _thing(self, found: re.Match[str]) -> Thing:
        n = int((found.lastgroup or "n0").lstrip("n"))
        group, name = self.names[n]
        version = _ID_VERSION.sub(".", (found[f"version{n}"] or "")).removeprefix("v")
        version = re.sub(r"-\d{8}$", "", version).capitalize()
        first = self.things[group][0]
        shown = found[0] if "#" in name or "*" in name else f"{first if first.endswith(name) else name} {version}".strip()
        return Thing(group, shown, found[0], version, found.start(), found.end())


def _mark(name: str) -> str:
    """The longest word of a name, lower case: no text names it without that word."""
    return max(re.split(r"[ \-#*]", name), key=len).lower()


def _pieces(phrases: tuple[Phrase, ...]) -> dict[str, tuple[int, ...]]:
    owners: dict[str, list[int]] = {}
    for n, one in enumerate(phrases):
        for piece in one.anchors:
            owners.setdefault(piece, []).append(n)
    return {piece: tuple(held) for piece, held in owners.items()}


def _named(known: Mapping[str, tuple[str, ...]], words: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The sets of the general English with a signal's own names in them: "{maker}" in a choice is each of its makers."""
    own = {f"{{{role}}}": "|".join(words.get(role, ())) for role in ROLE_LISTS}
    return {name: tuple(_filled(text, own) for text in texts) for name, texts in known.items()}


def _filled(text: str, own: Mapping[str, str]) -> str:
    for mark, names in own.items():
        text = text.replace(mark, names)
    return text


def _lists(table: Mapping[str, object], key: str) -> dict[str, tuple[str, ...]]:
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        raise ValueError(f"vocabulary.{key}: expected a table of lists")  # noqa: TRY004 - a mistake in a file, not in a type
    return {str(name): _texts(texts, f"vocabulary.{key}.{name}") for name, texts in value.items()}


def _texts(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) and text.strip() for text in value) or not value:
        raise ValueError(f"{key}: expected a list of texts, none of them empty")
    return tuple(value)


def _any_of(texts: tuple[str, ...]) -> re.Pattern[str]:
    parts = [
        re.escape(text.rstrip("*")) + (r"[\w']*" if text.endswith("*") else "") for text in sorted(texts, key=len, reverse=True)
    ]
    return re.compile(r"(?<![\w\-])(?:" + "|".join(parts) + r")(?!\w)", re.IGNORECASE)
