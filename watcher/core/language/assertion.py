"""How something is said: stated, or negated, planned, conditional, asked, hearsay, quoted, compared or retold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from watcher.core.language.lexicon import choice, cue, word_set
from watcher.core.language.text import (
    ADVERBS,
    AUXILIARIES,
    BOUNDARIES,
    DETERMINERS,
    HEADS,
    NOMINAL,
    PREPOSITIONS,
    REACH,
    RELATIVE,
    SUBJECT_PRONOUNS,
    Scene,
    Token,
)
from watcher.core.language.times import window_of
from watcher.core.language.vocabulary import Phrase

NEGATIONS: Final = word_set("negation")
NOT_NEGATIONS: Final = word_set("no_negation")
NEGATED: Final = cue("negated", "before", "clause")
NEARLY: Final = cue("negated", "before", "next")
DENIED_AT_ONCE: Final = cue("negated", "after", "near")
RANKED: Final = word_set("ordinal")
EVERYBODY: Final = word_set("everybody_first")
PLANNED: Final = cue("planned", "before", "clause")
TO_BE_DONE: Final = cue("planned", "before", "next")
WISHED: Final = cue("wished", "before", "clause")
CONDITIONAL: Final = cue("conditional", "before", "sentence")
HEARSAY: Final = cue("hearsay", "beside", "sentence")
_REASON_BEFORE: Final = re.compile(rf"(?i)(?:^|[,;:\u2014] ?){choice('reason_clause')}[^,;:\u2014]*[,;:\u2014]")
_REASON_FIRST: Final = re.compile(rf"(?i)^\W*{choice('reason_clause')}[^,;:\u2014]*,")
_REASON_BEHIND: Final = re.compile(rf"(?i)(?: {choice('reason_clause')}|;|, and )[^,;:\u2014]*")
_AND_DID: Final = re.compile(rf"(?i)^[^;:\u2014]*{choice('and_did')} ")
SAYING: Final = cue("saying", "beside", "sentence")
COMPARED: Final = cue("compared", "before", "clause")
QUESTION: Final = cue("question", "beside", "sentence")
WAS: Final = cue("was", "before", "near")
DISTRIBUTED: Final = cue("distributed", "beside", "sentence")
WIDELY: Final = cue("wide", "beside", "sentence")
TO_COME: Final = cue("to_come", "beside", "sentence")
PRESENT: Final = cue("present", "beside", "sentence")
INFINITIVE_OK: Final = word_set("ordered")


RESTRICTED: Final = cue("restricted", "after", "near")
SETTING_OF_SOME: Final = cue("setting_of_some", "after", "near")
DENIED: Final = cue("negated", "after", "sentence")
GERUNDS: Final = word_set("opening_gerund")
FINITE: Final = cue("finite", "beside", "sentence")
UNDONE: Final = cue("undone_opening", "after", "clause")
STEMS: Final = word_set("act_stem")
CHOSEN: Final = cue("chosen", "after", "clause")
AFTERWARDS: Final = cue("afterwards", "before", "aside")
NARROWING: Final = re.compile(rf"(?i)^\s+(?!{choice('widening')})\w")
GLAD: Final = word_set("glad")
_ENABLING: Final = word_set("enabling")
OPENING_VERBS: Final = word_set("opening_verb")
POINT: Final = re.compile(r"(?<=\d)\.(?=\d)")
"""The point of a version, which ends no clause."""
DONE_NOW: Final = cue("done_now", "beside", "sentence")
LEFT_BEHIND: Final = cue("left_behind", "before", "near")

STRICT: Final = cue("strict", "before", "sentence")
CONDITION_BEHIND: Final = re.compile(rf"(?i)(?:(?!, (?:and|but|so) )[^.;]){{0,120}}?,? {choice('condition_behind')}")
CONDITION_OF_OPENING: Final = re.compile(rf"(?i)(?:(?!, (?:and|but|so) )[^.;]){{0,120}}?,? {choice('condition_of_opening')}")
OPENINGS: Final = frozenset({"open"})
"""Kinds of phrases that open a thing to all: what narrows the audience takes them back."""
TAKINGS: Final = frozenset({"suspended", "ended"})
"""Kinds of phrases that take a thing away: it is so until what is pending ends."""
GATES: Final = frozenset({"gate", "gate_invitation", "gate_verification", "only"})
"""Kinds of phrases that tell who alone has a thing."""
OFFERS: Final = frozenset({"offered"})
"""Kinds of phrases that offer a thing somewhere, to whom it may be."""
STATES: Final = OPENINGS | OFFERS | GATES | {"partly_open", "described", "in_product"}
"""Kinds of phrases that tell how things are: "was available" is past; all other kinds tell what happened."""
BALKING: Final = re.compile(rf"(?i)^{choice('balking')}$")
BESIDE: Final = re.compile(rf"(?i)(?:, | - | \u2014 ){choice('contrasting')}[^,\u2014]*?(?:,| - | \u2014 )")
LASTED: Final = cue("lasted", "after", "clause")

OVERTURNED: Final = cue("overturned", "before", "next")
GONE: Final = cue("gone", "after", "next")
COMING: Final = cue("coming", "before", "next")
PLANNED_BEHIND: Final = cue("planned", "after", "clause")
OVERTURNED_BEHIND: Final = cue("overturned", "after", "next")
FUTURATE: Final = cue("futurate", "beside", "sentence")
ABLE: Final = cue("able", "before", "next")
ONLY_BEFORE: Final = cue("only_before", "before", "next")
STARTS: Final = re.compile(rf"(?i)(?:^|[:!\u2014] ?|{choice('starts_on')},? )(?:the |its )?$")
OPENS: Final = cue("opens", "after", "clause")
OPENS_WHERE: Final = re.compile(rf"(?i)^(?: {choice('opens_where')} [^.;:]{{1,60}})?[.!]?$")
HERALD: Final = cue("herald", "before", "next")
BARE: Final = word_set("bare_verb")
DOERS: Final = word_set("doer")
DEMANDING: Final = word_set("demanding")
BUT_GOES_ON: Final = word_set("but_goes_on")
PARTLY: Final = cue("partly", "after", "next")
_LABEL: Final = 40
"""Characters that a label before a colon may be long."""
_VERB: Final = 16
"""Characters behind an opening that is a noun in which its verb stands."""
BACK: Final = cue("back", "beside", "sentence")
_BEHIND: Final = 16
"""Characters behind an act that may say where a thing is back."""
CLEFT: Final = cue("cleft", "before", "sentence")
ASIDE_FIRST: Final = word_set("aside_first")
AFTER_DOING: Final = cue("after_doing", "before", "next")
ASIDE: Final = cue("aside", "before", "aside")
MENDS: Final = cue("mends", "before", "sentence")
GOES_ON: Final = word_set("clause_subject")
APART: Final = re.compile(r"(.*)([:;\u2014]) ?(.*)")


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
        if word in GERUNDS or (word.endswith("ing") and at == scene.start):
            if (before in PREPOSITIONS and before != "by") or BALKING.match(before):
                return True
            if before not in AUXILIARIES | ADVERBS and (at == 0 or before in {",", "and"}) and FINITE.search(after):
                return True
    return False


def is_heralded(scene: Scene, phrase: Phrase, parts: Parts) -> bool:
    """Whether an opening that is a noun is told, and not only named: "announces the general availability of X".

    "The road to general availability of X" names it; all other phrases count as told.
    """
    if not phrase.object_right or phrase.kind not in OPENINGS or scene.tokens[scene.start].text not in NOMINAL:
        return True
    if STARTS.search(parts.before):
        return bool(OPENS.match(parts.behind) or OPENS_WHERE.match(parts.behind))
    return bool(HERALD.search(parts.before))


def is_demanded(scene: Scene) -> bool:
    """Whether an act stands in its bare form without one who does it: "Restore X!", "they ask that the maker restore X"."""
    follow = scene.tokens[scene.start + 1].text if scene.start + 1 < len(scene.tokens) else ""
    if scene.tokens[scene.start].text not in BARE or follow == "to":  # "open to all" is no verb
        return False
    at = scene.start - 1
    while at >= 0 and scene.tokens[at].text in ADVERBS:
        at -= 1
    if at < 0 or scene.tokens[at].text in DEMANDING:
        return True
    before = scene.tokens[at].text
    plain = DOERS | AUXILIARIES | PREPOSITIONS | DETERMINERS
    doer = not before or before in plain or before.endswith("s") or not before[0].isalpha()
    return not doer and "and" not in {token.text for token in scene.tokens[max(at - 2, 0) : at]}


def is_intended(scene: Scene, clause: int) -> bool:
    """An infinitive ("Anthropic to open Mythos to all") is a plan; "clears it to restore" and "glad to open" are not."""
    words = [token.text for token in scene.tokens[: scene.start + 1] if token.start >= clause or token.text == "to"]
    for at, word in enumerate(words[:-1]):
        if word == "to" and (words[at + 1] in OPENING_VERBS or (at == len(words) - 2 and _is_verb(scene))):
            return not (set(words[:at]) & (INFINITIVE_OK | GLAD) or words[at - 1 : at] == ["had"])
    return False


def _is_verb(scene: Scene) -> bool:
    """Whether the phrase after "to" opens with a verb, and not with a noun ("only to approved customers")."""
    return scene.tokens[scene.start].text.rstrip("e") in STEMS


def is_ahead(parts: Parts, *, noun: bool) -> bool:
    """Whether the clause itself names a time to come: then a bare headline is a plan ("to all customers in the coming weeks").

    The verb of an opening that is a `noun` stands behind it, or in it: "general availability of X begins in May | for all".
    """
    clause = parts.scope + re.split(r"[;:\u2014]|, (?:but|while|and|with) ", parts.after, maxsplit=1)[0]
    if PRESENT.search(clause):
        return False
    # "Mythos opens to all customers on March 3": the present tense with a date tells what is to come.
    verb, when = (parts.behind[:_VERB], parts.words) if noun else ("", "")
    foreseen = bool(FUTURATE.search(f"{parts.scope}{parts.words}{verb}")) and bool(window_of(f"{when}{parts.after}"))
    return foreseen or bool(TO_COME.search(clause))


def manner(scene: Scene, phrase: Phrase) -> frozenset[str]:
    """The manners in which a phrase is said, empty where it is plainly stated; looks left within its clause."""
    sentence, parts = scene.sentence, _parts(scene, phrase)
    found = {
        "negated": _negated(scene, parts) or _undone(phrase, parts) or _no_longer_alone(phrase, parts),
        "planned": _planned(scene, parts),
        "wished": bool(WISHED.search(parts.scope)) or is_demanded(scene),
        "conditional": _conditional(scene, phrase, parts),
        "question": _asked(sentence),
        "hearsay": _heard(sentence) and _is_heard(scene),
        "quoted": _quoted(sentence, len(parts.before), len(sentence) - len(parts.after)),
        "compared": not phrase.object_right and bool(COMPARED.search(BESIDE.sub(" ", parts.scope))),
        "retold": _retold(scene, phrase, parts),
        "restricted": _closed_again(phrase, parts),
        "partial": _eventive(phrase) and (_in_part(parts) or bool(BACK.search(f"{parts.words}{parts.after[:_BEHIND]}"))),
    }
    manners = {name for name, holds in found.items() if holds}
    # "not available on every account" is available on some; "not generally available in all regions" is not.
    wide = WIDELY.search(f"{parts.scope[-12:]}{parts.words}")
    if "negated" in manners and not wide and DISTRIBUTED.search(f"{parts.words}{parts.after}"[:80]):
        manners = manners - {"negated"} | {"partial"}
    # A plan absorbs the conditions that are not strict: "will be open once it is safe" is a plan.
    strict = STRICT.search(_governing(parts, phrase))
    return frozenset(manners - {"conditional"} if "planned" in manners and not strict else manners)


def is_strict(scene: Scene, phrase: Phrase) -> bool:
    """Whether a strict condition governs a phrase: "if", "unless", "would"."""
    return bool(STRICT.search(_governing(_parts(scene, phrase), phrase)))


def is_told_apart(scene: Scene) -> bool:
    """Whether a mark sets a statement apart from the words that make its sentence hearsay, or tell what was mended."""
    found = APART.match(scene.sentence[: scene.tokens[scene.stop - 1].end])
    if not found or HEARSAY.search(found[3]) or CONDITIONAL.search(found[3]):
        return False
    return found[2] != ":" or (MENDS.match(found[1]) is not None and found[3].lower().split()[0] in GOES_ON)


def _parts(scene: Scene, phrase: Phrase) -> Parts:
    sentence = scene.sentence
    start, end = scene.tokens[scene.start].start, scene.tokens[scene.stop - 1].end
    clause = _clause(scene)
    reach = REACH if phrase.object_right else 1
    objects = [token.end for token in scene.tokens[scene.stop : scene.stop + reach] if token.thing]
    behind = sentence[max(objects, default=end) :]
    if first := _REASON_FIRST.match(sentence[:start]):  # "Although not all agree, access to X is suspended" denies nothing
        clause = max(clause, first.end())
    if cleft := CLEFT.match(sentence[:start]):  # "It is with no less regret than yours that we …" denies nothing
        clause = max(clause, cleft.end())
    return Parts(clause, sentence[clause:start], sentence[:start], sentence[start:end], sentence[end:], behind)


def _planned(scene: Scene, parts: Parts) -> bool:
    """Whether it is still to come: "will be", "is coming to all", "Anthropic to open X", "… is planned for March"."""
    first = f"{parts.scope}{parts.words.split(' ', maxsplit=1)[0]}"
    if _is_ranked(parts.scope):
        return False
    return (
        bool(
            PLANNED.search(parts.scope)
            or TO_BE_DONE.search(parts.scope)
            or COMING.search(first)
            or PLANNED_BEHIND.match(parts.behind)
        )
        or is_intended(scene, parts.clause)
        or is_ahead(parts, noun=scene.tokens[scene.start].text in NOMINAL)
    )


def _is_ranked(scope: str) -> bool:
    """Whether "to be" goes on from a rank, and tells what is: "the latest model of the class to be | released to the public"."""
    head, to_be, _ = scope.rpartition("to be ")
    return bool(to_be) and not RANKED.isdisjoint(re.split(r"[,;:]", head)[-1].lower().split())


def _conditional(scene: Scene, phrase: Phrase, parts: Parts) -> bool:
    """Whether it holds only under a condition, is only possible, or is only named."""
    if CONDITIONAL.search(_governing(parts, phrase)) or ABLE.search(parts.before):
        return True
    return is_nominal(scene, parts.after) or not is_heralded(scene, phrase, parts)


def _retold(scene: Scene, phrase: Phrase, parts: Parts) -> bool:
    """Whether it tells what is over: a state that was, an event that lasted, or one that only a side clause mentions."""
    if not _eventive(phrase):
        was = WAS.search(parts.scope) and not DONE_NOW.search(POINT.sub(" ", scene.sentence))
        return bool(was or LEFT_BEHIND.search(parts.scope))
    at = scene.start - 1
    while at > 0 and scene.tokens[at].text in ADVERBS:
        at -= 1
    last = scene.tokens[at].text if at >= 0 else ""
    aside = last in RELATIVE and FINITE.search(parts.after)
    over = last in {"was", "were"} and (LASTED.search(parts.after) or ASIDE.search(parts.before))
    return bool(AFTERWARDS.search(parts.scope) or AFTER_DOING.search(parts.before) or aside or over)


def _clause(scene: Scene) -> int:
    """Offset where the clause of the phrase begins: after a boundary, or after "and" with a verb of its own."""
    for at in range(scene.start - 1, -1, -1):
        token = scene.tokens[at]
        if token.text in BOUNDARIES and token.text != "yet" and not _anything_but(scene, at):
            return token.end
        if token.text == "," and scene.tokens[0].text in ASIDE_FIRST and _new_subject(scene, at + 1):
            return token.end
        follow = scene.tokens[at + 1].text if at + 1 < scene.start else ""
        if token.text == "and" and (follow in AUXILIARIES or follow in SUBJECT_PRONOUNS or _new_subject(scene, at + 1)):
            return token.end
        if token.text == "and" and at and at + 1 == scene.start and scene.tokens[at - 1].text == "," and _is_for_all(scene):
            return token.end
        if token.text == "," and follow in SUBJECT_PRONOUNS and scene.tokens[at + 2].text in AUXILIARIES:
            return token.end  # "it needs no approval, it is | open to all"
    return 0


def _is_for_all(scene: Scene) -> bool:
    """Whether a phrase has everybody for its subject, and so a clause of its own: "…, and | every customer can use X"."""
    return scene.tokens[scene.start].text in EVERYBODY


def _no_longer_alone(phrase: Phrase, parts: Parts) -> bool:
    """Whether those whom a gate names are not the only ones: "open to all, not just to | verified organizations"."""
    return phrase.kind in GATES and ONLY_BEFORE.search(parts.before) is not None


def _closed_again(phrase: Phrase, parts: Parts) -> bool:
    """Whether what follows an opening narrows it: "to all | verified customers", "to all customers | who are approved"."""
    if phrase.kind in OFFERS:
        return bool(CHOSEN.search(parts.after))
    narrowed = parts.words.lower().endswith((" all", " every", " any")) and NARROWING.search(parts.after)
    setting = " default " in f" {parts.words.lower()} " and SETTING_OF_SOME.search(parts.after)
    return phrase.kind in OPENINGS and bool(RESTRICTED.search(parts.after) or narrowed or setting)


def _anything_but(scene: Scene, at: int) -> bool:
    return scene.tokens[at].text == "but" and at > 0 and scene.tokens[at - 1].text in BUT_GOES_ON


def _new_subject(scene: Scene, at: int) -> bool:
    """Whether a thing, or access, at this position starts a clause of its own ("and Mythos 5 is …", "and access is …")."""
    if at + 1 >= scene.start or not (scene.tokens[at].thing or scene.tokens[at].text in HEADS):
        return False
    return scene.tokens[at + 1].text in AUXILIARIES


def _negated(scene: Scene, parts: Parts) -> bool:
    for at, token in enumerate(scene.tokens[: scene.start]):
        if token.start >= parts.clause and token.text in NEGATIONS:
            follow = scene.tokens[at + 1].text if at + 1 < len(scene.tokens) else ""
            between = scene.tokens[at : scene.start]
            if follow not in NOT_NEGATIONS and not _closed(between) and not _is_without_a_gate(between):
                return True
    return bool(NEGATED.search(parts.scope) or NEARLY.search(parts.scope) or OVERTURNED.search(parts.scope))


def _undone(phrase: Phrase, parts: Parts) -> bool:
    """Whether what follows takes it back: "available to no one", "general availability of X is not planned", "… is false"."""
    if DENIED_AT_ONCE.search(parts.after) or DENIED.search(parts.after):
        return True
    if phrase.object_right and OVERTURNED_BEHIND.match(parts.behind):
        return True
    if phrase.kind in STATES and GONE.match(parts.after):
        return True
    return phrase.object_right and phrase.kind in OPENINGS and bool(UNDONE.search(parts.behind))


def _closed(between: tuple[Token, ...]) -> bool:
    """Whether a relative or coordinated verb ends the negation's reach ("does not need X, is available")."""
    follows = AUXILIARIES | {"which", "who"}
    return any(token.text == "," and n + 1 < len(between) and between[n + 1].text in follows for n, token in enumerate(between))


