from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import SERIES, day, health, said, signal_of
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide
from watcher.core.decision.scheduled_notes import close_in_words
from watcher.core.decision.series import doubtful_events
from watcher.core.model import Claim, Health, TrackVerdict

SIGNAL = signal_of(SERIES)


def page(event: str, at: str, who: str = "official:nist", **details: object) -> Claim:
    return said(
        who,
        "published",
        at,
        rule="page",
        event=event,
        details={"title": f"Evaluation of {event}", "outcome": "not_measured", **details},
    )


def stand(claims: list[Claim], at: str = "12-01", healths: list[Health] | None = None) -> TrackVerdict:
    return decide(SIGNAL, claims, healths or [], day(at)).tracks[0]


def test_each_event_is_numbered_by_its_date() -> None:
    verdict = stand([page("b", "07-01"), page("a", "05-01")])

    assert [(event.number, event.key) for event in verdict.events] == [(1, "a"), (2, "b")]
    assert (verdict.status, verdict.details["cycle"], verdict.details["latest"]) == ("awaiting", 3, "Evaluation of b")


def test_nothing_yet_is_a_series_of_none() -> None:
    verdict = stand([])

    assert (verdict.status, verdict.events, verdict.since, verdict.evidence, verdict.details["cycle"]) == (
        "awaiting",
        (),
        None,
        (),
        1,
    )


def test_page_paper_and_partners_copy_are_one_event() -> None:
    verdict = stand(
        [page("kimi-k3", "07-23 17:30"), page("kimi-k3+glm-5.2", "07-23 17:45", "official:aisi"), page("kimi-k3", "08-01")]
    )

    assert len(verdict.events) == 1
    assert len(verdict.events[0].evidence) == 3


def test_of_many_pages_about_one_event_the_first_six_are_shown() -> None:
    pages = [page("kimi-k3", f"07-{number}", f"official:p{number}", title="Assessment of Kimi K3") for number in range(10, 18)]
    [event] = stand(pages).events
    assert [quote.publisher for quote in event.evidence] == ["p10", "p11", "p12", "p13", "p14", "p15"]


@pytest.mark.parametrize(
    ("first", "later", "count"),
    [
        ("Preliminary Assessment of Kimi K3's Cyber Capabilities", "Preliminary assessment of Kimi K3 cyber capabilities", 1),
        ("Assessment of Kimi K3", "Updated: Assessment of Kimi K3", 1),
        ("Assessment of Kimi K3", "Assessment of Kimi K3's Safeguards", 2),
        ("Preliminary Assessment of Kimi K3", "Full Assessment of Kimi K3", 2),
        ("Assessment of Kimi K3", "What the center found when it looked at Kimi K3", 1),
    ],
)
def test_the_same_subject_months_later_is_another_event_where_its_kind_is_another(first: str, later: str, count: int) -> None:
    assert len(stand([page("kimi-k3", "07-23", title=first), page("kimi-k3", "10-23", title=later)]).events) == count


def test_an_event_that_is_listed_again_keeps_its_number() -> None:
    again = replace(page("kimi-k3", "10-23", title="News: Kimi"), copy=0xFF00_FF00)
    moved = replace(again, quote=replace(again.quote, url="https://nist.gov/moved"))
    first = replace(page("kimi-k3", "07-23", title="Assessment of Kimi K3"), copy=0xFF00_FF01)
    assert len(stand([first, again, moved, page("glm-6", "11-01")]).events) == 2
    grown = replace(page("kimi-k3-pro", "09-23", title="Assessment of Kimi K3"), quote=first.quote)
    assert len(stand([first, grown]).events) == 1


def test_two_items_of_a_list_without_links_are_two() -> None:
    first = replace(page("a", "05-01", title="Weekly report"), quote=said("official:nist", "x").quote)
    first = replace(first, quote=replace(first.quote, read_at=first.quote.url))
    second = replace(first, event="b", effective_at=day("06-01"))
    assert len(stand([first, second]).events) == 2


