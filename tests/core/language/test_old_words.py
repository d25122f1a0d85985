"""Old words are old: what has no date of its own, what is retold, and what is repeated moves nothing of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import said as lab
from tests.spoken import claims, said, shipped
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.decision.fold import fold_track
from watcher.core.decision.repeats import drop_repeats
from watcher.core.decision.undecided import ask
from watcher.core.language.times import is_over, is_vague, retold_on
from watcher.core.model import Observation, Tier, TrackVerdict

MYTHOS = "mythos-ga"
JUNE_9, JUNE_13, JULY_1 = (datetime(2026, month, number, 12, tzinfo=UTC) for month, number in ((6, 9), (6, 13), (7, 1)))
SEPTEMBER, JANUARY = datetime(2026, 9, 9, 12, tzinfo=UTC), datetime(2027, 1, 15, 12, tzinfo=UTC)
OPENED = "We've launched Claude Fable 5, our most capable model open to all customers."
SUSPENDED = "We have suspended access to Claude Fable 5 and Claude Mythos 5 for every customer."
RESTORED = "We've restored access to Claude Fable 5 and Claude Mythos 5."


def opened_and_back() -> list[Observation]:
    return [
        said(OPENED, at=JUNE_9),
        said(SUSPENDED, at=JUNE_13, link="https://www.anthropic.com/news/access", url="https://www.anthropic.com/news/access"),
        said(RESTORED, at=JULY_1, link="https://www.anthropic.com/news/back"),
    ]


def year(*more: Observation) -> TrackVerdict:
    """Where the class stands after the year and some more texts."""
    told = [claim for one in (*opened_and_back(), *more) for claim in claims_of(shipped(MYTHOS), one)]
    return next(one for one in decide(shipped(MYTHOS), drop_repeats(told), [], JANUARY).tracks if one.track == "class")


def test_what_is_said_of_today_moves() -> None:
    assert year().status == "available"
    assert year(said("We have suspended access to Claude Fable 5.2 today.", at=SEPTEMBER)).status == "suspended"


def test_a_text_without_a_date_moves_nothing_because_it_was_first_seen_now() -> None:
    page = said("Access to Claude Fable 5.1 is suspended.", at=SEPTEMBER, dated=False, link="https://www.anthropic.com/fable")
    assert year(page).status == "available"
    assert year(replace(page, revision=2)).status == "suspended"


def test_a_text_without_a_date_fills_in_what_nobody_said() -> None:
    page = said(SUSPENDED, at=SEPTEMBER, dated=False)
    told = claims_of(shipped(MYTHOS), page)
    assert decide(shipped(MYTHOS), told, [], JANUARY).headline_label
    assert {one.status for one in decide(shipped(MYTHOS), told, [], JANUARY).tracks} == {"suspended"}


def test_a_text_without_a_date_changes_no_detail_that_is_known() -> None:
    price = "Claude Fable 5 is now available to all customers at $2 per million input tokens and $4 per million output tokens."
    noted = said(
        f"{OPENED} $10 / MTok and $50 / MTok.", at=JULY_1 + timedelta(days=1), link="https://www.anthropic.com/news/price"
    )
    assert year(noted).details["price"] == "$10/$50"
    assert year(noted, said(price, at=SEPTEMBER, dated=False)).details["price"] == "$10/$50"
    assert year(noted, said(price, at=SEPTEMBER)).details["price"] == "$2/$4"


def test_each_detail_is_proved_by_the_sentence_that_holds_it() -> None:
    note = (
        "We've launched Claude Fable 5.2, open to all customers.\nPricing is $8 USD per input MTok and $40 USD per output MTok."
    )
    told = year(said(note, at=SEPTEMBER))
    assert told.proofs["name"].text == "We've launched Claude Fable 5.2, open to all customers."
    assert (told.details["price"], told.proofs["price"].text) == ("$8/$40", note.partition("\n")[2])
    assert told.proofs["price"].published == SEPTEMBER


def test_words_that_hold_a_value_take_the_place_of_words_that_do_not() -> None:
    track = next(track for track in shipped(MYTHOS).tracks if track.id == "class")
    declared = lab("official:lab", "available", "09-01", rule="known", track="class", details={"price": "$8/$40"})
    noted = lab("official:lab", "available", "09-02", track="class", words="It is $8 and $40.", details={"price": "$8/$40"})
    assert fold_track(track, [declared, noted], JANUARY).proofs["price"] == noted.quote


def test_a_statement_that_is_listed_anew_belongs_to_its_day() -> None:
    copy = said(f"{SUSPENDED} More below.", at=SEPTEMBER, link="https://www.anthropic.com/news/moved")
    assert year(copy).status == "available"


def asked(page: Observation, *, first: bool = False) -> list[str]:
    """The statuses that a person is asked about after the year and a page."""
    told = drop_repeats([claim for one in (*opened_and_back(), page) for claim in claims_of(shipped(MYTHOS), one)])
    verdict = decide(shipped(MYTHOS), told, [], SEPTEMBER)
    found = ask(shipped(MYTHOS), (), told, verdict, since=JUNE_9, first=first)
    return [found.rows[place].status for place in found.open]


def test_a_person_is_asked_about_a_text_without_a_date_that_may_change_an_answer() -> None:
    page = said("Access to Claude Fable 5.1 is suspended.", at=SEPTEMBER, dated=False, link="https://www.anthropic.com/fable")
    assert asked(page) == ["suspended"]
    assert asked(page, first=True) == []
    assert asked(replace(page, tier=Tier.PRESS)) == []
    same = said(f"{OPENED} Now.", at=SEPTEMBER, dated=False, link="https://www.anthropic.com/fable")
    assert asked(same) == []


@pytest.mark.parametrize(
    ("sentence", "since"),
    [
        ("Last summer we suspended access to Claude Fable 5 and Claude Mythos 5 following a directive.", "2026-06-01"),
        ("In the summer of 2026 we suspended access to Claude Fable 5.", "2026-06-01"),
        ("We suspended access to Claude Fable 5 and Claude Mythos 5 seven months ago.", "2026-06-16"),
        ("Seven months ago, we suspended access to Claude Fable 5.", "2026-06-16"),
        ("In June we suspended access to Claude Fable 5 for every customer.", "2026-06-01"),
        ("We suspended access to Claude Fable 5 last June.", "2026-06-01"),
        ("In June 2025 we suspended access to Claude Fable 5.", "2025-06-01"),
        ("On June 13 we suspended access to Claude Fable 5.", "2026-06-13"),
        ("We suspended access to Claude Fable 5 and Claude Mythos 5 last year.", "2026-01-01"),
        ("We suspended access to Claude Fable 5 last month.", "2026-12-16"),
    ],
)
def test_words_that_retell_carry_their_time(sentence: str, since: str) -> None:
    found = [claim for claim in claims(MYTHOS, sentence, at=JANUARY) if claim.status == "suspended"]
    assert {claim.since.date().isoformat() for claim in found if claim.since} <= {since}
    past = retold_on(sentence, JANUARY)
    assert past is not None
    assert past.since.date().isoformat() == since
    assert year(said(sentence, at=JANUARY)).status == "available"


@pytest.mark.parametrize(
    "sentence",
    [
        "The week we suspended access to Claude Fable 5 and Claude Mythos 5 was the hardest of the year.",
        "Since we suspended access to Claude Fable 5 and Claude Mythos 5 last June, we have rebuilt our safeguards.",
        "Claude Fable 5 was briefly suspended and later restored.",
        "Claude Fable 5 and Claude Mythos 5 were suspended for nineteen days.",
        "Earlier this year we suspended access to Claude Fable 5.",
        "Had we not suspended access to Claude Fable 5, we would have been in breach.",
    ],
)
def test_words_about_what_is_over_claim_nothing(sentence: str) -> None:
    assert is_over(sentence) or is_vague(sentence)
    assert not [claim for claim in claims(MYTHOS, sentence, at=JANUARY) if claim.status == "suspended"]


@pytest.mark.parametrize(
    "sentence",
    [
        "We have suspended access to Claude Fable 5.2 for every customer.",
        "As of today, access to Claude Fable 5.2, which we launched last year, is suspended.",
        "Claude Fable 5.2, which we showed in June, is now generally available to all customers.",
        "Access to Claude Fable 5.2 is suspended until further notice.",
    ],
)
def test_words_of_today_beside_a_past_time_are_of_today(sentence: str) -> None:
    assert not is_over(sentence)
    assert not is_vague(sentence)
    assert retold_on(sentence, JANUARY) is None


def test_a_sentence_of_today_counts_before_one_that_retells() -> None:
    text = "Last summer we suspended access to Claude Fable 5. We have suspended access to Claude Fable 5.2 today."
    [claim] = [one for one in claims(MYTHOS, text, at=JANUARY) if one.status == "suspended" and one.track == "class"]
    assert (claim.since, claim.effective_at) == (None, JANUARY)


@pytest.mark.parametrize(
    "text",
    [
        "We have lifted the suspension of Claude Fable 5.5 announced on February 19.",
        "The suspension of Claude Fable 5.5 announced on February 19 has been lifted.",
        "Claude Fable 5.5, suspended on March 3, is available again to all customers.",
        "Claude Fable 5.5 (suspended on March 3) is available again to all customers.",
        "Claude Fable 5.5, which we disabled on March 3, can be used again by all customers.",
        "The order of 19 February has been lifted, and Claude Fable 5.5 is available again to all customers.",
        "Claude Fable 5.5 is open to all customers, as announced on March 3.",
    ],
)
def test_the_day_of_a_withdrawal_does_not_date_what_gives_back(text: str) -> None:
    at = datetime(2027, 3, 8, 12, tzinfo=UTC)
    told = {(one.status, one.since) for one in claims(MYTHOS, text, at=at) if not one.review and one.effective_at == at}
    assert told == {("available", None)}


@pytest.mark.parametrize(
    "text",
    [
        "Claude Fable 5.5, suspended on March 3 as ordered, is available again to all customers.",
        "Claude Fable 5.5 has been suspended since March 3. It is available again to whoever had it.",
    ],
)
def test_what_is_so_today_is_said_or_asked_about_beside_what_was_so_on_an_earlier_day(text: str) -> None:
    at = datetime(2027, 3, 8, 12, tzinfo=UTC)
    today = [one for one in claims(MYTHOS, text, at=at) if one.effective_at == at and one.since is None]
    assert any(one.asks or one.status == "available" for one in today)


def test_without_a_word_of_today_the_day_of_a_withdrawal_stays() -> None:
    at = datetime(2027, 3, 8, 12, tzinfo=UTC)
    text = "The suspension of Claude Fable 5.5 announced on February 19 was lifted two weeks later."
    assert {one.since for one in claims(MYTHOS, text, at=at)} == {datetime(2027, 2, 19, tzinfo=UTC)}


NOTES = """{day}
- Code execution starts from a newer base image.

