"""Whom a phrase is said of: its subject or object, what is named together with it, or what a pronoun stands for."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from watcher.core.language.lexicon import word_set
from watcher.core.language.text import (
    ADVERBS,
    AUXILIARIES,
    BOUNDARIES,
    DETERMINERS,
    HEADS,
    JOINERS,
    MODEL_NOUNS,
    NOMINAL,
    OFFERED,
    ORDINALS,
    PARTICIPLES,
    PREPOSITIONS,
    PRONOUNS,
    REACH,
    RELATIVE,
    SKIPPED,
    SUBJECT_PRONOUNS,
    TIMES,
    VARIANTS,
    Scene,
    Thing,
    Token,
    anaphor,
    before_article,
    before_brackets,
    has_auxiliary,
    is_maker,
    list_left,
    list_right,
    noun_phrase_start,
)
from watcher.core.language.vocabulary import Phrase

AFTER: Final = word_set("after_object")
AFTER_OBJECT: Final = SKIPPED | PREPOSITIONS | JOINERS | RELATIVE | MODEL_NOUNS | HEADS | OFFERED | PRONOUNS | DETERMINERS | AFTER
"""Words that may follow an object; any other noun makes the thing before it a modifier."""
_ENDS: Final = word_set("object_end")
_COPULAS: Final = word_set("copula")
"""What stands behind one of them is no object of the verb before: "the model that everyone can use is X"."""
_SAYING_SO: Final = word_set("goes_on")
_TIMES: Final = word_set("time_unit")
_WIDELY: Final = word_set("everywhere")
_TO_ALL: Final = word_set("to_all")
_TO_OBJECT: Final = word_set("to_object")
_ALL_OF: Final = word_set("all_of")
_OBJECTS: Final = word_set("object_pronoun")
_HERALDING: Final = word_set("heralding")
_NAMED_AGAIN: Final = word_set("named_again")


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
            if token.text in _OBJECTS or follow in MODEL_NOUNS:
                return anaphor(scene, [token.text, follow], at)
        if token.text in MODEL_NOUNS and skipped and skipped[-1] in _NAMED_AGAIN:
            return anaphor(scene, [*skipped, token.text], at)
        if token.text == "access" and not skipped[1:] and _is_whole(scene.tokens, at + 1):
            return scene.plural or scene.topic
        if token.text in _ENDS | RELATIVE | _COPULAS or (token.text == "," and not skipped):
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
        meant = _OBJECTS.intersection(words) or (MODEL_NOUNS.intersection(words[-1:]) and not owned)
        return anaphor(scene, words, scene.start) if meant else ()
    if _breaks([token.text for token in inside[:at]]):
        return ()
    found = list_right(inside, at)
    return () if is_modifier(inside, found[-1]) else found


def _is_whole(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether "suspended access" ends there, or goes on with "for all": access to what was spoken of."""
    follow = [token.text for token in tokens[at : at + 2]]
    return not follow or follow[0] in _WIDELY or (follow[0] in {"for", "to"} and follow[-1] in _TO_ALL)


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
    if any(word in PREPOSITIONS - _TO_OBJECT for word in skipped) or len(skipped) > REACH - 4:
        return True
    # "suspended the fast mode of X", "cancelled a plan to rename X": neither is X.
    owned = (n for n, word in enumerate(skipped) if word in _TO_OBJECT)
    return any(n and skipped[n - 1] not in HEADS | JOINERS | _ALL_OF for n in owned)


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


_LABEL: Final = 8
"""Words that may stand behind a phrase in a label."""
_NO_LABEL: Final = AUXILIARIES | RELATIVE | {":", ",", ";", ".", "|", "(", "—", "-"}
_BEFORE_A_NAME: Final = DETERMINERS | ADVERBS - {"as", "of"} | {"'s", '"', "("}
_OWNING: Final = word_set("owning")
_LEFT_OUT_OF: Final = word_set("left_out_of")
_OPENING = 3
"""Words before a thing that a participle may open a sentence with: "Based in part on X, …"."""


