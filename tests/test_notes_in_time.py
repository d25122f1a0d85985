from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.builders import ACCESS, day, said, signal_of
from watcher.core.decision.decide import decide
from watcher.core.decision.scheduled_notes import renewed
from watcher.core.model import Change, Date, Digest, Signal, Standing, Transition
from watcher.pipeline.announce import Route, send_reminders
from watcher.store.records import MetaKey, Outgoing, State
from watcher.store.store import Store

BEGUN = day("06-01 12:00")
"""A Monday."""
SIGNAL = replace(signal_of(ACCESS), dates=(Date("end", "The end", day("07-01"), (timedelta(days=7), timedelta(days=1))),))
ALL = {"sig": SIGNAL}


def reader(name: str = "me", *, signals: tuple[str, ...] = (), weekly: bool = True, operator: bool = False) -> Route:
    return Route(
        name, "maildir", name, frozenset(signals), operator=operator, allowed_at=lambda at, _urgent: at, weekly_note=weekly
    )


@pytest.fixture
def store(store: Store) -> Store:
    with store.writing() as tx:
        tx.verdicts.put(decide(SIGNAL, [], [], BEGUN))
        tx.verdicts.mark_baseline("sig", BEGUN)
    return store


def at(store: Store, moment: str, *readers: Route, signals: dict[str, Signal] = ALL) -> list[str]:
    return [note.id for note in send_reminders(store, readers or (reader(),), signals, now=day(moment), zone=UTC)]


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


def given_up(store: Store, digest: str, *recipients: str) -> None:
    """Messages that were refused for good."""
    with store.writing() as tx:
        tx.digests.put(Digest(digest, BEGUN, "news", (), ()), [Outgoing(name, "smtp", "", BEGUN) for name in recipients])
        for one in tx.deliveries.claim(BEGUN, timedelta(minutes=1)):
            tx.deliveries.book_failed(one.id, "550 no such user", None)


def test_the_operator_is_told_once_of_each_message_that_was_given_up(store: Store) -> None:
    people = (reader("me", operator=True), reader("other"))
    assert at(store, "06-01 12:00", *people) == []
    given_up(store, "first", "other", "subscriber-7f3a")
    [note] = at(store, "06-01 12:01", *people)
    with store.reading() as tx:
        told = tx.digests.get(note)
    assert told is not None
    assert told.notes == (
        "2 messages could not be delivered",
        "to a subscriber by smtp: 550 no such user",
        "to other by smtp: 550 no such user",
    )
    assert recipients(store, note) == {"me"}
    assert at(store, "06-01 12:02", *people) == []
    given_up(store, "second", "other")
    assert [name.partition("-")[0] for name in at(store, "06-01 12:03", *people)] == ["undelivered"]


def test_a_note_that_cannot_be_delivered_makes_no_other(store: Store) -> None:
    me = reader("me", operator=True)
    given_up(store, "first", "other")
    [note] = at(store, "06-01 12:01", me)
    with store.writing() as tx:
        [mine] = tx.deliveries.claim(day("06-01 12:01"), timedelta(minutes=1))
        tx.deliveries.book_failed(mine.id, "no mail server", None)
        assert {one.digest for one in tx.deliveries.of(State.DEAD)} == {"first", note}
    assert at(store, "06-01 12:02", me) == []


def test_what_the_days_of_a_window_brought_is_told_from_the_store_by_the_way_there(tmp_path: Path) -> None:
    signal = signal_of(ACCESS, opened=day("05-14"), window=timedelta(days=60))
    verdict = decide(
        signal, [said("official:lab", "gated", "05-20"), said("official:lab", "available", "06-01")], [], day("06-12")
    )
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        with store.writing() as tx:
            tx.verdicts.put(verdict)
            tx.meta.put(MetaKey.REMINDERS_LAST_RUN, day("06-12").isoformat())
        (note,) = send_reminders(store, [reader()], {signal.id: signal}, now=day("06-13 12:00"), zone=UTC)
    assert note.lines == (("sig", "so far they brought: It: By invitation (20 May 2026), Open to all (1 June 2026)."),)


OPEN = {"sig": replace(signal_of(ACCESS), opened=day("06-01"), window=timedelta(days=56))}
"""Its window is over on a Monday, and so is half of it."""


def test_a_week_that_ends_with_a_window_is_told_with_it_in_one_message(store: Store) -> None:
    everybody = (reader("both"), reader("no-week", weekly=False), reader("other", signals=("other",)))
    assert at(store, "06-28 12:00", *everybody, signals=OPEN) == ["weekly-2026-W26"]
    assert at(store, "06-29 08:00", *everybody, signals=OPEN) == [], "the week waits until the window is told of"
    assert at(store, "06-29 12:00", *everybody, signals=OPEN) == ["window-20260727-half+weekly-2026-W27", "window-20260727-half"]
    assert recipients(store, "window-20260727-half+weekly-2026-W27") == {"both"}
    assert recipients(store, "window-20260727-half") == {"no-week"}
    assert at(store, "06-29 12:30", *everybody, signals=OPEN) == [], "neither comes a second time"
    assert at(store, "07-06 08:00", *everybody, signals=OPEN) == ["weekly-2026-W28"]
    assert at(store, "07-27 12:00", signals=OPEN) == ["window-20260727-close+weekly-2026-W31"]


def test_the_note_of_a_window_and_a_week_says_both_and_how_things_stand_when_it_has_waited(store: Store) -> None:
    moved = Transition(
        "sig", OPEN["sig"].tracks[0].id, Change.DETAIL, "", "", day("06-25"), Standing.CONFIRMED, "", "", mail=False
    )
    with store.writing() as tx:
        tx.transitions.add([moved])
    at(store, "06-28 12:00", signals=OPEN)
    with store.writing() as tx:
        tx.transitions.add([replace(moved, at=day("06-29 09:00"))])
    now = day("06-29 12:00")
    [note] = send_reminders(store, (reader(),), OPEN, now=now, zone=UTC)
    assert note.kind == "reminder"
    assert note.notes == ("half of the 56 days from 1 June 2026 is over; 28 days are left",)
    assert note.lines == (("sig", "so far they brought: nothing that moved the answer."),)
    assert [change.at for change in note.transitions] == [day("06-29 09:00")]
    with store.reading() as tx:
        assert [change.at for change in tx.transitions.told_by(note.id)] == [day("06-29 09:00")]
    week = replace(note, lines=(*note.lines, ("sig", "a line of the week")))
    later = decide(OPEN["sig"], [said("official:lab", "open", "06-29")], [], now + timedelta(hours=9))
    again = renewed(week, OPEN.values(), {"sig": later}, now=now + timedelta(hours=9), then=lambda _signal, _moment: None)
    assert again.id == note.id
    assert again.at == now + timedelta(hours=9)
    assert again.lines[1:] == (("sig", "a line of the week"),)
    assert again.verdicts[0].headline == later.headline
    assert renewed(week, (), {}, now=now, then=lambda _signal, _moment: None) == week
