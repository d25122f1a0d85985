"""A recorded web in place of the network: the same requests and answers, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from watcher.fetch.exchange import Reply


@dataclass(frozen=True, slots=True)
class Answered:
    """What a recorded web says: status, headers, and the raw body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Answerer: TypeAlias = Callable[[str, Mapping[str, str]], Answered]
"""From an address and the headers of the request, by their names in lower case."""


class InProcess:
    """Asks a function instead of a server."""

    def __init__(self, answer: Answerer) -> None:
        self._answer = answer

    async def ask(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Answer one request."""
        answered = self._answer(url, {name.lower(): value for name, value in headers.items()})
        told = {name.lower(): value for name, value in answered.headers.items()}
        return Reply(answered.status, told, _whole(answered.body), lambda: None)

    async def aclose(self) -> None:
        """Nothing is held."""


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    yield body
