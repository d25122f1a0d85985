"""When a reader may be written to: quiet hours, weekdays and local hours, in the reader's own time zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
EVERY_DETAIL = "every_detail"
"""A pace: at once, and details too (a version, a price, who may use it) that others read in their weekly note."""
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class DeliveryWindow:
    """A reader's wishes."""

    zone: tzinfo = UTC
    pace: str = "at_once"
    """at_once, every_detail, daily or weekly."""
    at: time = time(8)
    """Local hour of a daily or weekly message."""
    weekdays: tuple[int, ...] = ()
    """Days on which a message may go out, Monday 0; empty: any, or Monday for a weekly one."""
    quiet: tuple[time, time] | None = None
    """Span of the local day in which only urgent news passes; it may pass midnight."""

    @property
    def days(self) -> tuple[int, ...]:
        """The days on which a message may go out; empty: any."""
        return self.weekdays or ((0,) if self.pace == "weekly" else ())


def allowed_at(now: datetime, timetable: DeliveryWindow, *, urgent: bool = False) -> datetime:
    """The first moment (UTC) from `now` (aware) on at which a message may go out; urgent news always may.

    An hour that a clock change skips is kept an hour later by the new clock; one that it repeats counts the first time.
    A daily or weekly hour that lies in the quiet hours goes out at their end.
    """
    moment, held = now, None if urgent else _first_held(now, timetable)
    while held is not None:
        moment = held
        held = _held_until(moment, timetable)
    return moment.astimezone(UTC)


def note_hours(timetable: DeliveryWindow) -> DeliveryWindow:
    """The window of a note that is written for an hour of its own: of a reader's wishes only the quiet hours hold it."""
    return replace(timetable, pace="at_once", weekdays=())


def _first_held(now: datetime, timetable: DeliveryWindow) -> datetime | None:
    """The hour of a daily or weekly message on a day that may be used; for one at once, what holds it."""
    if timetable.pace in {"at_once", EVERY_DETAIL}:
        return _held_until(now, timetable)
    moment = _next(now, timetable.at, timetable.zone)
    while not _is_day(moment, timetable):
        moment = _next(moment + TICK, timetable.at, timetable.zone)
    return moment


def _held_until(moment: datetime, timetable: DeliveryWindow) -> datetime | None:
    """When a moment that may not be used should be looked at again; None for one that may."""
    if timetable.pace in {"at_once", EVERY_DETAIL} and not _is_day(moment, timetable):
        return _next(moment + TICK, time(), timetable.zone)
    if timetable.quiet and _is_within(moment.astimezone(timetable.zone).time(), timetable.quiet):
        return _next(moment + TICK, timetable.quiet[1], timetable.zone, again=True)
    return None


def _is_day(moment: datetime, timetable: DeliveryWindow) -> bool:
    """Whether the reader's day at that moment is one of those that may be used."""
    return not timetable.days or moment.astimezone(timetable.zone).weekday() in timetable.days


def _next(moment: datetime, hour: time, zone: tzinfo, *, again: bool = False) -> datetime:
    """The first time from `moment` on that a clock on the reader's wall shows `hour`.

    `again`: also the second time that a clock set back shows it, for an end of quiet hours that has to come.
    """
    today = moment.astimezone(zone).date()
    shown = (
        datetime.combine(day, hour, zone).replace(fold=fold).astimezone(UTC)
        for day in (today, today + DAY)
        for fold in ((0, 1) if again else (0,))
    )
    return min(at for at in shown if at >= moment)


def _is_within(now: time, span: tuple[time, time]) -> bool:
    """Whether a time of the day lies in a span that may pass midnight; its end is outside."""
    start, end = span
    return start <= now < end if start <= end else now >= start or now < end
