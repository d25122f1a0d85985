"""Workers on one PostgreSQL: each source is polled once when it is due, whatever becomes of them, and nothing is told twice."""

from __future__ import annotations

import asyncio
import threading

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.cli.conftest import Page
from tests.notifiers.stages import MailHandler, mail_server
from tests.shared.workers import Fleet
from tests.test_cycles import FEED, item
from watcher.core.decision.timing import MIN_POLLS_OF_A_JOB

TOLD = "SELECT count(*) FROM delivery WHERE state = 'sent'"
ON_ITS_WAY = "SELECT count(*) FROM delivery WHERE state = 'leased' AND attempt_started_at IS NOT NULL"
POLLED = "SELECT count(*) FROM poll"
COUNTED = "SELECT count(*) FROM job_run WHERE task = 'poll'"
POLLING = "SELECT count(DISTINCT worker_id) FROM procrastinate_jobs WHERE queue_name = 'poll' AND status = 'doing'"
JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name IN ('poll', 'decide') AND status IN ('todo', 'doing')"


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


@pytest.mark.slow
def test_what_changes_is_told_once(fleet: Fleet) -> None:
    fleet.declare(3, every="1m")
    none = fleet.start("--worker", command="healthcheck")
    assert none.process.wait(120) == 1
    first, second = fleet.start(), fleet.start()
    fleet.until(lambda: fleet.ask(TOLD) == 1 and fleet.ask(COUNTED) > 0)
    alive = fleet.start("--worker", command="healthcheck")
    assert alive.process.wait(120) == 0, alive.said()
    status = fleet.start(command="status")
    assert status.process.wait(120) == 0
    assert "2 workers; " in "".join(status.said())
    assert "jobs of poll: " in "".join(status.said())
    fleet.site.pages["/f1.example/feed.xml"] = Page(FEED % item("The Gadget is open to everyone"))
    fleet.until(lambda: fleet.ask(TOLD) == 2)
    assert first.end() == second.end() == 0
    assert len(fleet.subjects()) == 2


@pytest.mark.slow
def test_a_worker_that_starts_beside_another_takes_its_share(fleet: Fleet) -> None:
    fleet.declare(40, every="1s")
    fleet.start()
    fleet.until(lambda: fleet.there() and fleet.ask(POLLED) >= 40)
    assert fleet.ask(POLLING) <= 1
    fleet.start()
    fleet.until(lambda: fleet.ask(POLLING) == 2)
    assert [worker.end() for worker in fleet.workers] == [0, 0]


@pytest.mark.slow
def test_what_a_worker_that_is_killed_was_doing_is_done_by_another_once(fleet: Fleet) -> None:
    fleet.declare(60)
    first = fleet.start("--concurrency", "3")
    fleet.until(lambda: fleet.ask(POLLED) >= 10)
    first.process.kill()
    first.process.wait()
    before = fleet.ask(POLLED)
    second = fleet.start()
    fleet.until(lambda: fleet.ask(TOLD) == 1 and fleet.ask(JOBS) == 0)
    assert before < 60, "it died in the middle"
    assert fleet.ask(POLLED) == 60, "each is kept once"
    assert sum(fleet.asked().values()) <= 60 + 3 * MIN_POLLS_OF_A_JOB, "only what it had under way was asked again"
    assert len(fleet.subjects()) == 1
    assert second.end() == 0
    with fleet.store() as store:
        assert store.verify().broken == ""


@pytest.mark.slow
def test_a_worker_that_is_stopped_in_the_middle_ends_what_it_began_and_leaves_the_rest(fleet: Fleet) -> None:
    fleet.declare(60)
    first = fleet.start("--concurrency", "3")
    fleet.until(lambda: fleet.ask(POLLED) >= 5)
    assert first.end() == 0
    asked, polled = sum(fleet.asked().values()), fleet.ask(POLLED)
    assert asked == polled, "what was asked is kept"
    assert fleet.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == 0
    fleet.start()
    fleet.until(lambda: fleet.ask(TOLD) == 1)
    assert set(fleet.asked().values()) == {1}


@pytest.mark.slow
def test_workers_that_do_only_some_kinds_of_jobs_do_the_watch_together(fleet: Fleet) -> None:
    fleet.declare(10)
    fleet.start("--queues", "poll")
    fleet.start("--queues", "decide,jobs")
    fleet.until(lambda: fleet.ask("SELECT count(*) FROM present") == 1)
    fleet.until(lambda: fleet.ask("SELECT count(*) FROM delivery") == 1)
    assert fleet.subjects() == [], "nobody does the jobs of the queue deliver"
    fleet.start("--queues", "deliver")
    fleet.until(lambda: len(fleet.subjects()) == 1)


MAILED = """
[smtp]
host = "127.0.0.1"
port = {0}
security = "none"
from = "watch@example.org"
timeout = "10m"
[[recipient]]
id = "ada"
channel = "smtp"
to = "ada@example.org"
[[recipient]]
id = "box"
channel = "maildir"
to = "data/mailbox"
"""


class Asleep(MailHandler):
    """Answers nothing about a recipient until it wakes up."""

    def __init__(self) -> None:
        self.wakes, self.asked = threading.Event(), 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked += 1
        await asyncio.to_thread(self.wakes.wait)
        return await super().handle_RCPT(server, session, envelope, address, options)


@pytest.mark.slow
def test_a_mail_server_that_never_answers_delays_no_other_channel_of_workers_and_is_sent_each_mail_once(fleet: Fleet) -> None:
    handler = Asleep()
    with mail_server(handler=handler) as mail:
        try:
            fleet.declare(3, every="1m", more=MAILED.format(mail.settings.port))
            workers = [fleet.start(), fleet.start()]
            fleet.until(lambda: len(fleet.subjects()) == 1 and handler.asked == 1)
            fleet.site.pages["/f1.example/feed.xml"] = Page(FEED % item("The Gadget is open to everyone"))
            fleet.until(lambda: len(fleet.subjects()) == 2 and handler.asked == 2)
            assert fleet.ask(TOLD) == 2, "the folder has both, the mail server none"
            assert fleet.ask(ON_ITS_WAY) == 2
            workers[0].process.kill()  # the mails of one, or none, are sent again when their leases have ended
        finally:
            handler.wakes.set()
        fleet.until(lambda: fleet.ask(TOLD) == 4)
        assert len(fleet.subjects()) == 2
        assert workers[1].end() == 0
    assert len({one["Message-ID"] for one in mail.inbox}) == 2
