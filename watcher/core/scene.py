"""A sentence in which a phrase stands, and the steps by which one walks left from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from watcher.core.phrases import Thing
from watcher.core.words import ADVERBS, AUXILIARIES, DETERMINERS, ENTERS, OFFERED, PREPOSITIONS, RELATIVE, Token

SKIPPED: Final = AUXILIARIES | ADVERBS
REACH: Final = 14
"""Words that an apposition or an object may be long."""
_NOUN_PHRASE: Final = 8
"""Words that "our most capable …" may be long."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence in which a phrase stands at tokens[start:stop], and what was spoken of before."""

    tokens: tuple[Token, ...]
    start: int
    stop: int
    topic: tuple[Thing, ...] = ()
    """What "it" means when nothing in the sentence answers."""
    plural: tuple[Thing, ...] = ()
    """What "both models" means."""
    inner: tuple[int, int] = (0, 0)
    """Where a phrase that encloses its object has it: tokens[inner[0]:inner[1]]."""
    row: bool = False
    """Whether it is the row of a table: then nothing outside of it is meant."""


def has_auxiliary(scene: Scene) -> bool:
    """Whether an auxiliary stands right before the phrase, adverbs aside."""
    at = scene.start - 1
    while at >= 0 and scene.tokens[at].text in ADVERBS:
        at -= 1
    return at >= 0 and scene.tokens[at].text in AUXILIARIES | RELATIVE


def before_brackets(tokens: tuple[Token, ...], at: int) -> int:
    """Position left of brackets, marks, adverbs and auxiliaries that end at `at`."""
    while at >= 0:
        text = tokens[at].text
        if text == ")":
            while at >= 0 and tokens[at].text != "(":
                at -= 1
            at -= 1
        elif text and (text in SKIPPED or text in {'"', "'", "(", "*"}):
            at -= 1
        else:
            break
    return at


def before_article(tokens: tuple[Token, ...], at: int) -> int:
    """Left of "[is available] as a", so that what is offered as something is the subject."""
    if at >= 0 and tokens[at].text in {"a", "an"}:
        at = before_brackets(tokens, at - 1)
    if at > 0 and tokens[at].text in {"in", "under"} and tokens[at - 1].text in SKIPPED | OFFERED:
        at = before_brackets(tokens, at - 1)
    elif at > 0 and tokens[at].text in {"to", "for"} and tokens[at - 1].text in OFFERED | {"limited", "restricted"}:
        at -= 1
    elif at > 1 and tokens[at].text in {"to", "for"} and tokens[at - 1].text == "," and tokens[at - 2].thing:
        return at - 2  # "…, and X, for verified organizations"
    while at > 0 and tokens[at].text in OFFERED | ENTERS and (tokens[at - 1].text in SKIPPED or tokens[at - 1].thing):
        at = before_brackets(tokens, at - 1)
    return at


def noun_phrase_start(tokens: tuple[Token, ...], at: int) -> int:
    """Position left of "our most capable", "the first": what precedes the noun phrase that ends at `at`."""
    for _ in range(_NOUN_PHRASE):
        if (
            at < 0
            or tokens[at].thing
            or not tokens[at].text[0].isalpha()
            or tokens[at].text in AUXILIARIES | PREPOSITIONS | RELATIVE
        ):
            return at
        if tokens[at].text in DETERMINERS | {"first", "no"} and (at == 0 or tokens[at - 1].text not in DETERMINERS):
            return at - 1
        at -= 1
    return at
