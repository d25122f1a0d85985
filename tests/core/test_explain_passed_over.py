"""Sentences that say what a rule asks for, and not in its way or from its mouth: why a text claims nothing."""

from __future__ import annotations

import pytest

from tests.spoken import said, shipped
from watcher.core.decision.claims import NearMiss, claims_of
from watcher.core.decision.explain import near_misses
from watcher.core.model import Tier


@pytest.mark.parametrize(
    ("text", "tier", "track", "status", "why"),
    [
        (
            "Claude Mythos 6 will be generally available once it is safe.",
            Tier.OFFICIAL,
            "named",
            "available",
            "“generally available” is planned",
        ),
        (
            "If asked, we will open Claude Mythos 6 to everyone.",
            Tier.OFFICIAL,
            "named",
            "available",
            "is conditional and planned",
        ),
        (
            "Claude Mythos 6 is generally available.",
            Tier.PRESS,
            "named",
            "available",
            "is said by press; only official, partner may say it",
        ),
        ("Claude Mythos 6 was not suspended.", Tier.OFFICIAL, "named", "suspended", "is negated"),
        ("Claude Mythos 6 will be generally available.", Tier.OFFICIAL, "named", "gated", "“generally available” is planned"),
    ],
)
def test_what_was_passed_over_has_its_reason(text: str, tier: Tier, track: str, status: str, why: str) -> None:
    found = [
        near for near in near_misses(shipped("mythos-ga"), said(text, tier=tier)) if (near.track, near.status) == (track, status)
    ]
    assert any(why in near.why and near.quote == text for near in found)


def test_of_who_may_not_say_it_no_more_is_asked() -> None:
    plan = said("Claude Mythos 6 will be generally available once it is safe.", tier=Tier.PRESS)
    stated = said("Claude Mythos 6 is generally available.", tier=Tier.PARTNER)
    reasons = {(near.rule, near.why) for near in near_misses(shipped("mythos-ga"), plan)}
    assert ("promise", "“generally available” is said by press; only official may say it") in reasons
    assert not [rule for rule, _ in reasons if rule == "open"], "it says nothing that this rule asks for"
    assert not [near for near in near_misses(shipped("mythos-ga"), stated) if near.status == "promised"]


def test_what_was_passed_over_is_what_the_decision_itself_put_down() -> None:
    texts = (
        "Claude Mythos 6 is generally available. Claude Mythos 6 will be generally available. Claude Mythos 6 was not suspended."
    )
    for tier in Tier:
        passed: list[NearMiss] = []
        text = said(texts, tier=tier)
        assert claims_of(shipped("mythos-ga"), text, passed) == claims_of(shipped("mythos-ga"), text), "who asks changes nothing"
        assert set(near_misses(shipped("mythos-ga"), text)) <= set(passed)


@pytest.mark.parametrize("text", ["Claude Mythos 6 is generally available.", "Claude Opus 6 will be generally available.", ""])
def test_what_holds_or_speaks_of_something_else_was_not_passed_over(text: str) -> None:
    found = near_misses(shipped("mythos-ga"), said(text))
    assert not [near for near in found if near.status == "available" and near.track == "named"]


def test_a_plan_that_names_no_body_is_another_matter_and_not_nearly_one() -> None:
    text = "The institute plans to evaluate DeepSeek V4."
    for tier in (Tier.OFFICIAL, Tier.PRESS):
        assert near_misses(shipped("caisi-evaluation"), said(text, tier=tier)) == ()
    named = near_misses(shipped("caisi-evaluation"), said("CAISI plans to evaluate DeepSeek V4.", tier=Tier.PRESS))
    assert "said by press; only official" in named[0].why
