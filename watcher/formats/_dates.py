# ruff: noqa: RUF001 - the months of other alphabets
"""Reading dates as publishers write them, as moments in UTC, or None: a wrong date is worse than none."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from typing import NoReturn
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1985, 2200
"""Outside of these a date is a default or a mistake (year 0, 1970-01-01, 9999), and arithmetic on it may overflow."""

_MAX_DATE_CHARACTERS = 80
_HOURS = {
    0: "z ut utc uct gmt wet zulu",
    1: "bst west cet met mez wat",
    2: "cest mest mesz eet cat sast",
    3: "eest msk eat trt",
    3.5: "irst",
    4: "msd azt",
    5: "pkt uzt",
    5.75: "npt",
    7: "ict wib",
    8: "hkt sgt awst pht wita",
    9: "jst kst wit",
    9.5: "acst",
    10: "aest",
    10.5: "acdt",
    11: "aedt",
    12: "nzst",
    13: "nzdt",
    -2.5: "ndt",
    -3: "adt brt art",
    -3.5: "nst",
    -4: "edt ast clt",
    -5: "est cdt pet",
    -6: "cst mdt",
    -7: "mst pdt",
    -8: "pst akdt",
    -9: "akst",
    -10: "hst",
}
_ZONES = {name: timedelta(hours=hours) for hours, names in _HOURS.items() for name in names.split()}
"""How far a zone is ahead of UTC; feedparser and email.utils read "CEST" as UTC.

The names of RFC 822 mean what it says. Not here: names that mean different zones to different people (IST, SST, GST) and the
letters of RFC 822, which it got wrong (RFC 1123, 5.2.14): a date with one of them has no time that can be known.
"""

_AMERICAN = {"e": "America/New_York", "c": "America/Chicago", "m": "America/Denver", "p": "America/Los_Angeles"}
_WORDED = re.compile(r"(eastern|central|mountain|pacific)(?: (?:standard|daylight|summer))? time\b|([ecmp])t\b", re.IGNORECASE)
_EUROPEAN = re.compile(r"(central european|british) (?:(summer)|standard|winter)? ?time\b", re.IGNORECASE)
_PLACE = re.compile(
    r"[\[(]?((?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|US|Canada)/[A-Za-z_/+-]+)[\])]?"
)
_NAMED = re.compile(r"([A-Za-z]{1,5})(?![A-Za-z])")
_OFFSET = re.compile(r"([+\u2212-])\s?(\d{1,2})(?::?(\d{2}))?(?::?\d{2})?(?!\d)")
_WESTMOST, _EASTMOST = timedelta(hours=-12), timedelta(hours=14)

_AFTERNOON = re.compile(r"오후|午後|下午|晚上", re.IGNORECASE)
_MORNING = re.compile(r"오전|午前|上午|早上", re.IGNORECASE)
_TIME = (
    r"(?:(?P<before>[^\d+\u2212]{0,10}?)(?P<hour>\d{1,2})"
    r"(?:(?:[:h]|\s*[時时시点點]\s*)(?P<minute>\d{2})(?:\s*[分분])?(?:(?::|\s*)(?P<second>\d{2})(?:[.,]\d{1,9}|\s*[秒초])?(?!\d))?"
    r"(?:\s*(?P<half>[ap])\.?m?\b\.?)?|\s*(?P<sharp>[ap])\.?m\b\.?))?"
)
_DAY_NAME = r"(?:[^\W\d_]{1,15}(?:-feira)?\.?(?:,\s*|\s+))?"
_WORD = r"(?P<name>[^\W\d_]{3,12})"
_OF = r"(?:(?:of|de|do|del|di)\s+)?"
_SHAPES = (
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)" + _TIME,
    rf"{_DAY_NAME}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?[\s-]+{_OF}{_WORD}\.?,?[\s-]+{_OF}(?P<year>\d{{4}}|\d{{2}})(?!\d)"
    + _TIME,
    rf"{_DAY_NAME}{_WORD}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d)" + _TIME,
    rf"{_DAY_NAME}{_WORD}\.?\s+(?P<day>\d{{1,2}}),?{_TIME}(?P<zoned>\s+[A-Za-z+-][\w:+-]{{0,5}})?\s+(?P<year>\d{{4}})(?!\d)",
    rf"(?P<year>\d{{4}})[-.\s]\s*{_WORD}\.?[-\s]+(?P<day>\d{{1,2}})(?!\d)\.?" + _TIME,
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]" + _TIME,
    rf"{_DAY_NAME}(?:ngày\s+)?(?P<day>\d{{1,2}})\s+tháng\s+(?P<month>\d{{1,2}}),?\s+(?:năm\s+)?(?P<year>\d{{4}})(?!\d)" + _TIME,
    r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<other>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)" + _TIME,
)
_RFC = re.compile(r"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|UTC|Z|[+-]\d{4})")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)")
_OTHER_ISO = re.compile(r"(\d{4}-?(?:W\d\d-?\d|\d{2}-?\d{2}))(?:T(\d\d)(\d\d)?(\d\d)?(Z|[+-]\d\d:?(?:\d\d)?)?)?")
_CENTURY, _TWO_DIGITS, _MOST_MONTHS, _NOON = 70, 2, 12, 12


def read_date(raw: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment in UTC that a text gives from its start on; None where it gives none, or one outside 1985 to 2200.

    RFC 822 and ISO 8601 dates, those of C and of browsers, dates in words in the languages of the tables below, with or
    without a time. `zone` holds where the text names none. None where the meaning is open: 03/04/2026 (but 25/12/2026 has
    one), a zone that is not known or that several places call so, an offset that no place has.
    """
    raw = raw.strip()
    if not raw or len(raw) > _MAX_DATE_CHARACTERS * 5:
        return None
    try:
        return _in_range(_read_rfc(raw) or _read_iso(raw, zone) or _read_any(raw[:_MAX_DATE_CHARACTERS], zone))
    except (ValueError, OverflowError):
        return None


