"""Plain sentences put together from parts: none that says something is passed over or misread, none that says nothing is said."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.core.language.test_language import SAID, SPEAKERS
from tests.spoken import claims

AT = datetime(2027, 3, 8, 12, tzinfo=UTC)
PARTS: dict[str, list[str]] = tomllib.loads((SAID / "by_parts.toml").read_text("utf-8"))
SOBER: dict[str, list[str]] = tomllib.loads((SAID / "by_parts_sober.toml").read_text("utf-8"))
LISTS = ("who", "whom", "how", "why", "again", "when", "then", "some", "only", "term", "other")
WORDS = {name: [*PARTS.get(name, ()), *SOBER.get(name, ())] for name in LISTS}
SENTENCE = re.compile(r"(?:^|(?<=[.?] )|(?<=\n))[a-z]")
"""The first letter of a sentence."""
NAMES = {
    "opened": ("Claude Mythos 6", "Claude Mythos 6.5"),
    "taken": ("Claude Fable 6", "Claude Mythos 6"),
    "given_back": ("Claude Fable 6",),
    "promised": ("Claude Mythos 6", "Claude Mythos 6.5"),
    "nothing": ("Claude Mythos 6", "Claude Fable 6"),
}
WANTED = {"opened": {"available"}, "taken": {"suspended"}, "given_back": {"available"}, "promised": {"promised"}}
NEWS = {"available", "suspended", "promised", "cancelled"}


def put_together(pattern: str, kind: str, chance: random.Random) -> tuple[str, str]:
    """A title and a text: a pattern with a word of each list."""
    words: dict[str, Any] = {name: chance.choice(WORDS[name]) for name in LISTS}
    title, _, text = pattern.format(it=chance.choice(NAMES[kind]), **words).rpartition(" :: ")
    title, text = (SENTENCE.sub(lambda found: found[0].upper(), one) for one in (title or "Notes", text))
    return title, text if text.endswith(("|", "?")) else f"{text}."


def sentences(kind: str, seed: int, many: int) -> Iterator[tuple[str, str]]:
    """So many sentences of a kind, the same ones for a seed, each with its title."""
    chance = random.Random(f"{kind} {seed}")  # noqa: S311 - no secret
    for _ in range(many):
        yield put_together(chance.choice(PARTS[kind]), kind, chance)


def sober(kind: str, seed: int) -> Iterator[tuple[str, str]]:
    """A sentence of each pattern of a kind in sober language, the same ones for a seed, each with its title."""
    chance = random.Random(f"sober {kind} {seed}")  # noqa: S311 - no secret
    for pattern in SOBER[kind]:
        yield put_together(pattern, kind, chance)


def heard(title: str, text: str) -> tuple[set[str], bool]:
    """What is claimed as news of today, and whether a person is asked."""
    signal, speaker = SPEAKERS["o"]
    found = claims(signal, text, title=title, at=AT, **speaker)
    said = {one.status for one in found if not one.review and one.since is None}
    return said & NEWS, any(one.asks for one in found)


def misread(kind: str, told: Iterable[tuple[str, str]]) -> list[tuple[str, str, set[str]]]:
    """Those that are said to be something else, and those that nobody is told of."""
    wanted = WANTED.get(kind, set())
    found = ((*each, *heard(*each)) for each in told)
    return [(title, text, said) for title, text, said, asked in found if said - wanted or (wanted and not said and not asked)]


@pytest.mark.parametrize("kind", NAMES)
def test_a_plain_sentence_is_said_or_asked_about_and_a_trap_is_not_said(kind: str) -> None:
    assert misread(kind, sentences(kind, 1, 150)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize("kind", NAMES)
def test_many_plain_sentences_are_said_or_asked_about_and_traps_are_not_said(kind: str, seed: int) -> None:
    assert misread(kind, sentences(kind, seed, 500)) == []


@pytest.mark.parametrize("kind", WANTED)
def test_most_plain_sentences_are_said(kind: str) -> None:
    said = sum(1 for each in sentences(kind, 1, 150) if heard(*each)[0])
    assert said > 150 * 0.6


@pytest.mark.parametrize("kind", NAMES)
def test_each_sober_pattern_is_said_or_asked_about_and_a_trap_is_not_said(kind: str) -> None:
    assert misread(kind, sober(kind, 1)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
@pytest.mark.parametrize("kind", NAMES)
def test_each_sober_pattern_with_other_words_is_said_or_asked_about_and_a_trap_is_not_said(kind: str, seed: int) -> None:
    assert misread(kind, sober(kind, seed)) == []
