from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.formats._dates import find_date, read_date, read_epoch, zone_named

MOMENTS = [
    ("Tue, 09 Jun 2026 00:00:00 GMT", "2026-06-09 00:00"),
    ("Fri, 17 Jul 2026 10:00:00 -0400", "2026-07-17 14:00"),
    ("Thu, 01 Jan 2026 01:30:00 +0530", "2025-12-31 20:00"),
    ("Tue, 9 Jun 26 1:02 EST", "2026-06-09 06:02"),
    ("9 Jun 99 10:00 GMT", "1999-06-09 10:00"),
    ("Wed, 12 Aug 2026 10:00:00 CEST", "2026-08-12 08:00"),
    ("Sat, 05 Sep 2026 07:00:00 XYZ", "2026-09-05 07:00"),
    ("2026-06-13T00:40:00.000Z", "2026-06-13 00:40"),
    ("2026-06-13T00:40:00.123456789+02:00", "2026-06-12 22:40"),
    ("2026-06-13 00:40:00+02:00", "2026-06-12 22:40"),
    ("2026-06-13T00:40", "2026-06-13 00:40"),
    ("2026-11-16T06:00Z", "2026-11-16 06:00"),
    ("2026-06-13", "2026-06-13 00:00"),
    ("2026/6/3", "2026-06-03 00:00"),
    ("20260613T010203", "2026-06-13 01:02"),
    ("July 17, 2026", "2026-07-17 00:00"),
    ("Monday, June 9th, 2026", "2026-06-09 00:00"),
    ("Sept. 3, 2026 at 5:21 PM ET", "2026-09-03 21:21"),
    ("Dec 3, 2026 12:05 a.m. PT", "2026-12-03 08:05"),
    ("17 July 2026", "2026-07-17 00:00"),
    ("17. Juli 2026", "2026-07-17 00:00"),
    ("1er juillet 2026", "2026-07-01 00:00"),
    ("9 de noviembre de 2026", "2026-11-09 00:00"),
    ("9 de março de 2026", "2026-03-09 00:00"),
    ("2026年11月9日", "2026-11-09 00:00"),
    ("2026년 11월 9일", "2026-11-09 00:00"),
]


@pytest.mark.parametrize(("raw", "moment"), MOMENTS)
def test_a_date_is_read_as_its_moment_in_utc(raw: str, moment: str) -> None:
    found = read_date(raw)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "soon",
        "03/04/2026",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "9999-12-31 23:59 -1200",
        "2026-13-45",
        "Tue, 31 Feb 2026 00:00:00 GMT",
        "Tue, 01 Xyz 2026 00:00:00 GMT",
        "Thu, 01 Jan 2026 24:00:00 GMT",
        "12 monkeys 2026",
        "1" * 500,
    ],
)
def test_what_is_no_date_or_a_default_is_none(raw: str) -> None:
    assert read_date(raw) is None


def test_a_day_without_a_zone_is_a_day_where_the_publisher_is() -> None:
    assert read_date("July 17, 2026", zone_named("America/New_York")) == datetime(2026, 7, 17, 4, tzinfo=UTC)
    assert zone_named("") is UTC


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("0.108.0 (2026-06-09)", "2026-06-09"),
        ("[1.2.3] - 2026-06-09", "2026-06-09"),
        ("Version 150, released April 21, 2026", "2026-04-21"),
        ("v2.1.170", None),
    ],
)
def test_a_date_is_found_inside_a_heading(text: str, day: str | None) -> None:
    found = find_date(text)
    assert (found.date().isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("value", "year"), [(1781082000, 2026), (1781082000123, 2026), (0, None), (1e300, None), (float("nan"), None)]
)
def test_seconds_and_milliseconds_since_1970(value: float, year: int | None) -> None:
    found = read_epoch(value)
    assert (found.year if found else None) == year


@given(st.text(max_size=120) | st.from_regex(r"\w{3}, \d{1,2} \w{3} \d{2,5} \d\d:\d\d:\d\d [+-]?\w{1,5}", fullmatch=True))
def test_no_text_breaks_the_reading_of_dates(raw: str) -> None:
    for found in (read_date(raw), find_date(raw)):
        assert found is None or 1985 <= found.year <= 2200


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2199, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_every_moment_comes_back_from_the_forms_that_feeds_use(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert read_date(moment.isoformat()) == moment
    assert read_date(moment.strftime("%a, %d %b %Y %H:%M:%S +0000")) == moment
