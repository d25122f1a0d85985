"""The account of a clause: which of its words are explained, what the others are, and what takes the statement back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from watcher.core.language.lexicon import ROLES, Found, Lexicon, choice, clause_of, cue, found_in, word_set
from watcher.core.language.text import ADVERBS, AUXILIARIES, PREPOSITIONS, RELATIVE, SUBJECT_PRONOUNS, Scene, Thing, Token, tokens

_TURNS: Final = word_set("turn")
_DOING: Final = AUXILIARIES | SUBJECT_PRONOUNS
_GOES_ON: Final = word_set("clause_subject")
_PLAIN_VERBS: Final = word_set("plain_verb")
_NO_SUBJECT: Final = PREPOSITIONS | RELATIVE | AUXILIARIES | ADVERBS | word_set("offered")
_SUBJECT: Final = 8
"""Words of a subject and its verb."""
_ITSELF: Final = word_set("subject_pronoun") - {"we"}
_CONTRASTS: Final = word_set("contrast")
_OPENING: Final = cue("opening_clause", "before", "sentence")
_PERSONS: Final = word_set("person")
_BROKEN: Final = PREPOSITIONS | RELATIVE | {",", ";", ":"}
"""What no subject of a few words holds: what stands behind it belongs to something else."""
_PRESENT: Final = word_set("present_verb")
_NOW: Final = word_set("now_word")
_SOON: Final = word_set("soon_word")
"""Words behind "no X will be released" that deny it for a time alone."""
_NOBODY: Final = word_set("of_nobody")
_REFUSING: Final = word_set("refusing")
_ALL_BUT: Final = word_set("all_but")
_EXCEPT: Final = word_set("but_some")
_OPEN_YET: Final = word_set("negation") | word_set("to_happen")
_WORDS_BEFORE: Final = 10
"""Words before one that gives back that may say that it is still to happen."""
_NEVER_HAD: Final = cue("never_had", "beside", "sentence")
_HAD_BEFORE: Final = cue("had_before", "beside", "sentence")
_SERIES: Final = word_set("series_of_posts")
_OF_POSTS: Final = cue("of_posts", "beside", "sentence")
_GONE: Final = word_set("label_of_loss")
_GONE_OFF: Final = word_set("gone_off")
_AND_BACK: Final = cue("and_back", "after", "next")
_TAKING: Final = ("limited", "past", "planned", "window", "supposed", "undone", "fault")
_NARROW: Final = (*_TAKING, "neutral")
_DOUBTS: Final = frozenset({"limited", "supposed"})
_TIMES: Final = frozenset({"planned", "window"})
"""What takes nothing back for certain where another clause says it; times only where that clause stands first."""
_ENDS: Final = (", is ", ", are ", ", has ", ", can ", ", will ", "; ", ": ")


_MIGHT: Final = word_set("possible")
"""What is only possible in a reason takes nothing from what was done for it: "suspended, for it | could be misused"."""
_AND_DOES: Final = re.compile(rf"\band {choice('and_does')} ")
_SHOWN: Final = {
    ROLES["surface"]: "the product",
    ROLES["product"]: "the product",
    ROLES["programme"]: "the programme",
    ROLES["other"]: "another name",
}
"""How a name that nothing accounts for is shown to a person."""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the words of a clause."""

    taken: frozenset[str]
    """Classes of the known cues that take the statement back, or a part of it."""
    because: tuple[str, ...]
    """The words of these cues."""
    unexplained: tuple[str, ...]
    """Words for which nothing accounts."""
    present: bool
    """Whether the clause says that it is so now."""


Roles = tuple[tuple[str, int, int], ...]
"""What the sentence names by its role (a product, the maker): role, start, end."""
Spans = tuple[tuple[int, int], ...]
"""Tokens, from the first to one past the last."""


