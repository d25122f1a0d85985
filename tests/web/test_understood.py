"""The page for somebody who has never seen the watch: what short names stand for, what a price is, why, and how many sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.web.story import MYTHOS, NOW, history, said, verdicts, view
from tests.web.test_pages import words
from tests.web.test_promises import TO
from watcher.core.model import Detail, Ladder, Outcome, Signal, Term
from watcher.web import pages
from watcher.web.read_model import View
from watcher.web.timeline import timeline_of


def with_signal(signal: Signal, **changes: object) -> View:
    """The story in which one signal is declared otherwise."""
    shown = view(**changes)
    return replace(shown, signals=tuple(signal if each.id == signal.id else each for each in shown.signals))


def test_short_names_are_spelled_out_from_the_day_on_which_they_are_used() -> None:
    terms = (Term("AISI", "an institute", NOW - timedelta(days=1)), Term("NEXT", "another", NOW + timedelta(days=1)))
    shown = with_signal(replace(MYTHOS, terms=terms))
    for html in (pages.draw_home(shown, NOW, TO), pages.draw_signal(shown, NOW, TO, MYTHOS.id)):
        assert words(html).count("AISI : an institute.") + words(html).count("AISI: an institute.") == 1
        assert "another." not in words(html)
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
