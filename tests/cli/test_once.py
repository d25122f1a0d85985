"""`watcher once`: all work that is due, from cron."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Site, watcher


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


def test_a_source_out_of_reach_is_no_failure_of_the_command(home: Path) -> None:
    path = home / "signals.toml"
    path.write_text(path.read_text("utf-8").replace("https://lab.example", "http://127.0.0.1:1"), "utf-8")

    said = watcher("once", "--json")

    assert said.code == 0
    assert said.json()["outcomes"] == {"error": 1}
    assert "cannot see news" in watcher("status").out


def test_the_log_goes_to_standard_error_and_only_where_it_is_wanted(lab: Site, home: Path) -> None:
    assert watcher("once").err == ""
    (home / "data" / "watch.db").unlink()

    # The beat of `once` has no heart that logs; what it logs is trouble, as JSON here.
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
