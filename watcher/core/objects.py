"""The object of a transitive phrase: whom access was taken from or given to."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from watcher.core.anaphora import anaphor
from watcher.core.coordination import list_right
from watcher.core.phrases import Thing
from watcher.core.scene import REACH, SKIPPED, Scene, has_auxiliary
from watcher.core.words import (
    AUXILIARIES,
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

AFTER: Final = words_of(
    "but while after before because when if until unless who where generally publicly we back out up off today tomorrow"
    " yesterday next"
    " later this last january february march april may june july august september october november december customers users"
    " everywhere"
    " pending following amid despite so ai begins starts comes arrives continues ends means follows"
)
AFTER_OBJECT: Final = SKIPPED | PREPOSITIONS | JOINERS | RELATIVE | MODEL_NOUNS | HEADS | OFFERED | PRONOUNS | DETERMINERS | AFTER
"""Words that may follow an object; any other noun makes the thing before it a modifier."""
_ENDS: Final = frozenset({";", ":", "|", "but", "while", "and", "after", "because", "before", "when", "since"})
_SAYING_SO: Final = words_of("citing starting beginning including using saying leaving making giving affecting according having")
"""Participles that go on with the sentence; any other word in -ing is a noun that owns the thing before it."""
_TIMES: Final = words_of("minutes minute hours hour days day weeks week months month years year seconds times")
_WIDELY: Final = words_of(". , ; ) today now worldwide globally immediately everywhere")


def object_of(scene: Scene) -> tuple[Thing, ...]:
    """The object right of a transitive phrase: "suspended access to both models", "restored X for all and Y for some"."""
    skipped: list[str] = []
    for at in range(scene.stop, min(scene.stop + REACH, len(scene.tokens))):
        token = scene.tokens[at]
        if token.thing:
            found = () if _breaks(skipped) else list_right(scene.tokens, at)
            return found if found and not is_modifier(scene.tokens, found[-1]) else ()
        if token.text in PRONOUNS and not _breaks(skipped):
            follow = scene.tokens[at + 1].text if at + 1 < len(scene.tokens) else ""
            if token.text in {"it", "them", "both"} or follow in MODEL_NOUNS:
                return anaphor(scene, [token.text, follow], at)
        if token.text in MODEL_NOUNS and skipped and skipped[-1] in {"the", "both", "two", "these"}:
            return anaphor(scene, [*skipped, token.text], at)
        if token.text == "access" and not skipped[1:] and _is_whole(scene.tokens, at + 1):
            return scene.plural or scene.topic
        if token.text in _ENDS | RELATIVE or (token.text == "," and not skipped):
            return ()
        skipped.append(token.text)
    return ()


def inner_object(scene: Scene) -> tuple[Thing, ...]:
    """The object that a phrase encloses: "bring X to all customers", "make both models available"; nothing that owns it."""
    inside = scene.tokens[slice(*scene.inner)]
    at = next((n for n, token in enumerate(inside) if token.thing), None)
    if at is None:
        words = [token.text for token in inside if not token.text.endswith("ly")]
        owned = any(word in DETERMINERS and follow not in MODEL_NOUNS for word, follow in pairwise(words))
        meant = {"it", "them", "both"}.intersection(words) or (MODEL_NOUNS.intersection(words[-1:]) and not owned)
        return anaphor(scene, words, scene.start) if meant else ()
    if _breaks([token.text for token in inside[:at]]):
        return ()
    found = list_right(inside, at)
    return () if is_modifier(inside, found[-1]) else found


def _is_whole(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether "suspended access" ends there, or goes on with "for all": access to what was spoken of."""
    follow = [token.text for token in tokens[at : at + 2]]
    return not follow or follow[0] in _WIDELY or (follow[0] in {"for", "to"} and follow[-1] in {"all", "every", "everyone"})


def is_modifier(tokens: tuple[Token, ...], thing: Thing) -> bool:
    """Whether another noun follows the thing: "the Mythos 5 tokenizer" is not Mythos 5."""
    at = next(n for n, token in enumerate(tokens) if token.thing is thing) + 1
    follow = tokens[at].text if at < len(tokens) else ""
    if follow == "'s":
        return True
    if follow in MODEL_NOUNS | HEADS and at + 1 < len(tokens):
        follow = tokens[at + 1].text  # "the X launch event" is an event
    if not follow or not follow[0].isalpha() or follow.endswith(("ed", "ly")):
        return False
    return follow not in AFTER_OBJECT | AUXILIARIES | _SAYING_SO


def _breaks(skipped: list[str]) -> bool:
    """Whether words between a verb and a thing make the thing something else than its object."""
    if any(word in PREPOSITIONS - {"to", "of", "both"} for word in skipped) or len(skipped) > REACH - 4:
        return True
    # "suspended the fast mode of X", "cancelled a plan to rename X": neither is X.
    owned = (n for n, word in enumerate(skipped) if word in {"of", "to"})
    return any(n and skipped[n - 1] not in HEADS | JOINERS | {"both", "all", "use"} for n in owned)


def is_active(scene: Scene) -> bool:
    """Whether a lone participle has an object of its own: "X suspended the process" does not say that X is suspended."""
    if not scene.tokens[scene.stop - 1].text.endswith(("ed", "wn")) or has_auxiliary(scene):
        return False
    if scene.stop - scene.start > 1:  # "publicly released the card of X"
        return scene.stop < len(scene.tokens) and scene.tokens[scene.stop].text in DETERMINERS
    if scene.start and scene.tokens[scene.start - 1].text in DETERMINERS:
        return False
    follow = scene.tokens[scene.stop] if scene.stop < len(scene.tokens) else None
    if follow is None or follow.thing:
        return bool(follow and follow.thing and scene.start and scene.tokens[scene.start - 1].thing)
    if follow.text[0].isdigit():  # "restored 40 files", and not "restored 3 days ago"
        return not _TIMES.intersection(token.text for token in scene.tokens[scene.stop + 1 : scene.stop + 2])
    return (
        follow.text[0].isalpha()
        and follow.text not in AFTER_OBJECT - DETERMINERS - {"all", "both"}
        and not follow.text.endswith("ly")
    )
