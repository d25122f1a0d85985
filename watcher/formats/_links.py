"""Addresses found in documents: absolute, http or https, or none."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

MAX_LINK = 2_000
_COMMON = re.compile(r"https?://[a-zA-Z0-9][a-zA-Z0-9.-]*(?:/[!#-;=?-\[\]_a-z|~]*)?")
_OTHER_WEB = re.compile(r"(https?):(?!//[^/])", re.IGNORECASE)
_SCHEME = re.compile(r"https?:", re.IGNORECASE)
_BREAKS = re.compile(r"[\t\r\n]")
"""What browsers take out of an address (https://url.spec.whatwg.org/#concept-basic-url-parser)."""

_SAFE = "!#$%&'()*+,/:;=?@[]~"


def absolute(link: str, base: str) -> str:
    """The address in full, as it is asked for: its host in ASCII (IDNA 2008), the rest escaped, its fragment kept.

    Empty for anything but http and https.
    """
    link = link.strip()
    if len(link) <= MAX_LINK and _COMMON.fullmatch(link):
        return link
    link = _BREAKS.sub("", link)
    if not link or len(link) > MAX_LINK or "\\" in link or not link.isprintable() or _OTHER_WEB.match(link):
        return ""
    if _SCHEME.match(link):
        link = link[:5].lower() + link[5:]
    try:
        link = quote(_in_ascii(urljoin(base, link)), safe=_SAFE)
    except ValueError:
        return ""
    return link if _is_web(link) else ""


def _in_ascii(link: str) -> str:
    """The address with its host as the fetcher, and every browser, asks for it. Raises ValueError for a name that is none."""
    parts = urlsplit(link)
    host = unquote(parts.hostname or "")
    if host.isascii() and host == parts.hostname:
        return link
    name = idna.encode(host, uts46=True).decode()
    user, at, place = parts.netloc.rpartition("@")
    port = place.rpartition(":")[2] if ":" in place else ""
    return parts._replace(netloc=f"{user}{at}{name}{':' if port else ''}{port}").geturl()


def _is_web(link: str) -> bool:
    """Whether it names a host on the web, as the one parser of addresses here sees it."""
    try:
        parts = urlsplit(link)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
