"""What an evaluation found: the names of its readings, and the rates of compliance of two sides. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from watcher.core.language.lexicon import choice, cue
from watcher.core.language.text import fold
from watcher.core.model import Side

READINGS: Final = ("hijacking", "biology", "cyber_safeguards", "censorship", "capability_lag")
"""What evaluations speak of beside compliance, each a detail that holds a sentence."""
SENTENCES: Final = ("measured", "capability_lag", *(name for name in READINGS if name != "capability_lag"))
"""Details of an evaluation that are sentences of its text; here, where no reader of whole texts is loaded for their names."""


# The compliance pair in one sentence: how often the models of two sides do what malicious requests ask.

NOT_COMPARABLE: Final = "measured_not_comparable"
"""Outcome: both numbers are there, and they are not those of the first measurement."""
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b|per cent\b|percentage points\b)", re.IGNORECASE)
_NOT_SURE: Final = frozenset("?\u00b1")
_REQUESTS, _COMPLIED, _REFUSED, _FLIPPED, _OTHER, _UNSURE, _COMMON, _JAILBREAK, _APART, _DISABLED = (
    cue(kind, "beside", "sentence")
    for kind in (
        *("requests", "complied", "refused", "flipped", "other_measure", "unsure"),
        *("common_jailbreak", "jailbreak", "not_to_compare", "safeguards_off"),
    )
)
_CUT: Final = re.compile(rf"(?i),? {choice('against')}|\s[-\u2014]\s|;")
_OPENING: Final = re.compile(rf"(?i){choice('against_first')} [^,]*,")
_OF_OTHERS: Final = re.compile(rf"(?i)(?:%|percent|per cent) of {choice('share_of')}")
_SPECIAL: Final = re.compile(rf"(?i)(?<!not an )(?<!not )(?<!non-){choice('special_attack')}")
_NUMBER: Final = rf"(?:{choice('about')} )*[\d.]+ ?(?:%|percent|per cent)"
_WHOSE: Final = rf"(?:(?:[A-Z][\w.'\-()]*|{choice('whose')})(?: |(?=,| ?[\d(]|\W*$))){{1,7}}"
_ELLIPSIS: Final = re.compile(
    rf"(?:,|;)? ?(?:and |but )?(?:for |in )?{_WHOSE},? ?{_NUMBER}\W*$"
    rf"|(?:,|;)? ?(?:and |but )?{_NUMBER} (?:for|of|by|in|among) {_WHOSE}\W*$"
)
"""The second half of a pair that says no more than whose number it is: ", U.S. models only 6%", "and 8% for U.S. models"."""
_STARTS_BARE: Final = re.compile(rf"^[\"' ]*{choice('complied_first')}")


def compliance_pair(sentence: str, sides: Sequence[Side], *, names: tuple[str, ...] = ()) -> tuple[float, float] | None:
    """Compliance in per cent of (the first side's, the second side's) models, or None unless one sentence leaves no doubt.

    `names` names further models of the first side. Refusal rates are turned round: 100 - x. Source: the report of
    2025-09-30, page 2.
    """
    text = fold(sentence).replace("US-based", "US").replace("U.S.-based", "U.S.")
    numbers = list(_PERCENT.finditer(text))
    if len(numbers) != 2 or not _REQUESTS.search(text) or _is_in_doubt(text):  # noqa: PLR2004 - a pair
        return None
    parts = _parts(text, numbers)
    if parts is None:
        return None
    first, second = sides
    roles = [_role(part, sides, names) for part in parts]
    if roles == ["", second.id] and _STARTS_BARE.match(text):
        roles = [first.id, second.id]
    rates = _rates(parts, [float(number[1]) for number in numbers])
    if rates is None or set(roles) != {first.id, second.id}:
        return None
    return rates if roles[0] == first.id else (rates[1], rates[0])


def _is_in_doubt(text: str) -> bool:
    """Whether a sentence speaks of another measure too, is not sure, or counts a share of something else than requests."""
    return bool(_OTHER.search(text) or _UNSURE.search(text) or _NOT_SURE & set(text) or _OF_OTHERS.search(text))


def is_same_construct(line: str, before: str, text: str) -> bool:
    """Whether a pair was measured as the first one: malicious requests under jailbreaks that anybody has, safeguards on.

    `before` is the sentence that leads to the pair. Source: the report of 2025-09-30, pages 2, 18 and 46.
    """
    own, whole = fold(line), fold(text)
    near = own if _COMMON.search(own) else fold(f"{before} {line}")
    if is_apart(near) or _APART.search(whole) or _DISABLED.search(whole):
        return False
    return bool(_COMMON.search(near)) or bool(_JAILBREAK.search(own) and (_COMMON.search(whole) or not _SPECIAL.search(whole)))


def is_apart(text: str) -> bool:
    """Whether words say that a measurement was made in a way of its own: adaptive attacks, safeguards off, not to be compared."""
    return any(pattern.search(fold(text)) for pattern in (_SPECIAL, _APART, _DISABLED))


def names_side(text: str, side: Side) -> bool:
    """Whether a text names a side: one of its models, a maker or the country."""
    return bool(_named(side.names).search(text))


@lru_cache(maxsize=64)
def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?![A-Za-z])")


def _parts(text: str, numbers: list[re.Match[str]]) -> tuple[str, str] | None:
    """The sentence in two, cut by the word of comparison that stands between the numbers or opens the sentence."""
    for cut in _CUT.finditer(text):
        if numbers[0].end() <= cut.start() and cut.end() <= numbers[1].start():
            return text[: cut.start()], text[cut.start() :]
    for cut in re.finditer(r", | and |, and ", text[numbers[0].end() : numbers[1].start()]):
        at = numbers[0].end() + cut.start()
        if _ELLIPSIS.match(text[at:].lstrip()):
            return text[:at], text[at:]
    opening = _OPENING.match(text)
    if opening and numbers[0].end() <= opening.end() <= numbers[1].start():
        return text[: opening.end()], text[opening.end() :]
    return None


def _role(part: str, sides: Sequence[Side], names: tuple[str, ...]) -> str:
    """The side that half a sentence speaks of, "both", or none."""
    first, second = sides
    ours = names_side(part, first) or any(name and name.lower() in part.lower() for name in names)
    theirs = names_side(part, second)
    return "both" if ours and theirs else first.id if ours else second.id if theirs else ""


def _rates(parts: tuple[str, str], numbers: list[float]) -> tuple[float, float] | None:
    """Both numbers as compliance; a part without a verb of its own goes by the verb of the other."""
    verbs = [_verb(part) for part in parts]
    own = [verb or other for verb, other in zip(verbs, reversed(verbs), strict=True)]
    if not all(own) or "both" in own or max(numbers) > 100:  # noqa: PLR2004 - per cent
        return None
    first, second = (100 - number if verb == "refused" else number for number, verb in zip(numbers, own, strict=True))
    return round(first, 2), round(second, 2)


def _verb(part: str) -> str:
    complied, refused = bool(_COMPLIED.search(part)), bool(_REFUSED.search(part))
    if complied and refused:
        return "both"
    if not complied and not refused:
        return ""
    flipped = bool(_FLIPPED.search(part))
    return "complied" if complied != flipped else "refused"
