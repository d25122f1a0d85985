from __future__ import annotations

from tests.builders import said
from watcher.core.model import Claim
from watcher.core.repeats import first_said


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

    assert [claim.quote.text for claim in first_said(claims)] == [FIRST]
    assert first_said(claims)[0].effective_at.day == 12


def test_what_an_edit_adds_is_new() -> None:
    assert len(first_said([at(FIRST, "06-12"), at("Access to the third model ends today as well.", "06-20")])) == 2


def test_another_place_or_rule_or_event_says_it_for_itself() -> None:
    assert len(first_said([at(FIRST, "06-12"), at(FIRST, "06-13", rule="other")])) == 2
    assert len(first_said([at(FIRST, "06-12", event="a"), at(FIRST, "06-13", event="b")])) == 2


def test_two_rows_of_a_record_that_read_alike_are_two() -> None:
    assert len(first_said([at(FIRST, "06-12", copy=0), at(FIRST, "06-20", copy=0)])) == 2
