"""One source polled as a job of its own: asked, read, understood and kept, as the batches do it for many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from watcher.core.model import Signal
from watcher.pipeline.keep import Check, Understand, keep_all, missing_entries, sift_all, understood
from watcher.pipeline.poll import Get, Read, look
from watcher.pipeline.record import stirred_by
from watcher.pipeline.refusals import refused
from watcher.pipeline.sift import Sifted
from watcher.store.records import Due
from watcher.store.store import Store


@dataclass(frozen=True, slots=True)
class SourcePolls:
    """Polls sources one by one; many may be under way at once, each in its own transactions."""

    store: Store
    signals: Mapping[str, Signal]
    get: Get
    read: Read
    understand: Understand
    dice: Callable[[], float]
    clock: Callable[[], datetime]
    check: Check
    """Asked inside the transaction that keeps a reading; raises StoreError where it must not be kept."""

    async def poll(self, source: str) -> frozenset[str]:
        """Poll a source if it is still due; the signals that are to be decided again for it. Raises StoreError."""
        now = self.clock()
        asked = await asyncio.to_thread(self._due, source, now)
        if asked is None:
            return frozenset()
        due, missing, refusals = asked
        reading = await look(
            due, get=self.get, read=self.read, now=now, dice=self.dice(), missing=missing, refused=refusals.get(source)
        )
        [one] = await asyncio.to_thread(sift_all, self.store, [reading], now, self.dice)
        if one.fresh:
            one = await understood(one, self.signals[due.source.signal], self.understand, self.dice)
        return await asyncio.to_thread(self._keep, one, now)

    def _due(self, source: str, now: datetime) -> tuple[Due, bool, Mapping[str, Mapping[str, str]]] | None:
        """The source with whether an entry of its is missing, and what of it is not tried again; None where it is not due."""
        with self.store.reading() as tx:
            found = [one for one in tx.sources.due_of([source], now) if one.source.signal in self.signals]
            if not found:
                return None
            [due] = found
            missing = due.source.record and bool(missing_entries(tx, [source]))
            return due, missing, refused(tx, found, now)

    def _keep(self, one: Sifted, now: datetime) -> frozenset[str]:
        keep_all(self.store, [one], now, self.dice, check=self.check)
        return frozenset(stirred_by([one]))
