"""The subject of a week: each answer in the fewest words, what is new before what stayed, and all of it in a line that shows."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mail.stories import CONTEXT, CORRECTION, DETAIL, EVENT, FLAG, NOW, PASSED, READER, REPORTED, VERDICTS, digest, quote
from watcher.config.build import load
from watcher.core.model import Change, Standing, TrackVerdict, Transition, Verdict
from watcher.mail import render
from watcher.mail.message import confirmation
from watcher.mail.subject_line import MAX_SUBJECT_LENGTH

ROOT = Path(__file__).parents[2]
BRIEF = {"senate-vote": "Senate has passed it", "mythos-ga": "Mythos class only", "caisi-evaluation": "one CAISI paper"}
ANSWERED = tuple(
    replace(
        each,
        brief=BRIEF[each.signal],
        word="Yes",
        blind=(),
        tracks=tuple(replace(track, standing=Standing.CONFIRMED) for track in each.tracks),
    )
    for each in VERDICTS
)
CHEAPER = replace(
    DETAIL, signal="mythos-ga", track="named", reason="name: Gadget 2, before: Gadget; price: $8/$40, before: $10/$50"
)
LONG = replace(EVENT, title=f"A long and thorough {EVENT.title} by two authors", details={"object": "Qwen 4"})
LONGER = replace(LONG, details={"object": "Z.ai's GLM-5.3 Cyber Capabilities"})
LONGEST = replace(LONG, details={"object": "Z.ai's GLM-5.3 Cyber Capabilities, its Safeguards and its Biology"})
COMPANION = replace(PASSED, track="s3519", before="", after="committee", details={})


def subject(*told: Transition, details: tuple[Transition, ...] = (), unseen: int = 0, **changes: object) -> str:
    """The subject of a week in which this was told, and these details were noted."""
    blind = VERDICTS[0].blind[0]
    lost = tuple(replace(blind, source=f"feed-{number}") for number in range(unseen))
    stood = tuple(replace(each, blind=lost if each.signal == "caisi-evaluation" else ()) for each in ANSWERED)
    week = replace(digest(kind="weekly", verdicts=stood), told=told, transitions=details, **changes)  # type: ignore[arg-type]
    written = render(week, CONTEXT, READER).subject
    assert len(written) <= MAX_SUBJECT_LENGTH
    return written


def test_a_quiet_week_says_each_answer_in_a_word() -> None:
    assert subject() == "Senate has passed it; Mythos class only; one CAISI paper, week to 9 Dec"
    shorter = tuple(replace(each, brief=each.brief.removesuffix(" class only")) for each in ANSWERED)
    assert subject(verdicts=shorter) == "Senate has passed it; Mythos; one CAISI paper; unchanged, week to 9 Dec"
    by_press = replace(shorter[2], tracks=tuple(replace(each, standing=Standing.REPORTED) for each in shorter[2].tracks))
    assert subject(verdicts=(by_press,)) == "Senate has passed it (reported); unchanged, week to 9 Dec"


def test_who_was_told_a_detail_at_once_is_not_told_that_nothing_changed() -> None:
    keen, short = replace(READER, every_detail=True), tuple(replace(each, brief="no") for each in ANSWERED)
    week = replace(digest(kind="weekly", verdicts=short), told=(), transitions=(CHEAPER,))
    written = render(week, CONTEXT, keen)
    assert written.subject == "No; no; no, week to 9 Dec"
    assert "No answer changed. One detail was told when it came." in written.text
    assert "2 details were told when they came." in render(replace(week, transitions=(CHEAPER, CHEAPER)), CONTEXT, keen).text
    assert render(replace(week, transitions=()), CONTEXT, keen).subject == "No; no; no; unchanged, week to 9 Dec"


def test_who_cannot_see_does_not_say_that_nothing_changed() -> None:
    assert subject(unseen=1) == "Senate has passed it; Mythos class only; one CAISI paper, week to 9 Dec"
    few = tuple(each for each in ANSWERED if each.signal == "caisi-evaluation")
    blind = (replace(few[0], blind=VERDICTS[0].blind),)
    assert subject(verdicts=blind) == "One CAISI paper; 1 source unseen, week to 9 Dec"


@pytest.mark.parametrize(
    ("told", "details", "line"),
    [
        ((PASSED,), (), "New: Senate has passed it. Mythos class only; one CAISI paper, week to 9 Dec"),
        ((CORRECTION,), (), "Corrected: Senate has passed it, week to 9 Dec"),
        ((COMPANION,), (), "New: Senate vote: S. 3519, the companion, in a Senate committee, week to 9 Dec"),
        ((FLAG,), (), "New: amended: text not checked yet (Senate has passed it), week to 9 Dec"),
        ((), (CHEAPER,), "New: Gadget 2 and price $8/$40 (Mythos class only), week to 9 Dec"),
        ((EVENT,), (), "New: Evaluation of Qwen 4 (one CAISI paper), week to 9 Dec"),
        ((LONG,), (), "New: publication on Qwen 4 (one CAISI paper), week to 9 Dec"),
        ((LONGER,), (), "New: Z.ai's GLM-5.3 Cyber Capabilities (one CAISI paper), week to 9 Dec"),
        ((LONGEST,), (), "New: one change (one CAISI paper), week to 9 Dec"),
        ((PASSED, EVENT), (CHEAPER,), "New: Senate has passed it; one change (one CAISI paper), week to 9 Dec"),
    ],
)
def test_a_week_with_news_says_it_first(told: tuple[Transition, ...], details: tuple[Transition, ...], line: str) -> None:
    assert subject(*told, details=details) == line


@pytest.mark.parametrize("many", [9, 3_000])
def test_a_week_of_many_signals_is_told_in_numbers(many: int) -> None:
    names = [f"agency-{number:04}" for number in range(many)]
    stood = tuple(replace(ANSWERED[2], signal=name) for name in names)
    signals = {name: replace(CONTEXT.signals["senate-vote"], id=name, title=name) for name in names}
    context = replace(CONTEXT, signals=signals)
    week = replace(digest(kind="weekly", verdicts=stood), told=tuple(replace(PASSED, signal=name) for name in names))
    assert render(week, context, READER).subject == f"{many} changes, week to 9 Dec"
    assert render(replace(week, told=()), context, READER).subject == "No answer changed, week to 9 Dec"


def test_every_answer_of_a_shipped_signal_has_its_fewest_words_and_three_of_them_fit() -> None:
    usual = list[str]()
    for file in sorted((ROOT / "signals").glob("*.toml")):
        for signal in tomllib.loads(file.read_text("utf-8")).get("signal", ()):
            brief = [line["brief"] for line in signal.get("headline", ())]
            assert all(
                0 < len(each.replace("{evaluations.many}", "12").replace("{evaluations.noun}", "papers")) < 35 for each in brief
            )
            usual += brief[-1:]
    assert len(usual) == 3


def test_no_other_subject_is_longer_either() -> None:
    named = replace(CONTEXT, title="A Watch With a Name That Is a Good Deal Longer Than a List of Mails Has Room For")
    for kind in ("baseline", "trial", "reminder", "operator", "weekly"):
        assert len(render(digest(kind=kind, notes=("a note " * 20,)), named, READER).subject) <= MAX_SUBJECT_LENGTH, kind
    asked = confirmation(named, READER, link="https://watch.example.org/c", pace="Daily", now=NOW, until=NOW)
    assert len(asked.subject) <= MAX_SUBJECT_LENGTH


def test_a_long_subject_is_cut_behind_its_signal_and_its_answer_and_keeps_how_sure_it_is() -> None:
    long = replace(
        REPORTED, headline_label="The Senate has passed the bill after a night of speeches and many amendments", details={}
    )
    stood = tuple(replace(each, word="Yes", brief="") for each in ANSWERED)
    told = render(digest(long, verdicts=stood), CONTEXT, READER).subject
    assert told == "Senate vote: Yes. The Senate has passed the bill after a night of … (reported)"
    brief = render(digest(long, verdicts=tuple(replace(each, word="Yes") for each in ANSWERED)), CONTEXT, READER).subject
    assert brief == "Senate vote: Yes. Senate has passed it (reported)"


def test_a_caveat_of_a_publication_stands_behind_what_was_found_and_what_it_changes() -> None:
    found = {"measured": "It is more robust than others."}
    open_ = replace(EVENT, outcome="words_only", details=found, evidence=(replace(EVENT.evidence[0], text=EVENT.title),))
    stood = tuple(replace(each, sentence="One paper since May.") for each in ANSWERED)
    mail = render(digest(open_, verdicts=stood), CONTEXT, READER)
    text = " ".join(mail.text.split())
    assert mail.text.splitlines()[2].startswith("“It is more robust than others.” One paper since May.")
    assert text.index("> “It is more robust") < text.index("What it changes for you") < text.index("What it leaves open")
    assert "Outcome" not in text
    assert "What it means" not in text
    assert mail.text.count("  > “") == 1, "its title is no finding"
    assert "Outcome: The gap narrowed." in " ".join(render(digest(EVENT), CONTEXT, READER).text.split())


def test_two_ways_to_one_thing_that_moved_together_have_one_proof_and_say_what_is_the_same_once() -> None:
    both = render(digest(PASSED, replace(PASSED, track="s3519")), CONTEXT, READER).text
    assert both.count("“Passed Senate by Yea-Nay Vote. 60 - 40.”") == 1
    assert " ".join(both.split()).count("What it changes for you: It is not law yet.") == 1
    assert "Proof:" in both.partition("S. 3519")[2]
    other = replace(PASSED, track="s3519", evidence=(replace(PASSED.evidence[0], text="Passed too."),))
    assert "“Passed too.”" in render(digest(PASSED, other), CONTEXT, READER).text


def test_what_the_days_of_a_window_brought_stands_before_how_its_days_are_meant_and_before_the_week() -> None:
    note = digest(kind="reminder", notes=("the 60 days are over", "Whose days they are.", "How its days are meant."))
    window = replace(note, lines=(("mythos-ga", "they brought: much."),), readings=(("mythos-ga", 3, 0, 3),))
    text = " ".join(render(window, CONTEXT, READER).text.split())
    parts = (
        "Whose days they are.",
        "Mythos availability: they brought: much.",
        "How its days are meant.",
        "3 of 3 sources were read",
    )
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)
    assert "Notes" not in render(digest(kind="reminder", notes=("in 7 days: the end",)), CONTEXT, READER).text


def test_a_detail_of_what_the_answer_does_not_speak_of_stands_under_its_own_name() -> None:
    signal = load(ROOT / "signals.toml", quick=True).signal("mythos-ga")
    context = replace(CONTEXT, signals={signal.id: signal})
    open_to_all = TrackVerdict("class", "available", Standing.CONFIRMED, NOW, NOW, details={"name": "Claude Fable 5"})
    named = TrackVerdict("named", "gated_wider", Standing.CONFIRMED, NOW, NOW)
    claim = Verdict(
        signal.id, "class_ga_other_name", "Open to all", (named, open_to_all), (), (), NOW, word="Not under that name"
    )
    stood = replace(claim, brief="Mythos class only")
    way_in = replace(
        DETAIL,
        signal=signal.id,
        track="named",
        before="gated_wider",
        after="gated_wider",
        headline=stood.headline,
        reason="access_model: product-only, before: invitation",
        evidence=(quote("Claude Security scans code with Mythos 5."),),
    )
    version = replace(way_in, track="class", before="available", after="available", reason="name: Claude Fable 5.1")
    retired = replace(way_in, kind=Change.FLAG, before="", after="version_retired", title="An older version is retired")

    def week(*details: Transition) -> str:
        return render(replace(digest(kind="weekly", verdicts=(stood,)), transitions=details), context, READER).subject

    assert week(way_in) == "New: a model named Mythos: access also inside a product, week to 9 Dec"
    assert week(retired) == "New: a model named Mythos: an older version is retired, week to 9 Dec"
    assert week(version, way_in) == "New: Claude Fable 5.1 and 1 more (Mythos class only), week to 9 Dec"
    keen = replace(READER, every_detail=False)
    at_once = render(digest(replace(way_in, mail=True), verdicts=(stood,)), context, keen).subject
    assert at_once == "Mythos availability: a model named Mythos: access also inside a product"
    longer = replace(
        way_in, mail=True, reason="access_model: product-only; version: 5.1 for whoever likes long names of versions"
    )
    assert render(digest(longer, verdicts=(stood,)), context, keen).subject.startswith(
        "A model named Mythos: inside a product and 5.1"
    )
