"""Flags that come, stay, run out and go, and what is told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.builders import ACCESS, day, said, signal_of
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide
from watcher.core.decision.scheduled_notes import undelivered
from watcher.core.model import Claim, Flag, Ladder, Verdict

THEN = day("06-20")
RENAMED = said("official:lab", flag="renamed", at="06-09")
HALTED = said("official:lab", flag="halted", at="06-12")


def verdict(*claims: Claim, ladder: Ladder = ACCESS) -> Verdict:
    return decide(signal_of(ladder), list(claims), [], THEN)


def told(was: Verdict, now: Verdict) -> list[tuple[str, str, str]]:
    return [(line.kind.value, line.before, line.after) for line in compare(signal_of(ACCESS), was, now)]


def test_only_the_flag_that_is_new_is_told() -> None:
    assert told(verdict(RENAMED), verdict(RENAMED, HALTED)) == [("flag", "", "halted")]


def test_only_the_flag_that_went_is_told() -> None:
    assert told(verdict(RENAMED, HALTED), verdict(RENAMED)) == [("flag", "halted", "")]


def test_a_flag_that_lasts_for_a_time_runs_out() -> None:
    for lasts, up in ((timedelta(days=30), ["renamed"]), (timedelta(days=3), [])):
        ladder = replace(ACCESS, flags=(Flag("renamed", "Renamed", "", lasts=lasts),))
        assert [flag.id for flag in verdict(RENAMED, ladder=ladder).tracks[0].flags] == up


def test_a_flag_whose_time_is_over_is_no_news_and_one_that_words_clear_is() -> None:
    ladder = replace(ACCESS, flags=(Flag("renamed", "Renamed", "", lasts=timedelta(days=30)), ACCESS.flags[2]))
    signal = signal_of(ladder)
    up = decide(signal, [RENAMED, HALTED], [], THEN)
    assert compare(signal, up, decide(signal, [RENAMED, HALTED], [], THEN + timedelta(days=60))) == ()
    assert [line.before for line in compare(signal, up, decide(signal, [HALTED], [], THEN))] == ["renamed"], (
        "it was cleared in time"
    )


def test_a_second_wave_of_reports_renews_nothing() -> None:
    first = [said("press:a.example", "rumoured", "05-01"), said("press:b.example", "rumoured", "05-02")]
    second = [said("press:c.example", "rumoured", "06-01"), said("press:d.example", "rumoured", "06-02")]
    once, twice = verdict(*first), verdict(*first, *second)
    assert (
        (once.tracks[0].status, once.tracks[0].since)
        == (twice.tracks[0].status, twice.tracks[0].since)
        == ("rumoured", day("05-02"))
    )


def test_messages_that_could_not_be_delivered_are_counted_in_words() -> None:
    one, two = (undelivered(letters, {}, number=7, now=THEN).notes for letters in (("To a: why",), ("To a: why", "To b: why")))
    assert one[0] == "1 message could not be delivered"
    assert two == ("2 messages could not be delivered", "To a: why", "To b: why")
