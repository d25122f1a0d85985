"""The connections: aiohttp, to addresses that the guard has checked."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeAlias

import aiohttp
import certifi
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from watcher.fetch.exchange import Broken, Reply, Unreached, joined
from watcher.fetch.guard import Guard

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""Gives every address of a name, or raises OSError."""

NAMES_KEPT = 60
"""Seconds for which a checked resolution is used again."""
IDLE_KEPT = 15.0
"""Seconds for which an idle connection is kept."""
_ERRORS = (aiohttp.ClientError, OSError, ValueError)
"""ValueError: a name that the system cannot write down."""
LOOKUPS = 32
"""Names looked up at the same time; a dead name server must not hold up the others."""


class Wire:
    """Sends requests over aiohttp, which costs a fifth of httpx and its pool (docs/performance.md)."""

    def __init__(self, guard: Guard, *, resolve: Resolve | None = None, ca_file: str = "", limit: int = 100) -> None:
        """Take the guard and the way names are resolved; needs a running event loop."""
        self._ca_file = ca_file
        self._lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="names")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_Resolver(guard, resolve or self._look_up),
                limit=limit,
                ttl_dns_cache=NAMES_KEPT,
                keepalive_timeout=IDLE_KEPT,
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    async def ask(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Send one request; no redirect is followed, nothing is inflated. Raises Unreached or Refused."""
        ssl_context = self._trust if url.startswith("https:") else True
        try:
            answer = await self._session.get(URL(url, encoded=True), headers=headers, allow_redirects=False, ssl=ssl_context)
        except _ERRORS as error:
            raise _translated(error) from error
        return Reply(answer.status, joined(answer.raw_headers), _chunks(answer), answer.release)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Made for the first request: reading the system's authorities takes a while."""
        return trust(self._ca_file)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._session.close()
        self._lookups.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._lookups, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        return list(dict.fromkeys(str(address[0]) for *_, address in found))


def trust(ca_file: str = "") -> ssl.SSLContext:
    """A TLS context that verifies always; `ca_file` (PEM) is trusted beside the system's own authorities."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


class _Resolver(AbstractResolver):
    """Resolves a name once, checks every address, and gives nothing but checked addresses to the connector."""

    def __init__(self, guard: Guard, resolve: Resolve) -> None:
        self._guard, self._resolve = guard, resolve

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - the connector's signature; both families are asked for
    ) -> list[ResolveResult]:
        addresses = await self._resolve(host, port)
        if not addresses:
            raise OSError("no address")
        self._guard.check(host, addresses)
        return [_result(host, port, address) for address in addresses]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


async def _chunks(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The raw body of an answer, chunk by chunk as it comes."""
    try:
        async for chunk in answer.content.iter_any():
            yield chunk
    except _ERRORS as error:
        raise _translated(error) from error


def _translated(error: Exception) -> Unreached:
    """An error of aiohttp's in our own words: theirs may carry the address with its secrets."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return Unreached(f"certificate not trusted: {_detail(error.certificate_error)}")
        case aiohttp.ClientConnectorSSLError():
            return Unreached("no secure connection")
        case aiohttp.ClientConnectorDNSError():
            return Unreached("name not found")
        case aiohttp.ClientConnectorError():
            return Unreached(f"no connection: {os.strerror(error.os_error.errno or 0)}")
        case aiohttp.ClientPayloadError() | aiohttp.ClientResponseError():
            return Broken("answer that is not HTTP")
        case _:
            return Unreached("connection closed without an answer")


def _detail(error: Exception) -> str:
    return str(getattr(error, "verify_message", "")) or "its name does not fit"
