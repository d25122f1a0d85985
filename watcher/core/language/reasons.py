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
_PAST: Final = word_set("past_form")
_OF_TODAY: Final = word_set("of_today")
_ASKING: Final = word_set("asking_whether")
_SETTLES: Final = word_set("settling")
_TOGETHER: Final = word_set("together")
_MEASURED_BY: Final = word_set("measured_by")
_MEANS: Final = word_set("means_of")
_WAY_IN: Final = word_set("way_in")
_VERBS: Final = word_set("subject_end")
_FEATURES: Final = word_set("feature")
_TOLD_OF_MODELS: Final = word_set("told_of_models")
_OURS: Final = word_set("speaking_us") | word_set("reader")
_MADE: Final = word_set("made")
_MAKING: Final = word_set("before_made")
_SORTS: Final = word_set("sort_of_model")
_BEGINS: Final = [["is"], ["has"], ["was"], ["can"]]
"""Verbs behind the last thing of what looks like a list, with which it begins a clause of its own."""
_UNITS: Final = word_set("unit")
_FEATURE_COLUMN: Final = word_set("feature_column")
_SUBJECT: Final = 8
"""Words that a subject may be long."""
_NOUN_PHRASE: Final = 4
"""Words that "its new permit helper" may be long."""
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


def built_reason(words: list[str]) -> str:
    """The reason that the build of a sentence gives, whatever is said in it; empty where it gives none.

    It is told of a time that is over, and of nothing since; all of the question stands behind a "whether", or behind "nothing
    in …"; or the subject is a feature.
    """
    if _is_long_over(words):
        return "tells of what is over"
    if _is_left_open(words):
        return "it is only asked, or assumed"
    if _is_nothing(words):
        return "tells that nothing changes"
    return "tells of a feature of it" if _is_of_feature(words) else ""


def _is_long_over(words: list[str]) -> bool:
    """Whether a sentence opens with a time that is over and tells in the past: "Last summer we suspended access to X"."""
    clause = clause_of(words)
    opened = english().at(clause, 0, ("long_over",))
    if opened is None:
        return False
    told = clause[opened.end :].split()
    end = next((n for n, word in enumerate(told) if n and (word in _CLAUSE_MARKS or told[n : n + 2] == [",", "and"])), len(told))
    main, rest = told[:end], told[end:]
    past = any(word in _PAST or word.endswith("ed") for word in main)
    goes_on = (_TURNS | _TURNS_TO_IT - {"and", "we"} | {ROLES["it"]}) & {*rest}
    return past and _OF_TODAY.isdisjoint(main) and not goes_on and not field_words(tuple(rest))


def _is_left_open(words: list[str]) -> bool:
    """Whether a sentence says of all that it asks about only that somebody asks it: "They will vote on whether X may …"."""
    at = next((n for n, word in enumerate(words) if word in _ASKING), 0)
    before, behind = words[:at], words[at + 1 :]
    if not at or field_words(tuple(before)) or not _SETTLES.isdisjoint(before):
        return False
    return ROLES["it"] not in before and not any(word == "," or word in _CLAUSE_MARKS for word in behind)


def _is_nothing(words: list[str]) -> bool:
    """Whether a sentence of one clause says that nothing of a kind opens the thing: "Nothing in this release makes X …"."""
    plain = _TOGETHER.isdisjoint(words) and "," not in words and "that" not in words
    return words[:2] == ["nothing", "in"] and plain and {one.row.reason for one in field_words(tuple(words))} <= {"", "all"}


def _is_of_feature(words: list[str]) -> bool:
    """Whether all of a sentence is said of a feature that works on the thing: "The memory tool works with X, and no longer …"."""
    verb = next((n for n, word in enumerate(words[:_SUBJECT]) if word in _VERBS), 0)
    if not verb or words[verb - 1] not in _FEATURES or not _TOLD_OF_MODELS.isdisjoint(words):
        return False
    if any(one in DETERMINERS and noun in _THE_MODEL for one, noun in pairwise(words)):
        return False
    places = [at for at, word in enumerate(words) if word == ROLES["it"]]
    broad = {one.words for one in field_words(tuple(words)) if one.row.reason} - {"no longer"}
    return bool(places) and places[0] > verb and not broad and all(_is_behind(words, at, _OWNERS | _MEANS) for at in places)


def is_of_what_is_made_with(words: list[str]) -> bool:
    """Whether the thing is only what somebody else made something with that a sentence is about: "… a helper built on X"."""
    places = [at for at, word in enumerate(words) if word == ROLES["it"]]
    if not places or not _OURS.isdisjoint(words) or not _CLAUSE_MARKS.isdisjoint(words):
        return False
    first, last = words[: places[0]], words[places[-1] + 1 :]
    kinds = {one.row.reason for one in field_words(tuple(first))} | {one.row.reason for one in field_words(tuple(last))} - {"all"}
    goes_on = (_TURNS_TO_IT - {"once"}) & {*last}
    return kinds <= {""} and not goes_on and all(_is_made_with(words[:at]) for at in places)


def _is_made_with(before: list[str]) -> bool:
    """Whether words end with "built on" and the like, behind a noun with a determiner that is no model."""
    if before[-1:] == ["using"]:
        return True
    if len(before) < _SEVERAL or before[-1] not in _MEANS or before[-2] not in _MADE:
        return False
    head = before[:-2]
    while head and head[-1] in _MAKING:
        head = head[:-1]
    noun = head[-1] if head else ""
    model = noun in _THE_MODEL | _SORTS or noun[:1].isdigit()
    return noun.isalpha() and not model and not DETERMINERS.isdisjoint(head[-_NOUN_PHRASE:])


def is_beside_another(words: list[str]) -> bool:
    """Whether all is said of another named thing, and the thing is only what that is measured by: "Y is open to all, after …"."""
    places = [at for at, word in enumerate(words) if word == ROLES["it"]]
    if words[:1] != [ROLES["other"]] or not places or not _TOGETHER.isdisjoint(words):
        return False
    return all(words[at - 1] in _MEASURED_BY and _PRESENT.isdisjoint(words[at + 1 : at + 2]) for at in places)


def is_in_passing(words: list[str]) -> bool:
    """Whether a sentence without a word of the question only names the thing beside what it tells: "… found them with X".

    Each mention stands behind a preposition of means, or belongs to a noun that carries it, and no word of the sentence may
    speak of a way to the thing, or of its reader.
    """
    places = [at for at, word in enumerate(words) if word == ROLES["it"]]
    if not places or not _WAY_IN.isdisjoint(words):
        return False
    headed = words[0] == "|" and words[1] in _FEATURE_COLUMN
    return (
        headed or _is_measured(words) or all(_is_behind(words, at, _MEANS) or _carried_at(words, at, english()) for at in places)
    )


def _is_measured(words: list[str]) -> bool:
    """Whether a row of a table names the thing and measures, and nothing else: "| X | 1M tokens | 128k tokens |"."""
    cells = {word for word in words if word not in {"|", ROLES["it"]} and not word[0].isdigit()}
    return words[0] == "|" and bool(cells) and cells <= _UNITS


def _is_behind(words: list[str], at: int, prepositions: frozenset[str]) -> bool:
    """Whether one of these governs a mention, of which others may stand before it: "with X and Y", "such as X"."""
    before = words[:at]
    while before and before[-1] in _BESIDE_CARRIERS:
        before = before[:-1]
    return bool(before) and (before[-1] in prepositions or before[-2:] == ["such", "as"])


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
    if words[at - 2 : at] == [",", "and"] and words[at + 1 : at + 2] in _BEGINS:
        return False  # "the tool works with X, and X is open to all"
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
