"""How something is said: stated, or negated, planned, conditional, asked, hearsay, quoted, compared or retold."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from watcher.core import cues
from watcher.core.phrases import Phrase
from watcher.core.subject import Scene
from watcher.core.words import ADVERBS, AUXILIARIES, BOUNDARIES, PREPOSITIONS, RELATIVE, Token

MANNERS: Final = (
    "stated",
    "negated",
    "planned",
    "wished",
    "conditional",
    "question",
    "hearsay",
    "quoted",
    "compared",
    "retold",
    "partial",
    "restricted",
)
"""Every manner; a rule names those that it accepts, joined by + where several hold at once."""


def manner(sentence: str, scene: Scene, phrase: Phrase) -> frozenset[str]:
    """The manners in which a phrase is said, empty where it is plainly stated; looks left within its clause."""
    start, end = scene.tokens[scene.start].start, scene.tokens[scene.stop - 1].end
    clause = _clause(scene)
    scope, before, after = sentence[clause:start], sentence[:start], sentence[end:]
    found = {
        "negated": _negated(scene, clause, scope) or _undone(phrase, after),
        "planned": bool(cues.PLANNED.search(scope.rstrip())) or _intended(scene, clause) or _ahead(sentence[clause:start], after),
        "wished": bool(cues.WISHED.search(scope)),
        "conditional": bool(cues.CONDITIONAL.search(_governing(before, after))) or _is_nominal(scene, after),
        "question": _asked(sentence),
        "hearsay": _heard(sentence),
        "quoted": _quoted(sentence, start, end),
        "compared": _compared(scope, phrase),
        "retold": _retold(scene, phrase, scope, after),
        "restricted": _closed_again(phrase, sentence[start:end], after),
    }
    manners = {name for name, holds in found.items() if holds}
    if "negated" in manners and cues.DISTRIBUTED.search(sentence[start : start + 80]):
        manners = manners - {"negated"} | {"partial"}
    return frozenset(manners - {"conditional"} if manners & {"planned"} and not _strictly(before, after) else manners)


def _retold(scene: Scene, phrase: Phrase, scope: str, after: str) -> bool:
    """Whether it tells what is over: a state that was, an event that lasted, or one that only a side clause mentions."""
    if not _eventive(phrase):
        return bool(cues.STATIVE_PAST.search(scope) or cues.LEFT_BEHIND.search(scope))
    before = scene.tokens[scene.start - 1].text if scene.start else ""
    aside = before in RELATIVE and cues.FINITE.search(after)
    return bool(cues.AFTERWARDS.search(scope) or aside or (before in {"was", "were"} and cues.LASTED.search(after)))


def _clause(scene: Scene) -> int:
    """Offset where the clause of the phrase begins: after a boundary, or after "and" with a verb of its own."""
    for at in range(scene.start - 1, -1, -1):
        token = scene.tokens[at]
        if token.text in BOUNDARIES and token.text != "yet" and not _anything_but(scene, at):
            return token.end
        follow = scene.tokens[at + 1].text if at + 1 < scene.start else ""
        if token.text == "and" and (follow in AUXILIARIES or follow in {"we", "it", "they"} or _new_subject(scene, at + 1)):
            return token.end
    return 0


def _closed_again(phrase: Phrase, words: str, after: str) -> bool:
    """Whether what follows an opening narrows it: "to all | verified customers", "to all customers | who are approved"."""
    if phrase.kind in cues.OFFERS:
        return bool(cues.CHOSEN.search(after))
    return phrase.kind in cues.OPENINGS and bool(
        cues.RESTRICTED.search(after) or (words.lower().endswith((" all", " every", " any")) and cues.NARROWING.search(after))
    )


def _anything_but(scene: Scene, at: int) -> bool:
    return scene.tokens[at].text == "but" and at > 0 and scene.tokens[at - 1].text in {"anything", "nothing", "all"}


def _new_subject(scene: Scene, at: int) -> bool:
    """Whether a thing at this position starts a clause of its own ("and Mythos 5 is …")."""
    if at + 1 >= scene.start or not scene.tokens[at].thing:
        return False
    return scene.tokens[at + 1].text in AUXILIARIES


def _negated(scene: Scene, clause: int, scope: str) -> bool:
    for at, token in enumerate(scene.tokens[: scene.start]):
        if token.start >= clause and token.text in cues.NEGATIONS:
            follow = scene.tokens[at + 1].text if at + 1 < len(scene.tokens) else ""
            if follow not in cues.NOT_NEGATIONS and not _closed(scene.tokens[at : scene.start]):
                return True
    return bool(cues.NEGATED.search(scope))


def _undone(phrase: Phrase, after: str) -> bool:
    """Whether what follows takes it back: "available to no one", "general availability of X is not planned", "… is false"."""
    if cues.AFTER_NEGATION.search(after) or cues.DENIED.search(after):
        return True
    return phrase.object_right and phrase.kind in cues.OPENINGS and bool(cues.UNDONE.search(after))


def _is_nominal(scene: Scene, after: str) -> bool:
    """Whether the phrase is only named, not asserted: "making X available would …", "safeguards that make X safe"."""
    words = [token.text for token in scene.tokens[: scene.start + 1]]
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if word in cues.GERUNDS or (word.endswith("ing") and at == scene.start):
            if (before in PREPOSITIONS and before != "by") or cues.BALKING.match(before):
                return True
            if before not in AUXILIARIES | ADVERBS and (at == 0 or before in {",", "and"}) and cues.FINITE.search(after):
                return True
        if word in {"make", "makes", "made"} and before in {"that", "which"} and at + 1 < len(words) and not words[at + 1]:
            return True
    return False


def _closed(between: tuple[Token, ...]) -> bool:
    """Whether a relative or coordinated verb ends the negation's reach ("does not need X, is available")."""
    return any(
        token.text == "," and n + 1 < len(between) and between[n + 1].text in AUXILIARIES for n, token in enumerate(between)
    )


