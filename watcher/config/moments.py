"""Durations and moments as people write them, in the file, on the command line and at the page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

_UNITS = {unit: timedelta(seconds=n) for unit, n in (("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))}
FIRST_YEAR, LAST_YEAR = 1900, 2199
MAX_SPAN = timedelta(days=36_525)
"""More than that is a slip, and a moment so far away cannot be written."""


def read_duration(text: object) -> timedelta:
    """Read `90s`, `10m`, `6h`, `14d`, `1w`, or a sum such as `1d12h`. Raises ValueError with what is expected."""
    return _duration(text if isinstance(text, str) else "")  # a list or a table has no place among what is remembered


@lru_cache(maxsize=4096)
def _duration(text: str) -> timedelta:
    if not re.fullmatch(r"(?:\d{1,6}[wdhms]){1,8}", text):
        raise ValueError('a duration such as "90s", "10m", "6h", "14d" or "1w"')
    length = sum((int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d{1,6})([wdhms])", text)), timedelta())
    if length > MAX_SPAN:
        raise ValueError("a duration of at most a hundred years")
    return length


def write_duration(length: timedelta) -> str:
    """Write a duration as `read_duration` reads it, in the longest unit that it is a multiple of: `90m`, `6h`, `14d`."""
    unit = next((unit for unit in "dhm" if length and not length % _UNITS[unit]), "s")
    return f"{length // _UNITS[unit]}{unit}"


def read_pace(text: object) -> timedelta:
    """Read a duration that is longer than nothing. Raises ValueError."""
    length = read_duration(text)
    if not length:
        raise ValueError('a duration longer than nothing, such as "1h"')
    return length


def read_declared(value: object) -> datetime:
    """Read a moment of the configuration, about which days are counted in either direction. Raises ValueError."""
    at = read_moment(value)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"a day between the years {FIRST_YEAR} and {LAST_YEAR}")
    return at


def read_moment(value: object) -> datetime:
    """Read a TOML date, a TOML time or an ISO 8601 text as a moment in UTC; a day means its midnight. Raises ValueError."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ValueError("a day or a moment such as 2026-05-14 or 2026-05-14T09:30:00Z")  # noqa: TRY004 - pydantic reads ValueError
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("a moment between the years 1 and 9999") from None