def find_date(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The first date anywhere in a short text, such as a heading: "0.108.0 (2026-06-09)"."""
    text = text[: _MAX_DATE_CHARACTERS * 2]
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

    return ZoneInfo(name)


def _in_range(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and FIRST_YEAR <= moment.year <= LAST_YEAR else None


# --- the forms that nearly every feed uses, quickly -----------------------------------------------------------------


def _read_rfc(raw: str) -> datetime | None:
    """RSS: Tue, 09 Jun 2026 00:00:00 GMT."""
    found = _RFC.fullmatch(raw)
    if found is None:
        return None
    day, name, year, hour, minute, second, offset = found.groups()
    month = month_of(name)
    if not month:
        return None
    moment = datetime(int(year), month, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
    return moment if offset[0] not in "+-" else moment - _offset(offset[0], offset[1:3], offset[3:])


def _read_iso(raw: str, zone: tzinfo) -> datetime | None:
    """Atom: 2026-06-09T00:00:00Z; also the basic form and weeks, where they are all of the text."""
    if _ISO.fullmatch(raw):
        moment = datetime.fromisoformat(raw)
        return (moment.replace(tzinfo=UTC) - _checked(moment.utcoffset() or timedelta())).astimezone(UTC)
    other = _OTHER_ISO.fullmatch(raw)
    if other is None:
        return None
    day, hour, minute, second, offset = other.groups()
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time()).replace(
        hour=int(hour or 0), minute=int(minute or 0), second=min(int(second or 0), 59)
    )
    return _in_zone(moment, offset or "", zone, timed=hour is not None)


# --- any other form -------------------------------------------------------------------------------------------------


@cache
def _shapes() -> tuple[re.Pattern[str], ...]:
    """Compiled when a date first needs them: feeds rarely do."""
    return tuple(re.compile(shape, re.IGNORECASE) for shape in _SHAPES)


def _read_any(raw: str, zone: tzinfo) -> datetime | None:
    """Any other form, from the start of the text."""
    for shape in _shapes():
        found = shape.match(raw)
        if found is None:
            continue
        parts = found.groupdict()
        day = _day(parts)
        if day is not None:
            timed = any(parts[name] for name in ("minute", "sharp"))
            at = datetime.combine(day, datetime.min.time()) + _time(parts)
            return _in_zone(at, parts.get("zoned") or raw[found.end() :], zone, timed=timed)
    return None


def _day(parts: dict[str, str | None]) -> date | None:
    """The calendar day; None for a word that is no month. Raises ValueError for a day that is none, or is one of two."""
    year, day, month = int(parts["year"] or 0), int(parts.get("day") or 0), int(parts.get("month") or 0)
    if len(parts["year"] or "") == _TWO_DIGITS:  # RFC 822
        year += 1900 if year >= _CENTURY else 2000
    if parts.get("name"):
        month = month_of(parts["name"] or "")
    if parts.get("one"):
        day, month = _day_and_month(int(parts["one"] or 0), int(parts["other"] or 0))
    return date(year, month, day) if month else None


def _day_and_month(one: int, other: int) -> tuple[int, int]:
    """Which of two numbers is the day: the one that is no month, or either where they are equal."""
    if one > _MOST_MONTHS or one == other:
        return one, other
    return (other, one) if other > _MOST_MONTHS else _open("which of them is the day")


def _open(what: str) -> NoReturn:
    raise ValueError(f"nobody can know {what}")


def _time(parts: dict[str, str | None]) -> timedelta:
    """The time of day; a leap second is the second before it. Raises ValueError for a time that is none."""
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if not (parts["minute"] or parts["sharp"]):
        return timedelta()
    before, half = parts["before"] or "", (parts["half"] or parts["sharp"] or "").lower()
    is_late, is_early = half == "p" or _AFTERNOON.search(before), half == "a" or _MORNING.search(before)
    if is_early and hour > _NOON:
        _open("whether that is morning")
    if is_late or is_early:
        hour = hour % _NOON + (_NOON if is_late else 0)
    at = datetime(2000, 1, 1, hour, minute, min(second, 59), tzinfo=UTC)
    return at - datetime(2000, 1, 1, tzinfo=UTC)


# --- zones ----------------------------------------------------------------------------------------------------------


def _in_zone(at: datetime, rest: str, zone: tzinfo, *, timed: bool) -> datetime:
    """A local time as the moment it is where it was written; `rest` stands after it. Raises ValueError where that is open."""
    written = _zone(rest.lstrip(" \t(,"), timed=timed)
    if isinstance(written, timedelta):
        return at.replace(tzinfo=UTC) - written
    return at.replace(tzinfo=written or zone).astimezone(UTC)


def _zone(rest: str, *, timed: bool) -> tzinfo | timedelta | None:
    """The zone that a text begins with; None where it names none. A day without a time has one only right after it."""
    offset = _OFFSET.match(rest)
    if offset:
        return _offset(offset[1], offset[2], offset[3] or "")
    named = _NAMED.match(rest)
    if not timed:
        return timedelta() if named and rest in {"Z", "z"} else None
    worded, european, place = _WORDED.match(rest), _EUROPEAN.match(rest), _PLACE.match(rest)
    if place:
        return _place(place[1])
    if worded:
        return zone_named(_AMERICAN[(worded[1] or worded[2])[0].lower()])
    if european:
        return zone_named("Europe/Berlin" if european[1][0] in "Cc" else "Europe/London")
    return _zone_of(named[1], rest[named.end() :]) if named else None


def _zone_of(name: str, rest: str) -> timedelta | None:
    """A zone by its short name, with an offset from it where one follows: "GMT-07:00". Raises ValueError where it is open."""
    known = _ZONES.get(name.lower())
    offset = _OFFSET.match(rest.lstrip())
    if offset and known is not None:
        ahead = _offset(offset[1], offset[2], offset[3] or "")
        return ahead if not known or known == ahead else _open("which of the two offsets holds")
    if known is None and name.isupper():
        _open(f"which zone {name} is")
    return known


def _place(name: str) -> tzinfo:
    try:
        return zone_named(name)
    except (KeyError, ValueError, OSError):
        _open(f"where {name} is")


@lru_cache(maxsize=128)
def _offset(sign: str, hours: str, minutes: str) -> timedelta:
    """+0130, -05:00 and +2 as time ahead of UTC. Raises ValueError for one that no place has."""
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return _checked(ahead if sign == "+" else -ahead)


def _checked(ahead: timedelta) -> timedelta:
    if not _WESTMOST <= ahead <= _EASTMOST or ahead.seconds // 60 % 15:
        _open("where that is")
    return ahead


_SHORTENED = """
january february march april may june july august september october november december
januar februar marz april mai juni juli august september oktober november dezember
janner feber maerz april mai juno julei august september oktober november dezember
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago setiembre oct nov dic
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
januari februari mrt april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november desember
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
januari februari maret april mei juni juli agustus september oktober november desember
gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre
"""
"""Languages whose months are also written by their first three letters or more; accents do not count."""

_WHOLE = """
stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien
sty lut mar kwi maj cze lipc sie wrz paz lis gru
ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince
sijecnja veljace ozujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca
sijecanj veljaca ozujak travanj svibanj lipanj srpanj kolovoz rujan listopad studeni prosinac
sije velj ozu tra svi lip srp kol ruj lis stu pros
január február marcius aprilis majus junius julius augusztus szeptember oktober november december
ocak subat mart nisan mayıs haziran temmuz agustos eylul ekim kasım aralık
tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
янв фев мар апр маи июн июл авг сен окт ноя дек
янв февр мар апр мая июн июл авг сент окт нояб дек
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου οκτωβριου νοεμβριου δεκεμβριου
ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ
"""


def month_of(word: str) -> int:
    """The number of the month that a word names, in whatever case and with or without its accents; 0 for any other word."""
    return _table().get(_plain(word), 0)


def _plain(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(letter))


@cache
def _table() -> dict[str, int]:
    """Every word, without those that mean one month here and another one there."""
    means: dict[str, set[int]] = {}
    for listed, shortest in ((_SHORTENED, 3), (_WHOLE, None)):
        for line in listed.split("\n"):
            for number, name in enumerate(map(_plain, line.split()), start=1):
                for end in range(min(shortest or len(name), len(name)), len(name) + 1):
                    means.setdefault(name[:end], set()).add(number)
    return {word: numbers.pop() for word, numbers in means.items() if len(numbers) == 1}
