"""`watcher record`, `withdraw`, `mute`, `unmute` and `audit`: what a person adds, takes back and silences is kept and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import watcher
from tests.cli.story import is_missing_database, kept, past

__all__ = ["kept", "past"]
WORDS = ("--url", "https://lab.example/notice", "--quote", "We have closed it.", "--by", "Ann")


def test_evidence_moves_the_track_at_once_and_is_corrected_when_it_is_taken_back(past: Path) -> None:
    recorded = watcher("record", "gadget.it", "closed", *WORDS, "--reason", "read it in the notice")
    assert recorded.code == 0
    assert "evidence 1 recorded" in recorded.out
    assert "open → closed" in recorded.out
    assert "it: closed" in watcher("status").out
    assert "read it in the notice" in watcher("audit").out

    back = watcher("withdraw", "1", "--by", "Ben", "--reason", "a misreading", "--json").json()

    assert back["withdrawn"] == 1
    assert [(one["kind"], one["from"], one["to"]) for one in back["transitions"]] == [("correction", "closed", "open")]
    assert "it: open" in watcher("status").out


def test_everything_is_kept_in_the_audit_list(past: Path) -> None:
    watcher("record", "gadget.it", "closed", *WORDS, "--at", "2026-06-02")
    watcher("withdraw", "1", "--by", "Ben", "--reason", "a misreading")
    watcher("mute", "gadget", "--by", "Ann", "--until", "2030-01-01", "--reason", "on holiday")

    words, told = watcher("audit").out, watcher("audit", "--json").json()

    assert [(act["who"], act["what"]) for act in told["acts"]] == [
        ("Ann", "muted gadget"),
        ("Ben", "withdrew evidence 1"),
        ("Ann", "recorded gadget.it closed"),
    ]
    (evidence,) = told["evidence"]
    assert (evidence["known"]["quote"], evidence["by"], evidence["withdrawn_by"]) == ("We have closed it.", "Ann", "Ben")
    assert told["mutes"][0]["until"] == "2030-01-01T00:00:00Z"
    assert "withdrawn" in words
    assert "muted until 2030-01-01 00:00 UTC: gadget by Ann: on holiday" in words


def test_a_silence_ends_by_hand(past: Path) -> None:
    assert "muted until" in watcher("mute", "gadget.it", "--by", "Ann", "--for", "6h").out
    assert watcher("mute", "gadget", "--by", "Ann", "--json").json() == {"muted": "gadget", "until": None, "transitions": []}

    assert "no longer muted" in watcher("unmute", "gadget.it", "--by", "Ann").out
    assert watcher("unmute", "gadget", "--by", "Ann", "--json").json()["unmuted"] == "gadget"
    again = watcher("unmute", "gadget", "--by", "Ann")
    assert (again.code, again.err.strip()) == (1, "gadget is not muted")


def test_an_empty_list_says_so(past: Path) -> None:
    assert "nobody has changed anything by hand" in watcher("audit").out


def test_evidence_may_come_before_the_first_look(home: Path) -> None:
    assert watcher("record", "gadget.it", "open", *WORDS, "--json").json() == {"evidence": 1, "transitions": []}
    assert watcher("audit", "--json").json()["evidence"][0]["signal"] == "gadget"


@pytest.mark.parametrize(
    "words", [("audit",), ("unmute", "gadget", "--by", "Ann"), ("withdraw", "1", "--by", "A", "--reason", "b")], ids=str
)
def test_without_a_database_there_is_nothing_to_change(home: Path, words: tuple[str, ...]) -> None:
    assert is_missing_database(watcher(*words), home)


def record(track: str = "gadget.it", status: str = "open", **changes: str) -> tuple[str, ...]:
    options = {"url": "https://lab.example/1", "quote": "It is open.", "by": "Ann"} | changes
    return ("record", track, status, *(part for key, value in options.items() for part in (f"--{key}", value)))


MISTAKES = [
    (record("gadget.that"), 2, "'gadget.that' is no track; expected one of gadget.it"),
    (record(status="ajar"), 2, "'ajar' is no status of it; expected one of closed, open"),
    (record(url="lab.example"), 2, "no address"),
    (record(quote="  "), 2, "the quote is empty"),
    (record(by=" "), 2, "nobody is named"),
    (record(at="soon"), 2, "2026-06-09"),
    (("record", "gadget.it", "open"), 2, "--url"),
    (("withdraw", "7", "--by", "Ann", "--reason", "x"), 1, "no evidence 7"),
    (("withdraw", "one", "--by", "Ann", "--reason", "x"), 2, "valid integer"),
    (("mute", "nope", "--by", "Ann"), 2, "'nope' is no signal and no track; expected one of gadget, gadget.it"),
    (("mute", "gadget", "--by", "Ann", "--for", "6h", "--until", "2030-01-01"), 2, "one of --until and --for"),
    (("mute", "gadget", "--by", "Ann", "--for", "a while"), 2, "6h"),
    (("mute", "gadget", "--by", "Ann", "--until", "2020-01-01"), 2, "lies in the past"),
]


@pytest.mark.parametrize(("words", "code", "told"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_answered_and_changes_nothing(past: Path, words: tuple[str, ...], code: int, told: str) -> None:
    said = watcher(*words)

    assert (said.code, told in said.all) == (code, True), said
    assert watcher("audit", "--json").json() == {"evidence": [], "mutes": [], "acts": []}
