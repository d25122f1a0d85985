"""When to ask again, which sources become jobs, when to try a delivery again, and when a reader may be written to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from zlib import crc32

from watcher.core.model import Outcome

# When to ask again, and when to try a delivery again: pure functions of what happened, with the dice as an argument.

JITTER = 0.1
"""Share of a wait over which moments are spread, so that sources do not march in step."""
MAX_BACKOFF = timedelta(days=1)
"""Back-off never waits longer than this, unless the pace itself is slower."""
FIRST_RETRY = timedelta(minutes=5)
"""After a passing failure (a time-out, a status 500) the pace is too slow a first try."""
FAILURES_BEFORE_BACKOFF = 3
"""Failures that may pass (an empty page, a page that is gone) before asking less often."""

OVERDUE_GRACE = timedelta(minutes=15)
"""A look that is this much late is not overdue yet, however short its pace."""
PACES = 3
"""A watch that has not looked for longer than this many paces is overdue; a source that was not read for as long is blind."""

RETRIES = tuple(
    timedelta(seconds=seconds) for seconds in (0, 5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Waits before each attempt of a delivery, about three days in all (Standard Webhooks, retry schedule)."""


def next_at(
    now: datetime,
    *,
    outcome: Outcome,
    every: timedelta,
    failures: int = 0,
    max_age: timedelta | None = None,
    retry_after: timedelta | None = None,
    dice: float = 0.0,
) -> datetime:
    """When a source is due again.

    `every` is its pace, `failures` the failures in a row with this one, `dice` from 0 to 1: a good reading is due after 0.95
    to 1.05 of its pace, with dice 0.5 exactly. Freshness that the publisher declares may double the pace, no more: a year of
    `max-age` must not make the watch blind. `retry_after` is kept in full (RFC 9110, 10.2.3), up to a day or the pace.
    """
    if outcome in {Outcome.OK, Outcome.UNCHANGED}:
        wait = min(max(every, max_age or every), 2 * every)
    else:
        wait = _back_off(outcome, every, failures)
    wait *= 1 - JITTER / 2 + JITTER * dice
    if retry_after is not None:
        asked = min(retry_after, max(every, MAX_BACKOFF))
        wait = max(wait, asked + every * JITTER * dice)
    return now + wait


def retry_at(now: datetime, *, attempts: int, wait: timedelta | None = None, dice: float = 0.0) -> datetime | None:
    """When a delivery that failed `attempts` times is tried again; None when it has been tried often enough.

    `wait` is what the receiver asked for; it is kept, up to a day. `dice` from 0 to 1 adds up to a tenth, never less than the
    schedule.
    """
    if attempts >= len(RETRIES):
        return None
    scheduled = RETRIES[attempts] * (1 + JITTER * dice)
    return now + max(scheduled, min(wait or timedelta(0), MAX_BACKOFF))


def _back_off(outcome: Outcome, every: timedelta, failures: int) -> timedelta:
    """The wait after failures in a row: each kind begins where it may pass, and doubles to a bound."""
    longest = max(every, min(MAX_BACKOFF, 4 * every))
    if outcome is Outcome.ERROR:
        return min(min(every, FIRST_RETRY) * (1 << _steps(failures, free=1)), longest)
    if outcome is Outcome.BLOCKED:
        return min(every * (1 << _steps(failures, free=0)), longest)
    return min(every * (1 << _steps(failures, free=FAILURES_BEFORE_BACKOFF)), longest)


def _steps(failures: int, *, free: int) -> int:
    """How often the wait is doubled; bounded, for the time spans of Python are."""
    return min(max(failures - free, 0), 20)


def overdue_at(looks: Iterable[tuple[datetime | None, datetime | None]]) -> datetime | None:
    """When a watch that looks no more is overdue: the first moment at which a source waits for longer than three paces.

    `looks` are the last and the next look of each source; its pace is the time between them (with the spread of such moments),
    so that a source that is asked less often on purpose (back-off, Retry-After) is not late. None where nothing is to be
    looked at.
    """
    paces = PACES - 1 + 2 * JITTER
    return min((then + max(paces * (then - (last or then)), OVERDUE_GRACE) for last, then in looks if then), default=None)


