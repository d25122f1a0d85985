"""`watcher init`: by options, by questions, into one's own folders; what is written works, and nothing is written over."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import watcher

ROOT = Path(__file__).parents[2]


def tables(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def test_without_words_it_writes_what_check_accepts(home: Path) -> None:
    said = watcher("init", "mine.toml")

    assert said.code == 0
    assert "wrote mine.toml" in said.out
    assert "watcher doctor --config mine.toml" in said.out
    assert "watcher stack --config mine.toml" in said.out
    assert (home / "signals.schema.json").exists()
    assert watcher("check", "--config", "mine.toml").code == 0


def test_options_are_written_down_whatever_they_hold(home: Path) -> None:
    words = ("--title", 'My "own" \\ watch', "--contact", "me@example.org", "--timezone", "Europe/Berlin")

    assert watcher("init", "mine.toml", *words).code == 0

    watch = tables(home / "mine.toml")["watch"]
    assert (watch["title"], watch["contact"], watch["timezone"]) == ('My "own" \\ watch', "me@example.org", "Europe/Berlin")


def test_mail_needs_a_server_and_the_password_never_stands_in_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--smtp-host" in watcher("init", "mine.toml", "--mail", "me@example.org").all
    said = watcher("init", "mine.toml", "--mail", "me@example.org", "--smtp-host", "mail.example.org")

    assert "WATCHER_SMTP_PASSWORD" in said.out
    found = tables(home / "mine.toml")
    assert found["recipient"] == [{"id": "me", "channel": "smtp", "to": "me@example.org", "operator": True}]
    assert (found["smtp"]["host"], found["smtp"]["from"]) == ("mail.example.org", "me@example.org")
    assert "password" not in found["smtp"]
    monkeypatch.setenv("WATCHER_SMTP_PASSWORD", "secret")
    assert watcher("check", "--config", "mine.toml").code == 0


def test_questions_are_asked_until_the_answer_fits(home: Path) -> None:
    answers = "Lab watch\nme@example.org\nMars/City\nEurope/Berlin\nme@example.org\nmail.example.org\n\n"

    said = watcher("init", "mine.toml", "--ask", stdin=answers)

    assert said.code == 0
    assert "'Mars/City': no time zone" in said.out
    found = tables(home / "mine.toml")
    assert (found["watch"]["title"], found["watch"]["timezone"]) == ("Lab watch", "Europe/Berlin")
    assert found["smtp"]["from"] == "me@example.org"


def test_a_terminal_is_asked_and_a_script_is_not(home: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"}
    command = [sys.executable, "-m", "watcher", "init", "mine.toml"]
    main, terminal = pty.openpty()
    try:
        with subprocess.Popen(command, cwd=home, env=environ, stdin=terminal, stdout=subprocess.PIPE) as process:
            os.write(main, b"Asked for\n\n\n\n")
            assert process.wait(60) == 0
    finally:
        os.close(main)
        os.close(terminal)
    assert tables(home / "mine.toml")["watch"]["title"] == "Asked for"

    script = subprocess.run([*command[:-1], "other.toml"], cwd=home, env=environ, stdin=subprocess.DEVNULL, check=False)
    assert script.returncode == 0
    assert tables(home / "other.toml")["watch"]["title"] == "My watch"


def test_ones_own_folders_serve_any_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "settings"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "things"))
    monkeypatch.setenv("WATCHER_FETCH_VIA", "http://127.0.0.1:1")
    monkeypatch.setenv("WATCHER_FETCH_ALLOW", "127.0.0.1")

    assert watcher("init", "--home").code == 0
    assert watcher("once").code == 0

    assert (home / "settings" / "policy-signal-watch" / "signals.toml").exists()
    assert (home / "things" / "policy-signal-watch" / "data" / "watch.db").exists()
    assert len(list((home / "things" / "policy-signal-watch" / "data" / "mailbox" / "new").iterdir())) == 1
    assert list(elsewhere.iterdir()) == []
    assert "Awaiting" in watcher("status").out
    assert watcher("verify").code == 0


def test_a_file_of_the_present_folder_goes_before_ones_own(home: Path) -> None:
    assert watcher("init", "--home").code == 0

    assert "signals.toml: 1 signal (gadget)" in watcher("check").out
    (home / "signals.toml").unlink()
    assert "1 signal (uv-release)" in watcher("check").out


MISTAKES = [
    (("init",), 1, "there already"),
    (("init", "signals.toml/under/a/file.toml"), 1, "cannot be written"),
    (("init", "mine.toml", "--home"), 2, "one of PATH and --home"),
    (("init", "mine.toml", "--timezone", "Mars/City"), 2, "no time zone"),
    (("init", "mine.toml", "--mail", "nobody", "--smtp-host", "mail.example.org"), 2, "mail addresses"),
]


@pytest.mark.parametrize(("words", "code", "told"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_told_and_leaves_nothing(home: Path, words: tuple[str, ...], code: int, told: str) -> None:
    said = watcher(*words)

    assert (said.code, told in said.all) == (code, True), said
    assert not (home / "mine.toml").exists()