@pytest.mark.parametrize(("before", "kind"), [({"prc": 91, "us": 8}, "correction"), ({}, "detail")])
def test_a_figure_that_changes_with_the_same_outcome_is_told(before: dict[str, int], kind: str) -> None:
    first, second = page("a", "05-01", **before), page("a", "05-01", prc=90, us=8)
    was, now = (decide(SIGNAL, [claim], [], day("05-03")) for claim in (first, second))
    [told] = compare(SIGNAL, was, now)
    assert (told.kind, told.details["prc"]) == (kind, 90)
    assert "prc 90, before: 91" in told.reason or "not read yet" in told.reason


def test_a_retrospect_of_what_is_known_is_no_event() -> None:
    told = [page("kimi-k3", "05-01"), page("glm-5.2", "07-01"), page("glm-5.2+kimi-k3", "11-01", title="The year in evaluations")]
    assert [event.key for event in stand(told).events] == ["kimi-k3", "glm-5.2"]
    assert [claim.event for claim in doubtful_events(SIGNAL.tracks[0], told, day("12-01"))] == ["glm-5.2+kimi-k3"]
    assert len(stand([*told[:2], page("glm-5.2+qwen-4", "11-01", title="GLM-5.2 and Qwen 4")]).events) == 3


def test_an_old_text_is_evidence_and_no_event() -> None:
    undated = replace(page("glm-6", "11-01"), undated=True)
    assert [event.key for event in stand([page("kimi-k3", "05-01"), undated]).events] == ["kimi-k3"]
    assert len(stand([undated]).events) == 1


def test_an_event_whose_day_becomes_known_is_not_told_again() -> None:
    late = page("glm-6", "11-01")
    early = replace(late, effective_at=day("09-01"))
    before, after = decide(SIGNAL, [late], [], day("11-02")), decide(SIGNAL, [early, late], [], day("11-03"))
    assert compare(SIGNAL, before, after) == ()


def test_press_and_partners_publish_nothing() -> None:
    assert stand([page("x", "07-01", "press:paper"), page("y", "07-02", "partner:cloud")]).events == ()


def test_the_strongest_reading_is_the_outcome() -> None:
    first, second = page("a", "05-01", outcome=""), page("a", "05-02", outcome="measured_qualitative", prc=1)

    event = stand([first, second]).events[0]

    assert (event.outcome, event.details["prc"], event.at) == ("measured_qualitative", 1, day("05-01"))
    assert event.evidence[0] == second.quote


def test_an_event_has_the_title_of_the_publication_whose_words_stand_first() -> None:
    news, paper = (
        page("a", "05-01", outcome="", title="The news"),
        page("a", "05-02", outcome="measured_qualitative", title="The paper"),
    )
    for told in ([news, paper], [replace(news, effective_at=day("05-03")), paper]):
        event = stand(told).events[0]
        assert (event.title, event.evidence[0]) == ("The paper", paper.quote)


def test_an_unknown_outcome_is_none() -> None:
    assert stand([page("a", "05-01", outcome="great")]).events[0].outcome == ""


def test_an_untitled_event_has_a_name_all_the_same() -> None:
    assert stand([page("a", "05-01", title="")]).events[0].title == "a"


HINTS = [
    ("an official word", [said("official:aisi", "signalled", "07-17", event="k")], "signalled", "confirmed"),
    ("one paper", [said("press:a", "reported", "07-17", event="k")], "awaiting", "declared"),
    (
        "two papers",
        [said("press:a", "reported", "07-17", event="k"), said("press:b", "reported", "07-18", event="k")],
        "reported",
        "reported",
    ),
    (
        "two papers about two things",
        [said("press:a", "reported", "07-17", event="k"), said("press:b", "reported", "07-18", event="m")],
        "awaiting",
        "declared",
    ),
    (
        "two papers a week apart",
        [said("press:a", "reported", "07-10", event="k"), said("press:b", "reported", "07-18", event="k")],
        "awaiting",
        "declared",
    ),
    (
        "a hint of what is out already",
        [page("k", "07-16"), said("official:aisi", "signalled", "07-17", event="k")],
        "awaiting",
        "confirmed",
    ),
    (
        "a hint from before the latest event",
        [page("k", "07-18"), said("official:aisi", "signalled", "07-17", event="m")],
        "awaiting",
        "confirmed",
    ),
]


