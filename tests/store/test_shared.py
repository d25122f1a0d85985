"""What workers on one server share: its clock, turns at hosts, counts of jobs, and what is to be decided though nobody asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.store.things import HOUR, T0, poll, source, verdict
from watcher.clock import utc_now
from watcher.pipeline.clocks import ServerClock, clock_of
from watcher.pipeline.queue import bring_queue, run, steps
from watcher.store.records import MetaKey
from watcher.store.sources import DueRow
from watcher.store.store import Store
from watcher.store.work_queue import JobCount

FUNCTIONS = "SELECT proname FROM pg_proc WHERE proname LIKE 'procrastinate%' ORDER BY proname"
TABLES = "SELECT table_name, column_name FROM information_schema.columns WHERE table_name LIKE 'procrastinate%' ORDER BY 1, 2"


@pytest.fixture
def shared_store(shared_url: str) -> Iterator[Store]:
    with Store.open(shared_url) as opened:
        yield opened


def test_all_have_the_time_of_the_server_whatever_their_own_clocks_show(shared_store: Store) -> None:
    passed = [1000.0]
    with shared_store.reading() as tx:
        before = tx.shared.server_time()
    clock = ServerClock(shared_store, lambda: passed[0])
    with shared_store.reading() as tx:
        after = tx.shared.server_time()
    begun = clock()
    assert before <= begun <= after
    passed[0] += 60.0
    assert clock() == begun + timedelta(minutes=1), "it goes on as time passes here, whatever the time of day"
    clock.adjust()
    assert after <= clock() < begun + timedelta(minutes=1)


def test_a_file_has_the_time_of_its_machine(file_store: Store) -> None:
    assert clock_of(file_store) is utc_now


def test_turns_at_a_host_lie_a_gap_apart_whoever_takes_them(shared_url: str) -> None:
    with Store.open(shared_url) as one, Store.open(shared_url) as other:
        waits = []
        for store in (one, other, one):
            with store.writing() as tx:
                waits.append(tx.shared.turns({"a.example": 1}, HOUR)["a.example"])
        with other.writing() as tx:
            assert tx.shared.turns({"b.example": 1}, HOUR)["b.example"] == timedelta(0)
            assert tx.shared.forget_turns() == 0, "they are still to come"
    assert waits[0] == timedelta(0)
    assert HOUR - timedelta(minutes=5) < waits[1] <= HOUR
    assert 2 * HOUR - timedelta(minutes=5) < waits[2] <= 2 * HOUR


def test_after_the_clock_of_the_server_was_set_back_no_host_is_waited_for(shared_store: Store) -> None:
    with shared_store.writing() as tx:
        tx.shared.turns({"a.example": 1}, timedelta(seconds=1))
        tx.run("UPDATE host_turn SET free_at = free_at + 3600000000")
        assert tx.shared.turns({"a.example": 1}, timedelta(seconds=1))["a.example"] <= timedelta(seconds=100)


def test_after_the_clock_of_the_server_was_set_back_no_job_waits_and_nobody_dead_seems_alive(shared_store: Store) -> None:
    bring_queue(shared_store)
    with shared_store.writing() as tx:
        tx.run("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + CAST('1 hour' AS interval))")
        tx.run(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at)"
            " VALUES ('decide', 'decide', now() + CAST('1 hour' AS interval)), ('decide', 'decide', now() + CAST('3 seconds' AS interval))"
        )
        tx.shared.set_back()
        assert tx.value("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now()") == 0
        assert tx.value("SELECT count(*) FROM procrastinate_jobs WHERE scheduled_at > now()") == 1, "what is put off by seconds"


def test_jobs_are_counted_by_all_together(store: Store) -> None:
    for at in (T0, T0 + HOUR):
        with store.writing() as tx:
            tx.shared.count([JobCount("poll", "good", 3, 1.5, at), JobCount("decide", "failed", 1, 0.5, at)])
    with store.reading() as tx:
        assert tx.shared.counted() == (
            JobCount("decide", "failed", 2, 1.0, T0 + HOUR),
            JobCount("poll", "good", 6, 3.0, T0 + HOUR),
        )


def test_a_signal_that_was_polled_since_it_was_decided_is_found_though_its_job_is_lost(store: Store) -> None:
    with store.writing() as tx:
        tx.sources.sync([source("a"), source("b")], T0)
        tx.polls.record([poll("a", at=T0)])
    with store.reading() as tx:
        assert tx.shared.open_signals(MetaKey.VERDICT_HOLDS) == [], "not before each source was tried"
        assert tx.sources.due(T0, 5) == [DueRow("b", "sig", "https://b.example/", 0, unread=True)]
    with store.writing() as tx:
        tx.polls.record([poll("b", at=T0)])
    with store.reading() as tx:
        assert tx.shared.open_signals(MetaKey.VERDICT_HOLDS) == ["sig"]
    with store.writing() as tx:
        tx.verdicts.put(verdict(at=T0))
    with store.reading() as tx:
        assert tx.shared.open_signals(MetaKey.VERDICT_HOLDS) == ["sig"], "nothing says that it holds: something was seen"
    with store.writing() as tx:
        tx.meta.put(f"{MetaKey.VERDICT_HOLDS}sig", "…")
    with store.reading() as tx:
        assert tx.shared.open_signals(MetaKey.VERDICT_HOLDS) == []
    with store.writing() as tx:
        tx.polls.record([poll("a", at=T0 + HOUR)])
    with store.reading() as tx:
        assert tx.shared.open_signals(MetaKey.VERDICT_HOLDS) == ["sig"]


def test_the_queue_is_made_once_and_nobody_has_worked_before(shared_store: Store) -> None:
    with shared_store.reading() as tx:
        assert tx.shared.numbers() is None
    bring_queue(shared_store)
    bring_queue(shared_store)
    with shared_store.reading() as tx:
        numbers = tx.shared.numbers()
        assert numbers is not None
        assert (numbers.workers, numbers.queues, numbers.jobs) == (0, (), ())
        assert tx.shared.polled() == []


def test_on_a_file_there_is_no_queue(file_store: Store) -> None:
    with file_store.reading() as tx:
        assert tx.shared.numbers() is None


def test_a_queue_of_an_earlier_version_is_brought_on(shared_store: Store, empty_url: str) -> None:
    bring_queue(shared_store)
    *earlier, last_but_one, _ = steps()
    with Store.open(empty_url) as old:
        with old.writing() as tx:
            for file in (*earlier, last_but_one):
                run(tx, file.read_text("utf-8"))
            tx.meta.put(MetaKey.QUEUE_SCHEMA, last_but_one.name)
        bring_queue(old)
        with old.reading() as stepped, shared_store.reading() as at_once:
            assert stepped.rows(FUNCTIONS) == at_once.rows(FUNCTIONS)
            assert stepped.rows(TABLES) == at_once.rows(TABLES)
