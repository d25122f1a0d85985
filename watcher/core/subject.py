"""Whom a phrase is about: the nearest subject, its coordinated companions, or what a pronoun stands for."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.core.phrases import Phrase, Thing
from watcher.core.words import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    HEADS,
    JOINERS,
    MODEL_NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVE,
    Token,
)

_OFFERED = frozenset(
    {"available", "offered", "provided", "deployed", "shipped", "accessible", "open", "opened", "given", "released", "launched"}
)
_SKIPPED = AUXILIARIES | ADVERBS
_AFTER_OBJECT = (
    _SKIPPED
    | PREPOSITIONS
    | JOINERS
    | RELATIVE
    | MODEL_NOUNS
    | HEADS
    | _OFFERED
    | PRONOUNS
    | DETERMINERS
    | {
        "but",
        "while",
        "after",
        "before",
        "because",
        "when",
        "if",
        "until",
        "unless",
        "who",
        "where",
        "generally",
        "publicly",
        "we",
        "back",
        "out",
        "up",
        "off",
    }
    | {
        "today",
        "tomorrow",
        "yesterday",
        "next",
        "later",
        "this",
        "last",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
    }
    | {
        "september",
        "october",
        "november",
        "december",
        "customers",
        "users",
        "users'",
        "everywhere",
        "pending",
        "following",
        "amid",
        "despite",
        "so",
        "ai",
        "begins",
        "starts",
        "comes",
        "arrives",
        "continues",
        "ends",
        "means",
        "follows",
    }
)
_REACH = 14
"""Words that an apposition or an object may be long."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence in which a phrase stands at tokens[start:stop], and what was spoken of before."""

    tokens: tuple[Token, ...]
    start: int
    stop: int
    topic: tuple[Thing, ...] = ()
    """What "it" means when nothing in the sentence answers."""
    plural: tuple[Thing, ...] = ()
    """What "both models" means."""


def subjects(scene: Scene, phrase: Phrase) -> tuple[Thing, ...]:
    """The things that the phrase is about, empty where it speaks of something else or of something unnamed."""
    if phrase.object_right:
        return _object(scene) or _passive(scene)
    if phrase.object_inside:
        inside = scene.tokens[scene.start : scene.stop]
        return tuple(t.thing for t in inside if t.thing) or _anaphor(scene, [t.text for t in inside], scene.start)
    if phrase.adjacent:
        return _list_left(scene.tokens, scene.start - 1)[1] if scene.start and scene.tokens[scene.start - 1].thing else ()
    if phrase.modifier:
        return _modified(scene)
    if _is_active(scene):
        return ()
    return (() if phrase.open_ended else _attribute(scene)) or _left(scene, scene.start - 1)


def _is_active(scene: Scene) -> bool:
    """Whether a lone participle has an object of its own: "X suspended the process" does not say that X is suspended."""
    if scene.stop - scene.start != 1 or not scene.tokens[scene.start].text.endswith(("ed", "wn")) or _has_auxiliary(scene):
        return False
    follow = scene.tokens[scene.stop] if scene.stop < len(scene.tokens) else None
    if follow is None or follow.thing:
        return bool(follow and follow.thing and scene.start and scene.tokens[scene.start - 1].thing)
    return (
        follow.text[0].isalpha()
        and follow.text not in _AFTER_OBJECT - DETERMINERS - {"all", "both"}
        and not follow.text.endswith("ly")
    )


def _object(scene: Scene) -> tuple[Thing, ...]:
    """The object right of a transitive phrase: "suspended access to both models", "restored X for all and Y for some"."""
    skipped: list[str] = []
    for at in range(scene.stop, min(scene.stop + _REACH, len(scene.tokens))):
        token = scene.tokens[at]
        if token.thing:
            found = () if _breaks(skipped) else _list_right(scene.tokens, at)
            return found if found and not _is_modifier(scene.tokens, found[-1]) else ()
        if token.text in PRONOUNS and not _breaks(skipped):
            follow = scene.tokens[at + 1].text if at + 1 < len(scene.tokens) else ""
            if token.text in {"it", "them", "both"} or follow in MODEL_NOUNS:
                return _anaphor(scene, [token.text, follow], at)
        if token.text in MODEL_NOUNS and skipped and skipped[-1] in {"the", "both", "two", "these"}:
            return _anaphor(scene, [*skipped, token.text], at)
        if token.text in {";", ":", "but", "while", "and", "after", "because"}:
            return ()
        skipped.append(token.text)
    return ()


