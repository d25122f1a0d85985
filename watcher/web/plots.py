"""Figures as plots, drawn on the server from what the verdict holds; a figure that nobody measured is shown as such."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from markupsafe import Markup

from watcher.core.model import Event, Figure, FigureSpec, Scalar, Verdict
from watcher.web.svg import bar, dot, line, picture, text
from watcher.web.words import day, outcome

WIDTH = 360
ROW = 38
LEFT, RIGHT = 8, 352


def draw(spec: FigureSpec, figure: Figure, verdict: Verdict) -> Markup | None:
    """The plot of a figure by its kind; None where words say it better."""
    plot: dict[str, Callable[[], Markup | None]] = {
        "pair": lambda: gap(figure, verdict),
        "monthly": lambda: months(figure, spec),
        "days_since": lambda: waiting(figure),
        "detail": lambda: tally(figure),
    }
    return plot.get(spec.kind, lambda: None)()


def number(value: Scalar | tuple[Scalar, ...]) -> float | None:
    """A value as a number, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def pick(facts: object, *names: str) -> float | None:
    """The first of these facts that is a number."""
    get = getattr(facts, "get", None)
    found = (number(get(name)) for name in names) if get else iter(())
    return next((value for value in found if value is not None), None)


def gap(figure: Figure, verdict: Verdict) -> Markup | None:
    """Compliance of models from China and the US by evaluation, 0 to 100 %, as pairs of points joined by the gap."""
    events = [event for track in verdict.tracks for event in track.events]
    if not events:
        return None
    height = 34 + ROW * len(events) + 22
    x0, x1 = 12.0, 348.0
    rows = [part for index, event in enumerate(events) for part in _gap_row(event, 40 + ROW * index, x0, x1)]
    ticks = [
        part
        for share in (0, 25, 50, 75, 100)
        for x in (x0 + (x1 - x0) * share / 100,)
        for part in (line(x, 26, x, height - 20, "grid"), text(x, height - 5, f"{share} %", cls="axis", anchor=_end(share)))
    ]
    legend = (dot(18, 12, 5, "prc"), text(28, 16, "models from China"), dot(170, 12, 5, "us"), text(180, 16, "US models"))
    return picture(WIDTH, height, _gap_says(figure, events), *ticks, *legend, *rows)


def _end(share: int) -> str:
    return {0: "start", 100: "end"}.get(share, "middle")


def _pair(event: Event) -> tuple[float | None, float | None]:
    return pick(event.details, "prc", "p", "prc_compliance"), pick(event.details, "us", "u", "us_compliance")


def _gap_row(event: Event, y: float, x0: float, x1: float) -> tuple[Markup, ...]:
    name = text(x0, y + 2, f"{short(event.title or event.key)}, {event.at:%b %Y}", cls="label")
    prc, us = _pair(event)
    if prc is None or us is None:
        words = "not measured" if event.outcome in {"not_measured", "unread", ""} else outcome(event.outcome).lower()
        return name, line(x0, y + 14, x1, y + 14, "none"), text(x1, y + 2, words, cls="axis", anchor="end")
    a, b = x0 + (x1 - x0) * prc / 100, x0 + (x1 - x0) * us / 100
    says = f"{event.title}: {prc:g} % against {us:g} %"
    return (
        name,
        line(a, y + 14, b, y + 14, "gap"),
        dot(a, y + 14, 6, "prc", says),
        dot(b, y + 14, 6, "us", says),
        text(x1, y + 2, f"{prc:g} % against {us:g} %", cls="axis strong", anchor="end"),
    )


def _gap_says(figure: Figure, events: list[Event]) -> str:
    said = []
    for event in events:
        prc, us = _pair(event)
        words = (
            f"{prc:g} % against {us:g} %"
            if prc is not None and us is not None
            else outcome(event.outcome or "not_measured").lower()
        )
        said.append(f"{short(event.title or event.key)}, {day(event.at)}: {words}")
    return f"{figure.label}. " + "; ".join(said) + "."


def short(title: str, most: int = 30) -> str:
    """A title cut at a word; what every title of the series says is left out."""
    for part in (
        "UK AISI / ",
        "CAISI Evaluation of ",
        "CAISI Assessment of ",
        "CAISI's Assessment of ",
        "CAISI\u2019s Assessment of ",
    ):
        title = title.replace(part, "")
    title = title.removeprefix("CAISI Preliminary Assessment of ")
    if len(title) <= most:
        return title
    return title[:most].rsplit(" ", 1)[0] + "…"


