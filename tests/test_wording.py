"""How a label stands inside a sentence: names keep their capital, other words lose it; and lengths of time in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import ACCESS, signal_of
from watcher.core.model import Detail, Headline, duration_text
from watcher.wording import detail, lowered

QUESTION = "Has the Parliament of Freedonia met, and did a quorum vote?"
LOWERED = [
    ("Quorum is there", "quorum is there", "the question writes it small"),
    ("Parliament has met", "Parliament has met", "the question writes it large within a sentence"),
    ("Freedonia votes", "Freedonia votes", "the same"),
    ("Dissolved by decree", "dissolved by decree", "a participle is no name"),
    ("Available to all", "available to all", "the general English of the watch"),
    ("Zubrowka votes", "Zubrowka votes", "nothing says that it is a word"),
    ("GPT is there", "GPT is there", "not written as a word"),
    ("O'Hara's rule", "O'Hara's rule", "the same"),
    ("R2 is out", "R2 is out", "the same"),
    ("Z.ai has answered", "Z.ai has answered", "the same"),
    ("already small", "already small", "nothing to lower"),
    ("", "", "the same"),
]


@pytest.mark.parametrize(("label", "inside", "why"), LOWERED, ids=[row[0] for row in LOWERED])
def test_a_label_loses_its_capital_where_it_is_no_name(label: str, inside: str, why: str) -> None:
    assert lowered(label, signal_of(ACCESS, question=QUESTION)) == inside, why


def test_an_answer_that_begins_with_a_name_teaches_nothing_about_it() -> None:
    """At the start of a sentence every word is large."""
    signal = signal_of(ACCESS, question="Did it vote?", headlines=(Headline("a", "Quorum. Quorum again: Quorum"),))
    assert lowered("Quorum is there", signal) == "Quorum is there"
    assert lowered("Vote is over", signal) == "vote is over"


def test_without_a_signal_only_english_is_known() -> None:
    assert (lowered("Not under that name", None), lowered("Quorum is there", None)) == ("not under that name", "Quorum is there")


@pytest.mark.parametrize(
    ("written", "told"),
    [("2026-01-12", "12 January 2026"), ("2026-01-30", "30 January 2026"), ("2026-02-30", "2026-02-30"), ("5.2", "5.2")],
)
def test_a_day_among_the_details_is_told_in_words(written: str, told: str) -> None:
    assert detail("house_passed", written) == ("House passed", told)


def test_a_detail_is_told_in_the_words_that_its_ladder_declares() -> None:
    spoken = replace(ACCESS, details=(Detail("way_in", "Access", {"invite_only": "by invitation"}),))
    assert detail("way_in", "invite_only", spoken) == ("Access", "by invitation")
    assert detail("way_in", ("invite_only", "by_post"), spoken) == ("Access", "by invitation, by post")
    assert detail("other_way", "invite_only", spoken) == ("Other way", "invite only"), "what nobody declares is told as it is"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "0 seconds"),
        (timedelta(seconds=-1), "1 second"),
        (timedelta(seconds=119), "1 minute"),
        (timedelta(hours=-3), "3 hours"),
        (timedelta(days=1), "24 hours"),
        (timedelta(days=60), "60 days"),
        (timedelta(days=100), "3 months"),
        (timedelta(days=750), "2 years"),
    ],
)
def test_a_length_of_time_is_said_in_one_unit(length: timedelta, words: str) -> None:
    assert duration_text(length) == words


def test_a_bound_in_days_stays_one() -> None:
    assert duration_text(timedelta(days=750), exact=True) == "750 days"
    assert duration_text(timedelta(hours=47), exact=True) == "47 hours"