@pytest.mark.parametrize(("what", "claims", "status", "standing"), HINTS, ids=[row[0] for row in HINTS])
def test_hints_lift_a_series_for_a_while(what: str, claims: list[Claim], status: str, standing: str) -> None:
    soon, later = stand(claims, "07-19"), stand(claims, "09-01")

    assert (soon.status, soon.standing.value) == (status, standing)
    assert later.status == "awaiting"


def flags(claims: list[Claim], at: str, healths: list[Health] | None = None) -> list[tuple[str, str]]:
    return [(flag.id, flag.subject) for flag in stand(claims, at, healths).flags]


def test_quiet_waits_until_its_last_day_has_run_out() -> None:
    claims = [page("a", "2025-12-12 15:00")]

    assert flags(claims, "2026-05-01 23:59") == []
    assert flags(claims, "2026-05-02 00:01") == [("quiet", "")]
    assert flags([], "2026-05-02") == []


def test_two_reports_halt_and_the_next_publication_clears() -> None:
    reports = [said("press:a", flag="halted", at="06-09"), said("press:b", flag="halted", at="06-10")]

    assert flags(reports[:1], "06-11") == []
    assert flags(reports, "06-11") == [("halted", "")]
    assert flags([*reports, page("k", "07-17")], "07-18") == []
    assert flags([*reports, page("k", "06-01")], "06-11") == [("halted", "")]


def test_a_declared_flag_is_up_and_declared_clearing_lowers_it() -> None:
    known = said("press:a", flag="halted", at="06-09", rule="known")
    cleared = page("k", "07-17", clears="halted")

    assert flags([known], "06-11") == [("halted", "")]
    assert flags([known, cleared], "07-18") == []


def test_a_page_is_gone_after_three_misses_over_a_day() -> None:
    gone = health("page", gone_since=day("05-08 18:00"), gone_polls=3, last_good_at=day("05-08 12:00"), error="404")

    assert flags([], "05-09 12:00", [gone]) == []
    assert flags([], "05-09 18:00", [gone]) == [("page_gone", "https://page.example/")]
    assert flags([], "05-12", [health("page", gone_since=day("05-08"), gone_polls=2, last_good_at=day("05-07"))]) == []
    assert flags([], "05-12", [health("page", gone_since=day("05-08"), gone_polls=9)]) == [], (
        "a page that was never there is not gone"
    )


def test_a_revised_page_is_marked_for_a_while() -> None:
    revised = [page("a", "05-01", updated="2026-05-02")]

    assert flags(revised, "05-03") == [("revised", "a")]
    assert flags(revised, "06-03") == []
    assert flags([page("a", "05-01", updated="2026-05-01"), page("a", "05-01", updated="soon")], "05-03") == []


def test_an_event_is_news_once_whatever_carries_it() -> None:
    before = decide(SIGNAL, [page("a", "05-01")], [], day("07-01"))
    once = decide(SIGNAL, [page("a", "05-01"), page("b", "07-17", outcome="measured_qualitative")], [], day("07-17"))
    twice = decide(
        SIGNAL,
        [page("a", "05-01"), page("b", "07-17", outcome="measured_qualitative"), page("b+a", "07-18", "official:aisi")],
        [],
        day("07-18"),
    )

    (line,) = compare(SIGNAL, before, once)

    assert (line.kind, line.event, line.outcome, line.headline, line.mail) == (
        "next",
        "b",
        "measured_qualitative",
        "published",
        True,
    )
    assert compare(SIGNAL, once, twice) == ()


def test_an_outcome_that_comes_later_is_a_detail_and_a_changed_one_a_correction() -> None:
    unread = decide(SIGNAL, [page("a", "05-01", outcome="")], [], day("05-02"))
    read = decide(SIGNAL, [page("a", "05-01", outcome="not_measured")], [], day("05-03"))
    other = decide(SIGNAL, [page("a", "05-01", outcome="narrowed")], [], day("05-04"))

    assert [line.kind.value for line in compare(SIGNAL, unread, read)] == ["detail"]
    assert [line.kind.value for line in compare(SIGNAL, read, other)] == ["correction"]


def test_an_event_whose_evidence_is_taken_back_is_corrected() -> None:
    with_it, without = decide(SIGNAL, [page("a", "05-01")], [], day("05-02")), decide(SIGNAL, [], [], day("05-03"))

    assert [(line.kind.value, line.event) for line in compare(SIGNAL, with_it, without)] == [("correction", "a")]


