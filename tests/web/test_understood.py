"""The page for somebody who has never seen the watch: what short names stand for, what a price is, why, and how many sources."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from tests.web.story import CAISI, MYTHOS, NOW, SENATE, history, said, verdicts, view
from tests.web.test_pages import words
from tests.web.test_promises import TO
from watcher.core.model import Change, DeclaredFact, Detail, Ladder, Outcome, Quote, Signal, Term
from watcher.web import pages
from watcher.web.read_model import View
from watcher.web.timeline import timeline_of


def with_signal(signal: Signal, **changes: object) -> View:
    """The story in which one signal is declared otherwise."""
    shown = view(**changes)
    return replace(shown, signals=tuple(signal if each.id == signal.id else each for each in shown.signals))


def test_short_names_are_spelled_out_from_the_day_on_which_they_are_used() -> None:
    used, later = NOW - timedelta(days=1), NOW + timedelta(days=1)
    terms = (Term("Mythos", "an institute", used), Term("Fable", "another", later), Term("GDP", "a sum"))
    shown = with_signal(replace(MYTHOS, terms=terms))
    for html in (pages.draw_home(shown, NOW, TO), pages.draw_signal(shown, NOW, TO, MYTHOS.id)):
        assert len(re.findall("Mythos ?: an institute[.]", words(html))) == 1
        assert "another." not in words(html)
    assert "a sum" not in words(pages.draw_home(shown, NOW, TO)), "it stands nowhere on the first page"
    assert "an institute" not in words(pages.draw_signal(shown, NOW, TO, "senate-vote"))
    assert 'id="names"' not in pages.draw_home(view(), NOW, TO)


def priced(ladder: Ladder) -> Ladder:
    """A ladder that says by what a price is counted."""
    return replace(ladder, attributes=("name", "price"), details=(Detail("price", "Price", unit="per million tokens"),))


def test_a_price_says_by_what_it_is_counted_wherever_it_stands() -> None:
    tracks = tuple(replace(each, ladder=priced(each.ladder)) for each in MYTHOS.tracks)
    signal = replace(MYTHOS, tracks=tracks)
    shown = with_signal(signal)
    detail = next(item for item in history() if "price: $8/$40" in item.reason)
    told = [moment.heading for moment in timeline_of(replace(shown, history=(detail,)), signal)]
    assert any("Price: $8/$40 per million tokens" in each for each in told)
    stood = verdicts()[MYTHOS.id]
    of = {"price": "Claude Fable 5"}
    now = tuple(replace(each, details={"name": "Claude Fable 5.1", "price": "$8/$40"}, of=of) for each in stood.tracks)
    both = with_signal(signal, verdicts={**verdicts(), MYTHOS.id: replace(stood, tracks=now)})
    assert "Price $8/$40 per million tokens (stated of Claude Fable 5)" in words(pages.draw_signal(both, NOW, TO, MYTHOS.id))


def test_words_that_say_why_are_marked_as_such_and_a_copy_is_called_one() -> None:
    why = replace(said("lab.example", "We received a directive."), is_reason=True)
    change = replace(next(item for item in history() if item.signal == MYTHOS.id and item.track), evidence=(why,))
    page = words(pages.draw_story(view(history=(change,)), NOW, TO, MYTHOS.id))
    assert "We received a directive. lab.example , official, why, in its own words, published" in page.replace(
        "lab.example,", "lab.example ,"
    )
    assert "copy kept: 3f1c9a5e3f1c" in page


def test_a_notice_of_what_cannot_be_seen_counts_sources_as_the_line_above_it_does() -> None:
    shown = view(verdicts={name: replace(each, cannot_see_since=None) for name, each in verdicts().items()})
    ahead = next(one for one in shown.strips_of(MYTHOS.id) if one.source.id != "aws-news")
    gone = replace(
        ahead,
        source=replace(ahead.source, may_be_missing=True),
        health=replace(ahead.health, last_good_at=None, outcome=Outcome.GONE),
    )
    strips = tuple(gone if one is ahead else one for one in shown.strips)
    page = words(pages.draw_signal(replace(shown, strips=strips), NOW, TO, MYTHOS.id))
    many = len(shown.strips_of(MYTHOS.id)) - 1
    assert f"{many - 1} of {many} sources read" in page
    assert f"Cannot see 1 source of {many}: aws.amazon.com." in page


def test_the_reason_stands_beside_the_act_also_where_one_quote_is_shown() -> None:
    act, why = (
        said("lab.example", "We have suspended it."),
        replace(said("lab.example", "We received a directive."), is_reason=True),
    )
    change = next(item for item in history() if item.signal == MYTHOS.id and item.track)
    page = words(
        pages.draw_signal(view(history=(replace(change, kind=Change.STEP_BACK, evidence=(act, why, act)),)), NOW, TO, MYTHOS.id)
    )
    assert "We have suspended it." in page
    assert "We received a directive." in page
    assert "and 1 more quote" in page


def declared(text: str) -> tuple[View, Signal, Quote]:
    """The story in which a bill stands by a declared fact with this quote, and the words that were read of it later."""
    read = replace(said("govinfo.gov", "Received in the Senate."), seen_at=NOW)
    (house, *others) = verdicts()[SENATE.id].tracks
    assert house.since
    fact = DeclaredFact(house.track, house.status, house.since, text, "https://example.gov/", "example.gov")
    signal = replace(SENATE, known=(fact,))
    stood = replace(verdicts()[SENATE.id], tracks=(replace(house, evidence=(read,)), *others))
    return with_signal(signal, verdicts={**verdicts(), SENATE.id: stood}, history=()), signal, read


def test_where_a_track_stands_by_a_declared_day_the_words_that_were_read_are_shown() -> None:
    shown, signal, read = declared("Received in the Senate.")
    [moment] = timeline_of(shown, signal)
    assert (moment.quotes, moment.history, moment.late) == ((read,), True, False)
    shown, signal, read = declared("It came.")
    [moment] = timeline_of(shown, signal)
    assert [quote.text for quote in moment.quotes] == [read.text, "It came."]
    undecided = replace(shown, verdicts={name: each for name, each in shown.verdicts.items() if name != signal.id})
    assert [[quote.text for quote in each.quotes] for each in timeline_of(undecided, signal)] == [["It came."]]


def test_a_declared_publication_that_was_read_long_after_its_day_did_not_come_late() -> None:
    stood = verdicts()[CAISI.id]
    event = replace(stood.tracks[0].events[-1], evidence=(replace(said("nist.gov", "It is out."), seen_at=NOW),))
    fact = DeclaredFact("evaluations", "published", event.at, "It is out.", "https://nist.gov/", "nist.gov", event=event.key)
    only = replace(stood, tracks=(replace(stood.tracks[0], events=(event,)),))
    for known, history_, late in (((fact,), True, False), ((), False, True)):
        signal = replace(CAISI, known=known)
        [moment] = timeline_of(with_signal(signal, verdicts={**verdicts(), CAISI.id: only}, history=()), signal)
        assert (moment.history, moment.late) == (history_, late)
