"""Placeholder of the sentence reader: the types that rules are declared with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Named things and phrase lists that the rules of one signal speak of."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one sentence must say."""
