"""The HTTP client: httpx2 in threads, over connections to addresses that the guard has checked."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from http import HTTPStatus
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import Any, TypeVar
from urllib.request import Request as UrllibRequest

import httpcore2
import httpx2

from watcher.core.proxies import NO_PROXIES, Proxies, Proxy
from watcher.fetch.guard import Guard, LookUp, Resolver, look_up
from watcher.fetch.network import (
    CLOSED,
    CUT_OFF,
    MOST_BEFORE_ANSWER,
    ConnectionLost,
    Exchange,
    GuardedNetwork,
    ProxyNetwork,
    work_on,
)
from watcher.fetch.response import ConnectionFailed, ProtocolError, Response
from watcher.fetch.urls import PORTS, UrlRejected

__all__ = ["GuardedTransport", "LookUp"]

T = TypeVar("T")

SECONDS_IDLE = 15
"""How long an idle connection is kept."""
SPARE_THREADS = 32
"""Threads beyond those in use: a dead name server holds the threads of requests that were given up long ago."""
SECONDS_TO_CLOSE = 1.0
"""How long a client that is closed waits for its threads to notice."""
MAX_HEADERS = 1000
"""Header lines of one response; their bytes are bounded by the library."""
MAX_PIECES = 100_000
"""Pieces of one body: each is work in this process, and they may be of one byte."""
NOT_HTTP = "answer that is not HTTP"
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class GuardedTransport:
    """A client used from threads, which costs half of its asynchronous form (docs/performance.md), and one for each proxy."""

    def __init__(
        self,
        guard: Guard,
        *,
        resolve: LookUp | None = None,
        ca_file: str = "",
        limit: int = 100,
        most: int = 15_000_000,
        proxies: Proxies = NO_PROXIES,
    ) -> None:
        """Take the guard, how names are resolved, how many requests there are at most, and how large a body may be.

        Needs a running event loop.
        """
        self._proxies, names = proxies, resolve or look_up
        self._networks: dict[Proxy | None, GuardedNetwork] = {None: GuardedNetwork(Resolver(guard, names), ca_file=ca_file)}
        self._networks |= {each: ProxyNetwork(each, names, ca_file=ca_file) for each in (proxies.http, proxies.https) if each}
        self._clients = {
            proxy: httpx2.Client(transport=_Connections(network, limit, proxy), cookies=_NoCookies(), trust_env=False)
            for proxy, network in self._networks.items()
        }
        self._threads = ThreadPoolExecutor(limit + SPARE_THREADS, thread_name_prefix="fetch")
        self._loop = asyncio.get_running_loop()
        self._under_way: dict[Exchange, asyncio.Future[Any]] = {}
        self._sweeper: asyncio.TimerHandle | None = None
        self._most = 2 * most + MOST_BEFORE_ANSWER
        self._closed = False

    async def get(self, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        """GET one URL, and give what `read` makes of the response in a thread; no redirect is followed, nothing is inflated.

        Who is cancelled leaves a thread that ends at once. Raises ConnectionFailed or UrlRejected.
        """
        if not url.isascii() or _UNSENDABLE.search("".join(headers.values())):
            raise UrlRejected("request that cannot be written down")
        if self._closed:
            raise ConnectionFailed(CLOSED)
        exchange = Exchange(self._most)
        future = self._loop.run_in_executor(self._threads, self._exchange, exchange, url, headers, read)
        self._under_way[exchange] = future
        try:
            return await future
        except asyncio.CancelledError:
            exchange.give_up()
            if self._closed and not _is_cancelled():
                raise ConnectionFailed(CLOSED) from None
            raise
        finally:
            # An error knows the frames that it came through, also those that read a body. Were its future still named in this
            # one, these megabytes would stay until Python looks for circles, which may take hundreds of errors.
            del self._under_way[exchange], future
            self._sweep_later()

    async def aclose(self) -> None:
        """Give up what is under way, and close every connection; who asks from now on is told that."""
        self._closed = True
        futures = list(self._under_way.values())
        for exchange in self._under_way:
            exchange.give_up()
        if futures:
            await asyncio.wait(futures, timeout=SECONDS_TO_CLOSE)
        for future in futures:
            future.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for client in self._clients.values():
            client.close()
        if self._sweeper:
            self._sweeper.cancel()

    # in a thread

    def _exchange(self, exchange: Exchange, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        work_on(exchange)
        try:
            return self._once(exchange, url, headers, read)
        except ConnectionLost:  # many a server closes a kept connection just when it is used
            if exchange.given_up:
                raise
            return self._once(exchange, url, headers, read)

    def _once(self, exchange: Exchange, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        response = self._sent(exchange, _request(url, headers))
        chunks = _chunks(response)
        try:
            made = read(Response(response.status_code, response.headers, chunks))
            if _has_no_body(response):
                next(chunks, None)  # the client keeps a connection only where it was read to its end
            return made
        finally:
            exchange.use(None)  # before another may use the connection
            response.close()

    def _sent(self, exchange: Exchange, request: httpx2.Request) -> httpx2.Response:
        exchange.received, exchange.answered = 0, False
        try:
            response = self._client(request.url).send(request, stream=True)
        except httpx2.ProxyError as error:
            raise ConnectionFailed(f"the proxy refuses with status {str(error)[:3]}") from error
        except httpx2.HTTPError as error:
            raise ProtocolError(NOT_HTTP) if exchange.received else ConnectionLost(CLOSED) from error
        exchange.answered = True
        if len(response.headers.raw) > MAX_HEADERS:
            response.close()
            raise ProtocolError(NOT_HTTP)
        return response

    def _client(self, origin: httpx2.URL) -> httpx2.Client:
        port = origin.port or PORTS[origin.scheme]
        return self._clients[self._proxies.of(origin.scheme, origin.raw_host.decode(), port)]

    # in the event loop

    def _sweep_later(self) -> None:
        """The client itself would keep idle connections until it is used again."""
        if self._sweeper is None and not self._closed:
            self._sweeper = self._loop.call_later(SECONDS_IDLE / 3, self._sweep)

    def _sweep(self) -> None:
        self._sweeper = None
        if any([network.close_idle(SECONDS_IDLE) for network in self._networks.values()]):  # noqa: C419 - each of them
            self._sweep_later()


class _Connections(httpx2.HTTPTransport):
    """The connection pool over a network of our own, which the library's own transport cannot be given."""

    def __init__(self, network: httpcore2.NetworkBackend, limit: int, proxy: Proxy | None) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and name; the network loads whom to trust
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        super().__init__(verify=context)
        self._pool = _pool_of(proxy)(
            ssl_context=context,
            max_connections=None,  # their number is bounded by that of the requests
            max_keepalive_connections=limit,
            keepalive_expiry=SECONDS_IDLE,
            network_backend=network,
        )


