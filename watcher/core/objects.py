"""The object of a transitive phrase: whom access was taken from or given to."""

from __future__ import annotations

from typing import Final

from watcher.core.anaphora import anaphor
from watcher.core.coordination import list_right
from watcher.core.phrases import Thing
from watcher.core.scene import REACH, SKIPPED, Scene, has_auxiliary
from watcher.core.words import (
    DETERMINERS,
    HEADS,
    JOINERS,
    MODEL_NOUNS,
    OFFERED,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVE,
    Token,
    words_of,
)

_AFTER: Final = words_of(
    "but while after before because when if until unless who where generally publicly we back out up off today tomorrow"
    " yesterday next"
    " later this last january february march april may june july august september october november december customers users"
    " everywhere"
    " pending following amid despite so ai begins starts comes arrives continues ends means follows"
)
AFTER_OBJECT: Final = (
    SKIPPED | PREPOSITIONS | JOINERS | RELATIVE | MODEL_NOUNS | HEADS | OFFERED | PRONOUNS | DETERMINERS | _AFTER
)
"""Words that may follow an object; any other noun makes the thing before it a modifier."""
_ENDS: Final = frozenset({";", ":", "but", "while", "and", "after", "because"})


def object_of(scene: Scene) -> tuple[Thing, ...]:
    """The object right of a transitive phrase: "suspended access to both models", "restored X for all and Y for some"."""
    skipped: list[str] = []
    for at in range(scene.stop, min(scene.stop + REACH, len(scene.tokens))):
        token = scene.tokens[at]
        if token.thing:
            found = () if _breaks(skipped) else list_right(scene.tokens, at)
            return found if found and not _is_modifier(scene.tokens, found[-1]) else ()
        if token.text in PRONOUNS and not _breaks(skipped):
            follow = scene.tokens[at + 1].text if at + 1 < len(scene.tokens) else ""
            if token.text in {"it", "them", "both"} or follow in MODEL_NOUNS:
                return anaphor(scene, [token.text, follow], at)
        if token.text in MODEL_NOUNS and skipped and skipped[-1] in {"the", "both", "two", "these"}:
            return anaphor(scene, [*skipped, token.text], at)
        if token.text in _ENDS | RELATIVE:
            return ()
        skipped.append(token.text)
    return ()


def _is_modifier(tokens: tuple[Token, ...], thing: Thing) -> bool:
    """Whether another noun follows the thing: "the Mythos 5 tokenizer" is not Mythos 5."""
    at = next(n for n, token in enumerate(tokens) if token.thing is thing) + 1
    follow = tokens[at].text if at < len(tokens) else ""
    if not follow or not follow[0].isalpha() or follow.endswith(("ed", "ing", "ly")):
        return False
    return follow not in AFTER_OBJECT


def _breaks(skipped: list[str]) -> bool:
    """Whether words between a verb and a thing make the thing something else than its object."""
    return any(word in PREPOSITIONS - {"to", "of", "both"} for word in skipped) or len(skipped) > REACH - 4


def is_active(scene: Scene) -> bool:
    """Whether a lone participle has an object of its own: "X suspended the process" does not say that X is suspended."""
    if scene.stop - scene.start != 1 or not scene.tokens[scene.start].text.endswith(("ed", "wn")) or has_auxiliary(scene):
        return False
    if scene.start and scene.tokens[scene.start - 1].text in DETERMINERS:
        return False
    follow = scene.tokens[scene.stop] if scene.stop < len(scene.tokens) else None
    if follow is None or follow.thing:
        return bool(follow and follow.thing and scene.start and scene.tokens[scene.start - 1].thing)
    return (
        follow.text[0].isalpha()
        and follow.text not in AFTER_OBJECT - DETERMINERS - {"all", "both"}
        and not follow.text.endswith("ly")
    )
