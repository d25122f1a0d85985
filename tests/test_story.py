"""One story from a feed's bytes to mails at a real server: the real daemon, killed twice in the middle."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.request import urlopen

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.notifiers.stages import MailHandler, Stage, mail_server
from watcher.core.model import Change
from watcher.store.records import Delivery, State
from watcher.store.store import Store

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
BOUND = 90.0
"""Seconds after which what is waited for will not come any more."""
CONFIG = """
[watch]
group_wait = "3s"
base_url = "https://watch.example.org"

[fetch]
allow = ["127.0.0.1"]
per_host_gap = "0s"

[store]
url = "{store}"

[smtp]
host = "127.0.0.1"
port = {mail}
security = "none"
from = "Policy Signal Watch <watch@example.org>"

[[recipient]]
id = "reader"
channel = "smtp"
to = "reader@example.org"
weekly_note = false

[ladder.access]
[[ladder.access.status]]
id = "closed"
label = "Closed"
meaning = "Nobody can use it."
[[ladder.access.status]]
id = "open"
label = "Open to all"
meaning = "Everybody can use it."
[[ladder.access.status]]
id = "suspended"
label = "Suspended"
meaning = "The maker has withdrawn it."
steps_back = true
[[ladder.access.rule]]
id = "open"
status = "open"
says = {{ about = ["thing"], phrase = ["open"] }}
[[ladder.access.rule]]
id = "suspended"
status = "suspended"
says = {{ about = ["thing"], phrase = ["suspended"] }}

