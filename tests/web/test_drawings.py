"""Paths, stories, dates and plots: what they say, and what they say aloud."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.web.story import CAISI, EVENTS, MYTHOS, NOW, SENATE, at, said, standing, strip, transition, verdict, verdicts, view
from watcher.core.model import (
    Change,
    Date,
    DeclaredFact,
    Detail,
    Figure,
    FigureSpec,
    Headline,
    Outcome,
    Standing,
    Verdict,
    capitalised,
)
from watcher.web import charts, pages, status_path, summary, timeline, wording
from watcher.web.read_model import PollView
from watcher.wording import STANDINGS, detail


def figure(
    kind: str,
    text: str = "",
    *,
    series: tuple[tuple[str, float | None], ...] = (),
    options: dict[str, object] | None = None,
    **values: object,
) -> str:
    """The plot of a figure, or nothing."""
    spec = FigureSpec("f", "Label", "", kind, options or {"track": "evaluations"})  # type: ignore[arg-type]
    drawn = charts.draw(spec, Figure("f", "Label", "", text, values=values, series=series), CAISI, verdicts()["caisi-evaluation"])  # type: ignore[arg-type]
    if drawn:
        ET.fromstring(drawn)  # noqa: S314 - our own output
    return drawn or ""


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        (figure("detail", "60-40"), "60 yeas, 40 nays"),
        (figure("detail", "60 \u2013 40, roll 618"), "60 yeas, 40 nays"),
        (
            figure("days_since", "316", days=316, options={"median": 56, "longest": 351}),
            "316 days; median 56 days; longest 351 days",
        ),
        (figure("days_since", "0", days=0), "0 days"),
        (
            figure("monthly", series=(("2026-03", 3.5), ("2026-04", 19.7), ("2026-05", 8.6)), options={"claim": 20}),
            "Highest in Apr 2026 with 19.7\u00d7 the mean, latest May 2026 with 8.6\u00d7",
        ),
        (figure("monthly", series=(("2026-04", 19.7),), options={"claim": 20}), "claimed 20\u00d7"),
        (figure("monthly", series=(("2026-04", 19.7), ("2026-05", None))), ">?<"),
        (figure("pair"), "DeepSeek AI Models, 30 September 2025: 94 % against 8 %"),
        (figure("pair"), "Kimi K2 Thinking, 12 December 2025: no new figure for the gap"),
        (figure("pair"), "GLM-5.2, 17 July 2026: compared in words only, no figures"),
    ],
)
def test_a_plot_says_aloud_what_it_shows(drawn: str, sentence: str) -> None:
    assert sentence in drawn
    assert 'role="img"' in drawn


@pytest.mark.parametrize(
    "drawn",
    [
        figure("detail", "by unanimous consent, no recorded vote"),
        figure("detail", "$8 / $40"),
        figure("detail", "0-0"),
        figure("detail", "Claude Fable 5.2"),
        figure("days_since", "unknown"),
        figure("monthly"),
        figure("monthly", series=(("2026-04", None),)),
        figure("constant", "3 of 47"),
        figure("unknown", "x"),
    ],
)
def test_what_has_no_numbers_is_not_drawn(drawn: str) -> None:
    assert drawn == ""


def test_an_evaluation_without_numbers_is_a_dotted_line_and_never_a_nought() -> None:
    drawn = figure("pair")
    assert drawn.count('class="none"') == 5
    assert drawn.count('class="first"') == 2  # the legend and the one pair
    assert "0 % against" not in drawn


def test_labels_that_would_touch_stand_on_two_lines() -> None:
    near = figure("days_since", "60", days=60, options={"median": 56, "longest": 58})
    far = figure("days_since", "60", days=60, options={"median": 10, "longest": 58})
    assert 'height="86"' in near
    assert 'height="70"' in far


def test_the_path_knows_the_way_it_came() -> None:
    (bills,) = status_path.draw_paths(SENATE, verdicts()["senate-vote"])
    states = {rung.label: [mark.state for mark in rung.marks] for rung in bills.rungs}
    assert states["Not yet in the Senate"] == ["passed", "skipped"]
    assert states["With the Senate committee"] == ["here", "here"]
    assert states["Passed the Senate"] == ["ahead", "ahead"]
    assert states["Rejected by the Senate"] == ["side", "side"]
    named, cls = status_path.draw_paths(MYTHOS, verdicts()["mythos-ga"])
    assert [rung.marks[0].state for rung in named.rungs] == ["skipped", "skipped", "passed", "here", "ahead", "ahead", "been"]
    assert [rung.marks[0].state for rung in cls.rungs] == ["skipped", "passed", "here", "been"]


def test_the_path_of_a_series_is_its_events_and_what_is_awaited() -> None:
    (path,) = status_path.draw_paths(CAISI, verdicts()["caisi-evaluation"])
    assert [rung.meaning for rung in path.rungs[:2]] == ["The first measurement of the gap", "No new figure for the gap"]
    assert path.rungs[-1].label == "Awaiting the next evaluation"
    assert path.rungs[-1].here


def test_a_status_that_the_ladder_does_not_know_is_shown_by_its_id() -> None:
    odd = verdict(SENATE, (standing("hr2683", "new_status", "2026-01-13"),), ())
    (path,) = status_path.draw_paths(SENATE, odd)
    assert not any(rung.here for rung in path.rungs)
    assert status_path.next_text(SENATE, odd)[0].now == "new status"
    assert summary.summarise_signals(view(verdicts={"senate-vote": odd}), SENATE).lines[0].label == "new status"


def test_a_final_status_needs_nothing_more() -> None:
    law = verdict(SENATE, (standing("hr2683", "enacted", "2026-11-20"),), ())
    assert status_path.next_text(SENATE, law)[0].steps == ()


def test_tracks_that_need_the_same_are_said_once() -> None:
    (both,) = status_path.next_text(SENATE, verdicts()["senate-vote"])
    assert both.track == "H.R. 2683 and S. 3519"


def test_the_story_merges_history_events_and_changes_without_doubling() -> None:
    headings = [moment.heading for moment in timeline.timeline_of(view(), MYTHOS)]
    assert headings.count("Open to all, under another name") == 2  # June, and July after the suspension
    assert headings[0] == "Name: Claude Fable 5.2; Price: $8/$40"
    assert len(timeline.timeline_of(view(), CAISI)) == len(EVENTS)


@pytest.mark.parametrize(
    ("kind", "options", "heading", "sentence"),
    [
        (Change.CORRECTION, {}, "Corrected: now Passed the Senate", "Before: With the Senate committee"),
        (Change.RAISED, {}, "Passed the Senate: now confirmed", ""),
        (Change.FLAG, {"title": "The page is gone"}, "The page is gone", ""),
        (Change.NEXT, {"title": "An evaluation", "outcome": "something_new"}, "An evaluation", "Something new"),
        (Change.DETAIL, {"reason": "roll: 12"}, "Roll: 12", ""),
        (
            Change.DETAIL,
            {"reason": "house_passed: 2026-01-12; open: odd"},
            "House passed: 12 January 2026; Open: odd",
            "",
        ),
        (Change.DETAIL, {"reason": "in words"}, "in words", ""),
        (Change.ADVANCE, {"reason": "a rule"}, "Passed the Senate", "Before: With the Senate committee"),
        (Change.CORRECTION, {"reason": "papers_returned"}, "Corrected: now Passed the Senate", "papers returned"),
    ],
)
def test_each_kind_of_change_has_its_words(kind: Change, options: dict[str, str], heading: str, sentence: str) -> None:
    item = transition(SENATE, 1, "hr2683", kind, "in_senate_committee", "senate_passed", "2026-11-20", **options)
    moment = timeline.change_of(SENATE, item)
    assert moment.heading == heading
    assert sentence in moment.words


def test_what_an_event_says_is_in_the_words_of_its_ladder() -> None:
    item = transition(CAISI, 1, "evaluations", Change.NEXT, "awaiting", "published", "2026-11-20", title="A", outcome="widened")
    assert timeline.change_of(CAISI, item).words == "The gap widened"


def test_a_detail_that_changed_is_told_in_the_words_of_its_ladder() -> None:
    spoken = Detail("access_model", "Access", {"invitation": "by invitation", "product-only": "inside a product only"})
    tracks = tuple(replace(each, ladder=replace(each.ladder, details=(spoken,))) for each in MYTHOS.tracks)
    reason = "version: 5.1; access_model: invitation, before: product-only"
    item = transition(MYTHOS, 1, "named", Change.DETAIL, "gated", "gated", "2026-09-01", reason=reason)
    moment = timeline.change_of(replace(MYTHOS, tracks=tracks), item)
    assert moment.heading == "Version: 5.1; Access: by invitation, stated before: inside a product only"
    both = tuple(replace(each, ladder=replace(each.ladder, details=(replace(spoken, beside=True),))) for each in tracks)
    for words, stays in (("It is offered to participants.", " and not taken back"), ("It is only for participants.", "")):
        said_so = replace(item, evidence=(said("anthropic.com", words),))
        moment = timeline.change_of(replace(MYTHOS, tracks=both), said_so)
        assert moment.heading == f"Version: 5.1; Access: by invitation, stated before{stays}: inside a product only"
    several = replace(said_so, reason="access_model: vetted, before: product-only + invitation")
    heading = timeline.change_of(replace(MYTHOS, tracks=both), several).heading
    assert heading == "Access: vetted, stated before: inside a product only, by invitation", "each that held is told"


def test_a_flag_that_is_lowered_says_so_on_the_day_it_was() -> None:
    item = transition(SENATE, 1, "hr2683", Change.FLAG, "revised", "", "2026-05-02", title="A page was revised")
    moment = timeline.change_of(SENATE, replace(item, at=at("2026-05-16")))
    assert (moment.kind.word, moment.heading, moment.at) == ("Flag lowered", "A page was revised", at("2026-05-16"))


def test_neither_the_end_of_a_flag_nor_a_question_is_said_to_be_confirmed_and_what_raised_a_flag_does_not_prove_its_end() -> None:
    words = said("anthropic.com", "It may be open.")
    for kind, ended in ((Change.FLAG, ()), (Change.UNDECIDED, (words,))):
        raised, lowered = (
            timeline.change_of(SENATE, transition(SENATE, 1, "hr2683", kind, *edge, "2026-05-02", words, title="A title"))
            for edge in (("", "mark"), ("mark", ""))
        )
        assert raised.quotes == (words,)
        assert (lowered.quotes, lowered.standing) == (ended, None)
        assert (raised.standing is None) is (kind is Change.UNDECIDED)


def test_a_figure_whose_words_bear_no_day_says_when_they_were_seen() -> None:
    seen = said("anthropic.com", "$8 / $40", title="Pricing", when="2026-11-09")
    for quote, told in ((seen, "Pricing</a>, <time"), (replace(seen, published=None), "Pricing</a>, seen <time")):
        figure = Figure("price", "Price", "USD", "$8/$40", quote.published or quote.seen_at, quote)
        held = replace(verdicts()["mythos-ga"], figures=(figure,))
        assert told in pages.draw_signal(view(verdicts={"mythos-ga": held}), NOW, pages.Links(), "mythos-ga")


def test_a_detail_stands_on_the_day_of_the_words_that_tell_it_and_with_them_alone() -> None:
    old, new = said("anthropic.com", "restored", when="2026-07-01"), said("anthropic.com", "5.2", when="2026-11-09")
    item = transition(MYTHOS, 1, "class", Change.DETAIL, "available", "available", "2026-07-01", reason="name: 5.2")
    item = replace(item, at=at("2026-11-09T18:00:00"), evidence=(old, new))
    moment = timeline.change_of(MYTHOS, item)
    assert (moment.at, moment.seen_at) == (at("2026-11-09"), at("2026-11-09T18:00:00"))
    assert [quote.text for quote in moment.quotes] == ["5.2"]
    next_day = timeline.change_of(MYTHOS, replace(item, at=at("2026-11-10T00:01:00")))
    assert next_day.at == at("2026-11-09"), "the publisher's day, and not that of the look"
    for undated in (None, at("2026-06-09")):  # a page without a date, and one that was edited long after it was put out
        moment = timeline.change_of(MYTHOS, replace(item, evidence=(replace(new, published=undated),)))
        assert moment.at == at("2026-11-09T18:00:00")


def test_a_change_without_words_takes_those_that_are_declared_for_it() -> None:
    item = transition(MYTHOS, 1, "class", Change.DETAIL, "available", "available", "2026-07-01", reason="name: 5.2")
    declared = DeclaredFact("class", "available", at("2026-11-09"), "We have launched 5.2.", "https://a.example/", "a.example")
    signal = replace(MYTHOS, known=(declared,))
    shown = view(signals=(signal,), history=(replace(item, at=at("2026-11-09T18:00:00"), evidence=()),))
    [moment] = [moment for moment in timeline.timeline_of(shown, signal) if moment.kind.word == "Detail"]
    assert [quote.text for quote in moment.quotes] == ["We have launched 5.2."]


def test_a_change_of_a_track_that_is_gone_still_reads() -> None:
    moment = timeline.change_of(SENATE, transition(SENATE, 1, "old", Change.ADVANCE, "a", "new_status", "2026-11-20"))
    assert (moment.heading, moment.track) == ("new status", "old")


def test_what_came_late_says_both_dates() -> None:
    item = replace(transition(SENATE, 1, "hr2683", Change.ADVANCE, "a", "senate_passed", "2026-10-09"), at=at("2026-10-21"))
    assert timeline.change_of(SENATE, item).late
    assert not timeline.change_of(SENATE, replace(item, at=at("2026-10-10"))).late


def test_known_history_tells_flags_details_and_steps_back() -> None:
    known = (
        *MYTHOS.known,
        DeclaredFact(
            "class", "available", at("2026-11-09"), "Fable 5.2", "https://a.example/", "a.example", details={"version": "5.2"}
        ),
        DeclaredFact("class", "", at("2026-11-10"), "renamed", "https://a.example/", "a.example", flag="renamed_body"),
        DeclaredFact("gone", "odd_status", at("2026-11-11"), "odd", "https://a.example/", "a.example"),
    )
    told = {moment.at: moment for moment in timeline.timeline_of(view(history=()), replace(MYTHOS, known=known))}
    assert (told[at("2026-11-09")].kind.word, told[at("2026-11-09")].heading) == ("Detail", "Version: 5.2")
    assert not told[at("2026-11-09")].words, "said once"
    assert (told[at("2026-11-10")].kind.word, told[at("2026-11-10")].heading) == ("Flag", "renamed body")
    assert told[at("2026-11-11")].heading == "odd status"
    assert told[at("2026-06-12")].kind.word == "Stepped back"
    assert told[at("2026-06-09")].history


def test_since_when_is_when_the_newest_of_its_tracks_moved() -> None:
    assert summary.summarise_signals(view(history=()), MYTHOS).since == at("2026-07-01")
    assert summary.summarise_signals(view(), CAISI).since == at("2026-09-17")


def test_the_headline_counts_the_tracks_that_make_it() -> None:
    lines = (
        Headline("either", "A", {"hr2683": ("senate_passed",)}),
        Headline("either", "B", {"s3519": ("in_senate_committee",)}),
    )
    shown = verdicts()["senate-vote"]
    seen = summary.summarise_signals(
        view(verdicts={"senate-vote": replace(shown, headline="either")}), replace(SENATE, headlines=lines)
    )
    assert seen.standing == STANDINGS[Standing.PROVISIONAL]
    assert seen.since == at("2025-12-17")


def test_an_answer_that_one_of_two_tracks_makes_is_dated_and_meant_by_that_one() -> None:
    """The companion moves later, and changes nothing: neither is the answer's."""
    either = Headline("passed", "Passed", any_of={"hr2683": ("senate_passed",), "s3519": ("senate_passed",)})
    rungs = tuple(
        replace(each, consequence="It goes on.") if each.id == "senate_passed" else each
        for each in SENATE.track("hr2683").ladder.statuses
    )
    tracks = tuple(replace(each, ladder=replace(each.ladder, statuses=rungs)) for each in SENATE.tracks)
    held = verdicts()["senate-vote"]
    passed, companion = held.tracks
    moved = (replace(passed, status="senate_passed", since=at("2026-11-20")), replace(companion, since=at("2026-11-23")))
    shown = view(verdicts={"senate-vote": replace(held, headline="passed", headline_label="Passed", tracks=moved)})
    seen = summary.summarise_signals(shown, replace(SENATE, headlines=(either,), tracks=tracks))
    assert (seen.since, seen.consequence) == (at("2026-11-20"), "H.R. 2683: It goes on.")


