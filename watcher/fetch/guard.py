"""Which addresses may be connected to; names become addresses once, and each is checked before anything is connected."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import TypeAlias

from watcher.core.addresses import ascii_host
from watcher.core.proxies import literal_ip
from watcher.fetch.response import ConnectionFailed
from watcher.fetch.urls import UrlRejected

# Which addresses may be connected to: public ones, and those that the operator lists.

IP: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

NOT_ALLOWED = "address not allowed"

# IANA IPv4 and IPv6 special-purpose address registries (RFC 6890 and its updates), and multicast.
_CLOSED_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
            *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_OPEN_6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))

# Where an IPv6 address carries an IPv4 one, and how many bits below it stand to its right.
_CARRIERS = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped, RFC 4291
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated, RFC 2765
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible, RFC 4291
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
)
_PRIVATE_NAMES = ("localhost", "local", "internal", "intranet", "private", "corp", "home", "lan", "localdomain", "home.arpa")
"""Domains of private networks (RFC 6761, RFC 6762 appendix G, RFC 8375, and the reserved `internal`)."""
_BARE = (0, 1)
"""Unspecified and loopback: of `::/96`, but they carry nothing (RFC 4291, 2.5.5.1)."""
_TEREDO = ipaddress.IPv6Network("2001::/32")
_ISATAP = (0x00005EFE, 0x02005EFE)
_LOW_BITS = (1 << 32) - 1


MAX_JUDGED = 10_000
"""Hosts that are remembered as open, or as names; what is allowed does not change while a guard lives."""


class Guard:
    """Judges hosts and the addresses that their names resolve to."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        """Take networks ("10.0.0.0/8", "127.0.0.1") and host names ("intranet.example") that may be private."""
        self._networks: list[Network] = []
        self._names: set[str] = set()
        self._judged: set[str] = set()
        for item in allow:
            try:
                self._networks.append(ipaddress.ip_network(item, strict=False))
            except ValueError:
                self._names.add(_name(item))

    def check_host(self, host: str) -> None:
        """Refuse a host that is itself a closed address; a name is judged when it is resolved. Raises UrlRejected."""
        if host in self._judged:
            return
        try:
            ipaddress.ip_address(host)
        except ValueError:
            pass
        else:
            self.check(host, (host,))
        if len(self._judged) < MAX_JUDGED:
            self._judged.add(host)

    def check_forwarded(self, host: str) -> None:
        """Refuse a name of a private network where a mirror or a forward proxy resolves it. Raises UrlRejected."""
        self.check_host(host)
        private = "." not in host.strip(".") and ":" not in host
        if host not in self._names and (private or host.endswith(tuple(f".{name}" for name in _PRIVATE_NAMES))):
            raise UrlRejected(f"{NOT_ALLOWED}: {host}")

    def check(self, host: str, addresses: Iterable[str]) -> None:
        """Refuse a host if a single one of its addresses is closed. Raises UrlRejected."""
        if host in self._names:
            return
        if not all(self._open(ipaddress.ip_address(text)) for text in addresses):
            raise UrlRejected(f"{NOT_ALLOWED}: {host}")

    def _open(self, address: IP) -> bool:
        """Whether the operator lists the address itself, or everything that it leads to is open."""
        return self._listed(address) or all(is_public(each) or self._listed(each) for each in _embedded_addresses(address))

    def _listed(self, address: IP) -> bool:
        return any(address in network for network in self._networks)


def _name(item: str) -> str:
    """A name as addresses have it when they are judged."""
    try:
        return ascii_host(item)
    except ValueError:  # no name: it allows nothing
        return item


def is_public(address: IP) -> bool:
    """Whether an address, taken at its face, is unicast on the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    return address in _OPEN_6 and not any(address in network for network in _CLOSED_6)


def _embedded_addresses(address: IP) -> Iterator[IP]:
    """What an address leads to: itself, or the IPv4 addresses that it carries."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    number = int(address)
    carried = [shift for network, shift in _CARRIERS if address in network and number not in _BARE]
    if carried:
        yield ipaddress.IPv4Address(number >> carried[0] & _LOW_BITS)
    elif address in _TEREDO:  # server, and client with its bits turned (RFC 4380)
        yield ipaddress.IPv4Address(number >> 64 & _LOW_BITS)
        yield ipaddress.IPv4Address(~number & _LOW_BITS)
    else:
        yield address
        if number >> 32 & _LOW_BITS in _ISATAP:  # RFC 5214
            yield ipaddress.IPv4Address(number & _LOW_BITS)


# Names become addresses once, and every address is checked before anything is connected to.

LookUp: TypeAlias = Callable[[str, int], Sequence[str]]
"""Gives every address of a host name, or raises OSError; called in a thread."""

SECONDS_KEPT = 60
"""How long a checked resolution is used again."""
TIDY_AT = 1000
"""Names that are kept before those whose time is over are forgotten."""
NOT_FOUND = "name not found"


def look_up(host: str, port: int) -> Sequence[str]:
    """Ask the system. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Resolver:
    """Resolves a name once, checks every address, and gives nothing but checked addresses; used from many threads."""

    def __init__(self, guard: Guard, look_up: LookUp, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the guard, what knows the names, and a monotonic clock in seconds."""
        self._guard, self._look_up, self._clock = guard, look_up, clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Sequence[IP]]] = {}
        self._pending: dict[str, Future[Sequence[IP]]] = {}

    def resolve(self, host: str, port: int) -> Sequence[IP]:
        """Where a host may be connected to. Raises ConnectionFailed or UrlRejected."""
        if (literal := literal_ip(host)) is not None:
            self._guard.check(host, (host,))
            return (literal,)
        with self._lock:
            until, addresses = self._known.get(host, (0.0, ()))
            if until > self._clock():
                return addresses
            pending = self._pending.get(host)
            if pending is None:
                asked = self._pending[host] = Future()
        # whoever asks while a name is looked up waits for the same answer
        return pending.result() if pending else self._answer(asked, host, port)

    def _answer(self, asked: Future[Sequence[IP]], host: str, port: int) -> Sequence[IP]:
        try:
            asked.set_result(self._checked(host, port))
        except BaseException as error:  # noqa: BLE001 - whoever waits is told, too
            asked.set_exception(error)
        with self._lock:
            del self._pending[host]
            if not asked.exception():
                self._keep(host, asked.result())
        return asked.result()

    def _checked(self, host: str, port: int) -> Sequence[IP]:
        try:
            addresses = self._look_up(host, port)
            found = tuple(ipaddress.ip_address(address) for address in addresses)
        except (OSError, ValueError) as error:  # ValueError: a name that the system cannot write down
            raise ConnectionFailed(NOT_FOUND) from error
        if not found:
            raise ConnectionFailed(NOT_FOUND)
        self._guard.check(host, addresses)
        return found

    def _keep(self, host: str, addresses: Sequence[IP]) -> None:
        now = self._clock()
        if len(self._known) >= TIDY_AT:  # a long life must not gather every name ever asked
            self._known = {name: known for name, known in self._known.items() if known[0] > now}
        self._known[host] = now + SECONDS_KEPT, addresses
