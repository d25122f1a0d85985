"""What the page must not get wrong at a glance: the answer, how sure it is, the window, the past, and what was never seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.web.story import MYTHOS, NOW, SENATE, at, history, said, verdicts, view
from tests.web.test_pages import words
from watcher.config.settings import Ground
from watcher.core.model import (
    Article,
    Change,
    DeclaredFact,
    Health,
    RaisedFlag,
    Rule,
    SourceOutage,
    Standing,
    Tier,
    Transition,
    Verdict,
    day_text,
)
from watcher.web import badge, charts, feeds_out, pages
from watcher.web.read_model import PollView, SentDigest, View
from watcher.web.status_path import needs

ARTICLE = Article("Two scenarios", "https://a.example/paper", "A lab", at("2026-05-14"))
TO = pages.Links()


def worded(word: str, **more: Any) -> dict[str, Verdict]:
    """The verdicts with their answer in a word and in a sentence."""
    return {name: replace(each, word=word, sentence="In a sentence.", **more) for name, each in verdicts().items()}


@pytest.mark.parametrize(
    ("word", "colour"),
    [("Yes", "0f6a3b"), ("No", "9d1c24"), ("Partly", "8a5a00"), ("Not under that name", "8a5a00"), ("Unknown", "5b6470")],
)
def test_the_colour_of_a_badge_is_the_answer_and_its_sign_how_sure_it_is(word: str, colour: str) -> None:
    shown = view(verdicts=worded(word))
    weaker, firm = (badge.badge_json(shown, name) for name in ("senate-vote", "mythos-ga"))
    assert (weaker["color"], firm["color"]) == (colour, colour)
    assert str(weaker["message"]).startswith(f"◐ {word}: ")
    assert str(firm["message"]).startswith(f"✓ {word}: ")


def test_the_answer_in_a_word_leads_wherever_a_signal_is_shown() -> None:
    signals = tuple(replace(each, headlines=(replace(each.headlines[0], word="Partly"),)) for each in view().signals)
    shown = view(verdicts=worded("Partly"), signals=signals)
    answer = '<p class="answer"><span class="word warn">Partly.</span> In a sentence.'
    for draw in (pages.draw_card, pages.draw_signal):
        html = draw(shown, NOW, TO, "mythos-ga")
        assert answer in html
        assert "<title>" in html
        assert "Partly. The class is open to all" in html.partition("</title>")[0]
    home = pages.draw_home(shown, NOW, TO)
    assert home.count(answer) == len(signals)
    assert home.count('class="word warn">Partly</a>') == len(signals)
    assert "Partly." in [line.text for line in badge.lines_of(shown, "mythos-ga")]
    assert sum(line.text.startswith("Partly. ") for line in badge.lines_of(shown, "all")) == len(signals)
    titles = [item.title for item in feeds_out.items_of(shown, "mythos-ga")]
    assert titles[-1] == f"{MYTHOS.title}: Partly. Open to all, under another name"
    assert titles[0] == f"{MYTHOS.title}: Name: Claude Fable 5.2; Price: $8/$40", "a detail moves no answer"


def test_an_open_window_names_its_article_with_a_link_on_the_first_page_and_on_the_signals() -> None:
    signals = tuple(replace(each, article=ARTICLE) for each in view().signals)
    moment = at("2026-06-13")
    shown = view(signals=signals, as_of=moment, generated_at=moment)
    strip = "Day 31 of the 60 days after “Two scenarios” (A lab, 14 May 2026); they are over in 30 days, on 13 July 2026."
    for html in (pages.draw_home(shown, moment, TO), pages.draw_signal(shown, moment, TO, "mythos-ga")):
        line = html.partition('<p class="window">')[2].partition("</p>")[0]
        assert strip in line
        assert f'href="{ARTICLE.url}"' in line
    after = pages.draw_home(view(signals=signals), NOW, TO)
    assert '<p class="window">' not in after
    assert "The 60 days after “Two scenarios” (A lab, 14 May 2026) ended on 13 July 2026." in words(after)


def test_no_window_before_its_first_day_and_none_that_runs_on_after_its_last() -> None:
    ends = [("2026-05-13T23:59:59", None), ("2026-05-14", "Day 1 of"), ("2026-07-12T23:00", "they are over tomorrow")]
    for moment, told in ends:
        window = charts.window_of(SENATE, at(moment))
        assert (told in window.words) if window and told else (window is None and told is None), moment
    closed = charts.window_of(SENATE, at("2026-07-13"))
    assert closed
    assert closed.passed


def past(moment: str, **changes: Any) -> View:
    """What the page shows of a past day; the watch began on the twentieth of June."""
    return view(past=True, as_of=at(moment), began=at("2026-06-20"), **changes)


def test_a_day_before_the_watch_began_says_that_nothing_was_seen_and_counts_no_source() -> None:
    for draw in (lambda shown: pages.draw_home(shown, NOW, TO), lambda shown: pages.draw_signal(shown, NOW, TO, "mythos-ga")):
        early, later = words(draw(past("2026-06-13"))), words(draw(past("2026-06-25")))
        assert "The watch began on 20 June 2026: on this day it had seen nothing." in early
        assert "it had seen nothing" not in later
    home = words(pages.draw_home(past("2026-06-13"), NOW, TO))
    assert "sources read" not in home
    assert "last look" not in home
    assert "has not begun" in words(pages.draw_home(replace(past("2026-06-13"), began=None), NOW, TO))


def test_a_past_day_tells_nothing_that_was_said_or_sent_later() -> None:
    piece = Ground(kind="number", title="11 times", text="More.", url="https://a.example/", by="A lab", at=at("2026-05-14"))
    signals = tuple(replace(each, article=ARTICLE) for each in view().signals)
    early, later = (
        words(pages.draw_why(past(day, ground=(piece,), signals=signals), NOW, TO)) for day in ("2026-05-01", "2026-06-25")
    )
    assert "11 times" in later
    assert "come from “Two scenarios”" in later
    assert "Why these three" in later
    one, many = (words(pages.draw_why(view(signals=signals[:1] * n), NOW, TO)) for n in (1, 5))
    assert "Why this question" in one
    assert "Why these questions" in many
    assert "11 times" not in early
    assert "Two scenarios" not in early
    assert "Nothing of it had been said on that day." in early
    log = words(pages.draw_log(past("2026-06-25", told=(), undelivered=(), jobs=()), NOW, TO))
    for untrue in ("Nothing has been told yet", "has been delivered", "No watch runs"):
        assert untrue not in log
    assert "is shown for today alone" in log
    assert "took back a claim" in log


def blind_everywhere(*, but: int = 0) -> View:
    """Every source but so many is out of sight, for one reason."""
    shown = view()
    lost = {strip.source.id for strip in shown.strips[but:]}
    since = NOW - timedelta(hours=5)
    told = {
        signal.id: replace(
            shown.verdicts[signal.id],
            blind=tuple(
                SourceOutage(one.id, one.url, since, "no answer within 30 s", essential=one.essential)
                for one in signal.sources
                if one.id in lost
            ),
            cannot_see_since=since,
        )
        for signal in shown.signals
    }
    return replace(shown, verdicts=told)


def test_where_nothing_can_be_reached_one_banner_says_so_and_why() -> None:
    shown = blind_everywhere()
    many = len(shown.strips)
    for html in (pages.draw_home(shown, NOW, TO), pages.draw_sources(shown, NOW, TO)):
        assert f"Cannot see anything since 24 November 2026 (5 hours ago): no answer within 30 s ({many} sources)." in words(html)
        assert html.count('class="notice') - html.count("hidden data-overdue") == 1
    some = blind_everywhere(but=1)
    html = pages.draw_sources(some, NOW, TO)
    assert "Cannot see anything" not in words(html)
    assert html.count("Cannot see since") == many - 1, "each with its own reason"
    assert "◍ Nothing can be seen" in words(pages.draw_home(shown, NOW, TO)).partition("Has the Senate")[0]


def unread_everywhere() -> View:
    """Every source was tried in vain from the first look on."""
    shown = blind_everywhere()
    strips = tuple(replace(one, health=replace(one.health, last_good_at=None)) for one in shown.strips)
    told = {
        name: replace(each, verified_at=None, blind=tuple(replace(one, never=True) for one in each.blind))
        for name, each in shown.verdicts.items()
    }
    return replace(shown, strips=strips, verdicts=told)


def test_where_nothing_was_ever_read_no_day_is_named_since_which_nothing_is_seen() -> None:
    shown = unread_everywhere()
    nothing = "◍ Nothing has been read yet: what stands here was known when the watch was set up. First tried 5 hours ago"
    why = f": no answer within 30 s ({len(shown.strips)} sources)."
    for html in (pages.draw_home(shown, NOW, TO), pages.draw_sources(shown, NOW, TO)):
        assert nothing + why in words(html)
        assert "annot see" not in words(html).partition("latest on the right")[0]
    for html in (pages.draw_signal(shown, NOW, TO, "mythos-ga"), pages.draw_card(shown, NOW, TO, "mythos-ga")):
        assert f"{nothing}." in words(html)
        assert "annot see" not in words(html)
    assert "Never read, tried since 24 November 2026: no answer" in words(pages.draw_signal(shown, NOW, TO, "mythos-ga"))
    assert "(nothing has been read yet)" in badge.write_badge(shown, "mythos-ga")
    assert "cannot see since" in badge.write_badge(blind_everywhere(), "mythos-ga")
    for seen, line in ((shown, "Nothing has been read yet"), (blind_everywhere(), "Cannot see since 24 November 2026")):
        assert line in [words.text for words in badge.lines_of(seen, "mythos-ga")]


def test_a_source_that_is_new_and_never_answered_does_not_move_the_day_of_the_last_look() -> None:
    shown = blind_everywhere()
    held = shown.verdicts["mythos-ga"]
    fresh = replace(held, blind=tuple(replace(one, since=NOW, never=True) for one in held.blind))
    html = pages.draw_home(replace(shown, verdicts={**shown.verdicts, "mythos-ga": fresh}), NOW, TO)
    assert "Cannot see anything since 24 November 2026 (5 hours ago)" in words(html)


def test_a_past_day_whose_polls_are_not_kept_is_not_said_to_have_read_nothing() -> None:
    def forgotten(shown: View) -> View:
        bare = tuple(
            replace(one, polls=(), health=Health(one.source.id, one.source.url, one.source.publisher)) for one in shown.strips
        )
        return replace(shown, strips=bare, past=True, as_of=NOW - timedelta(days=40), began=NOW - timedelta(days=90))

    shown = forgotten(view())
    home, sources = words(pages.draw_home(shown, NOW, TO)), words(pages.draw_sources(shown, NOW, TO))
    assert "1 answer could not be checked not seen: aws.amazon.com, nist.gov;" in home
    for untrue in (
        "was read yet",
        "not read yet",
        "Never read",
        "no good reading yet",
        "not tried yet",
        "sources read",
        "others were read",
    ):
        assert untrue not in home + sources, untrue
    assert sources.count("no reading of those days is kept") == len(shown.strips)
    lost = words(pages.draw_home(forgotten(blind_everywhere()), NOW, TO))
    assert "Cannot see anything since" in lost
    assert "What stands here is the last that was known." in lost
    assert "Nothing has been read yet" not in lost
    one = words(pages.draw_signal(forgotten(view()), NOW, TO, "caisi-evaluation"))
    assert "What stands here is the last that was known." in one
    assert "Nothing has been read yet" not in one


def test_what_was_never_read_is_neither_read_nor_out_of_sight() -> None:
    shown = view(verdicts={name: replace(each, cannot_see_since=None) for name, each in verdicts().items()})
    strips = tuple(
        replace(one, health=replace(one.health, last_good_at=None)) if one.source.id == "batch" else one for one in shown.strips
    )
    unread = replace(shown, strips=strips)
    home, sources = words(pages.draw_home(unread, NOW, TO)), words(pages.draw_sources(unread, NOW, TO))
    assert f"◍ {len(strips) - 3} of {len(strips)} sources read, 1 not read yet" in home
    assert "not seen: aws.amazon.com, nist.gov;" in home
    assert "4 of 5 sources read" in home, "of the signal whose source it is"
    assert "Never read: govinfo.gov. All others were read." in sources
    assert "All" not in words(pages.draw_home(unread, NOW, TO)).partition("Has the Senate")[0]


def test_what_stands_still_is_said_to_be_read_with_the_day_since_which_nothing_was_new_in_it() -> None:
    old = NOW - timedelta(days=61)
    newest = {"batch": old, "vote-menu": NOW - timedelta(days=59), "billstatus-s3519": old}  # the last one is a record
    strips = tuple(
        replace(one, health=replace(one.health, newest_entry_at=newest.get(one.source.id, NOW))) for one in view().strips
    )
    assert {one.source.id for one in strips} >= newest.keys()
    shown = view(strips=strips, verdicts={name: replace(each, cannot_see_since=None) for name, each in verdicts().items()})
    home, sources = words(pages.draw_home(shown, NOW, TO)), words(pages.draw_sources(shown, NOW, TO))
    many = len(strips)
    assert f"◍ {many - 2} of {many} sources read, nothing new in 1 for 60 days" in home
    assert "all 5 sources read, nothing new in 1 for 60 days" in home, "of the signal whose source it is"
    assert "all 5 sources read, nothing new in 1" in words(pages.draw_signal(shown, NOW, TO, "senate-vote")).lower()
    assert "Read, and nothing new in them for 60 days or longer: govinfo.gov (since 24 September 2026)." in sources
    assert "nothing new" not in words(pages.draw_sources(view(), NOW, TO)).partition("Senate roll calls")[0]
    lost = replace(shown.verdicts["senate-vote"], blind=(SourceOutage("batch", "https://a.example/", NOW, "no answer"),))
    out = words(pages.draw_sources(replace(shown, verdicts={**shown.verdicts, "senate-vote": lost}), NOW, TO))
    assert "nothing new in them" not in out, "what cannot be seen is said to be out of sight"


def test_an_address_that_may_come_is_neither_gone_nor_a_source_that_is_not_read() -> None:
    shown = view(verdicts={name: replace(each, cannot_see_since=None) for name, each in verdicts().items()})

    def ahead(*, ever: bool) -> View:
        strips = tuple(
            replace(
                one,
                source=replace(one.source, may_be_missing=True),
                health=replace(one.health, last_good_at=NOW if ever else None, outcome="gone"),
                polls=(PollView(NOW, "gone"), PollView(NOW, "gone")),
            )
            if one.source.id == "batch"
            else one
            for one in shown.strips
        )
        return replace(shown, strips=strips)

    many = len(shown.strips)
    home, sources = words(pages.draw_home(ahead(ever=False), NOW, TO)), words(pages.draw_sources(ahead(ever=False), NOW, TO))
    assert f"◍ {many - 3} of {many - 1} sources read" in home
    assert "1 page that the watch looks for does not exist yet" in home
    assert "all 4 sources read" in home, "of the signal whose source it is"
    assert "1 page that the watch looks for does not exist yet." in sources
    assert "· does not exist yet" in sources
    assert "✕ gone" not in sources
    assert "Never read" not in sources
    assert "Last 2 polls: 2 not there yet" in pages.draw_sources(ahead(ever=False), NOW, TO)
    lost = words(pages.draw_sources(ahead(ever=True), NOW, TO))
    assert "✕ gone" in lost, "what was read and is there no more is gone"
    assert "does not exist yet" not in lost


def test_what_waits_for_a_readers_hour_is_not_said_to_be_delivered() -> None:
    waiting = SentDigest("d", NOW, "news", "News", sent=3, waiting=1)
    log = words(pages.draw_log(view(undelivered=(), told=(waiting,), waiting=1), NOW, TO))
    assert "1 message still to be sent; nothing has failed." in log
    assert "has been delivered" not in log
    assert "delivered 3 of 4, 1 still to be sent" in log


def test_what_a_person_has_recorded_is_called_no_official_voice() -> None:
    by_hand = replace(said("lab.example", "It is open."), tier=Tier.OPERATOR, document="")
    tracks = tuple(replace(track, evidence=(by_hand,)) for track in verdicts()["mythos-ga"].tracks)
    shown = view(verdicts={**verdicts(), "mythos-ga": replace(verdicts()["mythos-ga"], tracks=tracks)})
    html = pages.draw_signal(shown, NOW, TO, "mythos-ga")
    assert "The person who runs the watch has recorded it; an official voice is still to come." in words(html)
    assert "The official record says so" not in html
    assert "The official record says so" in pages.draw_signal(view(), NOW, TO, "mythos-ga")


def test_declared_history_is_marked_on_the_first_screen_and_what_nobody_speaks_of_is_no_history() -> None:
    held = verdicts()["mythos-ga"]
    declared, untold = (
        replace(held, tracks=tuple(replace(track, standing=Standing.DECLARED, **more) for track in held.tracks))
        for more in ({}, {"since": None, "evidence": ()})
    )
    home, quiet = (words(pages.draw_home(view(verdicts={"mythos-ga": each}), NOW, TO)) for each in (declared, untold))
    assert "(known before)" in home.partition("Has the Senate")[0]
    assert "(known before)" not in quiet.partition("Has the Senate")[0]
    full = [words(pages.draw_signal(view(verdicts={"mythos-ga": each}), NOW, TO, "mythos-ga")) for each in (declared, untold)]
    assert "Known when the watch was set up; nothing of it has been read yet." in full[0]
    assert "Nothing that was read or known before speaks of it." in full[1]
    assert "History that" not in full[1]
    assert "· Known before" in full[0]
    assert "Known before" not in full[1]


def test_what_two_tracks_change_for_the_reader_stands_under_their_names() -> None:
    named, public = MYTHOS.tracks
    waits = tuple(replace(rung, consequence="Everybody else waits.") for rung in named.ladder.statuses)
    signal = replace(MYTHOS, tracks=(replace(named, ladder=replace(named.ladder, statuses=waits)), public))
    shown = view(signals=(signal,), verdicts={"mythos-ga": verdicts()["mythos-ga"]})
    told = words(pages.draw_signal(shown, NOW, TO, "mythos-ga")).partition("As it stands")[2].partition("What is wanted")[0]
    assert f"{named.title}: Everybody else waits." in told
    assert f"{public.title}: You can use the class today." in told
    alone = words(pages.draw_signal(view(), NOW, TO, "mythos-ga")).partition("As it stands")[2]
    assert alone.strip().startswith("You can use the class today."), "one effect needs no name"


def test_a_past_day_gives_moments_for_what_is_not_long_ago_today() -> None:
    past = view(past=True)
    for html in (pages.draw_home(past, NOW, TO), pages.draw_signal(past, NOW, TO, "mythos-ga")):
        assert "24 November 2026, 08:42 UTC" in words(html).partition("What was known on")[0]
        assert " ago" not in words(html).partition("Dates")[0]


def test_a_watch_that_has_not_looked_calls_no_source_read_where_all_are_listed() -> None:
    html = words(pages.draw_sources(view(), NOW, TO))
    assert "All others were read." in html
    late = words(pages.draw_sources(view(generated_at=NOW + timedelta(days=2)), NOW + timedelta(days=2), TO))
    assert "Overdue: the watch has not looked since 24 November 2026" in late
    for untrue in ("others were read", "sources read", "nothing new"):
        assert untrue not in late.partition("Senate roll calls")[0]


def test_what_cannot_be_seen_is_named_in_short_where_it_is_much() -> None:
    blind = tuple(
        SourceOutage(one.id, one.url, NOW, "no answer", title=f"Place {number}")
        for number, one in enumerate((*SENATE.sources, *MYTHOS.sources))
    )
    shown = view(verdicts={name: replace(each, blind=()) for name, each in verdicts().items()})
    shown.verdicts["mythos-ga"] = replace(shown.verdicts["mythos-ga"], blind=blind)
    notice = words(pages.draw_sources(shown, NOW, TO)).partition("latest on the right")[0]
    assert "Place 4 (no answer); and 4 more." in notice
    assert "Place 5" not in notice


def test_a_publication_that_was_revised_is_not_said_to_have_come_late() -> None:
    def story(*told: Transition) -> str:
        held = verdicts()["caisi-evaluation"]
        track = held.tracks[0]
        last = track.events[-1]
        later = replace(last, evidence=tuple(replace(one, seen_at=last.at + timedelta(days=36)) for one in last.evidence))
        revised = replace(held, tracks=(replace(track, events=(*track.events[:-1], later)),))
        shown = view(verdicts={**verdicts(), "caisi-evaluation": revised}, history=told)
        return words(pages.draw_story(shown, NOW, TO, "caisi-evaluation"))

    event = verdicts()["caisi-evaluation"].tracks[0].events[-1]
    first = replace(
        history()[0],
        signal="caisi-evaluation",
        track=verdicts()["caisi-evaluation"].tracks[0].track,
        kind=Change.NEXT,
        event=event.key,
        at=event.at + timedelta(hours=5),
    )
    assert "late)" in story()
    assert "late)" not in story(first)


def test_a_step_back_that_is_partly_over_is_no_further_step_back() -> None:
    track = MYTHOS.tracks[1]
    suspended = next(rung for rung in track.ladder.statuses if rung.steps_back)
    partly = replace(suspended, id="partly", label="Suspended, partly lifted")
    at_place = track.ladder.statuses.index(suspended)
    rungs = (*track.ladder.statuses[:at_place], partly, *track.ladder.statuses[at_place:])
    signal = replace(MYTHOS, tracks=(MYTHOS.tracks[0], replace(track, ladder=replace(track.ladder, statuses=rungs))))
    step = replace(
        history()[0], signal=MYTHOS.id, track=track.id, kind=Change.STEP_BACK, before=suspended.id, after="partly", event=""
    )
    for before, after, eased in ((suspended.id, "partly", True), ("partly", suspended.id, False)):
        shown = view(signals=(signal,), history=(replace(step, before=before, after=after),))
        story = words(pages.draw_story(shown, NOW, TO, MYTHOS.id))
        assert ("↗ Eased Suspended, partly lifted" in story) is eased


def test_what_only_the_press_reports_is_marked_under_latest_and_on_the_way_it_came() -> None:
    told = history()[1]
    label = MYTHOS.track(told.track).ladder.rung(told.after).label
    for standing, mark in ((Standing.REPORTED, " (reported)"), (Standing.CONFIRMED, "")):
        shown = view(history=(replace(told, standing=standing, at=NOW, effective_at=NOW),))
        assert f"{label}{mark} {MYTHOS.track(told.track).title}" in words(pages.draw_home(shown, NOW, TO))
    known = verdicts()[MYTHOS.id]
    path = known.tracks[0].path
    tracks = (replace(known.tracks[0], reported=path[:1]), *known.tracks[1:])
    page = words(pages.draw_signal(view(verdicts={MYTHOS.id: replace(known, tracks=tracks)}), NOW, TO, MYTHOS.id))
    first = f"{day_text(path[0][1])}, reported"
    assert page.count(first) == 3, "in the sentence, beside its rung and on the way"


@pytest.mark.parametrize(
    ("quote", "whose"),
    [
        ({"source": "known"}, ", known when the watch was set up"),
        ({"source": "aws-news"}, ", noted by the watch"),
        ({"publisher": "clock"}, ", by the calendar"),
        ({"tier": Tier.OPERATOR, "source": "evidence 3"}, "added by hand"),
    ],
)
def test_words_that_stand_in_no_document_say_whose_they_are(quote: dict[str, Any], whose: str) -> None:
    bare = replace(said("lab.example", "It is open."), document="", **quote)
    held = verdicts()["mythos-ga"]
    flag = RaisedFlag("gone", "A page is gone", NOW, (bare,))
    tracks = (replace(held.tracks[0], flags=(flag,)), *held.tracks[1:])
    shown = view(verdicts={**verdicts(), "mythos-ga": replace(held, tracks=tracks)})
    told = words(pages.draw_signal(shown, NOW, TO, "mythos-ga")).partition("A page is gone")[2].partition("Why it matters")[0]
    assert whose in told
    assert ("operator" in told) is ("operator" in whose)


def test_what_no_official_words_can_claim_asks_for_none() -> None:
    track = MYTHOS.tracks[1]
    rung = next(each for each in track.ladder.statuses if each.steps_back)

    def needed(rule: Rule) -> str:
        ladder = replace(track.ladder, rules=(rule,), statuses=tuple(replace(one, report=3) for one in track.ladder.statuses))
        return needs(replace(rung, report=3), ladder)

    by_press = Rule("press", rung.id, by=(Tier.PRESS,))
    assert needed(by_press) == "3 independent newspapers within 3 days; it is called reported, never confirmed"
    assert needed(replace(by_press, by=(Tier.OFFICIAL, Tier.PRESS))).startswith("one official source; 3 independent")
    assert needed(replace(by_press, clock=at("2027-01-03"))) == "3 January 2027 to come"


def test_the_measured_gap_is_said_with_its_date_until_the_answer_says_it() -> None:
    silent = pages.draw_home(view(verdicts=worded("No")), NOW, TO)
    assert "In a sentence. Last measured on 30 September 2025: 94 % against 8 %" in words(silent)
    told = {name: replace(each, sentence=f"The {each.figures[-1].text}.") for name, each in worded("No").items()}
    assert "Last measured" not in words(pages.draw_home(view(verdicts=told), NOW, TO))


def test_what_was_taken_away_is_said_with_what_it_means_on_the_first_screen() -> None:
    ladder = MYTHOS.tracks[1].ladder
    statuses = tuple(replace(one, consequence="It does not run.") if one.id == "suspended" else one for one in ladder.statuses)
    track = replace(MYTHOS.tracks[1], ladder=replace(ladder, statuses=statuses))
    signal = replace(MYTHOS, tracks=(MYTHOS.tracks[0], track))
    gone = worded("No")
    tracks = tuple(replace(one, status="suspended") if one.track == "class" else one for one in gone["mythos-ga"].tracks)
    gone["mythos-ga"] = replace(gone["mythos-ga"], tracks=tracks)
    shown = view(verdicts=gone, signals=(SENATE, signal))
    assert "In a sentence. It does not run." in words(pages.draw_home(shown, NOW, TO)).partition("Has the Senate")[0]


def test_a_declared_event_is_never_said_to_have_been_seen() -> None:
    series = verdicts()["caisi-evaluation"]
    first = series.tracks[0].events[0]
    declared = replace(first.evidence[0], document="", seen_at=first.at)
    event = replace(first, evidence=(declared, replace(first.evidence[0], seen_at=NOW)))
    fact = DeclaredFact("evaluations", "published", first.at, "Words", declared.url, "nist.gov", event=first.key)
    shown = replace(series, tracks=(replace(series.tracks[0], events=(event,)),))
    watched = replace(view().signal("caisi-evaluation"), known=(fact,))
    story = words(pages.draw_story(view(signals=(watched,), verdicts={watched.id: shown}), NOW, TO, watched.id))
    assert "known history" in story.partition(first.title)[2]
    assert "late" not in story


def test_before_the_first_look_nothing_is_shown_as_news() -> None:
    home = words(pages.draw_home(view(verdicts={}, history=()), NOW, TO))
    latest = home.partition("Latest")[2].partition("Dates")[0]
    assert latest.count("known history") == pages.LATEST_CHANGES
    assert "What would change our mind" not in words(pages.draw_signal(view(verdicts={}, history=()), NOW, TO, "senate-vote"))


def test_a_quote_names_its_host_once() -> None:
    story = words(pages.draw_story(view(verdicts={}, history=()), NOW, TO, "mythos-ga"))
    assert "platform.claude.com, official" in story
    assert "anthropic.com platform.claude.com" not in story
