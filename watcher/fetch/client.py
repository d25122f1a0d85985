"""The fetcher: a request becomes a document, the word that nothing changed, or a failure; and the heartbeat ping, sent by it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeAlias

import httpx2

import watcher
from watcher.core.addresses import redact
from watcher.core.model import Document, Failed, NotModified, Outcome
from watcher.core.proxies import NO_PROXIES, Proxies
from watcher.fetch import response as responses
from watcher.fetch.guard import Guard
from watcher.fetch.rate_limit import HostLimiter
from watcher.fetch.response import ConnectionFailed, ProtocolError, Response, TimedOut, Transport
from watcher.fetch.transport import GuardedTransport, LookUp
from watcher.fetch.urls import Address, UrlRejected, join, leaves_folder, parse

Answer: TypeAlias = Document | NotModified | Failed

MAX_REDIRECTS = 5
MAX_CLOCKS = 1000
"""Hosts whose clocks are remembered; redirects may lead to ever other ones."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for; validators are those of the document that is held."""

    url: str
    etag: str = ""
    last_modified: str = ""
    accept: str = ""
    known: bool = False
    """Whether it was answered when it was last asked: what is known to answer waits for nothing that may not."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """More headers, their values with `$NAME` for what the settings fill in; they go to the address's own origin alone."""


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How to ask."""

    via: str = ""
    """Send everything to `{via}/{host}{path}?{query}` instead: a caching mirror, an archive, a stand-in."""
    contact: str = ""
    """Address or URL that publishers can complain to."""
    proxies: Proxies = NO_PROXIES
    """Forward proxies: they resolve the names, and must refuse private addresses (docs/operate.md)."""
    timeout: timedelta = timedelta(seconds=30)
    """For one document in all: redirects, waiting and reading together."""
    max_body: int = 15_000_000
    """Bytes, before and after inflation."""
    allow: tuple[str, ...] = ()
    """Networks, addresses and host names that may be private."""
    concurrency: int = 20
    """Requests that are quick or have just begun."""
    aside: int = 200
    """And so many slow ones beside them."""
    patience: timedelta = timedelta(seconds=2)
    """A request that takes longer is a slow one."""
    per_host_gap: timedelta = timedelta(seconds=1)
    per_host: int = 2
    ca_file: str = ""
    """PEM file of certificates that are trusted instead of the system's and certifi's."""

    fill: Callable[[str], str] = str
    """Puts secrets in the place of `$NAME` in the values of a request's headers; raises ValueError where there is none."""

    @property
    def user_agent(self) -> str:
        """Who is asking, by name, version and contact."""
        contact = "".join(c for c in self.contact if c.isascii() and c.isprintable() and c not in "()")
        return f"PolicySignalWatch/{watcher.__version__}" + (f" (+{contact})" if contact else "")


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a response points, and the cookies that it asks for."""

    status: int
    location: str
    cookies: list[str]


class Fetcher:
    """Fetches documents; one for the life of a process or of a rehearsal."""

    def __init__(
        self,
        settings: FetchSettings,
        *,
        clock: Callable[[], datetime],
        transport: Transport | None = None,
        resolve: LookUp | None = None,
    ) -> None:
        """Take the settings and the clock; a transport stands in for the network, `resolve` for its names."""
        self._settings, self._clock, self._transport, self._resolve = settings, clock, transport, resolve
        self._via = parse(settings.via.rstrip("/")) if settings.via else None
        self._guard = Guard(settings.allow)
        self._limiter = HostLimiter(
            total=settings.concurrency,
            per_host=settings.per_host,
            gap=settings.per_host_gap.total_seconds(),
            patience=settings.patience.total_seconds(),
            aside=settings.aside,
        )
        self._seconds = settings.timeout.total_seconds()
        self.ahead: dict[str, timedelta] = {}
        """By host: how far its clock was ahead of ours at its latest answer; of the first thousand or so."""

    async def __aenter__(self) -> Self:
        """Connections are made when they are needed."""
        if self._transport is None:
            allow = (*self._settings.allow, self._via.host) if self._via else self._settings.allow
            self._transport = GuardedTransport(
                Guard(allow),
                resolve=self._resolve,
                ca_file=self._settings.ca_file,
                limit=self._settings.concurrency + self._settings.aside,
                most=self._settings.max_body,
                proxies=self._settings.proxies,
            )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close every connection."""
        if self._transport is not None:
            await self._transport.aclose()

    async def get(self, request: Request) -> Answer:
        """Ask for one document. Whatever the network does is told as a value; the reasons hold no secret."""
        try:
            address = parse(request.url)
            self._check(address)
        except UrlRejected as rejected:
            return Failed(Outcome.ERROR, str(rejected))
        limiter, host, url = self._limiter, address.host, address.url
        async with limiter.slot(host, known=request.known) as keep, limiter.turn(host, url, self._clock) as until:
            if until:
                return Failed(
                    Outcome.ERROR, f"its host does not answer, and is left alone until {until:%H:%M} UTC", timed_out=True
                )
            answer = await self._ask_in_time(request, address, keep=keep)
            if isinstance(answer, Failed) and answer.timed_out:
                limiter.timed_out(host, url, self._clock())
            else:
                limiter.answered(host, url)
            return answer

    async def _ask_in_time(self, request: Request, address: Address, *, keep: bool) -> Answer:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(request, address, keep=keep)
        except UrlRejected as rejected:
            return Failed(Outcome.ERROR, str(rejected))
        except TimeoutError:
            return Failed(Outcome.ERROR, f"no answer within {self._seconds:g} s", timed_out=True)
        except responses.BodyError as error:
            return Failed(Outcome.MALFORMED, str(error), HTTPStatus.OK)
        except ProtocolError as error:
            return Failed(Outcome.MALFORMED, redact(str(error)))
        except ConnectionFailed as error:
            return Failed(Outcome.ERROR, redact(str(error)), timed_out=isinstance(error, TimedOut))

    def _check(self, address: Address) -> None:
        """Refuse what must not be asked: of a proxy or a mirror no private name, of a mirror nothing that leaves its folder."""
        if not self._via and not self._settings.proxies.of(address.scheme, address.host, address.port):
            self._guard.check_host(address.host)
            return
        self._guard.check_forwarded(address.host)
        if self._via and leaves_folder(address.request_target):
            raise UrlRejected("address with a path that a mirror could be led out of its folder by")

    async def _follow(self, request: Request, address: Address, *, keep: bool) -> Answer:
        """Ask, and go where redirects point, judging each URL anew."""
        if self._transport is None:
            raise RuntimeError("a Fetcher is used inside `async with`")
        asked, cookies, status = set[tuple[Address, str]](), RedirectCookies(), 0
        while True:
            cookie = cookies.header(address.url)
            if (address, cookie) in asked:
                return Failed(Outcome.ERROR, "redirects in a circle", status)
            if len(asked) > MAX_REDIRECTS:
                return Failed(Outcome.ERROR, f"more than {MAX_REDIRECTS} redirects", status)
            asked.add((address, cookie))
            headers = self._headers(request, address, keep=keep, cookie=cookie)
            read = partial(self._read, request, address)
            answer = await self._transport.get(self._place(address), headers, read)
            if not isinstance(answer, Redirect):
                return answer
            cookies.keep(address.url, answer.cookies)
            address, status = self._next(address, answer.location), answer.status

    def _next(self, base: Address, location: str) -> Address:
        address = join(base, location)
        self._check(address)
        if (base.scheme, address.scheme) == ("https", "http"):
            raise UrlRejected("redirect from https to http")
        return address

    def _place(self, address: Address) -> str:
        """The URL that is really asked."""
        return f"{self._via.url.rstrip('/')}/{address.authority}{address.request_target}" if self._via else address.url

    def _headers(self, request: Request, address: Address, *, keep: bool, cookie: str) -> dict[str, str]:
        headers = {"User-Agent": self._settings.user_agent, "Accept": request.accept or "*/*", "Accept-Encoding": "gzip"}
        headers |= self._own_headers(request, address)
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        if cookie:
            headers["Cookie"] = cookie
        if not (keep or self._via):  # nothing else is due there soon: an idle connection would only be held open
            headers["Connection"] = "close"
        return headers

    def _own_headers(self, request: Request, address: Address) -> dict[str, str]:
        """The headers that the request asks for: a redirect to another origin gets none of them. Raises UrlRejected."""
        if not request.headers or address.origin != parse(request.url).origin:
            return {}
        try:
            return {name: self._settings.fill(value) for name, value in request.headers.items()}
        except ValueError as error:
            raise UrlRejected(f"a header needs {error}") from None

    # in a thread of the transport

    def _read(self, request: Request, address: Address, response: Response) -> Answer | Redirect:
        """What one response says."""
        known = address.host in self.ahead or len(self.ahead) < MAX_CLOCKS
        if known and (then := responses.server_time(response.headers)) is not None:
            self.ahead[address.host] = then - self._clock()
        location = response.headers.get("location")
        if response.status in responses.REDIRECTS and location is not None:
            return Redirect(response.status, location, response.headers.get_list("set-cookie"))
        return self._answer(request, address, response)

    def _answer(self, request: Request, address: Address, response: Response) -> Answer:
        """The response of the last hop as a value."""
        now, headers, status = self._clock(), response.headers, response.status
        fresh = responses.max_age(headers, now=now)
        if status == HTTPStatus.NOT_MODIFIED and (request.etag or request.last_modified):
            return NotModified(fresh)
        peeked = responses.peek(response, limit=responses.PEEK_BYTES) if responses.should_peek(status) else b""
        if failed := responses.classify(response, peeked, now=now):
            return failed
        body = responses.read_body(response, limit=self._settings.max_body)
        content_type = headers.get("content-type", "").strip()
        if not body.data.strip():
            return Failed(Outcome.EMPTY, "empty body", status)
        if responses.is_challenge(content_type, body.data):
            return Failed(Outcome.BLOCKED, f"{responses.CHALLENGE} ({status})", status)
        return Document(
            url=request.url,
            final_url=redact(address.url),
            body=body.data,
            hash=body.hash,
            content_type=content_type,
            fetched_at=now,
            etag=responses.validator(headers, "etag"),
            last_modified=responses.validator(headers, "last-modified"),
            max_age=fresh,
        )


