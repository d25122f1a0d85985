"""Who asks, behind which proxies, and how often they may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request

from watcher.web.rate_limit import MOST, RateLimit, client_key

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "who"),
    [
        ("203.0.113.7", "", (), "203.0.113.7"),
        # Nobody may say who they are by a header of their own.
        ("203.0.113.7", "198.51.100.1", (), "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", ("127.0.0.1",), "198.51.100.1"),
        ("127.0.0.1", "192.0.2.9, 198.51.100.1", ("127.0.0.1",), "198.51.100.1"),
        ("10.0.0.1", "192.0.2.9, 10.0.0.2", ("10.0.0.0/8",), "192.0.2.9"),
        ("127.0.0.1", " , ", ("127.0.0.1",), "127.0.0.1"),
        # A household has a network of addresses to ask from.
        ("2001:db8:1:2:3::4", "", (), "2001:db8:1:2::/64"),
        ("127.0.0.1", "nonsense", ("127.0.0.1",), "unknown"),
        ("", "", (), "unknown"),
    ],
)
def test_who_asks(peer: str, forwarded: str, trusted: tuple[str, ...], who: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert client_key(Request({"type": "http", "headers": headers, "client": (peer, 1) if peer else None}), trusted) == who


def test_a_limit_forgets_after_its_time_and_with_a_clock_that_was_set_back() -> None:
    limit = RateLimit(2, timedelta(hours=1))
    assert [limit.allows("a", NOW), limit.allows("a", NOW), limit.allows("a", NOW)] == [True, True, False]
    assert limit.allows("b", NOW)
    assert limit.allows("a", NOW + timedelta(hours=1))
    assert limit.allows("b", NOW - timedelta(days=9))
    assert limit.allows("b", NOW - timedelta(days=9))


def test_a_flood_of_names_takes_bounded_memory_and_drops_the_oldest() -> None:
    limit = RateLimit(1, timedelta(hours=1))
    assert limit.allows("first", NOW)
    for number in range(MOST):
        limit.allows(str(number), NOW)
    assert limit.allows("first", NOW)
    assert not limit.allows(str(MOST - 1), NOW)
    assert len(limit._asked) == MOST
