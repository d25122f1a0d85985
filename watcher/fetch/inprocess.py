"""A recorded web in place of the network: the same requests and answers, without a socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx


@dataclass(frozen=True, slots=True)
class Answered:
    """What a recorded web says: status, headers, and the raw body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Answerer: TypeAlias = Callable[[str, Mapping[str, str]], Answered]
"""From an address and the headers of the request."""


class InProcess(httpx.AsyncBaseTransport):
    """Asks a function instead of a server."""

    def __init__(self, answer: Answerer) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        answered = self._answer(str(request.url), request.headers)
        return httpx.Response(answered.status, headers=answered.headers, stream=httpx.ByteStream(answered.body))