def months(figure: Figure, spec: FigureSpec) -> Markup | None:
    """Bars by month with the mean of the reference year and the claimed multiple as lines."""
    points = [(name, value) for name, value in figure.series if name]
    if not points:
        return None
    mean = pick(figure.values, "mean", "baseline", "mean_2025")
    claimed = pick(figure.values, "claimed", "claim") or pick(spec.options, "claimed", "claim")
    target = mean * claimed if mean and claimed else None
    top = max([value for _, value in points if value is not None] + [target or 0, 1]) * 1.08
    floor, head = 172.0, 20.0
    step = (RIGHT - 36) / len(points)

    def level(value: float) -> float:
        return floor - (floor - head) * value / top

    bars = [
        part
        for index, (name, value) in enumerate(points)
        for part in _month(36 + step * index, step, name, value, floor, level, mean)
    ]
    lines = [
        part
        for value, words in (
            (mean, f"mean of 2025: {mean:g}" if mean else ""),
            (target, f"claimed {claimed:g}\u00d7 = {target:g}" if target else ""),
        )
        if value
        for part in (
            line(32, level(value), RIGHT, level(value), "mark"),
            text(RIGHT, level(value) - 4, words, cls="axis", anchor="end"),
        )
    ]
    names = [
        text(36 + step * i + step / 2, floor + 14, _month_name(name), cls="axis", anchor="middle") for i, name in _ticks(points)
    ]
    axis = (
        line(32, floor, RIGHT, floor, "line"),
        text(30, floor, "0", cls="axis", anchor="end"),
        text(30, head + 8, f"{top:.0f}", cls="axis", anchor="end"),
    )
    return picture(WIDTH, 192, _months_say(figure, points), *axis, *bars, *lines, *names)


def _month(
    x: float, step: float, name: str, value: float | None, floor: float, level: Callable[[float], float], mean: float | None
) -> tuple[Markup, ...]:
    if value is None:
        return (text(x + step / 2, floor - 4, "?", cls="axis", anchor="middle"),)
    times = f", {value / mean:.1f}\u00d7 the mean" if mean else ""
    return (bar(x + step * 0.12, level(value), step * 0.76, floor - level(value), "bar", f"{name}: {value:g}{times}"),)


def _ticks(points: list[tuple[str, float | None]]) -> list[tuple[int, str]]:
    """At most seven names below the bars."""
    every = -(-len(points) // 7)
    return [(index, name) for index, (name, _) in enumerate(points) if index % every == 0]


def _month_name(name: str) -> str:
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    year, _, month = name.partition("-")
    return f"{names[int(month[:2]) - 1]} {year[2:]}" if month[:2].isdigit() and 1 <= int(month[:2]) <= len(names) else name


def _months_say(figure: Figure, points: list[tuple[str, float | None]]) -> str:
    known = [(name, value) for name, value in points if value is not None]
    peak = max(known, key=lambda point: point[1], default=None)
    words = f"{figure.label}: {figure.text}."
    return (
        f"{words} Highest in {_month_name(peak[0])} with {peak[1]:g}, latest {_month_name(known[-1][0])} with {known[-1][1]:g}."
        if peak
        else words
    )


def tally(figure: Figure) -> Markup | None:
    """Yeas and nays as one bar with the line of half the votes."""
    yeas, nays = pick(figure.values, "yeas"), pick(figure.values, "nays")
    if yeas is None or nays is None or yeas + nays <= 0:
        return None
    share = yeas / (yeas + nays)
    split = LEFT + (RIGHT - LEFT) * share
    middle = (LEFT + RIGHT) / 2
    return picture(
        WIDTH,
        70,
        f"{figure.label}: {yeas:g} yeas, {nays:g} nays.",
        bar(LEFT, 24, split - LEFT, 20, "yea"),
        bar(split, 24, RIGHT - split, 20, "nay"),
        line(middle, 18, middle, 50, "mark"),
        text(LEFT, 16, f"{yeas:g} yeas", cls="strong"),
        text(RIGHT, 16, f"{nays:g} nays", cls="strong", anchor="end"),
        text(middle, 64, "half", cls="axis", anchor="middle"),
    )


def waiting(figure: Figure) -> Markup | None:
    """Days waited as a bar against how long such things took: the median and the longest."""
    days = pick(figure.values, "days", "value", "count")
    if days is None:
        return None
    marks = [
        (value, words)
        for words, value in (("median", pick(figure.values, "median")), ("longest", pick(figure.values, "longest")))
        if value
    ]
    top = max([days, *(value for value, _ in marks)]) * 1.05 or 1

    def place(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * value / top

    said = _spread([(place(value), value, words) for value, words in marks])
    return picture(
        WIDTH,
        88,
        f"{figure.label}: {days:g} days" + "".join(f"; {words} {value:g} days" for value, words in marks) + ".",
        bar(LEFT, 26, place(days) - LEFT, 20, "bar"),
        line(LEFT, 46, RIGHT, 46, "line"),
        text(place(days), 18, f"{days:g} days", cls="strong", anchor=_lean(place(days))),
        *(line(x, 22, x, 54, "mark") for x, _, _, _ in said),
        *(text(x, y, f"{words} {value:g}", cls="axis", anchor=_lean(x)) for x, y, value, words in said),
    )


def _lean(x: float) -> str:
    return "start" if x < 60 else "end" if x > 300 else "middle"  # noqa: PLR2004 - near the left or the right edge


def _spread(marks: list[tuple[float, float, str]]) -> list[tuple[float, float, float, str]]:
    """Labels on one line, or on two where they would touch."""
    places = sorted(marks)
    near = any(b[0] - a[0] < 90 for a, b in pairwise(places))  # noqa: PLR2004 - the width of a label
    return [(x, 68.0 + (16 if near and index % 2 else 0), value, words) for index, (x, value, words) in enumerate(places)]