def account(scene: Scene, own: str, about: frozenset[str], alike: Spans, roles: Roles, lexicon: Lexicon) -> Account:
    """Account for every word of the clause in which a phrase is said of a thing of a group, and of all these groups. Bounded."""
    first, stop = clause_in(scene, about)
    taken: set[str] = set()
    because: list[str] = []
    unexplained: list[str] = []
    present = False
    for begin, end, main in _segments(scene, first, stop):
        words = _words(scene, about if main else frozenset([own]), alike, roles, begin, end)
        unexplained += [] if main else [cue.words for cue in found_in(clause_of(words), ("frame",)) if cue.row.reason != "aside"]
        if not main and ROLES["other"] in words and ROLES["it"] not in words:
            continue  # what is said of another thing takes nothing from this one
        present = present or (main and not _NOW.isdisjoint(words))
        verbless = not main and _is_verbless(scene, first, stop)
        label = not main and (_is_label(scene, end) or (verbless and _is_told_after(scene, begin)))
        whole = main or (verbless and _is_label(scene, end))
        for kind, text in _scan(words, lexicon):
            if kind == "unexplained":
                unexplained += [text] if whole or any(_is_loaded(word, lexicon, aside=True) for word in text.split()) else []
            elif (
                main
                or kind in {"undone", "fault"}
                or (kind == "supposed" and begin < stop)
                or (kind in {"planned", "window"} and label)
            ):
                taken.add(kind)
                because.append(_shown(text))
            elif kind in _DOUBTS or (kind in _TIMES and end <= scene.start):  # "…, and if you need help, write to us"
                unexplained.append(_shown(text))
    unexplained += _turned(scene, about, stop)
    unexplained += [*_as_long_as(scene, stop), *_but_some(scene, stop), *_never_had(scene), *_and_back(scene)]
    unexplained += [*_of_posts(scene), *_label_of_loss(scene, first)]
    return Account(frozenset(taken), tuple(because), tuple(unexplained), present)


def _turned(scene: Scene, about: frozenset[str], stop: int) -> list[str]:
    """The words behind a statement that turn it round: taken away behind what is open, back behind what is taken."""
    inner = range(*scene.inner)
    said = clause_of(scene.tokens[n].text for n in range(scene.start, scene.stop) if n not in inner)
    clause = clause_of(_words(scene, about, (), (), stop, len(scene.tokens))) if not scene.row else ""
    if any(found.row.reason == "taken" for found in found_in(said, ("field",))):
        return given_back_in(clause)
    taken = [found.words for found in found_in(clause, ("field",)) if found.row.reason == "taken"]
    taken += [token.text for token in scene.tokens[slice(*scene.inner)] if token.text in _GONE_OFF]
    whole = clause_of(_words(scene, about, (), (), scene.stop, len(scene.tokens)))
    return [*taken, *(found.words for found in found_in(whole, ("turned_off",)))]


def given_back_in(clause: str) -> list[str]:
    """The words of a clause that say that what was taken is back, where none before them says that it is still to happen."""
    back = ((clause[: found.end].split(), found.words) for found in found_in(clause, ("given_back",)))
    return [words for before, words in back if _OPEN_YET.isdisjoint(before[-_WORDS_BEFORE:])]


def _shown(words: str) -> str:
    """The words of a cue as a person is shown them: names that stand by their role as that."""
    for mark, shown in _SHOWN.items():
        words = re.sub(rf"(?:\b(?:the|our|its) )?{mark}", shown, words)
    return words


def _is_label(scene: Scene, end: int) -> bool:
    """Whether a clause beside the statement is a label before it: "Coming soon: | X for all"."""
    return end <= scene.start and scene.tokens[end - 1].text == ":"


def _is_told_after(scene: Scene, begin: int) -> bool:
    """Whether a clause behind the statement tells what it is a heading of: "X for all: | it comes this autumn"."""
    return begin >= scene.stop and begin > 0 and scene.tokens[begin].text in {":", "\u2014", "-"}


def _is_verbless(scene: Scene, first: int, stop: int) -> bool:
    """Whether a clause has no verb that states it, as in a headline: what its label says then decides what it is."""
    return AUXILIARIES.isdisjoint(token.text for token in scene.tokens[first:stop])


def _as_long_as(scene: Scene, stop: int) -> list[str]:
    """The word that makes a "never" or "no" one of today alone: "will never be open | while the classifiers fail"."""
    said = {token.text for token in scene.tokens[scene.start : scene.stop]}
    follow = scene.tokens[scene.stop].text if scene.stop < len(scene.tokens) else ""
    if {"no", "will"} <= said and (follow in _NOW or follow in _SOON):  # "no X will be released | today"
        return [follow]
    denies = not said.isdisjoint({"never", "no"})
    return [scene.tokens[stop].text] if denies and stop < len(scene.tokens) and scene.tokens[stop].text == "while" else []


