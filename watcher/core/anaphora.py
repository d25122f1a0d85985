"""What a pronoun stands for."""

from __future__ import annotations

from typing import Final

from watcher.core.phrases import Thing
from watcher.core.scene import Scene

_PLURAL: Final = frozenset({"both", "they", "them", "these", "two", "those", "models"})
_SINGULAR: Final = frozenset({"it", "this", "model", "the", "version", "system"})


def anaphor(scene: Scene, words: list[str], at: int) -> tuple[Thing, ...]:
    """What a pronoun stands for: two or more things for a plural, else the nearest thing before it or the topic."""
    if _PLURAL.intersection(words):
        near = tuple(token.thing for token in scene.tokens[:at] if token.thing and token.thing.group != "generic")
        return near if len(near) > 1 else scene.plural or near or scene.topic
    if _SINGULAR.intersection(words):
        before = next((token.thing for token in scene.tokens[:at] if token.thing), None)
        return (before,) if before else scene.topic[:1] or scene.topic
    return ()
