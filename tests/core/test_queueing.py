"""Which sources that are due become jobs."""

from __future__ import annotations

from watcher.core.decision.timing import MAX_JOBS_OF_A_HOST, DueSource, PollJob, QueuedSource, lane_of, poll_jobs


def test_what_is_due_is_queued_once_and_what_waits_already_is_not() -> None:
    due = [DueSource("a", "s", "x.example"), DueSource("b", "s", "y.example"), DueSource("c", "t", "z.example")]
    found = list(poll_jobs(due, [QueuedSource("b", "y.example", "")], per_host=1, most=10))
    assert found == [PollJob((("a", "x.example"), ("c", "z.example")))]


def test_what_is_due_together_shares_jobs_of_a_bounded_size_by_signal() -> None:
    due = [DueSource(f"a{number}", f"s{number % 2}", f"h{number}.example") for number in range(5)]
    jobs = [[source for source, _ in job.places] for job in poll_jobs(due, [], per_host=1, most=3)]
    assert jobs == [["a0", "a2", "a4"], ["a1", "a3"]]


def test_sources_of_one_lane_wait_for_one_another_in_jobs_of_their_own() -> None:
    due = [DueSource("a", "s", "x.example"), DueSource("b", "s", "x.example"), DueSource("c", "s", "y.example")]
    assert list(poll_jobs(due, [], per_host=1, most=10)) == [
        PollJob((("a", "x.example"),), "x.example 0"),
        PollJob((("b", "x.example"),), "x.example 0"),
        PollJob((("c", "y.example"),)),
    ]
    waiting = [QueuedSource("w", "y.example", "y.example 0")]
    assert PollJob((("c", "y.example"),), "y.example 0") in list(poll_jobs(due, waiting, per_host=1, most=10))


def test_sources_that_fail_share_jobs_of_their_own_of_which_so_many_run_at_a_time() -> None:
    due = [DueSource(f"a{number}", "s", f"h{number}.example", fails=number % 2 > 0) for number in range(80)]
    jobs = list(poll_jobs(due, [], per_host=1, most=4, failing=3))
    quick, failing = [job for job in jobs if not job.lane], [job for job in jobs if job.lane]
    assert len(quick) == len(failing) == 10
    assert {int(source[1:]) % 2 for job in quick for source, _ in job.places} == {0}
    assert {job.lane for job in failing} == {"failing 0", "failing 1", "failing 2"}
    held = [QueuedSource("w", "h1.example", "failing 0")]
    assert "a1" not in {source for job in poll_jobs(due, held, per_host=1, most=4) for source, _ in job.places}


def test_a_lane_that_a_shared_job_holds_is_left_for_the_next_time() -> None:
    due = [DueSource("a", "s", "x.example"), DueSource("b", "s", "y.example")]
    shared = [QueuedSource("w", "x.example", "")]
    assert list(poll_jobs(due, shared, per_host=1, most=10)) == [PollJob((("b", "y.example"),))]


def test_a_host_with_thousands_of_pages_leaves_room_for_others() -> None:
    many = [DueSource(f"p{number}", "s", "big.example") for number in range(1000)]
    waiting = [QueuedSource(f"w{number}", "big.example", f"big.example {number}") for number in range(2)]
    found = list(poll_jobs([*many, DueSource("a", "s", "small.example")], waiting, per_host=2, most=10))
    assert len(found) == MAX_JOBS_OF_A_HOST - len(waiting) + 1
    assert found[-1].places == (("a", "small.example"),)
    assert len(list(poll_jobs(many, waiting, per_host=200, most=1))) == 200 - len(waiting), "it may be asked more at once"


def test_a_host_has_as_many_lanes_as_it_bears_and_a_source_always_the_same() -> None:
    lanes = {lane_of(f"p{number}", "big.example", 3) for number in range(100)}
    assert lanes == {"big.example 0", "big.example 1", "big.example 2"}
    assert lane_of("p7", "big.example", 3) == lane_of("p7", "big.example", 3)
