"""The weekly note that the watch is alive, and reminders of the days that matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.builders import day
from tests.mail.stories import MYTHOS, PASSED, SENATE, VERDICTS
from watcher.core.decision.scheduled_notes import DAYS, brought_until, reminders, weekly
from watcher.core.model import Date, Figure, Health, Signal

KNOWN = {verdict.signal: verdict for verdict in VERDICTS}
ENDS = Date("ends", "the Congress ends", day("2027-01-03 17:00"), (timedelta(days=7), timedelta(days=1), timedelta()))
DATED: tuple[Signal, ...] = (replace(SENATE, dates=(ENDS, Date("quiet", "nothing is said of it", day("2027-01-03")))), MYTHOS)


def test_a_week_counts_the_declared_sources_of_each_signal_that_were_read() -> None:
    now = day("2026-11-20 08:00")
    fresh = now - timedelta(days=1)
    healths = [
        ("senate-vote", Health("a", "", "", last_good_at=fresh)),
        ("senate-vote", Health("b", "", "", last_good_at=now - timedelta(days=8))),
        ("senate-vote", Health("a/page", "", "", last_good_at=fresh, parent="a")),
        ("mythos-ga", Health("c", "", "")),
    ]
    told = weekly(KNOWN, healths, now=now, told=(PASSED,))
    assert told.readings == (("mythos-ga", 0, 1, 1), ("senate-vote", 1, 0, 2)), "the pages that a source leads to come and go"
    assert told.unread == (("mythos-ga", "c", False), ("senate-vote", "b", True))
    assert (told.id, told.kind, told.transitions, told.notes) == ("weekly-2026-W47", "weekly", (), ())
    assert [(change.id, len(change.evidence)) for change in told.told] == [(PASSED.id, 1)]
    assert [verdict.signal for verdict in told.verdicts] == sorted(KNOWN)


def test_a_week_notes_where_the_record_ends() -> None:
    told = weekly(KNOWN, [], now=day("2026-11-20 08:00"), record="transition 57 3fa1b2c3d4e5f607")
    assert told.notes == ()
    assert told.record.startswith(
        "Nothing to do: with this `watcher verify --noted` proves later that nothing before was changed."
    )
    assert told.record.endswith("The record ends at: transition 57 3fa1b2c3d4e5f607.")
    assert "`watcher verify --noted`" in told.record


def test_the_first_note_after_a_month_tells_what_was_counted_in_it() -> None:
    values = {"peak": 19.7, "peak_month": "2026-04", "latest": 8.6, "latest_month": "2026-05"}
    counted = Figure("bugs", "Bugs fixed", "times", "19.7x", values=values)
    known = {name: replace(each, figures=(counted,)) if name == MYTHOS.id else each for name, each in KNOWN.items()}
    line = (MYTHOS.id, "Bugs fixed, May 2026: 8.6 times; the peak was 19.7 times in April 2026.")
    assert weekly(known, [], now=day("2026-06-01 08:00")).lines == (line,)
    assert weekly(known, [], now=day("2026-06-08 08:00")).lines == (), "told once"
    assert weekly(known, [], now=day("2026-05-25 08:00")).lines == ()
    assert weekly(known, [], now=day("2026-07-06 08:00")).lines == (), "of June nothing was counted"
    best = {MYTHOS.id: replace(known[MYTHOS.id], figures=(replace(counted, values={**values, "peak_month": "2026-05"}),))}
    assert weekly(best, [], now=day("2026-06-01 08:00")).lines == ((MYTHOS.id, "Bugs fixed, May 2026: 8.6 times."),)
    cut = {MYTHOS.id: replace(known[MYTHOS.id], figures=(replace(counted, values={**values, "counted_to": "2026-05-19"}),))}
    [(_, words)] = weekly(cut, [], now=day("2026-06-01 08:00")).lines
    assert words.startswith("Bugs fixed, May 2026: 8.6 times; counted to 19 May 2026, nothing later was read; the peak was")


def test_one_week_has_one_note_and_the_turn_of_the_year_does_not_double_it() -> None:
    days = [day("2026-12-28"), day("2027-01-03"), day("2027-01-04")]
    assert [weekly({}, [], now=each).id for each in days] == ["weekly-2026-W53", "weekly-2026-W53", "weekly-2027-W01"]


@pytest.mark.parametrize(
    ("since", "now", "notes"),
    [
        ("2026-12-27 16:00", "2026-12-27 16:59", []),
        ("2026-12-27 16:00", "2026-12-27 17:00", ["in 7 days: the Congress ends (3 January 2027)"]),
        ("2026-12-27 17:00", "2026-12-27 18:00", []),
        ("2027-01-02 12:00", "2027-01-02 18:00", ["tomorrow: the Congress ends (3 January 2027)"]),
        # After a long sleep only what is fresh is told, and nothing of a day that is over.
        ("2026-12-01", "2027-01-02 18:00", ["tomorrow: the Congress ends (3 January 2027)"]),
        ("2026-12-01", "2027-01-03 18:00", []),
    ],
)
def test_a_reminder_is_given_once_and_in_time(since: str, now: str, notes: list[str]) -> None:
    told = reminders(DATED, KNOWN, since=day(since), now=day(now))
    assert [note for each in told for note in each.notes] == notes
    assert all(each.kind == "reminder" and [verdict.signal for verdict in each.verdicts] == ["senate-vote"] for each in told)


def test_on_the_day_itself_it_says_today() -> None:
    late = (replace(SENATE, dates=(replace(ENDS, remind=(timedelta(hours=6),)),)),)
    [told] = reminders(late, {}, since=day("2027-01-03 10:00"), now=day("2027-01-03 11:00"))
    assert told.notes == ("today: the Congress ends (3 January 2027)",)
    assert told.id == "reminder-senate-vote-ends-6h"


WINDOW: tuple[Signal, ...] = (replace(SENATE, opened=day("2026-05-14"), window=timedelta(days=60)),)


def test_a_window_is_half_over_and_over_on_days_that_every_readers_calendar_has_reached() -> None:
    assert not reminders(WINDOW, KNOWN, since=day("2026-06-13 00:00"), now=day("2026-06-13 11:59"))
    [half] = reminders(WINDOW, KNOWN, since=day("2026-06-13 11:59"), now=day("2026-06-13 12:00"))
    assert half.notes[0].endswith("is over; 30 days are left")
    assert f"{half.at.astimezone(ZoneInfo('America/Los_Angeles')):%d %B}" == "13 June"
    assert not reminders(WINDOW, KNOWN, since=day("2026-07-13 00:00"), now=day("2026-07-13 11:59"))
    [close] = reminders(WINDOW, KNOWN, since=day("2026-07-13 11:59"), now=day("2026-07-13 12:00"))
    assert close.notes[0].endswith("are over")


def test_a_window_says_what_the_days_beside_its_statuses_are_where_there_are_any() -> None:
    senate = KNOWN["senate-vote"]
    moved = replace(senate, tracks=(replace(senate.tracks[0], path=(("passed", day("2026-06-01")),)), *senate.tracks[1:]))
    notes = []
    for stood in (moved, replace(moved, tracks=tuple(replace(each, path=()) for each in moved.tracks))):
        [half] = reminders(WINDOW, {senate.signal: stood}, since=day("2026-06-13 11:59"), now=day("2026-06-13 12:00"))
        notes.append((half.lines, DAYS in half.notes))
    assert "Passed by the Senate (1 June 2026)" in notes[0][0][0][1]
    assert [said for _, said in notes] == [True, False]


def test_what_stood_at_the_close_of_a_window_is_told_though_the_note_comes_later() -> None:
    stood = replace(KNOWN["senate-vote"], headline_label="As it stood at midnight", word="No")
    now = day("2026-07-13 12:00")
    [close] = reminders(WINDOW, KNOWN, since=day("2026-07-13 11:00"), now=now, then=lambda _signal, _moment: stood)
    assert [words.partition("At their close: ")[2] for _, words in close.lines] == ["No. As it stood at midnight."]
    assert [verdict.headline_label for verdict in close.verdicts] == [KNOWN["senate-vote"].headline_label]


def test_what_days_have_brought_marks_what_only_the_press_reports() -> None:
    (named, *_), steps = KNOWN[MYTHOS.id].tracks, (("gated", day("05-20")), ("open", day("06-13")))
    stood = replace(KNOWN[MYTHOS.id], tracks=(replace(named, path=steps, reported=steps[1:]),))
    brought = brought_until(replace(MYTHOS, opened=day("05-14")), stood, day("07-13"))
    assert "(20 May 2026), " in brought
    assert brought.endswith(" (13 June 2026, reported)")


def test_a_week_notes_what_was_read_and_has_had_nothing_new_for_two_months() -> None:
    now = day("2026-11-02 12:00")
    read = Health("feed", "https://a.example/", "a.example", last_good_at=now - timedelta(hours=1))

    def still(**state: object) -> tuple[tuple[str, str, datetime], ...]:
        return weekly({}, [("senate-vote", replace(read, **state))], now=now).still  # type: ignore[arg-type]

    old = now - timedelta(days=61)
    assert still(newest_entry_at=old) == (("senate-vote", "feed", old),)
    assert still(newest_entry_at=now - timedelta(days=60)) == ()
    assert still(newest_entry_at=None) == (), "entries without a date tell nothing"
    plain = replace(read, source="page"), replace(read, source="lost", last_good_at=None), replace(read, parent="list")
    week = weekly({}, [("senate-vote", one) for one in (*plain, replace(read, newest_entry_at=old))], now=now)
    assert week.undated == (("senate-vote", 1),), "and are counted"
    assert still(newest_entry_at=old, last_good_at=now - timedelta(days=8)) == (), "it was not read"
    assert still(newest_entry_at=old, parent="list") == (), "followed pages come and go"
