"""Who may use a thing, told beside where it stands: ways in hold beside one another, and none contradicts the status."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import day
from watcher.config.build import load
from watcher.core.decision.claims import claims_of
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide
from watcher.core.model import Claim, Entry, Observation, Tier, TrackVerdict, Verdict

SIGNAL = load(Path(__file__).parents[2] / "signals.toml", quick=True).signal("mythos-ga")
WIDER = ("06-02", "Expanding Project Glasswing", "We are expanding Project Glasswing to about 150 more organizations.")
INVITED = ("06-09", "Claude Mythos 5", "We've launched Claude Mythos 5 for Project Glasswing participants.")
PRODUCT = ("08-21", "More defenders", "Claude Security, in public beta, now scans code with Claude Mythos 5.")
INVITED_AGAIN = ("09-01", "Claude Mythos 5.1", "We've launched Claude Mythos 5.1 for Project Glasswing participants.")
INVITED_AS_BEFORE = ("09-01", "Claude Mythos 5", "We've launched Claude Mythos 5 in Asia for Project Glasswing participants.")
VERIFIED = ("10-15", "Claude Mythos 5.1", "Claude Mythos 5.1 is available only to organizations verified through our programs.")
OPEN = ("11-09", "Claude Mythos 6", "As of today, Claude Mythos 6 is generally available to all customers.")
INVITED_TO_NEXT = ("11-20", "Claude Mythos 7", "We've launched Claude Mythos 7 for Project Glasswing participants.")


def made(number: int, at: str, title: str, text: str) -> list[Claim]:
    """What the shipped rules make of a text of the maker."""
    entry = Entry(f"k{number}", title, text, f"https://www.anthropic.com/news/{number}", day(at))
    seen = Observation("news", entry, day(at), "", "anthropic.com", Tier.OFFICIAL, "newsroom", entry.link, id=number)
    return list(claims_of(SIGNAL, seen))


def after(*texts: tuple[str, str, str]) -> tuple[Verdict, TrackVerdict]:
    """Where the model with the name stands after these texts."""
    claims = [claim for number, text in enumerate(texts, 1) for claim in made(number, *text)]
    verdict = decide(SIGNAL, claims, [], day("11-25"))
    return verdict, next(one for one in verdict.tracks if one.track == "named")


@pytest.mark.parametrize(
    ("texts", "status", "last", "beside"),
    [
        ((INVITED,), "gated", "invitation", ()),
        ((WIDER, INVITED), "gated_wider", "invitation", ()),
        ((WIDER, INVITED, PRODUCT), "gated_wider", "product-only", ("invitation",)),
        ((WIDER, INVITED, PRODUCT, INVITED_AS_BEFORE), "gated_wider", "product-only", ("invitation",)),
        ((WIDER, INVITED, PRODUCT, INVITED_AGAIN), "gated_wider", "invitation", ("product-only",)),
        ((WIDER, INVITED, PRODUCT, VERIFIED), "gated_wider", "verification", ()),
        ((WIDER, INVITED, PRODUCT, OPEN), "available", "self-serve", ()),
        ((WIDER, INVITED, PRODUCT, OPEN, INVITED_TO_NEXT), "available", "self-serve", ()),
    ],
)
def test_a_way_in_holds_beside_others_until_words_say_only_or_the_status_moves(
    texts: tuple[tuple[str, str, str], ...], status: str, last: str, beside: tuple[str, ...]
) -> None:
    _, stood = after(*texts)
    assert (stood.status, stood.details["access_model"]) == (status, last)
    assert stood.beside.get("access_model", ()) == beside


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (VERIFIED, "version: 5.1, before: 5; access_model: verification, before: product-only + invitation"),
        (INVITED_AGAIN, "version: 5.1, before: 5; access_model: invitation, before: product-only, first: 2026-06-09"),
    ],
)
def test_a_new_way_in_is_told_with_all_that_held_before_and_none_of_them_vanishes(
    text: tuple[str, str, str], reason: str
) -> None:
    (before, _), (now, _) = after(WIDER, INVITED, PRODUCT), after(WIDER, INVITED, PRODUCT, text)
    [told] = [each for each in compare(SIGNAL, before, now) if each.track == "named"]
    assert told.reason == reason


def test_what_is_told_of_less_than_what_is_open_to_all_is_no_detail_of_that() -> None:
    _, stood = after(WIDER, INVITED, OPEN, INVITED_TO_NEXT)
    assert stood.details["version"] == "6", "the version that is open"
    _, gated = after(WIDER, INVITED, PRODUCT, INVITED_AGAIN)
    assert gated.details["version"] == "5.1"


def test_the_figure_says_what_was_stated_last_and_what_holds_beside_it() -> None:
    both, _ = after(WIDER, INVITED, PRODUCT)
    told = {figure.id: figure for figure in both.figures}["access_model"]
    assert told.text == "inside a product; stated before and not taken back: by invitation"
    assert told.quote
    assert "Claude Security" in told.quote.text
    alone, _ = after(WIDER, INVITED, PRODUCT, VERIFIED)
    assert {figure.id: figure.text for figure in alone.figures}["access_model"] == "for verified organizations"
