"""Things that are named together: "X, Y and Z", "X for all customers and to Y"."""

from __future__ import annotations

from typing import Final

from watcher.core.phrases import Thing
from watcher.core.scene import REACH
from watcher.core.words import AUXILIARIES, JOINERS, Token

_FAR: Final = 60
"""Tokens that a list may be long."""


def list_right(tokens: tuple[Token, ...], at: int) -> tuple[Thing, ...]:
    """A thing and those coordinated with it to the right: "X and Y", "X for all customers and to Y"."""
    found = [tokens[at].thing]
    between: list[str] = []
    for n in range(at + 1, len(tokens)):
        token = tokens[n]
        if token.thing:
            after = tokens[n + 1].text if n + 1 < len(tokens) else ""
            if not _joins(between) or (after in AUXILIARIES and between[-1:] == [","]):
                break
            found.append(token.thing)
            between = []
        elif token.text in {";", ":", "but", "while"} or len(between) > REACH:
            break
        else:
            between.append(token.text)
    return tuple(thing for thing in found if thing)


def list_left(tokens: tuple[Token, ...], at: int) -> tuple[int, tuple[Thing, ...]]:
    """Position of the first of a coordinated list that ends at `at`, and its things from left to right."""
    found = [tokens[at].thing]
    first = at
    between: list[str] = []
    for n in range(at - 1, max(at - _FAR, -1), -1):
        token = tokens[n]
        if token.thing and _joins(list(reversed(between))):
            found.append(token.thing)
            first, between = n, []
        elif token.thing or len(between) > REACH:
            break
        else:
            between.append(token.text)
    return first, tuple(thing for thing in reversed(found) if thing)


def _joins(between: list[str]) -> bool:
    """Whether the words between two things coordinate them."""
    plain = _without_brackets(between)
    if plain and all(word in JOINERS | {",", "the", "both", "to", "as", "well", "its"} for word in plain):
        return True
    return plain[:1] == ["for"] and plain[-2:] in (["and", "to"], ["and", "for"])


def _without_brackets(words: list[str]) -> list[str]:
    out: list[str] = []
    depth = 0
    for word in words:
        depth += word == "("
        if not depth:
            out.append(word)
        depth -= word == ")"
    return out
