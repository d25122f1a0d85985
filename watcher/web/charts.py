"""Figures as plots, drawn on the server from what the verdict holds; a figure that nobody measured is shown as such."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from watcher.core.model import Event, Figure, FigureSpec, Ladder, Scalar, Signal, Verdict, day_text
from watcher.web.svg import bar, dot, line, picture, text
from watcher.wording import lowered

ROW = 40
TALLY = re.compile(r"(\d{1,3}) ?[-\u2013] ?(\d{1,3})\b")
LEFT, RIGHT = 2.0, 98.0
EDGE = 76.0
"""Where bars of months end; the names of the lines stand behind."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
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
        return " against ".join(f"{rate:g} %" for rate in rates) or "not measured"
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
    return f"{MONTHS[int(month[:2]) - 1]} {year}" if month[:2].isdigit() and 1 <= int(month[:2]) <= len(MONTHS) else name


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
