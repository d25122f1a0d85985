"""Plain sentences put together from parts: none that says something is passed over or misread, none that says nothing is said."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.core.language.test_language import SAID, SPEAKERS
from tests.spoken import claims

AT = datetime(2027, 3, 8, 12, tzinfo=UTC)
PARTS: dict[str, list[str]] = tomllib.loads((SAID / "by_parts.toml").read_text("utf-8"))
LISTS = ("who", "whom", "how", "why", "again", "when", "then")
NAMES = {
    "opened": ("Claude Mythos 6", "Claude Mythos 6.5"),
    "taken": ("Claude Fable 6", "Claude Mythos 6"),
    "given_back": ("Claude Fable 6",),
    "promised": ("Claude Mythos 6", "Claude Mythos 6.5"),
    "nothing": ("Claude Mythos 6", "Claude Fable 6"),
}
WANTED = {"opened": {"available"}, "taken": {"suspended"}, "given_back": {"available"}, "promised": {"promised"}}
NEWS = {"available", "suspended", "promised", "cancelled"}


def sentences(kind: str, seed: int, many: int) -> Iterator[str]:
    """So many sentences of a kind, the same ones for a seed."""
    chance = random.Random(f"{kind} {seed}")  # noqa: S311 - no secret
    for _ in range(many):
        words: dict[str, Any] = {name: chance.choice(PARTS[name]) for name in LISTS}
        text = chance.choice(PARTS[kind]).format(it=chance.choice(NAMES[kind]), **words)
        yield f"{text[0].upper()}{text[1:]}."


def heard(text: str) -> tuple[set[str], bool]:
    """What is claimed as news of today, and whether a person is asked."""
    signal, speaker = SPEAKERS["o"]
    found = claims(signal, text, title="Notes", at=AT, **speaker)
    said = {one.status for one in found if not one.review and one.since is None}
    return said & NEWS, any(one.asks for one in found)


def misread(kind: str, seed: int, many: int) -> list[tuple[str, set[str]]]:
    """Those that are said to be something else, and those that nobody is told of."""
    told = ((text, *heard(text)) for text in sentences(kind, seed, many))
    wanted = WANTED.get(kind, set())
    return [(text, said) for text, said, asked in told if said - wanted or (wanted and not said and not asked)]


@pytest.mark.parametrize("kind", NAMES)
def test_a_plain_sentence_is_said_or_asked_about_and_a_trap_is_not_said(kind: str) -> None:
    assert misread(kind, 1, 150) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize("kind", NAMES)
def test_many_plain_sentences_are_said_or_asked_about_and_traps_are_not_said(kind: str, seed: int) -> None:
    assert misread(kind, seed, 500) == []


@pytest.mark.parametrize("kind", WANTED)
def test_most_plain_sentences_are_said(kind: str) -> None:
    said = sum(1 for text in sentences(kind, 1, 150) if heard(text)[0])
    assert said > 150 * 0.6
