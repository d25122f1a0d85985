"""When a source is asked again, and when a delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.decision.timing import OVERDUE_GRACE, RETRIES, next_at, overdue_at, retry_at
from watcher.core.model import Outcome

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def wait(outcome: Outcome, every: timedelta = HOUR, *, dice: float = 0.5, **said: object) -> timedelta:
    return next_at(NOW, outcome=outcome, every=every, dice=dice, **said) - NOW  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.UNCHANGED])
def test_a_good_reading_keeps_the_pace_and_is_spread_a_little(outcome: Outcome) -> None:
    assert wait(outcome) == HOUR
    assert wait(outcome, dice=0.0) == 57 * MINUTE
    assert wait(outcome, dice=1.0) == 63 * MINUTE


@pytest.mark.parametrize(
    ("max_age", "waits"),
    [(None, HOUR), (timedelta(0), HOUR), (30 * MINUTE, HOUR), (90 * MINUTE, 90 * MINUTE), (365 * DAY, 2 * HOUR)],
)
def test_declared_freshness_is_kept_but_never_makes_blind(max_age: timedelta | None, waits: timedelta) -> None:
    assert wait(Outcome.OK, max_age=max_age) == waits


@pytest.mark.parametrize(
    ("outcome", "every", "waits"),
    [
        (Outcome.ERROR, HOUR, [5, 10, 20, 40, 80, 160, 240, 240]),
        (Outcome.ERROR, 2 * MINUTE, [2, 4, 8, 8, 8]),
        (Outcome.ERROR, DAY, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]),
        (Outcome.BLOCKED, HOUR, [120, 240, 240]),
        (Outcome.MALFORMED, HOUR, [60, 60, 60, 120, 240, 240]),
        (Outcome.EMPTY, HOUR, [60, 60, 60, 120, 240, 240]),
        (Outcome.GONE, HOUR, [60, 60, 60, 120, 240, 240]),
        (Outcome.GONE, 7 * DAY, [7 * 1440, 7 * 1440, 7 * 1440, 7 * 1440]),
    ],
)
def test_each_kind_of_failure_has_its_patience(outcome: Outcome, every: timedelta, waits: list[int]) -> None:
    assert [wait(outcome, every, failures=n) for n in range(1, len(waits) + 1)] == [minutes * MINUTE for minutes in waits]


def test_a_wish_to_wait_is_kept_in_full_up_to_a_day() -> None:
    assert wait(Outcome.ERROR, failures=1, retry_after=2 * HOUR, dice=0.0) == 2 * HOUR
    assert wait(Outcome.ERROR, failures=1, retry_after=2 * HOUR, dice=1.0) == 2 * HOUR + 6 * MINUTE
    assert wait(Outcome.ERROR, failures=1, retry_after=timedelta(seconds=1)) == 5 * MINUTE
    assert wait(Outcome.ERROR, failures=1, retry_after=31 * DAY, dice=0.0) == DAY
    assert wait(Outcome.BLOCKED, 7 * DAY, failures=1, retry_after=31 * DAY, dice=0.0) == 7 * DAY


@given(
    st.sampled_from(Outcome),
    st.timedeltas(min_value=MINUTE, max_value=30 * DAY),
    st.integers(min_value=0, max_value=10**9),
    st.none() | st.timedeltas(min_value=timedelta(0), max_value=31 * DAY),
    st.none() | st.timedeltas(min_value=timedelta(0), max_value=31 * DAY),
    st.floats(min_value=0, max_value=1),
)
def test_whatever_happens_it_is_asked_again_neither_at_once_nor_never(
    outcome: Outcome, every: timedelta, failures: int, max_age: timedelta | None, retry_after: timedelta | None, dice: float
) -> None:
    due = wait(outcome, every, failures=failures, max_age=max_age, retry_after=retry_after, dice=dice)
    assert min(every, 5 * MINUTE) * 0.95 <= due <= max(2 * every, DAY) * 1.1


def test_a_delivery_is_tried_ten_times_over_three_days() -> None:
    waits = [at - NOW for attempts in range(10) if (at := retry_at(NOW, attempts=attempts))]
    assert waits == list(RETRIES)
    assert [str(each) for each in waits[:4]] == ["0:00:00", "0:00:05", "0:05:00", "0:30:00"]
    assert sum(waits, timedelta(0)) == timedelta(days=3, hours=3, minutes=35, seconds=5)
    assert retry_at(NOW, attempts=10) is None


def test_tries_of_many_deliveries_are_spread_and_never_early() -> None:
    assert retry_at(NOW, attempts=3, dice=1.0) == NOW + 33 * MINUTE
    assert retry_at(NOW, attempts=3, dice=0.0) == NOW + 30 * MINUTE


def test_a_receiver_that_asks_to_wait_is_given_its_time_up_to_a_day() -> None:
    assert retry_at(NOW, attempts=1, wait=10 * MINUTE) == NOW + 10 * MINUTE
    assert retry_at(NOW, attempts=4, wait=10 * MINUTE) == NOW + 2 * HOUR
    assert retry_at(NOW, attempts=1, wait=30 * DAY) == NOW + DAY


def test_a_watch_is_overdue_when_a_source_waits_for_three_of_its_paces_and_never_for_a_minute_less() -> None:
    last, then = NOW - 2 * HOUR, NOW
    at = overdue_at([(last, then), (None, None), (NOW, NOW + 100 * HOUR)])
    assert at is not None
    assert then + 4 * HOUR <= at <= then + 6 * HOUR, "two paces more, and the spread of such moments"
    assert overdue_at([(None, NOW)]) == NOW + OVERDUE_GRACE
    assert overdue_at([(None, None)]) is None
