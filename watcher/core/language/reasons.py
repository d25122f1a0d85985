"""The reasons that the words of a sentence give for saying nothing of the question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from watcher.core.language.lexicon import ROLES, Found, Lexicon, any_of, clause_of, cue, english, found_in, word_set
from watcher.core.language.text import DETERMINERS, MODEL_NOUNS

_OPENING: Final = word_set("opening_gate")
_GATE: Final = re.compile(rf"(?i){any_of('gate_word')}")
_REMOVED: Final = re.compile(rf"(?i){any_of('removed')}")
_OWNERS: Final = word_set("carrier")
_BESIDE_CARRIERS: Final = word_set("beside_carrier") | {ROLES["it"], ROLES["other"]}
_UNREAL: Final = cue("unreal", "before", "sentence")
_OTHER_SUBJECT: Final = cue("other_subject", "before", "sentence")
_RUNS_ON: Final = cue("runs_on", "before", "sentence")
_GOES_ON: Final = re.compile(r" ?, and (?P<again>it )?(?:is|are|comes?|can be) ")
"""How a sentence goes on with the subject that it began with; with "it" only where several things stand between."""
_THE_MODEL: Final = frozenset(word for word in MODEL_NOUNS if word.startswith("model"))
_CLAUSE_MARKS: Final = frozenset({";", ":", "\u2014"})
_SEVERAL: Final = 2
_MARK: Final = re.compile(r"[,;:\u2014]| - ")
_POINT: Final = re.compile(r"(?<=\d)\.(?=\d)")
_TURNS_TO_IT: Final = word_set("turning_to_it")
"""Words by which a sentence that speaks of something else may come to the thing."""
_OF_ALL: Final = frozenset({"all", "ended"})
"""Reasons of words that speak of everybody, of a gate that is gone, and of a line that ends."""
_PRESENT: Final = word_set("present_verb") | word_set("now_word")
_ALONE: Final = frozenset({"alone", "version"})
_TURNS: Final = word_set("turning_back")
"""Words beside a reason that may turn it round, or tell more: "X returned 529 errors, but …", "… again", "… which is off"."""


def field_words(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Those of the words and marks of a sentence in which the question is spoken of."""
    found = found_in(clause_of(words), ("field",))
    return tuple(one for one in found if one.row.reason != "aside")


def reason_in(words: list[str]) -> str:
    """The reason that the words of a sentence give; `aside` only where the rest speaks of nobody else and no end."""
    clause = clause_of(words)
    for found in found_in(clause, ("quiet",)):
        if found.row.scope in _ALONE:
            continue
        rest = f"{clause[: found.end - len(found.words) - 1]}; {clause[found.end :]}"
        if found.row.scope != "aside" or _OF_ALL.isdisjoint(one.row.reason for one in found_in(rest, ("field",))):
            return found.row.reason
    return reason_alone(words)


def reason_alone(words: list[str], *, versioned: bool = False) -> str:
    """The reason that rows give beside which no other word of the question stands, and none that turns them round.

    `versioned`: each thing in the sentence is named with its version.
    """
    clause = clause_of(words)
    scopes = _ALONE if versioned else _ALONE - {"version"}
    found = [one for one in found_in(clause, ("quiet",)) if one.row.scope in scopes]
    rest = "; ".join(_beside(clause, found))
    if not found or not _TURNS.isdisjoint(rest.split()) or field_words(tuple(rest.split())):
        return ""
    return found[0].row.reason


def _beside(clause: str, found: list[Found]) -> Iterator[str]:
    """What stands before, between and behind some cues of a clause."""
    at = 0
    for one in found:
        yield clause[at : one.end - len(one.words) - 1]
        at = one.end
    yield clause[at:]


def is_unreal(sentence: str) -> bool:
    """Whether a folded sentence only supposes, and says nothing of today: "If a license were revoked, X would go dark."."""
    plain = _POINT.sub(" ", sentence)  # of a version
    found = _UNREAL.match(plain)
    behind = plain[found.end() :].lower() if found else ""
    return found is not None and _MARK.search(behind) is None and _PRESENT.isdisjoint(behind.rstrip(".").split()[1:])


def other_subject(sentence: str) -> str:
    """The other thing that a folded sentence without a name begins with, where all of it is one clause; else empty."""
    found = _OTHER_SUBJECT.match(sentence)
    behind = sentence[found.end() :].lower().rstrip(".").split() if found else ["it"]
    if found is None or _MARK.search(sentence) or not _TURNS_TO_IT.isdisjoint(behind):
        return ""
    return " ".join(found[0].split()[:-1]).lower()


def is_of_what_runs_on(words: list[str]) -> bool:
    """Whether all of a sentence is said of something else that runs on the thing: "It works on X, and is open to all."."""
    sentence = " ".join(words)
    last = max(sentence.rfind(ROLES["it"]), sentence.rfind(ROLES["other"])) + 1
    behind = _GOES_ON.match(sentence, last)
    if behind and behind["again"] and sum(word in {ROLES["it"], ROLES["other"]} for word in words) < _SEVERAL:
        return False
    rest = sentence[behind.end() :].split() if behind else ["it"]
    return bool(_RUNS_ON.match(sentence)) and _TURNS_TO_IT.isdisjoint(rest) and _CLAUSE_MARKS.isdisjoint(words)


def is_carried(words: list[str]) -> bool:
    """Whether every mention of the thing belongs to another noun: "the card of X", "X pricing", "fast mode for X"."""
    places = [at for at, word in enumerate(words) if word == ROLES["it"]]
    said = " ".join(words)
    if _GATE.search(said) and _REMOVED.search(said):
        return False  # "the note 'by invitation' has been removed from the card of X"
    behind = words[places[-1] :] if places else []
    if any(one in DETERMINERS and noun in _THE_MODEL for one, noun in pairwise(behind)):
        return False  # "the course on X starts, and the model is yours"
    return bool(places) and all(_carried_at(words, at, english()) for at in places)


def _carried_at(words: list[str], at: int, lexicon: Lexicon) -> bool:
    opens = not _OPENING.isdisjoint(words)
    behind = clause_of(words[at + 1 : at + 5]).removeprefix("'s ")
    if _is_artifact(lexicon, behind, 0, opens=opens):
        return True
    before = words[:at]
    while before and before[-1] in _BESIDE_CARRIERS:
        before = before[:-1]
    if not before or before[-1] not in _OWNERS:
        return False
    own = max((n + 1 for n, word in enumerate(before) if word in _CLAUSE_MARKS), default=0)
    head = clause_of(before[own:])
    places = [0, *(k + 1 for k, letter in enumerate(head) if letter == " ")][:-1]
    return any(_is_artifact(lexicon, head, place, opens=opens) for place in places)


def _is_artifact(lexicon: Lexicon, clause: str, at: int, *, opens: bool) -> bool:
    """Whether a noun that carries the name stands at a place; of gates only those that open: that a waiting list goes is news."""
    found = lexicon.at(clause, at, ("artifact",))
    return found is not None and (opens or not _GATE.match(found.words))
