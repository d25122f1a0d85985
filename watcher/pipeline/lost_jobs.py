"""Jobs that a worker does no more though the queue says so: their begin or their end was lost with a connection."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

import psycopg
from procrastinate import exceptions
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

log = logging.getLogger(__name__)

LOST_AFTER = 15.0
"""Seconds after which the end of a job is not on its way any more: longer than a statement waits for a connection."""


class JobsHere:
    """The jobs that a worker does, beside those that the queue says it does."""

    def __init__(self) -> None:
        """None."""
        self.doing: set[int | None] = set()
        self._missed: dict[int, float] = {}
        """Those of the queue that are not done here, and since when that is seen."""

    def lost(self, held: Collection[int], now: float) -> list[int]:
        """Which of those that the queue holds for done by this worker are lost. `now` in seconds."""
        self._missed = {job: self._missed.get(job, now) for job in held if job not in self.doing}
        return [job for job, since in self._missed.items() if now - since > LOST_AFTER]


async def take_up(manager: JobManager, job: Job, now: datetime) -> None:
    """Queue a job anew that nobody does any more; where another worker has done so, nothing is left to do."""
    try:
        await manager.retry_job(job, retry_at=now)  # by itself it takes the time of this machine
    except exceptions.UniqueViolation:  # it waits in the queue once more already
        await manager.finish_job(job, status=Status.ABORTED, delete_job=True)
    except exceptions.ConnectorException as error:
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):
            raise
        return
    log.warning("%s that nobody does any more is taken up", job.task_name)