MAX_COOKIE = 4096
"""Bytes of one cookie, as many as browsers keep (RFC 6265, 6.1)."""
MAX_COOKIES = 50
"""Of one response."""


class RedirectCookies:
    """The cookies of one chain of redirects."""

    def __init__(self) -> None:
        """Nobody has asked for any."""
        self._cookies: httpx2.Cookies | None = None

    def keep(self, url: str, asked: list[str]) -> None:
        """Keep what a response of this URL asks for, by the values of its Set-Cookie."""
        fitting = [
            ("set-cookie", value) for value in asked if len(value) <= MAX_COOKIE and value.isascii() and value.isprintable()
        ][:MAX_COOKIES]
        if fitting:
            self._cookies = self._cookies or httpx2.Cookies()
            self._cookies.extract_cookies(httpx2.Response(200, headers=fitting, request=httpx2.Request("GET", url)))

    def header(self, url: str) -> str:
        """What this URL is told; empty where it is nothing."""
        if self._cookies is None:
            return ""
        request = httpx2.Request("GET", url)
        self._cookies.set_cookie_header(request)
        return request.headers.get("cookie", "")


# Heartbeat pings: after good cycles a URL is asked, so that another service notices when the watch stops.

log = logging.getLogger(__name__)

PING_TIMEOUT = timedelta(seconds=10)
PING_ACCEPTED = range(200, 300)
MAX_PING_BODY = 100_000
"""Bytes of the answer that are read; nobody looks at them."""


@asynccontextmanager
async def heartbeat_ping(
    url: str, settings: FetchSettings, clock: Callable[[], datetime]
) -> AsyncIterator[Callable[[], Awaitable[None]] | None]:
    """What sends a ping, through the same guard as any request but past a mirror; None where no URL is set.

    The URL is a secret of its own: it stands in no log.
    """
    if not url:
        yield None
        return
    own = replace(settings, via="", timeout=PING_TIMEOUT, max_body=MAX_PING_BODY, per_host_gap=timedelta(0))
    async with Fetcher(own, clock=clock) as fetcher:

        async def ping() -> None:
            answer = await fetcher.get(Request(url))
            if isinstance(answer, Failed) and (answer.status or 0) not in PING_ACCEPTED:
                log.warning("Heartbeat ping failed: %s", answer.reason)

        yield ping
