"""Dates that matter to the reader on one line: windows that opened, deadlines ahead, and today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from watcher.core.decision.closing import away_in_days, close_in_words, close_of, window_in_words
from watcher.core.model import Signal, Verdict, day_text
from watcher.web.svg import bar, dot, line, picture, text


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


LEFT, RIGHT, Y = 3.0, 97.0, 34.0
SPOT_WIDTH = 6.5
"""Per cent of the width that a spot takes on a telephone."""


def draw_days(days: tuple[Day, ...], now: datetime, *, windows: tuple[Window, ...] = (), today: str = "today") -> Markup | None:
    """The days on a line, the windows as bands, and the present marked; numbers refer to the list beside it."""
    if not days:
        return None
    start = min(now, days[0].at) - timedelta(days=7)
    end = max(now, days[-1].at) + timedelta(days=7)

    def place(at: datetime) -> float:
        return LEFT + (RIGHT - LEFT) * ((at - start) / (end - start))

    here = place(now)
    says = "Dates: " + "; ".join(f"{item.label}, {day_text(item.at)}" for item in days) + f". Today is {day_text(now)}."
    months = [part for at in _firsts(start, end) for part in _month(at, place(at))]
    spots = [part for index, (item, x, lift) in enumerate(_lifted(days, place), 1) for part in _spot(item, index, x, lift)]
    side = "start" if here < SPOT_WIDTH else "end" if here > 100 - SPOT_WIDTH else "middle"
    return picture(
        86,
        says,
        *(_band(window, place) for window in windows),
        bar(LEFT, Y - 1, here - LEFT, 3, "gone"),
        line(LEFT, Y, RIGHT, Y, "line"),
        *months,
        line(here, 6, here, Y + 28, "today"),
        text(here, Y + 42, today, cls="strong", anchor=side),
        *spots,
        cls="plot wide",
    )


def _band(window: Window, place: Callable[[datetime], float]) -> Markup:
    start, end = place(window.start), place(window.end)
    return bar(start, Y - 10, end - start, 20, "window", f"{(window.end - window.start).days} days, to {day_text(window.end)}")


def _month(at: datetime, x: float) -> tuple[Markup, ...]:
    name = f"{at:%Y}" if at.month == 1 else f"{at:%b}"
    return line(x, Y - 4, x, Y + 4, "line"), text(x, Y + 22, name, cls="axis", anchor="middle")


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
