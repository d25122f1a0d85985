"""Once a day what nothing cites is deleted after its time, beside all else; not on a day on which the clock may be wrong."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from time import perf_counter

from watcher.store.codec import moment_in
from watcher.store.records import MetaKey, Policy
from watcher.store.store import Store

PAUSE_BETWEEN_RUNS = timedelta(days=1)
GAP = timedelta(days=10)
"""After a gap as long as this nothing is deleted for another day: a clock that ran ahead must not cost what was kept."""


async def run_retention(store: Store, now: datetime, policy: Policy) -> bool:
    """Delete what is due, slice by slice, and let others write in between; whether it was done at `now`. Raises StoreError."""
    with store.reading() as tx:
        last = tx.meta.read(MetaKey.RETENTION_LAST_RUN, moment_in)
    passed = now - last if last else None
    if passed is not None and timedelta(0) <= passed < PAUSE_BETWEEN_RUNS:
        return False
    with store.writing() as tx:
        tx.meta.put(MetaKey.RETENTION_LAST_RUN, now.isoformat())
    if passed is None or not PAUSE_BETWEEN_RUNS <= passed < GAP:
        return False
    slices, begun = store.retention(now, policy), perf_counter()
    while await asyncio.to_thread(next, slices, None):
        await asyncio.sleep(perf_counter() - begun)  # as long as the slice took: who waits for the writer has half of the time
        begun = perf_counter()
    return True
