"""`watcher run`: the page, a changed configuration on SIGHUP, the log, and an end in order."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from mailbox import Maildir
from pathlib import Path

import pytest

from tests.cli.conftest import FETCH, Said, Site, configure, watcher
from tests.cli.story import cog
from tests.test_cycles import CONFIG
from watcher.bootstrap import prepare
from watcher.config.build import load
from watcher.pipeline.ownership import write_out
from watcher.store.store import Store

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


class Running:
    """A watch in a process of its own; its log is read line by line."""

    def __init__(self, folder: Path, *words: str, stdin: int = subprocess.DEVNULL, descriptors: int = 1024) -> None:
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        limited = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh"]
        command = [*limited, sys.executable, "-m", "watcher", "run", "--port", "0", *words]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=stdin, bufsize=0
        )
        self.lines: list[str] = []
        self.base = self.until(r"http://127\.0\.0\.1:\d+/")[0].rstrip("/")

    def until(self, pattern: str) -> re.Match[str]:
        """The first new line with these words."""
        end = time.monotonic() + PATIENCE
        assert self.process.stdout
        while time.monotonic() < end:
            if not select.select([self.process.stdout], [], [], end - time.monotonic())[0]:
                break
            line = self.process.stdout.readline().decode()
            if not line:
                break
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{pattern!r} was not said: {''.join(self.lines)}")

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.base + path, timeout=PATIENCE) as answer:
            text: str = answer.read().decode()
            return text

    def shows(self, words: str) -> None:
        """Read the page until it has these words: it looks for changes a few times a second."""
        end = time.monotonic() + PATIENCE
        while words not in self.get("/"):
            assert time.monotonic() < end, f"{words!r} is not on the page"

    def becomes_ready(self) -> None:
        """Ask until it is ready: its first messages may still be on their way."""
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(urllib.error.HTTPError):
                assert "Ready." in self.get("/readyz")
                return
            assert time.monotonic() < end, "it never became ready"

    def hides(self, words: str) -> None:
        """Read the page until it no longer has these words."""
        end = time.monotonic() + PATIENCE
        while words in self.get("/"):
            assert time.monotonic() < end, f"{words!r} is still on the page"

    def visit(self) -> socket.socket:
        """A connection to the page, as it is."""
        host, port = self.base.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), PATIENCE)

    def hang_up(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.lines += rest.decode().splitlines(keepends=True)
        return self.process.returncode


@contextmanager
def running(folder: Path, *words: str, stdin: int = subprocess.DEVNULL, descriptors: int = 1024) -> Iterator[Running]:
    found = Running(folder, *words, stdin=stdin, descriptors=descriptors)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
        with found.process:
            pass


def subjects(folder: Path) -> list[str]:
    box = Maildir(folder / "data" / "mailbox", create=False)
    return [str(mail["Subject"]) for mail in sorted(box, key=lambda mail: str(mail["Message-ID"]))]


def test_it_serves_the_page_and_takes_up_a_changed_configuration_or_keeps_the_old_one(lab: Site, home: Path) -> None:
    path = home / "signals.toml"
    with running(home) as watch:
        watch.until(r"gadget baseline")
        assert "Can everybody use the Gadget?" in watch.get("/")
        text = path.read_text("utf-8")

        path.write_text(text.replace('tier = "official"', 'tier = "offical"'), "utf-8")
        watch.hang_up()
        watch.until(r"ERROR.*reload failed, the old configuration stays: signals\.toml:\d+: .*tier")
        assert "Can everybody use the Gadget?" in watch.get("/")

        path.write_text(text.replace("Can everybody use the Gadget?", "Is the Gadget for all?") + "\n[web]\nport = 9\n", "utf-8")
        watch.hang_up()
        watch.until(r"configuration reloaded from signals\.toml")
        watch.until(r"WARNING.*\[web\] port changes when the watch is started again")
        watch.shows("Is the Gadget for all?")
        assert watch.end() == 0

    acts = watcher("audit", "--json").json()["acts"]
    assert [(act["who"], act["what"]) for act in acts] == [
        ("watch", "reloaded signals.toml"),
        ("watch", "reload failed, signals.toml cannot be used"),
    ]
    assert "offical" in acts[1]["why"]


def test_changed_rules_are_applied_from_history_without_a_fetch_and_corrected_by_mail(home: Path, site: Site) -> None:
    path = configure(
        home,
        site.feed("The Gadget is closed"),
        more='[[signal.example]]\nseen = "The Gadget is open to everyone."\nstatus = "open"\n',
    )
    path.write_text(path.read_text("utf-8").replace('group_wait = "10m"', 'group_wait = "0s"'), "utf-8")
    with running(home) as watch:
        watch.until(r"gadget baseline")
        asked = len(site.asked)
        text = path.read_text("utf-8")

        # First a rule that takes the wrong words for news, then the rule as it was: what it told must be taken back.
        loose = text.replace('open = ["open to everyone"]', 'open = ["open to everyone", "is closed"]')
        path.write_text(loose, "utf-8")
        watch.hang_up()
        watch.until(r"configuration reloaded from .*other rules: gadget")
        watch.until(r"gadget\.it advance: closed -> open")
        path.write_text(text, "utf-8")
        watch.hang_up()
        watch.until(r"gadget\.it correction: open -> closed")
        watch.until(r"1 sent")
        assert watch.end() == 0

    assert len(site.asked) == asked, "nothing was fetched for it"
    assert any("correction" in subject.lower() or "corrected" in subject.lower() for subject in subjects(home)), subjects(home)
    assert watcher("status", "--json").json()["signals"][0]["headline"] == "closed"


def test_a_signal_may_come_and_go_while_it_runs(lab: Site, home: Path) -> None:
    path = home / "signals.toml"
    text = path.read_text("utf-8")
    lab.feed("A Cog", path="/cog.xml")
    with running(home) as watch:
        watch.until(r"gadget baseline")
        path.write_text(text + cog(lab.url("/cog.xml")), "utf-8")
        watch.hang_up()
        watch.until(r"configuration reloaded from signals\.toml: new signals: cog$")
        watch.until(r"cog baseline")
        watch.shows("Is there a Cog?")
        assert lab.asked.count("/feed.xml") == 1, "what was not due is not asked again"

        path.write_text(text, "utf-8")
        watch.hang_up()
        watch.until(r"configuration reloaded from signals\.toml: signals gone: cog$")
        watch.hang_up()
        watch.until(r"configuration reloaded from signals\.toml: nothing that is decided by$")
        watch.hides("Is there a Cog?")
        assert watch.end() == 0


def test_a_terminal_that_is_closed_ends_it_in_order(lab: Site, home: Path) -> None:
    main, terminal = pty.openpty()
    with running(home, stdin=terminal) as watch:
        watch.until(r"gadget baseline")
        os.close(terminal)
        os.close(main)
        watch.hang_up()

        assert watch.process.wait(PATIENCE) == 0


def test_the_log_is_json_where_that_is_asked_for(lab: Site, home: Path) -> None:
    with running(home, "--log", "json") as watch:
        watch.until(r'"kind": "baseline"')
        watch.until(r'"polls": 1')
        assert watch.end() == 0

    rows = [json.loads(line) for line in watch.lines if line.startswith("{")]
    assert all({"at", "level", "logger", "message"} <= row.keys() for row in rows)
    assert next(row for row in rows if row.get("kind") == "baseline")["signal"] == "gadget"
    assert next(row for row in rows if row.get("polls"))["outcomes"] == {"ok": 1}


def test_the_console_is_there_where_the_environment_gives_its_token(
    lab: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "token").write_text("0123456789" * 4 + "\n", "utf-8")
    monkeypatch.setenv("WATCHER_OPERATOR_TOKEN_FILE", str(home / "token"))

    with running(home) as watch:
        assert "Sign in to the console" in watch.get("/console")
        assert watch.end() == 0


def test_a_token_that_can_be_guessed_stops_the_start(lab: Site, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_OPERATOR_TOKEN", "planted-short")

    said = watcher("run", "--port", "0")

    assert said.code == 2
    assert "WATCHER_OPERATOR_TOKEN" in said.err
    assert "at least 32" in said.err
    assert "planted-short" not in said.all


def test_a_busy_port_is_told_at_once(home: Path, site: Site) -> None:
    said = watcher("run", "--port", str(site.port))

    assert said.code == 1
    assert f"127.0.0.1:{site.port}" in said.err
    assert "--port" in said.err


def test_a_database_that_cannot_be_used_is_exit_code_3(home: Path) -> None:
    (home / "data").write_text("in the way", "utf-8")

    said = watcher("run", "--port", "0")

    assert said.code == 3
    assert "cannot be opened or created" in said.err


@pytest.mark.parametrize("words", [("--log", "xml"), ("--log-level", "loud"), ("--port", "70000")], ids=str)
def test_an_option_that_is_none_is_answered_with_what_there_is(home: Path, words: tuple[str, ...]) -> None:
    assert watcher("run", *words).code == 2


def test_idle_visitors_leave_the_sources_what_they_need(lab: Site, home: Path) -> None:
    path = home / "signals.toml"
    path.write_text(path.read_text("utf-8").replace('every = "1h"', 'every = "2s"'), "utf-8")
    with ExitStack() as visitors, running(home, descriptors=200) as watch:
        watch.until(r"gadget baseline")
        for _ in range(260):
            visitors.enter_context(watch.visit())
        lab.feed("The Gadget is open to everyone")
        watch.until(r"gadget\.it advance")
        assert watch.end() == 0

    assert "open files" not in "".join(watch.lines)


SUBSCRIBED = """
[web]
subscribe = true
[smtp]
host = "127.0.0.1"
port = 9
security = "none"
from = "Watch <watch@example.org>"
"""
HALF = b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nmail="


@contextmanager
def half_posted(home: Path, site: Site) -> Iterator[Running]:
    """A watch that has begun to end while a visitor has sent half a form."""
    path = configure(home, site.feed("A day at the lab"), extra=SUBSCRIBED)
    path.write_text(path.read_text("utf-8").replace("[watch]", '[watch]\nbase_url = "https://watch.example/"'), "utf-8")
    with running(home) as watch, watch.visit() as visitor, watch.visit() as other:
        visitor.sendall(HALF)
        other.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert other.recv(99), "it has come to what was sent before"
        watch.process.send_signal(signal.SIGTERM)
        watch.until("SIGTERM: ending")
        yield watch


def test_half_a_form_does_not_hold_up_the_end(home: Path, site: Site) -> None:
    with half_posted(home, site) as watch:
        assert watch.process.wait(PATIENCE) == 0
        assert watch.process.stdout
        assert "Traceback" not in watch.process.stdout.read().decode()


def test_a_second_signal_ends_it_at_once(home: Path, site: Site) -> None:
    with half_posted(home, site) as watch:
        watch.process.send_signal(signal.SIGTERM)
        assert watch.process.wait(PATIENCE) == -signal.SIGTERM


def another(home: Path, site: Site) -> str:
    """The name of a second configuration in the same folder, which watches something else in the same database."""
    (home / "other.toml").write_text(OTHER_ONLY + cog(site.url("/cog.xml")) + FETCH, "utf-8")
    site.feed("A Cog", path="/cog.xml")
    return "other.toml"


OTHER_ONLY = CONFIG.partition("[[signal]]")[0] % ()


def once(config: str) -> Said:
    return watcher("once", "--config", config)


def test_another_configuration_is_refused_while_a_watch_runs(lab: Site, home: Path) -> None:
    other = another(home, lab)
    with running(home) as watch:
        watch.until(r"gadget baseline")
        said = once(other)
        assert said.code == 3
        assert "other.toml would change what another watch looks at" in said.all
        assert f"process {watch.process.pid} on" in said.all
        assert f"under {home}/signals.toml" in said.all
        assert not lab.asked.count("/cog.xml")
        assert once("signals.toml").code == 0, "the same configuration goes beside it"
        watch.becomes_ready()
        assert watch.end() == 0

    assert once(other).code == 0, "a watch that has ended does not block"
    assert lab.asked.count("/cog.xml") == 1


def test_a_watch_that_was_killed_does_not_block(lab: Site, home: Path) -> None:
    other = another(home, lab)
    with running(home) as watch:
        watch.until(r"gadget baseline")
        assert once(other).code == 3
        watch.process.kill()
        watch.process.wait(PATIENCE)
    assert once(other).code == 0


def test_sources_that_were_changed_beneath_a_watch_are_brought_back_at_once(lab: Site, home: Path) -> None:
    other = another(home, lab)
    with running(home) as watch, Store.open(f"sqlite:///{home}/data/watch.db") as store:
        watch.until(r"gadget baseline")
        prepare(store, load(home / other, {}), datetime.now(UTC), take_over=True)
        with store.writing() as tx:
            write_out(tx, datetime.now(UTC))
        watch.until(r"WARNING.*watched again")
        watch.until(r"1 polls")
        with store.reading() as tx:
            assert [source.id for source in tx.sources.of()] == ["news"]
        assert watch.end() == 0


def test_a_watch_whose_sources_another_one_has_is_not_ready(lab: Site, home: Path) -> None:
    other, path = another(home, lab), home / "signals.toml"
    shutil.copy(path, home / "second.toml")
    with ExitStack() as stack:
        first = stack.enter_context(running(home))
        first.until(r"gadget baseline")
        second = stack.enter_context(running(home, "--config", "second.toml"))
        assert "Alive." in second.get("/healthz"), "it hears signals"
        shutil.copy(home / other, home / "second.toml")
        second.hang_up()
        second.until(r"reloaded from second\.toml")
        first.until(r"ERROR.*nothing is watched any more: .*second\.toml")
        with pytest.raises(urllib.error.HTTPError, match="503"):
            first.get("/readyz")
        assert second.end() == 0
        first.until(r"WARNING.*watched again")
        assert "Ready." in first.get("/readyz")
        assert first.end() == 0
