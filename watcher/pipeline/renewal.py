"""The claims of a signal made anew when its rules have changed: by the readers' processes, some observations at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from watcher.core.model import Claim, Observation, Signal, Unreadable
from watcher.store.records import AuditEntry
from watcher.store.store import Store

log = logging.getLogger(__name__)

UnderstandNow: TypeAlias = Callable[[Signal, Sequence[Observation]], tuple[tuple[Claim, ...], ...]]
"""Of each observation what it claims under the rules of a signal. Raises Unreadable where that takes too long."""

SLICE = 200
"""Observations that are understood together."""


def renew_claims(store: Store, signal: Signal, rules: str, understand: UnderstandNow, now: datetime) -> bool:
    """Make the claims of a signal anew where they were made under other rules than those with this hash; whether they were.

    Nothing is written before all is understood. An observation that cannot be understood within bounds claims nothing, and
    is named in the log and the audit list. Raises StoreError.
    """
    with store.reading() as tx:
        if tx.claims.rules(signal.id) == rules:
            return False
    work = _Renewal(signal, understand)
    while some := _kept_after(store, signal, work.last):
        work.take(some)
    with store.writing() as tx:
        while late := tx.observations.after(signal.id, work.last, SLICE):  # another process has kept them meanwhile
            work.take(late)
        tx.claims.replace(signal.id, rules, work.claims, now)
        for one, why in work.refused:
            what = f"made no claims of observation {one.id} of {one.source} under changed rules"
            tx.audit.add(AuditEntry(now, "watch", what, why))
    return True


def _kept_after(store: Store, signal: Signal, number: int) -> list[Observation]:
    with store.reading() as tx:
        return tx.observations.after(signal.id, number, SLICE)


class _Renewal:
    """What has been understood so far."""

    def __init__(self, signal: Signal, understand: UnderstandNow) -> None:
        self._signal, self._understand = signal, understand
        self.last = 0
        """The number of the last observation that was looked at."""
        self.claims: list[Claim] = []
        self.refused: list[tuple[Observation, str]] = []
        """What could not be understood, and why."""

    def take(self, some: Sequence[Observation]) -> None:
        """Understand some more; where that fails together, each half by itself."""
        try:
            found = self._understand(self._signal, some)
        except Unreadable as error:
            if len(some) > 1:
                self.take(some[: len(some) // 2])
                self.take(some[len(some) // 2 :])
                return
            log.warning(
                "observation %d of %s claims nothing under the changed rules: %s", some[0].id, some[0].source, error.reason
            )
            self.refused.append((some[0], error.reason))
            found = ()
        self.claims += (claim for mine in found for claim in mine)
        self.last = some[-1].id
