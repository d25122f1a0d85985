"""Which addresses may be asked, by what they lead to."""

from __future__ import annotations

import pytest

from watcher.fetch.guard import Guard
from watcher.fetch.urls import UrlRejected

OPEN = [
    "8.8.8.8",
    "156.33.195.33",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "2a00:1450::5efe:808:808",
]

CLOSED = [
    ("0.0.0.0", "unspecified"),
    ("10.1.2.3", "private"),
    ("100.64.0.1", "shared by a carrier"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("169.254.169.254", "link-local, where clouds keep their metadata"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.192", "protocol assignments"),
    ("192.0.2.1", "documentation"),
    ("192.88.99.1", "6to4 relay"),
    ("192.168.1.1", "private"),
    ("198.18.0.1", "benchmarks"),
    ("224.0.0.251", "multicast"),
    ("239.255.255.250", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "broadcast"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::7f00:1", "IPv4-compatible loopback"),
    ("::ffff:127.0.0.1", "mapped loopback"),
    ("::ffff:a00:1", "mapped private"),
    ("::ffff:0:127.0.0.1", "translated loopback"),
    ("64:ff9b::7f00:1", "NAT64 of loopback"),
    ("64:ff9b::a9fe:a9fe", "NAT64 of metadata"),
    ("64:ff9b:1::808:808", "local NAT64"),
    ("2002:7f00:1::", "6to4 of loopback"),
    ("2002:c0a8:101::1", "6to4 of private"),
    ("2001:0:a00:1:0:0:f7f7:f7f7", "Teredo by a private server"),
    ("2001:0:808:808:0:0:80ff:fffe", "Teredo to loopback"),
    ("2001:db8::1", "documentation"),
    ("2001:10::1", "ORCHID"),
    ("3fff::1", "documentation"),
    ("2a00:1450::5efe:7f00:1", "ISATAP of loopback"),
    ("fc00::1", "unique local"),
    ("fd12:3456::1", "unique local"),
    ("fe80::1", "link-local"),
    ("fe80::1%eth0", "link-local with its zone"),
    ("fec0::1", "site-local"),
    ("ff02::fb", "multicast"),
    ("100::1", "discard"),
    ("5f00::1", "segment routing"),
]


@pytest.mark.parametrize("address", OPEN)
def test_a_public_address_may_be_asked(address: str) -> None:
    Guard().check("example.org", [address])


@pytest.mark.parametrize(("address", "why"), CLOSED)
def test_a_closed_address_is_refused(address: str, why: str) -> None:
    with pytest.raises(UrlRejected, match=r"address not allowed: example\.org"):
        Guard().check("example.org", [address])


def test_one_closed_address_among_open_ones_is_enough() -> None:
    with pytest.raises(UrlRejected):
        Guard().check("example.org", ["8.8.8.8", "2606:4700::1111", "10.0.0.1"])


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "10.0.0.1"])
def test_a_host_that_is_a_closed_address_is_refused_before_anything_is_asked(host: str) -> None:
    with pytest.raises(UrlRejected):
        Guard().check_host(host)


def test_a_name_is_judged_when_it_is_resolved() -> None:
    Guard().check_host("localhost")


@pytest.mark.parametrize(
    ("allow", "host", "address", "may"),
    [
        ("10.0.0.0/8", "feeds.example", "10.9.8.7", True),
        ("10.0.0.1/8", "feeds.example", "10.9.8.7", True),
        ("10.0.0.0/8", "feeds.example", "192.168.0.1", False),
        ("127.0.0.1", "feeds.example", "::ffff:127.0.0.1", True),
        ("fd00::/8", "feeds.example", "fd00::5", True),
        ("::1", "::1", "::1", True),
        ("::1", "::1", "::", False),
        ("::1", "feeds.example", "127.0.0.1", False),
        ("::ffff:127.0.0.1", "feeds.example", "::ffff:7f00:1", True),
        ("2002:7f00:1::/48", "feeds.example", "2002:7f00:1::5", True),
        ("0.0.0.0/8", "feeds.example", "::1", False),
        ("0.0.0.0/8", "feeds.example", "::", False),
        ("0.0.0.0/8", "feeds.example", "0.0.0.1", True),
        ("Intranet.example", "intranet.example", "192.168.0.1", True),
        ("intranet.example", "other.example", "192.168.0.1", False),
        ("intranet.example", "sub.intranet.example", "192.168.0.1", False),
    ],
)
def test_the_operator_may_list_private_places(allow: str, host: str, address: str, may: bool) -> None:  # noqa: FBT001 - a column
    guard = Guard([allow])
    if may:
        guard.check(host, [address])
        return
    with pytest.raises(UrlRejected):
        guard.check(host, [address])
