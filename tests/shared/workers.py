"""Workers in processes of their own, a small web that they poll, and a mailbox that they write to."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from tests.cli.conftest import Page, Site
from tests.test_cycles import CONFIG, FEED, item
from watcher.store.store import Store

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds after which what does not come is a failure: the machine may be busy with other things."""
FETCHING = '\n[fetch]\nvia = "{0}"\nallow = ["{1}"]\nper_host_gap = "0s"\ntimeout = "20s"\nconcurrency = 8\n'
SOURCE = """
[[signal.source]]
id = "s{0}"
url = "{2}"
format = "feed"
publisher = "lab.example"
tier = "official"
every = "{1}"
grace = "6h"
may_be_empty = true
"""


class Fleet:
    """A database, a web of feeds, and any number of workers on them."""

    def __init__(self, folder: Path, url: str, site: Site) -> None:
        self.folder, self.url, self.site = folder, url, site
        self.workers: list[Process] = []

    def declare(self, many: int, every: str = "1h", more: str = "", host: str = "") -> None:
        """Watch so many feeds for one signal, each of a host of its own or all of one."""
        places = [f"{host}.example/{number}" if host else f"f{number}.example/feed.xml" for number in range(many)]
        head = (CONFIG % "").partition("[[signal.source]]")[0].replace('group_wait = "10m"', 'group_wait = "0s"')
        text = head + "".join(SOURCE.format(number, every, f"https://{place}") for number, place in enumerate(places)) + more
        written = self.folder / "new.toml"
        written.write_text(text + FETCHING.format(self.site.url(""), self.site.host), "utf-8")
        written.rename(self.folder / "signals.toml")
        for place in places:
            self.site.pages.setdefault(f"/{place}", Page(FEED % item("A day at the lab")))

    def start(self, *words: str, command: str = "worker", within: Sequence[str] = (), **environ: str) -> Process:
        """One more process; `environ` may hold another address of the database or another clock, `within` what runs it elsewhere."""
        started = Process(self.folder, command, *words, within=within, **{"WATCHER_STORE_URL": self.url, **environ})
        self.workers.append(started)
        return started

    def stop(self) -> None:
        """End what still runs, without ceremony."""
        for worker in self.workers:
            worker.process.kill()
            worker.process.communicate()

    def store(self) -> Store:
        """The database, to look into it."""
        return Store.open(self.url)

    def ask(self, statement: str) -> int:
        """The number that a statement gives."""
        with self.store() as store, store.reading() as tx:
            return int(tx.value(statement))

    def there(self) -> bool:
        """Whether the first of them has made the tables."""
        return self.ask("SELECT CASE WHEN to_regclass('procrastinate_jobs') IS NULL THEN 0 ELSE 1 END") == 1

    def until(self, holds: Callable[[], bool]) -> None:
        """Look until something holds; nothing is waited for that does not come by itself."""
        end = time.monotonic() + PATIENCE
        while not holds():
            said = "".join(line for each in self.workers for line in each.said())
            assert any(worker.process.poll() is None for worker in self.workers), f"all have ended:\n{said}"
            assert time.monotonic() < end, f"it never came:\n{said}"
            select.select([], [], [], 0.1)

    def asked(self) -> Counter[str]:
        """How often each feed was asked."""
        return Counter(self.site.asked)

    def subjects(self) -> list[str]:
        """What lies in the mailbox."""
        mails = (message_from_bytes(path.read_bytes(), policy=default) for path in self.folder.glob("data/mailbox/new/*"))
        return sorted(str(mail["Subject"]) for mail in mails)


class Process:
    """One process of the watch; what it says goes to a file."""

    def __init__(self, folder: Path, command: str, *words: str, within: Sequence[str] = (), **environ: str) -> None:
        self.log = folder / f"{command}-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*within, sys.executable, "-m", "watcher", command, *words],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> list[str]:
        return self.log.read_text("utf-8").splitlines(keepends=True)

    def until(self, pattern: str) -> re.Match[str]:
        """The first words of this kind."""
        end = time.monotonic() + PATIENCE
        while True:
            text = "".join(self.said())
            if found := re.search(pattern, text):
                return found
            assert self.process.poll() is None, text
            assert time.monotonic() < end, f"{pattern!r} was not said: {text}"
            select.select([], [], [], 0.1)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)
