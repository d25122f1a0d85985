"""Rows of the table `meta` that somebody has changed by hand: said with their key and what to do, and nothing is guessed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Site, watcher
from tests.store.things import T0
from watcher.pipeline import announce, cycle, ownership, record
from watcher.store.errors import StoreError
from watcher.store.records import MetaKey, Policy
from watcher.store.store import Store
from watcher.web.console import Sessions
from watcher.web.subscriptions import SubscriptionLimits

SPOILT = ('{"no', "[1, [2]]", '{"a": 1}', '"x"', "2026-06-01", "a/b", "x")


def put(folder: Path, key: str, value: str) -> None:
    with sqlite3.connect(folder / "data" / "watch.db") as database:
        assert database.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key)).rowcount == 1


def kept(folder: Path) -> dict[str, str]:
    with sqlite3.connect(folder / "data" / "watch.db") as database:
        return dict(database.execute("SELECT key, value FROM meta"))


def test_commands_name_the_row_or_go_on_without_it(lab: Site, home: Path) -> None:
    watcher("once")
    good, named = kept(home), set[str]()
    for key, before in good.items():
        for value in ('{"no', "2026-06-01"):
            put(home, key, value)
            for command in ("once", "status"):
                said = watcher(command)
                if said.code == 3:
                    assert f"table meta, under the key '{key}'" in said.all
                    assert "DELETE FROM meta" in said.all
                    named.add(key)
            with sqlite3.connect(home / "data" / "watch.db") as database:
                database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, before))
    assert "reminders looked at" in named


ACTS: dict[str, Callable[[Store], Any]] = {
    MetaKey.CONSOLE_SESSIONS: lambda store: Sessions(store, "t" * 32).find("c", T0),
    MetaKey.SUBSCRIPTIONS_ASKED: lambda store: SubscriptionLimits(store, b"k").admit("198.51.100.7", "a@example.org", T0),
    MetaKey.CONFIGURATIONS: lambda store: in_store(store, ownership.given),
    MetaKey.OWNERS: lambda store: in_store(store, lambda tx: ownership.owners(tx, T0)),
    MetaKey.DOCUMENTS_REFUSED: lambda store: in_store(store, lambda tx: record._rows(tx, T0)),
    MetaKey.REMINDERS_LAST_RUN: lambda store: announce.send_reminders(store, (), {}, now=T0, zone=T0.tzinfo),  # type: ignore[arg-type]
    MetaKey.RETENTION_LAST_RUN: lambda store: asyncio.run(cycle.run_retention(store, T0, Policy())),
    f"{MetaKey.MAILBOX_REFUSED}reader": lambda store: in_store(store, lambda tx: tx.mailboxes.refuse("reader")),
    f"{MetaKey.MAILBOX_STOPPED}reader": lambda store: in_store(store, lambda tx: tx.mailboxes.stopped()),
    MetaKey.DETAILS_TOLD: lambda store: in_store(store, lambda tx: tx.meta.read(MetaKey.DETAILS_TOLD, int) or 0),
}
FINE = {f"{MetaKey.MAILBOX_STOPPED}reader": {'{"no', '"x"', "2026-06-01", "a/b", "x"}, MetaKey.OWNERS: {'{"a": 1}'}}
"""Values that say nothing wrong: a fingerprint alone, a list that names nobody."""


def in_store(store: Store, act: Callable[[Any], Any]) -> Any:
    with store.writing() as tx:
        return act(tx)


@pytest.mark.parametrize("key", ACTS)
@pytest.mark.parametrize("value", SPOILT)
def test_what_reads_a_row_names_it(file_store: Store, key: str, value: str) -> None:
    store = file_store
    if value in FINE.get(key, ()):
        return
    with store.writing() as tx:
        tx.meta.put(key, value)
    with pytest.raises(StoreError, match="table meta, under the key") as told:
        ACTS[key](store)
    assert key in told.value.reason
    with store.writing() as tx:
        tx.meta.drop(key)
    ACTS[key](store)
