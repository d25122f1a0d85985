"""The renderer: takes a question, finds or renders its answer, and keeps it on the shelf."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from time import monotonic, thread_time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from watcher.clock import Clock
from watcher.web.cache import Answer, ResponseCache, key_of, pack, send_answer
from watcher.web.pages import Links
from watcher.web.params import parse_as_of, query_of
from watcher.web.read_model import Reads, View
from watcher.web.settings import WebSettings

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

        Raises BadQuestion for an `as_of` out of bounds, Busy, and what `render` raises (KeyError for an unknown name).
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
