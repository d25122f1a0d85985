"""Backups: one whole file, made while the watch goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.things import T0, look, seen, source
from watcher.store import Store, StoreError


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
