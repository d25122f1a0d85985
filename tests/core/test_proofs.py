"""The words that prove a claim, and the day that they give to what happened."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.spoken import ROOT, said, shipped
from watcher.config.build import load
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.decision.repeats import drop_repeats
from watcher.core.model import Claim, Figure, Tier

MYTHOS = "mythos-ga"
TITLE = "Statement on the directive to suspend access to Fable 5 and Mythos 5"
TOLD = datetime(2026, 6, 13, 0, 40, tzinfo=UTC)
END = datetime(2026, 6, 12, 23, 59, 59, tzinfo=UTC)


def suspensions(text: str, title: str = TITLE, *, tier: Tier = Tier.OFFICIAL, at: datetime = TOLD) -> list[Claim]:
    found = claims_of(shipped(MYTHOS), said(text, title=title, at=at, tier=tier))
    return [claim for claim in found if claim.status == "suspended" and not claim.review]


@pytest.mark.parametrize(
    "sentence",
    [
        "As nationality cannot be told apart in our products, we have suspended access to both models for every customer.",
        "Because we are unable to tell who asks, we have suspended access to Claude Fable 5 and Claude Mythos 5 for all customers.",
        "We have suspended access to both models for every customer while lawyers and engineers read the directive.",
    ],
)
def test_what_a_title_says_is_proved_by_the_sentence_below_it_that_says_it_in_full(sentence: str) -> None:
    found = suspensions(f"We received a directive.\n{sentence}\nOther models are not affected.")
    assert {claim.track for claim in found} == {"named", "class"}
    assert {claim.quote.text for claim in found} == {sentence}


@pytest.mark.parametrize(
    "sentence",
    [
        "As soon as the rule holds, we suspend access to both models for every customer.",
        "We have not suspended access to both models.",
        "We will suspend access to both models next week.",
        "We have suspended access to both models for some users on one plan.",
        "We suspended access to both models in January.",
        "The two models are described below.",
    ],
)
def test_the_title_stays_the_proof_where_no_sentence_says_the_same_now(sentence: str) -> None:
    assert {claim.quote.text for claim in suspensions(sentence)} <= {TITLE}


def test_a_title_that_is_told_again_repeats_the_text_that_it_stood_over() -> None:
    first = suspensions("Because we cannot tell who asks, we have suspended access to both models for every customer.")
    again = suspensions("", at=datetime(2026, 9, 10, tzinfo=UTC))
    told = drop_repeats([*first, *again])
    assert {claim.effective_at for claim in told} == {TOLD}


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("On June 12 at 5:21 PM ET we suspended access to Claude Mythos 5.", datetime(2026, 6, 12, 21, 21, tzinfo=UTC)),
        ("At 5:21 p.m. ET on June 12, we suspended access to Claude Mythos 5.", datetime(2026, 6, 12, 21, 21, tzinfo=UTC)),
        (
            "We suspended access to Claude Mythos 5 for all customers at 22:30 UTC on 12 June 2026.",
            END.replace(hour=22, minute=30, second=0),
        ),
        ("On June 12, we suspended access to Claude Mythos 5 for all customers.", END),
        ("Update June 12: We've suspended access to Claude Mythos 5.", END),
        ("We suspended access to Claude Mythos 5 for every customer on June 12.", END),
    ],
)
def test_a_claim_happened_when_its_sentence_says_so(sentence: str, day: datetime) -> None:
    for title in ("Access to our models", TITLE):
        assert [claim.effective_at for claim in suspensions(sentence, title) if claim.track == "named"] == [day]


@pytest.mark.parametrize(
    "sentence",
    [
        "We have suspended access to Claude Mythos 5 for all customers.",
        "We received an order on June 12, and we have suspended access to Claude Mythos 5.",
        "On June 12 at 5:21 PM ET we received a directive and we have suspended access to Claude Mythos 5.",
        "We have suspended access to Claude Mythos 5 to comply with an order of June 12.",
        "We have suspended access to Claude Mythos 5, which we launched on June 12.",
        "On June 13 we suspended access to Claude Mythos 5.",
    ],
)
def test_a_day_of_something_else_is_not_that_of_the_claim(sentence: str) -> None:
    assert {claim.effective_at for claim in suspensions(sentence)} <= {TOLD}


def test_press_gives_no_day_to_what_it_reports() -> None:
    sentence = "On June 12 the press says Anthropic suspended access to Claude Mythos 5."
    found = claims_of(shipped(MYTHOS), said(sentence, at=TOLD, tier=Tier.PRESS, publisher="paper.example"))
    assert {claim.effective_at for claim in found} <= {TOLD}


def test_what_happened_later_on_the_day_stands() -> None:
    launch = said(
        "We've launched Claude Fable 5, our most capable model open to all customers.", at=datetime(2026, 6, 12, 9, tzinfo=UTC)
    )
    gone = said("On June 12 we suspended access to Claude Fable 5 for all customers.", at=TOLD)
    signal = shipped(MYTHOS)
    verdict = decide(signal, [claim for each in (launch, gone) for claim in claims_of(signal, each)], [], TOLD)
    state = next(each for each in verdict.tracks if each.track == "class")
    assert (state.status, state.since) == ("suspended", END)


def test_a_version_is_proved_by_words_that_give_it_to_the_thing_and_not_to_another() -> None:
    text = "Claude Fable 5.1 is open to all customers.\nClaude Mythos 5.1 is new, too.\nIt is offered to Project Glasswing participants."
    found = claims_of(shipped(MYTHOS), said(text, title="News of Claude"))
    proofs = [claim.proofs["version"] for claim in found if claim.track == "named" and claim.details.get("version") == "5.1"]
    assert proofs == ["Claude Mythos 5.1 is new, too."]


def test_a_person_is_shown_what_stands_below_a_name_and_not_the_name_alone() -> None:
    words = "The same underlying model as Claude Fable 6, for whoever is on the list of the ministry."
    card = said(words, title="Claude Mythos 6", tier=Tier.PARTNER, publisher="cloud.example")
    (asked,) = (claim for claim in claims_of(shipped(MYTHOS), card) if claim.asks and claim.track == "named")
    assert asked.quote.text == words
    assert asked.quote.title == "Claude Mythos 6"


ORDER = "On June 12 we received an export control directive that bars foreign nationals from Fable 5 and Mythos 5."
ACT = "We have suspended access to both models for every customer."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{ORDER}\n{ACT}\nOther models are not affected.", ORDER),
        (f"{ACT}\nThis follows a report of misuse.", "This follows a report of misuse."),
        (f"{ORDER}\nMore is to come.\n{ACT}", ""),
        (f"The court ordered us to change Claude Opus 4.8.\n{ACT}", ""),
        (f"Was it because of the directive?\n{ACT}", ""),
        (f"We are sorry.\n{ACT}\nOther models are not affected.", ""),
        (ACT, ""),
    ],
)
def test_a_step_back_is_quoted_with_the_sentence_beside_it_that_says_why(text: str, why: str) -> None:
    found = suspensions(text)
    assert {claim.because for claim in found} == {why}
    signal = shipped(MYTHOS)
    state = next(each for each in decide(signal, found, [], TOLD).tracks if each.track == "class")
    assert [(quote.text, quote.is_reason) for quote in state.evidence] == [(ACT, False), *([(why, True)] if why else [])]


def test_what_opens_a_thing_is_quoted_without_a_reason() -> None:
    text = "We have heard you, in response to many requests.\nClaude Fable 5 is generally available to all customers."
    assert {claim.because for claim in claims_of(shipped(MYTHOS), said(text, title="News"))} == {""}


def price_of(*texts: tuple[str, str]) -> Figure:
    """The price of what is open, by texts in the order of their days."""
    told = [said(text, title="News of Claude", at=datetime.fromisoformat(f"{at}T12:00:00+00:00")) for at, text in texts]
    signal = load(ROOT / "signals.toml", quick=True).signal(MYTHOS)
    verdict = decide(signal, [claim for one in told for claim in claims_of(signal, one)], [], datetime(2026, 12, 1, tzinfo=UTC))
    return next(each for each in verdict.figures if each.id == "price")


FIRST = "Claude Fable 5 is open to all customers at $10 per million input tokens and $50 per million output tokens."
NEXT = "Claude Fable 5.1 is open to all customers"


def test_the_price_of_a_new_version_is_proved_by_words_about_it() -> None:
    again = f"{NEXT} at $10 per million input tokens and $50 per million output tokens."
    figure = price_of(("2026-06-09", FIRST), ("2026-09-01", again))
    assert (figure.text, figure.quote and figure.quote.text) == ("$10/$50", again)


def test_a_price_that_was_told_of_an_earlier_version_alone_says_so() -> None:
    figure = price_of(("2026-06-09", FIRST), ("2026-09-01", f"{NEXT}."))
    assert (figure.text, figure.quote and figure.quote.text) == ("$10/$50 (stated of Claude Fable 5)", FIRST)


def test_a_price_in_a_sentence_on_another_version_is_none_of_the_new_one() -> None:
    beside = f"{NEXT}.\nClaude Fable 5 stays at $10 per million input tokens and $50 per million output tokens."
    found = claims_of(shipped(MYTHOS), said(beside, title="News of Claude"))
    assert [claim.details for claim in found if claim.details.get("name") == "Claude Fable 5.1"] == [{"name": "Claude Fable 5.1"}]
