"""Figures, dates and other small drawings, drawn on the server from what is kept."""

from __future__ import annotations

import re
from calendar import month_abbr
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from watcher.core.decision.scheduled_notes import away_in_days, close_in_words, close_of, window_in_words
from watcher.core.model import Event, Figure, FigureSpec, Ladder, Scalar, Signal, Verdict, day_text
from watcher.wording import lowered

# Small drawings as text: classes and plain attributes only, so that a strict CSP holds.


def tag(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """An element; `cls` stands for class, underscores for hyphens, numbers are rounded to a tenth. All values are escaped."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    inside = "".join(escape(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704 - every part is escaped above


def _attribute(key: str, value: str | float) -> str:
    name = {"cls": "class"}.get(key, key.replace("_", "-"))
    return f' {name}="{escape(short(value) if isinstance(value, float) else str(value))}"'


def short(value: float) -> str:
    """A number with at most one digit behind the point."""
    return f"{value:.1f}".removesuffix(".0")


def share(value: float) -> str:
    """A place across the drawing."""
    return f"{short(value)}%"


def picture(height: int, says: str, *children: Markup, cls: str = "plot") -> Markup:
    """A drawing as wide as its place; `says` is read aloud instead of it."""
    return tag("svg", *children, cls=cls, width="100%", height=height, role="img", aria_label=says)


def text(x: float, y: float, words: str, *, cls: str | None = None, anchor: str | None = None) -> Markup:
    """Words at a place; `anchor` is middle or end."""
    return tag("text", words, x=share(x), y=float(y), text_anchor=anchor, cls=cls)


def line(x1: float, y1: float, x2: float, y2: float, cls: str) -> Markup:
    """A straight line."""
    return tag("line", x1=share(x1), y1=float(y1), x2=share(x2), y2=float(y2), cls=cls)


def bar(x: float, y: float, width: float, height: float, cls: str, says: str = "") -> Markup:
    """A filled rectangle; `says` appears on hover."""
    children = (tag("title", says),) if says else ()
    return tag("rect", *children, x=share(x), y=float(y), width=share(max(width, 0)), height=float(max(height, 0)), cls=cls)


def dot(x: float, y: float, radius: float, cls: str, says: str = "") -> Markup:
    """A circle; `says` appears on hover."""
    children = (tag("title", says),) if says else ()
    return tag("circle", *children, cx=share(x), cy=float(y), r=float(radius), cls=cls)


# Figures as plots, drawn on the server from what the verdict holds; a figure that nobody measured is shown as such.

ROW = 40
TALLY = re.compile(r"(\d{1,3}) ?[-\u2013] ?(\d{1,3})\b")
LEFT, RIGHT = 2.0, 98.0
EDGE = 76.0
"""Where bars of months end; the names of the lines stand behind."""
WORK = re.compile(r"^.*?\b(?:analysis|assessment|audit|evaluation|report|review|study|test) (?:of|on) ", re.IGNORECASE)
"""What titles of a series begin with; a row of a plot has no room for it."""


def draw(spec: FigureSpec, figure: Figure, signal: Signal, verdict: Verdict) -> Markup | None:
    """The plot of a figure by its kind; None where words say it better."""
    plot: dict[str, Callable[[], Markup | None]] = {
        "pair": lambda: pairs(spec, figure, signal, verdict),
        "monthly": lambda: months(figure, spec),
        "days_since": lambda: waiting(figure, spec),
        "detail": lambda: tally(figure) if TALLY.match(figure.text) else None,
    }
    return plot.get(spec.kind, lambda: None)()


def number(value: object) -> float | None:
    """A value as a number, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def pick(facts: Mapping[str, Scalar | tuple[Scalar, ...]], *names: str) -> float | None:
    """The first of these facts that is a number."""
    found = (number(facts.get(name)) for name in names)
    return next((value for value in found if value is not None), None)


def pairs(spec: FigureSpec, figure: Figure, signal: Signal, verdict: Verdict) -> Markup | None:
    """Both sides' rates by event, 0 to 100 %, as pairs of points joined by a line."""
    found = next((track for track in verdict.tracks if track.track == spec.options.get("track") and track.events), None)
    if found is None:
        return None
    events, ladder = found.events, signal.track(found.track).ladder
    foot = 34 + ROW * len(events)
    rows = [part for index, event in enumerate(events) for part in _row(event, signal, ladder, 44.0 + ROW * index)]
    ticks = [
        part
        for value in (0, 50, 100)
        for part in (
            line(_along(value), 26, _along(value), foot, "grid"),
            text(_along(value), foot + 15, f"{value} %", cls="axis", anchor={0: "start", 100: "end"}.get(value, "middle")),
        )
    ]
    first, second = ladder.sides
    legend = (
        dot(LEFT + 1, 10, 5, "first"),
        text(LEFT + 4, 14, first.label, cls="axis"),
        dot(56, 10, 5, "second"),
        text(59, 14, second.label, cls="axis"),
    )
    says = "; ".join(f"{_name(event)}, {day_text(event.at)}: {_said(event, signal, ladder)}" for event in events)
    return picture(foot + 22, f"{figure.label}. {says}.", *ticks, *legend, *rows)


def _along(value: float) -> float:
    return LEFT + (RIGHT - LEFT) * value / 100


def _rates(event: Event, ladder: Ladder) -> list[float]:
    """Of both sides, where both were measured."""
    found = [number(event.details.get(side.id)) for side in ladder.sides]
    return [rate for rate in found if rate is not None] if None not in found else []


def _said(event: Event, signal: Signal, ladder: Ladder) -> str:
    """The rates in words, or what the event says without them."""
    rates = _rates(event, ladder)
    if rates or not event.outcome:
        return " against ".join(f"{rate:g} %" for rate in rates) or "not given in what was read"
    return lowered(ladder.outcome(event.outcome).label, signal)


def _row(event: Event, signal: Signal, ladder: Ladder, y: float) -> tuple[Markup, ...]:
    name, said = text(LEFT, y, f"{_name(event)}, {event.at:%b %Y}", cls="label"), _said(event, signal, ladder)
    rates = _rates(event, ladder)
    if not rates:
        return name, line(LEFT, y + 13, RIGHT, y + 13, "none"), text(50, y + 17, said, cls="axis over", anchor="middle")
    first, second = map(_along, rates)
    says = f"{event.title}: {said}"
    return (
        name,
        line(second, y + 13, first, y + 13, "gap"),
        dot(first, y + 13, 6, "first", says),
        dot(second, y + 13, 6, "second", says),
        text(50, y + 17, said, cls="axis strong over", anchor="middle"),
    )


def _name(event: Event, most: int = 28) -> str:
    """The title without what every title of the series says, cut at a word."""
    title = WORK.sub("", event.title or event.key)
    return title if len(title) <= most else title[:most].rsplit(" ", 1)[0] + "…"


class _Scale(NamedTuple):
    """How values become heights in a plot of months."""

    top: float
    floor: float = 160.0
    head: float = 26.0

    def level(self, value: float) -> float:
        """Pixels from the upper edge."""
        return self.floor - (self.floor - self.head) * value / self.top


def months(figure: Figure, spec: FigureSpec) -> Markup | None:
    """Bars by month, as multiples of the reference year's mean, with that mean and the claimed multiple as lines."""
    points = [(name, value) for name, value in figure.series if name]
    known = [value for _, value in points if value is not None]
    if not known:
        return None
    claimed = pick(spec.options, "claim", "claimed")
    scale = _Scale(max([*known, claimed or 0, 1]))
    step = (EDGE - LEFT) / len(points)
    bars = [part for i, (name, value) in enumerate(points) for part in _month(LEFT + step * i, step, name, value, scale)]
    peak = max(range(len(points)), key=lambda i: points[i][1] or 0)
    x, y = LEFT + step * (peak + 0.5), scale.level(max(known)) - 6
    return picture(
        182,
        _months_say(figure, points),
        *bars,
        line(LEFT, scale.floor, EDGE, scale.floor, "line"),
        *(_level(scale, claimed, f"claimed {times(claimed)}") if claimed else ()),
        *_level(scale, 1, "2025 mean"),
        text(x, y, times(max(known)), cls="axis strong", anchor=_lean(x)),
        *(
            text(LEFT + step * (i + 0.5), scale.floor + 15, _month_name(name), cls="axis", anchor="middle")
            for i, name in _ticks(points)
        ),
    )


def times(value: float) -> str:
    """A multiple: 19.7 with the sign of multiplication."""
    return f"{value:g}\u00d7"


def _level(scale: _Scale, value: float, words: str) -> tuple[Markup, ...]:
    y = scale.level(value)
    return line(LEFT, y, EDGE, y, "mark"), text(EDGE + 1.5, y + 4, words, cls="axis")


def _month(x: float, step: float, name: str, value: float | None, scale: _Scale) -> tuple[Markup, ...]:
    if value is None:
        return (text(x + step / 2, scale.floor - 4, "?", cls="axis", anchor="middle"),)
    y = scale.level(value)
    return (bar(x + step * 0.12, y, step * 0.76, scale.floor - y, "bar", f"{_month_name(name)}: {times(value)} the mean"),)


def _ticks(points: list[tuple[str, float | None]]) -> list[tuple[int, str]]:
    """At most five names below the bars."""
    every = -(-len(points) // 5)
    return [(index, name) for index, (name, _) in enumerate(points) if index % every == every // 2]


def _month_name(name: str) -> str:
    year, _, month = name.partition("-")
    return f"{month_abbr[int(month[:2])]} {year}" if month[:2].isdigit() and 1 <= int(month[:2]) < len(month_abbr) else name


def _months_say(figure: Figure, points: list[tuple[str, float | None]]) -> str:
    known = [(name, value) for name, value in points if value is not None]
    peak, last = max(known, key=lambda point: point[1]), known[-1]
    words = (
        f"Highest in {_month_name(peak[0])} with {times(peak[1])} the mean, latest {_month_name(last[0])} with {times(last[1])}."
    )
    return f"{figure.label}. {words}"


def tally(figure: Figure) -> Markup | None:
    """Yeas and nays as one bar with the line of half the votes."""
    yeas, nays = _votes(figure)
    if yeas is None or nays is None or yeas + nays <= 0:
        return None
    split = _along(100 * yeas / (yeas + nays))
    return picture(
        66,
        f"{figure.label}: {yeas:g} yeas, {nays:g} nays.",
        bar(LEFT, 22, split - LEFT, 20, "yea"),
        bar(split, 22, RIGHT - split, 20, "nay"),
        line(50, 17, 50, 47, "mark"),
        text(LEFT, 15, f"{yeas:g} yeas", cls="strong"),
        text(RIGHT, 15, f"{nays:g} nays", cls="strong", anchor="end"),
        text(50, 60, "half", cls="axis", anchor="middle"),
    )


def _votes(figure: Figure) -> tuple[float | None, float | None]:
    """Yeas and nays from a text such as 60-40, else from the values."""
    found = TALLY.match(figure.text.strip())
    if found:
        return float(found[1]), float(found[2])
    return pick(figure.values, "yeas"), pick(figure.values, "nays")


def waiting(figure: Figure, spec: FigureSpec) -> Markup | None:
    """Days waited as a bar against how long such things took: the median and the longest."""
    days = pick(figure.values, "days", "value", "count")
    if days is None:
        return None
    given = ((name, pick(spec.options, name)) for name in ("median", "longest"))
    marks = sorted((value, words) for words, value in given if value)
    top = max([days, 1, *(value for value, _ in marks)])
    places = [(_along(100 * value / top), f"{words} {value:g}") for value, words in marks]
    low = any(b[0] - a[0] < 30 for a, b in pairwise(places))  # noqa: PLR2004 - the width of a label, per cent
    end = _along(100 * days / top)
    return picture(
        86 if low else 70,
        f"{figure.label}: {days:g} days" + "".join(f"; {words} {value:g} days" for value, words in marks) + ".",
        bar(LEFT, 22, end - LEFT, 20, "bar"),
        line(LEFT, 42, RIGHT, 42, "line"),
        text(end, 15, f"{days:g} days", cls="strong", anchor=_lean(end)),
        *(line(x, 18, x, 50, "mark") for x, _ in places),
        *(text(x, 64 + (16 if low and i % 2 else 0), words, cls="axis", anchor=_lean(x)) for i, (x, words) in enumerate(places)),
    )


def _lean(x: float) -> str:
    return "start" if x < 15 else "end" if x > 85 else "middle"  # noqa: PLR2004 - near the left or the right edge


# Dates that matter to the reader on one line: windows that opened, deadlines ahead, and today.


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its name."""

    at: datetime
    label: str
    past: bool
    away: str
    signal: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """How long a signal asked to be watched, and what holds once that has passed."""

    start: datetime
    end: datetime
    passed: bool
    words: str
    title: str = ""
    """Of which signal, where it has passed."""
    link: str = ""
    """Where the text is from which its days are counted."""


def days_of(signals: tuple[Signal, ...], now: datetime) -> tuple[Day, ...]:
    """The declared dates, and the opening and end of each window; equal ones are said once, oldest first."""
    found: dict[tuple[datetime, str], Day] = {}
    for signal in signals:
        for name, at, label in _dates(signal):
            found.setdefault((at, label), Day(at, label, at <= now, away_in_days(at, now), signal.id, name))
    return tuple(found[key] for key in sorted(found, key=lambda key: key[0]))


def _dates(signal: Signal) -> list[tuple[str, datetime, str]]:
    dates = [(date.id, date.at, date.label) for date in signal.dates]
    declared = {at.date() for _, at, _ in dates}
    if signal.opened and signal.opened.date() not in declared:
        dates.append(("opened", signal.opened, f"{signal.window.days}-day window begins" if signal.window else "Question opened"))
    if signal.opened and signal.window and (signal.opened + signal.window).date() not in declared:
        dates.append(("window", signal.opened + signal.window, f"{signal.window.days}-day window ends"))
    return dates


def window_of(signal: Signal, now: datetime, closed: Verdict | None = None) -> Window | None:
    """The window of a signal in words; `closed` is where it stood at its close. None before it opens."""
    end = close_of(signal)
    if end is None or signal.opened is None or now < signal.opened:
        return None
    link = signal.article.url if signal.article else ""
    if end <= now:
        return Window(signal.opened, end, True, close_in_words(signal, closed), signal.title, link)
    return Window(signal.opened, end, False, window_in_words(signal, now), link=link)


def windows_of(signals: tuple[Signal, ...], now: datetime) -> tuple[Window, ...]:
    """The windows of signals; those with the same days once."""
    found = (window_of(signal, now) for signal in signals)
    return tuple({(window.start, window.end): window for window in found if window}.values())


LINE_LEFT, LINE_RIGHT, Y = 3.0, 97.0, 34.0
NAME_WIDTH = 4.0
"""Half the width of a month's name on a telephone, likewise."""
SPOT_WIDTH = 6.5
"""Per cent of the width that a spot takes on a telephone."""


def draw_days(days: tuple[Day, ...], now: datetime, *, windows: tuple[Window, ...] = (), today: str = "today") -> Markup | None:
    """The days on a line, the windows as bands, and the present marked; numbers refer to the list beside it."""
    if not days:
        return None
    start = min(now, days[0].at) - timedelta(days=7)
    end = max(now, days[-1].at) + timedelta(days=7)

    def place(at: datetime) -> float:
        return LINE_LEFT + (LINE_RIGHT - LINE_LEFT) * ((at - start) / (end - start))

    here = place(now)
    says = "Dates: " + "; ".join(f"{item.label}, {day_text(item.at)}" for item in days) + f". Today is {day_text(now)}."
    months = [part for at in _firsts(start, end) for part in _month_mark(at, place(at), here)]
    spots = [part for index, (item, x, lift) in enumerate(_lifted(days, place), 1) for part in _spot(item, index, x, lift)]
    side = "start" if here < SPOT_WIDTH else "end" if here > 100 - SPOT_WIDTH else "middle"
    return picture(
        86,
        says,
        *(_band(window, place) for window in windows),
        bar(LINE_LEFT, Y - 1, here - LINE_LEFT, 3, "gone"),
        line(LINE_LEFT, Y, LINE_RIGHT, Y, "line"),
        *months,
        line(here, 6, here, Y + 28, "today"),
        text(here, Y + 42, today, cls="strong", anchor=side),
        *spots,
        cls="plot wide",
    )


def _band(window: Window, place: Callable[[datetime], float]) -> Markup:
    start, end = place(window.start), place(window.end)
    return bar(start, Y - 10, end - start, 20, "window", f"{(window.end - window.start).days} days, to {day_text(window.end)}")


def _month_mark(at: datetime, x: float, here: float) -> tuple[Markup, ...]:
    """The first of a month; it has no name where the line of today would run through it."""
    name = f"{at:%Y}" if at.month == 1 else f"{at:%b}"
    tick = line(x, Y - 4, x, Y + 4, "line")
    return (tick,) if abs(x - here) < NAME_WIDTH else (tick, text(x, Y + 22, name, cls="axis", anchor="middle"))


def _spot(item: Day, number: int, x: float, lift: float) -> tuple[Markup, ...]:
    cls = "spot past" if item.past else "spot"
    return dot(x, Y - lift, 10, cls, f"{item.label}, {day_text(item.at)}"), text(
        x, Y - lift + 4, str(number), cls="number", anchor="middle"
    )


def _lifted(days: tuple[Day, ...], place: Callable[[datetime], float]) -> list[tuple[Day, float, float]]:
    """Each day with its place; one too close to its neighbour stands above it."""
    result: list[tuple[Day, float, float]] = []
    for item in days:
        x = place(item.at)
        close = bool(result) and x - result[-1][1] < SPOT_WIDTH and not result[-1][2]
        result.append((item, x, 21.0 if close else 0.0))
    return result


def _firsts(start: datetime, end: datetime) -> list[datetime]:
    """The first of each month between, thinned to about eight."""
    first = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = (first.year * 12 + first.month - 1 + step for step in range(int((end - first).days // 28) + 2))
    found = [first.replace(year=month // 12, month=month % 12 + 1) for month in months]
    kept = [at for at in found if start <= at <= end]
    return kept[:: max(1, -(-len(kept) // 9))]
