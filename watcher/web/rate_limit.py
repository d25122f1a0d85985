"""Who asks, as far as a limit may tell people apart."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.requests import Request


def client_key(request: Request, trusted: tuple[str, ...]) -> str:
    """Who asks: the peer, or behind trusted proxies the nearest address that is none of them; an IPv6 network counts as one."""
    hops = [part.strip() for part in ",".join(request.headers.getlist("x-forwarded-for")).split(",") if part.strip()]
    nearest = request.client.host if request.client else ""
    while hops and within(nearest, trusted):
        nearest = hops.pop()
    return _network(nearest)


def within(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of these networks; what is no address lies in none."""
    parsed = _address(address)
    return parsed is not None and any(parsed in ip_network(network, strict=False) for network in networks)


def _network(address: str) -> str:
    parsed = _address(address)
    if parsed is None:
        return "unknown"
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address, which some proxies write with its port, and others as one of IPv6 that holds one of IPv4."""
    host = text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0] if text.count(":") == 1 else text
    try:
        parsed = ip_address(host)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed
