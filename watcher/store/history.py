"""Everything that was ever seen of a signal, whatever counts now: for deciding the past again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.store.codec import moment
from watcher.store.observations import OBSERVATIONS_OF_SIGNAL, ORDER, observation
from watcher.store.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from watcher.core.model import Observation

ALL_OBSERVATIONS = f"{OBSERVATIONS_OF_SIGNAL} {ORDER}"
ABSENCES = (
    'SELECT absence.source, absence."key", absence.since, absence.until'
    " FROM absence JOIN source ON source.id = absence.source WHERE source.signal = :signal ORDER BY absence.since"
)


class History(Repository):
    """What was seen, and from when to when it was withdrawn."""

    __slots__ = ()

    def observations(self, signal: str) -> Iterator[Observation]:
        """Every observation of a signal in the order of their ids, also those that are withdrawn now."""
        return map(observation, self.stream(ALL_OBSERVATIONS, {"signal": signal}))

    def absences(self, signal: str) -> list[tuple[str, str, datetime, datetime | None]]:
        """Source, key, since and until of every withdrawal, oldest first."""
        rows = self.rows(ABSENCES, {"signal": signal})
        return [(source, key, moment(since), moment(until)) for source, key, since, until in rows]
