"""One time for all workers on one server, whatever the clocks of their machines show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from watcher.store.store import Store


class ServerClock:
    """The time of the server, told by a clock of this machine that may be wrong."""

    def __init__(self, store: Store, own: Callable[[], datetime]) -> None:
        """Ask once. Raises StoreError."""
        self._store, self._own = store, own
        self._ahead = timedelta(0)
        self.adjust()

    def adjust(self) -> None:
        """Ask the server again. Raises StoreError."""
        with self._store.reading() as tx:
            self._ahead = tx.shared.server_time() - self._own()

    def __call__(self) -> datetime:
        """The time now (UTC)."""
        return self._own() + self._ahead
