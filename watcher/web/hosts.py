"""Under which names the page answers, so that a name which somebody else controls opens nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from watcher.core.proxies import is_this_machine
from watcher.web.security import PLAIN_TEXT, headers_for
from watcher.web.settings import WebSettings

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
