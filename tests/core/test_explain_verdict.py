"""Why a claim counted or did not, in words that a reader understands: those of the decision itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import ACCESS, BILL, SERIES, day, said, signal_of
from watcher.core.decision.decide import decide
from watcher.core.decision.explain import Explanation, explain
from watcher.core.decision.fold import MAX_REVOCATIONS
from watcher.core.model import Claim, Fate, Ladder, Rule, Trace, TrackVerdict

NOW = day("12-01")
ONE = said("official:lab", "published", "06-01", rule="page", event="one")
TWO = said("official:lab", "published", "07-01", rule="page", event="two")
OPEN = said("official:lab", "available")
RUMOUR = said("press:a.example", "rumoured")
HALT = said("press:a.example", flag="halted")
PASSED = said("official:senate", "passed", "06-09", rule="pass")
VITIATED = said("official:senate", "", "06-10", rule="vitiate", details={"vitiates": "2026-06-09"})
LONG = replace(ACCESS, flags=tuple(replace(flag, lasts=timedelta(days=365)) for flag in ACCESS.flags))
BRIEF = replace(ACCESS, flags=(replace(ACCESS.flags[1], lasts=timedelta(days=30)),))
STANDS = replace(BILL, rules=(*BILL.rules, Rule("recalled", status="committee", cancels=("passed",))))
"""A row that takes the passage back and says in one where the bill is."""
AGAIN = replace(BILL, rules=(*BILL.rules, Rule("vote", status="passed", details={"tally": "tally"})))
"""Another vote, with a tally of its own: it gives back no earlier one."""
CLEARED = replace(
    ACCESS,
    flags=(*ACCESS.flags, replace(ACCESS.flags[2], id="stopped", report=0)),
    rules=(*ACCESS.rules, Rule("go", clears=("halted",))),
)


def of_press(*names: str, at: str = "06-09", status: str = "rumoured", **more: Any) -> list[Claim]:
    """The same said by several publishers."""
    return [said(f"press:{name}.example", status, at, **more) for name in names]


def weighed(ladder: Ladder, claims: list[Claim]) -> tuple[TrackVerdict, list[Explanation], Trace]:
    """The decision, and every claim with its reason."""
    signal, trace = signal_of(ladder), Trace()
    verdict = decide(signal, claims, [], NOW, trace).tracks[0]
    return verdict, list(explain(signal.tracks[0], claims, trace)), trace


LADDERS: list[tuple[Ladder, list[Claim], Fate, str]] = [
    # the last claim of each row is the one that is asked about
    (ACCESS, [OPEN], Fate.SETS, "sets the present status"),
    (ACCESS, [OPEN, said("partner:cloud", "available", "06-10")], Fate.SAME, "says the same"),
    (ACCESS, [OPEN, said("official:lab", "available", "06-10")], Fate.SAME, "says the same"),
    (ACCESS, [*of_press("b", at="06-10"), RUMOUR], Fate.SAME, "says the same"),
    (
        ACCESS,
        [said("official:lab", "available", "06-10"), said("official:lab", "gated", "06-09")],
        Fate.MOVED,
        "moved it on the way",
    ),
    (
        ACCESS,
        [*of_press("b", at="06-10"), said("official:lab", "available", "06-20"), RUMOUR],
        Fate.REPORTS,
        "one of the voices that moved it together",
    ),
    (
        ACCESS,
        [OPEN, *of_press("b", at="06-20"), RUMOUR],
        Fate.TOO_FEW,
        "heard from 1 independent publisher; it takes 2 within 3 days",
    ),
    (
        ACCESS,
        [OPEN, *of_press("b", at="06-20"), *of_press("c", at="06-20")],
        Fate.LOWER,
        "it stood at Open to all, which is higher",
    ),
    (
        ACCESS,
        [OPEN, *of_press("c", at="06-21"), *of_press("b", at="06-20")],
        Fate.LOWER,
        "it stood at Open to all, which is higher",
    ),
    (
        ACCESS,
        [OPEN, said("official:lab", "available", "06-10", event="one"), said("official:lab", "available", "08-20", event="two")],
        Fate.SAME,
        "says the same",
    ),
    (
        ACCESS,
        [said("official:lab", "available", event="one"), said("official:lab", "available", "08-20", event="two")],
        Fate.OTHER_EVENT,
        "says the same of another event",
    ),
    (
        ACCESS,
        [
            said("official:lab", "suspended", "06-10"),
            said("official:lab", "available", "08-20", rule="restored"),
            said("official:lab", "available", "06-09"),
        ],
        Fate.MOVED,
        "moved it on the way",
    ),
    (
        ACCESS,
        [
            OPEN,
            said("official:lab", "suspended", "07-10"),
            said("official:lab", "available", "08-20", rule="restored"),
            said("official:lab", "available", "06-10"),
        ],
        Fate.OTHER_TIME,
        "says the same of another time",
    ),
    (
        ACCESS,
        [OPEN, said("official:lab", "suspended", "07-10"), said("official:lab", "available", "06-10")],
        Fate.REPEATED,
        "said again what held already",
    ),
    (
        ACCESS,
        [
            OPEN,
            said("official:lab", "suspended", "07-10", event="one"),
            said("official:lab", "available", "08-10", rule="restored"),
            said("official:lab", "suspended", "07-11", event="one"),
        ],
        Fate.REPEATED,
        "said again what held already",
    ),
    (ACCESS, [said("official:lab", "rumoured", "06-10"), RUMOUR], Fate.BESIDE_OFFICIAL, "official words carry it already"),
    (ACCESS, [OPEN, said("official:lab", "gated", "06-20")], Fate.LOWER, "it stood at Open to all, which is higher"),
    (
        ACCESS,
        [
            said("official:lab", "rumoured", "06-08"),
            said("official:lab", "available", "06-12"),
            said("official:lab", "gated", "06-10", rule="soft-gate"),
        ],
        Fate.NOT_FROM,
        "it stood at Rumoured, and the rule does not lead on from there",
    ),
    (
        ACCESS,
        [said("official:lab", "gated"), said("official:lab", "ended", "06-10"), said("official:lab", "suspended", "06-20")],
        Fate.FINAL,
        "it stood at Ended, which is final",
    ),
    (ACCESS, [OPEN, said("official:lab", "suspended", "06-20", undated=True)], Fate.UNDATED, "nobody knows when it was said"),
    (ACCESS, [replace(RUMOUR, undated=True)], Fate.UNDATED, "nobody knows when it was said"),
    (
        ACCESS,
        [OPEN, said("official:lab", "suspended", "06-12", seen="11-20", since=day("06-12"))],
        Fate.RETOLD,
        "it tells of 2026-06-12, long past",
    ),
    (ACCESS, [said("partner:cloud", "available")], Fate.NEVER_LEADS, "never leads"),
    (ACCESS, [said("press:a.example", "available")], Fate.PRESS_NEVER, "press alone is never enough for Open to all"),
    (ACCESS, [RUMOUR], Fate.TOO_FEW, "press: heard from 1 independent publisher; it takes 2 within 3 days"),
    (
        ACCESS,
        [*of_press("a", "b"), *of_press("c", at="06-10"), OPEN, *of_press("d", at="06-11")],
        Fate.REPORTED_BEFORE,
        "had said it",
    ),
    (
        ACCESS,
        [replace(said("press:a.example", "rumoured"), event=f"e{number}") for number in range(21)],
        Fate.TOO_OFTEN,
        "its source has said it too often",
    ),
    (ACCESS, [said("official:lab", "available", "12-24", seen="11-30")], Fate.TO_COME, "still to come"),
    (ACCESS, [said("official:lab", flag="renamed", at="12-24", seen="11-30")], Fate.TO_COME, "still to come"),
    (ACCESS, [said("official:lab", rule="go")], Fate.NO_STATUS, "says no status, and moves no flag"),
    (ACCESS, [said("official:lab", review=True)], Fate.FOR_A_PERSON, "a person should read it"),
    (ACCESS, [said("official:lab", flag="renamed", review=True)], Fate.FOR_A_PERSON, "a person should read it"),
    (
        ACCESS,
        [said("official:lab", "gated", review=True)],
        Fate.FOR_A_PERSON,
        "undecided: a person is asked, once for the same words",
    ),
    (
        ACCESS,
        [said("official:lab", "gated", review=True, unexplained=("in",))],
        Fate.FOR_A_PERSON,
        "undecided, no rule accounts for “in”",
    ),
    (
        ACCESS,
        [said("official:lab", "gated", review=True, unexplained=("lab says gated",))],
        Fate.FOR_A_PERSON,
        "undecided, no rule accounts for any of its words",
    ),
]

BILLS: list[tuple[Ladder, list[Claim], Fate, str]] = [
    (AGAIN, [VITIATED, said("official:senate", "passed", "06-11", rule="vote"), PASSED], Fate.TAKEN_BACK, "taken back by what"),
    (BILL, [PASSED, VITIATED], Fate.TAKES_BACK, "takes earlier claims back"),
    (BILL, [VITIATED], Fate.NOTHING_TO_TAKE_BACK, "found nothing to take back"),
    (BILL, [VITIATED, PASSED], Fate.TAKEN_BACK, "taken back by what happened on 2026-06-10"),
    (
        BILL,
        [VITIATED, said("official:senate", "calendar", "06-09")],
        Fate.TAKEN_BACK,
        "taken back by what happened on 2026-06-10",
    ),
    (
        BILL,
        [PASSED, VITIATED, said("official:senate", "passed", "06-11", rule="pass")],
        Fate.GIVES_BACK,
        "what was taken back stands",
    ),
    (
        BILL,
        [PASSED, said("official:senate", "passed", "06-11", rule="pass"), VITIATED],
        Fate.UNDONE,
        "stands again since 2026-06-11",
    ),
    (BILL, [VITIATED, said("official:senate", "passed", "06-11", rule="pass"), PASSED], Fate.SETS, "sets the present status"),
    (STANDS, [PASSED, said("official:senate", "committee", "06-10", rule="recalled")], Fate.SETS, "sets the present status"),
    (
        STANDS,
        [
            said("official:senate", "calendar", "06-08"),
            PASSED,
            said("official:senate", "committee", "06-10", rule="recalled"),
        ],
        Fate.TAKES_BACK,
        "takes earlier claims back",
    ),
    (
        BILL,
        [
            one
            for number in range(MAX_REVOCATIONS + 1)
            for one in (
                said("official:senate", "passed", f"06-09 10:{number:02}", rule="pass", details={"tally": str(number)}),
                said("official:senate", "", f"06-09 10:{number:02}:30", rule="return"),
            )
        ],
        Fate.TAKEN_TOO_OFTEN,
        "too often was something taken back before it",
    ),
    (
        replace(BILL, rules=tuple(replace(rule, event="key") for rule in BILL.rules)),
        [said("official:senate", "passed", "06-10", rule="pass", event="row"), PASSED],
        Fate.SAME,
        "says the same",
    ),
]

EVENTS: list[tuple[Ladder, list[Claim], Fate, str]] = [
    (
        SERIES,
        [ONE, TWO, said("official:lab", "published", "07-02", rule="page", event="two", details={"title": "The second"})],
        Fate.NUMBERED,
        "number 2 of the series, The second",
    ),
    (
        SERIES,
        [ONE, TWO, said("press:a.example", "reported", "07-02", rule="press", event="one+two")],
        Fate.KNOWN_EVENT,
        "tells of number 1 of the series, one, which is out",
    ),
    (
        SERIES,
        [ONE, said("official:lab", "signalled", "11-30", rule="hint", event="three")],
        Fate.AWAITED,
        "the next one is Announced",
    ),
    (
        SERIES,
        [ONE, said("press:a.example", "reported", "11-30", rule="press", event="three")],
        Fate.TOO_FEW,
        "1 independent publisher;",
    ),
    (
        SERIES,
        [ONE, *of_press("b", "a", at="11-30", status="reported", rule="press", event="three")],
        Fate.AWAITED,
        "why the next one is Reported",
    ),
    (
        SERIES,
        [
            *of_press("b", "c", at="11-30", status="reported", rule="press", event="four"),
            *of_press("b", at="11-10", status="reported", rule="press", event="three"),
            *of_press("a", at="11-11", status="reported", rule="press", event="three"),
        ],
        Fate.OTHER_TIME,
        "says the same of another time",
    ),
    (
        SERIES,
        [
            *of_press("a", "b", at="11-30", status="reported", rule="press", event="three"),
            said("official:lab", "signalled", "11-30", rule="hint", event="three"),
        ],
        Fate.OUTRANKED,
        "what is awaited stands higher already",
    ),
    (
        SERIES,
        [
            said("official:lab", "signalled", "11-30", rule="hint", event="three"),
            said("press:a.example", "signalled", "11-30", rule="hint", event="three"),
        ],
        Fate.BESIDE_OFFICIAL,
        "official words carry it already",
    ),
    (
        SERIES,
        [said("press:a.example", "signalled", "11-30", rule="hint")],
        Fate.PRESS_NEVER,
        "press alone is never enough for Announced",
    ),
    (SERIES, [said("partner:lab", "published", "11-30", rule="page", event="three")], Fate.NEVER_LEADS, "never leads"),
    (
        SERIES,
        [TWO, said("official:lab", "signalled", "06-10", rule="hint", event="three")],
        Fate.OLDER,
        "latest of the series (2026-07-01)",
    ),
    (
        SERIES,
        [ONE, said("official:lab", "signalled", "07-10", rule="hint", event="three")],
        Fate.EXPIRED,
        "nothing followed in time",
    ),
    (SERIES, [ONE, said("official:lab", "published", "11-30", rule="page")], Fate.UNNUMBERED, "names no event"),
    (
        SERIES,
        [ONE, said("official:lab", "published", "11-30", rule="page", event="three", undated=True)],
        Fate.DOUBTFUL,
        "may be an older one told again",
    ),
    (SERIES, [said("official:lab", review=True)], Fate.FOR_A_PERSON, "a person should read it"),
    (SERIES, [said("official:lab", "published", "12-24", seen="11-30", event="three")], Fate.TO_COME, "still to come"),
]

FLAGS: list[tuple[Ladder, list[Claim], Fate, str]] = [
    (LONG, [said("official:lab", flag="renamed")], Fate.FLAG_UP, "the flag renamed is up"),
    (LONG, [*of_press("b", status="", flag="halted"), HALT], Fate.FLAG_UP, "the flag halted is up"),
    (ACCESS, [HALT], Fate.TOO_FEW, "heard from 1 independent publisher; it takes 2 within 3 days"),
    (
        ACCESS,
        [*of_press("b", status="", flag="halted"), HALT, *of_press("c", status="", flag="halted", at="06-20")],
        Fate.REPORTED_BEFORE,
        "had",
    ),
    (ACCESS, [said("partner:cloud", flag="halted")], Fate.NEVER_LEADS, "never leads"),
    (CLEARED, [said("press:a.example", flag="stopped")], Fate.PRESS_NEVER, "press alone is never enough for the flag stopped"),
    (ACCESS, [said("official:lab", flag="halted"), HALT], Fate.BESIDE_OFFICIAL, "official words carry it already"),
    (
        CLEARED,
        [said("official:lab", "", "06-20", rule="go"), HALT],
        Fate.FLAG_LOWERED,
        "the flag halted was lowered on 2026-06-20",
    ),
    (CLEARED, [HALT, said("official:lab", "", "06-20", rule="go")], Fate.CLEARS, "lowers the flag halted"),
    (CLEARED, [HALT, said("official:lab", "", "06-01", rule="go")], Fate.NO_STATUS, "moves no flag"),
    (BRIEF, [said("official:lab", flag="renamed")], Fate.FLAG_OVER, "the time of the flag renamed is over"),
    (ACCESS, [said("official:lab", "available", flag="renamed")], Fate.SETS, "sets the present status"),
]

ROWS = [*LADDERS, *BILLS, *EVENTS, *FLAGS]


@pytest.mark.parametrize(("ladder", "claims", "fate", "words"), ROWS, ids=[f"{n}-{row[2].name}" for n, row in enumerate(ROWS)])
def test_each_claim_is_told_what_the_decision_made_of_it(ladder: Ladder, claims: list[Claim], fate: Fate, words: str) -> None:
    verdict, every, trace = weighed(ladder, claims)

    (asked,) = [one for one in every if one.claim is claims[-1]]
    assert trace.of(claims[-1]).fate is fate
    assert words in asked.why
    assert asked.counted is fate.counts
    assert verdict == decide(signal_of(ladder), claims, [], NOW).tracks[0], "who asks changes nothing"


def test_whatever_can_become_of_a_claim_is_in_these_tables() -> None:
    assert {row[2] for row in ROWS} == set(Fate)


STATUSES = st.sampled_from(["rumoured", "gated", "promised", "available", "suspended", "ended"])
TOLD = st.builds(
    lambda who, status, days, rule, undated: said(
        who, status, (day("06-01") + timedelta(days=days)).isoformat(), rule=rule or status, undated=undated
    ),
    st.sampled_from(["official:lab", "partner:cloud", "press:a.example", "press:b.example", "press:c.example"]),
    STATUSES,
    st.integers(0, 40),
    st.sampled_from(["", "restored", "soft-gate", "known"]),
    st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(TOLD, max_size=12))
def test_the_reasons_agree_with_the_verdict_that_they_are_of(claims: list[Claim]) -> None:
    verdict, every, trace = weighed(ACCESS, claims)

    setters = [claim for claim in claims if trace.of(claim).fate is Fate.SETS]
    assert [claim.effective_at for claim in setters] == ([verdict.since] if verdict.since else [])
    assert all(claim.status == verdict.status for claim in setters)
    assert len(every) == len(claims)
    moved = {(claim.status, claim.effective_at) for claim in claims if trace.of(claim).fate in (Fate.SETS, Fate.MOVED)}
    assert moved >= set(verdict.path)
    said_too = {claim.voice for claim in claims if trace.of(claim).fate in (Fate.SETS, Fate.SAME, Fate.MOVED, Fate.REPORTS)}
    assert set(verdict.voices) <= said_too
    assert verdict == decide(signal_of(ACCESS), claims, [], NOW).tracks[0], "who asks changes nothing"
