"""`watcher rehearse`: what a configuration would have said over a recorded past."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Said, configure, watcher
from tests.test_cycles import Web, item

SPAN = ("--from", "2026-06-01", "--to", "2026-06-03")


def rehearse(home: Path, *more: str) -> Said:
    web = Web(home / "world")
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone"))
    return watcher("rehearse", "world", *SPAN, *more)


def test_it_prints_what_would_have_been_said_and_a_summary(home: Path) -> None:
    said = rehearse(home)

    assert said.code == 0
    assert "advance" in said.out
    assert "The Gadget is open to everyone" in said.out
    assert "9 steps" in said.err
    assert "2 things said, 2 digests, 0 messages sent" in said.err
    assert not (home / "data").exists(), "nothing is left behind"


def test_programs_get_one_object_a_line_and_nothing_else(home: Path) -> None:
    lines = [json.loads(line) for line in rehearse(home, "--json").out.splitlines()]

    assert [(line["kind"], line["to"]) for line in lines] == [("baseline", "it: closed"), ("advance", "open")]
    wanted = {"at", "signal", "track", "from", "standing", "headline", "headline_label", "outcome", "event", "figures"}
    assert wanted <= lines[1].keys()
    assert {"url", "quote", "tier", "publisher", "published", "seen"} <= lines[1]["evidence"][0].keys()


def test_it_delivers_only_when_asked_and_a_second_run_sends_nothing(home: Path) -> None:
    configure(home, extra='[[recipient]]\nid = "me"\nchannel = "maildir"\nto = "box"\noperator = true\n')

    first = rehearse(home, "--deliver", "--database", "kept.db")
    mails = len(list((home / "box" / "new").iterdir()))
    second = watcher("rehearse", "world", *SPAN, "--deliver", "--database", "kept.db")

    assert "2 digests, 2 messages sent" in first.err
    assert "0 digests, 0 messages sent" in second.err
    assert len(list((home / "box" / "new").iterdir())) == mails == 2


def test_what_the_recorded_past_does_not_hold_is_told(home: Path) -> None:
    Web(home / "world").says("https://other.example/", "2026-05-01", "hello")

    said = watcher("rehearse", "world", "--from", "2026-06-01", "--to", "2026-06-02")

    assert said.code == 0
    assert "not seen at the end: gadget · news since 2026-06-01" in said.err


MISTAKES = [
    (("nowhere",), 1, "nowhere"),
    (("world", "--step", "soon"), 2, "6h"),
    (("world", "--from", "yesterday"), 2, "2026-06-09"),
    (("world", "--to", "tomorrow"), 2, "2026-06-09"),
    (("world", "--config", "none.toml"), 2, "watcher init"),
    (("http://127.0.0.1:1",), 1, "127.0.0.1:1"),
    ((), 2, "WORLD"),
]


@pytest.mark.parametrize(("words", "code", "told"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_answered_with_what_was_expected(home: Path, words: tuple[str, ...], code: int, told: str) -> None:
    said = watcher("rehearse", *words)

    assert (said.code, told in said.all) == (code, True), said
