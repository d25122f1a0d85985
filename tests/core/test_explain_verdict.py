"""Why a claim counted or did not, in words that a reader understands."""

from __future__ import annotations

import pytest

from tests.builders import ACCESS, BILL, SERIES, day, said, signal_of
from watcher.core.decision.decide import decide
from watcher.core.decision.explain import Explanation, explain
from watcher.core.model import Claim, Ladder

NOW = day("12-01")
EVENTS = [
    said("official:lab", "published", "06-01", rule="page", event="one"),
    said("official:lab", "published", "07-01", rule="page", event="two"),
]


def weighed(ladder: Ladder, claims: list[Claim]) -> list[Explanation]:
    """Every claim with its reason."""
    signal = signal_of(ladder)
    verdict = decide(signal, claims, [], NOW).tracks[0]
    return list(explain(signal.tracks[0], claims, verdict, NOW))


def why(ladder: Ladder, claims: list[Claim]) -> tuple[bool, str]:
    """What is said of the last of the claims."""
    [found] = [each for each in weighed(ladder, claims) if each.claim == claims[-1]]
    return found.counted, found.why


@pytest.mark.parametrize(
    ("claims", "counted", "words"),
    [
        ([said("official:lab", "available")], True, "sets the present status"),
        ([said("official:lab", "available"), said("partner:cloud", "available", "06-10")], True, "says the same"),
        ([said("official:lab", "available", "06-10"), said("official:lab", "gated", "06-09")], True, "moved it on the way"),
        (
            [said("official:lab", "available", event="one"), said("official:lab", "available", "08-20", event="two")],
            False,
            "says the same of another time",
        ),
        ([said("official:lab", "available"), said("official:lab", "gated", "06-20")], False, "it stands higher already"),
        (
            [
                said("official:lab", "rumoured", "06-08"),
                said("official:lab", "available", "06-12"),
                said("official:lab", "gated", "06-10", rule="soft-gate"),
            ],
            False,
            "older than what set the present status (2026-06-12)",
        ),
        (
            [said("official:lab", "gated"), said("official:lab", "ended", "06-10"), said("official:lab", "suspended", "06-20")],
            False,
            "it stands higher already",
        ),
        (
            [said("official:lab", "available"), said("official:lab", "suspended", "06-20", undated=True)],
            False,
            "nobody knows when it was said",
        ),
        (
            [said("official:lab", "available"), said("official:lab", "suspended", "06-12", seen="11-20", since=day("06-12"))],
            False,
            "it tells of 2026-06-12, long past",
        ),
        ([said("partner:cloud", "available")], False, "never leads"),
        ([said("press:a.example", "available")], False, "press alone never makes it Open to all"),
        ([said("press:a.example", "rumoured")], False, "press: 1 independent publishers in all, 2 within 3 days"),
        ([said("official:lab", "available", "12-24", seen="11-30")], False, "still to come"),
        ([said("official:lab", flag="renamed")], True, "the flag renamed is up"),
        ([said("press:a.example", flag="halted")], False, "lowered since, or has too few voices"),
        ([said("official:lab", review=True)], False, "a person should read it"),
        ([said("official:lab", "gated", review=True)], False, "undecided: a person is asked, once for the same words"),
        ([said("official:lab", "gated", review=True, unexplained=("in",))], False, "undecided, no rule accounts for “in”"),
    ],
)
def test_a_claim_on_a_ladder(claims: list[Claim], counted: bool, words: str) -> None:  # noqa: FBT001 - a column
    found = why(ACCESS, claims)
    assert found[0] is counted
    assert words in found[1]


def test_what_takes_back_says_whether_it_found_something() -> None:
    passed = said("official:senate", "passed", "06-09", rule="pass")
    vitiated = said("official:senate", "", "06-10", rule="vitiate", details={"vitiates": "2026-06-09"})
    assert why(BILL, [passed, vitiated]) == (True, "takes earlier claims back")
    assert why(BILL, [vitiated]) == (False, "found nothing to take back")


def test_what_was_taken_back_says_so() -> None:
    told = [
        said("official:senate", "committee", "06-01", rule="refer"),
        said("official:senate", "", "06-10", rule="vitiate", details={"vitiates": "2026-06-09"}),
        said("official:senate", "passed", "06-09", rule="pass"),
    ]
    assert why(BILL, told) == (False, "taken back by a later claim, or not to be reached from where it stood")


@pytest.mark.parametrize(
    ("claim", "counted", "words"),
    [
        (said("official:lab", "published", "07-02", rule="page", event="two"), True, "number 2 of the series"),
        (said("press:a.example", "reported", "07-02", rule="press", event="two"), False, "number 2 of the series"),
        (said("official:lab", "signalled", "11-30", rule="hint", event="three"), True, "why the next one is Announced"),
        (said("press:a.example", "reported", "11-30", rule="press", event="three"), False, "1 independent publishers"),
        (said("official:lab", "signalled", "06-10", rule="hint", event="three"), False, "older than the latest of the series"),
        (said("official:lab", "published", "11-30", rule="page"), False, "names no event"),
    ],
)
def test_a_claim_on_a_series(claim: Claim, counted: bool, words: str) -> None:  # noqa: FBT001 - a column
    found = why(SERIES, [*EVENTS, claim])
    assert found[0] is counted
    assert words in found[1]
