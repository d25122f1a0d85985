"""When time alone changes a verdict: nothing does so before the moment that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import ACCESS, BILL, SERIES, day, health, said, signal_of
from watcher.core.decision.decide import decide, next_change
from watcher.core.model import Claim, FigureSpec, Health, Signal, Verdict

MOMENT = timedelta(microseconds=1)
LASTING = replace(ACCESS, flags=tuple(replace(flag, lasts=timedelta(hours=30)) for flag in ACCESS.flags))
HINT = said("official:nist", "signalled", "06-01 10:00", rule="hint", event="a")
PAPER = said("official:nist", "published", "06-01 10:00", rule="page", event="a", details={"title": "A"})
GONE = health(gone_since=day("06-01 10:00"), gone_polls=3, last_good_at=day("05-01"), outcome="gone")
OPENED = signal_of(SERIES, opened=day("06-05 10:00"))
DAYS = signal_of(ACCESS, figures=(FigureSpec("days", "Days", "days", "days_since", options={"since": "2026-06-01"}),))
OPEN = said("official:lab", "promised", "06-01 10:00", seen="05-30")
HALTED = said("official:lab", "", "06-01 10:00", rule="halt", flag="halted")


@pytest.mark.parametrize(
    ("signal", "claims", "healths", "now", "then"),
    [
        pytest.param(signal_of(ACCESS), [OPEN], [], "06-01 09:00", "06-01 10:00", id="what is said of a later hour"),
        pytest.param(signal_of(ACCESS), [OPEN], [], "08-03 09:00", "08-03 10:00", id="a promise runs out"),
        pytest.param(signal_of(LASTING), [HALTED], [], "06-02 15:00", "06-02 16:00", id="a flag comes down"),
        pytest.param(signal_of(BILL), [], [], "2027-01-03 16:00", "2027-01-03 17:00", id="a clock strikes"),
        pytest.param(signal_of(SERIES), [HINT], [], "07-01 09:00", "07-01 10:00", id="nothing has followed a hint"),
        pytest.param(signal_of(SERIES), [PAPER], [], "10-19 12:00", "10-20 00:00", id="a series is quiet"),
        pytest.param(signal_of(SERIES), [PAPER], [GONE], "06-02 09:00", "06-02 10:00", id="a page is gone for a day"),
        pytest.param(OPENED, [PAPER], [], "06-05 09:00", "06-05 10:00", id="the question is opened"),
        pytest.param(DAYS, [], [], "06-07 09:00", "06-08 00:00", id="a day more"),
    ],
)
def test_it_is_the_moment_from_which_another_verdict_holds(
    signal: Signal, claims: list[Claim], healths: list[Health], now: str, then: str
) -> None:
    found = next_change(signal, claims, healths, day(now))
    assert found in (day(then), day(then) + MOMENT)
    assert held(signal, claims, healths, day(now)) == held(signal, claims, healths, found - MOMENT)
    assert held(signal, claims, healths, found - MOMENT) != held(signal, claims, healths, found)


def held(signal: Signal, claims: list[Claim], healths: list[Health], at: datetime) -> Verdict:
    """What holds at a moment, whenever that was looked at; what cannot be seen is another matter."""
    return replace(decide(signal, claims, healths, at), as_of=day("01-01"), blind=(), cannot_see_since=None)


def claims_of(signal: Signal) -> st.SearchStrategy[list[Claim]]:
    """Some claims of its ladder over half a year."""
    ladder = signal.tracks[0].ladder
    words: Any = st.fixed_dictionaries(
        {
            "who": st.sampled_from(["official:lab", "press:paper", "press:post"]),
            "status": st.sampled_from(["", *(status.id for status in ladder.statuses)]),
            "flag": st.sampled_from(["", *(flag.id for flag in ladder.flags)]),
            "rule": st.sampled_from([rule.id for rule in ladder.rules]),
            "event": st.sampled_from(["", "a", "b"]),
            "hours": st.integers(0, 4400),
        }
    )
    return st.lists(words.map(claim), max_size=8)


def claim(words: dict[str, Any]) -> Claim:
    at = day("01-01") + timedelta(hours=words["hours"])
    return said(
        words["who"],
        words["status"],
        at.isoformat(),
        rule=words["rule"],
        flag=words["flag"],
        event=words["event"],
        seen="2025-12-01",
    )


@pytest.mark.parametrize("signal", [signal_of(LASTING), signal_of(BILL), OPENED, DAYS], ids=["access", "bill", "series", "days"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_changes_before_it(signal: Signal, data: st.DataObject) -> None:
    claims = data.draw(claims_of(signal))
    now = day("01-01") + timedelta(minutes=data.draw(st.integers(0, 60 * 5000)))
    then = next_change(signal, claims, [], now)
    assert now < then <= now + timedelta(days=1)
    assert held(signal, claims, [], then - MOMENT) == held(signal, claims, [], now)
