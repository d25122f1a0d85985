"""A text in sentences, words and marks, and the steps by which one walks along them; what is quoted stays verbatim."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Final

from watcher.core.language.lexicon import MASKS, TOKEN, cue, word_set

MAX_TEXT: Final = 200_000
"""Characters of one entry that are read; a longer one is cut."""
MAX_LINE: Final = 20_000
"""Characters of one line that are searched for the ends of its sentences at a time."""
MAX_SENTENCE: Final = 1_200
"""Characters of one sentence; a longer one is cut into pieces, so that time stays bounded."""
MAX_SENTENCES: Final = 2_000

_FOLDED: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\uff07\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"),
        **dict.fromkeys("\u2014\u2015", " \u2014 "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", None),
        "_": " ",
    }
)
MOST_MARKS: Final = 30
"""Marks on one letter that are read, as in the stream-safe form (UAX 15, 12): to order more takes the square of their number."""
_TURNS_INTO_MARKS: Final = "\u0f73\u0f75\u0f81\uff9e\uff9f"
_MAY_HEAP: Final = re.compile(rf"[^\x00-\x7f]{{{MOST_MARKS},}}")
"""Where there may be more: searched a good deal faster than for marks."""
_CONTRACTIONS: Final = re.compile(r"(?i)\b(can|won|ain)(?:'|no)t\b|n't\b")
_MARKER: Final = re.compile(r"^(?:[-*+]|#{1,6}|\d{1,2}[.)]|>)\s+")
_BREAK: Final = re.compile(
    r"(?:(?<![.!?])[.!?]++[\"'\u201d\u2019)\]*]*+|\s\.\.\.|\s\u2026)\s++(?=[\"'\u201c\u2018(\[*]*+[A-Z0-9\u00c0-\u00de$~])"
)
"""A run of marks is tried once, from its first, and given back never: else a line of dots costs the square of its length."""
_ABBREVIATION: Final = re.compile(
    r"(?:\b[A-Za-z]|\b(?:inc|corp|ltd|co|st|dr|mr|mrs|ms|sen|rep|gov|gen|vs|etc|approx|fig|sec|e\.g|i\.e|cf|al"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec))\.$",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_BLOCK: Final = re.compile(
    r"(?i)</?(?:p|li|ul|ol|div|br|h[1-6]|tr|table|section|article|blockquote)\b[^<>]{0,300}>|[\r\n\v\f\x1c-\x1e\x85\u2022\u25cf\u2028\u2029]+"
)
"""Where a line ends: a break, the mark of an item, or a tag that begins another paragraph, item or row."""
_EMPHASIS: Final = re.compile(r"\*\*+|`+|(?<!\w)__|__(?!\w)")
_COMMAND: Final = re.compile(r"`(?:/|--)[^`\n]{1,80}`")
"""A command among the words: it names nothing."""
_NUMBER: Final = re.compile(r"\b[Nn]os?\.$")


def fold(text: str) -> str:
    """One spelling for comparing: NFKC, straight quotes and hyphens, single spaces, "n't" as " not"; capitals stay."""
    if text.isascii():  # most texts are, and have nothing to normalise
        folded = text.replace("`", "'").replace("_", " ")
    else:
        text = text.translate(_FOLDED)
        if _MAY_HEAP.search(text):
            text = _heaps().sub(r"\1", text)
        folded = unicodedata.normalize("NFKC", text).translate(_FOLDED)
    if "n't" in folded or "not" in folded or "N'T" in folded or "NOT" in folded:
        folded = _CONTRACTIONS.sub(_uncontracted, folded)
    return " ".join(folded.split())


@cache
def _heaps() -> re.Pattern[str]:
    """More marks on one letter than are read, those that are read as its group."""
    marks = "".join(filter(unicodedata.combining, map(chr, range(0x300, 0x1F000)))) + _TURNS_INTO_MARKS
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})[{marks}]+")


def plain(text: str) -> str:
    """A sentence without what is left of markup: tags, character references, marks of emphasis and code."""
    if "&" in text:
        text = unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "`" in text:
        text = _COMMAND.sub(" ", text)
    return _EMPHASIS.sub(" ", text) if "*" in text or "`" in text or "__" in text else text


def _uncontracted(found: re.Match[str]) -> str:
    stem = (found[1] or "").lower()
    return {"": " not", "can": "can not", "won": "will not", "ain": "is not"}[stem]


def split(text: str) -> tuple[str, ...]:
    """Sentences of a text, verbatim and in order; a line (list item, heading, table row) ends one, too."""
    found: list[str] = []
    for line in _BLOCK.split(text[:MAX_TEXT]):
        for part in _cut(_MARKER.sub("", line.strip())):
            found += _of_line(part)
        if len(found) >= MAX_SENTENCES:
            break
    return tuple(found[:MAX_SENTENCES])


def _cut(line: str) -> list[str]:
    """The line in pieces that may be searched: each ends where a sentence may, or else at its bound."""
    pieces: list[str] = []
    while len(line) > MAX_LINE:
        end = line.rfind(". ", MAX_LINE // 2, MAX_LINE)
        at = MAX_LINE if end < 0 else end + len(". ")
        pieces.append(line[:at])
        line = line[at:]
    return [*pieces, line]


def _of_line(line: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    for gap in _BREAK.finditer(line):
        if _ABBREVIATION.search(line, max(start, gap.start() - 8), gap.start() + 1):
            continue
        if line[gap.end()].isdigit() and _NUMBER.search(line, max(start, gap.start() - 4), gap.start() + 1):
            continue
        pieces += _pieces(line[start : gap.end()])
        start = gap.end()
    return pieces + _pieces(line[start:])


def _pieces(sentence: str) -> list[str]:
    whole = sentence.strip()
    if len(whole) <= MAX_SENTENCE:
        return [whole] if whole else []
    return [part.strip() for at in range(0, len(whole), MAX_SENTENCE) if (part := whole[at : at + MAX_SENTENCE]).strip()]


AUXILIARIES: Final = word_set("auxiliary")
ADVERBS: Final = word_set("adverb")
PREPOSITIONS: Final = word_set("preposition")
HEADS: Final = word_set("access_noun")
VARIANTS: Final = word_set("variant")
PARTICIPLES: Final = word_set("origin")
DETERMINERS: Final = word_set("determiner")
MODEL_NOUNS: Final = word_set("model_noun")
RELATIVE: Final = word_set("relative")
OFFERED: Final = word_set("offered")
PRONOUNS: Final = word_set("pronoun")
JOINERS: Final = word_set("joiner")
NOMINAL: Final = word_set("opening_noun")
ORDINALS: Final = word_set("ordinal")
TIMES: Final = word_set("time_word")
ENTERS: Final = word_set("entering")
GENERIC: Final = cue("generic", "beside", "sentence")
"""Models without a name: "any model we have ever made generally available"."""
BOUNDARIES: Final = word_set("boundary")
SUBJECT_PRONOUNS: Final = word_set("subject_pronoun")
_ARTICLES: Final = word_set("article")
_LIMITED: Final = OFFERED | word_set("limiting")
_OPENS_NOUN_PHRASE: Final = DETERMINERS | word_set("opens_noun_phrase")
_LIST_ENDS: Final = word_set("list_end")
_LIST_WORDS: Final = JOINERS | word_set("list_word")


@dataclass(frozen=True, slots=True)
class Thing:
    """A named thing as a sentence names it."""

    group: str
    name: str
    """Its first name in the vocabulary, with the version: "Claude Fable 5.2"."""
    said: str
    version: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a mark or a named thing of a folded sentence."""

    text: str
    """Lower case; empty for a named thing."""
    start: int
    end: int
    thing: Thing | None = None


