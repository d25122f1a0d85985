"""Reading dates as publishers write them, as moments in UTC, or None: a wrong date is worse than none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache

FIRST_YEAR, LAST_YEAR = 1985, 2200
"""Outside of these a date is a default or a mistake (year 0, 1970-01-01, 9999), and arithmetic on it may overflow."""

_LONGEST = 80
_ZONES = {
    name: hours * 60
    for hours, names in (
        *(
            (0, ("", "z", "ut", "utc", "gmt", "wet")),
            (-5, ("est", "cdt")),
            (-4, ("edt", "ast")),
            (-6, ("cst", "mdt")),
            (-7, ("mst", "pdt")),
        ),
        *((-8, ("pst", "akdt")), (-9, ("akst",)), (-10, ("hst",)), (-3, ("adt",)), (1, ("bst", "west", "cet", "mez"))),
        *(
            (2, ("cest", "mesz", "eet")),
            (3, ("eest", "msk")),
            (8, ("hkt", "sgt")),
            (9, ("jst", "kst")),
            (10, ("aest",)),
            (11, ("aedt",)),
        ),
        *((12, ("nzst",)), (13, ("nzdt",))),
    )
    for name in names
}
"""Minutes ahead of UTC. feedparser and email.utils read "CEST" as UTC."""

_EASTERN = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero janeiro gennaio",
            "feb february februar fevrier février febrero fevereiro febbraio",
            "mar march märz maerz mars marzo março marco",
            "apr april avril abril aprile",
            "may mai mayo maio maggio",
            "jun june juni juin junio junho giugno",
            "jul july juli juillet julio julho luglio",
            "aug august août aout agosto",
            "sep sept september septembre septiembre setembro settembre",
            "oct okt october oktober octobre octubre outubro ottobre",
            "nov november novembre noviembre novembro",
            "dec dez december dezember décembre decembre diciembre dezembro dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = (
    r"(?:\D{0,6}?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
    r"\s*(?P<zone>[+-]\d{2}:?\d{2}|[A-Za-z]{1,5}\b)?)?"
)
_SHAPES = (
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
    r"(?:[^\W\d]{2,12}\.?,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º|er)?[\s-]+(?:(?:of|de|do)\s+)?(?P<name>[^\W\d]{3,10})\.?,?[\s-]+(?:(?:de|del|do)\s+)?(?P<year>\d{4}|\d{2})(?!\d)",
    r"(?:[^\W\d]{2,12}\.?,\s*)?(?P<name>[^\W\d]{3,10})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?!\d)",
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]",
)
_RFC = re.compile(r"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|UTC|Z|[+-]\d{4})")
_SHORT = {name: number for name, number in _MONTHS.items() if len(name) == 3 and name.isascii()}  # noqa: PLR2004 - three letters
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)")
_BASIC_ISO = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?")
_CENTURY = 70


def read_date(raw: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment in UTC that a text gives from its start on; None where it gives none, or one outside 1985 to 2200.

    RFC 822 and ISO 8601 dates, dates in words in English and the languages of release notes, with or without a time.
    `zone` holds where the text names none. A date of digits alone is read only with the year first: 03/04/2026 has two
    meanings.
    """
    raw = raw.strip()
    if not raw or len(raw) > _LONGEST * 5:
        return None
    try:
        return _in_range(_read_rfc(raw) or _read_iso(raw) or _read_any(raw[:_LONGEST], zone))
    except (ValueError, OverflowError):
        return None


def find_date(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The first date anywhere in a short text, such as a heading: "0.108.0 (2026-06-09)"."""
    text = text[: _LONGEST * 2]
    for start in [0, *(found.end() for found in re.finditer(r"[\s(\[:|]+", text))]:
        moment = read_date(text[start:], zone)
        if moment is not None:
            return moment
    return None


def read_epoch(value: float) -> datetime | None:
    """Seconds, or milliseconds, since 1970 as a moment in UTC."""
    seconds = value / 1000 if abs(value) > 1e11 else value  # noqa: PLR2004 - 1e11 seconds are the year 5138
    try:
        return _in_range(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """An IANA time zone; UTC for an empty name. Raises KeyError (ZoneInfoNotFoundError) or ValueError for a wrong one."""
    if not name:
        return UTC
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - most dates name their zone

    return ZoneInfo(name)


def _in_range(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _read_rfc(raw: str) -> datetime | None:
    """The one form that nearly every RSS feed uses, quickly."""
    found = _RFC.fullmatch(raw)
    if found is None:
        return None
    day, name, year, hour, minute, second, offset = found.groups()
    month = _SHORT.get(name.lower())
    if month is None:
        return None
    moment = datetime(int(year), month, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
    return moment - _offset(offset)


def _read_iso(raw: str) -> datetime | None:
    """The one form that every Atom feed uses, quickly."""
    if _ISO.fullmatch(raw):
        return datetime.fromisoformat(raw).astimezone(UTC)
    basic = _BASIC_ISO.match(raw)
    return datetime.fromisoformat(raw).replace(tzinfo=UTC) if basic and raw == basic.group() else None


@cache
def _shapes() -> tuple[re.Pattern[str], ...]:
    """The other forms, compiled when a date first needs them: feeds rarely do."""
    return tuple(re.compile(shape + _TIME, re.IGNORECASE) for shape in _SHAPES)


def _read_any(raw: str, zone: tzinfo) -> datetime | None:
    """Any other form, from the start of the text."""
    for shape in _shapes():
        found = shape.match(raw)
        if found is not None:
            parts = found.groupdict()
            day = _day(parts)
            return _moment(day, parts, zone) if day is not None else None
    return None


def _day(parts: dict[str, str | None]) -> date | None:
    """The calendar day; None for a word that is no month."""
    year, day = int(parts["year"] or 0), int(parts["day"] or 0)
    if len(parts["year"] or "") == 2:  # noqa: PLR2004 - two digits, RFC 822
        year += 1900 if year >= _CENTURY else 2000
    name = (parts.get("name") or "").casefold()
    month = int(parts.get("month") or _MONTHS.get(name) or 0)
    return date(year, month, day) if month else None


def _moment(day: date, parts: dict[str, str | None], zone: tzinfo) -> datetime:
    """The day with its time, in UTC."""
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if parts["half"]:
        hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
    at = datetime(day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=UTC)
    named = (parts["zone"] or "").lower()
    if named in _EASTERN:
        return at.replace(tzinfo=zone_named(_EASTERN[named])).astimezone(UTC)
    if parts["hour"] is None or not named or (named[0].isalpha() and named not in _ZONES):
        return at.replace(tzinfo=zone).astimezone(UTC)
    return at - (timedelta(minutes=_ZONES[named]) if named[0].isalpha() else _offset(named))


@lru_cache(maxsize=64)
def _offset(text: str) -> timedelta:
    """+0130, -05:00, Z and GMT as time ahead of UTC."""
    digits = text.replace(":", "")
    if digits[0] not in "+-":
        return timedelta()
    ahead = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(ahead if digits[0] == "+" else -ahead).utcoffset(None)