def _is_modifier(tokens: tuple[Token, ...], thing: Thing) -> bool:
    """Whether another noun follows the thing: "the Mythos 5 tokenizer" is not Mythos 5."""
    at = next(n for n, token in enumerate(tokens) if token.thing is thing) + 1
    follow = tokens[at].text if at < len(tokens) else ""
    if not follow or not follow[0].isalpha() or follow.endswith(("ed", "ing", "ly")):
        return False
    return follow not in _AFTER_OBJECT


def _breaks(skipped: list[str]) -> bool:
    """Whether words between a verb and a thing make the thing something else than its object."""
    return any(word in PREPOSITIONS - {"to", "of", "both"} for word in skipped) or len(skipped) > _REACH - 4


def _list_right(tokens: tuple[Token, ...], at: int) -> tuple[Thing, ...]:
    """A thing and those coordinated with it to the right: "X and Y", "X for all customers and to Y"."""
    found = [tokens[at].thing]
    between: list[str] = []
    for n in range(at + 1, len(tokens)):
        token = tokens[n]
        if token.thing:
            after = tokens[n + 1].text if n + 1 < len(tokens) else ""
            if not _joins(between) or (after in AUXILIARIES and between[-1:] == [","]):
                break
            found.append(token.thing)
            between = []
        elif token.text in {";", ":", "but", "while"} or len(between) > _REACH:
            break
        else:
            between.append(token.text)
    return tuple(thing for thing in found if thing)


def _joins(between: list[str]) -> bool:
    plain = _without_brackets(between)
    if plain and all(word in JOINERS | {",", "the", "both", "to", "as", "well", "its"} for word in plain):
        return True
    return plain[:1] == ["for"] and plain[-2:] in (["and", "to"], ["and", "for"])


def _without_brackets(words: list[str]) -> list[str]:
    out: list[str] = []
    depth = 0
    for word in words:
        depth += word == "("
        if not depth:
            out.append(word)
        depth -= word == ")"
    return out


def _passive(scene: Scene) -> tuple[Thing, ...]:
    """The subject of a passive or a headline: "Mythos 5 was suspended", "access to X has been withdrawn"."""
    return _left(scene, scene.start - 1) if scene.start and _has_auxiliary(scene) else ()


def _has_auxiliary(scene: Scene) -> bool:
    at = scene.start - 1
    while at >= 0 and scene.tokens[at].text in ADVERBS:
        at -= 1
    return at >= 0 and scene.tokens[at].text in AUXILIARIES | RELATIVE


def _modified(scene: Scene) -> tuple[Thing, ...]:
    """What a phrase like "for participants" is attached to: the words right before it, else the subject."""
    at = near = _before_brackets(scene.tokens, scene.start - 1)
    while at >= 0 and (scene.tokens[at].text.endswith(("ed", "only")) or scene.tokens[at].text in _OFFERED):
        at = _before_brackets(scene.tokens, at - 1)
    direct = at >= 0 and at == near == scene.start - 1 and scene.tokens[at].thing
    bracketed = at >= 0 and scene.tokens[at].thing and scene.tokens[scene.start - 1].text == ")"
    return _list_left(scene.tokens, at)[1] if direct or bracketed else _left(scene, at)


def _attribute(scene: Scene) -> tuple[Thing, ...]:
    """A thing right after an adjective ("the first generally available Mythos-class model") and its other name."""
    if scene.start <= 2 and scene.stop + 1 < len(scene.tokens) and scene.tokens[scene.stop].text == ":":  # noqa: PLR2004 - "Now open: X"
        return _list_right(scene.tokens, scene.stop + 1) if scene.tokens[scene.stop + 1].thing else ()
    for at in range(scene.stop, min(scene.stop + 4, len(scene.tokens))):
        token = scene.tokens[at]
        if token.thing and token.thing.group != "generic":
            before = _noun_phrase_start(scene.tokens, scene.start - 1)
            return (token.thing, *_apposed(scene, before))
        if token.text in MODEL_NOUNS:
            before = _noun_phrase_start(scene.tokens, scene.start - 1)
            return _apposed(scene, before)
        if not token.text or token.text in PREPOSITIONS | AUXILIARIES | JOINERS or not token.text[0].isalpha():
            return ()
    return ()


