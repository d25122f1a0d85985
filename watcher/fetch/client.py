"""The one door out: a request becomes a document, the word that nothing changed, or a failure of its own kind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeAlias

import watcher
from watcher.core.addresses import redact
from watcher.core.model import Document, Failed, NotModified, Outcome
from watcher.fetch import answers, bodies
from watcher.fetch.address import Address, Refused, join, parse
from watcher.fetch.exchange import Broken, Reply, Transport, Unreached
from watcher.fetch.guard import Guard
from watcher.fetch.hosts import Turns
from watcher.fetch.wire import Resolve, Wire

Answer: TypeAlias = Document | NotModified | Failed

MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for; validators are those of the document that is held."""

    url: str
    etag: str = ""
    last_modified: str = ""
    accept: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """More headers, their values with `$NAME` for what the settings fill in; they go to the address's own origin alone."""


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How to ask."""

    via: str = ""
    """Send everything to `{via}/{host}{path}?{query}` instead: a caching mirror, an archive, a stand-in."""
    contact: str = ""
    """Address or URL that publishers can complain to."""
    timeout: timedelta = timedelta(seconds=30)
    """For one document in all: redirects, waiting and reading together."""
    max_body: int = 15_000_000
    """Bytes, before and after inflation."""
    allow: tuple[str, ...] = ()
    """Networks, addresses and host names that may be private."""
    concurrency: int = 20
    per_host_gap: timedelta = timedelta(seconds=1)
    per_host: int = 2
    ca_file: str = ""
    """PEM file of authorities that are trusted beside the system's own."""

    fill: Callable[[str], str] = str
    """Puts secrets in the place of `$NAME` in the values of a request's headers; raises ValueError where there is none."""

    @property
    def user_agent(self) -> str:
        """Who is asking, by name, version and contact."""
        contact = "".join(c for c in self.contact if c.isascii() and c.isprintable() and c not in "()")
        return f"PolicySignalWatch/{watcher.__version__}" + (f" (+{contact})" if contact else "")


class Fetcher:
    """Fetches documents; one for the life of a process or of a rehearsal."""

    def __init__(
        self,
        settings: FetchSettings,
        *,
        clock: Callable[[], datetime],
        transport: Transport | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        """Take the settings and the clock; a transport stands in for the network, `resolve` for its names."""
        self._settings, self._clock, self._transport, self._resolve = settings, clock, transport, resolve
        self._via = parse(settings.via.rstrip("/")) if settings.via else None
        self._guard = Guard(settings.allow)
        self._turns = Turns(total=settings.concurrency, per_host=settings.per_host, gap=settings.per_host_gap.total_seconds())
        self._seconds = settings.timeout.total_seconds()
        self.ahead: dict[str, timedelta] = {}
        """By host: how far its clock was ahead of ours at its latest answer."""

    async def __aenter__(self) -> Self:
        """Open the door; connections are made when they are needed."""
        if self._transport is None:
            allow = (*self._settings.allow, self._via.host) if self._via else self._settings.allow
            limit = self._settings.concurrency
            self._transport = Wire(Guard(allow), resolve=self._resolve, ca_file=self._settings.ca_file, limit=limit)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close every connection."""
        if self._transport is not None:
            await self._transport.aclose()

    async def get(self, request: Request) -> Answer:
        """Ask for one document. Whatever the network does is told as a value; the reasons hold no secret."""
        try:
            address = parse(request.url)
            self._guard.check_host(address.host)
            async with self._turns.turn(address.host) as keep, asyncio.timeout(self._seconds):
                return await self._follow(request, address, keep=keep)
        except Refused as refused:
            return Failed(Outcome.ERROR, str(refused))
        except TimeoutError:
            return Failed(Outcome.ERROR, f"no answer within {self._seconds:g} s")
        except bodies.Spoilt as spoilt:
            return Failed(Outcome.MALFORMED, str(spoilt), HTTPStatus.OK)
        except Broken as error:
            return Failed(Outcome.MALFORMED, redact(str(error)))
        except Unreached as error:
            return Failed(Outcome.ERROR, redact(str(error)))

    async def _follow(self, request: Request, address: Address, *, keep: bool) -> Answer:
        """Ask, and go where redirects point, judging each address anew."""
        seen = {address}
        while True:
            reply = await self._ask(request, address, keep=keep)
            try:
                location = reply.headers.get("location")
                if reply.status not in answers.REDIRECTS or location is None:
                    return await self._read(request, address, reply)
            finally:
                reply.release()
            address = self._next(address, location)
            if address in seen:
                return Failed(Outcome.ERROR, "redirects in a circle", reply.status)
            if len(seen) > MOST_REDIRECTS:
                return Failed(Outcome.ERROR, f"more than {MOST_REDIRECTS} redirects", reply.status)
            seen.add(address)

    def _next(self, base: Address, location: str) -> Address:
        address = join(base, location)
        self._guard.check_host(address.host)
        if (base.scheme, address.scheme) == ("https", "http"):
            raise Refused("redirect from https to http")
        return address

    async def _ask(self, request: Request, address: Address, *, keep: bool) -> Reply:
        if self._transport is None:
            raise RuntimeError("a Fetcher is used inside `async with`")
        headers = {"User-Agent": self._settings.user_agent, "Accept": request.accept or "*/*", "Accept-Encoding": "gzip"}
        headers |= self._own_headers(request, address)
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        if not (keep or self._via):  # nothing else is due there soon: an idle connection would only be held open
            headers["Connection"] = "close"
        url = f"{self._via.url.rstrip('/')}/{address.place}{address.target}" if self._via else address.url
        reply = await self._transport.ask(url, headers)
        if (then := answers.said_time(reply.headers)) is not None:
            self.ahead[address.host] = then - self._clock()
        return reply

    def _own_headers(self, request: Request, address: Address) -> dict[str, str]:
        """The headers that the request asks for: a redirect to another origin gets none of them. Raises Refused."""
        if not request.headers or address.origin != parse(request.url).origin:
            return {}
        try:
            return {name: self._settings.fill(value) for name, value in request.headers.items()}
        except ValueError as error:
            raise Refused(f"a header needs {error}") from None

    async def _read(self, request: Request, address: Address, reply: Reply) -> Answer:
        """The answer of the last hop as a value."""
        now, headers, status = self._clock(), reply.headers, reply.status
        fresh = answers.max_age(headers, now=now)
        if status == HTTPStatus.NOT_MODIFIED and (request.etag or request.last_modified):
            return NotModified(fresh)
        peeked = await bodies.peek(reply, limit=answers.PEEK) if answers.looks_needed(status) else b""
        if failed := answers.judge(reply, peeked, now=now):
            return failed
        body = await bodies.read(reply, limit=self._settings.max_body)
        content_type = headers.get("content-type", "").strip()
        if not body.data.strip():
            return Failed(Outcome.EMPTY, "empty body", status)
        if answers.is_challenge(content_type, body.data):
            return Failed(Outcome.BLOCKED, f"{answers.CHALLENGE} ({status})", status)
        return Document(
            url=request.url,
            final_url=redact(address.url),
            body=body.data,
            hash=body.hash,
            content_type=content_type,
            fetched_at=now,
            etag=answers.validator(headers, "etag"),
            last_modified=answers.validator(headers, "last-modified"),
            max_age=fresh,
        )
