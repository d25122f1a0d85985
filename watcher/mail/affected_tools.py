"""Which of the reader's own AI tools a signal touches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from watcher.core.model import Signal

if TYPE_CHECKING:
    from watcher.config.settings import Tool  # pydantic comes with it


def affected_by(signal: Signal, stack: Iterable[Tool]) -> tuple[Tool, ...]:
    """The tools that the signal's `touches` names: by a property, or by provider or model (any part of the name)."""
    return tuple(tool for tool in stack if any(_is(tool, word) for word in signal.touches))


def _is(tool: Tool, word: str) -> bool:
    marks = {"via_prc_lab": tool.via_prc_lab, "open_weights": tool.open_weights, "distilled": tool.distilled}
    if word in marks:
        return marks[word]
    return word.casefold() in f"{tool.provider} {tool.model}".casefold()


def without_fallback(stack: Iterable[Tool]) -> tuple[Tool, ...]:
    """The tools for which no fallback is written down."""
    return tuple(tool for tool in stack if not tool.fallback.strip())
