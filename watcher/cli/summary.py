"""What a command asks that only says where everything stands."""

from __future__ import annotations

from datetime import datetime

from watcher.cli.common import embedded_file, exit_on_error
from watcher.store.summary import Summary, load_summary


def load_summary_or_exit(url: str, then: datetime | None = None) -> Summary:
    """Where everything stands; a database that is not there yet says nothing, and is not made by asking."""
    file = embedded_file(url)
    if file is not None and not file.exists():
        return Summary({}, {})
    with exit_on_error():
        return load_summary(url, then)