def _intended(scene: Scene, clause: int) -> bool:
    """An infinitive ("Anthropic to open Mythos to all") is a plan; "clears it to restore" and "glad to open" are not."""
    words = [token.text for token in scene.tokens[: scene.start + 1] if token.start >= clause or token.text == "to"]
    for at, word in enumerate(words[:-1]):
        if word == "to" and (words[at + 1] in cues.OPENING_VERBS or (at == len(words) - 2 and _is_verb(scene))):
            return not (set(words[:at]) & (cues.INFINITIVE_OK | cues.GLAD) or words[at - 1 : at] == ["had"])
    return False


def _is_verb(scene: Scene) -> bool:
    """Whether the phrase after "to" opens with a verb, and not with a noun ("only to approved customers")."""
    return scene.tokens[scene.start].text.rstrip("e") in cues.STEMS


def _governing(before: str, after: str) -> str:
    """The words whose condition would govern the phrase: all before it, and an "if …" clause right behind."""
    tail = cues.CONDITION_BEHIND.match(after)
    return before + (tail[0] if tail else "")


def _ahead(scope: str, after: str) -> bool:
    """Whether the clause itself names a time to come: then a bare headline is a plan ("to all customers in the coming weeks")."""
    clause = scope + re.split(r"[;:\u2014]|, (?:but|while|and) ", after, maxsplit=1)[0]
    return bool(cues.TO_COME.search(clause)) and not cues.PRESENT.search(clause)


def _strictly(before: str, after: str) -> bool:
    """Whether a condition stands beside a plan that the plan does not absorb."""
    return bool(cues.STRICT.search(_governing(before, after)))


@lru_cache(maxsize=64)
def _heard(sentence: str) -> bool:
    """Asked of each phrase of a sentence, worked out once."""
    return bool(cues.HEARSAY.search(sentence))


@lru_cache(maxsize=64)
def _asked(sentence: str) -> bool:
    return sentence.rstrip("\"')] ").endswith("?") or bool(cues.INTERROGATIVE.search(sentence)) or "? " in sentence[-12:]


def _quoted(sentence: str, start: int, end: int) -> bool:
    """Whether the phrase stands inside quotation marks that a word of saying introduces."""
    marks = [at for at, mark in enumerate(sentence) if mark == '"']
    inside = sum(at < start for at in marks) % 2 == 1 and any(at >= end for at in marks)
    if not inside:
        return False
    opened, closed = max(at for at in marks if at < start), min(at for at in marks if at >= end)
    return bool(cues.SAYING.search(sentence[:opened] + sentence[closed:]))


def _compared(scope: str, phrase: Phrase) -> bool:
    """Whether a comparison stands between the subject and the phrase ("exceed those of any generally available model")."""
    return not phrase.object_right and bool(cues.COMPARED.search(scope))


def _eventive(phrase: Phrase) -> bool:
    """Whether the phrase tells what happened, and not how things are."""
    return phrase.object_right or phrase.object_inside or phrase.kind not in cues.STATES
