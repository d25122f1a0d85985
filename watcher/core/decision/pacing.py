"""When to ask again, and when to try a delivery again: pure functions of what happened, with the dice as an argument."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from watcher.core.model import Outcome

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
"""A watch that has not looked for longer than this many paces is overdue."""

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
