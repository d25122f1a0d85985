"""`watcher check`: every mistake with its place, every example read, and what may surprise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import configure, watcher
from watcher.config.build import load
from watcher.config.check import check

RIGHT = '\n[[signal.example]]\nseen = "The Gadget is open to everyone."\nstatus = "open"\n'
WRONG = '\n[[signal.example]]\nseen = "The Gadget is open to everyone."\nstatus = "closed"\n'


def test_a_good_file_is_counted_and_its_notes_are_shown(home: Path) -> None:
    configure(home, more=RIGHT)

    said, told = watcher("check"), watcher("check", "--json").json()

    assert said.code == 0
    assert "signals.toml: 1 signal (gadget), 1 source" in said.out
    assert "1 of 1 examples are read as they say" in said.out
    assert "note: [watch] names no contact" in said.out
    assert (told["passed"], told["failures"]) == (1, [])
    assert any("contact" in warning for warning in told["warnings"])


def test_an_example_that_is_read_otherwise_is_exit_code_1(home: Path) -> None:
    configure(home, more=RIGHT + WRONG)

    said, told = watcher("check"), watcher("check", "--json")

    assert (said.code, told.code) == (1, 1)
    assert "should claim closed" in said.out
    assert (told.json()["passed"], len(told.json()["failures"])) == (1, 1)


BROKEN = [
    ('tier = "official"', 'tier = "offical"', "tier", '(did you mean "official"?)'),
    ('every = "1h"', "every = 60", "every", "expected"),
    ('id = "news"', 'identifier = "news"', "identifier", "expected"),
    ('ladder = "access"', 'ladder = "axes"', "ladder", "access"),
    ('group_wait = "10m"', 'group_wait = "10m', "", "TOML"),
]


@pytest.mark.parametrize(("old", "new", "key", "told"), BROKEN, ids=[row[1] for row in BROKEN])
def test_a_mistake_is_named_with_file_line_key_and_what_was_expected(home: Path, old: str, new: str, key: str, told: str) -> None:
    path = home / "signals.toml"
    text = path.read_text("utf-8")
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new), "utf-8")

    said = watcher("check")

    assert said.code == 2
    assert f"signals.toml:{line}: " in said.err
    assert key in said.err
    assert told in said.err


def test_all_mistakes_are_told_at_once(home: Path) -> None:
    path = home / "signals.toml"
    path.write_text(path.read_text("utf-8").replace('"official"', '"offical"').replace('"6h"', '"6 hours"'), "utf-8")

    assert len(watcher("check").err.splitlines()) == 3, "the rule's speaker, the source's tier, the grace"


def test_a_missing_file_says_how_to_get_one(home: Path) -> None:
    said = watcher("check", "--config", "none.toml")

    assert said.code == 2
    assert "watcher init" in said.err


def test_the_file_may_be_named_by_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "signals.toml").rename(home / "mine.toml")
    monkeypatch.setenv("WATCHER_CONFIG", "mine.toml")

    assert "mine.toml: 1 signal" in watcher("check").out


def test_settings_from_outside_are_checked_like_those_of_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_WEB_PORT", "many")

    said = watcher("check")

    assert said.code == 2
    assert "WATCHER_WEB_PORT" in said.err


def test_a_wording_of_congress_without_its_example_fails_the_check(home: Path) -> None:
    configure(home, more=RIGHT)
    report = check(load(home / "signals.toml", {}), datetime(2026, 11, 20, tzinfo=UTC))
    assert report.wordings == ()
    assert report.wrong == ()
    assert replace(report, wordings=("actions.toml, sentence 1: no example",)).wrong == ("actions.toml, sentence 1: no example",)