{old}
- {told}
"""


@pytest.mark.parametrize("old", ["September 1, 2026", "Tuesday, September 1, 2026", "2026-09-01", "1 Sep, 18:20 UTC"])
def test_what_stands_under_an_older_day_is_of_that_day(old: str) -> None:
    for told in (
        "Access to Claude Fable 5.1 is suspended.",
        "We will open Claude Mythos 6 to all customers in the coming weeks.",
    ):
        [claim] = [
            one for one in claims(MYTHOS, NOTES.format(day="January 15, 2027", old=old, told=told), at=JANUARY) if one.status
        ]
        assert (str(claim.since)[:10], str(claim.effective_at)[:10]) == ("2026-09-01", "2026-09-01")


def test_what_stands_under_the_day_of_a_text_or_no_day_is_of_today() -> None:
    told = "Access to Claude Fable 5.1 is suspended."
    for old in ("January 14, 2027", "January 15, 2027", "In January 2027 we met.", "Version 5.1"):
        [claim] = claims(
            MYTHOS, NOTES.format(day="September 1, 2026", old="January 15, 2027", told=f"{old}\n- {told}"), at=JANUARY
        )
        assert claim.since is None


def test_nobody_is_asked_about_what_stands_under_an_older_day() -> None:
    told = "Some doors of Claude Mythos 6 stand open for all customers of the realm."
    [asked] = claims(MYTHOS, told, at=JANUARY)
    assert asked.review
    assert claims(MYTHOS, NOTES.format(day="January 15, 2027", old="September 1, 2026", told=told), at=JANUARY) == ()
    today = NOTES.format(day="September 1, 2026", old="January 15, 2027", told=told)
    assert [one.review for one in claims(MYTHOS, today, at=JANUARY)] == [True]


def test_what_an_older_day_took_away_and_a_newer_one_gave_back_is_back() -> None:
    notes = "January 15, 2027\n- We've restored access to Claude Fable 5.1 for all customers.\n\nJanuary 3, 2027\n- {}"
    page = said(
        notes.format("Access to Claude Fable 5.1 has been suspended."), at=JANUARY, link="https://www.anthropic.com/notes"
    )
    assert year(page).status == "available"
