from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.test_beats import CONFIG, Web, item
from watcher.cli import app

RUN = CliRunner()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "signals.toml").write_text(CONFIG % "", "utf-8")
    return tmp_path


def test_help_names_every_command_and_the_exit_codes() -> None:
    result = RUN.invoke(app, ["--help"])

    assert result.exit_code == 0
    for word in ("init", "check", "rehearse", "run", "once", "status", "Exit codes"):
        assert word in result.output


def test_the_version_is_said() -> None:
    assert RUN.invoke(app, ["--version"]).output.startswith("watcher 0.")


def test_init_writes_what_check_accepts_and_never_writes_over(home: Path) -> None:
    assert RUN.invoke(app, ["init", "mine.toml"]).exit_code == 0
    assert RUN.invoke(app, ["check", "--config", "mine.toml"]).exit_code == 0

    again = RUN.invoke(app, ["init", "mine.toml"])

    assert again.exit_code == 1
    assert "there already" in again.output
    assert RUN.invoke(app, ["init", "signals.toml/under/a/file.toml"]).exit_code == 1


def test_check_names_file_line_table_and_key(home: Path) -> None:
    text = (home / "signals.toml").read_text("utf-8")
    (home / "signals.toml").write_text(text.replace('tier = "official"', 'tier = "offical"'), "utf-8")

    result = RUN.invoke(app, ["check"])

    assert result.exit_code == 2
    assert "signals.toml:" in result.output
    assert "tier" in result.output
    assert "official" in result.output


def test_check_tells_of_an_example_that_is_read_otherwise(home: Path) -> None:
    wrong = '\n[[signal.example]]\nseen = "The Gadget is open to everyone."\nstatus = "closed"\n'
    (home / "signals.toml").write_text(CONFIG % "" + wrong, "utf-8")

    result, plain = RUN.invoke(app, ["check"]), RUN.invoke(app, ["check", "--json"])

    assert (result.exit_code, plain.exit_code) == (1, 1)
    assert "should claim closed" in result.output
    assert json.loads(plain.output)["passed"] == 0


def test_a_missing_configuration_says_how_to_get_one(home: Path) -> None:
    result = RUN.invoke(app, ["status", "--config", "none.toml"])

    assert result.exit_code == 2
    assert "watcher init" in result.output


def rehearse(home: Path, *more: str) -> tuple[int, str]:
    web = Web(home / "world")
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone"))
    result = RUN.invoke(app, ["rehearse", "world", "--from", "2026-06-01", "--to", "2026-06-03", *more])
    return result.exit_code, result.output


def test_rehearse_prints_what_would_have_been_said_and_a_summary(home: Path) -> None:
    code, output = rehearse(home)

    assert code == 0
    assert "advance" in output
    assert "The Gadget is open to everyone" in output
    assert "9 steps" in output
    assert "2 digests, 0 messages sent" in output
    assert not (home / "data").exists(), "nothing is left behind"


def test_rehearse_prints_one_object_a_line(home: Path) -> None:
    _, output = rehearse(home, "--json")

    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    assert [(line["kind"], line["to"]) for line in lines] == [("baseline", "it: closed"), ("advance", "open")]
    assert {"at", "signal", "track", "from", "standing", "headline", "headline_label", "outcome", "event", "figures"} <= lines[
        1
    ].keys()
    assert {"url", "quote", "tier", "publisher", "published", "seen"} <= lines[1]["evidence"][0].keys()


def test_rehearse_delivers_only_when_asked_and_a_second_run_sends_nothing(home: Path) -> None:
    recipient = '\n[[recipient]]\nid = "me"\nchannel = "maildir"\nto = "box"\noperator = true\n'
    (home / "signals.toml").write_text(CONFIG % "" + recipient, "utf-8")

    first = rehearse(home, "--deliver", "--database", "kept.db")
    mails = len(list((home / "box" / "new").iterdir()))
    second = RUN.invoke(
        app, ["rehearse", "world", "--from", "2026-06-01", "--to", "2026-06-03", "--deliver", "--database", "kept.db"]
    )

    assert "2 digests, 2 messages sent" in first[1]
    assert "0 digests, 0 messages sent" in second.output
    assert len(list((home / "box" / "new").iterdir())) == mails == 2


MISTAKES = [
    (["rehearse", "nowhere"], 1, "nowhere"),
    (["rehearse", "world", "--step", "soon"], 2, "6h"),
    (["rehearse", "world", "--from", "yesterday"], 2, "2026-06-09"),
    (["status", "--as-of", "once"], 2, "2026-06-09"),
    (["run", "--port", "70000"], 2, "65535"),
]


@pytest.mark.parametrize(("words", "code", "said"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_answered_with_what_was_expected(words: list[str], code: int, said: str, home: Path) -> None:
    result = RUN.invoke(app, words)

    assert result.exit_code == code
    assert said in result.output


def test_once_and_status_tell_what_cannot_be_seen(home: Path) -> None:
    text = (CONFIG % "").replace("https://lab.example/feed.xml", "http://127.0.0.1:1/feed.xml") + '\n[fetch]\ntimeout = "2s"\n'
    (home / "signals.toml").write_text(text, "utf-8")

    before = RUN.invoke(app, ["status"])
    once = RUN.invoke(app, ["once"])
    status, plain = RUN.invoke(app, ["status"]), RUN.invoke(app, ["status", "--json"])

    assert "not decided yet" in before.output
    assert once.output.startswith("1 poll, 1 thing said, 1 digest, 1 message sent")
    assert "cannot see news since" in status.output
    (signal,) = json.loads(plain.output)["signals"]
    assert (signal["headline"], signal["tracks"][0]["status"]) == ("closed", "closed")
    assert signal["cannot_see_since"] is not None
    assert "nothing was known" in RUN.invoke(app, ["status", "--as-of", "2020-01-01"]).output
