"""Whether a thing is the head of its noun phrase, or only belongs to another noun."""

from __future__ import annotations

from watcher.core.coordination import list_left, list_right
from watcher.core.objects import is_modifier
from watcher.core.phrases import Thing
from watcher.core.scene import Scene
from watcher.core.words import (
    ADVERBS,
    BOUNDARIES,
    DETERMINERS,
    HEADS,
    JOINERS,
    MODEL_NOUNS,
    PARTICIPLES,
    PREPOSITIONS,
    RELATIVE,
    TIMES,
    VARIANTS,
    Token,
)

_OWNING = frozenset({"for", "of", "using", "on", "in", "from", "by"})
_OPENING = 3
"""Words before a thing that a participle may open a sentence with: "Based in part on X, …"."""


def headed(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The things of the list that ends at `at`, unless another noun is its head ("caching for X", "X's card")."""
    first, things = list_left(scene.tokens, at)
    before = first - 1
    while before >= 0 and scene.tokens[before].text in DETERMINERS | ADVERBS - {"as", "of"} | {"anthropic", "'s", '"', "("}:
        before -= 1
    if _is_told_by_a_clause(scene.tokens, before) or _is_left_out(scene.tokens, before):
        return ()
    if before < 0 or scene.tokens[before].text not in PREPOSITIONS or _is_date(scene.tokens[:first]):
        return things
    opens = before == 0 or (before <= _OPENING and scene.tokens[0].text in PARTICIPLES)
    if opens and len(things) > 1 and scene.tokens[at - 1].text == ",":
        return things[-1:]  # "Alongside X, Y is …", "Built on X, Y is …"
    head = scene.tokens[before - 1].text if before else ""
    if head in HEADS - VARIANTS or (head in JOINERS and scene.tokens[before].text == "to"):
        return things
    return ()


def attached(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The things of the list that ends at `at`, unless they belong to another noun ("caching for X", "the card of X")."""
    first, things = list_left(scene.tokens, at)
    free = HEADS | JOINERS | {"apply"}
    owned = first > 1 and scene.tokens[first - 1].text in _OWNING and scene.tokens[first - 2].text not in free
    return () if owned else things


def labelled(scene: Scene) -> tuple[Thing, ...] | None:
    """What follows a phrase that is a label, past a date: "Now open: X", "Open to everyone from today: X"; None for no label."""
    at = scene.stop
    while at < len(scene.tokens) and scene.tokens[at].text in TIMES:
        at += 1
    if scene.start > 2 or at + 1 >= len(scene.tokens) or scene.tokens[at].text != ":":  # noqa: PLR2004 - "It is now open: X"
        return None
    thing = scene.tokens[at + 1].thing
    return list_right(scene.tokens, at + 1) if thing and not is_modifier(scene.tokens, thing) else ()


def row(scene: Scene) -> tuple[Thing, ...]:
    """Of a table's row: the thing that its first cell names, and no other."""
    end = next((n for n, token in enumerate(scene.tokens) if token.text in {"|", ";"} and n), 0)
    at = next((n for n, token in enumerate(scene.tokens[:end]) if token.thing), None)
    return list_right(scene.tokens[:end], at) if at is not None else ()


def _is_told_by_a_clause(tokens: tuple[Token, ...], before: int) -> bool:
    """Whether a side clause owns the thing: of "the programme which gates X" X is not the head."""
    verb = (
        before >= 0
        and tokens[before].text.isalpha()
        and tokens[before].text not in PREPOSITIONS | JOINERS | RELATIVE | BOUNDARIES
    )
    near = [token.text for token in tokens[max(before - 2, 0) : max(before, 0)]]
    return verb and any(word in {"who", "which", "that"} for word in near) and "," not in near[1:]


def _is_left_out(tokens: tuple[Token, ...], before: int) -> bool:
    """Whether a thing is what the subject leaves out: "every model but X"."""
    return (
        before > 0 and tokens[before].text == "but" and tokens[before - 1].text in MODEL_NOUNS | {"everything", "all", "anything"}
    )


def _is_date(before: tuple[Token, ...]) -> bool:
    """Whether only a time stands before the subject: "From today", "As of January 12, 2027,"."""
    return all(token.text in TIMES or token.text[:1].isdigit() or token.text == "," for token in before)
