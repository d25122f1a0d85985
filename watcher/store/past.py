"""Everything that was ever seen of a signal, whatever counts now: for deciding the past again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from watcher.store.base import STREAM, Noun, table
from watcher.store.observations import OBSERVATION, SEEN, observation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from watcher.core.model import Observation

SOURCE = table("source")
ABSENCE = table("absence")


class Past(Noun):
    """What was seen, and from when to when it was withdrawn."""

    __slots__ = ()

    def observations(self, signal: str) -> Iterator[Observation]:
        """Every observation of a signal in the order of their ids, also those that are withdrawn now."""
        statement = SEEN.join(SOURCE, SOURCE.c.id == OBSERVATION.c.source).where(SOURCE.c.signal == signal)
        for row in self.connection.execute(statement.order_by(OBSERVATION.c.id), execution_options=STREAM):
            yield observation(row)

    def absences(self, signal: str) -> list[tuple[str, str, datetime, datetime | None]]:
        """Source, key, since and until of every withdrawal, oldest first."""
        columns = (ABSENCE.c.source, ABSENCE.c.key, ABSENCE.c.since, ABSENCE.c.until)
        statement = select(*columns).join(SOURCE, SOURCE.c.id == ABSENCE.c.source).where(SOURCE.c.signal == signal)
        return [tuple(row) for row in self.connection.execute(statement.order_by(ABSENCE.c.since))]
