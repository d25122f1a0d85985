"""Whether a worker of this machine lives, by what it has written into the database."""

from __future__ import annotations

import socket

from watcher.cli.common import exit_on_error
from watcher.pipeline.clocks import clock_of
from watcher.pipeline.ownership import owners
from watcher.store.store import Store


def worker_here(url: str) -> tuple[bool, str]:
    """Whether one has had a heartbeat lately, and that in words. Exit code 3 for a database that cannot be asked."""
    with exit_on_error(), Store.open(url) as store:
        now = clock_of(store)()
        with store.reading() as tx:
            seen = [one.seen for one in owners(tx, now) if one.host == socket.gethostname()]
    if not seen:
        return False, "No worker of this machine has a heartbeat."
    return True, f"A worker of this machine had its last heartbeat at {max(seen):%Y-%m-%dT%H:%M:%SZ}."
