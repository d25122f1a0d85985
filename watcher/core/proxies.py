"""Forward proxies: through which one a request goes, if any. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes, urlsplit

from watcher.core.addresses import ascii_host

WANTED = 'a proxy such as "http://proxy.example:3128", which is itself spoken to without TLS'
_SHAPE = re.compile(r"(?:http://)?(?:([^:/?#]*)(?::([^/?#]*))?@)?([^@/?#\s\\]+)/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that is spoken to by HTTP; user name and password are shown nowhere."""

    host: str
    port: int
    user: bytes = field(default=b"", repr=False)
    password: bytes = field(default=b"", repr=False)

    @property
    def url(self) -> str:
        """Where it is, without who asks."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxy for each scheme, and the hosts that are asked past them."""

    http: Proxy | None = None
    https: Proxy | None = None
    bypass: tuple[str, ...] = ()
    """As in NO_PROXY: `*`, domains with all below them, addresses, networks; domains also with a port."""

    def of(self, scheme: str, host: str, port: int) -> Proxy | None:
        """The proxy for a host (lower case, ASCII, no brackets); None where it is asked directly, as this machine always is."""
        proxy = self.https if scheme == "https" else self.http
        if proxy is None or is_this_machine(host) or any(_covers(entry, host, port) for entry in self.bypass):
            return None
        return proxy


NO_PROXIES = Proxies()


def read_proxy(text: str) -> Proxy:
    """Read the address of a proxy, with or without `http://`, user name and password.

    Raises ValueError with what is expected, and without what was found.
    """
    found = _SHAPE.fullmatch(text)
    try:
        parts = urlsplit(f"http://{found[3]}" if found else "")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not found or not host or not host.isascii() or port == 0:
        raise ValueError(WANTED)
    return Proxy(host, port or 80, unquote_to_bytes(found[1] or ""), unquote_to_bytes(found[2] or ""))


def read_bypass(text: str) -> tuple[str, ...]:
    """Read a list such as that of NO_PROXY, separated by commas or blanks."""
    return tuple(re.split(r"[\s,]+", text.strip().lower())) if text.strip() else ()


def is_this_machine(host: str) -> bool:
    """Whether a host (lower case, no brackets) is the one on which we run, by its name or its address."""
    address = literal_ip(host)
    return host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback)


def _covers(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    try:
        network = ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    else:
        address = literal_ip(host)
        return address is not None and address in network
    name, _, number = entry.partition(":")
    try:
        domain = ascii_host(name.removeprefix("*").strip("."))
    except ValueError:
        return False
    return bool(domain) and number in {"", str(port)} and f".{host}".endswith(f".{domain}")


def literal_ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is written as; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
