"""Runs the examples of english.toml: each row must be found in its own, and say there what its class means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from watcher.core.language.account import account, masked
from watcher.core.language.assertion import manner
from watcher.core.language.lexicon import GRAMMAR, Lexicon, Row, clause_of, on_side
from watcher.core.language.text import Scene, tokens
from watcher.core.language.vocabulary import Phrase, Vocabulary, phrase

_TAKING: Final = frozenset({"limited", "past", "planned", "window", "supposed", "undone", "fault"})
_MANNERS: Final = frozenset({"negated", "planned", "wished", "conditional", "question", "hearsay", "compared", "restricted"})
"""Classes of cues that are a manner of their own."""
_OPENS: Final = re.compile(r"open|available|availability")
"""What a statement says that opens a thing; any other tells an act."""
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
    if not 0 <= example.find("{") < example.find("}") - 1:
        return "sets no statement in braces"
    sentence = example.replace("{", "").replace("}", "")
    if not (_stands_beside(world, row, example) if row.side else _stands_in(world, lexicon, row, sentence)):
        return "holds no words of its row"
    scene = _scene(world, example, sentence)
    if row.side:
        found = manner(scene, _phrase(example)) if row.kind in _MANNERS else {row.kind}
        return "" if row.kind in found else f"is not {row.kind}"
    if row.kind not in _TAKING | {"neutral", "describing"}:
        return ""
    read = account(scene, "it", frozenset({"it"}), (), world.roles_in(sentence), lexicon)
    if row.kind in _TAKING:
        return "" if row.kind in read.taken else f"is not {row.kind}"
    left = (*read.unexplained, *read.because)
    return f"leaves {', '.join(left)} unexplained" if left else ""


def _stands_in(world: Vocabulary, lexicon: Lexicon, row: Row, sentence: str) -> bool:
    words = masked(sentence, world.find(sentence), frozenset({"it"}), world.roles_in(sentence))
    if row.kind in GRAMMAR:
        return not frozenset(row.words).isdisjoint(words)
    clause = clause_of(words)
    starts = [0, *(at + 1 for at, letter in enumerate(clause) if letter == " ")][:-1]
    return any(cue.row is row and cue.pattern.match(clause, at) for at in starts for cue in lexicon.cues_at(clause, at))


def _stands_beside(world: Vocabulary, row: Row, example: str) -> bool:
    """Whether words of a row stand on its side of the statement, as near as it says."""
    before, said, after = re.split(r"[{}]", example)
    part = {"before": before, "after": after}.get(row.side, f"{before}{said}{after}")
    return on_side(row.side, row.scope, row.words).search(world.masked(part)) is not None


def _phrase(example: str) -> Phrase:
    """The statement of an example as a phrase of a signal."""
    said = re.split(r"[{}]", example)[1]
    return phrase("open" if _OPENS.search(said) else "act", said.replace("Gadget 2", "{it}"))


def _scene(world: Vocabulary, example: str, sentence: str) -> Scene:
    """The scene of an example, whose statement stands in braces."""
    things = world.find(sentence)
    spoken = world.masked(sentence, things)
    cut = tokens(spoken, things)
    start, end = example.index("{"), example.index("}") - 1
    inside = [n for n, token in enumerate(cut) if token.start < end and start < token.end]
    named = [n for n in inside if cut[n].thing]
    inner = (named[0], named[-1] + 1) if named else (0, 0)
    return Scene(cut, inside[0], inside[-1] + 1, inner=inner, sentence=spoken)
