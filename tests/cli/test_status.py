"""`watcher status`: now and then, for people and programs, and quickly."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import watcher
from tests.cli.story import OPEN, kept, past

__all__ = ["kept", "past"]
ROOT = Path(__file__).parents[2]


def test_it_says_where_everything_stands_with_the_words_that_prove_it(past: Path) -> None:
    said = watcher("status")

    assert said.code == 0
    assert "Gadget: Yes. Open" in said.out
    assert "it: open (provisional, since 2026-06-01)" in said.out
    assert f"“{OPEN}”" in said.out
    assert "https://lab.example/The-Gadget-is-open-to-everyone" in said.out
    assert "last verified: 2026-06-03 00:00 UTC" in said.out


def test_programs_get_the_same(past: Path) -> None:
    told = watcher("status", "--json").json()

    (signal,) = told["signals"]
    assert (signal["signal"], signal["headline"], signal["headline_label"]) == ("gadget", "open", "Open")
    assert (signal["word"], signal["sentence"]) == ("Yes", "Everybody can use the Gadget.")
    (track,) = signal["tracks"]
    assert (track["track"], track["status"], track["standing"], track["since"]) == (
        "it",
        "open",
        "provisional",
        "2026-06-01T12:00:00Z",
    )
    assert (track["evidence"][0]["quote"], len(track["evidence"][0]["document"])) == (OPEN, 64)
    assert set(told["deliveries"]) >= {"pending", "sent", "dead"}


def test_it_says_where_things_stood_then(past: Path) -> None:
    assert "it: closed" in watcher("status", "--as-of", "2026-06-01T06:00").out
    assert "it: open" in watcher("status", "--as-of", "2026-06-01T12:30:00+00:00").out
    assert "nothing was known on 2020-01-01" in watcher("status", "--as-of", "2020-01-01").out
    assert watcher("status", "--as-of", "2020-01-01", "--json").json()["signals"] == [{"signal": "gadget", "headline": None}]


def test_asking_makes_no_database(home: Path) -> None:
    said = watcher("status")

    assert (said.code, said.out.strip()) == (0, "Gadget: not decided yet; `watcher once` looks")
    assert not (home / "data").exists()


def test_a_damaged_database_is_exit_code_3_with_what_to_do(past: Path) -> None:
    (past / "data" / "watch.db").write_bytes(b"Dear diary, " * 1000)

    said = watcher("status")

    assert said.code == 3
    assert "watcher backup" in said.err


def test_a_file_that_cannot_be_read_is_exit_code_2_with_its_line(past: Path) -> None:
    (past / "signals.toml").write_text("[watch\n", "utf-8")

    said = watcher("status")

    assert said.code == 2
    assert said.err.startswith("signals.toml:1:")


def test_a_mistake_that_hides_nothing_of_it_does_not_stop_the_answer(past: Path) -> None:
    path = past / "signals.toml"
    path.write_text(path.read_text("utf-8").replace('tier = "official"', 'tier = "offical"'), "utf-8")

    assert watcher("check").code == 2
    assert "it: open" in watcher("status").out


def test_a_time_that_is_none_is_exit_code_2(past: Path) -> None:
    said = watcher("status", "--as-of", "yesterday")

    assert said.code == 2
    assert "2026-06-09" in said.all


def test_the_store_may_be_named_by_the_environment_or_a_file(past: Path, monkeypatch) -> None:  # noqa: ANN001 - pytest's own
    (past / "data" / "watch.db").rename(past / "moved.db")
    (past / "where").write_text("sqlite:///moved.db\n", "utf-8")
    monkeypatch.setenv("WATCHER_STORE_URL_FILE", "where")

    assert "it: open" in watcher("status").out


def test_a_watch_that_stands_still_is_overdue(past: Path) -> None:
    assert "overdue: not looked since 2026-06-03 00:00 UTC" in watcher("status").out
    assert watcher("status", "--json").json()["signals"][0]["overdue_since"] == "2026-06-03T00:00:00Z"
    assert "overdue" not in watcher("status", "--as-of", "2026-06-02").out
