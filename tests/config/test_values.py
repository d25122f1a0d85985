"""How single values are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from watcher.config.moments import read_duration, read_moment, write_duration
from watcher.config.secrets import fill_secrets
from watcher.config.types import (
    check_pattern,
    read_base_path,
    read_host,
    read_hour,
    read_hours,
    read_network,
    read_size,
    read_url,
    read_weekday,
)

WASHINGTON = timezone(timedelta(hours=-5))
MEANT: list[tuple[Callable[..., object], object, object]] = [
    (read_duration, "90s", timedelta(seconds=90)),
    (read_duration, "10m", timedelta(minutes=10)),
    (read_duration, "1d12h", timedelta(hours=36)),
    (read_duration, "2w", timedelta(days=14)),
    (read_duration, "0s", timedelta()),
    (read_moment, date(2026, 5, 14), datetime(2026, 5, 14, tzinfo=UTC)),
    (read_moment, "2026-05-14", datetime(2026, 5, 14, tzinfo=UTC)),
    (read_moment, datetime(2026, 5, 14, 9), datetime(2026, 5, 14, 9, tzinfo=UTC)),  # noqa: DTZ001 - TOML has such times
    (read_moment, datetime(2027, 1, 3, 12, tzinfo=WASHINGTON), datetime(2027, 1, 3, 17, tzinfo=UTC)),
    (read_moment, "2026-05-14T09:30:00+02:00", datetime(2026, 5, 14, 7, 30, tzinfo=UTC)),
    (read_size, "15MB", 15_000_000),
    (read_size, "512 KiB", 524_288),
    (read_size, 4096, 4096),
    (read_hour, "08:00", time(8)),
    (read_hour, time(7, 30), time(7, 30)),
    (read_hours, "22:00-07:00", (time(22), time(7))),
    (read_weekday, "mon", 0),
    (read_weekday, "Sunday", 6),
    (read_url, "https://example.org:8443/feed?a=1", "https://example.org:8443/feed?a=1"),
    (read_url, "http://[::1]/x", "http://[::1]/x"),
    (read_url, "https://Straße.example:8443/ü?q=ß", "https://xn--strae-oqa.example:8443/ü?q=ß"),
    (read_base_path, "/watch/", "/watch"),
    (read_base_path, "", ""),
    (read_host, "Watch.Example.org.", "watch.example.org"),
    (read_host, "Straße.Example.", "xn--strae-oqa.example"),
    (read_host, "fd00::1", "fd00::1"),
    (read_network, "10.0.0.1/8", "10.0.0.1/8"),
    (read_network, "::1", "::1"),
    (read_base_path, "/a/b", "/a/b"),
]


@pytest.mark.parametrize(("read", "written", "meant"), MEANT)
def test_a_value_means(read: Callable[..., object], written: object, meant: object) -> None:
    assert read(written) == meant


@pytest.mark.parametrize("written", ["0s", "90s", "90m", "36h", "14d"])
def test_a_duration_is_written_as_it_is_read(written: str) -> None:
    assert write_duration(read_duration(written)) == written


REFUSED: list[tuple[Callable[..., object], object]] = [
    *(
        (read_host, text)
        for text in ("", "https://watch.example.org", "watch.example.org:443", "a/b", "*.example.org", ".", "a..b")
    ),
    *((read_network, text) for text in ("", "proxy", "10.0.0.0/33", "*")),
    *((read_duration, text) for text in ("", "6", "h", "6 h", "-1h", "1.5h", "6H", 6, None, "999999w" * 200)),
    *((read_moment, text) for text in ("", "today", 20260514, None, time(8), "2026-13-01", "0001-01-01T00:00:00+14:00")),
    *((read_size, text) for text in ("", "-1", "MB", "1TB", "1.5MB", True)),
    *((read_hour, text) for text in ("8:00", "24:00", "08:60", 8, time(8, tzinfo=UTC))),
    *((read_hours, text) for text in ("22:00", "22:00-22:00", "-", 5)),
    *((read_weekday, text) for text in ("", "x", 1)),
    *(
        (read_url, text)
        for text in (
            "",
            "example.org",
            "file:///x",
            "javascript:alert(1)",
            "https://",
            "https://a b/",
            "https://\u2764\ufe0f.example/",
            "http://[",
            "https://x:y/",
        )
    ),
    *(
        (read_url, text)
        for text in ("https://e.org/\n", "https://u:p@e.org/", "https://e.org\\@evil.test/", "https://e.org/\x00")
    ),
    *((read_base_path, text) for text in ("watch", "/a//b", "/a?b", "/a b", "//evil.test")),
]


@pytest.mark.parametrize(("read", "written"), REFUSED)
def test_a_value_is_refused(read: Callable[..., object], written: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(written)


KEPT = [
    r"^https://www\.nist\.gov/news-events/news/\d{4}/\d{2}/",
    r"(?i)caisi|evaluation of",
    r"^https://[^/]+/system/files/.*\.pdf$",
    r"/(news|blog)/[a-z-]+$",
    r"(?:a|b){2}",
    r"((a|b)*)c",
    r"(?<!x)y(?=z)",
    "",
]
TOO_SLOW = [
    r"(a+)+$",
    r"(a*)*",
    r"(\w+\s?)*$",
    r"(a|aa)+$",
    r"(.*,){99,}",
    r"(?:x+y?){2,}z",
    r"(a)\1",
    r".*.*.*.*x",
    r"[^a]*[^b]*[^c]*[^d]*$",
    "a" * 501,
]


@pytest.mark.parametrize("pattern", KEPT)
def test_a_pattern_is_kept(pattern: str) -> None:
    assert check_pattern(pattern) == pattern


@pytest.mark.parametrize("pattern", [*TOO_SLOW, "(", "[", "*", "(?P<n>a)(?P<n>b)"])
def test_a_pattern_is_refused_for_its_time_or_its_form(pattern: str) -> None:
    with pytest.raises(ValueError, match="a regular expression"):
        check_pattern(pattern)


def test_secrets_are_filled_in_once_and_a_value_is_never_read_again() -> None:
    assert fill_secrets("$A and ${A}b for $$A, 5 $", {"A": "$B", "B": "no"}) == "$B and $Bb for $A, 5 $"
