"""The cookies that reach the application: our own, and none of another shape."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

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
