"""The answer in a word, and lines that stay true on their day."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.builders import ACCESS, SERIES, day, said, signal_of
from tests.mail.stories import BLOCKED, CONTEXT, EVENT, PASSED, READER, digest
from tests.test_cycles import CONFIG
from tests.web.story import NOW, view
from watcher.bootstrap import readers_of
from watcher.config.build import load
from watcher.core.decision.compare import compare
from watcher.core.decision.decide import decide, known_claims
from watcher.core.decision.flags import standing_of_flag
from watcher.core.decision.scheduled_notes import close_in_words, reminders, trial
from watcher.core.decision.timing import DeliveryWindow, allowed_at, note_hours
from watcher.core.model import Article, Change, DeclaredFact, Digest, Quote, RaisedFlag, Standing, Tier, Transition, Verdict
from watcher.mail import render
from watcher.pipeline.announce import Route, announce, send_reminders
from watcher.pipeline.deliver import merge_deliveries
from watcher.pipeline.delivery_context import mail_context
from watcher.store.store import Store
from watcher.web import pages

ROOT = Path(__file__).parents[1]
MONDAY = day("06-08 08:00")
BEGUN = day("05-14 12:00")
WORDS = {"No", "Yes", "Partly", "Not under that name", "Unknown", "{evaluations.answer}"}


def test_every_headline_has_its_word_and_its_sentence() -> None:
    for file in sorted((ROOT / "signals").glob("*.toml")):
        for signal in tomllib.loads(file.read_text("utf-8")).get("signal", ()):
            for line in signal.get("headline", ()):
                assert line["word"] in WORDS, line
                assert line["says"], line


def as_of(signal_id: str, moment: str) -> Verdict:
    """Where a shipped signal stood by its declared history."""
    signal = load(ROOT / "signals.toml", quick=True).signal(signal_id)
    now = day(moment)
    return decide(signal, known_claims(signal, until=now), (), now)


@pytest.mark.parametrize(
    ("signal", "moment", "word", "sentence"),
    [
        ("senate-vote", "11-20", "No", "The bill lies in the Senate Banking Committee; the Senate has not voted on it."),
        (
            "mythos-ga",
            "06-10",
            "Not under that name",
            "Claude Fable 5, a model of the same class, is open to all; a model named Mythos is not.",
        ),
        ("mythos-ga", "06-20", "No", "Access was taken away, and nothing that was read gives it back."),
        (
            "caisi-evaluation",
            "06-01",
            "No",
            "No paper since Anthropic's article of 14 May 2026; the latest is CAISI Evaluation of DeepSeek V4 Pro of 1 May 2026.",
        ),
        (
            "caisi-evaluation",
            "04-20",
            "Unknown",
            (
                "What counts is published from Anthropic's article of 14 May 2026 on; "
                "the latest is CAISI Evaluation of Kimi K2 Thinking of 12 December 2025."
            ),
        ),
        (
            "caisi-evaluation",
            "11-20",
            "Yes",
            (
                "Three papers since Anthropic's article of 14 May 2026; "
                "what was read gives no new figure for the gap of 94 % against 8 %."
            ),
        ),
    ],
)
def test_the_answer_is_a_word_and_a_sentence_that_is_true_on_its_day(signal: str, moment: str, word: str, sentence: str) -> None:
    verdict = as_of(signal, moment)
    assert (verdict.word, verdict.sentence) == (word, sentence)


@pytest.mark.parametrize(
    ("moment", "line"),
    [
        ("04-20", "CAISI evaluation: Unknown."),
        ("06-01", "CAISI evaluation: No (no paper)."),
        ("11-20", "CAISI evaluation: Yes (3 papers, no new gap figure)."),
    ],
)
def test_the_word_of_a_question_of_two_parts_says_of_what_it_is_said_wherever_it_stands_alone(moment: str, line: str) -> None:
    verdict = as_of("caisi-evaluation", moment)
    context = mail_context(load(ROOT / "signals.toml", quick=True))
    for kind in ("baseline", "weekly", "reminder"):
        assert line in " ".join(render(Digest("x", NOW, kind, (), (verdict,)), context, READER).text.split())


def test_with_nothing_read_the_standing_is_declared_and_a_reading_is_no_news() -> None:
    bare = signal_of(ACCESS)
    track = bare.tracks[0].id
    signal = replace(bare, known=(DeclaredFact(track, "gated", day("06-02"), "invited", "https://a.example/", "a"),))
    before = decide(signal, known_claims(signal), (), MONDAY)
    assert before.tracks[0].standing is Standing.DECLARED
    read = replace(said("official:lab", "gated", "06-03"), track=track)
    after = decide(signal, [*known_claims(signal), read], (), MONDAY)
    assert after.tracks[0].standing is Standing.CONFIRMED
    assert compare(signal, before, after) == ()


def test_what_was_read_stands_before_what_is_declared_and_in_its_place_where_the_words_are_the_same() -> None:
    bare = signal_of(ACCESS)
    read = said("official:lab", "gated", "06-03", seen="06-05")
    read = replace(read, quote=replace(read.quote, document="0" * 64))
    same = DeclaredFact("it", "gated", day("06-03"), read.quote.text, read.quote.url, "lab")
    (track,) = decide(replace(bare, known=(same,)), [*known_claims(replace(bare, known=(same,))), read], (), MONDAY).tracks
    assert [quote.document for quote in track.evidence] == ["0" * 64]
    other = replace(bare, known=(replace(same, at=day("06-02"), quote="invited", url="https://a.example/"),))
    (track,) = decide(other, [*known_claims(other), read], (), MONDAY).tracks
    assert [quote.source for quote in track.evidence] == ["", "known"]
    assert track.seen_at == day("06-05"), "nobody saw what is declared"
    (alone,) = decide(other, known_claims(other), (), MONDAY).tracks
    assert (alone.standing, alone.seen_at) == (Standing.DECLARED, day("06-02"))


def test_an_event_that_is_declared_later_is_told_as_declared_and_not_as_read() -> None:
    bare = signal_of(SERIES)
    fact = DeclaredFact(
        "it", "published", day("06-02"), "It is out.", "https://a.example/", "a", event="a-model", title="A paper"
    )
    late = replace(bare, known=(fact,))
    before, after = decide(bare, (), (), MONDAY), decide(late, known_claims(late), (), MONDAY)
    (told,) = compare(late, before, after)
    assert (told.kind, told.standing) == (Change.NEXT, Standing.DECLARED)
    read = replace(said("official:a", "published", "06-02"), event="a-model")
    (seen,) = compare(bare, before, decide(bare, [read], (), MONDAY))
    assert (seen.kind, seen.standing) == (Change.NEXT, Standing.CONFIRMED)


@pytest.mark.parametrize(
    ("tier", "source", "standing"),
    [
        (Tier.PRESS, "paper", Standing.REPORTED),
        (Tier.OFFICIAL, "record", Standing.CONFIRMED),
        (Tier.PRESS, "known", Standing.DECLARED),
    ],
)
def test_a_flag_is_as_sure_as_its_own_words(tier: Tier, source: str, standing: Standing) -> None:
    flag = RaisedFlag("f", "F", MONDAY, (Quote("words", "https://a.example/", "a", tier, MONDAY, source=source),))
    assert standing_of_flag(flag) is standing


def test_what_a_window_brought_follows_from_the_statuses_at_its_close() -> None:
    told = close_in_words(load(ROOT / "signals.toml", quick=True).signal("mythos-ga"))
    assert told.startswith("The 60 days after “2028: Two scenarios for global AI leadership” (Anthropic, 14 May 2026) ended on")
    assert "The Mythos class under any name: Promised (28 May 2026), Generally available (9 June 2026), Suspended (" in told
    assert "At their close: Open to all as Claude Fable 5" in told
    nothing = close_in_words(load(ROOT / "signals.toml", quick=True).signal("senate-vote"))
    assert "They brought: nothing that moved the answer. At their close: In the Senate Banking Committee, no vote." in nothing
    assert not close_in_words(signal_of(ACCESS))


def test_a_weekly_reader_gets_the_note_of_the_week_in_its_hour_and_not_a_week_later() -> None:
    weekly = DeliveryWindow(pace="weekly")
    written = MONDAY + timedelta(seconds=1)
    assert allowed_at(written, weekly) == MONDAY + timedelta(days=7)
    assert allowed_at(written, note_hours(weekly)) == written
    quiet = DeliveryWindow(pace="weekly", quiet=(time(22), time(9)))
    assert allowed_at(written, note_hours(quiet)) == day("06-08 09:00")


def test_a_letter_that_waited_is_dated_when_it_leaves_and_says_when_it_was_written() -> None:
    told = digest(PASSED)
    message = render(told, CONTEXT, READER, sent_at=told.at + timedelta(days=6))
    assert message.sent_at == told.at + timedelta(days=6)
    assert "Written 9 December 2026, 22:41 UTC; sent 15 December 2026, 22:41 UTC" in message.text
    assert "Written" not in render(told, CONTEXT, READER).text


def detail(signal: str, moment: datetime) -> Transition:
    return Transition(
        signal,
        signal_of(ACCESS).tracks[0].id,
        Change.DETAIL,
        "open",
        "open",
        moment,
        Standing.CONFIRMED,
        "",
        "Open",
        evidence=(Quote("It costs $8 and $40.", "https://a.example/price", "a", Tier.OFFICIAL, moment, "0" * 64),),
        mail=False,
        reason="price: $8/$40",
    )


def test_a_detail_that_no_news_carried_stands_in_the_weekly_note_once(tmp_path: Path) -> None:
    signal = signal_of(ACCESS)
    begun = day("06-01 12:00")
    with Store.open(f"sqlite:///{tmp_path}/watch.db") as store:
        with store.writing() as tx:
            tx.verdicts.put(decide(signal, [], [], begun))
            tx.verdicts.mark_baseline(signal.id, begun)
            tx.transitions.add([detail(signal.id, day("06-04 12:00"))])
        me = Route("me", "maildir", "me", frozenset(), operator=False, allowed_at=lambda at, _urgent: at)
        (note,) = send_reminders(store, [me], {signal.id: signal}, now=MONDAY, zone=UTC)
        (later,) = send_reminders(store, [me], {signal.id: signal}, now=MONDAY + timedelta(days=7), zone=UTC)
    assert [change.reason for change in note.transitions] == ["price: $8/$40"]
    assert later.transitions == (), "nobody is told the same thing twice"
    shown = render(note, replace(CONTEXT, signals={signal.id: signal}), READER)
    assert shown.text.startswith("No answer changed. One detail is new. It: price $8/$40.\n")
    keen = render(note, replace(CONTEXT, signals={signal.id: signal}), replace(READER, every_detail=True))
    assert keen.text.startswith("No answer changed. One detail was told when it came.\n"), "and of none that is new"
    assert "Signal · It: price $8/$40 (seen 4 June 2026): “It costs $8 and $40.”" in " ".join(shown.text.split())
    assert shown.subject == "New: price $8/$40 (Signal: Nothing), week to 8 Jun"
    assert "https://a.example/price" in shown.text


def test_a_quiet_flag_stands_in_the_weekly_note_when_it_is_raised_and_when_it_is_lowered(tmp_path: Path) -> None:
    signal = signal_of(ACCESS)
    raised = replace(
        detail(signal.id, day("06-04 12:00")), kind=Change.FLAG, before="", after="renamed", title="Renamed", reason="Renamed"
    )
    lowered = replace(raised, before="renamed", after="", at=day("06-10 12:00"), reason="no longer: Renamed", evidence=())
    me = Route("me", "maildir", "me", frozenset(), operator=False, allowed_at=lambda at, _urgent: at, every_detail=True)
    with Store.open(f"sqlite:///{tmp_path}/watch.db") as store:
        with store.writing() as tx:
            tx.verdicts.put(decide(signal, [], [], day("06-01 12:00")))
            tx.verdicts.mark_baseline(signal.id, day("06-01 12:00"))
            tx.transitions.add([raised])
        late = day("06-04 13:00")
        assert announce(store, [me], [signal.id], now=late, wait=timedelta(minutes=10)) == [], "a flag is no message of its own"
        (first,) = send_reminders(store, [me], {signal.id: signal}, now=MONDAY, zone=UTC)
        with store.writing() as tx:
            tx.transitions.add([lowered])
        (second,) = send_reminders(store, [me], {signal.id: signal}, now=MONDAY + timedelta(days=7), zone=UTC)
        (third,) = send_reminders(store, [me], {signal.id: signal}, now=MONDAY + timedelta(days=14), zone=UTC)
    context, keen = replace(CONTEXT, signals={signal.id: signal}), replace(READER, every_detail=True)
    up, down, quiet = (" ".join(render(note, context, keen).text.split()) for note in (first, second, third))
    assert up.startswith("No answer changed. One detail is new. Signal: renamed: “")
    assert "Also noted" in up
    assert "https://a.example/price" in up
    assert down.startswith("No answer changed. One detail is new. Signal: no longer flagged: renamed.")
    assert render(first, context, keen).subject == "New: renamed (Signal: Nothing), week to 8 Jun"
    assert quiet.startswith("No answer changed. =")


def test_a_flag_that_ended_beside_other_news_is_counted_in_its_week_and_one_that_nothing_told_is_noted(tmp_path: Path) -> None:
    signal, at = signal_of(ACCESS), day("06-04 12:00")
    opened = replace(detail(signal.id, at), kind=Change.ADVANCE, before="closed", after="open", mail=True, urgent=True)
    over = replace(opened, kind=Change.FLAG, before="renamed", after="", title="Renamed", mail=False, urgent=False)
    me = Route("me", "maildir", "me", frozenset(), operator=False, allowed_at=lambda when, _urgent: when)
    with Store.open(f"sqlite:///{tmp_path}/watch.db") as store:
        with store.writing() as tx:
            tx.verdicts.put(decide(signal, [], [], at))
            tx.verdicts.mark_baseline(signal.id, day("06-01 12:00"))
            tx.transitions.add([opened, over])
        announce(store, [me], [signal.id], now=at, wait=timedelta(minutes=10))
        with store.writing() as tx:
            tx.transitions.add([replace(over, title="Moved")])
        (note,) = send_reminders(store, [me], {signal.id: signal}, now=MONDAY, zone=UTC)
    assert [each.title for each in note.told if each.kind is Change.FLAG] == ["Renamed"]
    text = " ".join(render(note, replace(CONTEXT, signals={signal.id: signal}), READER).text.split())
    assert text.startswith("One change was told; one flag ended. ")
    assert "Also noted ---------- * Signal · It: No longer flagged: moved (seen 4 June 2026)." in text


def test_a_declared_weekly_reader_gets_the_note_in_its_own_hour_and_news_on_monday(tmp_path: Path) -> None:
    people = '[[recipient]]\nid = "me"\nchannel = "maildir"\nto = "box"\npace = "weekly"\n'
    (tmp_path / "signals.toml").write_text(CONFIG % "" + people, "utf-8")
    (me,) = readers_of(load(tmp_path / "signals.toml", {}))
    assert me.note_at
    written = MONDAY + timedelta(seconds=1)
    assert (me.note_at(written), me.allowed_at(written, False)) == (written, MONDAY + timedelta(days=7))


def test_a_trial_is_no_news_in_any_part_that_a_glance_sees() -> None:
    message = render(trial(MONDAY), CONTEXT, READER)
    assert message.subject == "Trial, no news: Policy Signal Watch"
    assert message.text.startswith("A trial, no news\n")
    assert "Nothing has happened" in message.brief
    for signal in CONTEXT.signals.values():
        assert signal.title not in message.text + message.html + message.subject


def worded(told: Digest, word: str) -> Digest:
    """The digest with the answer of its verdicts in a word."""
    return replace(told, verdicts=tuple(replace(verdict, word=word, sentence="In a sentence.") for verdict in told.verdicts))


def test_a_subject_begins_with_the_answer_and_says_what_is_over() -> None:
    first = render(worded(digest(PASSED), "Yes"), CONTEXT, READER)
    assert first.subject == "Senate vote: Yes. The Senate has passed the bill, 60-40"
    assert first.text.splitlines()[2].startswith("In a sentence.")
    back = render(worded(digest(replace(PASSED, before=BLOCKED.after)), "Yes"), CONTEXT, READER)
    assert back.subject == "Senate vote: Yes. The Senate has passed the bill, 60-40", "there is no room for what is over"
    assert back.text.startswith("Yes. No longer stopped on the floor: the Senate has passed the bill,\n60-40")
    short = replace(PASSED, before=BLOCKED.after, headline_label="It passed", details={})
    assert render(worded(digest(short), "Yes"), CONTEXT, READER).subject == (
        "Senate vote: Yes. No longer stopped on the floor: it passed"
    )
    assert "Chat: if it fell back to the local model, see whether it can go back." in " ".join(back.text.split())
    assert "see whether it can go back" not in first.text
    named = worded(
        digest(replace(PASSED, before=BLOCKED.after, headline_label="The Senate has passed it " + "again " * 6)), "Yes"
    )
    assert render(named, CONTEXT, READER).subject.startswith("Senate vote: Yes. The Senate has passed it again")
    bill = CONTEXT.signals["senate-vote"]
    [one, *others] = bill.tracks
    rungs = tuple(replace(each, over="Moving on") if each.id == BLOCKED.after else each for each in one.ladder.statuses)
    taken = replace(bill, tracks=(replace(one, ladder=replace(one.ladder, statuses=rungs)), *others))
    context = replace(CONTEXT, signals={**CONTEXT.signals, bill.id: taken})
    assert render(named, context, READER).subject.startswith("Senate vote: Yes. Moving on: the Senate has passed it again")


def test_a_window_is_told_at_half_time_and_at_its_close_once(tmp_path: Path) -> None:
    signal = replace(signal_of(ACCESS), opened=day("06-01"), window=timedelta(days=60))
    me = Route("me", "maildir", "me", frozenset(), operator=False, allowed_at=lambda at, _urgent: at, weekly_note=False)
    told: list[Digest] = []
    with Store.open(f"sqlite:///{tmp_path}/watch.db") as store:
        with store.writing() as tx:
            tx.verdicts.put(decide(signal, [], [], day("06-01")))
        for hours in range(0, 24 * 70, 12):
            now = day("06-01") + timedelta(hours=hours)
            told += send_reminders(store, [me], {signal.id: signal}, now=now, zone=UTC)
    half, close = told
    assert half.notes == ("half of the 60 days from 1 June 2026 is over; 30 days are left",)
    assert half.lines == ((signal.id, "so far they brought: nothing that moved the answer."),)
    assert close.notes == ("the 60 days from 1 June 2026 are over",)
    assert close.lines == ((signal.id, "they brought: nothing that moved the answer. At their close: Nothing."),)
    shown = render(close, replace(CONTEXT, signals={signal.id: signal}), READER)
    assert "Signal: they brought: nothing that moved the answer. At their close: Nothing." in " ".join(shown.text.split())
    assert shown.payload["notes"][1].startswith("Signal: they brought: nothing")
    other = render(close, CONTEXT, replace(READER, signals=frozenset({"mythos-ga"})))
    assert "they brought:" not in other.text, "of a signal that this reader does not follow"


def test_the_ground_of_the_questions_is_shown_with_source_date_and_what_speaks_for_it() -> None:
    shipped = load(ROOT / "signals.toml", quick=True)
    verdicts = {signal.id: decide(signal, known_claims(signal, until=NOW), (), NOW) for signal in shipped.signals}
    html = pages.draw_why(view(signals=shipped.signals, verdicts=verdicts, ground=shipped.ground), NOW, pages.Links())
    kinds = [piece.kind for piece in shipped.ground]
    assert [kinds.count(kind) for kind in ("number", "scenario", "front", "wish")] == [7, 2, 4, 6]
    for piece in shipped.ground:
        assert f'href="{piece.url}"' in html
        assert f"{piece.at.day} {piece.at:%B %Y}" in html
    assert "Senate vote: No, which does not speak for it." in html
    assert "Senate vote: No, which speaks for it." in html
    assert "Mythos availability: Not under that name, which speaks for it." in html


def test_a_detail_is_told_at_once_to_who_asks_for_each_and_not_again_with_bigger_news(tmp_path: Path) -> None:
    signal, at = signal_of(ACCESS), day("06-04 12:00")
    context = replace(CONTEXT, signals={signal.id: signal})
    keen, usual = replace(READER, every_detail=True), READER

    def route(name: str, *, every: bool) -> Route:
        return Route(name, "maildir", name, frozenset(), operator=False, allowed_at=lambda when, _: when, every_detail=every)

    routes = [route("keen", every=True), route("usual", every=False)]
    with Store.open(f"sqlite:///{tmp_path}/watch.db") as store:
        with store.writing() as tx:
            tx.verdicts.put(decide(signal, [], [], at))
            tx.transitions.add([detail(signal.id, at)])
        assert announce(store, routes, [signal.id], now=at, wait=timedelta(minutes=10)) == []
        (told,) = announce(store, routes, [signal.id], now=at + timedelta(minutes=10), wait=timedelta(minutes=10))
        assert announce(store, routes, [signal.id], now=at + timedelta(hours=1), wait=timedelta(minutes=10)) == []
        with store.reading() as tx:
            assert [(one.recipient, one.digest) for one in tx.deliveries.of()] == [("keen", told.id)]
        with store.writing() as tx:
            tx.verdicts.mark_baseline(signal.id, day("06-01"))
        (note,) = send_reminders(store, routes, {signal.id: signal}, now=MONDAY, zone=UTC)
    shown = render(told, context, keen)
    assert shown.subject == "Signal: it: price $8/$40"
    assert "“It costs $8 and $40.”" in shown.text
    dated = replace(told, transitions=tuple(replace(each, effective_at=day("05-01")) for each in told.transitions))
    old = render(dated, context, keen).text
    assert "Happened" not in old, "the status is old, the detail is not"
    assert "Before:" not in old
    assert "https://a.example/price" in shown.text
    assert "price $8/$40" in render(note, context, usual).text
    assert "price $8/$40" not in render(note, context, keen).text, "nobody is told the same thing twice"


def test_a_detail_that_urgent_news_carries_reaches_who_asks_for_each_detail_in_the_same_message(tmp_path: Path) -> None:
    signal, at = signal_of(ACCESS), day("06-04 12:00")
    context, keen = replace(CONTEXT, signals={signal.id: signal}), replace(READER, every_detail=True)
    route = Route("keen", "maildir", "keen", frozenset(), operator=False, allowed_at=lambda when, _: when, every_detail=True)
    opened = replace(detail(signal.id, at), kind=Change.ADVANCE, before="closed", after="open", mail=True, urgent=True)
    with Store.open(f"sqlite:///{tmp_path}/watch.db") as store:
        with store.writing() as tx:
            tx.verdicts.put(decide(signal, [], [], at))
            tx.transitions.add([opened, detail(signal.id, at)])
        announce(store, [route], [signal.id], now=at, wait=timedelta(minutes=10))
        assert announce(store, [route], [signal.id], now=at + timedelta(hours=1), wait=timedelta(minutes=10)) == []
        with store.reading() as tx:
            waiting = tx.deliveries.of()
            (one,) = merge_deliveries(waiting, {each.digest: tx.digests.get(each.digest) for each in waiting})
    text = " ".join(render(one.digest, context, keen).text.split())
    assert text.count("price $8/$40") == 1


def test_the_first_mail_says_why_these_with_numbers_sources_dates_and_what_speaks_for_each_scenario() -> None:
    shipped = load(ROOT / "signals.toml", quick=True)
    verdicts = tuple(decide(signal, known_claims(signal, until=NOW), (), NOW) for signal in shipped.signals)
    context = mail_context(shipped)
    first = " ".join(render(Digest("first", NOW, "baseline", (), verdicts), context, READER).text.split())
    assert "Why these three" in first
    for piece in shipped.ground:
        assert f"{piece.title}: {piece.text[:60]}" in first
        assert piece.url in first
    assert "a tool that runs on such capacity may stop. Watched by Senate vote." in first
    assert "No signal watches it. Anthropic, 14 May 2026." in first
    assert "Senate vote (No)" in first
    open_yet = tuple(decide(signal, known_claims(signal, until=BEGUN), (), BEGUN) for signal in shipped.signals)
    for told in (context, replace(context, base_url="https://watch.example.org")):
        begins = " ".join(render(Digest("first", BEGUN, "baseline", (), open_yet), told, READER).text.split())
        assert "on 13 July 2026. The article says to watch for that long." in begins
        over = " ".join(render(Digest("first", NOW, "baseline", (), verdicts), told, READER).text.split())
        assert "the article expects" not in over
        assert ("Day 1 of the 60 days after it; they" in begins) is bool(told.base_url), "its title stands right above"
    other = replace(
        shipped.signals[2], article=Article("Another", "https://a.example/", "A Lab", BEGUN), window=timedelta(days=9)
    )
    two = replace(context, signals={**context.signals, other.id: other}, base_url="https://watch.example.org")
    both = " ".join(render(Digest("first", BEGUN, "baseline", (), open_yet), two, READER).text.split())
    assert both.index("60 days after it") < both.index("from “Another” (A Lab, 14 May 2026)") < both.index("9 days after it")
    assert both.count("days after it") == 2
    few = replace(READER, signals=frozenset({"mythos-ga"}))
    assert "Why this question" in render(Digest("first", NOW, "baseline", (), verdicts), context, few).text
    assert "369-22" not in render(Digest("first", NOW, "baseline", (), verdicts), context, few).text


def test_where_a_page_says_it_the_first_mail_says_in_brief_why_these_and_what_speaks_for_each_scenario() -> None:
    shipped = load(ROOT / "signals.toml", quick=True)
    verdicts = tuple(decide(signal, known_claims(signal, until=day("06-13")), (), day("06-13")) for signal in shipped.signals)
    context = replace(mail_context(shipped), base_url="https://watch.example.org/")
    mail = render(Digest("first", day("06-13"), "baseline", (), verdicts), context, READER)
    first = " ".join(mail.text.split())
    assert "Why these three" in first
    assert "* The US loses its lead: Today Senate vote (No) speaks for it." in first
    assert first.count("Day 31 of the 60 days after") == 1, "it is the same for all three"
    assert "https://watch.example.org/why" in first
    assert "What is asked for, and what it would change for you" not in first
    for signal, verdict in zip(shipped.signals, verdicts, strict=True):
        assert verdict.says in first
        assert f"https://watch.example.org/signals/{signal.id}" in first
    assert mail.text.count("  > “") == 3, "one proof for each answer"


def test_no_two_weeks_have_one_subject_and_none_is_cut(tmp_path: Path) -> None:
    signal = signal_of(ACCESS)
    me = Route("me", "maildir", "me", frozenset(), operator=False, allowed_at=lambda at, _urgent: at)
    context, written = replace(CONTEXT, signals={signal.id: signal}), list[Digest]()
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        with store.writing() as tx:
            tx.verdicts.put(decide(signal, [], [], day("06-01")))
            tx.verdicts.mark_baseline(signal.id, day("06-01 12:00"))
        for hours in range(0, 24 * 22, 8):
            now = day("06-01 12:00") + timedelta(hours=hours)
            written += send_reminders(store, [me], {signal.id: signal}, now=now, zone=UTC)
    subjects = [render(note, context, READER).subject for note in written if note.kind == "weekly"]
    assert len(subjects) == len(set(subjects)) == 3, "one each Monday, the first for the first whole week"
    assert subjects[0] == "Signal: Nothing; unchanged, week to 8 Jun"
    many = tuple(replace(written[-1].verdicts[0], signal=f"a-signal-with-a-long-name-{number}") for number in range(9))
    assert render(replace(written[-1], verdicts=many), context, READER).subject == "No answer changed, week to 22 Jun"


def test_the_close_of_a_window_is_told_whole_and_its_middle_names_the_article() -> None:
    article = Article("Two scenarios", "https://a.example/paper", "A lab", day("06-01"))
    signal = replace(signal_of(ACCESS), opened=day("06-01"), window=timedelta(days=60), article=article)
    [half] = reminders([signal], {}, since=day("06-30"), now=day("07-01 12:00"))
    assert half.notes[0] == "half of the 60 days after A lab's article of 1 June 2026 is over; 30 days are left"
    assert half.notes[1] == "They are the 60 days after “Two scenarios” (A lab, 1 June 2026)."
    long = f"{'one thing after another; ' * 20}At their close: nothing."
    lines = (("senate-vote", long),)
    shown = render(replace(half, notes=("the 60 days from 1 June 2026 are over",), lines=lines), CONTEXT, READER).text
    assert "At their close: nothing." in " ".join(shown.split())
    assert shown.startswith("The 60 days from 1 June 2026 are over\n")


def test_a_subject_names_what_was_published_rather_than_half_of_what_it_says() -> None:
    name = "Evaluation of the Cyber Capabilities of a Model from China"
    told = render(digest(replace(EVENT, title=name, headline_label=f"Published: {name}", outcome="words_only")), CONTEXT, READER)
    assert told.subject.endswith(name)
    assert "…" not in told.subject
