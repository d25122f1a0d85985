"""The times that a sentence names, to come or past, and its price."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from watcher.core.language.lexicon import MASKS, any_of, choice, cue, numbers, word_set
from watcher.core.language.text import fold

_WINDOW: Final = re.compile(rf"(?i)(?:{any_of('window')}|{any_of('coming_weekday')})(?!-)")
_PRICE: Final = re.compile(
    r"\$(\d{1,4}(?:\.\d{1,2})?)(?![\d.]*[MBK])[^$]{0,40}?(?:/|and|\||;)[^$]{0,40}?\$(\d{1,4}(?:\.\d{1,2})?)(?![\d.]*[MBK])"
)
_CELL: Final = re.compile(r"(?:^|; ?)([^;:]{1,80}): (?:US)?(\$?)(\d{1,4}(?:\.\d{1,2})?)(?![\d.]*[MBK])")
"""A column of a price table, as `formats.markdown` writes a row: "Output Tokens: $50 / MTok", "Output ($/MTok): 50"."""
_OTHER_PRICE: Final = cue("other_price", "beside", "sentence")
_WAYS: Final = tuple(re.compile(rf"(?i){any_of(way)}") for way in ("input_price", "output_price"))
_TOKENS: Final = re.compile(rf"(?i){any_of('price_unit')}|\$[\d.]+ ?[/|] ?\$")
_YEAR: Final = re.compile(r"\b20\d\d\b")
_TIME: Final = re.compile(rf"(?i){any_of('time_named')}")


def names_time(sentence: str) -> bool:
    """Whether a folded sentence names a day, a week, a month, a season or a year in any words."""
    return _TIME.search(sentence) is not None


def names_year(day: str) -> bool:
    """Whether the words of a day say of which year it is."""
    return _YEAR.search(day) is not None


def window_of(sentence: str) -> str:
    """The words by which a folded sentence says when ("in the coming weeks", "on March 3"), empty where it does not."""
    taken = [found.span() for found in _TAKEN_ON.finditer(sentence)]
    told = (found for found in _WINDOW.finditer(sentence) if not _is_of_the_past(sentence[: found.start()][-_BEFORE:]))
    return next((found[0] for found in told if not any(start <= found.start() < end for start, end in taken)), "")


def price_of(sentence: str) -> str:
    """Input and output price of a sentence: "$8 USD per input MTok and $40 USD per output MTok" → "$8/$40".

    In a row of a table the names of its columns say which price is which, whatever stands between them (writes to a cache).
    """
    if "$" not in sentence or not _TOKENS.search(sentence):
        return ""
    columns = [(name, amount) for name, sign, amount in _CELL.findall(sentence) if sign or "$" in name]
    if len(columns) > 1:
        plain = [column for column in columns if ">" not in column[0] and not _OTHER_PRICE.search(column[0])]
        paid = [next((amount for name, amount in plain if way.search(name)), "") for way in _WAYS]
        return f"${paid[0]}/${paid[1]}" if all(paid) else ""
    found = _PRICE.search(sentence)
    return f"${found[1]}/${found[2]}" if found else ""


_NAME: Final = rf"(?-i:(?!may\b))({any_of('month')})\.?"
"""A month; "may" in small letters is a verb: "Model 6 may be used by all"."""
_MONTH_FIRST: Final = re.compile(rf"(?i){_NAME} (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (20\d\d))?(?! ?(?:%|percent))")
_DAY_FIRST: Final = re.compile(rf"(?i)\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_NAME}(?:,? (20\d\d))?\b")
_ISO: Final = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_IN_MONTH: Final = re.compile(rf"(?i)({any_of('in_month')})\.?(?! ?\d{{1,2}}\b)(?:,? (?:of )?(20\d\d))?\b")
_DAY: Final = (
    rf"(?:(?:{any_of('month')})\.? \d{{1,2}}(?:st|nd|rd|th)?\b|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{any_of('month')})\b\.?"
    r"|20\d\d-\d\d-\d\d)"
)
_DAY_ALONE: Final = re.compile(
    rf"(?:(?:{'|'.join(numbers('weekday'))}),? )?{_DAY}(?:,? 20\d\d)?"
    r"(?:,? (?:at )?\d{1,2}:\d\d(?: ?[ap]m)?(?: [a-z]{2,4})?)?:?",
    re.IGNORECASE,
)
"""All of a line that dates what stands under it, as in release notes: "Tuesday, November 3, 2027", "3 Nov, 18:20 UTC"."""
_TAKEN_ON: Final = re.compile(
    rf"(?i)(?P<told>\b{any_of('taking_noun')}(?: [^\s,;()]+){{0,6}}?(?: {any_of('came_about')})?"
    rf"|[,(] ?(?:which (?:we|was|were|had been|we had|was first) )?{any_of('taking_part')}(?: by [\w' ]{{1,40}}?)?)"
    rf" (?:on|since|from|of|as of|dated) {_DAY}(?:,? 20\d\d)?"
)
"""The day of a withdrawal, in words that only describe what a sentence tells of it."""
_AS_PROMISED: Final = re.compile(
    rf"(?i)(?P<told>\b(?:as|what) (?:\w+ )?(?:had |have )?{any_of('as_promised')}"
    rf"|\b(?:which|that) (?:\w+ )?(?:had |have )?{any_of('as_planned')})"
    rf" (?:(?:on|of) {_DAY}(?:,? 20\d\d)?|{any_of('in_month')}(?! ?\d)(?:,? 20\d\d)?)"
)
"""The day on which it was promised, or announced to come."""
_IS_SO: Final = re.compile(r"(?i)\b(?:has|have|'ve|is|are|now|today|can|may)\b")
_IN_SEASON: Final = re.compile(rf"(?i)({any_of('in_season')})(?:,? (?:of )?({any_of('year_or_last')}))?")
_IN_YEAR: Final = re.compile(rf"(?i){any_of('in_year')}")
_ON_WEEKDAY: Final = re.compile(rf"(?i)(?<!last )(?<!since ){any_of('coming_weekday')}")
_AGO: Final = re.compile(
    rf"(?i)\b(?P<count>\d{{1,3}}|{any_of('count')})(?: of)? (?P<unit>{any_of('days')}) {any_of('ago')}"
    rf"|(?P<last>{any_of('last_span')})"
)
_VAGUE: Final = cue("vague", "beside", "sentence")
_OVER: Final = cue("over", "beside", "sentence")
_NOW: Final = cue("as_of_now", "beside", "sentence")
_TELLING: Final = word_set("told_then")
_TOLD_BY: Final = word_set("told_by")
_SAID_FIRST: Final = cue("said_first", "before", "next")
_SAID_ASIDE: Final = cue("said_aside", "before", "next")
_AND_IS: Final = cue("said_and_is", "after", "next")
_TO_BE: Final = word_set("to_be") | word_set("is_now")
_HOLDS: Final = cue("holds", "beside", "sentence")
_MONTHS, _SEASONS, _DAYS, _COUNTS, _WEEKDAYS = (numbers(name) for name in ("month", "season", "days", "count", "weekday"))
_BEFORE: Final = 60
"""Characters before a day in which a verb of telling may stand."""
_OPENING: Final = 24
"""Characters from the start of a sentence in which an adverb of time dates the whole."""


_ZONES: Final = {
    **dict.fromkeys(("et", "est", "edt", "eastern"), "America/New_York"),
    **dict.fromkeys(("pt", "pst", "pdt", "pacific"), "America/Los_Angeles"),
    **dict.fromkeys(("utc", "gmt"), "UTC"),
    **dict.fromkeys(("cet", "cest"), "Europe/Berlin"),
}
"""Where a clock goes as a sentence says."""
_TIME_OF_DAY: Final = (
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>[ap]\.?m\.?)?"
    rf" ?\(?(?P<zone>(?:{'|'.join(_ZONES)})\b(?: time)?)?\)?"
)
_CLOCK: Final = re.compile(rf"(?i),? (?:at )?{_TIME_OF_DAY}")
_CLOCK_BEFORE: Final = re.compile(rf"(?i)(?:\bat )?\b{_TIME_OF_DAY},? (?:on )?$")
_CLOCK_BEHIND: Final = re.compile(rf"(?i) at {_TIME_OF_DAY},?$")
_DATING: Final = re.compile(rf"(?i)(?:{choice('opening_day')}:? ?)?")
_DATING_BEHIND: Final = re.compile(rf"(?i)(?:^|[ ,]){choice('day_of_act')} $")
_ENDING: Final = re.compile(r"[.,;!)]|$| \(| and (?:we|it|they)\b")
_PLAIN: Final = frozenset().union(
    *map(word_set, ("subject_pronoun", "auxiliary", "adverb", "determiner", "access_noun", "model_noun", "of_the_act"))
)
_FAR, _HOURS, _MINUTES = 12, 24, 60


_SAME_DAY: Final = timedelta(days=1)
"""A day that begins so shortly after something was told may be the same one elsewhere on the earth."""
_NEXT_MONTHS: Final = timedelta(days=150)
"""How far ahead a day without a year may lie."""


_LONG_OVER: Final = timedelta(days=200)
"""After so long a day without a year is the next such day, where what is told of it is not past."""


@dataclass(frozen=True, slots=True)
class Past:
    """A past time that a sentence gives to what it tells."""

    since: datetime
    """Its beginning."""
    until: datetime
    """Its end, at most when it was told."""


_DAY_LABEL: Final = re.compile(rf"(?P<day>{_DAY_ALONE.pattern}) ?[-:|]", re.IGNORECASE)
_OPENING_OF_DAY: Final = re.compile(
    rf"(?i)(?:\| ?)?(?:{any_of('opens_day')} (?:the )?)?(?:(?:{'|'.join(numbers('weekday'))}),? )?"
)
"""All that stands before a day by which a line begins: "| ", "Starting with the ", "From Monday, "."""
_BARS: Final = re.compile(r"\|[^|]+\|[^|]+\|")
_CELLS: Final = re.compile(r"[^|]+")


def is_day(line: str) -> bool:
    """Whether a folded line is a day and nothing else: what stands under it was told then."""
    return _DAY_ALONE.fullmatch(line) is not None


def day_label(line: str) -> str:
    """The day by which a folded line is labelled ("March 2, 2027 - The form is gone."); empty where none labels it."""
    label = _DAY_LABEL.match(line)
    return label["day"] if label else ""


def day_of_all(line: str, ahead: Sequence[tuple[int, int]]) -> str:
    """The words of a day to come that dates all of a folded line: it opens it, or is a cell of a row; empty where none does.

    A row that has a day which is over, or today's, in another cell is dated by that one. `ahead` is what `days_ahead` found.
    """
    opening = (line[start:end] for start, end in ahead if _OPENING_OF_DAY.fullmatch(line, 0, start))
    if words := next(opening, ""):
        return words
    if not _BARS.match(line):
        return ""
    cells = [cell for cell in _CELLS.finditer(line) if is_day(cell[0].strip())]
    to_come = [cell for cell in cells if any(cell.start() <= start < cell.end() for start, _ in ahead)]
    return to_come[0][0].strip() if to_come and to_come == cells else ""


def is_over(sentence: str) -> bool:
    """Whether a sentence tells an act that is over, or only dates something else by it ("the week we suspended …").

    The names of the maker are written over (Vocabulary.masked).
    """
    text = fold(sentence)
    return not _NOW.search(text) and bool(_OVER.search(text))


def is_vague(sentence: str) -> bool:
    """Whether a sentence tells something of a past that it does not date ("earlier this year")."""
    text = fold(sentence)
    return _dates_it(text, _VAGUE.search(text))


def retold_on(sentence: str, told: datetime) -> Past | None:
    """The latest past time that a sentence told at `told` (aware) gives to what it tells; None where it gives none.

    A day may stand anywhere; a month, season, year or "seven months ago" only where it can date nothing but the act.
    """
    text = fold(sentence)
    found = [*_days(text, told)] or ([] if _NOW.search(text) else [*_spans(text, told)])
    past = [one for one in found if one.since <= told]
    if not past:
        return None
    latest = max(past, key=lambda one: one.until)
    return Past(latest.since, min(latest.until, told))


def without_other_days(sentence: str, *, taking: bool) -> str:
    """A sentence without the days of a promise, or of a withdrawal, that only describe: "lifted the suspension of March 3".

    So what it tells of giving back is not taken for news of that day. Where nothing says that it is so today, or where the
    sentence itself tells of `taking` something away, that of the withdrawal stays.
    """
    text = fold(sentence)
    kept = text if taking or not _IS_SO.search(text) else _TAKEN_ON.sub(lambda found: found["told"], text)
    return _AS_PROMISED.sub(lambda found: found["told"], kept)


def day_of_act(sentence: str, act: str, told: datetime) -> datetime | None:
    """When a sentence told at `told` (aware) says that an act happened; None where it names no earlier day, or of what is unsure.

    A day is the act's where it opens the sentence and only the subject stands between ("On June 12 at 5:21 PM ET we | suspended
    X"), or where it ends the clause and only what was acted on does ("suspended access to X for every customer on June 12").
    With a time of day and its zone it is that moment, else the end of the day.
    """
    text = fold(sentence)
    start = text.find(act)
    named = [(m, m[3], m[1], m[2]) for m in _MONTH_FIRST.finditer(text)] + [
        (m, m[3], m[2], m[1]) for m in _DAY_FIRST.finditer(text)
    ]
    days = {m.start(): (m, _day(year, month, number, told)) for m, year, month, number in named}
    if start < 0 or not act or len(days) != 1 or _ISO.search(text):
        return None
    [(found, day)] = days.values()
    behind = _CLOCK.match(text, found.end())
    before = _CLOCK_BEFORE.search(text[: found.start()])
    first, end = (before.start() if before else found.start()), (behind.end() if behind else found.end())
    opens = _DATING.fullmatch(text[:first]) and end <= start and _is_plain(text[end:start])
    ends = first >= start + len(act) and _ENDING.match(text, end) and _is_dated(text[start + len(act) : found.start()])
    if day is None or not (opens or ends):
        return None
    moment = _at(day, behind or before) or day + timedelta(days=1, seconds=-1)
    return moment if moment < told and told.date() >= day.date() else None


def _is_dated(between: str) -> bool:
    """Whether only what was acted on, and for whom, stands between an act and the word that dates it, or nothing at all."""
    if not between.strip():
        return True  # "Retired June 30, 2026"
    dating = _DATING_BEHIND.search(between)
    if dating is None:
        return False
    acted_on = between[: dating.start()]
    clock = _CLOCK_BEHIND.search(acted_on)
    return _is_plain(acted_on[: clock.start()] if clock else acted_on)


def _is_plain(between: str) -> bool:
    """Whether words between a day and an act are a subject, an object or an audience alone: names, and words that only help."""
    words = re.findall(r"[\w.'-]+|\S", between.removeprefix(",").removeprefix(":"))
    return len(words) <= _FAR and all(word in _PLAIN or word[0].isupper() or word[0].isdigit() for word in words)


def _at(day: datetime, clock: re.Match[str] | None) -> datetime | None:
    """The moment that a time of day with its zone gives; None where it has none."""
    if clock is None or not clock["zone"]:
        return None
    hour, minute, half = int(clock["hour"]), int(clock["minute"] or 0), (clock["half"] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    zone = ZoneInfo(_ZONES[clock["zone"].lower().split()[0]])
    return day.replace(hour=hour, minute=minute, tzinfo=zone).astimezone(UTC) if hour < _HOURS and minute < _MINUTES else None


def days_ahead(sentence: str, told: datetime) -> tuple[tuple[int, int], ...]:
    """Where a folded sentence told at `told` (aware) names a day that was still to come, as start and end.

    A day without a year is the one of that year, where it lies within the next months; a weekday is the next one.
    """
    named = [(m.span(), m[3], m[1], m[2]) for m in _MONTH_FIRST.finditer(sentence)]
    named += [(m.span(), m[3], m[2], m[1]) for m in _DAY_FIRST.finditer(sentence)]
    days = [(span, _next(year, month, day, told)) for span, year, month, day in named]
    days += [(m.span(), _on(int(m[1]), int(m[2]), int(m[3]))) for m in _ISO.finditer(sentence)]
    within = {span: not year for span, year, _, _ in named}
    weekdays = [m.span() for m in _ON_WEEKDAY.finditer(sentence) if _WEEKDAYS[_last_word(m[0])] != told.weekday()]
    ahead = [
        span for span, day in days if day and day > told + _SAME_DAY and not (within.get(span) and day > told + _NEXT_MONTHS)
    ]
    return tuple(
        [(start, end) for start, end in (*ahead, *weekdays) if not _is_of_the_past(sentence[max(start - _BEFORE, 0) : start])]
    )


def _is_of_the_past(before: str) -> bool:
    """Whether a day stands behind what was told or held on it: "announced on April 7", "following our event on Tuesday"."""
    words = ["", "", "", *before.replace("(", " ").removesuffix("on ").split()]
    while words[-1] in _TOLD_BY or _is_name(words[-1]):
        words.pop()
    plain = [word.lower() for word in words]
    return (plain[-3] == "following" and plain[-1].isalpha()) or (plain[-1] in _TELLING and plain[-2] not in _TO_BE)


def _is_name(word: str) -> bool:
    """Whether a word may be of the name of who told something."""
    return word[:1] == MASKS["maker"] or (word.istitle() and word.lower() not in _TELLING)


def _next(year: str | None, month: str, number: str, told: datetime) -> datetime | None:
    """The day, without a year the one of that year, or of the next one where it has long been over."""
    at, day = int(_MONTHS[month.lower()]), int(number)
    this = _on(int(year or told.year), at, day)
    return _on(told.year + 1, at, day) if not year and this and told - this > _LONG_OVER else this


def _days(text: str, told: datetime) -> Iterator[Past]:
    named = [(m, m[3], m[1], m[2]) for m in _MONTH_FIRST.finditer(text)]
    named += [(m, m[3], m[2], m[1]) for m in _DAY_FIRST.finditer(text)]
    plain = [(year, month, number) for m, year, month, number in named if not _is_of_its_announcement(text, m)]
    for day in [_day(year, month, number, told) for year, month, number in plain] + [
        _on(int(m[1]), int(m[2]), int(m[3])) for m in _ISO.finditer(text)
    ]:
        if day:
            yield Past(day, day + timedelta(days=1, seconds=-1))


def _is_of_its_announcement(text: str, day: re.Match[str]) -> bool:
    """Whether a day dates only when a thing was announced, and not what is told of it: "Announced on April 7, X is open"."""
    before, behind = text[: day.start()].replace("(", ", "), text[day.end() :]
    return bool((_SAID_FIRST.search(before) and behind[:1] == ",") or (_SAID_ASIDE.search(before) and _AND_IS.search(behind)))


def _spans(text: str, told: datetime) -> Iterator[Past]:
    """Months, seasons, years and distances that date the act; the finest kind that the sentence gives."""
    kinds = (
        [_month(m[1], m[2], told) for m in _IN_MONTH.finditer(text) if _dates_it(text, m)],
        [_season(m[1], m[2], told) for m in _IN_SEASON.finditer(text) if _dates_it(text, m)],
        [_ago(m, told) for m in _AGO.finditer(text) if _dates_it(text, m)],
        [
            _year(int(m[0][-4:]) if m[0][-1].isdigit() else told.year - 1, told)
            for m in _IN_YEAR.finditer(text)
            if _dates_it(text, m)
        ],
    )
    yield from next(([one for one in kind if one] for kind in kinds if any(kind)), [])


def _dates_it(text: str, found: re.Match[str] | None) -> bool:
    """Whether an adverb of time dates the whole sentence: it opens it, or nothing in it speaks of how things are."""
    if found is None or _NOW.search(text) or _is_of_its_announcement(text, found):
        return False
    return found.start() <= _OPENING and "," not in text[: found.start()] if _HOLDS.search(text) else True


def _day(year: str | None, month: str, number: str, told: datetime) -> datetime | None:
    at = int(_MONTHS[month.lower()])
    if year:
        return _on(int(year), at, int(number))
    this = _on(told.year, at, int(number))
    return this if this and this <= told + timedelta(days=31) else _on(told.year - 1, at, int(number))


def _month(name: str, year: str | None, told: datetime) -> Past | None:
    """A month that is over; without a year the last such month."""
    at = int(_MONTHS[_last_word(name)])
    of = int(year) if year else told.year - (at > told.month)
    return _span(of, at, 1) if (of, at) < (told.year, told.month) else None


def _season(name: str, year: str | None, told: datetime) -> Past | None:
    """A season that is over; without a year the last such season."""
    at = int(_SEASONS[_last_word(name)])
    last = told.year - 1 if year and year.lower() == "last year" else int(year) if year else told.year
    found = [span for of in (last, last - 1) if (span := _span(of, at, 3)).until <= told]
    return found[0] if found and (year is None or found[0].since.year == last) else None


def _year(year: int, told: datetime) -> Past | None:
    return _span(year, 1, 12) if year < told.year else None


def _ago(found: re.Match[str], told: datetime) -> Past:
    if found["last"]:
        count, unit = 1.0, _last_word(found["last"])
    else:
        count = float(found["count"]) if found["count"].isdigit() else _COUNTS[found["count"].lower()]
        unit = found["unit"].lower()
    day = (told - timedelta(days=count * _DAYS[unit])).replace(hour=0, minute=0, second=0, microsecond=0)
    return Past(day, day + timedelta(days=1, seconds=-1))


def _last_word(text: str) -> str:
    return re.split(r"[ -]", text.lower())[-1]


def _span(year: int, month: int, months: int) -> Past:
    end = month - 1 + months
    return Past(
        datetime(year, month, 1, tzinfo=UTC), datetime(year + end // 12, end % 12 + 1, 1, tzinfo=UTC) - timedelta(seconds=1)
    )


def _on(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
