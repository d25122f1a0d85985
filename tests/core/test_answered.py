"""What readers are not told to be checked, for other words answer it already; a person is asked all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import day
from watcher.config.build import load
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.decision.digest import summarise_one
from watcher.core.decision.undecided import answered, ask, edges
from watcher.core.model import Claim, Entry, Observation, Tier, Undecided, Verdict

SIGNAL = load(Path(__file__).parents[2] / "signals.toml", quick=True).signal("mythos-ga")
WIDER = "The Cyber Verification Program will widen, first for Opus and Sonnet, later for Mythos."


def said(title: str, text: str, at: str, number: int = 1) -> list[Claim]:
    """What the shipped rules make of a text of the maker."""
    entry = Entry(f"k{number}", title, text, f"https://www.anthropic.com/news/{number}", day(at))
    seen = Observation("anthropic-news", entry, day(at), "", "anthropic.com", Tier.OFFICIAL, "newsroom", entry.link, id=number)
    return list(claims_of(SIGNAL, seen))


def looked(claims: list[Claim], moment: str) -> tuple[tuple[Undecided, ...], Verdict]:
    """The texts that are open, with what answers them, and the verdict."""
    verdict = decide(SIGNAL, claims, [], day(moment))
    asked = ask(SIGNAL, (), claims, verdict, since=day("04-01"))
    rows = answered(SIGNAL, (replace(asked.rows[place], id=place + 1) for place in asked.open), claims)
    return rows, replace(verdict, undecided=rows)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Introducing Claude Opus 4.8",
            "Some use Claude Mythos Preview. We expect to bring Mythos-class models to all customers in the coming weeks, one of them on Monday.",
        ),
        (
            "Introducing Claude Sonnet 5",
            "Some use Claude Mythos Preview. We will open Mythos-class models to all customers on June 20, one of them on Monday.",
        ),
    ],
)
def test_a_sentence_that_counts_for_the_other_track_is_asked_about_and_not_told_as_being_checked(title: str, text: str) -> None:
    rows, verdict = looked(said(title, text, "05-28"), "05-29")
    assert [row.answered for row in rows] == ["it is read of The Mythos class under any name"]
    assert verdict.undecided, "the person who runs the watch sees it"
    assert not summarise_one(verdict).undecided


def test_a_sentence_that_says_nothing_but_what_counts_for_the_other_track_is_not_asked_about() -> None:
    text = "Some use Claude Mythos Preview. We expect to bring Mythos-class models to all our customers in the coming weeks."
    rows, verdict = looked(said("Introducing Claude Opus 4.8", text, "05-28"), "05-29")
    assert not rows
    assert [track.status for track in verdict.tracks if track.track == "class"] == ["promised"]


def test_a_sentence_that_goes_on_about_the_other_thing_is_not_asked_about() -> None:
    text = "Claude Fable 5 is a Mythos-class model. It is available to all customers from today on the Claude API at $10 / $50 per MTok."
    rows, verdict = looked(said("Claude Fable 5 and Claude Mythos 5", text, "06-09"), "06-10")
    assert not rows
    assert [track.status for track in verdict.tracks if track.track == "class"] == ["available"]


def test_a_sentence_that_names_the_thing_itself_goes_on_being_checked() -> None:
    words = "Claude Fable 6 and, for all who like it, Claude Mythos 6 are available to all customers in most of Europe."
    claims = said("News", words, "05-28")
    counted = [replace(claim, review=False) for claim in claims if claim.track == "class"]
    assert counted, "it is read of the class as well"
    rows, verdict = looked([*counted, *(claim for claim in claims if claim.track == "named")], "05-29")
    assert [(row.track, row.answered) for row in rows] == [("named", "")]
    assert summarise_one(verdict).undecided


def test_what_its_speaker_says_later_settles_a_text_for_readers_and_they_are_told_so() -> None:
    first = said("More defenders", f"Claude Mythos 5 is for organizations. {WIDER}", "08-21")
    before, then = looked(first, "08-22")
    assert [(row.quotes[0].text, row.answered) for row in before] == [(WIDER, "")]
    gate = "Claude Mythos 5.2 is available only to organizations verified through Anthropic's verification programs."
    rows, now = looked([*first, *said("Claude Mythos 5.2", gate, "11-09", 2)], "11-10")
    assert [row.answered for row in rows] == ["its speaker has said since that only some have access"]
    [told] = edges(then.undecided, now, rows)
    assert (told.after, told.reason) == ("", "its speaker has said since that only some have access")
    assert not list(edges(now.undecided, now, rows)), "it is told once"
    assert not list(edges(now.undecided, replace(now, undecided=()), rows))


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("Claude Mythos 5.2 is available only to organizations verified through Anthropic's verification programs.", "08-01"),
        ("Claude Mythos 5.2 is offered to Project Glasswing participants.", "11-09"),
    ],
)
def test_older_words_and_such_as_leave_nobody_out_settle_nothing(words: str, at: str) -> None:
    first = said("More defenders", f"Claude Mythos 5 is for organizations. {WIDER}", "08-21")
    rows, _ = looked([*first, *said("Claude Mythos 5.2", words, at, 2)], "11-10")
    assert [row.answered for row in rows if row.quotes[0].text == WIDER] == [""]


def test_a_price_in_a_sentence_about_another_model_is_not_taken_for_this_one() -> None:
    text = (
        "Claude Fable 5 is a Mythos-class model that we have made safe for general use. "
        "It is available to all customers at $10 / $50 per MTok. "
        "Claude Mythos 5, the same underlying model, is available to Project Glasswing participants."
    )
    claims = said("Claude Fable 5 and Claude Mythos 5", text, "06-09")
    assert {claim.details.get("price") for claim in claims if claim.track == "class"} == {"$10/$50"}
    assert {claim.details.get("price") for claim in claims if claim.track == "named"} == {None}
    own = said(
        "Claude Mythos 5", "Claude Mythos 5 goes to Project Glasswing participants. Claude Mythos 5 costs $10/$50.", "06-09"
    )
    assert "$10/$50" in {claim.details.get("price") for claim in own if claim.track == "named"}


def test_a_text_about_a_series_is_answered_by_nothing_that_is_said_later() -> None:
    series = load(Path(__file__).parents[2] / "signals.toml", quick=True).signal("caisi-evaluation")
    words = said("Gate", "Claude Mythos 5.2 is available only to organizations verified in a program.", "11-09")
    asked = replace(words[0], signal=series.id, track="evaluations")
    row = Undecided(series.id, "evaluations", "published", (asked.quote,), day("08-21"), asked_at=day("08-22"))
    assert [each.answered for each in answered(series, (row,), [asked])] == [""]
