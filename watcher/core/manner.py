"""How something is said: stated, or negated, planned, conditional, asked, hearsay, quoted, compared or retold."""

from __future__ import annotations

from functools import lru_cache

from watcher.core import cues
from watcher.core.mood import Parts, is_ahead, is_demanded, is_heralded, is_intended, is_nominal
from watcher.core.phrases import Phrase
from watcher.core.scene import REACH, Scene
from watcher.core.words import ADVERBS, AUXILIARIES, BOUNDARIES, RELATIVE, Token


def manner(sentence: str, scene: Scene, phrase: Phrase) -> frozenset[str]:
    """The manners in which a phrase is said, empty where it is plainly stated; looks left within its clause."""
    parts = _parts(sentence, scene, phrase)
    found = {
        "negated": _negated(scene, parts) or _undone(phrase, parts),
        "planned": _planned(scene, parts),
        "wished": bool(cues.WISHED.search(parts.scope)) or is_demanded(scene),
        "conditional": _conditional(scene, phrase, parts),
        "question": _asked(sentence),
        "hearsay": _heard(sentence),
        "quoted": _quoted(sentence, len(parts.before), len(sentence) - len(parts.after)),
        "compared": not phrase.object_right and bool(cues.COMPARED.search(cues.BESIDE.sub(" ", parts.scope))),
        "retold": _retold(scene, phrase, parts),
        "restricted": _closed_again(phrase, parts),
        "partial": _eventive(phrase)
        and bool(cues.PARTLY.match(parts.behind) or cues.BACK.search(f"{parts.words}{parts.after[:8]}")),
    }
    manners = {name for name, holds in found.items() if holds}
    # "not available on every account" is available on some; "not generally available in all regions" is not.
    wide = cues.WIDELY.search(f"{parts.scope[-12:]}{parts.words}")
    if "negated" in manners and not wide and cues.DISTRIBUTED.search(f"{parts.words}{parts.after}"[:80]):
        manners = manners - {"negated"} | {"partial"}
    # A plan absorbs the conditions that are not strict: "will be open once it is safe" is a plan.
    strict = cues.STRICT.search(_governing(parts))
    return frozenset(manners - {"conditional"} if "planned" in manners and not strict else manners)


def _parts(sentence: str, scene: Scene, phrase: Phrase) -> Parts:
    start, end = scene.tokens[scene.start].start, scene.tokens[scene.stop - 1].end
    clause = _clause(scene)
    reach = REACH if phrase.object_right else 1
    objects = [token.end for token in scene.tokens[scene.stop : scene.stop + reach] if token.thing]
    behind = sentence[max(objects, default=end) :]
    return Parts(clause, sentence[clause:start], sentence[:start], sentence[start:end], sentence[end:], behind)


def _planned(scene: Scene, parts: Parts) -> bool:
    """Whether it is still to come: "will be", "is coming to all", "Anthropic to open X", "… is planned for March"."""
    first = f"{parts.scope}{parts.words.split(' ', maxsplit=1)[0]}"
    return (
        bool(cues.PLANNED.search(parts.scope.rstrip()) or cues.COMING.search(first) or cues.PLANNED_BEHIND.match(parts.behind))
        or is_intended(scene, parts.clause)
        or is_ahead(parts)
    )


def _conditional(scene: Scene, phrase: Phrase, parts: Parts) -> bool:
    """Whether it holds only under a condition, is only possible, or is only named."""
    if cues.CONDITIONAL.search(_governing(parts)) or cues.ABLE.search(parts.before):
        return True
    return is_nominal(scene, parts.after) or not is_heralded(scene, phrase, parts)


