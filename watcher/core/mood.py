"""Phrases that name, intend, demand or foresee something instead of telling it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from watcher.core import cues
from watcher.core.phrases import Phrase
from watcher.core.scene import Scene
from watcher.core.windows import window_of
from watcher.core.words import ADVERBS, AUXILIARIES, NOMINAL, PREPOSITIONS


@dataclass(frozen=True, slots=True)
class Parts:
    """A folded sentence cut round a phrase."""

    clause: int
    """Offset where the phrase's clause begins."""
    scope: str
    """From there to the phrase."""
    before: str
    words: str
    after: str
    behind: str
    """What follows the phrase and its object."""


def is_nominal(scene: Scene, after: str) -> bool:
    """Whether the phrase is only named, not asserted: "making X available would …"."""
    words = [token.text for token in scene.tokens[: scene.start + 1]]
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if word in cues.GERUNDS or (word.endswith("ing") and at == scene.start):
            if (before in PREPOSITIONS and before != "by") or cues.BALKING.match(before):
                return True
            if before not in AUXILIARIES | ADVERBS and (at == 0 or before in {",", "and"}) and cues.FINITE.search(after):
                return True
    return False


def is_heralded(scene: Scene, phrase: Phrase, parts: Parts) -> bool:
    """Whether an opening that is a noun is told, and not only named: "announces the general availability of X".

    "The road to general availability of X" names it; all other phrases count as told.
    """
    if not phrase.object_right or phrase.kind not in cues.OPENINGS or scene.tokens[scene.start].text not in NOMINAL:
        return True
    if cues.STARTS.search(parts.before):
        return bool(cues.OPENS.match(parts.behind))
    return bool(cues.HERALD.search(parts.before))


def is_demanded(scene: Scene) -> bool:
    """Whether an act stands in its bare form without one who does it: "Restore X!", "they ask that the maker restore X"."""
    follow = scene.tokens[scene.start + 1].text if scene.start + 1 < len(scene.tokens) else ""
    if scene.tokens[scene.start].text not in cues.BARE or follow == "to":  # "open to all" is no verb
        return False
    at = scene.start - 1
    while at >= 0 and scene.tokens[at].text in ADVERBS:
        at -= 1
    if at < 0 or scene.tokens[at].text in {":", "that", "let", "us", "please"}:
        return True
    before = scene.tokens[at].text
    doer = not before or before in cues.DOERS | AUXILIARIES | PREPOSITIONS or before.endswith("s") or not before[0].isalpha()
    return not doer and "and" not in {token.text for token in scene.tokens[max(at - 2, 0) : at]}


def is_intended(scene: Scene, clause: int) -> bool:
    """An infinitive ("Anthropic to open Mythos to all") is a plan; "clears it to restore" and "glad to open" are not."""
    words = [token.text for token in scene.tokens[: scene.start + 1] if token.start >= clause or token.text == "to"]
    for at, word in enumerate(words[:-1]):
        if word == "to" and (words[at + 1] in cues.OPENING_VERBS or (at == len(words) - 2 and _is_verb(scene))):
            return not (set(words[:at]) & (cues.INFINITIVE_OK | cues.GLAD) or words[at - 1 : at] == ["had"])
    return False


def _is_verb(scene: Scene) -> bool:
    """Whether the phrase after "to" opens with a verb, and not with a noun ("only to approved customers")."""
    return scene.tokens[scene.start].text.rstrip("e") in cues.STEMS


def is_ahead(parts: Parts) -> bool:
    """Whether the clause itself names a time to come: then a bare headline is a plan ("to all customers in the coming weeks")."""
    clause = parts.scope + re.split(r"[;:\u2014]|, (?:but|while|and|with) ", parts.after, maxsplit=1)[0]
    if cues.PRESENT.search(clause):
        return False
    # "Mythos opens to all customers on March 3": the present tense with a date tells what is to come.
    foreseen = bool(cues.FUTURATE.search(f"{parts.scope}{parts.words}")) and bool(window_of(parts.after))
    return foreseen or bool(cues.TO_COME.search(clause))
