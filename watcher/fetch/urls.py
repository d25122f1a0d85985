"""The one reader of URLs: what it accepts is put together anew, so no other parser can see another host."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin

from watcher.core.addresses import ascii_host

PORTS = {"http": 80, "https": 443}
MAX_DECODINGS = 5
"""How often a path may be encoded over and over; more is no path, but a way to keep us busy."""
MAX_LOCATION = 8_000
"""Characters of a redirect; as many as a server is asked to take at least (RFC 9110, 4.1)."""
MAX_HOST = 300
"""Characters of a host with its port: where marks are put on letters the library that joins addresses takes their square."""
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_SHAPE = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[^/?#@\[\]:]+)(?::([0-9]{1,5}))?(/[^?#]*)?(\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//([^/?#]*)", re.IGNORECASE)
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DOT, _DOTS = re.compile(r"\.|%2e", re.IGNORECASE), re.compile(r"(?:\.|%2e){2}", re.IGNORECASE)
_SAFE = "%/:@!$&'()*+,;=-._~?"


class UrlRejected(Exception):  # noqa: N818 - the word of the design
    """An address that is not asked, and why, without its secrets."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request goes: a scheme, a host (lower case, ASCII, no brackets), a port, and path with query."""

    scheme: str
    host: str
    port: int
    request_target: str

    @property
    def authority(self) -> str:
        """Host, in brackets where it is IPv6, with the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole address in the only form in which it is sent."""
        return f"{self.origin}{self.request_target}"


def parse(text: str) -> Address:
    """Read an address; http and https only. Raises UrlRejected for anything that two parsers might read in two ways."""
    if _FORBIDDEN.search(text):
        raise UrlRejected("address with a blank, a backslash or a control character")
    shape = _SHAPE.fullmatch(text)
    if not shape:
        raise UrlRejected(_why(text))
    scheme, host, port, path, query = shape.groups()
    scheme = scheme.lower()
    number = int(port) if port else PORTS[scheme]
    if not 0 < number < 1 << 16:
        raise UrlRejected("address with an impossible port")
    return Address(scheme, _host(host), number, quote(_flat(path or "/") + (query or ""), safe=_SAFE))


def join(base: Address, location: str) -> Address:
    """The address that a Location header names, as seen from `base` (RFC 9110, 10.2.2). Raises UrlRejected."""
    location = location.strip(" \t").replace(" ", "%20")
    if _FORBIDDEN.search(location):
        raise UrlRejected("redirect with a backslash or a control character")
    named = _HOST.match(location)
    if len(location) > MAX_LOCATION or (named and len(named[1]) > MAX_HOST):
        raise UrlRejected("redirect to an address that is too long")
    try:
        return parse(urljoin(base.url, location))
    except ValueError as error:
        raise UrlRejected("redirect to an address that cannot be read") from error


def leaves_folder(request_target: str) -> bool:
    """Whether a server that decodes a path before it reads it could be led out of a folder; dots in plain sight are gone."""
    path = request_target.partition("?")[0]
    for _ in range(MAX_DECODINGS):
        path, before = unquote(path), path
        if path == before:
            return ".." in re.split(r"[/\\]", path)
    return True


def _flat(path: str) -> str:
    """The path without dot segments, encoded ones too, as browsers send it (WHATWG URL, path state)."""
    if "/." not in path and "/%2" not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if _DOTS.fullmatch(segment):
            del kept[-1:]
        elif not _DOT.fullmatch(segment):
            kept.append(segment)
    ends_in_dots = _DOT.fullmatch(segments[-1]) or _DOTS.fullmatch(segments[-1])
    return "/" + "/".join([*kept, ""] if ends_in_dots and kept else kept)


def _why(text: str) -> str:
    scheme, colon, rest = text.partition(":")
    if not colon or scheme.lower() not in PORTS:
        return "address that is neither http nor https"
    authority = re.split(r"[/?#]", rest.removeprefix("//"), maxsplit=1)[0]
    return "address with a user name or password in it" if "@" in authority else "address that cannot be read"


@lru_cache(maxsize=4096)
def _host(text: str) -> str:
    """A host name in ASCII, or a literal address in its usual form (WHATWG URL, host parsing, made stricter)."""
    try:
        if text.startswith("["):
            return str(ipaddress.IPv6Address(text[1:-1]))
        name = ascii_host(text).removesuffix(".")
        if _NUMBER.fullmatch(name.rpartition(".")[2]):
            return str(ipaddress.IPv4Address(name))
    except ValueError as error:
        raise UrlRejected("address whose host cannot be read") from error
    if not _NAME.fullmatch(name):
        raise UrlRejected("address whose host cannot be read")
    return name
