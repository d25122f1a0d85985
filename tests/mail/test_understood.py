"""Mails for somebody who has never seen the watch: both halves of an answer, what a price is, why, and what short names mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.mail.stories import BLOCKED, CONTEXT, DETAIL, EVENT, MYTHOS, NOW, PASSED, READER, VERDICTS, digest, quote
from watcher.config.build import load
from watcher.core.language.sentence import Sentence
from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model import Change, Detail, Figure, FigureSpec, Rule, Status, Term, Verdict
from watcher.mail import MailContext, render
from watcher.wording import terms_in

ROOT = Path(__file__).parents[2]
LABEL = "Price per million input / output tokens"
PRICED = quote("It costs $8 / $40 per million tokens.", "https://a.example/prices", publisher="a.example")
PRICE = Figure("price", LABEL, "USD", "$8/$40", at=NOW, quote=PRICED)


def words(kind: str = "weekly", context: MailContext = CONTEXT, **changes: object) -> str:
    """A mail on one line, in which one signal stands otherwise."""
    stood = tuple(replace(each, **changes) if each.signal == MYTHOS.id else each for each in VERDICTS)
    return " ".join(render(digest(kind=kind, verdicts=stood), context, READER).text.replace("\n  > ", " ").split())


def with_figures(*specs: FigureSpec) -> MailContext:
    return replace(CONTEXT, signals={**CONTEXT.signals, MYTHOS.id: replace(MYTHOS, figures=specs)})


def test_a_line_of_a_signal_answers_both_halves_of_its_question() -> None:
    told = words(word="No", sentence="Only invited ones may use it.", half="The 20 times was counted in no month.")
    assert "availability: No. Only invited ones may use it. The 20 times was counted in no month (reported, last" in told
    assert "availability: By invitation only. The 20 times was counted in no month. (reported" in words(
        half="The 20 times was counted in no month."
    )


def test_a_line_of_a_signal_says_up_to_which_day_its_count_is_and_that_nothing_later_was_read() -> None:
    counted = Figure("bugs", "Bugs fixed", "times", "19.7x", values={"latest_month": "2026-07", "counted_to": "2026-07-21"})
    assert "Counted to 21 July 2026, nothing later was read." in words(figures=(counted,))
    assert "nothing later" not in words(figures=(replace(counted, values={"latest_month": "2026-07"}),))


def test_a_line_of_a_series_names_its_newest_where_its_sentence_does_not() -> None:
    def told(sentence: str) -> str:
        stood = tuple(
            replace(each, word="Yes", sentence=sentence) if each.signal == "caisi-evaluation" else each for each in VERDICTS
        )
        latest = tuple(newest(each) for each in stood)
        return " ".join(render(digest(kind="weekly", verdicts=latest), CONTEXT, READER).text.split())

    def newest(each: Verdict) -> Verdict:
        tracks = tuple(replace(track, details={"latest": "Report on X"}) for track in each.tracks)
        return (
            replace(each, headline_label="The latest is Report on X", tracks=tracks)
            if each.signal == "caisi-evaluation"
            else each
        )

    assert "evaluation: Yes. The latest is Report on X. Two papers since May (confirmed" in told("Two papers since May.")
    assert "evaluation: Yes. Nothing since Report on X (confirmed" in told("Nothing since Report on X.")


def test_a_line_of_a_signal_says_its_price_with_the_words_that_state_it() -> None:
    context = with_figures(FigureSpec("price", LABEL, "USD", "detail", {"track": "named", "detail": "price"}))
    stated = f"{LABEL}: $8/$40 (“{PRICED.text}”, a.example, seen 9 December 2026)."
    assert stated in words(context=context, figures=(PRICE,))
    dated = replace(PRICE, quote=replace(PRICED, published=NOW - timedelta(days=1)))
    assert "a.example, 8 December 2026)." in words(context=context, figures=(dated,))
    bare = replace(PRICE, quote=None)
    assert f"{LABEL}: $8/$40 (known before; no words that were read state it)." in words(context=context, figures=(bare,))
    assert LABEL not in words(figures=(PRICE,)), "a figure that the configuration has lost"


def test_no_price_is_told_of_what_was_taken_away() -> None:
    [track] = MYTHOS.tracks
    back = replace(
        track, ladder=replace(track.ladder, statuses=(*track.ladder.statuses, Status("gone", "Gone", "", steps_back=True)))
    )
    specs = (FigureSpec("price", LABEL, "USD", "detail", {"track": "named", "detail": "price"}),)
    context = replace(CONTEXT, signals={**CONTEXT.signals, MYTHOS.id: replace(MYTHOS, figures=specs, tracks=(back,))})
    [stood] = next(each.tracks for each in VERDICTS if each.signal == MYTHOS.id)
    assert LABEL not in words(context=context, figures=(PRICE,), tracks=(replace(stood, status="gone"),))


def test_a_detail_has_its_unit_also_where_no_figure_names_it() -> None:
    signal = CONTEXT.signals["senate-vote"]
    priced = Detail("price", "Price", unit="per million tokens")
    tracks = tuple(replace(each, ladder=replace(each.ladder, details=(priced,), attributes=("price",))) for each in signal.tracks)
    context = replace(CONTEXT, signals={**CONTEXT.signals, signal.id: replace(signal, tracks=tracks)})
    told = replace(PASSED, details={"price": "$8/$40"}, evidence=(PRICED,))
    changed = replace(told, kind=Change.DETAIL, reason="price: $8/$40, before: $10/$50")
    for one in (told, changed):
        text = " ".join(render(digest(one), context, READER).text.split())
        assert "Price: $8/$40 per million tokens" in text


def test_a_price_of_another_version_is_told_of_none() -> None:
    signal = CONTEXT.signals["senate-vote"]
    rule = Rule("open", status="passed", sentence=Sentence(about=("it",)), details={"name": "match:it", "price": "match:price"})
    vocabulary = Vocabulary.of({"things": {"it": ["Gadget"]}})
    tracks = tuple(replace(each, ladder=replace(each.ladder, rules=(rule,), attributes=("price",))) for each in signal.tracks)
    context = replace(CONTEXT, signals={**CONTEXT.signals, signal.id: replace(signal, tracks=tracks, vocabulary=vocabulary)})

    def told(text: str, known: MailContext = context) -> str:
        one = replace(PASSED, details={"name": "Gadget 5.1", "price": "$8/$40"}, evidence=(quote(text),))
        return " ".join(render(digest(one), known, READER).text.split())

    assert "Price: $8/$40" in told("Gadget 5.1 costs $8/$40.")
    assert "Price: $8/$40" in told("It costs $8/$40.")
    assert "Price: $8/$40" not in told("Gadget 5 costs $8/$40.")
    lost = replace(context, signals={name: each for name, each in context.signals.items() if name != signal.id})
    assert "Gadget 5 costs $8/$40." in told("Gadget 5 costs $8/$40.", lost)


def test_words_that_say_why_are_marked_as_such() -> None:
    why = quote("We received a directive.", is_reason=True)
    told = " ".join(render(digest(replace(BLOCKED, evidence=(quote(), why))), CONTEXT, READER).text.split())
    assert "“We received a directive.” govinfo.gov, official; why, in its own words." in told
    assert told.count("in its own words") == 1


def test_short_names_are_spelled_out_once_in_the_words_of_the_configuration() -> None:
    terms = (
        Term("CAISI", "a center, a part of NIST"),
        Term("NIST", "an institute"),
        Term("Senate", "its next name", datetime(2027, 1, 1, tzinfo=UTC)),
        Term("GDP", "a sum"),
    )
    signal = replace(CONTEXT.signals["caisi-evaluation"], terms=terms)
    context = replace(CONTEXT, signals={**CONTEXT.signals, signal.id: signal})
    for kind, page in (("weekly", ""), ("baseline", context.base_url), ("news", context.base_url)):
        told = words(kind, replace(context, base_url=page))
        assert told.count("CAISI: a center, a part of NIST.") == 1
        assert told.count("NIST: an institute.") == 1, "a word by which another one is spelled out is spelled out, too"
        assert "its next name" not in told
        assert "a sum" not in told
    assert "Names ----- * CAISI: a center" in words("weekly", replace(context, base_url=""))
    others = render(digest(kind="weekly"), context, replace(READER, signals=frozenset({MYTHOS.id}))).text
    assert "a center" not in others


def test_a_vote_on_the_defence_bill_says_what_that_bill_is_and_what_such_a_vote_does_not_decide() -> None:
    shipped = load(ROOT / "signals.toml", quick=True).signal("senate-vote")
    title = "S. 4784, On Cloture on the Motion to Proceed: Rejected (50-46)."
    told = {term.name: term.words for term in terms_in(shipped.terms, title)}
    assert "annual defence bill" in told["S. 4784"]
    assert "only a step before the debate" in told["cloture"]
    assert told.keys() == {"S. 4784", "cloture"}


def test_where_a_publication_gives_no_figure_it_is_said_that_a_report_in_a_pdf_is_not_read_for_as_long_as_none_is() -> None:
    shipped = load(ROOT / "signals.toml", quick=True).signal("caisi-evaluation")
    pages = [each for source in shipped.sources for each in source.follow if each.format == "page"]
    assert pages
    assert not any(each.options.get("links") for each in pages), "who lets them be read, takes the words below away"
    said = {each.id: each.says for each in shipped.tracks[0].ladder.outcomes}
    for outcome in ("not_measured", "measured_qualitative"):
        assert said[outcome].endswith("no new figure for the gap. A report in a PDF that its page links is not read.")


def test_a_short_name_in_small_letters_may_begin_a_title_and_one_in_large_letters_is_a_name() -> None:
    common, name = Term("cloture", "a vote"), Term("The bill", "H.R. 1")
    assert terms_in([common, name], "On Cloture, for the bill") == [common]
    assert terms_in([common, name], "The bill: on cloture") == [common, name]


def test_a_week_spells_out_the_names_of_its_news_and_leads_to_the_page_for_those_that_stand_in_each() -> None:
    terms = (Term("CAISI", "a center"), Term("Senate", "a chamber"), Term("Qwen", "a model"), Term("MTok", "a million"))
    signal = replace(CONTEXT.signals["caisi-evaluation"], terms=terms)
    context = replace(CONTEXT, signals={**CONTEXT.signals, signal.id: signal})
    priced = replace(DETAIL, reason="price: $8", evidence=(quote("It is $8 a MTok."),))
    noted = " ".join(render(replace(digest(kind="weekly"), transitions=(priced,)), context, READER).text.split())
    assert "* MTok: a million." in noted, "it stands in a quote alone"
    quiet = words("weekly", context)
    assert "Names ----- * The page says what CAISI and Senate stand for. https://watch.example.org/" in quiet
    assert "a center" not in quiet
    week = render(replace(digest(kind="weekly"), told=(EVENT,)), context, READER).text
    names = " ".join(week.partition("Names\n")[2].split())
    assert "* CAISI: a center. * Qwen: a model. * The page says what Senate stands for." in names
    bare = " ".join(render(digest(kind="weekly"), replace(context, base_url=""), READER).text.split())
    assert "* CAISI: a center. * Senate: a chamber." in bare, "without a page nothing else says it"


def test_a_short_name_is_a_word_of_its_own() -> None:
    one = Term("CAISI", "a center")
    assert terms_in([one], "Of CAISI.") == [one]
    assert terms_in([one], "CAISIs and UK-CAISI and CAISI-like") == []


def test_the_fingerprints_of_the_record_stand_last() -> None:
    week = replace(digest(kind="weekly"), record="Nothing to do: transition 57 3fa1b2c3d4e5f607.")
    assert render(week, CONTEXT, READER).text.rstrip().endswith("Proof: Nothing to do: transition 57 3fa1b2c3d4e5f607.")
