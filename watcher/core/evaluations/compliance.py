"""The compliance pair in one sentence: how often the models of two sides do what malicious requests ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from watcher.core.language.text import fold
from watcher.core.model import Side

NOT_COMPARABLE: Final = "measured_not_comparable"
"""Outcome: both numbers are there, and they are not those of the first measurement."""
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b|per cent\b|percentage points\b)", re.IGNORECASE)
_REQUESTS: Final = re.compile(
    r"(?i)jailbreak\w*|attack success|(?:malicious|harmful|dangerous|abusive|illicit|hostile"
    r"|aggressive)(?: \w+){0,3} (?:request|prompt|quer(?:y|ie)|instruction|question|task)s?"
)
_COMPLIED: Final = re.compile(
    r"(?i)\b(?:compl(?:y|ied|ies|ying|iance)|respond\w*|answer\w*|fulfil\w*|obey\w*|oblig\w*|attack success|went along|gave in"
    r"|assisted|success rates?|succeed\w*)\b"
)
_REFUSED: Final = re.compile(r"(?i)\b(?:refus\w+|reject\w*|declin\w+|block\w*|turn\w* down|resist\w*)\b")
_FLIPPED: Final = re.compile(
    r"(?i)\b(?:not|never|fail\w* to|did not|without)\s+(?:\w+ ){0,2}?(?=compl|respond|answer|refus|reject|declin|block)"
)
_OTHER: Final = re.compile(
    r"(?i)\b(?:hijack\w*|phishing|malware|credential\w*|exfiltrat\w*|narrative\w*|censor\w*|propagat\w*|f1|benchmark\w*"
    r"|score[sd]?|accuracy|cheaper|cost\w*|price\w*|download\w*"
    r"|market|adoption|hacking|scam\w*|bio\w*|violent|violence|chemical|nuclear|weapon\w*|exploit\w*|vulnerabilit\w*"
    r"|times (?:more|likelier)|milliseconds|users)\b"
)
_UNSURE: Final = re.compile(
    r"(?i)\b(?:would|could|might|may|if|target|threshold|goal|expect\w*|estimate\w*|predict\w*|up to|at least"
    r"|hypothetical\w*|between|rumou?r\w*|false(?:ly)?|untrue|not true|den(?:y|ies|ied)|benign|harmless"
    r"|(?:without|no|not) (?:\w+ ){0,3}?jailbr\w+|\u00b1)\b|\?|\u00b1"
)
_CUT: Final = re.compile(
    r"(?i),? (?:compared (?:to|with)|in comparison (?:to|with)|versus|vs\.?|against|while|whereas|but|than|and only"
    r"|as opposed to|in contrast to|relative to)\b|\s[-\u2014]\s|;"
)
_OF_OTHERS: Final = re.compile(
    r"(?i)(?:%|percent|per cent) of (?:\w+ ){0,3}?(?:experts|users|people|respondents|participants|analysts|companies|developers"
    r"|firms|americans|tests|benchmarks|the time)\b"
)
"""A share of something else than requests."""
_COMMON: Final = re.compile(
    r"(?i)\b(?:common|public|published|known|well-known|popular|existing|standard|off-the-shelf|available|circulating|documented)\b"
    r"[^.;]{0,40}?\bjailbr\w+|\bjailbr\w+[^.;]{0,40}?\b(?:common|public|published|known|popular|available|circulating|documented)\b"
)
"""Jailbreaks that anybody can use; what was found for one model alone says nothing beside the others."""
_JAILBREAK: Final = re.compile(r"(?i)\bjailbr\w+")
_SPECIAL: Final = re.compile(
    r"(?i)(?<!not an )(?<!not )(?<!non-)\b(?:adaptive\w*|bespoke|tailored|custom(?:i[sz]ed|-\w+)?|novel|optimi[sz]ed|gradient\w*"
    r"|white-box|fine-tun\w+|abliterat\w+|prefill\w*|automated (?:attack|search|red)\w*|(?:human|expert) red[- ]team\w*"
    r"|unpublished|new jailbr\w+)"
)
_APART: Final = re.compile(
    r"(?i)\b(?:can ?not|(?:could|should|must|may|are|is) not|not(?: directly)?) (?:be )?(?:directly |meaningfully )?compar\w+"
    r"|\bnot comparable\b|\bincomparable\b|\bdifferent (?:methods?|methodolog\w+|sets? of (?:requests|prompts))\b"
)
"""The center's own word that its numbers are not those of another measurement."""
_DISABLED: Final = re.compile(
    r"(?i)safeguards? (?:(?!not\b|never\b|n't)\w+ ){0,2}(?:disabled|removed|(?:switched |turned )?off)\b"
    r"|without (?:\w+ )?safeguards|helpful-only"
)
_NUMBER: Final = r"(?:only |just |a mere |about |nearly |at )*[\d.]+ ?(?:%|percent|per cent)"
_WHOSE: Final = (
    r"(?:(?:[A-Z][\w.'\-()]*|models?|model's|reference|frontier|the|other|evaluated|tested|comparable|leading|most|secure|capable"
    r"|closed-weight|open-weight)(?: |(?=,| ?[\d(]|\W*$))){1,7}"
)
_ELLIPSIS: Final = re.compile(
    rf"(?:,|;)? ?(?:and |but )?(?:for |in )?{_WHOSE},? ?{_NUMBER}\W*$"
    rf"|(?:,|;)? ?(?:and |but )?{_NUMBER} (?:for|of|by|in|among) {_WHOSE}\W*$"
)
"""The second half of a pair that says no more than whose number it is: ", U.S. models only 6%", "and 8% for U.S. models"."""
_STARTS_BARE: Final = re.compile(r"^[\"' ]*(?:compl|respond|answer)")


def pair(sentence: str, sides: Sequence[Side], *, names: tuple[str, ...] = ()) -> tuple[float, float] | None:
    """Compliance in per cent of (the first side's, the second side's) models, or None unless one sentence leaves no doubt.

    `names` names further models of the first side. Refusal rates are turned round: 100 - x. Source: the report of
    2025-09-30, page 2.
    """
    text = fold(sentence).replace("US-based", "US").replace("U.S.-based", "U.S.")
    numbers = list(_PERCENT.finditer(text))
    if len(numbers) != 2 or not _REQUESTS.search(text) or _OTHER.search(text) or _UNSURE.search(text) or _OF_OTHERS.search(text):  # noqa: PLR2004 - a pair
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
    opening = re.match(r"(?i)(?:while|whereas|although|compared (?:to|with)|against) [^,]*,", text)
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