def tokens(sentence: str, things: tuple[Thing, ...]) -> tuple[Token, ...]:
    """Words, marks and named things from left to right; a generic "any other model" is a thing of group "generic"."""
    masks = sorted((*things, *_generic(sentence, things)), key=lambda thing: thing.start)
    out: list[Token] = []
    at = 0
    for thing in masks:
        out += _plain(sentence, at, thing.start)
        out.append(Token("", thing.start, thing.end, thing))
        at = thing.end
    return (*out, *_plain(sentence, at, len(sentence)))


def _generic(sentence: str, things: tuple[Thing, ...]) -> list[Thing]:
    found = [Thing("generic", m[0], m[0], "", m.start(), m.end()) for m in GENERIC.finditer(sentence)]
    return [one for one in found if not any(thing.start < one.end and one.start < thing.end for thing in things)]


def _plain(sentence: str, start: int, end: int) -> list[Token]:
    return [Token(m[0].lower(), m.start(), m.end()) for m in TOKEN.finditer(sentence, start, end)]


SKIPPED: Final = AUXILIARIES | ADVERBS
REACH: Final = 14
"""Words that an apposition or an object may be long."""
_NOUN_PHRASE: Final = 8
"""Words that "our most capable …" may be long."""


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
    inner: tuple[int, int] = (0, 0)
    """Tokens of a phrase that are read for themselves: its object, what it lets stand in it, or the preposition at its end."""
    row: bool = False
    """Whether it is the row of a table: then nothing outside of it is meant."""
    sentence: str = ""
    """The folded sentence, the names of the maker and its programmes written over (Vocabulary.masked)."""


def is_maker(token: Token) -> bool:
    """Whether a token is the name of the maker."""
    return token.text.startswith(MASKS["maker"])


