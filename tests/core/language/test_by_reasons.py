"""A reason before or behind a plain statement, whatever it speaks of, hides nothing and makes nothing else of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from tests.core.language.test_by_parts import NAMES, WANTED, heard
from tests.core.language.test_language import SAID

PARTS: dict[str, list[str]] = tomllib.loads((SAID / "by_reasons.toml").read_text("utf-8"))


def sentences(kind: str) -> Iterator[str]:
    """Each statement of a kind with each reason."""
    for name in NAMES[kind]:
        for pattern in PARTS[kind]:
            said = pattern.format(it=name)
            yield from (f"{said[0].upper()}{said[1:]}{behind}." for behind in PARTS["behind"])
            yield from (f"{before}, {said}." for before in PARTS["before"])


@pytest.mark.parametrize("kind", WANTED)
def test_a_reason_beside_a_statement_neither_hides_it_nor_turns_it(kind: str) -> None:
    told = ((text, *heard("Notes", text)) for text in sentences(kind))
    assert [(text, said) for text, said, asked in told if said - WANTED[kind] or not (said or asked)] == []
