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
    ("Sat, 05 Sep 2026 07:00:00", "2026-09-05 07:00"),
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
    # zones: an offset after a name, hours alone, places, words, a comment after an offset
    ("Thu, 29 Oct 2026 07:36:03 GMT-07:00", "2026-10-29 14:36"),
    ("Tue, 10 Mar 2026 10:00:00 UTC+2", "2026-03-10 08:00"),
    ("Tue, 10 Mar 2026 10:00:00 GMT+0530", "2026-03-10 04:30"),
    ("Tue, 10 Mar 2026 10:00:00 +02", "2026-03-10 08:00"),
    ("Tue, 10 Mar 2026 10:00:00 \u22125", "2026-03-10 15:00"),
    ("Tue, 10 Mar 2026 10:00:00 -0800 (PST)", "2026-03-10 18:00"),
    ("Tue, 10 Mar 2026 10:00:00 PST-0800", "2026-03-10 18:00"),
    ("Tue, 31 Mar 2026 20:19:00 America/Los_Angeles", "2026-04-01 03:19"),
    ("2026-05-25T10:00:00+02:00[Europe/Berlin]", "2026-05-25 08:00"),
    ("Wed, 11 Nov 2026 09:00:00 MET", "2026-11-11 08:00"),
    ("Mon, 09 Nov 2026 10:00:00 Pacific Standard Time", "2026-11-09 18:00"),
    ("Mon, 06 Jul 2026 10:00:00 Central European Summer Time", "2026-07-06 08:00"),
    ("Mon, 06 Jul 2026 10:00:00 British Summer Time", "2026-07-06 09:00"),
    ("2026-05-25+02:00", "2026-05-24 22:00"),
    ("2026-05-25Z", "2026-05-25 00:00"),
    # forms of C, browsers, RFC 850 and careless hands
    ("Sun Jan  4 16:29:06 2026", "2026-01-04 16:29"),
    ("Tue Mar 10 10:00:00 PST 2026", "2026-03-10 18:00"),
    ("Tue Mar 10 10:00:00 +0200 2026", "2026-03-10 08:00"),
    ("Tue Mar 10 2026 10:00:00 GMT+0200 (Eastern European Standard Time)", "2026-03-10 08:00"),
    ("Tuesday, 10-Mar-26 10:00:00 GMT", "2026-03-10 10:00"),
    ("Mon,26 Jan 2026 10:00:00 GMT", "2026-01-26 10:00"),
    ("2026-12-31T23:59:60Z", "2026-12-31 23:59"),
    ("20260525T101500Z", "2026-05-25 10:15"),
    ("20260525", "2026-05-25 00:00"),
    ("2026-W22-1", "2026-05-25 00:00"),
    ("25/12/2026", "2026-12-25 00:00"),
    ("12/25/2026", "2026-12-25 00:00"),
    ("06/06/2026", "2026-06-06 00:00"),
    # other languages, and their halves of the day
    ("29 Mär 2026", "2026-03-29 00:00"),
    ("10. März 2026 um 10:30 Uhr", "2026-03-10 10:30"),
    ("10 févr. 2026 à 10h30", "2026-02-10 10:30"),
    ("terça-feira, 10 de março de 2026", "2026-03-10 00:00"),
    ("Вт, 10 мар 2026 10:00:00 +0300", "2026-03-10 07:00"),
    ("Σαβ, 12 Ιούλ 2026 10:00:00 +0300", "2026-07-12 07:00"),
    ("2026. július 13.", "2026-07-13 00:00"),
    ("2026-július-13T9:15-05:00", "2026-07-13 14:15"),
    ("2026-05-25 오후 11:23", "2026-05-25 23:23"),
    ("2026年5月25日 上午9時05分", "2026-05-25 09:05"),
    ("ngày 9 tháng 6, 2026", "2026-06-09 00:00"),
    ("June 9, 2026 at 10 am ET", "2026-06-09 14:00"),
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
        "Sat, 05 Sep 2026 07:00:00 XYZ",  # whose zone that is
        "Sat, 05 Sep 2026 07:00:00 IST",  # India, Israel or Ireland
        "Sat, 05 Sep 2026 07:00:00 M",  # RFC 1123, 5.2.14
        "Sat, 05 Sep 2026 07:00:00 EST+0200",
        "Sat, 05 Sep 2026 07:00:00 +2500",
        "Sat, 05 Sep 2026 07:00:00 +0199",
        "2026-09-05T07:00:00+25:00",
        "2026-09-05T07:00:00 Europe/Nowhere",
        "2026-09-05 13:00 AM",
        "12 listopada 2026",  # November in Polish, October in Croatian
        "2026",
        "2026-05",
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
