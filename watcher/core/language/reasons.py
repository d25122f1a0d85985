"""The reasons that the words of a sentence give for saying nothing of the question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
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
_OTHER_NOUNS: Final = word_set("other_noun")
_OTHER_VERBS: Final = word_set("subject_end") | word_set("other_verb")
_PREPOSITIONS: Final = word_set("preposition")
_RUNS_ON: Final = cue("runs_on", "before", "sentence")
_GOES_ON: Final = re.compile(r" ?, and (?P<again>it )?(?:is|are|comes?|can be) ")
"""How a sentence goes on with the subject that it began with; with "it" only where several things stand between."""
_THE_MODEL: Final = frozenset(word for word in MODEL_NOUNS if word.startswith("model"))
_CLAUSE_MARKS: Final = frozenset({";", ":", "\u2014"})
_SEVERAL: Final = 2
_MARK: Final = re.compile(r"[,;:\u2014]| - ")
_BREAKS: Final = frozenset({",", "and", "but"})
"""Behind one of these a sentence may tell something else."""
_POINT: Final = re.compile(r"(?<=\d)\.(?=\d)")
_TURNS_TO_IT: Final = word_set("turning_to_it")
"""Words by which a sentence that speaks of something else may come to the thing."""
_TURNS_FROM: Final = _TURNS_TO_IT - word_set("turn_within")
"""Those of them that turn a sentence whose subject is a noun of another field."""
_OF_ALL: Final = frozenset({"all", "ended"})
"""Reasons of words that speak of everybody, of a gate that is gone, and of a line that ends."""
_PRESENT: Final = word_set("present_verb") | word_set("now_word")
_PAST: Final = word_set("past_form")
_OF_TODAY: Final = word_set("of_today")
_ASKING: Final = word_set("asking_whether")
_SETTLES: Final = word_set("settling")
_UNSETTLED: Final = cue("unsettled", "before", "sentence")
_FORGED: Final = cue("forged", "before", "sentence")
_READ_AS: Final = word_set("read_as")
"""Participles of "nothing in this should be read as a step to …"."""
_TOGETHER: Final = word_set("together")
_MEASURED_BY: Final = word_set("measured_by")
_MEANS: Final = word_set("means_of")
_WAY_IN: Final = word_set("way_in")
_VERBS: Final = word_set("subject_end")
_FEATURES: Final = word_set("feature")
_ROUTES: Final = word_set("route")
_ADVISING: Final = word_set("advising")
_CHECKED: Final = frozenset({"verification", "approval"})
"""What advice may name without telling of a way in: "for those who qualify for verification, a look at X"."""
_LISTED: Final = word_set("listed")
_PAGES: Final = word_set("page_noun")
_TOLD_OF_MODELS: Final = word_set("told_of_models")
_MODALS: Final = word_set("letting")
_EVERYBODY: Final = word_set("everybody")
_USED_BY: Final = word_set("used_by")
_ARTICLES: Final = word_set("article")
_USING: Final = 6
"""Words between "can" and what is used, at most: "can now run its work on X"."""
_OURS: Final = word_set("speaking_us") | word_set("reader")
_MADE: Final = word_set("made")
_MAKING: Final = word_set("before_made")
_SORTS: Final = word_set("sort_of_model")
_GOING_ON: Final = [["which"], ["now"], ["itself"], ["newly"]]
"""Words behind a mark with which a sentence goes on about the last thing that it named."""
_BEGINS: Final = [["is"], ["has"], ["was"], ["can"]]
"""Verbs behind the last thing of what looks like a list, with which it begins a clause of its own."""
_CODE: Final = re.compile(r"(?i)\W{0,3}(?:the )?\W{0,2}[a-z]+(?:_[a-z]+)+\b")
_DATE_CELL: Final = word_set("date_cell")
_UNITS: Final = word_set("unit")
_FEATURE_COLUMN: Final = word_set("feature_column")
_HARMLESS: Final = word_set("no_way_in")
"""Words of a way in that may stand in a subject and are none there: "error rates", "the free month"."""
_SUBJECT: Final = 8
"""Words that a subject may be long."""
_NOUN_PHRASE: Final = 4
"""Words that "its new permit helper" may be long."""
_RELATIVE: Final = word_set("relative") | {"whose"}
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
        if found.row.scope in _ALONE or (ROLES["it"] in found.words and lets_all_use(words)):
            continue
        rest = f"{clause[: found.end - len(found.words) - 1]}; {clause[found.end :]}"
        if found.row.scope == "not_back" and next(found_in(rest, ("given_back",)), None):
            continue  # "you can use it again if your organization is verified" is news for many
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
        piece = clause[at : one.end - len(one.words) - 1]
        yield _plain(piece) if at else piece
        at = one.end
    yield _plain(clause[at:])


def _plain(piece: str) -> str:
    """What stands behind a cue, without a word right behind it that only tells of whom it is: "for one reseller whose keys …"."""
    first, _, rest = piece.partition(" ")
    return rest if first in _RELATIVE else piece


def built_reason(words: list[str], *, coded: bool = False) -> str:
    """The reason that the build of a sentence gives, whatever is said in it; empty where it gives none.

    It is told of a time that is over, and of nothing since; all of the question stands behind a "whether", or behind "nothing
    in …"; or the subject is a feature, as a name of code is (`coded`).
    """
    builds = (
        (_is_long_over, "tells of what is over"),
        (_is_left_open, "it is only asked, or assumed"),
        (_is_nothing, "tells that nothing changes"),
        (_is_forged, "is hearsay"),
        (is_bounded, "tells of an incident"),
        (_is_of_one_customer, "tells of one customer's own access"),
        (partial(is_of_feature, coded=coded), "tells of a feature of it"),
    )
    return next((why for holds, why in builds if holds(words)), "")


def _is_forged(words: list[str]) -> bool:
    """Whether a sentence says of messages that they are not from whom they name, and nothing else."""
    found = _FORGED.match(said := clause_of(words))
    rest = said[found.end() :].split() if found else []
    return found is not None and _TURNS.isdisjoint(rest) and not field_words(tuple(rest))


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
    if unsettled := _UNSETTLED.match(said := clause_of(words)):
        return not field_words(tuple(said[unsettled.end() :].split()))
    at = next((n for n, word in enumerate(words) if word in _ASKING), 0)
    before, behind = words[:at], words[at + 1 :]
    if not at or field_words(tuple(before)) or not _SETTLES.isdisjoint(before):
        return False
    return ROLES["it"] not in before and not any(word == "," or word in _CLAUSE_MARKS for word in behind)


def _is_nothing(words: list[str]) -> bool:
    """Whether a sentence of one clause says that nothing of a kind opens the thing: "Nothing in this release makes X …"."""
    if "should be" in (said := " ".join(words)) and not _READ_AS.isdisjoint(words):
        plain = " as " in said and _CLAUSE_MARKS.isdisjoint(words) and {"but", "it"}.isdisjoint(words)
    else:
        plain = _TOGETHER.isdisjoint(words) and "," not in words and "that" not in words
    return words[:2] == ["nothing", "in"] and plain and {one.row.reason for one in field_words(tuple(words))} <= {"", "all"}


def is_of_feature(words: list[str], *, coded: bool = False) -> bool:
    """Whether all of a sentence is said of a feature that works on the thing: "The memory tool works with X, and no longer …".

    `coded`: its subject is a name of code.
    """
    verb = _verb(words, _VERBS)
    if any(one in DETERMINERS and noun in _THE_MODEL for one, noun in pairwise(words)):
        return False
    if words and _is_feature_aside(words):
        return True
    if not verb or not _TOLD_OF_MODELS.isdisjoint(words[verb:]) or not (coded or _is_feature(words[:verb])):
        return False
    places = [at for at, word in enumerate(words) if word == ROLES["it"]]
    if not places or places[0] < verb or not (_is_included(words, places) or all(_is_works_on(words, at) for at in places)):
        return False
    behind = {one.words for one in field_words(tuple(words[places[0] :])) if one.row.reason} - {"no longer"}
    kinds = {one.row.reason for one in field_words(tuple(words)) if one.words != "no longer"} - {""}
    routed = not _ROUTES.isdisjoint(words[:verb])
    return kinds <= {"all"} and not behind and not (routed and kinds)


def _is_works_on(words: list[str], at: int) -> bool:
    return _is_behind(words, at, _OWNERS | _MEANS)


def _is_included(words: list[str], places: list[int]) -> bool:
    """Whether the things are named as some of those on which a feature works: "on every model, X and Y included"."""
    tail = [word for word in words[places[-1] + 1 :] if word not in _BESIDE_CARRIERS]
    return tail[:1] == ["included"] and not _THE_MODEL.isdisjoint(words[: places[0]])


def _is_feature(subject: list[str]) -> bool:
    """Whether a subject is a feature: "the memory tool", "prompt caching with an hour"."""
    return subject[-1] in _FEATURES or subject[_head(subject, len(subject))] in _FEATURES


def _is_feature_aside(words: list[str]) -> bool:
    """Whether the thing stands only in a clause beside a feature of which the rest is told: "Search, off in X, is back"."""
    head = _head(words, min(_SUBJECT, len(words)))
    end = next((n for n, word in enumerate(words) if n > head + 1 and word == ","), 0)
    if (
        words[head] not in _FEATURES - _ROUTES
        or words[head + 1 : head + 3] != [",", "which"]
        or words[end + 1 : end + 2] == ["and"]
    ):
        return False
    rest = words[end + 1 :]
    return bool(end) and rest[0] in _VERBS and (_TURNS_TO_IT | {ROLES["it"], ","}).isdisjoint(rest)


def is_of_code(quote: str) -> bool:
    """Whether a sentence, as it is written, begins with a name of code: "`budget_tokens` has been …"."""
    return _CODE.match(quote) is not None


def is_only_advised(words: list[str]) -> bool:
    """Whether the thing is only what somebody is advised to take: "Y retired today; we recommend X, where you qualify"."""
    at = next((n for n, word in enumerate(words) if word in _ADVISING), 0)
    first, told = words[:at], field_words(tuple(words[at:]))
    if not at or ROLES["it"] in first or ROLES["it"] not in words or any(one.words not in _CHECKED for one in told):
        return False
    kinds = {one.row.reason for one in field_words(tuple(first))}
    return not kinds if first[0] != ROLES["other"] else kinds <= {"", "taken"}


def is_bounded(words: list[str]) -> bool:
    """Whether all of a sentence is told of some hours: "From 01:00 to 01:45 UTC X will be offline while we replace a part"."""
    clause = clause_of(words)
    found = next((one for one in found_in(clause, ("bounded",)) if one.words.count(":") > 1), None)
    if found is None or not _CLAUSE_MARKS.isdisjoint(words):
        return False
    told = clause[found.end :].split()
    end = next((n for n, word in enumerate(told) if word in _BREAKS), len(told))
    kinds = {one.row.reason for one in field_words(tuple(words))}
    return "ended" not in kinds and not field_words(tuple(told[end:]))


def _is_of_one_customer(words: list[str]) -> bool:
    """Whether a sentence is a notice to one customer, and tells of nobody else: "Your organization's access to X is …"."""
    if english().at(clause_of(words), 0, ("one_customer",)) is None or not (_TOLD_OF_MODELS - {"access"}).isdisjoint(words):
        return False
    return _OF_ALL.isdisjoint(one.row.reason for one in field_words(tuple(words)))


def is_listed(words: list[str]) -> bool:
    """Whether a sentence tells only where a page had the thing: "The table listed X under 'Open'", and of no gate."""
    said = clause_of(words)
    place = not _LISTED.isdisjoint(words) and not _PAGES.isdisjoint(words)
    return place and _GATE.search(said) is None and (_PRESENT - {"'s"}).isdisjoint(words)


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


def is_heading(words: list[str]) -> bool:
    """Whether a title is a name and the word access, and nothing else: it says nothing of it."""
    return {*words} <= {ROLES["it"], "access"} | _PREPOSITIONS | DETERMINERS


def is_beside_another(words: list[str]) -> bool:
    """Whether all is said of another named thing, and the thing is only what that is measured by: "Y is open to all, after …"."""
    places = [at for at, word in enumerate(words) if word == ROLES["it"]]
    if words[:1] != [ROLES["other"]] or not places or not _TOGETHER.isdisjoint(words):
        return False
    return all(words[at - 1] in _MEASURED_BY and _PRESENT.isdisjoint(words[at + 1 : at + 2]) for at in places)


def bare(words: list[str]) -> list[str]:
    """Words without the marks right around a named thing: "'gadget-2'"."""
    named = {n for n, word in enumerate(words) if word in {ROLES["it"], ROLES["other"]}}
    marks = {n + side for n in named for side in (-1, 1) if words[n - 1 : n] == ["'"] == words[n + 1 : n + 2]}
    return [word for n, word in enumerate(words) if n not in marks]


def is_in_passing(words: list[str], *, beside: bool = False) -> bool:
    """Whether a sentence without a word of the question only names the thing beside what it tells: "… found them with X".

    Each mention stands behind a preposition of means, or belongs to a noun that carries it, and no word of the sentence may
    speak of a way to the thing, or of its reader, except where the text is of something else (`beside`).
    """
    places = [at for at, word in enumerate(words) if word == ROLES["it"]]
    if not places or not (beside or _WAY_IN.isdisjoint(words)):
        return False
    headed = words[0] == "|" and words[1] in _FEATURE_COLUMN
    return (
        headed or _is_measured(words) or all(_is_behind(words, at, _MEANS) or _carried_at(words, at, english()) for at in places)
    )


def _is_measured(words: list[str]) -> bool:
    """Whether a row of a table names the thing and measures, and nothing else: "| X | 1M tokens | 128k tokens |"."""
    cells = {word for word in words if word not in {"|", ROLES["it"]} and not word[0].isdigit()}
    return words[0] == "|" and bool(cells) and cells <= _UNITS


def is_row_of_dates(words: list[str]) -> bool:
    """Whether a row of a table names the thing and dates, shares, prices or a state, and nothing else."""
    cells = {word for word in words if word not in {"|", ROLES["it"], ROLES["other"]} and not word[0].isdigit()}
    return words[0] == "|" and any(word[0].isdigit() for word in words) and cells <= _DATE_CELL | _UNITS


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


def other_subject(words: list[str]) -> str:
    """The subject of a sentence without a name, where it is a noun of another field and all of the question is said of it."""
    verb = _verb(words, _OTHER_VERBS)
    subject, told = words[:verb], words[verb + 1 :]
    if not verb or words[_head(words, verb)] not in _OTHER_NOUNS or not (_WAY_IN - _HARMLESS).isdisjoint(subject):
        return ""
    turned = any(word in _TURNS_FROM or (word == "as" and told[n + 1 : n + 2] != ["of"]) for n, word in enumerate(told))
    if turned or any(word in _CLAUSE_MARKS or word == "-" for word in told):
        return ""
    end = next((n for n, word in enumerate(told) if word in _BREAKS), len(told))
    return "" if field_words(tuple(told[end:])) else clause_of(subject).strip()


def _verb(words: list[str], verbs: frozenset[str]) -> int:
    """The place of the verb with which the subject of a sentence ends, 0 where it is too far off."""
    return next((n for n, word in enumerate(words[: _SUBJECT + 2]) if n and word in verbs), 0)


def _head(words: list[str], verb: int) -> int:
    """The place of the noun of a subject that others describe: "the price of the course" is a price."""
    stop = next((n for n, word in enumerate(words[:verb]) if n and (word in _PREPOSITIONS or word == ",")), verb)
    return stop - 1


def is_of_what_runs_on(words: list[str]) -> bool:
    """Whether all of a sentence is said of something else that runs on the thing: "It works on X, and is open to all."."""
    if lets_all_use(words):
        return False
    sentence = " ".join(words)
    last = max(sentence.rfind(ROLES["it"]), sentence.rfind(ROLES["other"])) + 1
    behind = _GOES_ON.match(sentence, last)
    if behind and behind["again"] and sum(word in {ROLES["it"], ROLES["other"]} for word in words) < _SEVERAL:
        return False
    rest = sentence[behind.end() :].split() if behind else ["it"]
    return bool(_RUNS_ON.match(sentence)) and _TURNS_TO_IT.isdisjoint(rest) and _CLAUSE_MARKS.isdisjoint(words)


def lets_all_use(words: list[str]) -> bool:
    """Whether all of a kind can use the thing, whatever they do with it: "Any developer with a card can now build on X".

    Then the thing does not stand in passing there, although a preposition governs it.
    """
    at = next((n for n, word in enumerate(words) if word in _MODALS), 0)
    if _EVERYBODY.isdisjoint(words[:at]) or ROLES["it"] in words[:at]:
        return False
    told = words[at + 1 :]
    end = told.index(ROLES["it"]) if ROLES["it"] in told[: _USING + 1] else 0
    return end > 0 and told[end - 1] in _USED_BY and (_FEATURES | _ARTICLES | {"the"}).isdisjoint(told[:end])


def is_carried(words: list[str]) -> bool:
    """Whether every mention of the thing belongs to another noun: "the card of X", "X pricing", "fast mode for X"."""
    places = [at for at, word in enumerate(words) if word == ROLES["it"]]
    said = " ".join(words)
    if _GATE.search(said) and _REMOVED.search(said):
        return False  # "the note 'by invitation' has been removed from the card of X"
    behind = words[places[-1] :] if places else []
    if any(one in DETERMINERS and noun in _THE_MODEL for one, noun in pairwise(behind)):
        return False  # "the course on X starts, and the model is yours"
    if behind[1:2] == [","] and behind[2:3] in _GOING_ON and field_words(tuple(behind[2:])):
        return False  # "caching works on X, which is open to all"
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
