"""The day that a sentence gives to what it tells, when that day is past."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from watcher.core.sentences import fold

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME: Final = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_MONTH_FIRST: Final = re.compile(rf"(?i)\b{_NAME} (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (20\d\d))?(?! ?(?:%|percent))")
_DAY_FIRST: Final = re.compile(rf"(?i)\b(\d{{1,2}})(?:st|nd|rd|th)? {_NAME}(?:,? (20\d\d))?\b")
_MONTH_ALONE: Final = re.compile(
    rf"(?i)^\W*(?:but |and )?(?:back )?(?:in|last) (?:early |mid-?|late )?{_NAME}(?! ?\d{{1,2}}\b)(?: (20\d\d))?\b"
)
"""A month that opens the sentence: "In June we suspended …"; elsewhere it may date something beside it."""
_ISO: Final = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")


def retold_on(sentence: str, told: datetime) -> datetime | None:
    """End of the latest past day that the sentence names, at most `told` (aware); without a year the last such day."""
    text = fold(sentence)
    days = [(m[3], m[1], m[2]) for m in _MONTH_FIRST.finditer(text)] + [(m[3], m[2], m[1]) for m in _DAY_FIRST.finditer(text)]
    found = [day for year, month, number in days if (day := _day(year, month, number, told))]
    found += [day for m in _ISO.finditer(text) if (day := _on(int(m[1]), int(m[2]), int(m[3])))]
    found = found or [day for m in _MONTH_ALONE.finditer(text) if (day := _last_of(m[2], m[1], told))]
    past = [day for day in found if day <= told]
    return min(max(past) + timedelta(days=1, seconds=-1), told) if past else None


def _day(year: str | None, month: str, number: str, told: datetime) -> datetime | None:
    at = _MONTHS.index(month[:3].lower()) + 1
    if year:
        return _on(int(year), at, int(number))
    this = _on(told.year, at, int(number))
    return this if this and this <= told + timedelta(days=31) else _on(told.year - 1, at, int(number))


def _last_of(year: str | None, month: str, told: datetime) -> datetime | None:
    """The last day of a month that is over; a month without a year that is not over names nothing."""
    at = _MONTHS.index(month[:3].lower()) + 1
    of = int(year) if year else told.year - (at > told.month)
    return datetime(of + at // 12, at % 12 + 1, 1, tzinfo=UTC) - timedelta(days=1) if (of, at) < (told.year, told.month) else None


def _on(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
