"""A sign of life: after good cycles an address is asked, so that another service notices when the watch stops."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.core.model import Failed
from watcher.fetch.client import Fetcher, FetchSettings, Request

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=10)
TAKEN = range(200, 300)
MOST = 100_000
"""Bytes of the answer that are read; nobody looks at them."""


@asynccontextmanager
async def sign_of_life(
    url: str, settings: FetchSettings, clock: Callable[[], datetime]
) -> AsyncIterator[Callable[[], Awaitable[None]] | None]:
    """What gives the sign, through the same guard as any request but past a mirror; None where no address is set.

    The address is a secret of its own: it stands in no log.
    """
    if not url:
        yield None
        return
    own = replace(settings, via="", timeout=PATIENCE, max_body=MOST, per_host_gap=timedelta(0))
    async with Fetcher(own, clock=clock) as door:

        async def give() -> None:
            answer = await door.get(Request(url))
            if isinstance(answer, Failed) and (answer.status or 0) not in TAKEN:
                log.warning("The service behind heartbeat_url did not take the sign of life: %s", answer.reason)

        yield give
