"""`watcher review`: what is open is listed, and a person's decision settles it for good."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.asking import OTHER, asked_database
from tests.cli.conftest import watcher
from tests.test_undecided import TEXT, WORDS


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a watch that has asked about two texts, made once."""
    return asked_database(tmp_path_factory.mktemp("review"))


@pytest.fixture
def watch(home: Path, asked: Path) -> Path:
    """A folder whose watch has asked."""
    (home / "signals.toml").write_text(TEXT, "utf-8")
    (home / "data").mkdir()
    shutil.copy(asked, home / "data" / "watch.db")
    return home


def listed(*more: str) -> list[dict[str, Any]]:
    return list(watcher("review", "--json", *more).json()["undecided"])


def test_what_is_open_is_listed_with_its_words_and_link(watch: Path) -> None:
    said = watcher("review")

    assert said.code == 0
    assert WORDS in said.out
    assert "https://lab.example/The-Gadget-reaches" in said.out
    assert [(one["id"], one["track"], one["may_say"]) for one in listed()] == [(1, "it", "open"), (2, "it", "open")]
    assert watcher("review", "--json").json()["open"] == 2
    assert WORDS in watcher("status").out
    (signal,) = watcher("status", "--json").json()["signals"]
    assert [one["evidence"][0]["quote"] for one in signal["undecided"]] == [WORDS, OTHER]
    assert [one["id"] for one in watcher("explain", "gadget", "--json").json()["undecided"]] == [1, 2]
    assert "a person is checking it" in watcher("explain", "gadget").out


def test_no_command_shows_what_an_address_hides(watch: Path) -> None:
    secret = "http://www.senate.gov@evil.example/?token=s3cret"
    with sqlite3.connect(watch / "data" / "watch.db") as raw:
        for statement in (
            "UPDATE undecided SET text = replace(text, ?, ?)",
            "UPDATE verdict SET verdict = replace(verdict, ?, ?)",
        ):
            raw.execute(statement, (WORDS, f"{WORDS} {secret}"))
    raw.close()
    for words in (("review",), ("status",), ("explain", "gadget"), ("review", "--json"), ("status", "--json")):
        said = watcher(*words).all
        assert "***@evil.example" in said, words
        assert "s3cret" not in said
        assert "senate.gov@evil" not in said


def test_a_claim_counts_as_the_words_of_the_text_with_who_decided(watch: Path) -> None:
    done = watcher("review", "1", "--claim", "open", "--by", "Ann", "--reason", "it is open to all")

    assert done.code == 0
    assert "text 1 decided as open: evidence 1" in done.out
    assert "closed → open" in done.out
    (signal,) = watcher("status", "--json").json()["signals"]
    (track,) = signal["tracks"]
    assert (track["status"], track["standing"]) == ("open", "provisional"), "one official voice, as if a rule had read it"
    (proof,) = track["evidence"]
    assert (proof["quote"], bool(proof["document"])) == (WORDS, True)
    assert track["since"] == "2026-06-01T11:00:00Z", "when the text says that it happened"
    audit = watcher("audit").out
    assert "Ann  decided text 1 of gadget.it as open: it is open to all" in audit
    assert "the text was decided by Ann: it is open to all" in json.dumps(watcher("explain", "gadget", "--json").json())
    assert [one["id"] for one in listed()] == [2]


def test_a_decision_can_be_taken_back_and_is_corrected(watch: Path) -> None:
    watcher("review", "1", "--claim", "open", "--by", "Ann")

    back = watcher("withdraw", "1", "--by", "Ben", "--reason", "a misreading", "--json").json()

    assert [(one["kind"], one["to"]) for one in back["transitions"]] == [("correction", "closed")]
    assert [one["id"] for one in listed()] == [2], "what is settled is not asked again"


def test_a_dismissed_text_is_settled_with_author_and_reason(watch: Path) -> None:
    done = watcher("review", "2", "--dismiss", "schools alone", "--by", "Ann", "--json").json()

    assert (done["settled"], done["as"], done["evidence"]) == (2, "dismissed", None)
    assert [(one["kind"], one["to"], one["mail"]) for one in done["transitions"]] == [("undecided", "", False)]
    assert "dismissed by Ann: schools alone" in done["transitions"][0]["reason"]
    assert [one["id"] for one in listed()] == [1]
    every = {one["id"]: one for one in listed("--all")}
    assert (every[2]["settled_as"], every[2]["settled_by"], every[2]["settled_why"]) == ("dismissed", "Ann", "schools alone")
    shown = watcher("review", "--all").out
    assert "  · 2: an official text on it (open): dismissed by Ann: schools alone" in shown
    assert shown.count("a person is checking it") == 1, "what is settled is checked by nobody"
    assert "Ann  dismissed text 2 of gadget.it: schools alone" in watcher("audit").out


def test_a_number_alone_shows_that_text_and_settles_nothing(watch: Path) -> None:
    said = watcher("review", "2")

    assert said.code == 0
    assert OTHER in said.out
    assert WORDS not in said.out
    assert len(listed()) == 2
    watcher("review", "2", "--dismiss", "schools alone", "--by", "Ann")
    assert "dismissed by Ann: schools alone" in watcher("review", "2").out, "one that is settled, too"


def test_when_all_is_settled_nothing_is_undecided(watch: Path) -> None:
    for number in "12":
        assert watcher("review", number, "--dismiss", "no").code == 0, "the user's own name is the author"

    assert watcher("review").out == "nothing is undecided\n"
    again = watcher("review", "1", "--dismiss", "no")
    assert again.code == 1
    assert again.err.startswith("there is no open text 1: it was dismissed by ")
    assert again.err.strip().endswith(": no; `watcher review` lists what is open")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("7",), "no text has the number 7"),
        (("1", "--claim", "open", "--dismiss", "no"), "expected a number with one of --claim and --dismiss"),
        (("--claim", "open"), "expected a number with one of --claim and --dismiss"),
        (("1", "--claim", "wide"), "'wide' is no status of it; expected one of closed, open"),
        (("1", "--claim", "open", "--at", "2099-01-01"), "2099-01-01 is no day that somebody can have read of"),
    ],
)
def test_mistakes_are_named_and_settle_nothing(watch: Path, words: tuple[str, ...], expected: str) -> None:
    said = watcher("review", *words)

    assert said.code == 2
    assert expected in said.all
    assert len(listed()) == 2