def test_a_verdict_without_tracks_or_label_still_reads() -> None:
    bare = Verdict("senate-vote", "nothing_holds", "", (), (), (), NOW)
    seen = summary.summarise_signals(view(verdicts={"senate-vote": bare}, history=()), SENATE)
    assert (seen.answer, seen.standing, seen.since, seen.proof) == ("nothing holds", None, None, None)


def test_dates_are_said_once_and_in_order() -> None:
    found = charts.days_of((SENATE, MYTHOS, CAISI), NOW)
    assert [item.label for item in found] == [
        "60-day window begins",
        "60-day window ends",
        "The 119th Congress ends, and both bills with it",
        "140 days without an evaluation",
    ]
    assert [item.past for item in found] == [True, True, False, False]
    declared = replace(SENATE, dates=(Date("o", "It opened", at("2026-05-14T04:00:00")),))
    assert [item.label for item in charts.days_of((declared,), NOW)] == ["It opened", "60-day window ends"]
    assert [item.label for item in charts.days_of((replace(SENATE, dates=(), window=None),), NOW)] == ["Question opened"]


def test_the_window_is_told_in_words() -> None:
    assert charts.window_of(SENATE, at("2026-06-13")).words == (  # type: ignore[union-attr]
        "Day 31 of the 60 days; they are over in 30 days, on 13 July 2026."
    )
    assert charts.window_of(SENATE, NOW).passed  # type: ignore[union-attr]
    assert charts.window_of(SENATE, at("2026-05-13")) is None, "it has not opened"
    assert charts.window_of(replace(SENATE, window=None), NOW) is None


