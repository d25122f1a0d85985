"""How the page is served, and what every answer and request is held to: headers, cookies, names of the page, and who asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watcher.config.settings import Web
from watcher.core.proxies import is_this_machine
from watcher.fetch.guard import Guard
from watcher.fetch.urls import UrlRejected

# How the page is served: values that the composition root fills from `[web]` and the environment.


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What the page must know beyond what it shows."""

    hosts: tuple[str, ...] = ()
    """Names under which the page answers, in small letters; those of this machine need not stand here."""
    local: bool = True
    """Whether it listens for this machine alone."""
    base_path: str = ""
    """Sub-path under a reverse proxy, e.g. `/watch`; links are relative, so both stripping and keeping proxies work."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is believed."""
    metrics_networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks that may read /metrics directly, never through a proxy."""
    metrics_token: str = ""
    """Bearer token that opens /metrics from anywhere; from the environment only."""
    stall_after: timedelta = timedelta(minutes=10)
    """A scheduler without a cycle for this long is not ready."""
    fresh_for: timedelta = timedelta(seconds=30)
    """How long a rendered page is sent before its relative times are written anew."""
    look_every: timedelta = timedelta(milliseconds=500)
    """How often the store is asked whether something changed."""
    subscribe: bool = False
    """Whether readers may subscribe by mail from the page."""

    @property
    def published(self) -> bool:
        """Whether the page has a name for everybody: then a proxy, or the net, may stand between any reader and it."""
        return any(is_public(host) for host in self.hosts)


def is_public(host: str) -> bool:
    """Whether a host is no name or address of a private network, nor this machine."""
    try:
        Guard().check_forwarded(host)
    except UrlRejected:
        return False
    return True


def settings_of(web: Web, *, base_url: str = "", metrics_token: str = "") -> WebSettings:
    """The settings that `[web]` and `base_url` of `[watch]` name, the rest as usual."""
    named = (*web.hosts, urlsplit(base_url).hostname or "", web.host)
    return WebSettings(
        hosts=tuple(dict.fromkeys(host.lower().rstrip(".") for host in named if host)),
        local=is_this_machine(web.host),
        base_path=web.base_path,
        trusted_proxies=web.trusted_proxies,
        metrics_networks=web.metrics_networks,
        metrics_token=metrics_token,
        subscribe=web.subscribe,
    )


# The headers that every answer carries, so that nothing foreign runs, frames or guesses.

Pairs = Sequence[tuple[bytes, bytes]]

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {frame}; require-trusted-types-for 'script'"
)
PAGE = _POLICY.format(frame="'none'")
CARD = _POLICY.format(frame="*")
DATA = "default-src 'none'; frame-ancestors 'none'"

COMMON: Pairs = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), browsing-topics=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
PLAIN_TEXT = "text/plain; charset=utf-8"
OPEN = ("/feeds/", "/badges/", "/og/", "/api/", "/cards/")


def headers_for(path: str, media: str, *, published: bool) -> list[tuple[bytes, bytes]]:
    """The security headers for an answer of this path (without prefix) and media type.

    Pages of others may read feeds, badges and the API where the page is `published`: what only this machine or its network can
    open, a site that somebody visits there must not read for itself.
    """
    framed = path.startswith("/cards/")
    policy = (CARD if framed else PAGE) if media.startswith("text/html") else DATA
    shared = path.startswith(OPEN)
    made = [*COMMON, (b"content-security-policy", policy.encode())]
    made.append((b"cross-origin-resource-policy", b"cross-origin" if shared else b"same-origin"))
    if published and shared and not framed:
        made.append((b"access-control-allow-origin", b"*"))
    if not framed:
        made.append((b"x-frame-options", b"DENY"))
    return made


class SecurityHeadersMiddleware:
    """Adds the headers to every answer of the application inside, its errors included."""

    def __init__(self, app: ASGIApp, *, published: bool) -> None:
        """Keep the application, and whether the page is for everybody."""
        self.app, self._published = app, published

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower(): value for name, value in message["headers"]}
                media = given.get(b"content-type", b"").decode("latin-1")
                path = scope["path"].removeprefix(scope.get("root_path", ""))
                extra = [pair for pair in headers_for(path, media, published=self._published) if pair[0] not in given]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


# The cookies that reach the application: our own, and none of another shape.

PLAIN, SECURE = "console", "__Host-console"
"""Names of the console's cookie; browsers take the second over TLS alone, and from this very host (RFC 6265bis, 4.1.3.2)."""
_OWN = re.compile(rb"(?:console|__Host-console)=[A-Za-z0-9_-]{1,64}")


class CookieMiddleware:
    """Takes all other cookies out of a request.

    The framework reads them for every route, whether it wants any or not, and the reader of the standard library takes the square
    of the length of a quoted one (CVE-2024-7592): 60 KB held the watch for five seconds.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            sent = [value for name, value in scope["headers"] if name == b"cookie"]
            if sent:
                pairs = (pair.strip() for value in sent for pair in value.split(b";"))
                own = b"; ".join(pair for pair in pairs if _OWN.fullmatch(pair))
                kept = [header for header in scope["headers"] if header[0] != b"cookie"]
                scope = {**scope, "headers": [*kept, *([(b"cookie", own)] if own else [])]}
        await self.app(scope, receive, send)


# Under which names the page answers, so that a name which somebody else controls opens nothing.

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::\d{0,5})?")
MAX_HOST_LENGTH = 255
REFUSED = (
    b"This page does not answer under this name.\n"
    b"Whoever runs it can name it: base_url in [watch], or hosts in [web] of signals.toml.\n"
)


def host_of(header: str) -> str:
    """The name or address in a Host header: in small letters, without its port, brackets and last dot; empty where it is none."""
    found = _HOST.fullmatch(header.lower()) if len(header) <= MAX_HOST_LENGTH else None
    return (found[1] or found[2]).removesuffix(".") if found else ""


def answers_to(host: str, settings: WebSettings) -> bool:
    """Whether the page answers under a name or an address (as `host_of` gives it).

    It does under the names that are set, and under those of this machine. Where it listens for other machines, also under every
    address and every name without a dot: nobody can point these here from outside.
    """
    if host in settings.hosts or is_this_machine(host):
        return True
    return bool(host) and not settings.local and ("." not in host or is_address(host))


def is_address(host: str) -> bool:
    """Whether a host is written as an address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class HostMiddleware:
    """Refuses requests whose Host header names none of ours."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        """Keep the application and the names."""
        self.app = app
        self._answers = lru_cache(maxsize=1024)(lambda raw: answers_to(host_of(raw.decode("latin-1")), settings))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            named = [value for name, value in scope["headers"] if name == b"host"]
            # By its length first: what is looked at is remembered.
            if len(named) != 1 or len(named[0]) > MAX_HOST_LENGTH or not self._answers(named[0]):
                await _refuse(scope, send)
                return
        await self.app(scope, receive, send)


async def _refuse(scope: Scope, send: Send) -> None:
    head = [
        (b"content-type", PLAIN_TEXT.encode()),
        (b"content-length", b"%d" % len(REFUSED)),
        (b"cache-control", b"no-store"),
        *headers_for("", PLAIN_TEXT, published=False),
    ]
    await send({"type": "http.response.start", "status": 400, "headers": head})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else REFUSED})


# Who asks, as far as a limit may tell people apart.


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
