"""One exchange with a server, whatever carries it: the network, or a recorded web."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

_BLANKS = " \t\r\n"


class Unreached(Exception):  # noqa: N818 - a word of the design
    """No answer came, and why, without the address's secrets."""


class Broken(Unreached):
    """What came is no HTTP, or was cut off."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose body has not been read yet."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case; those that came more than once are joined (RFC 9110, 5.2)."""
    chunks: AsyncIterator[bytes]
    """The body as it came: nothing is inflated. Raises Unreached."""
    release: Callable[[], object]
    """Gives the connection back where the body was read to its end, else closes it."""


class Transport(Protocol):
    """What carries requests."""

    async def ask(self, url: str, headers: Mapping[str, str]) -> Reply:
        """GET one address; no redirect is followed. Raises Unreached, or Refused for an address that is not asked."""

    async def aclose(self) -> None:
        """Close every connection."""


def joined(lines: Iterable[bytes]) -> dict[str, str]:
    """Header lines as they came on the wire, by their names in lower case.

    A line that begins with a blank goes on with the one before (RFC 9112, 5.2).
    """
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        text = _text(line)
        if line[0] in b" \t":
            if name:
                headers[name] += f" {text.strip(_BLANKS)}"
            continue
        name, colon, value = text.partition(":")
        name = name.strip(_BLANKS).lower() if colon else ""
        if name in headers:
            headers[name] += f", {value.strip(_BLANKS)}"
        elif name:
            headers[name] = value.strip(_BLANKS)
    return headers


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
