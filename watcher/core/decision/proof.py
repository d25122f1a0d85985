"""The sentence that holds a value: what a reader is shown beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from watcher.core.language.text import fold
from watcher.core.model import Scalar

_TOKEN: Final = re.compile(r"[\w$.]*\w")


def holds(words: str, value: Scalar | tuple[Scalar, ...]) -> bool:
    """Whether words hold every piece of a value: "$8 for input and $40 for output" holds "$8/$40"."""
    values = value if isinstance(value, tuple) else (value,)
    there = set(_TOKEN.findall(fold(words).casefold()))
    return all(set(_TOKEN.findall(fold(_shown(one)).casefold())) <= there for one in values)


def proof_of(value: Scalar | tuple[Scalar, ...], quote: str, sentences: Iterable[str]) -> str:
    """The first of a text's sentences that holds a value which its quote does not; empty where the quote, or none, does."""
    if holds(quote, value):
        return ""
    return next((sentence for sentence in sentences if holds(sentence, value)), "")


def _shown(value: Scalar) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
