"""Which of the reader's own AI tools a signal touches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from watcher.core.model import Signal

if TYPE_CHECKING:
    from watcher.config.settings import Tool  # pydantic comes with it


def affected_by(signal: Signal, stack: Iterable[Tool]) -> tuple[Tool, ...]:
    """The tools that the signal's `touches` names: by a tag, or by provider or model (any part of the name)."""
    return tuple(tool for tool in stack if any(_is(tool, word.casefold()) for word in signal.touches))


def _is(tool: Tool, word: str) -> bool:
    tags = {tag.casefold() for tag in tags_in_words(tool)}
    return word.replace("_", " ") in tags or word in f"{tool.provider} {tool.model}".casefold()


def tags_in_words(tool: Tool) -> tuple[str, ...]:
    """Its tags as people read them: `open weights` for `open_weights`."""
    return tuple(tag.replace("_", " ") for tag in tool.tags)


def without_fallback(stack: Iterable[Tool]) -> tuple[Tool, ...]:
    """The tools for which no fallback is written down."""
    return tuple(tool for tool in stack if not tool.fallback.strip())
