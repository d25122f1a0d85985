"""How workers are told of: in a line, and by `watcher doctor`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watcher.cli.doctor import _workers
from watcher.store.work_queue import MAX_JOB_WAIT, QueueDepth, QueueNumbers, workers_line

NOW = datetime(2026, 6, 9, 12, tzinfo=UTC)


def seen(workers: int, waits: timedelta | None) -> QueueNumbers:
    queues = () if waits is None else (QueueDepth("poll", "todo", 1200, NOW - waits), QueueDepth("poll", "doing", 3, NOW))
    return QueueNumbers(workers, queues, ())


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (seen(1, None), "1 worker; no job waits"),
        (seen(3, timedelta(minutes=5)), "3 workers; 1,200 in poll, the oldest since 2026-06-09 11:55:00 UTC"),
        (seen(0, None), "0 workers; no job waits"),
    ],
)
def test_they_are_told_of_in_a_line(numbers: QueueNumbers, told: str) -> None:
    assert workers_line(numbers) == told


@pytest.mark.parametrize(
    ("numbers", "advice"),
    [
        (seen(2, None), ""),
        (seen(2, MAX_JOB_WAIT), ""),
        (seen(2, MAX_JOB_WAIT + timedelta(seconds=1)), "Start more of them"),
        (seen(0, None), "Is `watcher worker` to run?"),
    ],
)
def test_doctor_says_what_to_do_where_jobs_wait_or_nobody_works(numbers: QueueNumbers, advice: str) -> None:
    found = _workers(numbers, NOW)
    assert found.to_do.startswith(advice)
    assert bool(found.to_do) == bool(advice)


def test_a_queue_is_late_when_its_oldest_job_waits_longer_than_ten_minutes() -> None:
    assert seen(2, MAX_JOB_WAIT).late(NOW) == ()
    assert seen(2, MAX_JOB_WAIT + timedelta(seconds=1)).late(NOW) == ("poll since 11:49",)