def test_days_close_together_do_not_hide_each_other() -> None:
    near = tuple(Date(str(n), f"day {n}", NOW + timedelta(days=n)) for n in range(3))
    drawn = charts.draw_days(charts.days_of((replace(SENATE, dates=near, opened=None),), NOW), NOW)
    assert drawn
    heights = re.findall(r'<circle cx="[^"]+" cy="([^"]+)"', drawn)
    assert len(set(heights)) == 2
    assert "Today is 24 November 2026" in drawn
    assert charts.draw_days((), NOW) is None


def test_a_window_is_a_band_on_the_line_and_a_past_day_is_called_by_its_name() -> None:
    windows = charts.windows_of((SENATE, MYTHOS, replace(CAISI, window=None)), NOW)
    assert len(windows) == 1
    drawn = charts.draw_days(charts.days_of((SENATE,), NOW), NOW, windows=windows, today="13 Jun 2026")
    assert drawn
    assert "<title>60 days, to 13 July 2026</title>" in drawn
    assert ">13 Jun 2026</text>" in drawn


def test_a_strip_tells_its_polls_by_kind() -> None:
    polls = tuple(
        PollView(NOW, outcome)
        for outcome in (Outcome.OK, Outcome.UNCHANGED, Outcome.UNCHANGED, Outcome.BLOCKED, Outcome.ERROR, "odd")
    )
    drawn = summary.draw_strip(polls)
    assert 'aria-label="Last 6 polls: 2 unchanged, 1 read, 1 blocked, 1 failed, 1 not tried yet"' in drawn
    assert drawn.count("<path") == 5
    assert "No polls to show" in summary.draw_strip(())