def _pool_of(proxy: Proxy | None) -> Callable[..., httpcore2.ConnectionPool]:
    if proxy is None:
        return httpcore2.ConnectionPool
    who = (proxy.user, proxy.password) if proxy.user else None
    return partial(httpcore2.HTTPProxy, proxy.url, who)


class _NoCookies(CookieJar):
    """Keeps nothing."""

    def extract_cookies(self, response: HTTPResponse, request: UrllibRequest) -> None:
        """Look at no response."""


def _request(url: str, headers: Mapping[str, str]) -> httpx2.Request:
    """A request whose target is sent as it is: the library's own reader of URLs would write it anew."""
    end = url.find("/", len("https://"))
    origin, target = (url, "/") if end < 0 else (url[:end], url[end:])
    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    return httpx2.Request("GET", _origin(origin), headers=named, extensions={"target": target.encode()})


@lru_cache(maxsize=4096)
def _origin(text: str) -> httpx2.URL:
    return httpx2.URL(text)


def _chunks(response: httpx2.Response) -> Iterator[bytes]:
    try:
        for number, piece in enumerate(response.iter_raw()):
            if number > MAX_PIECES:
                raise ProtocolError("answer in too many pieces")
            yield piece
    except httpx2.HTTPError as error:
        raise ProtocolError(CUT_OFF) from error


def _has_no_body(response: httpx2.Response) -> bool:
    return response.status_code == HTTPStatus.NOT_MODIFIED or response.headers.get("content-length") == "0"


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
