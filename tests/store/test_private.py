"""What is kept is readable by its owner alone, whatever the process' mask says."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

import notifiers
from tests.notifiers.stages import message
from tests.store.things import T0
from watcher.store.backup import restore
from watcher.store.engine import keep_private
from watcher.store.records import AuditEntry
from watcher.store.store import Store


@pytest.fixture(autouse=True)
def _open_mask() -> Iterator[None]:
    """Whoever starts it lets everybody read what it makes."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What others may read, write or enter below a folder."""
    found = (each for each in folder.rglob("*") if stat.S_IMODE(each.stat().st_mode) & 0o077)
    return sorted(str(each.relative_to(folder)) for each in found)


def fill(store: Store) -> None:
    with store.writing() as tx:
        tx.audit.add(AuditEntry(T0, "watch", "something", ""))
    with store.reading() as tx:
        assert tx.audit.of(9)


def test_a_database_its_log_and_its_backups_are_their_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "watch.db"
    with Store.open(f"sqlite:///{file}") as store:
        fill(store)
        assert {each.name for each in file.parent.iterdir()} == {"watch.db", "watch.db-wal", "watch.db-shm"}
        store.backup(file.with_name("copy.db"))
        assert open_to_others(tmp_path) == []
    restore(file.with_name("copy.db"), file, file.with_name("aside.db"))
    assert open_to_others(tmp_path) == []


def test_one_that_an_earlier_version_left_open_is_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "watch.db"
    with Store.open(f"sqlite:///{file}") as first:
        fill(first)
        for each in tmp_path.iterdir():
            each.chmod(0o644)
        with Store.open(f"sqlite:///{file}") as store:
            fill(store)
            assert open_to_others(tmp_path) == []


def test_what_is_no_file_keeps_its_rights(tmp_path: Path) -> None:
    """`sqlite:////dev/null` must take nothing from all other programs of the machine."""
    device = tmp_path / "null"
    os.mkfifo(device, 0o666)
    keep_private(device)
    assert open_to_others(tmp_path) == ["null"]


def test_a_restore_closes_what_it_puts_aside(tmp_path: Path) -> None:
    file, copy = tmp_path / "watch.db", tmp_path / "copy.db"
    with Store.open(f"sqlite:///{file}") as store:
        fill(store)
        store.backup(copy)
    file.chmod(0o644)
    copy.chmod(0o644)
    restore(copy, file, tmp_path / "aside.db")
    assert open_to_others(tmp_path) == ["copy.db"], "which is the operator's own"


def test_a_mailbox_is_its_owners_alone(tmp_path: Path) -> None:
    box = tmp_path / "mailbox"
    to = notifiers.Recipient("me", str(box))
    asyncio.run(notifiers.load("maildir").send(message(), to, notifiers.settings("maildir", {})))
    assert len(list((box / "new").iterdir())) == 1
    assert open_to_others(tmp_path) == []
