"""Cookies that a redirect asks for: told again on the way, and forgotten at its end."""

from __future__ import annotations

import httpx2

MAX_COOKIE = 4096
"""Bytes of one cookie, as many as browsers keep (RFC 6265, 6.1)."""
MAX_COOKIES = 50
"""Of one response."""


class RedirectCookies:
    """The cookies of one chain of redirects."""

    def __init__(self) -> None:
        """Nobody has asked for any."""
        self._cookies: httpx2.Cookies | None = None

    def keep(self, url: str, asked: list[str]) -> None:
        """Keep what a response of this URL asks for, by the values of its Set-Cookie."""
        fitting = [
            ("set-cookie", value) for value in asked if len(value) <= MAX_COOKIE and value.isascii() and value.isprintable()
        ][:MAX_COOKIES]
        if fitting:
            self._cookies = self._cookies or httpx2.Cookies()
            self._cookies.extract_cookies(httpx2.Response(200, headers=fitting, request=httpx2.Request("GET", url)))

    def header(self, url: str) -> str:
        """What this URL is told; empty where it is nothing."""
        if self._cookies is None:
            return ""
        request = httpx2.Request("GET", url)
        self._cookies.set_cookie_header(request)
        return request.headers.get("cookie", "")
