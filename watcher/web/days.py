"""Dates that matter to the reader on one line: windows that opened, deadlines ahead, and today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from watcher.core.model import Signal
from watcher.web.svg import bar, dot, line, picture, text
from watcher.web.words import ago, day


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


def days_of(signals: tuple[Signal, ...], now: datetime) -> tuple[Day, ...]:
    """The declared dates, and the opening and end of each window; equal ones are said once, oldest first."""
    found: dict[tuple[datetime, str], Day] = {}
    for signal in signals:
        for name, at, label in _dates(signal):
            found.setdefault((at, label), Day(at, label, at <= now, ago(at, now), signal.id, name))
    return tuple(found[key] for key in sorted(found, key=lambda key: key[0]))


def _dates(signal: Signal) -> list[tuple[str, datetime, str]]:
    dates = [(date.id, date.at, date.label) for date in signal.dates]
    if signal.opened:
        dates.append(("opened", signal.opened, "Watch opened"))
        if signal.window:
            dates.append(("window", signal.opened + signal.window, f"{signal.window.days}-day window ends"))
    return dates


def window_of(signal: Signal, now: datetime) -> Window | None:
    """The window of a signal in words."""
    if not signal.opened or not signal.window:
        return None
    end = signal.opened + signal.window
    if end <= now:
        return Window(signal.opened, end, True, signal.window_passed or f"The {signal.window.days}-day window has passed.")
    left = (end - now).days + 1
    return Window(signal.opened, end, False, f"Day {(now - signal.opened).days + 1} of {signal.window.days}; {left} to go.")


def draw_days(days: tuple[Day, ...], now: datetime) -> Markup | None:
    """The days on a line with today marked; numbers refer to the list beside it."""
    if not days:
        return None
    start = min(now, days[0].at) - timedelta(days=7)
    end = max(now, days[-1].at) + timedelta(days=7)
    width, left, right, y = 720, 12.0, 708.0, 36.0

    def place(at: datetime) -> float:
        return left + (right - left) * ((at - start) / (end - start))

    says = "Dates: " + "; ".join(f"{item.label}, {day(item.at)}" for item in days) + f". Today is {day(now)}."
    months = [
        part
        for at in _firsts(start, end)
        for part in (
            line(place(at), y - 4, place(at), y + 4, "line"),
            text(place(at), y + 20, f"{at:%b}", cls="axis", anchor="middle"),
        )
    ]
    spots = [part for item, lift in _lifted(days, place) for part in _spot(item, days.index(item) + 1, place(item.at), y, lift)]
    return picture(
        width,
        74,
        says,
        bar(left, y - 1, place(now) - left, 3, "gone"),
        line(left, y, right, y, "line"),
        *months,
        *spots,
        line(place(now), 8, place(now), y + 10, "today"),
        text(place(now), y + 34, "today", cls="axis strong", anchor="middle"),
        cls="plot wide",
    )


def _spot(item: Day, number: int, x: float, y: float, lift: float) -> tuple[Markup, ...]:
    cls = "spot past" if item.past else "spot"
    return dot(x, y - lift, 9, cls, f"{item.label}, {day(item.at)}"), text(
        x, y - lift + 4, str(number), cls=f"{cls} number", anchor="middle"
    )


def _lifted(days: tuple[Day, ...], place: object) -> list[tuple[Day, float]]:
    """Days too close to one another stand above each other."""
    at: list[float] = []
    result: list[tuple[Day, float]] = []
    for item in days:
        x = place(item.at)  # type: ignore[operator]
        lift = 20.0 if at and x - at[-1] < 20 and (not result or result[-1][1] == 0) else 0.0  # noqa: PLR2004 - the width of a spot
        at.append(x)
        result.append((item, lift))
    return result


def _firsts(start: datetime, end: datetime) -> list[datetime]:
    """The first of each month between, at most a dozen."""
    found = []
    year, month = start.year, start.month
    while (at := start.replace(year=year, month=month, day=1, hour=0, minute=0, second=0, microsecond=0)) <= end:
        if at >= start:
            found.append(at)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004 - months in a year
    every = max(1, -(-len(found) // 12))
    return found[::every]