def test_what_cannot_be_seen_stands_first() -> None:
    assert summary.health_rows(view(), "mythos-ga")[0].source.id == "aws-news"
    never = replace(strip(MYTHOS.sources[0], 0, blind=False), polls=())
    assert (
        summary.health_rows(view(strips=(replace(never, health=replace(never.health, outcome="")),)), "mythos-ga")[0].sign.word
        == "not tried yet"
    )


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        (0, "just now"),
        (0.5, "just now"),
        (1.5, "1 minute ago"),
        (50, "50 minutes ago"),
        (90, "90 minutes ago"),
        (119, "119 minutes ago"),
        (150, "2 hours ago"),
        (47 * 60, "47 hours ago"),
        (3 * 1440, "3 days ago"),
        (59 * 1440, "59 days ago"),
        (90 * 1440, "2 months ago"),
        (800 * 1440, "2 years ago"),
        (-3 * 1440, "in 3 days"),
        (-1.2, "in 1 minute"),
        (-0.5, "in a moment"),
        (-0.02, "just now"),
    ],
)
def test_how_long_ago_is_said_in_one_unit(minutes: float, sentence: str) -> None:
    assert wording.ago(NOW - timedelta(minutes=minutes), NOW) == sentence


def test_details_and_reasons_are_said_in_words() -> None:
    assert detail("access_model", "self_serve") == ("Access model", "self serve")
    assert detail("amended", value=True) == ("Amended", "yes")
    assert detail("cycle", 1) == ("Cycle", "1")
    assert detail("house_passed", "2026-01-12") == ("House passed", "12 January 2026")
    assert detail("odd", "2026-02-30") == ("Odd", "2026-02-30")
    assert wording.short_url("https://www.nist.gov/a%20b/") == "nist.gov/a b"
    assert (
        wording.short_url("https://platform.claude.com/docs/en/release-notes/overview")
        == "platform.claude.com/docs/en/release-n…"
    )
    assert wording.short_url("javascript:x") == ""
    assert capitalised("") == ""
    assert detail("names", ("Fable", "Mythos")) == ("Names", "Fable, Mythos")
    assert (
        wording.without_addresses("550 <bob@x.example> refused, see https://hooks.example/T0/SECRET")
        == "550 <…> refused, see https://hooks.example…"
    )
    assert wording.host("https://www.nist.gov/a") == "nist.gov"
    assert wording.host("javascript:x") == ""
    assert wording.datetime_text(at("2026-06-12T21:21:00")) == "12 June 2026, 21:21 UTC"
    assert wording.datetime_text(at("2026-06-12")) == "12 June 2026"
    assert said("a.example", "x").tier.value == "official"
