"""Small readings of a record's sentence: without its citations, how it was decided, with what tally, by which committee."""

from __future__ import annotations

import re

LONGEST = 1200
"""Characters of a row that are read; the longest real wordings stay below 600 before their page citations."""

_CITATION = re.compile(r" ?\((?=[^()]{0,400}\bCR\b)[^()]{0,400}\)")
_ASIDES = re.compile(
    r"\b(?:upon reconsideration|(?:pursuant to|under) the (?:order|provisions) of \d{1,2}/\d{1,2}/\d{2,4}"
    r"|(?:not )?having achieved \d+ votes in the affirmative),? ?"
)


def without_citations(text: str) -> str:
    """The sentence without its pages of the Congressional Record, which are added and corrected for days after."""
    return _CITATION.sub("", " ".join(text.split()))


def plain(text: str) -> str:
    """The text that wordings are matched on: lower case, single spaces, no citations, no asides of procedure."""
    return _ASIDES.sub("", without_citations(text[:LONGEST]).lower()).strip()


_BY_ROLL = re.compile(r"\bby (?:the )?(?:yea-nay|yeas and nays|recorded vote|roll call)|record vote number|roll no")
_BY_VOICE = re.compile(r"\bby voice vote|\bvoice vote\b")
_BY_CONSENT = re.compile(r"\b(?:by unanimous consent|without objection)\b")
_TALLY = re.compile(
    r"(?:yea-nay(?: vote)?|yeas and nays|recorded vote)[.:;]{0,2}(?: \(\d/\d required\):)? (\d{1,3}) ?[-\u2013] ?(\d{1,3})\b"
)
ROLL = re.compile(r"\b(?:record vote number: ?|\(roll no\. ?)(\d{1,4})\b")
CALENDAR = re.compile(r"\bcalendar no\. ?(\d{1,4})\b")
_LAW = re.compile(r"law no:? ?(\d{2,3}-\d{1,4})")
_COMMITTEE = re.compile(
    r"\bcommittees? on (?:the )?([a-z][a-z,;' -]{2,120}?)(?=\.|$| discharged| pursuant| by | for | with | reported| \()"
)
_AMENDED = re.compile(r"\bwith (?:an? )?(?:\w+ )?amendments?\b|\bas amended\b|\(amended\)|\b(?:senate|passed),? amended\b")
_UNAMENDED = re.compile(r"\bwithout (?:an )?amendments?\b")


def how(sentence: str) -> str:
    """How a question was decided: roll_call, voice, unanimous_consent, or "" where it is not said."""
    if _BY_ROLL.search(sentence):
        return "roll_call"
    if _BY_VOICE.search(sentence):
        return "voice"
    return "unanimous_consent" if _BY_CONSENT.search(sentence) else ""


def tally(sentence: str) -> tuple[int | None, int | None]:
    """Yeas and nays; consent and voice have none, which is not 0-0."""
    found = _TALLY.search(sentence)
    return (int(found[1]), int(found[2])) if found else (None, None)


def number(pattern: re.Pattern[str], sentence: str) -> int | None:
    """The number that a pattern finds."""
    found = pattern.search(sentence)
    return int(found[1]) if found else None


def amended(step: str, sentence: str) -> str:
    """Whether a measure was passed with an amendment of its text: yes, no, or "" where it is not said."""
    if step != "passed":
        return ""
    if _UNAMENDED.search(sentence):
        return "no"
    if _AMENDED.search(sentence):
        return "yes"
    return "no" if "suspend the rules and pass the" in sentence else ""


def law_of(step: str, sentence: str) -> str:
    """The number of a law, e.g. "119-37"."""
    found = _LAW.search(sentence) if step == "became_law" else None
    return found[1] if found else ""


def committee_of(step: str, sentence: str) -> str:
    """The committee that a step speaks of, in lower case."""
    if step not in {"referred", "rereferred", "discharged", "reported", "ordered_reported", "hearing", "discharge_rejected"}:
        return ""
    found = _COMMITTEE.search(sentence)
    return found[1].strip() if found else ""


_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAY = re.compile(rf"\b(\d{{1,2}})/(\d{{1,2}})/(\d{{4}})\b|\b({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})\b")


def day_taken_back(step: str, sentence: str) -> str:
    """The day whose actions a vitiation names, as YYYY-MM-DD."""
    found = _DAY.search(sentence) if step in {"vitiated", "passage_vitiated"} else None
    if not found:
        return ""
    if found[1]:
        return f"{int(found[3]):04d}-{int(found[1]):02d}-{int(found[2]):02d}"
    return f"{int(found[6]):04d}-{_MONTHS.index(found[4]) + 1:02d}-{int(found[5]):02d}"
