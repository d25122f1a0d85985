from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import day, said
from watcher.core.decision.repeats import drop_repeats
from watcher.core.model import Claim


def at(words: str, seen: str, **changes: object) -> Claim:
    claim = said("official:lab", "suspended", "06-12", words=words, **{"copy": 7, **changes})
    return Claim(
        **{
            **{name: getattr(claim, name) for name in claim.__slots__},
            "quote": said("official:lab", "suspended", "06-12", words=words, seen=seen).quote,
            "effective_at": said("official:lab", "x", seen).effective_at,
        }
    )


FIRST = "We have suspended access to both models."


def test_a_sentence_that_stays_keeps_its_date() -> None:
    claims = [at(FIRST, "06-20"), at(FIRST, "06-12"), at(FIRST + " Updated.", "06-30")]

    assert [claim.quote.text for claim in drop_repeats(claims)] == [FIRST]
    assert drop_repeats(claims)[0].effective_at.day == 12


def test_what_an_edit_adds_is_new() -> None:
    assert len(drop_repeats([at(FIRST, "06-12"), at("Access to the third model ends today as well.", "06-20")])) == 2


def test_another_rule_or_event_says_it_for_itself() -> None:
    assert len(drop_repeats([at(FIRST, "06-12"), at(FIRST, "06-13", rule="other")])) == 2
    assert len(drop_repeats([at(FIRST, "06-12", event="a"), at(FIRST, "06-13", event="b")])) == 2


def test_two_rows_of_a_record_that_read_alike_are_two() -> None:
    assert len(drop_repeats([at(FIRST, "06-12", copy=0), at(FIRST, "06-20", copy=0)])) == 2


def elsewhere(words: str, told: str, **changes: object) -> Claim:
    claim = at(words, told, **{"copy": 0xFFFF_0000, **changes})
    return replace(claim, quote=replace(claim.quote, url="https://lab.example/moved", source="other", published=day(told)))


@pytest.mark.parametrize(
    ("words", "day_of_it"),
    [
        ("We have suspended access to both models, version 5.", 12),
        ("We have today suspended access to both models, version 5.", 12),
        ("We have suspended access to both models, version 5.2.", 9),
        ("Nobody can use both models since we have suspended access to them, and we work on it, version 5.", 9),
    ],
    ids=["the same", "a small change", "another version", "another sentence"],
)
def test_what_another_place_repeats_belongs_to_the_first_time(words: str, day_of_it: int) -> None:
    first, again = drop_repeats([elsewhere(words, "09-09"), at("We have suspended access to both models, version 5.", "06-12")])

    assert (first.effective_at.day, again.effective_at.day) == (12, day_of_it)
    assert (again.since == first.effective_at) is (day_of_it == 12)


def test_the_same_text_under_another_sentence_is_the_same_text() -> None:
    told = drop_repeats([at(FIRST, "06-12", copy=0xFF00), elsewhere("It ends now.", "09-09", copy=0xFF01)])
    assert {claim.effective_at.month for claim in told} == {6}


def test_a_part_of_declared_history_is_enough() -> None:
    known = at("suspended access to both models today", "06-12", rule="known", copy=0)
    page = elsewhere("At noon the lab was told, and has suspended access to both models today for all of its customers.", "09-09")
    assert [claim.effective_at.month for claim in drop_repeats([page], [known])] == [6, 6]
    assert [claim.effective_at.month for claim in drop_repeats([page], [at("suspended both", "06-12", rule="known")])] == [6, 9]


def test_a_place_that_repeats_another_stands_once() -> None:
    told = [at(FIRST, "06-12"), elsewhere(FIRST, "09-09"), elsewhere(FIRST + " Updated.", "10-10")]
    assert len(drop_repeats(told)) == 2