def _is_without_a_gate(between: tuple[Token, ...]) -> bool:
    """Whether a word denies what stands before a comma, and no act: "without any approval, X is"; not "without opening X,"."""
    words = [token.text for token in between]
    head = words[: words.index(",")] if words[0] == "without" and "," in words else []
    return bool(head) and not any(word.endswith("ing") for word in head)


def _governing(parts: Parts, phrase: Phrase) -> str:
    """The words whose condition would govern the phrase: all before it, and an "if …" clause right behind."""
    tail = CONDITION_BEHIND.match(parts.after)
    if tail is None and phrase.kind not in TAKINGS:
        tail = CONDITION_OF_OPENING.match(parts.after)
    return parts.before + (tail[0] if tail else "")


@lru_cache(maxsize=64)
def _heard(sentence: str) -> bool:
    """Asked of each phrase of a sentence, worked out once."""
    return bool(HEARSAY.search(sentence))


def _is_heard(scene: Scene) -> bool:
    """Whether a statement is hearsay though what stands in a clause of reason beside it is not: "…, after users said so"."""
    return bool(HEARSAY.search(beside_reasons(scene)))


def beside_reasons(scene: Scene) -> str:
    """The sentence without the clauses that tell why and when, or what was thought before it was done."""
    start, end = scene.tokens[scene.start].start, scene.tokens[scene.stop - 1].end
    before = _AND_DID.sub(" ", _REASON_BEFORE.sub(" ", scene.sentence[:start]))
    return f"{before}{scene.sentence[start:end]}{_REASON_BEHIND.sub(' ', scene.sentence[end:])}"


@lru_cache(maxsize=64)
def _asked(sentence: str) -> bool:
    if sentence.rstrip("\"')] ").endswith("?") or "? " in sentence[-12:]:
        return True
    found = QUESTION.search(sentence)
    return found is not None and ":" not in sentence[found.end() : found.end() + _LABEL]  # "Who can use it: everyone"


def _quoted(sentence: str, start: int, end: int) -> bool:
    """Whether the phrase stands inside quotation marks that a word of saying introduces."""
    marks = [at for at, mark in enumerate(sentence) if mark == '"']
    inside = sum(at < start for at in marks) % 2 == 1 and any(at >= end for at in marks)
    if not inside:
        return False
    opened, closed = max(at for at in marks if at < start), min(at for at in marks if at >= end)
    return bool(SAYING.search(sentence[:opened] + sentence[closed:]))


def _in_part(parts: Parts) -> bool:
    """Whether what follows limits an act to a part; the console in which readers enable a model is none."""
    return parts.words.split()[-1] not in _ENABLING and bool(PARTLY.match(parts.behind))


def _eventive(phrase: Phrase) -> bool:
    """Whether the phrase tells what happened, and not how things are."""
    return phrase.object_right or phrase.object_inside or phrase.kind not in STATES
