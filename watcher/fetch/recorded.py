"""A recorded web in place of the network: the same requests and responses, without a socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from httpx2 import Headers

from watcher.fetch.messages import Response

T = TypeVar("T")


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