def _retold(scene: Scene, phrase: Phrase, parts: Parts) -> bool:
    """Whether it tells what is over: a state that was, an event that lasted, or one that only a side clause mentions."""
    if not _eventive(phrase):
        return bool(cues.STATIVE_PAST.search(parts.scope) or cues.LEFT_BEHIND.search(parts.scope))
    at = scene.start - 1
    while at > 0 and scene.tokens[at].text in ADVERBS:
        at -= 1
    last = scene.tokens[at].text if at >= 0 else ""
    aside = last in RELATIVE and cues.FINITE.search(parts.after)
    over = last in {"was", "were"} and (cues.LASTED.search(parts.after) or cues.ASIDE.search(parts.before))
    return bool(cues.AFTERWARDS.search(parts.scope) or cues.AFTER_DOING.search(parts.before) or aside or over)


def _clause(scene: Scene) -> int:
    """Offset where the clause of the phrase begins: after a boundary, or after "and" with a verb of its own."""
    for at in range(scene.start - 1, -1, -1):
        token = scene.tokens[at]
        if token.text in BOUNDARIES and token.text != "yet" and not _anything_but(scene, at):
            return token.end
        if token.text == "," and scene.tokens[0].text in cues.ASIDE_FIRST and _new_subject(scene, at + 1):
            return token.end
        follow = scene.tokens[at + 1].text if at + 1 < scene.start else ""
        if token.text == "and" and (follow in AUXILIARIES or follow in {"we", "it", "they"} or _new_subject(scene, at + 1)):
            return token.end
    return 0


def _closed_again(phrase: Phrase, parts: Parts) -> bool:
    """Whether what follows an opening narrows it: "to all | verified customers", "to all customers | who are approved"."""
    if phrase.kind in cues.OFFERS:
        return bool(cues.CHOSEN.search(parts.after))
    narrowed = parts.words.lower().endswith((" all", " every", " any")) and cues.NARROWING.search(parts.after)
    return phrase.kind in cues.OPENINGS and bool(cues.RESTRICTED.search(parts.after) or narrowed)


def _anything_but(scene: Scene, at: int) -> bool:
    return scene.tokens[at].text == "but" and at > 0 and scene.tokens[at - 1].text in {"anything", "nothing", "all"}


def _new_subject(scene: Scene, at: int) -> bool:
    """Whether a thing at this position starts a clause of its own ("and Mythos 5 is …")."""
    if at + 1 >= scene.start or not scene.tokens[at].thing:
        return False
    return scene.tokens[at + 1].text in AUXILIARIES


def _negated(scene: Scene, parts: Parts) -> bool:
    for at, token in enumerate(scene.tokens[: scene.start]):
        if token.start >= parts.clause and token.text in cues.NEGATIONS:
            follow = scene.tokens[at + 1].text if at + 1 < len(scene.tokens) else ""
            if follow not in cues.NOT_NEGATIONS and not _closed(scene.tokens[at : scene.start]):
                return True
    return bool(cues.NEGATED.search(parts.scope) or cues.OVERTURNED.search(parts.scope))


def _undone(phrase: Phrase, parts: Parts) -> bool:
    """Whether what follows takes it back: "available to no one", "general availability of X is not planned", "… is false"."""
    if cues.AFTER_NEGATION.search(parts.after) or cues.DENIED.search(parts.after):
        return True
    if phrase.object_right and cues.OVERTURNED_BEHIND.match(parts.behind):
        return True
    if phrase.kind in cues.STATES and cues.GONE.match(parts.after):
        return True
    return phrase.object_right and phrase.kind in cues.OPENINGS and bool(cues.UNDONE.search(parts.behind))


def _closed(between: tuple[Token, ...]) -> bool:
    """Whether a relative or coordinated verb ends the negation's reach ("does not need X, is available")."""
    follows = AUXILIARIES | {"which", "who"}
    return any(token.text == "," and n + 1 < len(between) and between[n + 1].text in follows for n, token in enumerate(between))


def _governing(parts: Parts) -> str:
    """The words whose condition would govern the phrase: all before it, and an "if …" clause right behind."""
    tail = cues.CONDITION_BEHIND.match(parts.after)
    return parts.before + (tail[0] if tail else "")


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


def _eventive(phrase: Phrase) -> bool:
    """Whether the phrase tells what happened, and not how things are."""
    return phrase.object_right or phrase.object_inside or phrase.kind not in cues.STATES
