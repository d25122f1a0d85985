"""The web server, which on a signal ends in order and lets its caller do so, too."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn

TICK = 10
"""Uvicorn counts its turns of a tenth of a second, and renews the Date header in every tenth."""


class Server(uvicorn.Server):
    """Uvicorn's, but for two things.

    A signal ends it in order: raising it again would end the process before its last words. And it wakes once a second, not ten
    times: that was most of what an idle watch costs.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, now."""
        super().handle_exit(sig, frame)
        self._ending.set()

    async def main_loop(self) -> None:
        """Serve until it is to end."""
        count = 0
        while not await self.on_tick(count):
            count += TICK
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), 1)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop serving on SIGTERM or SIGINT, at once on the second."""
        loop, signals = asyncio.get_running_loop(), (signal.SIGTERM, signal.SIGINT)
        for one in signals:
            loop.add_signal_handler(one, self.handle_exit, one, None)
        try:
            yield
        finally:
            for one in signals:
                loop.remove_signal_handler(one)
