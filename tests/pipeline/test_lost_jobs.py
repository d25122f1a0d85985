"""Jobs that the queue holds for being done, and nobody does: neither one that is done, nor one whose end is on its way, is lost."""

from __future__ import annotations

from watcher.pipeline.queue import LOST_AFTER, JobsHere


def test_a_job_that_is_not_done_here_for_long_enough_is_lost() -> None:
    here = JobsHere()
    here.doing.add(1)
    assert here.lost([1, 2], 100.0) == []
    assert here.lost([1, 2], 101.0 + LOST_AFTER) == [2]
    assert here.lost([1], 102.0 + LOST_AFTER) == []


def test_a_job_whose_end_came_late_and_that_is_begun_anew_is_waited_for_anew() -> None:
    here = JobsHere()
    assert here.lost([3], 100.0) == []
    assert here.lost([], 110.0) == []
    assert here.lost([3], 101.0 + LOST_AFTER) == []
