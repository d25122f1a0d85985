"""When a reader may be written to, in the reader's own time, over both changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.decision.timing import DeliveryWindow, allowed_at

NIGHT = (time(22), time(7))
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns")


def table(zone: str = "UTC", **wishes: Any) -> DeliveryWindow:
    """A timetable in a zone of the IANA list."""
    return DeliveryWindow(ZoneInfo(zone), **wishes)


def utc(words: str) -> datetime:
    """A moment."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "timetable", "then"),
    [
        # At once, unless the reader sleeps.
        ("2026-11-20 12:00", table(), "2026-11-20 12:00"),
        ("2026-11-20 21:59", table(quiet=NIGHT), "2026-11-20 21:59"),
        ("2026-11-20 22:00", table(quiet=NIGHT), "2026-11-21 07:00"),
        ("2026-11-21 06:59", table(quiet=NIGHT), "2026-11-21 07:00"),
        ("2026-11-21 07:00", table(quiet=NIGHT), "2026-11-21 07:00"),
        ("2026-11-21 13:30", table(quiet=(time(13), time(14))), "2026-11-21 14:00"),
        ("2026-11-21 13:30", table(quiet=(time(13), time(13))), "2026-11-21 13:30"),
        # 03:00 UTC is 22:00 of the evening before in New York.
        ("2026-11-20 03:00", table("America/New_York", quiet=NIGHT), "2026-11-20 12:00"),
        # Weekdays: 2026-11-20 is a Friday.
        ("2026-11-20 12:00", table(weekdays=(0, 1)), "2026-11-23 00:00"),
        ("2026-11-20 12:00", table(weekdays=(0, 1), quiet=NIGHT), "2026-11-23 07:00"),
        ("2026-11-24 23:00", table(weekdays=(0, 1), quiet=NIGHT), "2026-11-30 07:00"),
        # Daily, at the local hour; on the stroke it still goes.
        ("2026-11-20 07:59", table(pace="daily"), "2026-11-20 08:00"),
        ("2026-11-20 08:00", table(pace="daily"), "2026-11-20 08:00"),
        ("2026-11-20 08:01", table(pace="daily"), "2026-11-21 08:00"),
        ("2026-11-20 08:01", table(pace="daily", weekdays=(0, 1, 2, 3, 4)), "2026-11-23 08:00"),
        ("2026-11-20 05:00", table(pace="daily", at=time(6), quiet=NIGHT), "2026-11-20 07:00"),
        # Weekly: Monday, where no day is named.
        ("2026-11-20 12:00", table(pace="weekly"), "2026-11-23 08:00"),
        ("2026-11-23 08:00", table(pace="weekly"), "2026-11-23 08:00"),
        ("2026-11-23 09:00", table(pace="weekly"), "2026-11-30 08:00"),
        ("2026-11-20 12:00", table(pace="weekly", weekdays=(4,), at=time(11)), "2026-11-27 11:00"),
        # Berlin, 29 March 2026: 02:00 becomes 03:00. The skipped 02:30 is kept at 03:30 by the new clock, once.
        ("2026-03-28 12:00", table("Europe/Berlin", pace="daily", at=time(2, 30)), "2026-03-29 01:30"),
        ("2026-03-29 01:31", table("Europe/Berlin", pace="daily", at=time(2, 30)), "2026-03-30 00:30"),
        ("2026-03-29 00:15", table("Europe/Berlin", quiet=(time(22), time(2, 30))), "2026-03-29 01:30"),
        ("2026-03-28 12:00", table("Europe/Berlin", pace="daily"), "2026-03-29 06:00"),
        # New York, 1 November 2026: 02:00 becomes 01:00. The repeated 01:30 counts the first time, once.
        ("2026-11-01 04:00", table("America/New_York", pace="daily", at=time(1, 30)), "2026-11-01 05:30"),
        ("2026-11-01 05:31", table("America/New_York", pace="daily", at=time(1, 30)), "2026-11-02 06:30"),
        ("2026-10-31 13:00", table("America/New_York", pace="daily"), "2026-11-01 13:00"),
        # Quiet hours that end inside the repeated hour end, begin again with the clock, and end again.
        ("2026-11-01 05:00", table("America/New_York", quiet=(time(22), time(1, 30))), "2026-11-01 05:30"),
        ("2026-11-01 05:45", table("America/New_York", quiet=(time(22), time(1, 30))), "2026-11-01 05:45"),
        ("2026-11-01 06:10", table("America/New_York", quiet=(time(22), time(1, 30))), "2026-11-01 06:30"),
    ],
)
def test_when(now: str, timetable: DeliveryWindow, then: str) -> None:
    assert allowed_at(utc(now), timetable) == utc(then)


@pytest.mark.parametrize("wishes", [{"quiet": NIGHT}, {"pace": "daily"}, {"pace": "weekly"}, {"weekdays": (0,)}])
def test_urgent_news_passes(wishes: dict[str, Any]) -> None:
    assert allowed_at(utc("2026-11-20 23:00"), table(**wishes), urgent=True) == utc("2026-11-20 23:00")


TIMES = st.times().map(lambda at: at.replace(tzinfo=None))
TABLES = st.builds(
    table,
    st.sampled_from(ZONES),
    pace=st.sampled_from(("at_once", "daily", "weekly")),
    at=TIMES,
    weekdays=st.lists(st.integers(0, 6), unique=True, max_size=6).map(tuple),
    quiet=st.none() | st.tuples(TIMES, TIMES),
)


@given(
    st.datetimes(utc("2011-12-20").replace(tzinfo=None), utc("2027-12-31").replace(tzinfo=None), timezones=st.just(UTC)), TABLES
)
def test_a_moment_that_is_given_is_one_that_stands(now: datetime, timetable: DeliveryWindow) -> None:
    then = allowed_at(now, timetable)
    assert then >= now
    assert then - now < timedelta(days=16)
    if timetable.pace == "at_once":
        assert allowed_at(then, timetable) == then
        assert not timetable.weekdays or then.astimezone(timetable.zone).weekday() in timetable.weekdays
