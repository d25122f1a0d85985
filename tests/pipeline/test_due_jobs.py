"""Which sources that are due become jobs of the queue."""

from __future__ import annotations

from dataclasses import replace

from tests.store.things import HOUR, T0, source
from watcher.core.decision.timing import MAX_JOBS_OF_A_HOST
from watcher.pipeline.batches import MAX_QUEUED_AT_ONCE, due_jobs
from watcher.pipeline.queue import bring_queue
from watcher.store.store import Store


def test_a_host_with_thousands_of_pages_hides_no_source_that_is_due_after_them(shared_url: str) -> None:
    pages = [source(f"p{number}", url=f"https://big.example/{number}") for number in range(MAX_QUEUED_AT_ONCE + 100)]
    with Store.open(shared_url, durable=False) as store:
        bring_queue(store)
        with store.writing() as tx:
            tx.sources.sync(pages, T0)
        with store.writing() as tx:
            tx.sources.sync([*pages, source("small")], T0 + HOUR)
        jobs = due_jobs(store, T0 + HOUR, per_host=2, concurrency=20)
    asked = [name for job in jobs for name, _ in job.places]
    assert "small" in asked
    assert len(asked) == MAX_JOBS_OF_A_HOST + 1


def test_what_is_queued_at_once_is_bounded(shared_url: str) -> None:
    with Store.open(shared_url, durable=False) as store:
        bring_queue(store)
        with store.writing() as tx:
            tx.sources.sync(
                [replace(source(f"s{number}"), signal=f"g{number % 7}") for number in range(MAX_QUEUED_AT_ONCE + 100)], T0
            )
        jobs = due_jobs(store, T0, per_host=2, concurrency=20)
    assert sum(len(job.places) for job in jobs) == MAX_QUEUED_AT_ONCE
    assert max(len(job.places) for job in jobs) == 10
