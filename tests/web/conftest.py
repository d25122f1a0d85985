"""A client that speaks to the application without a socket, and the clock it goes by."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
import pytest

from tests.web.browsing import browser
from tests.web.story import NOW, Shown
from watcher.web.app import create_app
from watcher.web.read_model import Reads
from watcher.web.security import WebSettings

__all__ = ["browser"]
PUBLIC_NAME = "watch.example.org"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Site:
    """The application with what it reads."""

    def __init__(self, reads: Reads, settings: WebSettings | None = None, *, peer: str = "203.0.113.7") -> None:
        self.reads, self.clock, self.peer = reads, Clock(), peer
        self.host = "localhost" if peer in {"127.0.0.1", "::1"} else PUBLIC_NAME
        named = replace(settings or WebSettings(), hosts=(settings and settings.hosts) or (self.host,))
        self.app = create_app(reads, named, clock=self.clock)

    def ask(self, method: str, path: str, **headers: str) -> httpx2.Response:
        async def asked() -> httpx2.Response:
            transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=(self.peer, 4711))
            async with httpx2.AsyncClient(transport=transport, base_url=f"http://{self.host}") as client:
                sent = {"accept-encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
                return await client.request(method, path, headers=sent)

        return asyncio.run(asked())

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.ask("GET", path, **headers)


@pytest.fixture
def site() -> Site:
    return Site(Shown())