def _but_some(scene: Scene, stop: int) -> list[str]:
    """The words behind "nobody can use X", "all are refused" that say who can: "| without verification", "everyone | but"."""
    said = [token.text for token in scene.tokens[scene.start : scene.stop]]
    turn = scene.tokens[stop].text if stop < len(scene.tokens) else ""
    left_out = [turn] if turn == "but" and scene.tokens[stop - 1].text in _ALL_BUT else []
    denies = not {said[0], *said[1:2]}.isdisjoint(_NOBODY) or not _REFUSING.isdisjoint(said)
    if not denies or "longer" in said:
        return left_out
    return [*left_out, *(token.text for token in scene.tokens[scene.stop : stop] if token.text in _EXCEPT)]


def _never_had(scene: Scene) -> list[str]:
    """The words that say that nobody has X, where none says that anybody had it: it may never have been open."""
    start, end = scene.tokens[scene.start].start, scene.tokens[scene.stop - 1].end
    found = _NEVER_HAD.search(scene.sentence, start)
    return [found[0].lower()] if found and found.start() < end and not _HAD_BEFORE.search(scene.sentence) else []


def _label_of_loss(scene: Scene, first: int) -> list[str]:
    """The words of a label before a statement by which it tells what is gone: "Removed: | X for all"."""
    label = scene.tokens[:first] if 0 < first <= scene.start and scene.tokens[first - 1].text == ":" else ()
    return [token.text for token in label if token.text in _GONE]


def _of_posts(scene: Scene) -> list[str]:
    """The words by which a series that is said to end is one of posts: "the X series is over: this was our last | post"."""
    said = {token.text for token in scene.tokens[scene.start : scene.stop]}
    found = None if _SERIES.isdisjoint(said) else _OF_POSTS.search(scene.sentence)
    return [found[0].lower()] if found else []


def _and_back(scene: Scene) -> list[str]:
    """The words right behind a statement that undo it: "moved to general availability | and back"."""
    found = _AND_BACK.match(scene.sentence[scene.tokens[scene.stop - 1].end :])
    return found[0].split() if found else []


def clause_in(scene: Scene, about: frozenset[str]) -> tuple[int, int]:
    """First and one past the last token of the clause: from turn to turn, and at least from the thing to the phrase."""
    tokens = scene.tokens
    own = [n for n, token in enumerate(tokens) if token.thing and token.thing.group in about]
    near = _again(scene, min(own, key=lambda n: abs(n - scene.start), default=scene.start), about)
    low, high = min(near, scene.start), max(near + 1, scene.stop)
    first = next((n + 1 for n in range(low - 1, -1, -1) if _turns(tokens, n, about)), 0)
    first = first or _opening(scene)
    if not first and tokens[0].text in _CONTRASTS:
        first = next((n for n in range(low - 1, 0, -1) if tokens[n].text == ","), 0)
    return first, next((n for n in range(high, len(tokens)) if _turns(tokens, n, about)), len(tokens))


def _again(scene: Scene, near: int, about: frozenset[str]) -> int:
    """Where "it" stands for the thing in a clause of its own: "X was limited until today; | it is open"; else the thing."""
    if near and scene.tokens[near - 1].text in PREPOSITIONS:  # "you may read the card of X; it is open to all": the card
        return near
    for n in range(scene.start - 1, near + 1, -1):
        if scene.tokens[n].text in _ITSELF and any(_turns(scene.tokens, n - k, about) for k in (1, 2)):
            return n
    return near


def _opening(scene: Scene) -> int:
    """The comma that ends a clause of time or reason before a statement of what is so now: "A year after …, X | is open"; else 0.

    Where what follows is told of the past, the clause tells when: "A week after the launch we suspended X".
    """
    if not _OPENING.search(scene.sentence):
        return 0
    comma = next((n for n in range(scene.start) if scene.tokens[n].text == ","), 0)
    return 0 if _PRESENT.isdisjoint(token.text for token in scene.tokens[comma : scene.stop]) else comma


