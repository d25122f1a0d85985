"""Who asks, as far as a limit may tell people apart."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

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
    try:
        return any(ip_address(address) in ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)
