"""Whatever a text holds, reading it costs no more than its length: counted in calls, never in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluations import LADDER, SIDES
from tests.spoken import said, shipped
from watcher.core.decision.claims import claims_of
from watcher.core.evaluations import compliance_pair
from watcher.core.evaluations.outcome import outcome_of
from watcher.core.language.parse import MAX_PHRASES, read
from watcher.core.language.text import MAX_SENTENCE, MAX_SENTENCES, MAX_TEXT, split
from watcher.core.language.works import subject_key

SIGNALS = ("mythos-ga", "caisi-evaluation")
HOSTILE = (
    "that ",
    "and ",
    "not ",
    "can't ",
    '" ',
    "(",
    "((X) ",
    "| ",
    "|x",
    "- x - ",
    ", unlike X, ",
    "<p ",
    "<b><i>",
    "&amp;lt;",
    "**_`",
    "A",
    "A1 ",
    "94% ",
    "U.S. models 8% ",
    "$8 / $40 ",
    "in June ",
    "June 12 ",
    "delayed the ",
    "the order that suspended ",
    "suspended access to ",
    "open to all customers, ",
    "[everyone] can now use ",
    "bring it to all customers ",
    "Claude Mythos 6 ",
    "Claude Mythos 6, ",
    "Claude Mythos 6 and ",
    "Evaluation of ",
    "CAISI's Evaluation of GLM-6 ",
    "x" * 40 + ". ",
    "Is it? ",
    "e.g. ",
    "a\u200b",
    "\ufb03",
    "\u2014 ",
    "…",
)
"""Pieces of which sentences are repeated until they are long."""


def calls(work: Callable[[], object]) -> int:
    """How many Python and C functions a piece of work calls."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def everything(text: str) -> None:
    """Each way in which the core reads a text."""
    for name in SIGNALS:
        claims_of(shipped(name), said(text, title=text[:300], link="https://www.nist.gov/news-events/news/2027/01/x"))
    compliance_pair(text[:MAX_SENTENCE], SIDES)
    outcome_of(text, LADDER, subject=text[:80])
    subject_key(text[:200], frozenset())


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_a_sentence_of_one_piece_repeated_is_read_to_its_end(piece: str) -> None:
    everything(piece * (MAX_SENTENCE // len(piece)))
    everything(f"Claude Mythos 6 is {piece * 200} generally available, compared to 8% for {piece * 100}.")


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_twice_the_text_costs_about_twice_the_calls(piece: str) -> None:
    reading = shipped("mythos-ga").vocabulary
    line = (f"Claude Mythos 6 {piece * 20}is generally available.")[:MAX_SENTENCE]
    read(reading, "", line)  # what is worked out once is not counted
    once, twice = (calls(lambda n=n: read(reading, "", f"{line}\n" * n)) for n in (10, 20))
    assert twice <= 2.3 * once + 500


def test_a_long_sentence_binds_a_bounded_number_of_phrases() -> None:
    text = "Claude Mythos 6 is generally available and open to all customers and " * 17
    assert len(read(shipped("mythos-ga").vocabulary, "", text).statements) <= 2 * MAX_PHRASES


def test_a_text_without_end_is_cut() -> None:
    lines = split("Claude Mythos 6 is open.\n" * (2 * MAX_SENTENCES))
    assert len(lines) == MAX_SENTENCES
    assert sum(map(len, split("word " * MAX_TEXT))) <= MAX_TEXT


WORDS = st.sampled_from([*HOSTILE, "Claude Fable 6 ", "is ", "generally available ", "was ", "will be ", ", ", ". ", "\n"])


@given(st.lists(WORDS, max_size=60).map("".join))
@settings(max_examples=120, deadline=None)
def test_any_order_of_such_pieces_is_read(text: str) -> None:
    everything(text)


@given(st.text(max_size=400), st.text(max_size=400))
@settings(max_examples=80, deadline=None)
def test_any_characters_between_a_name_and_its_phrase_are_read(before: str, between: str) -> None:
    everything(f"{before} Claude Mythos 6 {between} generally available 94% jailbreak {before} 8%")
