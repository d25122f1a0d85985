"""The renderer: takes a question, finds or renders its answer, and keeps it on the shelf."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from math import ceil
from time import monotonic, perf_counter, thread_time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watcher.clock import Clock
from watcher.web.pages import Links
from watcher.web.params import parse_as_of, query_of
from watcher.web.read_model import Reads, View
from watcher.web.security import WebSettings, headers_for

# Answers rendered once for each change and then sent from memory, with ETag, 304 and compression.

Pair = tuple[bytes, bytes]
MAX_CACHED = 256
MAX_PAST_VIEWS = 16
MAX_VIEW_ITEMS = 25_000
"""Signals, sources, changes and undecided texts in all views that are kept together, beside the newest."""
MAX_ANSWER_BYTES = 32 << 20
"""Bytes of all answers that are kept together, beside the newest."""
COOL_DOWN = 4
"""After reading the present the shelf rests for this many times as long as that took."""
MIN_COMPRESSED_BYTES = 700
"""Bodies below this many bytes are not worth compressing."""
LONGEST_ACCEPTED = 256
"""Bytes of an Accept-Encoding that are read; browsers send some thirty, and what is read is remembered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A rendered answer with the headers of each of its forms."""

    body: bytes
    packed: bytes
    etag: bytes
    packed_etag: bytes
    head: tuple[Pair, ...]
    packed_head: tuple[Pair, ...]
    same_head: tuple[Pair, ...]
    media: str
    at: datetime
    version: str
    forever: bool = False

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return len(self.body) + len(self.packed)

    def linked(self, link: str) -> Answer:
        """The same with a Link header; without one where that is empty."""
        extra = ((b"link", link.encode()),) if link else ()
        return replace(
            self, head=(*self.head, *extra), packed_head=(*self.packed_head, *extra), same_head=(*self.same_head, *extra)
        )


def pack(body: str | bytes, media: str, path: str, *, at: datetime, version: str, published: bool, keep: int = 0) -> Answer:
    """An answer from its body; `keep` is how many seconds a reader may hold it without asking."""
    raw = body.encode("utf-8", "replace") if isinstance(body, str) else body
    tag = blake2b(raw, digest_size=12).hexdigest().encode()
    packed = gzip.compress(raw, 6, mtime=0) if len(raw) >= MIN_COMPRESSED_BYTES else b""
    policy = b"public, max-age=%d, immutable" % keep if keep else b"no-cache"
    common = [(b"cache-control", policy), (b"vary", b"accept-encoding"), *headers_for(path, media, published=published)]
    full = [(b"content-type", media.encode()), *common]
    plain, zipped = b'"%s"' % tag, b'"%s-z"' % tag
    return Answer(
        body=raw,
        packed=packed,
        etag=plain,
        packed_etag=zipped,
        head=(*full, (b"etag", plain), (b"content-length", b"%d" % len(raw))),
        packed_head=(*full, (b"etag", zipped), (b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(packed))),
        same_head=tuple(common),
        media=media,
        at=at,
        version=version,
        forever=bool(keep),
    )


class ResponseCache:
    """What has been rendered, by address; asks the store at most every so often whether something changed."""

    def __init__(
        self,
        reads: Reads,
        clock: Clock,
        *,
        fresh_for: timedelta,
        look_every: timedelta,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        """Nothing is read yet."""
        self.reads, self.clock, self.timer = reads, clock, timer
        self.fresh_for, self.look_every = fresh_for, look_every
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._views: OrderedDict[datetime | None, tuple[str, View]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._version = ""
        self._looked: datetime | None = None
        self._read_at: datetime | None = None
        self._rest = timedelta(0)

    def version(self) -> str:
        """The store's token, at most `look_every` old."""
        now = self.clock()
        if self._looked is None or not timedelta(0) <= now - self._looked < self.look_every:
            self._version, self._looked = self.reads.version(), now
        return self._version

    def view(self, as_of: datetime | None) -> View:
        """The view of a moment, read once for each change."""
        return self.seen(as_of)[1]

    def seen(self, as_of: datetime | None) -> tuple[str, View]:
        """The view of a moment and the version that it shows; the present is not read anew while it rests."""
        version = self.version()
        with self._lock:
            held = self._views.get(as_of)
            if held and (held[0] == version or (as_of is None and self.rests())):
                self._views.move_to_end(as_of)
                return held
        began = self.timer()
        read = self.reads(as_of)
        with self._lock:
            if as_of is None:
                self._rest, self._read_at = COOL_DOWN * timedelta(seconds=self.timer() - began), self.clock()
            self._views[as_of] = (version, read)
            self._views.move_to_end(as_of)
            while len(self._views) > MAX_PAST_VIEWS or (len(self._views) > 1 and self._weight() > MAX_VIEW_ITEMS):
                self._views.popitem(last=False)
        return version, read

    def _weight(self) -> int:
        parts = (part for _, view in self._views.values() for part in (view.signals, view.strips, view.history, view.reviews))
        return sum(map(len, parts))

    def rests(self) -> bool:
        """Whether the present was read just now: with thousands of sources a commit a second must not keep it reading."""
        return self._read_at is not None and timedelta(0) <= self.clock() - self._read_at < self._rest

    def find(self, key: str) -> Answer | None:
        """A rendered answer that still holds."""
        answer = self._answers.get(key)
        if answer is None or answer.forever:
            return answer
        age = self.clock() - answer.at
        if not timedelta(0) <= age < self.fresh_for:
            return None
        return answer if answer.version == self.version() or (self.rests() and answer.version == self._shown()) else None

    def _shown(self) -> str:
        """The version of the present that is shown while it rests."""
        held = self._views.get(None)
        return held[0] if held else ""

    def keep(self, key: str, answer: Answer) -> Answer:
        """Remember an answer; the one least lately made goes when there are too many."""
        with self._lock:
            old = self._answers.pop(key, None)
            self._answers[key] = answer
            self._bytes += answer.size - (old.size if old else 0)
            while len(self._answers) > MAX_CACHED or (len(self._answers) > 1 and self._bytes > MAX_ANSWER_BYTES):
                self._bytes -= self._answers.popitem(last=False)[1].size
        return answer


