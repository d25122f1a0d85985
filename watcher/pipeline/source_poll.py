"""One source polled as a job of its own: asked, read, understood and kept, as the batches do it for many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.core.model import Signal
from watcher.pipeline.keep import Check, Understand, keep_all, missing_entries, sift_all, understood
from watcher.pipeline.poll import Get, Read, look
from watcher.pipeline.record import stirred_by
from watcher.pipeline.refusals import refused
from watcher.pipeline.sift import Sifted
from watcher.store.engine import Scope
from watcher.store.records import Due
from watcher.store.store import Store


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be asked, what is known of it, and how long its turn is to be waited for."""

    due: Due
    missing: bool
    """Whether an entry of a record is missing."""
    refused: Mapping[str, Mapping[str, str]]
    """The documents that are not tried again."""
    wait: timedelta


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
    gap: timedelta
    """Between two requests to one host, whoever makes them."""

    async def poll(self, source: str, host: str) -> frozenset[str]:
        """Poll a source if it is due, in its turn at its host; the signals to be decided again for it. Raises StoreError."""
        asked = await asyncio.to_thread(self._due, source, host)
        if asked is None:
            return frozenset()
        await asyncio.sleep(asked.wait.total_seconds())
        due, now = asked.due, self.clock()
        reading = await look(
            due, get=self.get, read=self.read, now=now, dice=self.dice(), missing=asked.missing, refused=asked.refused.get(source)
        )
        if reading.entries is None:
            return await asyncio.to_thread(self._keep, Sifted(reading), now)
        [one] = await asyncio.to_thread(sift_all, self.store, [reading], now, self.dice)
        if one.fresh:
            one = await understood(one, self.signals[due.source.signal], self.understand, self.dice)
        return await asyncio.to_thread(self._keep, one, now)

    def _due(self, source: str, host: str) -> _Asked | None:
        """The source with what is known of it besides, and its turn; None where it is not due."""
        now = self.clock()
        with self.store.writing(Scope()) if self.gap else self.store.reading() as tx:
            found = [one for one in tx.sources.due_of([source], now) if one.source.signal in self.signals]
            if not found:
                return None
            [due] = found
            missing = due.source.record and bool(missing_entries(tx, [source]))
            wait = tx.shared.turn(host, self.gap) if self.gap else timedelta(0)
            return _Asked(due, missing, refused(tx, found, now), wait)

    def _keep(self, one: Sifted, now: datetime) -> frozenset[str]:
        keep_all(self.store, [one], now, self.dice, check=self.check)
        return frozenset(stirred_by([one]))
