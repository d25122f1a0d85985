"""Who asks, behind which proxies, and how often they may."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request

from watcher.store.records import MetaKey
from watcher.store.store import Store
from watcher.web.security import client_key
from watcher.web.subscriptions import Admission, SubscriptionLimits, mailbox_of

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
        # Some proxies name a port, too, or write an address of IPv4 as one of IPv6.
        ("127.0.0.1", "198.51.100.1:4711", ("127.0.0.1",), "198.51.100.1"),
        ("127.0.0.1", "[2001:db8:1:2:3::4]:443", ("127.0.0.1",), "2001:db8:1:2::/64"),
        ("127.0.0.1", "192.0.2.9, 10.0.0.2:80", ("127.0.0.1", "10.0.0.0/8"), "192.0.2.9"),
        ("::ffff:127.0.0.1", "::ffff:198.51.100.1", ("127.0.0.1",), "198.51.100.1"),
        ("", "", (), "unknown"),
    ],
)
def test_who_asks(peer: str, forwarded: str, trusted: tuple[str, ...], who: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert client_key(Request({"type": "http", "headers": headers, "client": (peer, 1) if peer else None}), trusted) == who


def test_a_second_header_line_is_read_as_the_end_of_the_first() -> None:
    lines = [(b"x-forwarded-for", b"192.0.2.66"), (b"x-forwarded-for", b"198.51.100.1")]
    request = Request({"type": "http", "headers": lines, "client": ("127.0.0.1", 1)})
    assert client_key(request, ("127.0.0.1",)) == "198.51.100.1", "the last is the proxy's; whoever asks writes the first"


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Ada@reader.example", "ada@reader.example"),
        ("ada+news+more@reader.example", "ada@reader.example"),
        ("a.d.a+x@googlemail.com", "ada@gmail.com"),
        ("a.da@reader.example", "a.da@reader.example"),
        ("+@reader.example", "+@reader.example"),
    ],
)
def test_which_mailbox_an_address_means(address: str, mailbox: str) -> None:
    assert mailbox_of(address) == mailbox


@pytest.fixture
def limits(store: Store) -> SubscriptionLimits:
    return SubscriptionLimits(store, b"key")


def test_pages_beside_one_another_have_one_limit_together(either_url: str) -> None:
    with Store.open(either_url, durable=False) as one, Store.open(either_url, durable=False) as other:
        pages = [SubscriptionLimits(each, b"key") for each in (one, other)]
        asked = [pages[n % 2].admit(f"asker {n}", f"r{n}@reader.example", NOW) for n in range(21)]
    assert asked == [Admission.WRITE] * 20 + [Admission.QUIET]


def test_a_domain_that_catches_everything_is_written_to_twenty_times_an_hour(limits: SubscriptionLimits) -> None:
    asked = [limits.admit(f"asker {n}", f"r{n}@host{n}.reader.example", NOW) for n in range(21)]
    assert asked == [Admission.WRITE] * 20 + [Admission.QUIET]
    assert [limits.admit(f"other {n}", f"r{n}@gmail.com", NOW) for n in range(21)] == [Admission.WRITE] * 21
    assert limits.admit("late", "r@reader.example", NOW + timedelta(hours=1)) is Admission.WRITE


def test_what_lies_below_a_provider_of_mail_is_one_persons(limits: SubscriptionLimits) -> None:
    asked = [limits.admit(f"asker {n}", f"r{n}@ada.fastmail.com", NOW) for n in range(21)]
    assert asked == [Admission.WRITE] * 20 + [Admission.QUIET]
    assert limits.admit("late", "r@bob.fastmail.com", NOW) is Admission.WRITE


def test_all_together_have_a_limit_that_unwritten_mails_do_not_use_up(limits: SubscriptionLimits) -> None:
    for n in range(300):
        limits.admit(f"flood {n}", "ada@reader.example", NOW)
    asked = [limits.admit(f"asker {n}", f"r{n}@reader{n}.example", NOW) for n in range(199)]
    assert asked == [Admission.WRITE] * 198 + [Admission.REFUSE]


def test_a_clock_that_was_wrong_closes_nothing_and_what_is_old_is_forgotten(limits: SubscriptionLimits) -> None:
    for n in range(9):
        limits.admit("asker", f"r{n}@gmail.com", NOW + timedelta(days=9))
    assert limits.admit("asker", "ada@reader.example", NOW) is Admission.WRITE
    with limits.store.reading() as tx:
        kept = tx.meta.get(MetaKey.SUBSCRIPTIONS_ASKED)
    assert "reader" not in kept
    assert kept.count("[") == 5, "asker, wishes, mailbox, domain and all"


@pytest.mark.parametrize("either_url", ["sqlite"], indirect=True)  # two thousand transactions
def test_who_has_ever_another_network_to_ask_from_does_not_fill_the_list_of_who_asked(limits: SubscriptionLimits) -> None:
    def remembered() -> int:
        with limits.store.reading() as tx:
            return len(tx.meta.get(MetaKey.SUBSCRIPTIONS_ASKED))

    asked = [limits.admit(f"2001:db8:{n:x}::/64", "ada@reader.example", NOW) for n in range(1_010)]
    assert Counter(asked) == {Admission.WRITE: 2, Admission.QUIET: 998, Admission.REFUSE: 10}
    first_hour = remembered()
    for n in range(1_010):
        limits.admit(f"2001:db9:{n:x}::/64", "ada@reader.example", NOW + timedelta(hours=1))
    assert remembered() < 1.1 * first_hour < 100_000, "an hour's"
    assert limits.admit("late", "ada@reader.example", NOW + timedelta(hours=5)) is Admission.QUIET
    assert limits.admit("late", "ada@reader.example", NOW + timedelta(hours=6)) is Admission.WRITE