def takes_gzip(accepted: bytes) -> bool:
    """Whether a reader takes gzip, by Accept-Encoding; one who says more than anybody means gets it plain."""
    return len(accepted) <= LONGEST_ACCEPTED and _takes_gzip(accepted)


@lru_cache(maxsize=1024)
def _takes_gzip(accepted: bytes) -> bool:
    """Named, or meant by `*`, and not with `q=0` (RFC 9110, 12.5.3)."""
    weights: dict[bytes, float] = {}
    for part in accepted.lower().split(b","):
        coding, _, options = part.partition(b";")
        weights[coding.strip().removeprefix(b"x-")] = _weight(options)
    return weights.get(b"gzip", weights.get(b"*", 0.0)) > 0


def _weight(options: bytes) -> float:
    """The weight that `q=` gives; what cannot be read is taken for a refusal, which costs only bytes."""
    name, _, value = options.partition(b"=")
    if not options.strip():
        return 1.0
    try:
        return float(value) if name.strip() == b"q" else 0.0
    except ValueError:
        return 0.0


async def send_answer(answer: Answer, scope: Scope, send: Send) -> None:
    """Send an answer in the form that the request allows: not changed, compressed or plain; no body for HEAD."""
    asked, zipped = b"", False
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            asked = value
        elif name == b"accept-encoding":
            zipped = bool(answer.packed) and takes_gzip(value)
    etag = answer.packed_etag if zipped else answer.etag
    if asked and (etag in asked or asked == b"*"):
        await send({"type": "http.response.start", "status": 304, "headers": [*answer.same_head, (b"etag", etag)]})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": list(answer.packed_head if zipped else answer.head)})
    body = answer.packed if zipped else answer.body
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def key_of(path: str, query: str = "") -> str:
    """The name of an answer on the shelf."""
    return f"{path}?{query}" if query else path


class CacheMiddleware:
    """Sends what lies on the shelf before the framework is asked; everything else goes on to it."""

    def __init__(self, app: ASGIApp, shelf: ResponseCache, base_path: str) -> None:
        """Keep the application, the shelf and the prefix that a proxy may leave on."""
        self.app, self.shelf, self.base = app, shelf, base_path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        if self.base:
            scope = {**scope, "root_path": self.base}
            if path == self.base:
                await _send_to(f"{self.base.rsplit('/', 1)[1]}/", send)
                return
            path = path.removeprefix(self.base) if path.startswith(self.base + "/") else path
        if scope["method"] in ("GET", "HEAD"):
            query = "" if path.startswith("/static/") else scope["query_string"].decode("latin-1")
            answer = self.shelf.find(key_of(path, query))
            if answer:
                await send_answer(answer, scope, send)
                return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        await self.app(scope, receive, send)


