"""Heartbeat pings: after good cycles a URL is asked, so that another service notices when the watch stops."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.core.model import Failed
from watcher.fetch.client import Fetcher, FetchSettings, Request

log = logging.getLogger(__name__)

TIMEOUT = timedelta(seconds=10)
ACCEPTED = range(200, 300)
MAX_BODY = 100_000
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
    own = replace(settings, via="", timeout=TIMEOUT, max_body=MAX_BODY, per_host_gap=timedelta(0))
    async with Fetcher(own, clock=clock) as fetcher:

        async def ping() -> None:
            answer = await fetcher.get(Request(url))
            if isinstance(answer, Failed) and (answer.status or 0) not in ACCEPTED:
                log.warning("Heartbeat ping failed: %s", answer.reason)

        yield ping
