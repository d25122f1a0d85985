"""Which words ask a person, and which were asked before."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import ACCESS, SERIES, day, said, signal_of
from watcher.core.decision.decide import decide
from watcher.core.decision.undecided import MAX_SENTENCES, QuestionState, ask, edges, outcome, settled_by, why
from watcher.core.model import Claim, Quote, Tier, Undecided, Verdict
from watcher.wording import undecided_words

BEGUN = day("06-01")
WORDS = "From 20 November anyone can use Thing 5 in the countries where it has opened so far"
SIGNAL = signal_of(ACCESS)


def doubt(
    words: str = WORDS, status: str = "available", at: str = "06-20", url: str = "https://lab.example/a", **changes: Any
) -> Claim:
    """An undecided claim; `dated=False` for a text without a date of its own."""
    published = day(at) if changes.pop("dated", True) else None
    quote = Quote(words, url, "lab.example", Tier.OFFICIAL, day(changes.pop("seen", at)), published=published)
    return replace(Claim("sig", "it", "wider", quote, day(at), status=status, review=True), **changes)


def at(moment: str, *claims: Claim) -> Verdict:
    return decide(SIGNAL, claims, [], day(moment))


def look(
    *claims: Claim, known: tuple[Undecided, ...] = (), moment: str = "06-21", first: bool = False, **changes: Any
) -> QuestionState:
    signal = changes.pop("signal", SIGNAL)
    return ask(signal, known, claims, decide(signal, claims, [], day(moment)), since=BEGUN, first=first, **changes)


def many(asked: QuestionState) -> tuple[int, int]:
    """How many texts are known, and how many are open."""
    return len(asked.rows), len(asked.open)


def test_the_words_of_whole_pages_are_not_kept_in_memory() -> None:
    def pages(number: int) -> list[Claim]:
        texts = (" ".join(f"w{number}x{one}x{word}" for word in range(5_000)) for one in range(10))
        return [said("official:lab", "promised", words=text) for text in texts]

    look(doubt(), *pages(0))
    gc.collect()
    tracemalloc.start()
    try:
        assert many(look(doubt(), *pages(1))) == (1, 1)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 1_000_000, "ten pages with half a megabyte of words each"
    finally:
        tracemalloc.stop()


def test_a_text_is_asked_about_once() -> None:
    first = look(doubt())
    again = look(doubt(), doubt(at="07-20", url="https://cloud.example/b"), known=first.rows, moment="07-21")

    assert many(first) == many(again) == (1, 1)
    assert again.rows[0].asked_at == day("06-21")


@pytest.mark.parametrize(
    "other",
    [
        WORDS.replace("20 November", "21 November"),
        WORDS.replace("From 20 November", "From Nov. 20, 2026,"),
        WORDS.upper(),
        WORDS.replace("anyone", "anybody"),
        f"Update: {WORDS}.",
        WORDS.replace(" ", "\u00a0"),
    ],
)
def test_small_changes_are_the_same_words(other: str) -> None:
    assert many(look(doubt(), doubt(other, url="https://b.example/"))) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [
        WORDS.replace("anyone can", "no one can"),
        WORDS.replace("can use", "can not use"),
        WORDS.replace("Thing 5", "Thing 6"),
        "Thing 5 has opened in a few more places, as we said that it would",
    ],
)
def test_another_sense_is_another_text(other: str) -> None:
    assert many(look(doubt(), doubt(other, url="https://b.example/"))) == (2, 2)


def test_the_same_sentence_for_another_status_is_the_same_text_and_a_changed_one_is_not() -> None:
    assert many(look(doubt(), doubt(status="promised"))) == (1, 1)
    assert many(look(doubt(), doubt(f"Update: {WORDS}", status="promised", url="https://b.example/"))) == (2, 2)
    assert many(look(doubt(event="a"), doubt(f"Update: {WORDS}", event="b", url="https://b.example/"))) == (2, 2)


def test_other_sentences_of_a_text_that_is_being_read_join_it() -> None:
    more = doubt("A second sentence about the opening that nothing explains", url="https://lab.example/a#more")
    first = look(doubt())

    joined = look(doubt(), more, known=first.rows)

    assert many(joined) == (1, 1)
    assert len(joined.rows[0].quotes) == 2
    later = doubt("A third sentence of another month on the very same page", at="07-20")
    assert many(look(doubt(), more, later, known=joined.rows, moment="07-21")) == (2, 2)


def test_old_words_are_kept_and_ask_nobody() -> None:
    old = look(doubt(at="05-20"))

    assert many(old) == (1, 0)
    assert old.rows[0].asked_at is None
    assert many(look(doubt(at="06-20", url="https://b.example/"), known=old.rows)) == (1, 0), "dated anew they stay old"
    assert many(look(doubt(since=day("05-20")))) == (1, 0), "they tell of an old day"


def test_words_without_a_date_are_old_at_the_first_look_alone() -> None:
    assert many(look(doubt(dated=False), first=True)) == (1, 0)
    assert many(look(doubt(), first=True)) == (1, 1)
    assert many(look(doubt(dated=False))) == (1, 1)


def test_words_that_could_change_nothing_ask_nobody() -> None:
    voices = (said("official:a", "available", "06-10"), said("official:b", "available", "06-10"))

    assert many(look(doubt(), *voices)) == (1, 0), "it stands there, confirmed"
    assert many(look(doubt(status="promised"), *voices)) == (1, 0), "it stands higher"
    assert many(look(doubt(), voices[0])) == (1, 1), "one more voice would confirm it"
    spoken = replace(voices[0], quote=replace(voices[0].quote, url="https://lab.example/a"))
    assert many(look(doubt(), spoken)) == (1, 0), "the very text counts already"
    assert many(look(doubt(), said("official:a", "ended", "06-10"))) == (1, 0), "nothing leads on from the end"


def test_words_that_count_already_or_are_declared_ask_nobody() -> None:
    told = said("official:a", "available", "06-10", words=f"Update: {WORDS}")
    history = replace(said("official:a", "available", "05-10", words="anyone can use Thing 5"), rule="known")

    assert many(look(doubt(url="https://b.example/"), told)) == (1, 0)
    assert many(look(doubt(url="https://b.example/"), replace(told, track="other"))) == (1, 1)
    assert many(look(doubt(url="https://b.example/"), history)) == (1, 0), "a part of it is declared as history"
    assert many(look(doubt("Thing 5 is there"), replace(history, quote=replace(history.quote, text="Thing 5")))) == (1, 1)


def test_words_that_lead_back_ask_where_they_are_no_older() -> None:
    suspended = said("official:a", "suspended", "06-15")

    assert many(look(doubt(), suspended)) == (1, 1)
    assert many(look(doubt(at="06-10"), suspended)) == (1, 0)


def test_words_from_before_a_step_back_stay_settled_when_the_step_is_taken_back() -> None:
    suspended, back = said("official:a", "suspended", "06-15"), said("official:b", "gated", "06-18", rule="restored")

    assert decide(SIGNAL, (suspended, back), [], day("06-21")).tracks[0].status == "gated"
    assert many(look(doubt(at="06-10"), suspended, back)) == (1, 0), "they came back without a word once access was restored"
    assert many(look(doubt(at="06-20"), suspended, back)) == (1, 1)


def test_a_series_asks_but_for_what_it_has_counted() -> None:
    signal = signal_of(SERIES)
    page = said("official:a", "published", "06-10", event="x", rule="page")

    assert many(look(doubt(status="published"), page, signal=signal)) == (1, 1)
    assert many(look(doubt(status="published", url=page.quote.url), page, signal=signal)) == (1, 0)


def test_words_that_no_rule_finds_any_more_are_not_open() -> None:
    first = look(doubt())

    assert many(look(known=first.rows)) == (1, 0)
    assert many(look(replace(doubt(), status="", review=True), known=first.rows)) == (1, 0), "nobody is asked for plain news"
    assert many(look(replace(doubt(), status="", unexplained=("in",)), moment="06-21")) == (1, 1)
    assert many(look(replace(doubt(), track="gone"))) == (0, 0)


def test_a_question_is_told_at_its_begin_and_at_its_end() -> None:
    asked = numbered(look(doubt(unexplained=("in", "most"))))
    verdict = replace(at("06-21"), undecided=asked)

    (begin,) = edges((), verdict, asked)
    assert (begin.before, begin.after, begin.mail, begin.urgent) == ("", "undecided", True, True)
    assert begin.reason == "it may say available; no rule accounts for “in”, “most”"
    assert list(edges(asked, verdict, asked)) == []
    assert list(edges((), replace(verdict, as_of=day("06-22")), asked)) == [], "asked before: not again"

    settled = replace(asked[0], settled_at=day("06-22"), settled_by="Ann", settled_as="available", settled_why="read it")
    (end,) = edges(asked, at("06-22"), (settled,))
    assert (end.before, end.after, end.mail) == ("undecided", "", False)
    assert end.reason == "decided as available by Ann: read it"
    (faded,) = edges(asked, replace(at("06-22"), tracks=()), ())
    assert faded.reason == "it changes nothing any more"


def numbered(asked: QuestionState) -> tuple[Undecided, ...]:
    return tuple(replace(row, id=number) for number, row in enumerate(asked.rows, 1))


def test_reasons_in_words() -> None:
    row = Undecided("sig", "it", "", (doubt().quote,), day("06-20"))

    assert why(row) == "it may change where this stands"
    bare = replace(row, unexplained=(row.quotes[0].text,))
    assert why(bare) == "it may change where this stands; no rule accounts for any of its words", "they stand below it"
    assert "not explained: any of its words" in undecided_words(bare)
    assert "not explained: in, most" in undecided_words(replace(row, unexplained=("in", "most")))
    assert outcome(replace(row, settled_at=day("06-22"), settled_by="Ann")) == "dismissed by Ann"


def test_what_was_decided_holds_for_the_same_words_from_then_on() -> None:
    rows = look(doubt(), doubt("Other words that nothing explains at all", url="https://b.example/")).rows
    done = replace(rows[0], settled_at=day("06-22"), settled_by="Ann", settled_why="no")

    early, late = settled_by(rows, [done], day("06-21")), settled_by(rows, [done], day("06-23"))

    assert [row.settled_at for row in early] == [None, None]
    assert [(row.id, row.settled_by) for row in late] == [(1, "Ann"), (2, "")]
    assert many(look(doubt(), known=late, moment="06-24")) == (2, 0)


def test_a_page_with_very_many_doubtful_sentences_is_one_question_that_shows_twenty() -> None:
    said_there = [doubt(" ".join(f"{letter}{number}word" for letter in "abcdefgh")) for number in range(MAX_SENTENCES + 5)]

    asked = look(*said_there)

    assert many(asked) == (1, 1)
    assert len(asked.rows[0].quotes) == MAX_SENTENCES
