"""`watcher backup`, `verify` and `export`: whole copies, proof, and the page as files."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import watcher
from tests.cli.story import is_missing_database, kept, past
from watcher.store.chain import ends
from watcher.store.store import Store

__all__ = ["kept", "past"]


def spoil(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def test_a_backup_is_one_whole_file_that_can_take_the_place_of_the_database(past: Path) -> None:
    said = watcher("backup", "copies/today.db")

    assert said.code == 0
    assert "wrote copies/today.db" in said.out
    assert [path.name for path in (past / "copies").iterdir()] == ["today.db"]
    (past / "copies" / "today.db").replace(past / "data" / "watch.db")
    assert "it: open" in watcher("status").out


def test_a_backup_into_a_folder_gets_a_dated_name_and_an_old_one_is_replaced(past: Path) -> None:
    (past / "copies").mkdir()

    told = watcher("backup", "copies", "--json").json()

    assert Path(told["file"]).match("copies/watch-*Z.db")
    assert told["bytes"] == Path(told["file"]).stat().st_size
    new = watcher("backup", "new/", "--json").json()
    assert Path(new["file"]).match("new/watch-*Z.db"), "a slash says that a folder is meant"
    assert watcher("backup", "old.db").code == 0
    assert watcher("backup", "old.db").code == 0
    assert watcher("verify", "old.db").code == 0
    (past / "letter").write_text("old", "utf-8")
    refused = watcher("backup", "letter")
    assert (refused.code, (past / "letter").read_text("utf-8")) == (3, "old")
    assert "is no database" in refused.err


def test_a_watch_goes_back_to_a_backup_and_says_where_the_old_state_is(past: Path) -> None:
    assert watcher("backup", "copy.db").code == 0
    live = past / "data" / "watch.db"

    told = watcher("restore", "copy.db", "--json").json()

    assert Path(told["kept"]).exists()
    assert watcher("verify").code == 0
    missing = watcher("restore", "nowhere.db")
    assert (missing.code, missing.err.strip()) == (2, "there is no nowhere.db; expected a file that `watcher backup` wrote")
    other = watcher("restore", "signals.toml")
    assert (other.code, other.err.strip()) == (2, "signals.toml is no backup; expected a file that `watcher backup` wrote")
    assert watcher("restore", str(live)).code == 2
    (past / "data" / "watch.db-wal").write_bytes(b"of another database")
    (past / "copy.db").replace(live)
    for command in ("verify", "doctor"):
        said = watcher(command)
        assert said.code != 0
        assert "the log of another database" in said.out + said.err


def test_the_database_is_never_replaced_by_its_own_copy(past: Path) -> None:
    said = watcher("backup", "./data/../data/watch.db")

    assert said.code == 2
    assert "is the database itself" in said.err


def test_what_is_as_it_was_written_is_said_to_be(past: Path) -> None:
    said, told = watcher("verify"), watcher("verify", "--json").json()

    assert said.code == 0
    assert "is intact" in said.out
    assert (told["intact"], told["broken"]) == (True, None)
    assert told["rows"]["observation"] >= 3


def test_what_was_noted_is_compared(past: Path) -> None:
    with Store.open(f"sqlite:///{past}/data/watch.db") as store, store.reading() as tx:
        noted = ", ".join(end.words for end in ends(tx.session))

    assert "is intact, and holds what was noted" in watcher("verify", "--noted", f"The record ends at: {noted}.").out
    other = watcher("verify", "--noted", "observation 1 0000000000000000")
    assert (other.code, "observation 1 is not what was noted" in other.err) == (1, True)
    assert watcher("verify", "--noted", "nothing").code == 2


SPOILT = [
    ("UPDATE observation SET entry = replace(entry, 'open', 'shut') WHERE id = 2", "observation 2 was changed"),
    ("DELETE FROM verdict WHERE id = 1", "verdict"),
    ("UPDATE document SET body = x'00' WHERE id = 1", "document 1"),
]


@pytest.mark.parametrize(("statement", "told"), SPOILT, ids=[row[1] for row in SPOILT])
def test_the_first_broken_link_is_named(past: Path, statement: str, told: str) -> None:
    spoil(past / "data" / "watch.db", statement)

    said = watcher("verify")

    assert said.code == 1
    assert told in said.err
    assert watcher("verify", "--json").json()["intact"] is False


OLD = Path(__file__).parents[1] / "fixtures" / "store" / "0003.db.gz"


def test_a_backup_that_is_verified_stays_as_it_is_whatever_program_made_it(past: Path) -> None:
    earlier, own = past / "earlier.db", past / "own?.db"
    earlier.write_bytes(gzip.decompress(OLD.read_bytes()))
    assert watcher("backup", str(own)).code == 0
    before = [file.read_bytes() for file in (earlier, own)]

    for file in (earlier, own):
        said = watcher("verify", str(file))
        assert (said.code, f"{file} is intact" in said.out) == (0, True), said.out

    assert [file.read_bytes() for file in (earlier, own)] == before
    assert sorted(file.name for file in past.glob("*.db*")) == ["earlier.db", "own?.db"], "nothing is left beside them"


def test_the_database_of_another_program_is_left_alone(past: Path) -> None:
    spoil(past / "places.sqlite", "CREATE TABLE bookmark (url TEXT)")
    before = (past / "places.sqlite").read_bytes()

    said = watcher("verify", "places.sqlite")

    assert (said.code, "no watch has written it" in said.err) == (3, True)
    assert (past / "places.sqlite").read_bytes() == before


def test_a_database_behind_a_link_is_put_back_where_the_link_leads(past: Path) -> None:
    assert watcher("backup", "copy.db").code == 0
    disk, live = past / "disk", past / "data" / "watch.db"
    disk.mkdir()
    live.replace(disk / "real.db")
    live.symlink_to(disk / "real.db")

    told = watcher("restore", "copy.db", "--json").json()

    assert live.is_symlink()
    assert Path(told["database"]) == disk / "real.db"
    assert Path(told["kept"]).parent == disk
    assert watcher("verify").code == 0


def test_a_file_that_is_no_database_is_exit_code_3(past: Path) -> None:
    (past / "diary.db").write_text("Dear diary, " * 1000, "utf-8")

    assert watcher("verify", "diary.db").code == 3


@pytest.mark.parametrize("words", [("verify",), ("backup", "x.db"), ("export", "site")], ids=str)
def test_without_a_database_there_is_nothing_to_keep(home: Path, words: tuple[str, ...]) -> None:
    assert is_missing_database(watcher(*words), home)
    assert {path.name for path in home.iterdir()} == {"signals.toml"}


def test_a_place_that_cannot_be_written_is_told(past: Path) -> None:
    (past / "file").write_text("in the way", "utf-8")

    assert watcher("backup", "file/x.db").code == 3
    exported = watcher("export", "file/site")
    assert exported.code == 1
    assert "cannot be written" in exported.err


def test_the_page_is_written_as_files_with_everything_it_links_to(past: Path) -> None:
    told = watcher("export", "site", "--json").json()

    assert {"index.html", "signals/gadget.html", "feeds/all.atom", "badges/gadget.svg", "api/v1/signals.json"} <= set(
        told["files"]
    )
    assert all((past / "site" / name).is_file() for name in told["files"])
    assert "Can everybody use the Gadget?" in (past / "site" / "index.html").read_text("utf-8")


def test_the_page_of_a_past_day_and_the_hint_on_the_address(past: Path) -> None:
    said = watcher("export", "site", "--as-of", "2026-06-01T06:00")

    assert said.code == 0
    assert "index.html" in said.out
    assert "base_url" in said.err
    assert "Open to everyone" not in (past / "site" / "signals" / "gadget.html").read_text("utf-8")
    assert watcher("export", "site", "--as-of", "then").code == 2