# When a reader may be written to: quiet hours, weekdays and local hours, in the reader's own time zone.

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


# Which sources that are due become jobs now: each once, few of one host, and no more of a host at a time than it bears.

MAX_JOBS_OF_A_HOST = 25
"""Polls of one host that wait at the same time: one with thousands of pages leaves room for the others. More where more may be
asked of a host at once."""
FAILING = "failing "
"""What the lanes of jobs begin with whose sources failed when last asked: hosts that hang leave workers to the others."""
MIN_POLLS_OF_A_JOB = 4
MAX_POLLS_OF_A_JOB = 20
"""What a worker looks up, keeps and finishes together, where so much is due: more, the more it asks at a time."""


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source that is due, and where."""

    source: str
    signal: str
    host: str
    fails: bool = False
    """Whether it failed when it was last asked."""


@dataclass(frozen=True, slots=True)
class QueuedSource:
    """A source that is queued already, or being polled."""

    source: str
    host: str
    lane: str
    """Of its job: empty, or FAILING with a number, where that holds several lanes."""

    @property
    def shares(self) -> bool:
        """Whether its job holds several lanes."""
        return not self.lane or self.lane.startswith(FAILING)


@dataclass(frozen=True, slots=True)
class PollJob:
    """Sources to be polled together, each with its host."""

    places: tuple[tuple[str, str], ...]
    lane: str = ""
    """Of the jobs with the same lane one runs at a time; empty where none of its sources waits for another, or fails."""


def most_of_a_host(per_host: int) -> int:
    """Polls of one host that wait at the same time, where it may be asked so many things at once. Pure."""
    return max(MAX_JOBS_OF_A_HOST, per_host)


def lane_of(source: str, host: str, per_host: int) -> str:
    """The lane of a source; a host has as many as it may be asked things at once.

    Always the same one, so that a source is asked once at a time, too. Pure.
    """
    return f"{host} {crc32(source.encode()) % per_host}"


def poll_jobs(
    due: Iterable[DueSource], queued: Collection[QueuedSource], per_host: int, most: int, failing: int = 1
) -> Iterator[PollJob]:
    """The jobs to queue for sources, the longest overdue first, beside what is queued already. Pure.

    Sources that are alone in their lane share jobs of at most `most`, those of a signal together; those that must wait for one
    another have jobs of their own. What a shared job holds up is left for the next time. Those that failed when they were last
    asked share jobs of their own, of which `failing` run at a time.
    """
    fresh = not_queued(due, queued, per_host)
    held = {lane_of(one.source, one.host, per_host) for one in queued if one.shares}
    busy = Counter(lane_of(one.source, one.host, per_host) for one in fresh)
    busy.update(one.lane for one in queued if not one.shares)
    by_signal: dict[tuple[bool, str], list[DueSource]] = {}
    for one in fresh:
        lane = lane_of(one.source, one.host, per_host)
        if lane in held:
            continue
        if busy[lane] > 1:
            yield PollJob(((one.source, one.host),), lane)
        else:
            by_signal.setdefault((one.fails, one.signal), []).append(one)
    for fails in (False, True):
        together = [(one.source, one.host) for key, mine in by_signal.items() if key[0] is fails for one in mine]
        for start in range(0, len(together), most):
            places = tuple(together[start : start + most])
            yield PollJob(places, f"{FAILING}{crc32(places[0][0].encode()) % failing}" if fails else "")


def not_queued(due: Iterable[DueSource], queued: Collection[QueuedSource], per_host: int) -> list[DueSource]:
    """Those that are not queued yet, few of one host, in their order. Pure."""
    most = most_of_a_host(per_host)
    known, many, found = {one.source for one in queued}, Counter(one.host for one in queued), list[DueSource]()
    for one in due:
        if one.source not in known and many[one.host] < most:
            many[one.host] += 1
            found.append(one)
    return found