def has_auxiliary(scene: Scene) -> bool:
    """Whether an auxiliary stands right before the phrase, adverbs aside."""
    at = scene.start - 1
    while at >= 0 and scene.tokens[at].text in ADVERBS:
        at -= 1
    return at >= 0 and scene.tokens[at].text in AUXILIARIES | RELATIVE


def before_brackets(tokens: tuple[Token, ...], at: int) -> int:
    """Position left of brackets, marks, adverbs and auxiliaries that end at `at`."""
    while at >= 0:
        text = tokens[at].text
        if text == ")":
            while at >= 0 and tokens[at].text != "(":
                at -= 1
            at -= 1
        elif text and (text in SKIPPED or text in {'"', "'", "(", "*"}):
            at -= 1
        else:
            break
    return at


def before_article(tokens: tuple[Token, ...], at: int) -> int:
    """Left of "[is available] as a", so that what is offered as something is the subject."""
    if at >= 0 and tokens[at].text in _ARTICLES:
        at = before_brackets(tokens, at - 1)
    if at > 0 and tokens[at].text in {"in", "under"} and tokens[at - 1].text in SKIPPED | OFFERED:
        at = before_brackets(tokens, at - 1)
    elif at > 0 and tokens[at].text in {"to", "for"} and tokens[at - 1].text in _LIMITED:
        at -= 1
    elif at > 1 and tokens[at].text in {"to", "for"} and tokens[at - 1].text == "," and tokens[at - 2].thing:
        return at - 2  # "…, and X, for verified organizations"
    while at > 0 and tokens[at].text in OFFERED | ENTERS and (tokens[at - 1].text in SKIPPED or tokens[at - 1].thing):
        at = before_brackets(tokens, at - 1)
    return at


def noun_phrase_start(tokens: tuple[Token, ...], at: int) -> int:
    """Position left of "our most capable", "the first": what precedes the noun phrase that ends at `at`."""
    for _ in range(_NOUN_PHRASE):
        if (
            at < 0
            or tokens[at].thing
            or not tokens[at].text[0].isalpha()
            or tokens[at].text in AUXILIARIES | PREPOSITIONS | RELATIVE
        ):
            return at
        if tokens[at].text in _OPENS_NOUN_PHRASE and (at == 0 or tokens[at - 1].text not in DETERMINERS):
            return at - 1
        at -= 1
    return at


_MAX_LIST_TOKENS: Final = 60
"""Tokens that a list may be long."""


def list_right(tokens: tuple[Token, ...], at: int) -> tuple[Thing, ...]:
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
        elif token.text in _LIST_ENDS or len(between) > REACH:
            break
        else:
            between.append(token.text)
    return tuple(thing for thing in found if thing)


def list_left(tokens: tuple[Token, ...], at: int) -> tuple[int, tuple[Thing, ...]]:
    """Position of the first of a coordinated list that ends at `at`, and its things from left to right."""
    found = [tokens[at].thing]
    first = at
    between: list[str] = []
    for n in range(at - 1, max(at - _MAX_LIST_TOKENS, -1), -1):
        token = tokens[n]
        if token.thing and _joins(list(reversed(between))):
            found.append(token.thing)
            first, between = n, []
        elif token.thing or len(between) > REACH:
            break
        else:
            between.append(token.text)
    return first, tuple(thing for thing in reversed(found) if thing)


def _joins(between: list[str]) -> bool:
    """Whether the words between two things coordinate them."""
    plain = _without_brackets(between)
    if plain and all(word in _LIST_WORDS for word in plain):
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


_PLURAL: Final = word_set("plural")
_SINGULAR: Final = word_set("singular")


def anaphor(scene: Scene, words: list[str], at: int) -> tuple[Thing, ...]:
    """What a pronoun stands for: two or more things for a plural, else the nearest thing before it or the topic."""
    if _PLURAL.intersection(words):
        near = tuple(token.thing for token in scene.tokens[:at] if token.thing and token.thing.group != "generic")
        return near if len(near) > 1 else scene.plural or near or scene.topic
    if _SINGULAR.intersection(words):
        # "Any organization with a Y account can call it": a thing among the words of the phrase is not what it is said of.
        named = ((n, token.thing) for n, token in enumerate(scene.tokens[: min(at, scene.start)]))
        before = next((thing for n, thing in named if thing and not _is_beside_it(scene, n)), None)
        return (before,) if before else scene.topic[:1] or scene.topic
    return ()


def _is_beside_it(scene: Scene, at: int) -> bool:
    """Whether a thing stands behind a preposition in a sentence of what was spoken of: "It builds on X, and it …"."""
    return bool(scene.topic) and scene.tokens[0].text == "it" and scene.tokens[at - 1].text in PREPOSITIONS