def _turns(tokens: tuple[Token, ...], at: int, about: frozenset[str]) -> bool:
    """Whether a clause of its own begins at a token: ";", "but", ", and it …", ", alongside …", "and Y for members"."""
    text = tokens[at].text
    if text in _TURNS:
        return text != "because" or [token.text for token in tokens[at + 1 : at + 2]] != ["of"]
    after = tokens[at + 1 : at + 4]
    follow = [token.text for token in after]
    if text == ",":
        if follow[:1] in (["alongside"], ["even"]) or follow[:2] in (["at", "which"], ["and", "so"]):
            return True
        if follow[:1] not in (["and"], ["so"]):
            return False
        own = _is_another(tokens, at + 2, about) or _is_subject(tokens, at + 2) or _is_noun_and_verb(tokens, at + 2)
        return own or follow[1:2] in (["if"], ["when"])
    if text != "and" or _is_one_subject(tokens, at):
        return False
    shared = follow[:1] in (["to"], ["for"]) and any(token.thing for token in after[1:])
    return shared or _is_another(tokens, at + 1, about) or _is_subject(tokens, at + 1)


def _is_one_subject(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether "and" joins two things before which no verb stands, and no doer: "A year ago X | and Y were suspended"."""
    if at + 1 >= len(tokens) or not (tokens[at - 1].thing and tokens[at + 1].thing):
        return False
    before = [token.text for token in tokens[: at - 1]]
    marks = [n for n, word in enumerate(before) if word in _TURNS]
    said = before[marks[-1] + 1 if marks else 0 :]
    return not any(word in _DOING or word.endswith(("ed", "ing")) for word in said)


def _is_another(tokens: tuple[Token, ...], at: int, about: frozenset[str]) -> bool:
    """Whether another thing than those that are spoken of stands here."""
    thing = tokens[at].thing if at < len(tokens) else None
    return thing is not None and thing.group not in about


def _is_subject(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a thing or a pronoun with a verb behind it stands here."""
    if at + 1 >= len(tokens) or not (tokens[at].thing or tokens[at].text in _GOES_ON):
        return False
    if tokens[at].text in _PERSONS:
        return True
    if any(token.text in AUXILIARIES or token.text.endswith("s") for token in tokens[at + 1 : at + 3]):
        return True
    near = [token.text for token in tokens[at + 1 : at + 6]]
    verb = next((n for n, word in enumerate(near) if word in AUXILIARIES), 0)
    return bool(verb) and _BROKEN.isdisjoint(near[:verb])


def _is_noun_and_verb(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a subject of common nouns with its verb stands here: "administrators do not have to", "calls to it now fail".

    What stands between the noun and the verb may be a place or an owner; a mark or a side clause may not.
    """
    near = [token.text for token in tokens[at : at + _SUBJECT]]
    if not near or near[0] in _NO_SUBJECT or near[0].endswith(("ed", "ing", "ly")) or not near[0].isalpha():
        return False
    for n, word in enumerate(near[1:], 1):
        if word in RELATIVE or (word and not word[0].isalpha()):
            return False
        if word in AUXILIARIES or (word in _PLAIN_VERBS and near[0].endswith("s")):
            return near[n - 1] not in _BROKEN
    return False


def _segments(scene: Scene, first: int, stop: int) -> Iterator[tuple[int, int, bool]]:
    """The clause, and those beside it: first and one past the last token, and whether it is the clause itself."""
    if scene.row:
        yield from _cells(scene)
        return
    if first:
        yield 0, first, False
    yield first, stop, True
    if stop < len(scene.tokens):
        yield stop, len(scene.tokens), False


def _cells(scene: Scene) -> Iterator[tuple[int, int, bool]]:
    """The cells of a row: the first, which names the thing, and that of the phrase are the clause."""
    marks = [n for n, token in enumerate(scene.tokens) if token.text in {"|", ";"} and n]
    for begin, end in pairwise([0, *marks, len(scene.tokens)]):
        yield begin, end, begin == 0 or begin <= scene.start < end


def _words(scene: Scene, about: frozenset[str], alike: Spans, roles: Roles, first: int, stop: int) -> list[str]:
    """The words of a span, things by their roles; the phrase itself is one word, what it encloses is read."""
    inner = range(*scene.inner)
    said = {n for begin, end in (*alike, (scene.start, scene.stop)) for n in range(begin, end)}.difference(inner)
    words: list[str] = []
    for n in range(first, stop):
        token = scene.tokens[n]
        if n in said:
            words += [ROLES["said"]] if n == scene.start else []
        elif token.text == "or" and words[-1:] == [ROLES["it"]] and _is_about(scene, n + 1, about):
            words.append("and")
        elif token.thing and token.thing.group in about:
            words.append(ROLES["it"])
        elif role := _role(token, roles):
            words += [] if words and words[-1] == role else [role]
        else:
            words.append(ROLES["other"] if token.thing else token.text)
    return words


def _is_about(scene: Scene, at: int, about: frozenset[str]) -> bool:
    thing = scene.tokens[at].thing if at < len(scene.tokens) else None
    return thing is not None and thing.group in about


def masked(sentence: str, things: tuple[Thing, ...], groups: frozenset[str], roles: Roles = ()) -> list[str]:
    """The words and marks of a folded sentence; a thing of these groups, or another one, stands as its role."""
    words: list[str] = []
    for token in tokens(sentence, things):
        if token.thing:
            words.append(ROLES["it" if token.thing.group in groups else "other"])
        elif role := _role(token, roles):
            words += [] if words and words[-1] == role else [role]
        else:
            words.append(token.text)
    return words


def plain_clause(sentence: str) -> str:
    """The words of a folded sentence in one line, as cues are looked for, with nothing in it named by its role."""
    return clause_of(masked(sentence, (), frozenset()))


def _role(token: Token, roles: Roles) -> str:
    """The mark of the longest name that a token belongs to, empty where it belongs to none."""
    around = [(end - start, role) for role, start, end in roles if start <= token.start and token.end <= end]
    return ROLES[max(around)[1]] if around else ""


def _scan(words: list[str], lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """What each word or run of words is: a class, or "unexplained"; neutral ones are left out."""
    clause = clause_of(words)
    at = 0
    free_until = 0
    aside_until = 0
    again = _next_verb(clause)
    while at < len(clause):
        end = clause.index(" ", at) + 1
        word = clause[at : end - 1]
        found = lexicon.at(clause, at, _NARROW)
        opened = lexicon.at(clause, at, ("describing",))
        if opened and (opened.row.scope != "description" or at < free_until) and (not found or opened.end >= found.end):
            free_until = max(free_until, _description(clause, opened))
            aside_until = free_until if opened.row.scope == "aside" else aside_until
            at = opened.end
        elif found:
            if kind := _kind(found, aside=at < aside_until, again=at >= again):
                yield kind, clause[at : found.end].strip()
            at = found.end
        else:
            if _is_word(word) and (at >= free_until or _is_loaded(word, lexicon, aside=at < aside_until)):
                yield "unexplained", _SHOWN.get(word, word)
            at = end


def is_plain(words: list[str], lexicon: Lexicon, *, named: bool) -> bool:
    """Whether words leave the name behind them as it is, each of them; a description counts where it is `named` behind a mark."""
    clause = clause_of(words)
    described = next(found_in(clause, ("describing",)), None)
    return (named or described is None) and next(_scan(words, lexicon), None) is None


def _next_verb(clause: str) -> int:
    """Where a second verb goes on behind the statement: "X is open to all and | works in Y"; the end where none does."""
    said = clause.find(ROLES["said"])
    places = (found.end() for found in _AND_DOES.finditer(clause, max(said, 0))) if said >= 0 else ()
    return next(iter(places), len(clause))


def _kind(found: Found, *, aside: bool, again: bool) -> str:
    """The class of a cue, empty where it changes nothing; what limits a reason, or what a second verb tells, is for a person."""
    kind = found.row.kind
    if kind == "neutral" or (aside and (kind in {"past", "planned", "window"} or found.words in _MIGHT)):
        return ""
    return "unexplained" if (aside and kind in {"limited", "supposed"}) or (again and kind == "limited") else kind


def _description(clause: str, opened: Found) -> int:
    """Where the words that describe end: at a closing mark, at the statement, or at a finite verb; an aside at a comma."""
    ends = (", ", "; ", ": ") if opened.row.scope == "aside" else _ENDS
    for at in range(opened.end, len(clause)):
        if clause[at] == ROLES["said"] or clause.startswith(ends, at):
            return at
    return len(clause)


def _is_word(word: str) -> bool:
    return word not in {ROLES["it"], ROLES["said"], ROLES["maker"]} and (word[0].isalnum() or "\ue000" <= word[0] <= "\ue00f")


def _is_loaded(word: str, lexicon: Lexicon, *, aside: bool = False) -> bool:
    """Whether a word may take the statement back; in an aside those of people and of earlier times may not."""
    found = lexicon.at(f"{word} ", 0, ("loaded",))
    return found is not None and not (aside and found.row.scope == "description")
