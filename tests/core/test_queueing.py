"""Which sources that are due become jobs."""

from __future__ import annotations

from watcher.core.decision.queueing import MAX_JOBS_OF_A_HOST, PollJob, lane_of, poll_jobs


def test_what_is_due_is_queued_once_and_what_waits_already_is_not() -> None:
    due = [("a", "x.example"), ("b", "y.example"), ("c", "x.example")]
    found = list(poll_jobs(due, [("b", "y.example 0")], per_host=1))
    assert found == [PollJob("a", "x.example", "x.example 0"), PollJob("c", "x.example", "x.example 0")]


def test_a_host_with_thousands_of_pages_leaves_room_for_others() -> None:
    many = [(f"p{number}", "big.example") for number in range(1000)]
    waiting = [("w1", "big.example 0"), ("w2", "big.example 1")]
    found = list(poll_jobs([*many, ("a", "small.example")], waiting, per_host=2))
    assert len(found) == MAX_JOBS_OF_A_HOST - len(waiting) + 1
    assert found[-1].source == "a"


def test_a_host_has_as_many_lanes_as_it_bears_and_a_source_always_the_same() -> None:
    lanes = {lane_of(f"p{number}", "big.example", 3) for number in range(100)}
    assert lanes == {"big.example 0", "big.example 1", "big.example 2"}
    assert lane_of("p7", "big.example", 3) == lane_of("p7", "big.example", 3)
