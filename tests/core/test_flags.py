"""Flags that come, stay, run out and go, and what is told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.builders import ACCESS, day, said, signal_of
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide
from watcher.core.decision.scheduled_notes import undelivered
from watcher.core.model import Claim, Flag, Ladder, Rule, Verdict

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


def test_a_flag_that_words_without_a_day_have_raised_says_that_it_was_seen_then() -> None:
    dated = replace(RENAMED, quote=replace(RENAMED.quote, published=day("06-09"), seen_at=day("06-10")))
    undated = replace(RENAMED, quote=replace(RENAMED.quote, published=None, seen_at=RENAMED.effective_at))
    by_row = replace(undated, effective_at=day("06-07"))  # "Retired June 7, 2026"
    told_by = [verdict(claim).tracks[0].flags[0].how_long for claim in (dated, undated, by_row)]
    assert told_by == ["since", "seen", "since"]


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


def test_a_flag_is_history_when_nothing_has_raised_it_for_its_time_and_each_new_word_gives_it_the_time_anew() -> None:
    ladder = replace(ACCESS, flags=(Flag("renamed", "Renamed", ""),))
    again = said("official:lab", flag="renamed", at="07-20", words="The lab has another name, it says once more")
    late = said("official:lab", flag="renamed", at="11-01", words="The lab has changed its name a second time")
    signal = signal_of(ladder)

    def up(at: str, *claims: Claim) -> list[datetime]:
        return [flag.since for flag in decide(signal, list(claims), [], day(at)).tracks[0].flags]

    assert up("08-07", RENAMED) == [day("06-09")]
    assert up("08-09", RENAMED) == []
    assert up("09-17", RENAMED, again) == [day("06-09")], "raised again in time"
    assert up("09-19", RENAMED, again) == []
    assert up("11-02", RENAMED, again, late) == [day("11-01")], "it had been down"


def test_press_raises_a_flag_again_that_was_history() -> None:
    ladder = replace(ACCESS, flags=(Flag("halted", "Halted", "", report=2),))
    june = [said(f"press:{who}.example", flag="halted", at="06-01") for who in "ab"]
    fall = [said(f"press:{who}.example", flag="halted", at="11-01") for who in "cd"]

    def up(at: str, *claims: Claim) -> list[datetime]:
        return [flag.since for flag in decide(signal_of(ladder), list(claims), [], day(at)).tracks[0].flags]

    assert up("06-20", *june) == [day("06-01")]
    assert up("10-20", *june) == []
    assert up("11-20", *june, *fall) == [day("11-01")]


def test_a_flag_that_takes_the_place_of_another_is_told_alone() -> None:
    follows = Rule("gone", flag="renamed", clears=("halted",))
    ladder = replace(ACCESS, rules=(*ACCESS.rules, follows))
    renamed = said("official:lab", flag="renamed", at="06-15", rule="gone")
    was, now = (decide(signal_of(ladder), list(claims), [], THEN) for claims in ([HALTED], [HALTED, renamed]))
    assert [flag.id for flag in now.tracks[0].flags] == ["renamed"]
    assert [(line.before, line.after) for line in compare(signal_of(ladder), was, now)] == [("", "renamed")]


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
