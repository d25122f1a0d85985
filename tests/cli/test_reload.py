"""Many changes of configuration under a running watch: what it holds stays as it was, and no mail is lost or sent twice."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.cli.conftest import Site, configure
from tests.cli.story import cog
from tests.cli.test_run import PATIENCE, Running, running
from tests.notifiers.stages import MailHandler, Stage, mail_server

ROUNDS = 8
SMTP_OF = """
[smtp]
host = "127.0.0.1"
port = %d
security = "none"
from = "Watch <watch@example.org>"
timeout = "20s"
"""
READER = '[[recipient]]\nid = "reader"\nchannel = "smtp"\nto = "reader@example.org"\n'


class Slow(MailHandler):
    """A mail server that takes its time over each mail, until it is told to go on."""

    def __init__(self) -> None:
        self.begun, self.goes_on = threading.Event(), threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.begun.set()
        await asyncio.get_running_loop().run_in_executor(None, self.goes_on.wait, PATIENCE)
        return await super().handle_DATA(server, session, envelope)


def held(watch: Running) -> int:
    """How many descriptors the watch has open."""
    return len(os.listdir(f"/proc/{watch.process.pid}/fd"))  # noqa: PTH208 - numbers alone


def connections(watch: Running, port: int) -> int:
    """How many connections of the watch to that port stand."""
    folder = Path(f"/proc/{watch.process.pid}")
    mine = set[str]()
    for each in (folder / "fd").iterdir():
        try:
            mine.add(str(each.readlink()))
        except OSError:  # closed meanwhile
            continue
    rows = [line.split() for line in (folder / "net" / "tcp").read_text().splitlines()[1:]]
    return sum(row[3] == "01" and int(row[2].partition(":")[2], 16) == port and f"socket:[{row[9]}]" in mine for row in rows)


def comes_to_none(watch: Running, port: int) -> None:
    """Look until no connection to that port is left."""
    end = time.monotonic() + PATIENCE
    while connections(watch, port):
        assert time.monotonic() < end, "connections to the former mail server stay open"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="what a process has open is read from /proc")
def test_changing_the_mail_server_again_and_again_while_mails_are_on_their_way(home: Path, site: Site) -> None:
    servers, counts = [Slow(), Slow()], list[int]()

    def watches(cogs: int, stage: Stage) -> None:
        more = "".join(cog(site.url(f"/cog{number}.xml"), f"-{number}") for number in range(cogs))
        path = configure(home, site, more=more, extra=SMTP_OF % stage.settings.port + READER)
        path.write_text(path.read_text("utf-8").replace('group_wait = "10m"', 'group_wait = "0s"'), "utf-8")

    for path in ("/feed.xml", *(f"/cog{number}.xml" for number in range(ROUNDS))):
        site.feed("A day at the lab", path=path)
    with ExitStack() as stack:
        stages = [stack.enter_context(mail_server(handler=server)) for server in servers]
        servers[0].goes_on.set()
        watches(0, stages[0])
        watch = stack.enter_context(running(home))
        watch.until(r"1 sent")
        for number in range(ROUNDS):
            now, later = number % 2, (number + 1) % 2
            servers[now].begun.clear()
            servers[now].goes_on.clear()
            watches(number + 1, stages[now])
            watch.hang_up()
            assert servers[now].begun.wait(PATIENCE), "a mail about the new signal is on its way"
            watches(number + 1, stages[later])
            watch.hang_up()
            watch.until(r"configuration reloaded from .*nothing that is decided by")
            servers[now].goes_on.set()
            comes_to_none(watch, stages[now].settings.port)
            counts.append(held(watch))
        assert watch.end() == 0

    told = sorted(mail["subject"].partition(": ")[2] for stage in stages for mail in stage.inbox)
    added = sorted(f"now watched: Cog {number}" for number in range(ROUNDS))
    assert told == [*added, "the watch has started, 1 signal"], "each new signal once"
    assert max(counts) - min(counts) < ROUNDS // 2, "what is open does not grow with each, but for what comes and goes by itself"
