"""Runs the examples of english.toml: each row must be found in its own, and say there what its class means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from watcher.core.language.account import account, masked
from watcher.core.language.lexicon import GRAMMAR, Lexicon, Row
from watcher.core.language.text import Scene, tokens
from watcher.core.language.vocabulary import Vocabulary

_TAKING: Final = frozenset({"limited", "past", "planned", "window", "supposed", "undone"})
_WORLD: Final = {
    "things": {"it": ["Gadget"], "other": ["Widget"]},
    "words": {"maker": ["Acme"], "surface": ["Acme Cloud", "API"], "product": ["Acme Shield"], "programme": ["Project Hangar"]},
}
"""What the examples speak of."""


def misread(lexicon: Lexicon) -> Iterator[str]:
    """One line for each example that its row does not explain as its class says."""
    world = Vocabulary.of(_WORLD)
    for row in lexicon.rows:
        for example in row.examples:
            if why := _wrong(world, lexicon, row, example):
                yield f'{row.kind} "{row.words[0]}": "{example}" {why}'


def _wrong(world: Vocabulary, lexicon: Lexicon, row: Row, example: str) -> str:
    """What is wrong with an example, empty where it is read as it should be."""
    sentence = example.replace("{", "").replace("}", "")
    if not _stands_in(world, lexicon, row, sentence):
        return "holds no words of its row"
    if row.kind not in _TAKING | {"neutral", "describing"}:
        return ""
    found = account(*_scene(world, example, sentence), world.roles_in(sentence), lexicon)
    if row.kind in _TAKING:
        return "" if row.kind in found.taken else f"is not {row.kind}"
    left = (*found.unexplained, *found.because)
    return f"leaves {', '.join(left)} unexplained" if left else ""


def _stands_in(world: Vocabulary, lexicon: Lexicon, row: Row, sentence: str) -> bool:
    words = masked(sentence, world.find(sentence), frozenset({"it"}), world.roles_in(sentence))
    if row.kind in GRAMMAR:
        return not frozenset(row.words).isdisjoint(words)
    clause = "".join(f"{word} " for word in words)
    starts = [0, *(at + 1 for at, letter in enumerate(clause) if letter == " ")][:-1]
    return any(cue.row is row and cue.pattern.match(clause, at) for at in starts for cue in lexicon.cues_at(clause, at))


def _scene(world: Vocabulary, example: str, sentence: str) -> tuple[Scene, str, frozenset[str], tuple[tuple[int, int], ...]]:
    """The scene of an example, whose statement stands in braces."""
    cut = tokens(sentence, world.find(sentence))
    start, end = example.index("{"), example.index("}") - 1
    inside = [n for n, token in enumerate(cut) if token.start < end and start < token.end]
    said = (inside[0], inside[-1] + 1)
    things = [n for n in inside if cut[n].thing]
    inner = (things[0], things[-1] + 1) if things else (0, 0)
    return Scene(cut, *said, inner=inner), "it", frozenset({"it"}), ()
