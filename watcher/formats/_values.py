"""Values in documents and of options: JSON with bounds, addresses, plain values of the configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

from watcher.core.model import Unreadable
from watcher.formats._markup import decode, looks_like_page, refuse_page

if TYPE_CHECKING:
    from watcher.core.model import Facts


# Reading JSON with bounds: no huge numbers, no depth that breaks the reader, no page in its place.


def open_json(body: bytes, content_type: str = "") -> Any:  # noqa: ANN401 - JSON is anything
    """The value of a JSON document. Raises Unreadable: EMPTY, BLOCKED for a human check, else MALFORMED."""
    text = decode(body, content_type).lstrip("\ufeff \t\r\n")
    if looks_like_page(text):
        refuse_page(text)
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the document is no JSON: {type(error).__name__}") from error


def open_object(body: bytes, content_type: str, url: str) -> Mapping[str, Any]:
    """The same, of a document that is one object. Raises Unreadable."""
    data = open_json(body, content_type)
    if not isinstance(data, Mapping):
        raise Unreadable(f"JSON of another shape: {url}")
    return data


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


# Addresses found in documents: absolute, http or https, or none.

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


# Reading a format's options from the configuration's plain values.


def word(options: Facts, name: str, default: str = "") -> str:
    """One string. Raises TypeError for another type."""
    value = options.get(name, default)
    if not isinstance(value, str):
        raise TypeError(f"option {name} should be a string, not {value!r}")
    return value


def words(options: Facts, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Some strings; one alone may stand without its list. Raises TypeError for another type."""
    value = options.get(name, default)
    listed = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(item, str) for item in listed):
        raise TypeError(f"option {name} should be a list of strings, not {value!r}")
    return tuple(str(item) for item in listed)


def number(options: Facts, name: str, default: int) -> int:
    """A whole number. Raises TypeError for another type."""
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"option {name} should be a whole number, not {value!r}")
    return value


def flag(options: Facts, name: str) -> bool:
    """Whether an option is set to true. Raises TypeError for anything but true and false."""
    value = options.get(name, False)
    if not isinstance(value, bool):
        raise TypeError(f"option {name} should be true or false, not {value!r}")
    return value