async def _send_to(place: str, send: Send) -> None:
    """Send the reader to a place named relative to the present one, which holds under any host and prefix."""
    headers = [(b"location", place.encode()), (b"content-length", b"0"), *headers_for("", "", published=False)]
    await send({"type": "http.response.start", "status": 308, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _without_body(send: Send) -> Send:
    async def bare(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return bare


SHARE = 0.2
"""Of a core, in the long run."""
BURST = 2.0
"""Seconds of work that may be done at once after a rest."""


class Budget:
    """Work that is spent is earned again with time, a share of a second for each second."""

    def __init__(self, timer: Callable[[], float] = monotonic) -> None:
        """Begin rested."""
        self._timer, self._left, self._at = timer, BURST, timer()

    def spend(self, seconds: float) -> None:
        """Take work from what may be done; the last may take more than there is."""
        self._earn()
        self._left -= seconds

    def wait(self) -> float:
        """Seconds until something may be done again."""
        self._earn()
        return max(0.0, -self._left / SHARE)

    def _earn(self) -> None:
        now = self._timer()
        self._left, self._at = min(BURST, self._left + (now - self._at) * SHARE), now


# The renderer itself.

BUDGET_TIMEOUT = 5.0
"""Seconds that a question about the past waits at most for its turn within the budget."""
QUEUE = 8
"""How many questions about the past may wait at once."""
HTML = "text/html; charset=utf-8"
JSON = "application/json"


class TooManyRequests(Exception):  # noqa: N818 - the word that the reader gets
    """Too many questions about the past at once; `wait` is in how many seconds one may be asked again."""

    def __init__(self, wait: float = 5) -> None:
        """Keep the seconds."""
        super().__init__()
        self.wait = ceil(wait)


@dataclass(frozen=True, slots=True)
class Linked:
    """A body with its Link header."""

    body: str
    link: str


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """What a renderer is given."""

    view: View
    now: datetime
    to: Links


Render = Callable[[RenderRequest], str | bytes | Linked]


class RenderedPage(Response):
    """An answer from the shelf as the framework's response."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer."""
        super().__init__(status_code=200)
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the shape that ASGI asks for
        """Send it in the form that the request allows."""
        await send_answer(self.answer, scope, send)


class PageRenderer:
    """One for each application."""

    def __init__(self, reads: Reads, settings: WebSettings, clock: Clock) -> None:
        """Nothing is read before the first question."""
        self.reads, self.settings, self.clock = reads, settings, clock
        self.shelf = ResponseCache(reads, clock, fresh_for=settings.fresh_for, look_every=settings.look_every)
        self._now, self._past = asyncio.Lock(), asyncio.Lock()
        self._waiting, self._budget = 0, Budget()

    async def show(
        self, request: Request, path: str, media: str, render: Render, *, depth: int = 0, extra: str = ""
    ) -> RenderedPage:
        """The answer at `path` (without prefix); `extra` is a checked parameter beside `as_of`.

        Raises InvalidParameter for an `as_of` out of bounds, TooManyRequests, and what `render` raises (KeyError: unknown name).
        """
        moment = parse_as_of(request.query_params.get("as_of", ""), self.clock())
        query = "&".join(part for part in (query_of(moment), extra) if part)
        key = key_of(path, query)
        if answer := self.shelf.find(key):
            return RenderedPage(answer)
        lock = self._past if moment else self._now
        if moment and self._waiting >= QUEUE:
            raise TooManyRequests
        self._waiting += bool(moment)
        try:
            async with lock:
                if answer := self.shelf.find(key):
                    return RenderedPage(answer)
                if moment:
                    await self._turn()
                return RenderedPage(await run_in_threadpool(self._make, key, path, media, render, moment, depth))
        finally:
            self._waiting -= bool(moment)

    async def _turn(self) -> None:
        """Wait until the past may be read again: all its readers together have a share of one core. Raises TooManyRequests."""
        if (wait := self._budget.wait()) > BUDGET_TIMEOUT:
            raise TooManyRequests(wait)
        await asyncio.sleep(wait)

    def _make(self, key: str, path: str, media: str, render: Render, moment: datetime | None, depth: int) -> Answer:
        begun = thread_time()
        version, view = self.shelf.seen(moment)
        now = self.clock()
        view = replace(view, judged_at=now)  # a view is kept while nothing changes, and a watch that stands still changes nothing
        query = f"?{query_of(moment)}" if moment else ""
        body = render(
            RenderRequest(
                view, now, Links(root="../" * depth, query=query, base_url=view.base_url, subscribe=self.settings.subscribe)
            )
        )
        body, link = (body.body, body.link) if isinstance(body, Linked) else (body, "")
        answer = pack(body, media, path, at=now, version=version, published=self.settings.published).linked(link)
        if moment:
            self._budget.spend(thread_time() - begun)
        return self.shelf.keep(key, answer)
