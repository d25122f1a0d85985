"""Whether anything was committed, told without reading a table."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from watcher.store.engine import Engines


class Changes:
    """A connection of its own that only watches. Safe to use from many threads."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self._watching: Any = None
        self._lock = threading.Lock()

    def token(self) -> str:
        """The count of others' commits (https://sqlite.org/pragma.html#pragma_data_version), or PostgreSQL's end of the log."""
        if self.engines.path is None:
            with self.engines.reader.connect() as connection:
                return str(connection.execute(text("SELECT pg_current_wal_lsn()::text")).scalar())
        with self._lock:
            if self._watching is None:
                raw = self.engines.reader.raw_connection()
                self._watching = raw.driver_connection
                raw.detach()
            return str(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Stop watching."""
        with self._lock:
            if self._watching is not None:
                self._watching.close()
                self._watching = None
