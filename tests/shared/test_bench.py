"""What `make bench-scale` asks of more workers: where it is missed it fails, and where there are no cores for it it says so."""

from __future__ import annotations

import pytest

from tools.bench_workers import Round, judged


def of(workers: int, rate: float, idle: float = 2.0) -> Round:
    """A round of a hundred polls at so many in a second."""
    return Round(workers, "news", 100, 100 / rate, 1.0, 0, idle)


@pytest.mark.parametrize(
    ("one", "concurrency", "good", "words"),
    [
        (of(1, 20), 4, True, "1.00"),
        (of(2, 34), 4, True, "1.70 (at least 1.7)"),
        (of(2, 33), 4, False, "1.65 (**less than** 1.7)"),
        (of(4, 70), 4, True, "3.50 (at least 3.5)"),
        (of(4, 69), 4, False, "3.45 (**less than** 3.5)"),
        (of(4, 40), 20, True, "2.00 (not judged: 4.0 cores wanted, 2.0 did nothing)"),
        (of(2, 20, idle=0.1), 4, True, "1.00 (not judged: 0.4 cores wanted, 0.1 did nothing)"),
    ],
)
def test_two_workers_must_be_nearly_twice_and_four_nearly_four_times_as_fast_where_there_are_cores_for_it(
    one: Round,
    concurrency: int,
    good: bool,  # noqa: FBT001 - a table
    words: str,
) -> None:
    assert judged(one, 20.0, concurrency) == (good, words)
