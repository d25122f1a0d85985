"""One request and its response, whatever carries them: the network, or a recorded web."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

from httpx2 import Headers

T = TypeVar("T")


class ConnectionFailed(Exception):  # noqa: N818 - says what happened
    """No response came, and why, without the secrets of the URL."""


class TimedOut(ConnectionFailed):
    """The host gave no sign in time."""


class ProtocolError(ConnectionFailed):
    """What came is no HTTP, or was cut off."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response whose body has not been read yet."""

    status: int
    headers: Headers
    """Those that came more than once are joined where one value is asked for (RFC 9110, 5.2)."""
    chunks: Iterable[bytes]
    """The body as it came: nothing is inflated. Raises ConnectionFailed."""


class Transport(Protocol):
    """What carries requests."""

    async def get(self, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        """GET one URL, and give what `read` makes of the response while its body can be read; no redirect is followed.

        Raises ConnectionFailed, or UrlRejected for a URL that is not asked.
        """

    async def aclose(self) -> None:
        """Close every connection."""


# A recorded web in place of the network: the same requests and responses, without a socket.


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """What a recorded web says: status, headers, and the raw body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Respond: TypeAlias = Callable[[str, Mapping[str, str]], RecordedResponse]
"""From a URL and the headers of the request, by their names in lower case."""


class RecordedTransport:
    """Asks a function instead of a server."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    async def get(self, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        """Answer one request."""
        recorded = self._respond(url, {name.lower(): value for name, value in headers.items()})
        said = Headers([(name.encode(), value.encode()) for name, value in recorded.headers.items()])
        return read(Response(recorded.status, said, (recorded.body,)))

    async def aclose(self) -> None:
        """Nothing is held."""
