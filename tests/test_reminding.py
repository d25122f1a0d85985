from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.builders import ACCESS, day, signal_of
from watcher.announce import Reader
from watcher.core.decide import decide
from watcher.core.model import Date, Signal
from watcher.reminding import remind
from watcher.store import Store

BEGUN = day("06-01 12:00")
"""A Monday."""
SIGNAL = replace(signal_of(ACCESS), dates=(Date("end", "The end", day("07-01"), (timedelta(days=7), timedelta(days=1))),))
ALL = {"sig": SIGNAL}


def reader(name: str = "me", *, signals: tuple[str, ...] = (), weekly: bool = True) -> Reader:
    return Reader(
        name, "maildir", name, frozenset(signals), operator=False, allowed_at=lambda at, _urgent: at, weekly_note=weekly
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/watch.db") as opened:
        with opened.writing() as tx:
            tx.verdicts.put(decide(SIGNAL, [], [], BEGUN))
            tx.verdicts.mark_baseline("sig", BEGUN)
        yield opened


def at(store: Store, moment: str, *readers: Reader, signals: dict[str, Signal] = ALL) -> list[str]:
    return [note.id for note in remind(store, readers or (reader(),), signals, now=day(moment), zone=UTC)]


def recipients(store: Store, digest: str) -> set[str]:
    with store.reading() as tx:
        return {delivery.recipient for delivery in tx.deliveries.of(digest=digest)}


def test_the_weekly_note_goes_out_once_on_monday_morning(store: Store) -> None:
    assert at(store, "06-05 12:00") == [], "a young watch has no week to tell of"
    assert at(store, "06-08 07:00") == []
    assert at(store, "06-08 08:00") == ["weekly-2026-W24"]
    assert at(store, "06-08 08:01") == []
    assert at(store, "06-17 12:00") == ["weekly-2026-W25"], "a machine that slept on Monday says it later"


def test_the_weekly_note_is_for_those_who_want_it(store: Store) -> None:
    at(
        store,
        "06-08 08:00",
        reader("a"),
        reader("b", weekly=False),
        reader("c", signals=("other",)),
        reader("d", signals=("sig",)),
    )

    assert recipients(store, "weekly-2026-W24") == {"a", "d"}


def test_a_reminder_is_given_once_before_its_day(store: Store) -> None:
    quiet = reader(weekly=False)
    at(store, "06-23 23:00", quiet)

    assert [note for note in at(store, "06-24 00:00", quiet) if note.startswith("reminder")] == ["reminder-sig-end-168h"]
    assert at(store, "06-24 00:05", quiet) == []
    assert [note for note in at(store, "06-30 06:00", quiet) if note.startswith("reminder")] == ["reminder-sig-end-24h"]
    assert at(store, "07-02", quiet) == []


def test_a_watch_that_starts_after_a_reminder_does_not_give_it(store: Store) -> None:
    assert [note for note in at(store, "06-26") if note.startswith("reminder")] == []


def test_a_watch_without_a_verdict_says_nothing(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/empty.db") as empty:
        assert at(empty, "06-08 08:00") == []
