"""Backups: one whole file, made while the watch goes on."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.things import T0, look, seen, source
from watcher.store.backup import held, restore
from watcher.store.errors import StoreError
from watcher.store.store import Store


def test_a_backup_holds_everything_that_was_committed_and_is_one_file(file_store: Store, tmp_path: Path) -> None:
    with file_store.writing() as tx:
        tx.sources.sync([source()], T0)
    look(file_store, seen("one"))
    target = tmp_path / "deep" / "copy.db"
    with file_store.writing() as tx:
        tx.observations.add([seen("half", document="")])
        file_store.backup(target)
    assert [path.name for path in target.parent.iterdir()] == ["copy.db"]
    with Store.open(f"sqlite:///{target}") as copy:
        assert copy.verify().broken == ""
        with copy.reading() as tx:
            assert [one.entry.key for one in tx.observations.of("sig")] == ["one"]


def test_a_backup_replaces_an_older_one(file_store: Store, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    file_store.backup(target)
    look(file_store, seen())
    file_store.backup(target)
    with Store.open(f"sqlite:///{target}") as copy, copy.reading() as tx:
        assert tx.observations.count() == 1


def test_a_backup_that_cannot_be_written_says_why_and_leaves_nothing(file_store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"cannot be opened or created"):
        file_store.backup(tmp_path / "file" / "copy.db")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("copy")) == []


def test_a_shared_database_has_its_own_tools(shared_url: str, tmp_path: Path) -> None:
    with Store.open(shared_url) as store, pytest.raises(StoreError, match=r"pg_dump"):
        store.backup(tmp_path / "copy.db")


def keys(path: Path) -> list[str]:
    with Store.open(f"sqlite:///{path}") as store, store.reading() as tx:
        return [one.entry.key for one in tx.observations.of("sig")]


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The database of a watch that was killed after its backup, with its log beside it, and the backup."""
    live = tmp_path / "live.db"
    with Store.open(f"sqlite:///{live}") as store:
        with store.writing() as tx:
            tx.sources.sync([source()], T0)
        look(store, seen("one"))
        store.backup(tmp_path / "copy.db")
        look(store, seen("two"))
        for end in ("", "-wal"):
            shutil.copy(f"{live}{end}", f"{tmp_path}/killed.db{end}")
    return tmp_path / "killed.db"


def test_a_backup_put_back_is_what_it_was_and_the_old_state_is_kept(stopped: Path) -> None:
    aside = stopped.with_name("aside.db")
    restore(stopped.with_name("copy.db"), stopped, aside)
    assert keys(stopped) == ["one"]
    assert sorted(keys(aside)) == ["one", "two"]


def test_a_copy_beside_the_log_of_another_is_not_opened_and_can_be_mended(stopped: Path) -> None:
    shutil.copy(stopped.with_name("copy.db"), stopped)
    with pytest.raises(StoreError, match="the log of another database"):
        Store.open(f"sqlite:///{stopped}")
    restore(stopped.with_name("copy.db"), stopped, stopped.with_name("aside.db"))
    assert keys(stopped) == ["one"]


def test_a_database_in_use_is_not_replaced(file_store: Store, stopped: Path) -> None:
    look(file_store, seen("mine"))
    live = file_store.path
    assert live
    with pytest.raises(StoreError, match="is in use: stop the watch first"):
        restore(stopped.with_name("copy.db"), live, live.with_name("aside.db"))
    with file_store.reading() as tx:
        assert tx.observations.count() == 1


def test_what_is_no_backup_replaces_nothing(stopped: Path) -> None:
    for content in (b"no database", b""):
        wrong = stopped.with_name("wrong.db")
        wrong.write_bytes(content)
        with pytest.raises(StoreError):
            restore(wrong, stopped, stopped.with_name("aside.db"))
    assert sorted(keys(stopped)) == ["one", "two"]


def test_a_backup_of_a_newer_program_replaces_nothing(stopped: Path) -> None:
    newer = stopped.with_name("copy.db")
    with closing(sqlite3.connect(newer)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    with pytest.raises(StoreError, match="newer version of the watch: upgrade the program"):
        restore(newer, stopped, stopped.with_name("aside.db"))
    assert sorted(keys(stopped)) == ["one", "two"]


@pytest.mark.parametrize("statement", ["CREATE TABLE bookmark (url TEXT)", "CREATE TABLE alembic_version (version_num TEXT)", ""])
def test_the_database_of_another_program_is_called_so_and_replaces_nothing(stopped: Path, statement: str) -> None:
    other = stopped.with_name("places.sqlite")
    with closing(sqlite3.connect(other)) as raw:
        raw.execute(statement or "PRAGMA user_version")
    with pytest.raises(StoreError, match="no watch has written it"):
        restore(other, stopped, stopped.with_name("aside.db"))
    assert sorted(keys(stopped)) == ["one", "two"]


def test_a_backup_overwrites_nothing_that_is_no_database(file_store: Store, tmp_path: Path) -> None:
    letter = tmp_path / "signals.toml"
    letter.write_text("[watch]\n")
    with pytest.raises(StoreError, match="overwrites nothing else"):
        file_store.backup(letter)
    assert letter.read_text() == "[watch]\n"


def test_a_damaged_database_can_be_replaced(stopped: Path) -> None:
    stopped.write_bytes(b"damaged" * 1000)
    restore(stopped.with_name("copy.db"), stopped, stopped.with_name("aside.db"))
    assert keys(stopped) == ["one"]
    with closing(sqlite3.connect(stopped)) as there:
        assert there.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_of_two_that_write_one_backup_the_second_says_so_and_leaves_the_first_alone(file_store: Store, tmp_path: Path) -> None:
    with file_store.writing() as tx:
        tx.sources.sync([source()], T0)
    look(file_store, seen("one"))
    target, part = tmp_path / "copy.db", tmp_path / "copy.db.part"
    with held(part):
        part.write_bytes(b"half of the first")
        with pytest.raises(StoreError, match=r"another process is writing .*copy\.db\.part"):
            file_store.backup(target)
        assert part.read_bytes() == b"half of the first"
        assert not target.exists()
    part.write_bytes(b"of one that was killed" * 10_000)
    part.chmod(0o644)
    file_store.backup(target)
    assert keys(target) == ["one"]
    assert (target.stat().st_mode & 0o777, part.exists()) == (0o600, False)


def test_a_backup_is_written_through_no_link(file_store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("words")
    (tmp_path / "copy.db.part").symlink_to(tmp_path / "mine")
    with pytest.raises(StoreError, match="cannot be opened or created"):
        file_store.backup(tmp_path / "copy.db")
    assert (tmp_path / "mine").read_text() == "words"