def test_history_that_comes_late_is_kept_and_not_told() -> None:
    before, after = decide(SIGNAL, [], [], day("07-01")), decide(SIGNAL, [page("a", "05-01")], [], day("07-02"))

    assert compare(SIGNAL, before, after, old_news=day("06-15")) == ()
    assert len(compare(SIGNAL, before, after, old_news=day("04-15"))) == 1


def test_a_report_is_told_and_its_end_is_not() -> None:
    reports = [said("press:a", "reported", "07-17", event="k"), said("press:b", "reported", "07-18", event="k")]
    before, up, down = (decide(SIGNAL, reports if n else [], [], day("07-18") + timedelta(days=n * 60 - 60)) for n in (0, 1, 2))

    assert [(line.kind.value, line.after, line.headline) for line in compare(SIGNAL, before, up)] == [
        ("advance", "reported", "reported")
    ]
    assert compare(SIGNAL, up, down) == ()


def test_a_window_tells_what_was_published_and_whether_the_gap_was_measured_again() -> None:
    asked = replace(SIGNAL, opened=day("05-14"), window=timedelta(days=60))
    claims = [page("a", "05-01", prc=94, us=8), page("b", "06-20", prc=90, us=8.5)]
    at_close = decide(asked, claims, [], day("07-13"))

    since = at_close.tracks[0].details["since"]
    assert since == "One publication since 14 May 2026; the gap was measured again: 90 % against 8.5 % on 20 June 2026."
    assert at_close.tracks[0].details["means"] == "one publication, gap measured again"
    assert "They brought: It: Evaluation of b (20 June 2026). At their close:" in close_in_words(asked, at_close)
    unread = decide(asked, [page("a", "05-01", prc=94, us=8), page("b", "06-20")], [], day("07-13")).tracks[0]
    assert (
        unread.details["since"]
        == "One publication since 14 May 2026; what was read gives no new figure for the gap of 94 % against 8 %."
    )
    assert unread.details["means"] == "one publication, no new gap figure"
    assert decide(asked, [page("a", "05-01", prc=94, us=8)], [], day("07-13")).tracks[0].details["means"] == "no publication"
    unmeasured = decide(asked, [page("b", "06-20")], [], day("07-13"))
    assert unmeasured.tracks[0].details["since"] == "One publication since 14 May 2026."
    assert unmeasured.tracks[0].details["means"] == "one publication"
    called = signal_of(replace(SERIES, noun="release"))
    two = decide(replace(called, opened=asked.opened), [page("b", "06-20"), page("c", "07-01")], [], day("07-13"))
    assert two.tracks[0].details["since"] == "Two releases since 14 May 2026."
    assert two.tracks[0].details["means"] == "2 releases"


def hostile(many: int, event: str, url: str) -> list[Claim]:
    """What one long list may say on one day; the number fills the braces."""
    pages = [page(event.format(number), "07-01") for number in range(many)]
    return [replace(one, quote=replace(one.quote, url=url.format(number))) for number, one in enumerate(pages)]


def steps(work: Callable[[], object]) -> int:
    """How many calls some work makes: what time it takes, on any machine."""
    made = 0

    def count(_frame: object, what: str, _of: object) -> None:
        nonlocal made
        made += what in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return made


@pytest.mark.parametrize(
    ("event", "url"),
    [
        ("s{}", "https://lab.example/{}"),
        ("same", "https://lab.example/{}"),
        ("x+s{}", "https://lab.example/{}"),
        ("s{}", "https://lab.example/"),
    ],
    ids=["distinct", "one subject", "a common part", "one address"],
)
def test_a_list_twice_as_long_takes_twice_as_long_to_decide_and_to_compare(event: str, url: str) -> None:
    def decided_twice(many: int) -> None:
        verdict = decide(SIGNAL, hostile(many, event, url), [], day("12-01"))
        compare(SIGNAL, verdict, replace(verdict, as_of=day("12-02")))

    decided_twice(10)  # what is compiled once is not counted
    assert steps(lambda: decided_twice(800)) < 3 * steps(lambda: decided_twice(400))
