"""Counts by month: what a month comes to, which one is the last that is whole, and what that answers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watcher.config.build import load
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.decision.figures import figures_of, half_of, monthly
from watcher.core.model import Entry, Figure, FigureSpec, Headline, Observation, Signal, Tier

NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)


def advisory(key: str, day: datetime, ids: tuple[str, ...] | str, seen: datetime | None = None) -> Observation:
    entry = Entry(key, f"Advisory {key}", "", f"https://mozilla.example/{key}", day, {"ids": ids})
    return Observation("page-1", entry, seen or day, "", "mozilla.org", Tier.OFFICIAL, "advisories", first_seen_at=day)


def firefox(*seen: Observation, now: datetime = NOW, **options: object) -> Figure | None:
    spec = FigureSpec("firefox", "Firefox", "times", "monthly", {"base_mean": 21.5, **options})  # type: ignore[arg-type]
    signal = Signal("s", "", "", "", (), (), (), figures=(spec,))
    claims = [claim for each in seen for claim in claims_of(signal, each)]
    return next(iter(figures_of(signal, [], claims, now)), None)


def ids(count: int, first: int = 0) -> tuple[str, ...]:
    return tuple(str(n) for n in range(first, first + count))


APRIL, MAY, JULY = datetime(2026, 4, 21, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC), datetime(2026, 7, 14, tzinfo=UTC)


def test_the_peak_is_reproduced_and_not_sustained() -> None:
    found = firefox(
        advisory("a", APRIL, ids(400)),
        advisory("b", APRIL, ids(223, 200)),
        advisory("c", MAY, ids(185)),
        note="Fixes, not productivity.",
    )
    assert found is not None
    assert found.values["peak"] == 19.7
    assert found.values["finding"] == "peak reproduced, not sustained"
    assert found.series == (("2026-04", 19.7), ("2026-05", 8.6))
    counted = "the last month counted; counted to 5 May 2026, nothing later was read"
    assert found.text == f"19.7x in April 2026 (peak), 8.6x in May 2026, {counted}"
    assert found.note == "peak reproduced, not sustained. Fixes, not productivity."


def test_ids_count_once_in_a_month_and_a_revision_replaces_its_advisory() -> None:
    found = firefox(advisory("a", APRIL, ids(400)), advisory("a", APRIL, ids(43), seen=MAY), advisory("b", APRIL, ids(43)))
    assert found is not None
    assert found.values["peak_ids"] == 43
    counted = "the last month counted; counted to 21 April 2026, nothing later was read"
    assert found.text == f"2x in April 2026 (peak, {counted})", "the peak is the newest month, and is told once"


@pytest.mark.parametrize(
    ("newest", "now", "day"),
    [
        ("2026-07-21", "2026-08-03", "21"),
        ("2026-07-30", "2026-08-31", ""),
        ("2026-07-30", "2026-09-01", "30"),
        ("2026-09-01", "2026-09-02", ""),
    ],
)
def test_a_month_that_may_not_be_whole_and_one_behind_which_nothing_was_read_say_up_to_which_day(
    newest: str, now: str, day: str
) -> None:
    last, at = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (newest, now))
    found = firefox(advisory("a", APRIL, ids(423)), advisory("b", JULY, ids(217)), advisory("c", last, ids(1, 900)), now=at)
    assert found is not None
    assert found.values["latest_month"] == "2026-07"
    said = f"; counted to {day} July 2026, nothing later was read" if day else ""
    assert found.text.partition("the last month counted")[2] == said
    spec = FigureSpec("firefox", "", "", "monthly", says={str(found.values["finding"]): "In {latest_month}: {latest}."})
    half = half_of(Signal("s", "", "", "", (), (), (), figures=(spec,)), [found], at)
    assert half == f"In {f'1-{day} ' if day else ''}July 2026: {found.values['latest']:g}."


def test_the_running_month_is_not_published() -> None:
    assert firefox(advisory("a", JULY, ids(400)), now=datetime(2026, 7, 30, tzinfo=UTC)) is None
    assert firefox(advisory("a", JULY, "1")).values["peak_ids"] == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("april", "may", "finding"),
    [(100, 90, "peak not reproduced"), (423, 400, "peak reproduced"), (423, 10, "peak reproduced, not sustained")],
)
def test_the_finding_follows_the_figures(april: int, may: int, finding: str) -> None:
    found = firefox(advisory("a", APRIL, ids(april)), advisory("b", MAY, ids(may)))
    assert found is not None
    assert found.values["finding"] == finding


def test_a_peak_in_the_latest_month_is_not_called_lost() -> None:
    assert firefox(advisory("a", APRIL, ids(423))).values["finding"] == "peak reproduced"  # type: ignore[union-attr]


HALF = {
    "peak reproduced": "It holds: {latest} times in {latest_month}.",
    "peak reproduced, not sustained": "It was {peak} times in {peak_month}, and {latest} in {latest_month}.",
    "none": "Nothing is counted yet.",
}


@pytest.mark.parametrize(
    ("counted", "half"),
    [
        ((423, 400), "It holds: 18.6 times in 1-5 May 2026."),
        ((423, 10), "It was 19.7 times in April 2026, and 0.5 in 1-5 May 2026."),
        ((10, 9), ""),
        ((), "Nothing is counted yet."),
    ],
)
def test_a_count_answers_the_other_half_of_the_question(counted: tuple[int, ...], half: str) -> None:
    spec = FigureSpec("firefox", "Firefox", "times", "monthly", {"base_mean": 21.5}, HALF)
    signal = Signal("s", "", "", "", (), (Headline("on", "Open", says="It is open."),), (), figures=(spec,), opened=MAY)
    read = [advisory(str(n), at, ids(many)) for n, (at, many) in enumerate(zip((APRIL, MAY), counted, strict=False))]
    claims = [claim for each in read for claim in claims_of(signal, each)]

    assert decide(signal, claims, (), NOW).says == f"It is open. {half}".strip()
    assert decide(signal, claims, (), APRIL).says == "It is open.", "nothing was asked before the question was opened"


def test_each_half_of_a_shipped_question_says_what_it_counts_in_words() -> None:
    root = Path(__file__).parents[2]
    figure = next(each for each in load(root / "signals.toml").signal("mythos-ga").figures if each.id == "firefox")
    for finding, words in figure.says.items():
        values = {"peak": 19.7, "peak_month": "2026-04", "latest": 8.6, "latest_month": "2026-05", "finding": finding}
        found = Figure("firefox", "", "", "", values={} if finding == "none" else values)
        signal = Signal("s", "", "", "", (), (), (), figures=(figure,))
        half = half_of(signal, [found], NOW)
        cut = half_of(signal, [replace(found, values={**found.values, "counted_to": "2026-05-19"} if found.values else {})], NOW)
        assert finding == "none" or "1-19 May 2026" in cut, "it may be no whole month"
        assert "20 times" in half, words
        assert finding == "none" or re.search(
            "May 2026(, the last month| is the last one) counted|Last counted, May 2026", half
        ), "it may be half a year ago"
        assert "{" not in half


def test_the_published_months_are_reproduced() -> None:
    counts = {"2026-02": 61, "2026-03": 76, "2026-04": 423}
    readings = [(datetime(2026, int(month[-2:]), 3, tzinfo=UTC), ids(count)) for month, count in counts.items()]
    assert monthly(readings) == {"2026-02": (61, 2.8), "2026-03": (76, 3.5), "2026-04": (423, 19.7)}


def test_other_places_and_other_facts_give_no_reading() -> None:
    elsewhere = replace(advisory("a", APRIL, ids(4)), surface="news")
    assert firefox(elsewhere) is None
    assert firefox(advisory("a", APRIL, ids(4)), ids="bugs") is None
