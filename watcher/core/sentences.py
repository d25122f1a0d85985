"""Text into sentences: what is quoted stays verbatim, what is compared is folded to one spelling."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import Final

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
_CONTRACTIONS: Final = re.compile(r"(?i)\b(can|won|ain)(?:'|no)t\b|n't\b")
_MARKER: Final = re.compile(r"^(?:[-*+\u2022\u25cf]|#{1,6}|\d{1,2}[.)]|>)\s+")
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
    r"(?i)</?(?:p|li|ul|ol|div|br|h[1-6]|tr|table|section|article|blockquote)\b[^<>]{0,300}>|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+"
)
"""Where a line ends: a break, or a tag that begins another paragraph, item or row."""
_EMPHASIS: Final = re.compile(r"\*\*+|`+|(?<!\w)__|__(?!\w)")
_NUMBER: Final = re.compile(r"\b[Nn]os?\.$")


def fold(text: str) -> str:
    """One spelling for comparing: NFKC, straight quotes and hyphens, single spaces, "n't" as " not"; capitals stay."""
    if text.isascii():  # most texts are, and have nothing to normalise
        folded = text.replace("`", "'").replace("_", " ")
    else:
        folded = unicodedata.normalize("NFKC", text.translate(_FOLDED)).translate(_FOLDED)
    if "n't" in folded or "not" in folded or "N'T" in folded or "NOT" in folded:
        folded = _CONTRACTIONS.sub(_uncontracted, folded)
    return " ".join(folded.split())


def plain(text: str) -> str:
    """A sentence without what is left of markup: tags, character references, marks of emphasis and code."""
    if "&" in text:
        text = unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
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
