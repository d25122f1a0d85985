"""The connections: aiohttp under httpx's transport interface, to addresses that the guard has checked."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeAlias

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from watcher.fetch.guard import Guard

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""Gives every address of a name, or raises OSError."""

NAMES_KEPT = 60
"""Seconds for which a checked resolution is used again."""
IDLE_KEPT = 15.0
"""Seconds for which an idle connection is kept."""
LOOKUPS = 32
"""Names looked up at the same time; a dead name server must not hold up the others."""


class Wire(httpx.AsyncBaseTransport):
    """Sends requests over aiohttp, which costs a fifth of httpx's own pool (docs/performance.md)."""

    def __init__(self, guard: Guard, *, resolve: Resolve | None = None, ca_file: str = "", limit: int = 100) -> None:
        """Take the guard and the way names are resolved; needs a running event loop."""
        self._lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="names")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_Resolver(guard, resolve or self._look_up),
                ssl=trust(ca_file),
                limit=limit,
                ttl_dns_cache=NAMES_KEPT,
                keepalive_timeout=IDLE_KEPT,
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; no redirect is followed, nothing is inflated. Raises httpx.TransportError or Refused."""
        with _translated():
            answer = await self._session.request(
                request.method, URL(str(request.url), encoded=True), headers=request.headers.items(), allow_redirects=False
            )
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Stream(answer))

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
    context = httpx.create_ssl_context(trust_env=False)
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


class _Stream(httpx.AsyncByteStream):
    """The raw body of an answer, chunk by chunk as it comes."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for chunk in self._answer.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        """Give the connection back where the body was read to its end, else close it."""
        self._answer.release()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn aiohttp's errors into httpx's, in our own words: theirs may carry the address with its secrets."""
    try:
        yield
    except aiohttp.ClientConnectorCertificateError as error:
        raise httpx.ConnectError(f"certificate not trusted: {_detail(error.certificate_error)}") from error
    except aiohttp.ClientConnectorSSLError as error:
        raise httpx.ConnectError("no secure connection") from error
    except aiohttp.ClientConnectorDNSError as error:
        raise httpx.ConnectError("name not found") from error
    except aiohttp.ClientConnectorError as error:
        raise httpx.ConnectError(f"no connection: {os.strerror(error.os_error.errno or 0)}") from error
    except (aiohttp.ClientPayloadError, aiohttp.ClientResponseError) as error:
        raise httpx.RemoteProtocolError("answer that is not HTTP") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: a name that the system cannot write down
        raise httpx.ReadError("connection closed without an answer") from error


def _detail(error: Exception) -> str:
    return str(getattr(error, "verify_message", "")) or "its name does not fit"