def _noun_phrase_start(tokens: tuple[Token, ...], at: int) -> int:
    """Position left of "our most capable", "the first": what precedes the noun phrase that ends at `at`."""
    for _ in range(8):
        if (
            at < 0
            or tokens[at].thing
            or not tokens[at].text[0].isalpha()
            or tokens[at].text in AUXILIARIES | PREPOSITIONS | RELATIVE
        ):
            return at
        if tokens[at].text in DETERMINERS | {"first", "no"} and (at == 0 or tokens[at - 1].text not in DETERMINERS):
            return at - 1
        at -= 1
    return at


def _apposed(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The thing that a noun phrase ending right of `at` renames: after a comma, a bracket, a colon or "is"."""
    if at < 0:
        return scene.topic if scene.start == 0 else ()
    token = scene.tokens[at]
    if token.text in {",", ":", "(", "\u2014", "-", "as"} or token.text in AUXILIARIES:
        return _left(scene, at if token.text in AUXILIARIES else at - 1)
    return ()


def _before_brackets(tokens: tuple[Token, ...], at: int) -> int:
    """Position left of brackets, marks, adverbs and auxiliaries that end at `at`."""
    while at >= 0:
        text = tokens[at].text
        if text == ")":
            while at >= 0 and tokens[at].text != "(":
                at -= 1
            at -= 1
        elif text and (text in _SKIPPED or text in {'"', "'", "(", "*"}):
            at -= 1
        else:
            break
    return at


def _before_article(tokens: tuple[Token, ...], at: int) -> int:
    """Left of "[is available] as a", so that what is offered as something is the subject."""
    if at >= 0 and tokens[at].text in {"a", "an"}:
        at = _before_brackets(tokens, at - 1)
    if at > 0 and tokens[at].text in {"in", "under"} and tokens[at - 1].text in _SKIPPED:
        at = _before_brackets(tokens, at - 1)
    while at > 0 and tokens[at].text in _OFFERED and (tokens[at - 1].text in _SKIPPED or tokens[at - 1].thing):
        at = _before_brackets(tokens, at - 1)
    return at


def _left(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The subject that ends at or left of `at`, through auxiliaries, brackets, appositions and relative clauses."""
    tokens = scene.tokens
    at = _before_article(tokens, _before_brackets(tokens, at))
    if at >= 1 and tokens[at].text in {"we", "it", "they", "anthropic"} and tokens[at - 1].text in RELATIVE:
        at -= 1
    if at >= 0 and tokens[at].text in RELATIVE:
        return _left(scene, at - 2 if at and tokens[at - 1].text == "," else at - 1)
    if at < 0:
        return scene.topic
    token = tokens[at]
    if token.thing:
        return _headed(scene, at)
    if token.text in {"|", ":", "\u2014", "-"}:
        label = tokens[at - 1].thing if at else None
        return (label,) if label else _leading(scene) if token.text == "|" else scene.topic
    if token.text == ",":
        return _past_apposition(scene, at)
    return _by_word(scene, at)


def _by_word(scene: Scene, at: int) -> tuple[Thing, ...]:
    tokens, word = scene.tokens, scene.tokens[at].text
    if word in JOINERS or word in {"but", ";"}:
        return _leading(scene)
    if word in {"since", "because", "although", "though", "while"}:
        near = tokens[at - 1].thing if at else None
        return (near,) if near else _leading(scene)
    if word in PRONOUNS:
        return _anaphor(scene, [word], at)
    if word in HEADS:
        return _owner(scene, at)
    if word in MODEL_NOUNS:
        return _renamed(scene, at)
    if at >= 2 and tokens[at - 1].text in {"from", "by", "of"} and tokens[at - 2].thing:  # noqa: PLR2004 - "X from its maker"
        return _headed(scene, at - 2)
    return ()


def _owner(scene: Scene, at: int) -> tuple[Thing, ...]:
    """ "Access is limited", "X access is limited": the thing just before the noun, or what was spoken of."""
    before = scene.tokens[at - 1] if at else None
    if before and before.thing:
        return (before.thing,)
    if before is None or before.text in DETERMINERS | {",", ".", ";", ":", "and", "|", "\u2014", "public", "general", "its"}:
        return scene.plural or scene.topic
    return ()


def _renamed(scene: Scene, at: int) -> tuple[Thing, ...]:
    start = _noun_phrase_start(scene.tokens, at - 1)
    determiner = scene.tokens[start + 1].text if start + 1 < len(scene.tokens) else ""
    if determiner in {"both", "these", "two", "this", "the", "those"} and at - start <= 3:  # noqa: PLR2004 - "the two models"
        return _anaphor(scene, [determiner, scene.tokens[at].text], at)
    return _apposed(scene, start)


def _past_apposition(scene: Scene, at: int) -> tuple[Thing, ...]:
    """Left of "X, the same model without classifiers,": the thing before the comma that opens it, else the main subject."""
    for n in range(at - 1, max(at - _REACH, -1), -1):
        if scene.tokens[n].text == "," and n and (scene.tokens[n - 1].thing or scene.tokens[n - 1].text == ")"):
            opened = _before_brackets(scene.tokens, n - 1)
            return _headed(scene, opened) if opened >= 0 and scene.tokens[opened].thing else ()
    thing = scene.tokens[at - 1].thing if at else None
    return _headed(scene, at - 1) if thing else _leading(scene)


def _leading(scene: Scene) -> tuple[Thing, ...]:
    """The main subject: the thing (list) that opens the sentence, or its pronoun."""
    for at, token in enumerate(scene.tokens[: scene.start]):
        if token.thing:
            return _list_right(scene.tokens, at) if _opens(scene.tokens[:at]) else ()
        if token.text in PRONOUNS:
            return _anaphor(scene, [token.text], at) if _opens(scene.tokens[:at]) else ()
    return ()


def _opens(before: tuple[Token, ...]) -> bool:
    """Whether only a date, an adverb or a label stands before the subject."""
    return (
        not before
        or before[-1].text in {",", ":", ".", "-", "\u2014", ")"}
        or all(t.text in DETERMINERS | ADVERBS for t in before)
    )


def _list_left(tokens: tuple[Token, ...], at: int) -> tuple[int, tuple[Thing, ...]]:
    """Position of the first of a coordinated list that ends at `at`, and its things from left to right."""
    found = [tokens[at].thing]
    first = at
    between: list[str] = []
    for n in range(at - 1, max(at - 60, -1), -1):
        token = tokens[n]
        if token.thing and _joins(list(reversed(between))):
            found.append(token.thing)
            first, between = n, []
        elif token.thing or len(between) > _REACH:
            break
        else:
            between.append(token.text)
    return first, tuple(thing for thing in reversed(found) if thing)


def _headed(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The things of the list that ends at `at`, unless another noun is its head ("caching for X", "X's card")."""
    first, things = _list_left(scene.tokens, at)
    before = first - 1
    while before >= 0 and scene.tokens[before].text in DETERMINERS | ADVERBS - {"as", "of"} | {"anthropic", "'s", '"', "("}:
        before -= 1
    if before < 0 or scene.tokens[before].text not in PREPOSITIONS:
        return things
    head = scene.tokens[before - 1].text if before else ""
    if head in HEADS or (head in JOINERS and scene.tokens[before].text == "to"):
        return things
    return ()


def _anaphor(scene: Scene, words: list[str], at: int) -> tuple[Thing, ...]:
    """What a pronoun stands for: two or more things for a plural, else the nearest thing before it or the topic."""
    if any(word in {"both", "they", "them", "these", "two", "those", "models"} for word in words):
        near = tuple(token.thing for token in scene.tokens[:at] if token.thing and token.thing.group != "generic")
        return near if len(near) > 1 else scene.plural or near or scene.topic
    if any(word in {"it", "this", "model", "the", "version", "system"} for word in words):
        before = next((token.thing for token in scene.tokens[:at] if token.thing), None)
        return (before,) if before else scene.topic[:1] or scene.topic
    return ()