def headed(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The things of the list that ends at `at`, unless another noun is its head ("caching for X", "X's card")."""
    first, things = list_left(scene.tokens, at)
    before = first - 1
    while before >= 0 and (is_maker(scene.tokens[before]) or scene.tokens[before].text in _BEFORE_A_NAME):
        before -= 1
    if _is_told_by_a_clause(scene.tokens, before) or _is_left_out(scene.tokens, before):
        return ()
    if before < 0 or scene.tokens[before].text not in PREPOSITIONS or _is_date(scene.tokens[:first]):
        return things
    opens = before == 0 or (before <= _OPENING and scene.tokens[0].text in PARTICIPLES)
    if opens and len(things) > 1 and scene.tokens[at - 1].text == ",":
        return things[-1:]  # "Alongside X, Y is …", "Built on X, Y is …"
    head = scene.tokens[before - 1].text if before else ""
    if head in HEADS - VARIANTS or (head in JOINERS and scene.tokens[before].text == "to"):
        return things
    return ()


def attached(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The things of the list that ends at `at`, unless they belong to another noun ("caching for X", "the card of X")."""
    first, things = list_left(scene.tokens, at)
    free = HEADS | JOINERS | {"apply"}
    owned = first > 1 and scene.tokens[first - 1].text in _OWNING and scene.tokens[first - 2].text not in free
    return () if owned else things


def labelled(scene: Scene) -> tuple[Thing, ...] | None:
    """What follows a phrase that is a label, past a date or a place ("Now open: X", "Now in the app: X"); None for no label."""
    at = scene.stop
    while at < len(scene.tokens) and at - scene.stop < _LABEL and scene.tokens[at].text not in _NO_LABEL:
        at += 1
    if scene.start > 2 or at + 1 >= len(scene.tokens) or scene.tokens[at].text != ":":  # noqa: PLR2004 - "It is now open: X"
        return None
    thing = scene.tokens[at + 1].thing
    return list_right(scene.tokens, at + 1) if thing and not is_modifier(scene.tokens, thing) else ()


def row(scene: Scene) -> tuple[Thing, ...]:
    """Of a table's row: the thing that its first cell names, and no other."""
    end = next((n for n, token in enumerate(scene.tokens) if token.text in {"|", ";"} and n), 0)
    at = next((n for n, token in enumerate(scene.tokens[:end]) if token.thing), None)
    return list_right(scene.tokens[:end], at) if at is not None else ()


def _is_told_by_a_clause(tokens: tuple[Token, ...], before: int) -> bool:
    """Whether a side clause owns the thing: of "the programme which gates X" X is not the head."""
    verb = (
        before >= 0
        and tokens[before].text.isalpha()
        and tokens[before].text not in PREPOSITIONS | JOINERS | RELATIVE | BOUNDARIES
    )
    near = [token.text for token in tokens[max(before - 2, 0) : max(before, 0)]]
    return verb and any(word in RELATIVE for word in near) and "," not in near[1:]


def _is_left_out(tokens: tuple[Token, ...], before: int) -> bool:
    """Whether a thing is what the subject leaves out: "every model but X"."""
    return before > 0 and tokens[before].text == "but" and tokens[before - 1].text in MODEL_NOUNS | _LEFT_OUT_OF


def _is_date(before: tuple[Token, ...]) -> bool:
    """Whether only a time stands before the subject: "From today", "As of January 12, 2027,"."""
    return all(token.text in TIMES or token.text[:1].isdigit() or token.text == "," for token in before)


_NO_ADJECTIVE = PREPOSITIONS | AUXILIARIES | JOINERS | AFTER
_ONE: Final = word_set("one_of")
_TO_BE: Final = word_set("to_be")
_OWN: Final = word_set("own_word")
_SUBORDINATE: Final = word_set("subordinate")
_SET_TO: Final = word_set("set_to")
_IS: Final = word_set("is_now")
_CONTINUING: Final = word_set("continuing")
_FROM_MAKER: Final = word_set("from_maker")
_BEFORE_ACCESS: Final = DETERMINERS | word_set("before_access")
_REDUCED: Final = OFFERED | word_set("without_verb")
_MARKS = frozenset({",", ":", "|", "(", "\u2014", "-", "as"})


def subjects(scene: Scene, phrase: Phrase) -> tuple[Thing, ...]:
    """The things that the phrase is about, empty where it speaks of something else or of something unnamed."""
    if phrase.object_right:
        return object_of(scene) or _passive(scene)
    if phrase.object_inside:
        return inner_object(scene)
    if phrase.adjacent:
        return _bare(scene)
    if phrase.modifier:
        return _modified(scene)
    return () if is_active(scene) else _of_state(scene, phrase)


def _of_state(scene: Scene, phrase: Phrase) -> tuple[Thing, ...]:
    """Of what a phrase tells how it is: what a label heads, what an adjective describes, else the subject."""
    label = labelled(scene)
    if label is not None and all(token.text in ADVERBS | TIMES for token in scene.tokens[: scene.start]):
        return label  # "Now available in the app: files for everyone" says nothing of what was spoken of
    found = _inverted(scene) or (() if phrase.open_ended else _attribute(scene))
    return found or (() if _describes_another(scene, phrase) else _left(scene, scene.start - 1))


def _inverted(scene: Scene) -> tuple[Thing, ...]:
    """What stands behind the verb where the phrase opens the sentence: "Open to everybody from today is X"."""
    if any(token.text not in ADVERBS | TIMES for token in scene.tokens[: scene.start]):
        return ()
    stop = min(scene.stop + REACH, len(scene.tokens) - 1)
    at = next((n for n in range(scene.stop, stop) if scene.tokens[n].text in _IS), stop)
    between, thing = scene.tokens[scene.stop : at], scene.tokens[min(at + 1, stop)].thing
    if at == stop or thing is None or any(not (token.text[:1].isalnum() or _is_place(token)) for token in between):
        return ()
    return () if is_modifier(scene.tokens, thing) else list_right(scene.tokens, at + 1)


def _is_place(token: Token) -> bool:
    """Whether a named thing is where another one is used."""
    return token.thing is not None and token.thing.group == "product"


def _bare(scene: Scene) -> tuple[Thing, ...]:
    """The things that alone stand before the phrase: a headline without a verb ("Mythos-class models to all customers")."""
    if not scene.start or not scene.tokens[scene.start - 1].thing:
        return ()
    first, things = list_left(scene.tokens, scene.start - 1)
    before = scene.tokens[:first]
    return things if not before or before[-1].text == ":" or all(token.text in DETERMINERS for token in before) else ()


def _describes_another(scene: Scene, phrase: Phrase) -> bool:
    """Whether the phrase opens the sentence as the adjective of some other noun: "generally available tools help"."""
    if scene.start or phrase.open_ended or scene.stop >= len(scene.tokens):
        return False
    follow = scene.tokens[scene.stop].text
    return follow[:1].isalpha() and (follow in MODEL_NOUNS or follow not in AFTER_OBJECT)


def _passive(scene: Scene) -> tuple[Thing, ...]:
    """The subject of a passive or a headline: "Mythos 5 was suspended", "access to X has been withdrawn"."""
    noun = scene.tokens[scene.start].text in ORDINALS | NOMINAL
    return _left(scene, scene.start - 1) if scene.start and has_auxiliary(scene) and not noun else ()


def _modified(scene: Scene) -> tuple[Thing, ...]:
    """What a phrase like "for participants" is attached to: the words right before it, else the subject."""
    at = near = before_brackets(scene.tokens, scene.start - 1)
    if at > 0 and at == scene.start - 1 and scene.tokens[at].text == "," and scene.tokens[at - 1].thing:
        return attached(scene, at - 1)  # "…, and X, for members"
    while at >= 0 and (scene.tokens[at].text.endswith(("ed", "only")) or scene.tokens[at].text in OFFERED):
        at = before_brackets(scene.tokens, at - 1)
    direct = at >= 0 and at == near == scene.start - 1 and scene.tokens[at].thing
    bracketed = at >= 0 and scene.tokens[at].thing and scene.tokens[scene.start - 1].text == ")"
    return attached(scene, at) if direct or bracketed else _left(scene, at)


def _attribute(scene: Scene) -> tuple[Thing, ...]:
    """A thing right after an adjective ("the first generally available Mythos-class model") and its other name."""
    if (label := labelled(scene)) is not None:
        return label
    for at in range(scene.stop, min(scene.stop + 4, len(scene.tokens))):
        token = scene.tokens[at]
        if token.thing and token.thing.group != "generic":
            if is_modifier(scene.tokens, token.thing):
                return ()
            before = noun_phrase_start(scene.tokens, scene.start - 1)
            return (token.thing, *_apposed(scene, before))
        if token.text in MODEL_NOUNS:
            before = noun_phrase_start(scene.tokens, scene.start - 1)
            return _apposed(scene, before) if before >= 0 else _own(scene, token)
        if not token.text or token.text in _NO_ADJECTIVE or not token.text[0].isalpha():
            return ()
    return ()


def _own(scene: Scene, noun: Token) -> tuple[Thing, ...]:
    """What "our most capable generally available model" means where it opens a text: the one that was spoken of."""
    return scene.topic if scene.start and not noun.text.endswith("s") and scene.tokens[0].text in _OWN else ()


def _apposed(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The thing that a noun phrase ending right of `at` renames: after a comma, a bracket, a colon or "is"."""
    if at < 0:
        return ()
    while at > 0 and scene.tokens[at].text in ADVERBS - {"as"}:
        at -= 1
    token = scene.tokens[at]
    if token.text in _MARKS or token.text in AUXILIARIES:
        return _left(scene, at if token.text in AUXILIARIES else at - 1)
    return ()


def _left(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The subject that ends at or left of `at`, through auxiliaries, brackets, appositions and relative clauses."""
    tokens = scene.tokens
    at = before_article(tokens, before_brackets(tokens, at))
    if at >= 1 and (is_maker(tokens[at]) or tokens[at].text in SUBJECT_PRONOUNS) and tokens[at - 1].text in RELATIVE:
        at -= 1
    if at > 1 and tokens[at].text in RELATIVE and tokens[at - 1].text == "and":  # "X, which some have and which stays closed"
        at = next((n for n in range(at - 2, -1, -1) if tokens[n].text in RELATIVE), at)
    if at >= 0 and tokens[at].text in RELATIVE:
        return _left(scene, at - 2 if at and tokens[at - 1].text == "," else at - 1)
    if at < 0:
        return scene.topic
    token = tokens[at]
    if token.thing:
        return headed(scene, at)
    if token.text in {"|", ":", "\u2014", "-"}:
        return row(scene) if scene.row else _between_dashes(scene, at)
    if token.text == ",":
        return _past_apposition(scene, at)
    return _by_word(scene, at)


def _between_dashes(scene: Scene, at: int) -> tuple[Thing, ...]:
    """Left of "X - our best model - is …": the thing before the first dash; of "X: …" the label; else what was spoken of."""
    marks = (n for n in range(at - 1, max(at - REACH, 0), -1) if scene.tokens[n].text == scene.tokens[at].text)
    opened = next(marks, 0)
    if opened and at + 1 < scene.start and scene.tokens[opened - 1].thing:
        return headed(scene, opened - 1)
    label = scene.tokens[at - 1].thing if at else None
    return (label,) if label else scene.topic


def _by_word(scene: Scene, at: int) -> tuple[Thing, ...]:
    tokens, word = scene.tokens, scene.tokens[at].text
    if word == "to" and at:
        return _infinitive(scene, at)
    if word in JOINERS or word in {"but", ";"}:
        return _leading(scene)
    if word in _SUBORDINATE:
        near = tokens[at - 1].thing if at else None
        return (near,) if near else _leading(scene)
    if word in PRONOUNS:
        one = at > 1 and tokens[at - 1].text == "of" and tokens[at - 2].text in _ONE
        return () if one else anaphor(scene, [word], at)
    if word in HEADS | MODEL_NOUNS:
        return _owner(scene, at) if word in HEADS else _renamed(scene, at)
    return _maker(scene, at)


def _infinitive(scene: Scene, at: int) -> tuple[Thing, ...]:
    """Who is to: "we expect X to be open", "the third X to reach everybody", "X continues to be limited"."""
    tokens, follow = scene.tokens, scene.tokens[at + 1].text if at + 1 < len(scene.tokens) else ""
    if tokens[at - 1].text in _CONTINUING:
        return _left(scene, at - 2)
    if tokens[at - 1].text in _SET_TO and at > 1 and follow in _TO_BE:
        near = at - 3 if tokens[at - 2].text in ADVERBS and at > 2 else at - 2  # noqa: PLR2004 - "is now set to be"
        return _left(scene, near) if tokens[near].text in _IS else ()
    counted = any(token.text in ORDINALS for token in tokens[:at])
    return _left(scene, at - 1) if tokens[at - 1].thing and (follow in _TO_BE or counted) else ()


def _maker(scene: Scene, at: int) -> tuple[Thing, ...]:
    """The subject through who made it: "X from its maker", "its maker's most capable model"."""
    tokens, word = scene.tokens, scene.tokens[at].text
    if at >= 2 and tokens[at - 1].text in _FROM_MAKER and tokens[at - 2].thing:  # noqa: PLR2004 - "X from its maker"
        return headed(scene, at - 2)
    owner = word in _OWN or (at + 1 < len(tokens) and tokens[at + 1].text == "'s")
    return _apposed(scene, at - 1) if owner else ()


def _owner(scene: Scene, at: int) -> tuple[Thing, ...]:
    """Of "access is limited", "X access is limited": the thing just before the noun, or what was spoken of."""
    before = scene.tokens[at - 1] if at else None
    if before and before.thing:
        return headed(scene, at - 1)
    if before is None or before.text in _BEFORE_ACCESS:
        return scene.plural or scene.topic
    return ()


def _renamed(scene: Scene, at: int) -> tuple[Thing, ...]:
    if at and scene.tokens[at - 1].thing:  # "the X model"
        return headed(scene, at - 1)
    start = noun_phrase_start(scene.tokens, at - 1)
    determiner = scene.tokens[start + 1].text if start + 1 < len(scene.tokens) else ""
    if determiner in _NAMED_AGAIN and at - start <= 3:  # noqa: PLR2004 - "the two models"
        return anaphor(scene, [determiner, scene.tokens[at].text], at)
    return _apposed(scene, start)


def _past_apposition(scene: Scene, at: int) -> tuple[Thing, ...]:
    """Left of "X, the same model without classifiers,": the thing before the comma that opens it, else the main subject."""
    near = before_brackets(scene.tokens, at - 1)
    if near >= 0 and scene.tokens[near].thing and _is_reduced(scene, at + 1):  # "…, alongside X, limited to members"
        first, things = list_left(scene.tokens, near)
        return things if first and scene.tokens[first - 1].text == "alongside" else headed(scene, near)
    for n in range(at - 1, max(at - REACH, -1), -1):
        if scene.tokens[n].text == "," and n and (scene.tokens[n - 1].thing or scene.tokens[n - 1].text == ")"):
            inner = scene.tokens[n + 1 : at]
            opened = before_brackets(scene.tokens, n - 1)
            if len(inner) == 1 and inner[0].thing and opened and scene.tokens[opened - 1].text in PREPOSITIONS:
                return (inner[0].thing,)  # "the safe version of X, Y, is …"
            return headed(scene, opened) if opened >= 0 and scene.tokens[opened].thing else ()
    thing = scene.tokens[at - 1].thing if at else None
    return headed(scene, at - 1) if thing else _leading(scene)


def _is_reduced(scene: Scene, at: int) -> bool:
    """Whether the words from `at` to the phrase follow their noun without a verb: ", limited to", ", available only to"."""
    word = scene.tokens[at].text
    plain = word.endswith("ed") or word in _REDUCED
    return plain and not any(token.text in AUXILIARIES for token in scene.tokens[at : scene.start])


def _leading(scene: Scene) -> tuple[Thing, ...]:
    """The main subject: the thing (list) that opens the sentence, or its pronoun."""
    for at, token in enumerate(scene.tokens[: scene.start]):
        if token.thing:
            return list_right(scene.tokens, at) if _opens(scene.tokens[:at]) else ()
        if token.text in PRONOUNS and not (at == 1 and scene.tokens[0].text in PREPOSITIONS):  # "With this release, X is …"
            return anaphor(scene, [token.text], at) if _opens(scene.tokens[:at]) else ()
    return ()


def _opens(before: tuple[Token, ...]) -> bool:
    """Whether only a date, an adverb or a label stands before the subject."""
    return (
        not before
        or before[-1].text in {",", ":", ".", "-", "\u2014", ")"}
        or all(t.text in DETERMINERS | ADVERBS | _HERALDING for t in before)
        or _is_date(before)
    )
