"""Words of English that tell who does what, and whether it is said to be so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from watcher.core.phrases import Thing


def words_of(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


AUXILIARIES: Final = words_of(
    "is are was were be been being am has have had having 's 've 're 'll will would shall should can could may might must"
    " do does did not"
    " becomes become became becoming remains remain remained stays stay stayed goes go went gets got made makes make making"
    " keeps kept keep"
    " need needs no never longer yet"
)
ADVERBS: Final = words_of(
    "now today also already currently still finally officially widely fully generally only just soon again immediately"
    " initially newly"
    " formally temporarily permanently globally worldwide publicly then first recently effectively quickly completely entirely"
    " indefinitely briefly actually really even ever broadly here there once both all each as"
)
PREPOSITIONS: Final = words_of(
    "unlike except excluding below above despite "
    "for on in of with by to from via through using than like as alongside about against beyond into onto over under behind"
    " within inside"
    " between among across without besides near at per versus vs including around"
)
HEADS: Final = words_of("access availability release rollout launch version versions variant edition use preview")
"""Nouns that speak of the thing itself: "access to X is suspended" is about X, "caching for X is available" is not."""
VARIANTS: Final = words_of("version versions variant edition")
"""Of these a name is only the origin: "a version of X" is not X."""
PARTICIPLES: Final = words_of(
    "along together built based powered derived trained made modeled modelled distilled compared developed"
)
DETERMINERS: Final = words_of("a an the our its their this these that those his her your my both two three another such some")
MODEL_NOUNS: Final = words_of("model models version versions system systems release lineup family assistant ai llm")
RELATIVE: Final = words_of("that which who")
OFFERED: Final = words_of("available offered provided deployed shipped accessible open opened given released launched")
PRONOUNS: Final = words_of("it they them this these both he she")
JOINERS: Final = words_of("and or & / plus nor")
NOMINAL: Final = words_of("general public broad wide self-serve ga availability release launch rollout")
"""Words with which an opening that is a noun begins: "general availability of X"."""
ORDINALS: Final = words_of("first second third fourth fifth sixth seventh latest newest only")
TIMES: Final = words_of(
    "from as of since starting beginning effective on in today now this next last week month morning afternoon evening"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september"
    " october november december jan feb mar apr jun jul aug sep sept oct nov dec late early mid earlier utc et pt am pm"
)
"""Words that a time before the subject is made of: "as of Tuesday", "from January 12"."""
ENTERS: Final = words_of("ships launches arrives comes debuts enters lands starts begins rolls opens sits lives")
"""Verbs by which a thing comes to where it stands: "ships today as a private beta"."""
GENERIC: Final = re.compile(
    r"(?i)\b(?:any|every other|other|another|previous|prior|earlier|existing|older|most|rival|competing|all other|all"
    r"|no other|some)"
    r"(?: \w[\w\-]*){0,4} models?\b"
)
"""Models without a name: "any model we have ever made generally available"."""
BOUNDARIES: Final = words_of("; : | \u2014 but while whereas although though however yet because since instead meanwhile")
TOKEN: Final = re.compile(r"\d{1,2}:\d\d(?!\d)|\d+(?:[.,]\d+)*%?|[A-Za-z\u00c0-\u024f][\w.\-]*\w|'\w+|[^\W\d_]|\S")


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
