"""How often somebody may ask for something that costs: so many times in so long, with bounded memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

MOST = 10_000


class RateLimit:
    """So many times in so long, for each name."""

    def __init__(self, times: int, within: timedelta) -> None:
        """Nobody has asked yet."""
        self.times, self.within = times, within
        self._asked: OrderedDict[str, deque[datetime]] = OrderedDict()

    def allows(self, name: str, now: datetime) -> bool:
        """Whether this one may pass; if so it counts."""
        asked = self._asked.setdefault(name, deque())
        self._asked.move_to_end(name)
        while asked and not timedelta(0) <= now - asked[0] < self.within:
            asked.popleft()
        while len(self._asked) > MOST:
            self._asked.popitem(last=False)
        if len(asked) >= self.times:
            return False
        asked.append(now)
        return True


def client_key(request: Request, trusted: tuple[str, ...]) -> str:
    """Who asks: the peer, or behind trusted proxies the nearest address that is none of them; an IPv6 network counts as one."""
    hops = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    nearest = request.client.host if request.client else ""
    while hops and _within(nearest, trusted):
        nearest = hops.pop()
    return _network(nearest)


def _within(address: str, networks: tuple[str, ...]) -> bool:
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
