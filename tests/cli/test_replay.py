"""`watcher replay` and `watcher backtest`: other rules on one's own past, and rules on labelled texts."""

from __future__ import annotations

import gc
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import configure, watcher
from tests.cli.story import OPEN, SOON, is_missing_database, kept, past
from watcher.config.build import load
from watcher.core.model import Entry, Observation, Tier
from watcher.replay.replay import read_again

ROOT = Path(__file__).parents[2]

__all__ = ["kept", "past"]


def other_rules(folder: Path, phrase: str) -> None:
    text = configure(folder).read_text("utf-8")
    (folder / "other.toml").write_text(text.replace('open = ["open to everyone"]', f"open = {json.dumps([phrase])}"), "utf-8")


def test_the_same_rules_tell_the_same(past: Path) -> None:
    assert watcher("replay").out.strip() == "nothing would be told otherwise"
    assert watcher("replay", "--json").json() == {"differences": []}


def test_other_rules_show_what_would_be_gone_and_new_and_write_nothing(past: Path) -> None:
    other_rules(past, "will be open to everyone")
    before = (past / "data" / "watch.db").read_bytes()

    gone = watcher("replay", "--config", "other.toml")

    assert gone.code == 0
    assert gone.out.startswith("gone")
    assert OPEN in gone.out
    assert gone.out.rstrip().endswith("1 difference")
    assert (past / "data" / "watch.db").read_bytes() == before


def test_programs_get_both_sides_and_a_start_leaves_out_what_was_before(past: Path) -> None:
    other_rules(past, "never said")

    told = watcher("replay", "--config", "other.toml", "--json").json()["differences"]
    later = watcher("replay", "--config", "other.toml", "--json", "--from", "2026-06-02").json()

    assert [(one["kind"], one["now"], one["told"]["to"]) for one in told] == [("gone", None, "open")]
    assert later == {"differences": []}


def test_a_terminal_sees_how_far_it_is_and_a_script_sees_nothing(past: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"}
    command = [sys.executable, "-m", "watcher", "replay", "--config", str(configure(past))]
    main, terminal = pty.openpty()
    with subprocess.Popen(command, cwd=past, env=environ, stdout=subprocess.PIPE, stderr=terminal) as process:
        os.close(terminal)
        shown = "".join(_lines_of(main))
        said = process.stdout.read().decode() if process.stdout else ""
    script = subprocess.run(command, cwd=past, env=environ, capture_output=True, check=True)

    assert "gadget 2026-06-01" in shown, "the day in the past"
    assert "sources done: 1 of 1" in shown
    assert said.strip() == script.stdout.decode().strip() == "nothing would be told otherwise"
    assert script.stderr == b""


def _lines_of(main: int) -> Iterator[str]:
    """What a terminal shows, until whoever writes to it is gone."""
    try:
        while part := os.read(main, 4096):
            yield part.decode("utf-8", "replace")
    except OSError:  # how Linux tells that nobody writes any more
        pass
    finally:
        os.close(main)


def test_of_a_long_past_no_more_is_in_memory_than_what_claims_something(past: Path) -> None:
    [signal] = load(past / "signals.toml", {}).signals
    most = 0

    def long_past() -> Iterator[Observation]:
        nonlocal most
        for number in range(2_000):
            text = OPEN if number == 700 else f"The weather of day {number}"
            at = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=number)
            yield Observation("feed", Entry(f"k{number}", text, "", "", at), at, "", "lab.example", Tier.OFFICIAL)
            if number % 500 == 499:
                most = max(most, sum(isinstance(one, Observation) for one in gc.get_objects()))

    seen = list(read_again(signal, long_past()))

    assert [one.key for one in seen] == ["k700"]
    assert [claim.status for claim in seen[0].claims] == ["open"]
    assert most < 50, "the others are gone when they have been read"


def test_a_past_elsewhere_may_be_named(past: Path) -> None:
    (past / "data" / "watch.db").rename(past / "moved.db")
    other_rules(past, "never said")

    said = watcher("replay", "--config", "other.toml", "--database", "sqlite:///moved.db", "--signal", "gadget")

    assert "1 difference" in said.out


def test_without_a_past_it_says_so(home: Path) -> None:
    assert is_missing_database(watcher("replay"), home)


LABELLED = [
    {"id": "1", "title": OPEN, "tier": "official", "status": "open"},
    {"id": "2", "title": SOON, "tier": "official", "status": "none"},
    {"id": "3", "title": "The Gadget is there for all", "tier": "official", "status": "open"},
]


def label(folder: Path, rows: list[dict[str, str]] = LABELLED) -> None:
    (folder / "labels.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")


def test_rules_are_scored_by_label_and_each_error_shown_with_its_text(home: Path) -> None:
    label(home)

    said = watcher("backtest", "--labelled", "labels.jsonl")
    told = watcher("backtest", "--labelled", "labels.jsonl", "--json").json()

    assert said.out.startswith("2 of 3 right")
    assert "precision 1.000  recall 0.500  2 texts" in said.out
    assert "3: is open, said none" in said.out
    assert "The Gadget is there for all" in said.out
    assert (told["rows"], told["right"]) == (3, 2)
    assert {one["label"]: (one["precision"], one["recall"]) for one in told["labels"]} == {"open": (1, 0.5), "none": (0.5, 1)}
    assert [(one["id"], one["label"], one["said"]) for one in told["errors"]] == [("3", "open", "none")]


def test_labels_may_have_another_key_and_other_words(home: Path) -> None:
    label(home, [{"id": "1", "title": OPEN, "tier": "official", "truth": "launched"}])

    said = watcher("backtest", "--labelled", "labels.jsonl", "--label", "truth", "--as", "launched=open")

    assert said.out.startswith("1 of 1 right")


MISTAKES = [
    (("replay", "--signal", "nope"), 2, "'nope' is no signal"),
    (("replay", "--from", "then"), 2, "2026-06-09"),
    (("replay", "--config", "none.toml"), 2, "watcher init"),
    (("replay", "--database", "mysql://x/y"), 3, "expected sqlite"),
    (("backtest", "--labelled", "none.jsonl"), 1, "cannot be read"),
    (("backtest", "--labelled", "labels.jsonl", "--signal", "nope"), 2, "--signal, one of gadget"),
    (("backtest", "--labelled", "labels.jsonl", "--as", "launched"), 2, "WORD=STATUS"),
    (("backtest", "--labelled", "odd.jsonl"), 2, "odd.jsonl"),
]


@pytest.mark.parametrize(("words", "code", "told"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_answered_with_what_was_expected(home: Path, words: tuple[str, ...], code: int, told: str) -> None:
    label(home)
    (home / "odd.jsonl").write_text('{"id": "1", "title": "x", "status": "sideways"}', "utf-8")

    said = watcher(*words)

    assert said.code == code
    assert told in said.all
