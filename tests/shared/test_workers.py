"""Workers on one PostgreSQL: each source is polled once when it is due, whatever becomes of them, and nothing is told twice."""

from __future__ import annotations

from tests.cli.conftest import Page
from tests.shared.workers import Fleet
from tests.test_cycles import FEED, item

TOLD = "SELECT count(*) FROM delivery WHERE state = 'sent'"
POLLED = "SELECT count(*) FROM poll"
JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name IN ('poll', 'decide')"


def test_three_workers_poll_each_source_once_and_tell_what_they_found_once(fleet: Fleet) -> None:
    fleet.declare(40)
    for _ in range(3):
        fleet.start()
    fleet.until(lambda: fleet.ask(TOLD) == 1)
    assert set(fleet.asked().values()) == {1}
    assert len(fleet.asked()) == 40
    assert fleet.ask(POLLED) == 40
    assert len(fleet.subjects()) == 1
    assert [worker.end() for worker in fleet.workers] == [0, 0, 0]
    assert fleet.ask(JOBS) == 0
    with fleet.store() as store:
        assert store.verify().broken == ""


def test_what_changes_is_told_once(fleet: Fleet) -> None:
    fleet.declare(3, every="1m")
    first, second = fleet.start(), fleet.start()
    fleet.until(lambda: fleet.ask(TOLD) == 1)
    fleet.site.pages["/f1.example/feed.xml"] = Page(FEED % item("The Gadget is open to everyone"))
    fleet.until(lambda: fleet.ask(TOLD) == 2)
    assert first.end() == second.end() == 0
    assert len(fleet.subjects()) == 2
