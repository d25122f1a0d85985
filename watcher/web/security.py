"""The headers that every answer carries, so that nothing foreign runs, frames or guesses."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
