"""The web server, which on a signal ends in order and lets its caller do so, too."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn


class Server(uvicorn.Server):
    """Uvicorn's, but for what it does with a signal: raising it again would end the process before its last words."""

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
