"""`watcher once`: all work that is due, from cron."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Site, watcher
from tests.notifiers.stages import MailHandler, mail_server


def test_it_looks_tells_where_everything_stands_and_does_nothing_twice(lab: Site, home: Path) -> None:
    first, second = watcher("once"), watcher("once")

    assert first.out.strip() == "1 poll, 1 thing said, 1 digest, 1 message sent"
    assert second.out.strip() == "0 polls, 0 things said, 0 digests, 0 messages sent"
    assert lab.asked == ["/feed.xml"]
    assert len(list((home / "data" / "mailbox" / "new").iterdir())) == 1


def test_programs_get_what_was_said(lab: Site) -> None:
    told = watcher("once", "--json").json()

    assert (told["polls"], told["outcomes"], told["digests"], told["sent"]) == (1, {"ok": 1}, 1, 1)
    assert [(one["kind"], one["to"]) for one in told["transitions"]] == [("baseline", "it: closed")]


def test_programs_get_the_words_of_what_was_said(lab: Site) -> None:
    lab.feed("The Gadget is open to everyone")
    [told] = watcher("once", "--json").json()["transitions"]

    assert {each["quote"] for each in told["evidence"]} == {"The Gadget is open to everyone"}


def test_quiet_prints_nothing_where_nothing_happened(lab: Site) -> None:
    assert watcher("once", "--quiet").out.strip() == "1 poll, 1 thing said, 1 digest, 1 message sent"
    again = watcher("once", "--quiet")
    assert (again.code, again.out, again.err) == (0, "", "")
    assert watcher("once", "--quiet", "--json").out == ""


def test_what_was_due_and_not_delivered_is_said_and_is_exit_code_1(lab: Site, home: Path) -> None:
    with mail_server(handler=Busy()) as mail:
        path = home / "signals.toml"
        text = path.read_text("utf-8")
        text += f'\n[smtp]\nhost = "127.0.0.1"\nport = {mail.settings.port}\nsecurity = "none"\nfrom = "w@example.org"\n'
        path.write_text(f'{text}[[recipient]]\nchannel = "smtp"\nto = "reader@example.org"\n', "utf-8")
        first = watcher("once", "--quiet")
    assert first.code == 1
    assert first.out.startswith(
        "1 poll, 1 thing said, 1 digest, 0 messages sent, 1 message not delivered yet, tried again from 20"
    )
    assert watcher("once", "--quiet").code == 0, "nothing was due"


class Busy(MailHandler):
    async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return "421 4.7.0 Too many connections"


def test_a_source_out_of_reach_is_no_failure_of_the_command(home: Path) -> None:
    path = home / "signals.toml"
    path.write_text(path.read_text("utf-8").replace("https://lab.example", "http://127.0.0.1:1"), "utf-8")

    said = watcher("once", "--json")

    assert said.code == 0
    assert said.json()["outcomes"] == {"error": 1}
    assert "never read news, tried since" in watcher("status").out


def test_the_log_goes_to_standard_error_and_only_where_it_is_wanted(lab: Site, home: Path) -> None:
    assert watcher("once").err == ""
    (home / "data" / "watch.db").unlink()

    # The cycle of `once` has no daemon that logs; what it logs is trouble, as JSON here.
    assert all(json.loads(line) for line in watcher("once", "--log", "json", "--log-level", "debug").err.splitlines())


def test_a_database_that_cannot_be_used_is_exit_code_3(home: Path) -> None:
    (home / "data").write_text("in the way", "utf-8")

    assert watcher("once").code == 3


def test_a_broken_configuration_is_exit_code_2(home: Path) -> None:
    (home / "signals.toml").write_text("nothing", "utf-8")

    said = watcher("once")

    assert said.code == 2
    assert "signals.toml:1" in said.err
    assert not (home / "data").exists()
