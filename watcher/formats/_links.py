"""Addresses found in documents: absolute, http or https, or none."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

MAX_LINK = 2_000
_COMMON = re.compile(r"https?://[a-zA-Z0-9][a-zA-Z0-9.-]*(?:/[!#-;=?-\[\]_a-z|~]*)?")
_OTHER_WEB = re.compile(r"(https?):(?!//[^/])", re.IGNORECASE)
_SCHEME = re.compile(r"https?:", re.IGNORECASE)
_SAFE = "!#$%&'()*+,/:;=?@[]~"


def absolute(link: str, base: str) -> str:
    """The address in full, its fragment kept; empty for anything but http and https."""
    link = link.strip()
    if len(link) <= MAX_LINK and _COMMON.fullmatch(link):
        return link
    link = "".join(link.split("\n"))
    if not link or len(link) > MAX_LINK or "\\" in link or not link.isprintable() or _OTHER_WEB.match(link):
        return ""
    if _SCHEME.match(link):
        link = link[:5].lower() + link[5:]
    try:
        link = quote(urljoin(base, link), safe=_SAFE)
    except ValueError:
        return ""
    return link if _is_web(link) else ""


def _is_web(link: str) -> bool:
    """Whether it names a host on the web, as the one parser of addresses here sees it."""
    try:
        parts = urlsplit(link)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