[[signal]]
id = "gadget"
title = "Gadget"
question = "Can everybody use the Gadget?"
[signal.vocabulary.things]
thing = ["Gadget"]
[signal.vocabulary.phrases]
open = ["open to everyone"]
suspended = ["suspended"]
[[signal.track]]
id = "it"
ladder = "access"
[[signal.source]]
id = "news"
url = "http://127.0.0.1:{web}/feed.xml"
format = "feed"
publisher = "lab.example"
tier = "official"
every = "1s"
"""


class Newsroom(BaseHTTPRequestHandler):
    """A feed that gains items, and knows how often it was asked."""

    items: list[tuple[str, str]]
    asked: threading.Semaphore

    def do_GET(self) -> None:
        now = format_datetime(datetime.now(UTC), usegmt=True)
        items = "".join(
            f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{now}</pubDate></item>"
            for title, link in self.items
        )
        body = f'<rss version="2.0"><channel><title>Lab</title><link>https://lab.example/</link>{items}</channel></rss>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.asked.release()

    def log_message(self, *words: object) -> None:
        pass


class Postbox(MailHandler):
    """A mail server that puts the next recipient off when it is told to, and tells when a mail is there."""

    def __init__(self) -> None:
        self.put_off = threading.Semaphore(0)
        self.arrived = threading.Semaphore(0)
        self.speaking, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if self.put_off.acquire(blocking=False):
            return "451 4.7.1 Greylisted, come back later"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        self.speaking.set()
        self.go_on.wait(BOUND)
        answer = await super().handle_DATA(server, session, envelope)
        self.arrived.release()
        return answer


@contextmanager
def newsroom() -> Iterator[tuple[type[Newsroom], int]]:
    """The feed and its port."""
    handler = type(
        "Handler", (Newsroom,), {"items": [("We are hiring", "https://lab.example/jobs")], "asked": threading.Semaphore(0)}
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    try:
        yield handler, server.server_port
    finally:
        server.shutdown()
        server.server_close()


class Daemon:
    """`watcher run` as a process of its own, which never outlives its block: leaving it is `kill -9`."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "watcher", "run", "--port", "0"]
        environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
        with (folder / "log").open("a") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout
        told = re.search(r"http://127\.0\.0\.1:\d+/", self.process.stdout.readline())
        assert told, (folder / "log").read_text()
        self.page = told[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        code = self.process.wait(BOUND)
        assert self.process.stdout
        self.process.stdout.close()
        return code


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that no event tells of."""
    pause, rounds = threading.Event(), int(BOUND / 0.05)
    for _ in range(rounds):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("it did not come to be in time")


def outbox(url: str) -> list[Delivery]:
    """The deliveries, oldest first."""
    with Store.open(url) as store, store.reading() as tx:
        return tx.deliveries.of()[::-1]


def waits_to_be_told(url: str, status: str) -> bool:
    """Whether a change is booked and no digest holds it yet."""
    with Store.open(url) as store, store.reading() as tx:
        return any(change.kind is not Change.BASELINE and change.after == status for change in tx.transitions.pending())


def test_from_a_feeds_bytes_to_mails_received_with_two_kills_in_the_middle(tmp_path: Path, either_url: str) -> None:
    box = Postbox()
    with mail_server(handler=box) as mail, newsroom() as (feed, web):
        (tmp_path / "signals.toml").write_text(CONFIG.format(mail=mail.settings.port, web=web, store=either_url), "utf-8")
        with Daemon(tmp_path):
            assert box.arrived.acquire(timeout=BOUND), "the baseline"
            box.put_off.release()
            feed.items.insert(0, ("The Gadget is open to everyone", "https://lab.example/open"))
            until(lambda: [row.attempts for row in outbox(either_url) if row.state is State.PENDING] == [1])
        assert len(mail.inbox) == 1

        with Daemon(tmp_path):
            assert box.arrived.acquire(timeout=BOUND), "what was put off"
            feed.items.insert(0, ("We have suspended the Gadget", "https://lab.example/suspended"))
            until(lambda: waits_to_be_told(either_url, "suspended"))
        assert len(mail.inbox) == 2

        with Daemon(tmp_path) as daemon:
            assert box.arrived.acquire(timeout=BOUND), "what was decided and not told"
            drain(feed.asked)
            for _ in range(2):
                assert feed.asked.acquire(timeout=BOUND), "it goes on polling"
            page = urlopen(daemon.page + "signals/gadget").read().decode()
            assert daemon.end(signal.SIGTERM) in {0, -signal.SIGTERM}
        tell(tmp_path, either_url, mail, page)


def test_a_watch_that_is_told_to_stop_ends_the_mail_on_its_way(tmp_path: Path, either_url: str) -> None:
    box = Postbox()
    box.go_on.clear()
    with mail_server(handler=box) as mail, newsroom() as (_, web):
        (tmp_path / "signals.toml").write_text(CONFIG.format(mail=mail.settings.port, web=web, store=either_url), "utf-8")
        with Daemon(tmp_path) as daemon:
            assert box.speaking.wait(BOUND)
            daemon.process.send_signal(signal.SIGTERM)
            until(lambda: not answers(daemon.page))
            box.go_on.set()
            assert daemon.process.wait(BOUND) in {0, -signal.SIGTERM}
        assert [(row.state, row.uncertain) for row in outbox(either_url)] == [(State.SENT, False)]
        assert len(mail.inbox) == 1


def answers(page: str) -> bool:
    """Whether the page is still served."""
    try:
        with urlopen(page, timeout=1):
            return True
    except OSError:
        return False


def drain(asked: threading.Semaphore) -> None:
    """Forget the requests so far."""
    while asked.acquire(blocking=False):
        pass


def tell(folder: Path, url: str, mail: Stage, page: str) -> None:
    """What the reader has, what the page says, and what is on record."""
    assert mail.subjects() == [
        "Policy Signal Watch: the watch has started, 1 signal",
        "Gadget: open to all",
        "Gadget: suspended",
    ]
    rows = outbox(url)
    assert [(row.message_id, row.state, row.uncertain) for row in rows] == [
        (one["Message-ID"], State.SENT, False) for one in mail.inbox
    ]
    assert len({row.message_id for row in rows}) == 3
    assert [row.attempts for row in rows] == [1, 2, 1]
    for one, quote, link in (
        (mail.inbox[1], "The Gadget is open to everyone", "https://lab.example/open"),
        (mail.inbox[2], "We have suspended the Gadget", "https://lab.example/suspended"),
    ):
        text = one.get_body(("plain",)).get_content()
        html = one.get_body(("html",)).get_content()
        assert quote in text
        assert link in text
        assert quote in html
        assert link in html
        assert one["To"] == "reader@example.org"
        assert one["Date"].datetime.tzinfo
    assert "We have suspended the Gadget" in page
    status = subprocess.run(
        [sys.executable, "-m", "watcher", "status", "--json"],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(status.stdout)
    assert told["signals"][0]["headline"] == "suspended"
    assert told["deliveries"] == {"pending": 0, "leased": 0, "sent": 3, "dead": 0}
    assert told["letters"] == []
