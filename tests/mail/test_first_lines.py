"""What a glance at a mail sees: its subject, its first line, and that no line is doubled, cut or without its place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.mail.stories import (
    BLIND,
    BLOCKED,
    CONTEXT,
    DETAIL,
    EVENT,
    FLAG,
    NOW,
    PASSED,
    READER,
    REPORTED,
    VERDICTS,
    digest,
    quote,
)
from tests.mail.test_mail import ALL, seen_in, tokens
from watcher.config.settings import Ground
from watcher.core.decision.digest import summarise
from watcher.core.decision.figures import UNSTATED
from watcher.core.model import Article, Change, Figure, Standing, Tier, Transition, Undecided, Verdict
from watcher.mail import render
from watcher.mail.letter import Letter, MailItem, as_text
from watcher.mail.subject_line import MAX_SUBJECT_LENGTH

ASKED = replace(PASSED, kind=Change.UNDECIDED, before="", after="undecided", details={"number": 3, "may_say": "passed"})


def test_what_is_being_checked_names_its_track_and_where_the_text_may_lead() -> None:
    said = quote("It reaches more hands.")
    asked = Undecided("senate-vote", "hr2683", "passed", (replace(said, tier=Tier.PARTNER),), NOW, asked_at=NOW, id=3)
    event = Undecided("caisi-evaluation", "evaluations", "published", (said,), NOW, event="a-paper", asked_at=NOW, id=4)
    both = tuple(replace(each, undecided=tuple(one for one in (asked, event) if one.signal == each.signal)) for each in VERDICTS)
    words = " ".join(render(replace(digest(EVENT), verdicts=both), CONTEXT, READER).text.split())
    assert (
        "* Senate vote · H.R. 2683, the House bill: A text of a partner may move this to “Passed by the Senate”; a person"
        in words
    )
    assert "* CAISI evaluation · Evaluations of models from China: An official text may change this answer; a person was" in words


def test_what_press_alone_says_is_marked_in_each_line_that_a_glance_sees() -> None:
    said = replace(REPORTED, effective_at=NOW - timedelta(hours=3))
    by_press = tuple(
        replace(
            each, sentence="It passed.", word="Yes", tracks=tuple(replace(one, standing=Standing.REPORTED) for one in each.tracks)
        )
        for each in VERDICTS
    )
    mail = render(replace(digest(said), verdicts=by_press), CONTEXT, READER)
    first, _, deck = mail.text.splitlines()[:3]
    assert mail.subject.endswith("(reported)")
    assert first.endswith("(reported)")
    assert deck.startswith("Press reports alone say so: It passed.")
    assert "Reported: 9 December 2026" in " ".join(mail.text.split())
    assert "Happened" not in mail.text, "nobody knows when it happened"


def test_a_flag_leads_with_the_answer_that_stays() -> None:
    worded = replace(digest(FLAG), verdicts=tuple(replace(each, word="Yes") for each in VERDICTS))
    mail = render(worded, CONTEXT, READER)
    assert mail.subject.startswith("Senate vote: Yes, as before. ")
    assert mail.text.startswith("Yes, as before. ")


def test_a_publication_with_a_long_name_gives_up_everything_before_its_name() -> None:
    def subject(name: str, **details: str) -> str:
        long = replace(EVENT, title=name, headline_label=f"Published at last: {name}", details=details)
        worded = replace(digest(long), verdicts=tuple(replace(each, word="Yes", headline="published") for each in VERDICTS))
        told = render(worded, CONTEXT, READER).subject
        assert len(told) <= MAX_SUBJECT_LENGTH
        assert told.startswith("CAISI evaluation: Yes. ")
        return told

    name = "Assessment of the Capabilities of a Model With a Name"
    assert subject(name) == f"CAISI evaluation: Yes. {name}"
    longer = f"A Preliminary {name}"
    assert subject(longer, object="a Model With a Name") == "CAISI evaluation: Yes. Publication on a Model With a Name"
    assert subject(longer) == "CAISI evaluation: Yes. A Preliminary Assessment of the Capabilities of a …"


def test_what_a_publication_says_is_not_said_again_below_the_title() -> None:
    worded = tuple(replace(each, sentence="One paper since May.", word="Yes") for each in VERDICTS)
    text = render(replace(digest(EVENT), verdicts=worded), CONTEXT, READER).text
    assert text.splitlines()[2] == "One paper since May."
    assert "the gap narrowed" in text.splitlines()[0].casefold()
    both = render(replace(digest(EVENT, PASSED), verdicts=worded), CONTEXT, READER).text
    assert "Evaluation of Qwen 4: the gap narrowed." in " ".join(both.partition("UTC")[0].split())


def test_the_subject_of_a_week_says_which_detail_is_new_and_that_sources_are_unseen_where_there_is_room() -> None:
    week = digest(kind="weekly")
    cheaper = replace(DETAIL, reason="name: Gadget 2; price: $8/$40, before: $10/$50")
    entry = replace(DETAIL, reason="access_model: by vetting, before: invitation")

    def subject(*details: Transition) -> str:
        return render(replace(week, transitions=details), CONTEXT, READER).subject

    assert subject(cheaper) == "New: Senate vote: Gadget 2 and price $8/$40; 1 source unseen, week to 9 Dec"
    assert subject(entry) == "New: Senate vote: access model by vetting; 1 source unseen, week to 9 Dec"
    assert subject(cheaper, entry) == "New: Senate vote: Gadget 2, price $8/$40 and 1 more; 1 source unseen, 9 Dec"


def test_words_that_state_two_details_are_written_once() -> None:
    both = quote("We launch it at $8 / $40.")
    one = replace(DETAIL, reason="price: $8/$40", evidence=(both,))
    other = replace(one, track="s3519")
    words = " ".join(render(digest(PASSED, one, other), CONTEXT, READER).text.replace("  > ", "").split())
    assert words.count("“We launch it at $8 / $40.”") == 1
    assert "(seen 9 December 2026; the same words say it)." in words


def test_the_commands_for_a_text_can_be_copied() -> None:
    text = render(digest(ASKED, kind="undecided"), CONTEXT, READER).text
    assert 'If it changes nothing: watcher review 3 --dismiss "why"' in text
    assert re.search(r"^If it says: passed by the Senate: watcher review 3 --claim passed$", text, re.MULTILINE)


def test_no_line_is_wider_than_a_terminal_but_for_an_address() -> None:
    for name, each in ALL.items():
        text = render(each, CONTEXT, READER).text
        wide = [line for line in text.splitlines() if len(line) > 72 and "http" not in line]
        assert wide == [], name


def test_a_row_with_a_long_name_and_a_number_of_per_cent_are_broken_where_a_reader_would() -> None:
    name = "Obeyed malicious requests under jailbreaks, Chinese model against US reference"
    for words in range(20, 40):
        item = MailItem("Kicker", "Title", rows=((name, "94 % against 8 %"),), paragraphs=(("So", f"{'to ' * words}94 % of it"),))
        lines = as_text(Letter("Subject", "Title", "Deck", "Date", items=(item,))).splitlines()
        assert max(map(len, lines)) <= 72
        assert not [line for line in lines if line.lstrip().startswith("%")]


def test_the_first_mail_cites_what_was_read_before_what_is_declared() -> None:
    declared = replace(quote("Referred to the committee."), document="")
    states = tuple(replace(one, evidence=(declared, quote("It was read."))) for one in VERDICTS[0].tracks)
    (brief,) = summarise({"senate-vote": replace(VERDICTS[0], tracks=states)}, quotes=1)
    assert {one.evidence[0].text for one in brief.tracks} == {"It was read."}


def test_no_subject_is_longer_than_a_list_shows_however_many_signals_moved() -> None:
    names = [f"a-question-with-quite-a-long-name-{number}" for number in range(6)]
    signals = {name: replace(CONTEXT.signals["senate-vote"], id=name, title=name) for name in names}
    changes = tuple(replace(PASSED, signal=name) for name in names)
    context = replace(CONTEXT, signals={**CONTEXT.signals, **signals})
    verdicts = tuple(replace(VERDICTS[2], signal=name, word="Yes") for name in names)
    subject = render(digest(*changes, verdicts=verdicts), context, READER).subject
    assert len(subject) <= MAX_SUBJECT_LENGTH
    assert subject.startswith(f"{names[0]}: Yes. ")
    assert subject.endswith("; also 5 others")


def test_news_of_several_signals_leads_with_each_answer() -> None:
    worded = tuple(replace(each, word={"senate-vote": "Yes", "caisi-evaluation": "No"}.get(each.signal, "")) for each in VERDICTS)
    text = render(digest(EVENT, PASSED, verdicts=worded), CONTEXT, READER).text
    assert text.startswith("Senate vote: Yes; CAISI evaluation: No (2 changes)\n")


def test_what_a_person_has_recorded_is_called_no_official_voice_however_firm_it_is() -> None:
    by_hand = quote("They said so.", document="", published=NOW, seen_at=NOW, tier=Tier.OPERATOR)
    for change in (PASSED, EVENT):
        text = " ".join(render(digest(replace(change, evidence=(by_hand,))), CONTEXT, READER).text.split())
        assert "The person who runs the watch has recorded it; an official voice is still to come." in text
        assert "The official record says so" not in text


def test_a_line_without_a_name_is_a_link_itself_in_both_parts() -> None:
    article = Article("Two scenarios", "https://a.example/paper", "A lab", NOW)
    signals = {name: replace(each, article=article) for name, each in CONTEXT.signals.items()}
    piece = Ground(kind="number", title="11 times", text="More.", url="https://b.example/", by="A lab", at=NOW)
    context = replace(CONTEXT, signals=signals, ground=(piece,))
    first = render(digest(kind="baseline"), context, READER)
    assert "11 times" not in first.text, "its page says it"
    whose = "They are the 60 days after “Two scenarios” (A lab, 9 December 2026)."
    half = render(digest(kind="reminder", notes=("half of it is over", whose)), context, READER)
    for mail, links in ((first, (article.url, "https://watch.example.org/why")), (half, (article.url,))):
        for link in links:
            assert link in mail.text
            assert f'href="{link}"' in mail.html
        assert tokens(re.sub(r"https?://\S+", "", mail.text)) == tokens(re.sub(r"https?://\S+", "", seen_in(mail.html)))


def test_the_first_mail_answers_the_other_half_of_a_question_too() -> None:
    held = tuple(replace(each, sentence="Nobody has it.", half="The 20 times did not last.") for each in VERDICTS)
    mail = render(digest(kind="baseline", verdicts=held), CONTEXT, READER)
    assert "Nobody has it. The 20 times did not last." in " ".join(mail.text.split())
    assert {each["sentence"] for each in mail.payload["standings"]} == {"Nobody has it. The 20 times did not last."}


def test_a_signal_that_is_added_is_no_start_of_the_watch() -> None:
    begun = [replace(PASSED, kind=Change.BASELINE, signal=each.signal, track=each.tracks[0].track) for each in VERDICTS]
    piece = Ground(kind="number", title="11 times", text="More.", url="https://b.example/", by="A lab", at=NOW)
    context = replace(CONTEXT, ground=(piece,), base_url="")
    start = render(digest(*begun, kind="baseline"), context, READER)
    assert start.subject == "Policy Signal Watch: the watch has started, 3 signals"
    assert "11 times" in start.text

    added = render(digest(begun[0], kind="baseline"), context, READER)
    assert "11 times" not in added.text, "why the questions are asked was told at the start"
    title = CONTEXT.title_of(VERDICTS[0].signal)
    assert added.subject == f"Policy Signal Watch: now watched: {title}"
    assert "started" not in added.text
    assert f"{CONTEXT.title_of(VERDICTS[1].signal)}:" not in added.text.partition("Watched before")[0]
    assert CONTEXT.title_of(VERDICTS[1].signal) in added.text.partition("Watched before")[2]
    first = " ".join(added.text.partition("UTC")[0].split())
    assert f"This is the first report on {title}." in first
    assert "This is where" not in first
    mine = render(digest(begun[0], kind="baseline"), context, replace(READER, signals=frozenset({VERDICTS[0].signal})))
    assert mine.subject == added.subject, "the watch of who follows nothing else has not started either"
    assert "started" not in mine.text
    two = render(digest(*begun[:2], kind="baseline"), CONTEXT, READER)
    assert two.subject == "Policy Signal Watch: now watched: Mythos availability and CAISI evaluation"
    long = {name: replace(each, title=f"{each.title} of the whole of last year") for name, each in CONTEXT.signals.items()}
    assert render(digest(*begun[:2], kind="baseline"), replace(CONTEXT, signals=long), READER).subject.endswith("2 new signals")


def test_the_first_report_of_a_watch_with_a_single_signal_counts_nothing() -> None:
    begun = replace(PASSED, kind=Change.BASELINE, signal=VERDICTS[0].signal, track=VERDICTS[0].tracks[0].track)
    only = render(digest(begun, kind="baseline", verdicts=VERDICTS[:1]), CONTEXT, READER)
    assert " This is where it stands today. " in " ".join(only.text.split())
    assert "1 signal " not in only.text


def test_the_first_mail_of_an_open_window_says_how_far_it_is() -> None:
    then = datetime(2026, 6, 13, tzinfo=UTC)
    early = tuple(replace(each, as_of=then) for each in VERDICTS)
    words = " ".join(render(digest(kind="baseline", verdicts=early), replace(CONTEXT, base_url=""), READER).text.split())
    assert "The window: Day 31 of the 60 days; they are over in 30 days, on 13 July 2026." in words
    before = tuple(replace(each, as_of=datetime(2026, 5, 1, tzinfo=UTC)) for each in VERDICTS)
    assert "The window" not in render(digest(kind="baseline", verdicts=before), CONTEXT, READER).text


def test_a_week_names_what_was_not_read() -> None:
    feeds = {name: each.sources[0].id for name, each in CONTEXT.signals.items()}
    sources = {
        name: replace(each, sources=tuple(replace(one, title=f"The {name} feed") for one in each.sources))
        for name, each in CONTEXT.signals.items()
    }
    week = replace(
        digest(kind="weekly"),
        readings=(("mythos-ga", 20, 1, 21), ("senate-vote", 20, 0, 21)),
        unread=(("mythos-ga", feeds["mythos-ga"], False), ("senate-vote", feeds["senate-vote"], True)),
    )
    context = replace(CONTEXT, signals=sources)
    words = " ".join(render(week, context, READER).text.split())
    assert (
        "40 of 42 sources were read this week; not read yet: The mythos-ga feed; not read this week: The senate-vote feed; "
        "today 41 can be seen." in words
    )
    few = " ".join(render(week, context, replace(READER, signals=frozenset({"senate-vote"}))).text.split())
    assert "20 of 21 sources were read this week; not read this week: The senate-vote feed; today all can be seen." in few
    many = replace(week, unread=tuple(("mythos-ga", f"page-{number}", False) for number in range(9)))
    assert "not read yet: page-0, page-1, page-2, page-3, page-4, page-5 and 3 more; today 41 can be seen." in " ".join(
        render(many, context, READER).text.split()
    )
    one = replace(week, readings=(("mythos-ga", 1, 0, 1),), unread=())
    assert "1 of 1 source was read this week; today 1 can be seen." in " ".join(render(one, context, READER).text.split())
    old = replace(week, unread=())
    assert "40 of 42 sources were read this week, 1 not read yet; today 41 can be seen." in " ".join(
        render(old, context, READER).text.split()
    )


def test_a_week_tells_a_flag_after_what_changed() -> None:
    cheaper = replace(DETAIL, reason="price: $8/$40, before: $10/$50")
    quiet = replace(FLAG, mail=False)
    told = render(replace(digest(kind="weekly"), transitions=(quiet, cheaper)), CONTEXT, READER)
    assert "price $8/$40" in told.subject
    head = " ".join(told.text.partition("\n=")[0].split())
    assert "No answer changed. New: H.R. 2683, the House bill: price $8/$40; more stands below." in head, head
    noted = " ".join(told.text.partition("Also noted")[2].split())
    assert noted.index("price $8/$40") < noted.index("Amended: text not checked yet")


def test_a_declared_number_says_in_the_first_mail_that_no_words_state_it() -> None:
    price = Figure("price", "Price", "USD", "$8/$40", at=NOW, note=UNSTATED)
    held = tuple(replace(each, figures=(price,)) if each.signal == "mythos-ga" else each for each in VERDICTS)
    words = " ".join(render(digest(kind="baseline", verdicts=held), replace(CONTEXT, base_url=""), READER).text.split())
    assert "Price: $8/$40 (known before; no words that were read state it)" in words


def test_where_nothing_can_be_reached_a_mail_says_so_in_one_line_with_the_reasons() -> None:
    lost = tuple(replace(each, blind=(replace(BLIND, source=f"{each.signal}-feed", why="name not found"),)) for each in VERDICTS)
    text = render(digest(kind="baseline", verdicts=lost), CONTEXT, READER).text
    section = " ".join(text.partition("What cannot be seen")[2].split())
    assert "* Cannot see anything since 7 December 2026, 22:41 UTC: name not found (3 sources)." in section
    assert "Source of" not in section
    some = render(digest(kind="baseline", verdicts=(*lost[:2], VERDICTS[2])), CONTEXT, READER).text
    assert some.count("Source of ") == 2


def test_what_was_never_read_is_not_said_to_be_out_of_sight_since_a_day() -> None:
    def section(*verdicts: Verdict) -> tuple[str, str]:
        text = " ".join(render(digest(kind="baseline", verdicts=verdicts), CONTEXT, READER).text.split())
        return text, text.partition("What cannot be seen")[2]

    never = replace(BLIND, why="name not found", never=True)
    hidden = tuple(replace(each, verified_at=None, cannot_see_since=NOW - timedelta(days=2)) for each in VERDICTS)
    lost = tuple(replace(each, blind=(replace(never, source=f"{each.signal}-feed"),)) for each in hidden)
    text, said = section(*lost)
    assert "* Nothing has been seen yet: name not found (3 sources). First tried 7 December 2026, 22:41 UTC." in said
    assert "Cannot see" not in text
    for each in (*lost[1:], VERDICTS[2]):
        assert "cannot see" not in section(each, VERDICTS[2])[1].replace("What cannot be seen", "")
    later = replace(lost[0], blind=(replace(never, since=NOW),))
    seen = replace(lost[1], blind=(replace(BLIND, source="other"),))
    assert "Cannot see anything since 7 December 2026, 22:41 UTC" in section(later, seen, lost[2])[1]
    some = section(*lost[:2], VERDICTS[2])[1]
    assert "never read, tried since 7 December 2026, 22:41 UTC (name not found). Source of CAISI evaluation" in some
    note = " ".join(render(replace(digest(kind="weekly"), verdicts=lost), CONTEXT, READER).text.split())
    assert note.count("not verified yet, tried since 7 December 2026, 22:41 UTC") == 3
    assert "the last that was known" not in note


def test_what_a_flag_is_about_was_not_published_with_it() -> None:
    gone = replace(FLAG, event="https://lab.example/page", effective_at=NOW - timedelta(days=2), evidence=())
    told = " ".join(render(digest(gone), CONTEXT, READER).text.split())
    assert "Since: 7 December 2026, 22:41 UTC" in told
    assert "Published:" not in told


def test_answers_that_have_no_room_in_the_first_lines_are_counted() -> None:
    many = tuple(replace(VERDICTS[1], signal=f"agency-{number}") for number in range(12))
    first = " ".join(render(replace(digest(kind="weekly"), verdicts=many), CONTEXT, READER).text.partition("UTC")[0].split())
    assert "agency-7: By invitation only; and 4 more. This is where 12 signals stand." in first


def test_the_sources_that_cannot_be_seen_are_counted_however_few_lines_tell_them() -> None:
    lost = tuple(replace(each, blind=(replace(BLIND, source=f"{each.signal}-feed"),)) for each in VERDICTS)
    many = tuple(replace(BLIND, source=f"feed-{number}") for number in range(20))
    for verdicts, number in ((lost, 3), ((replace(VERDICTS[0], blind=many), *VERDICTS[1:]), 20)):
        note = render(replace(digest(kind="weekly"), verdicts=verdicts), CONTEXT, READER)
        assert f"; {number} sources cannot be seen." in " ".join(note.text.split())
        assert f"{number} sources" in note.subject


def test_a_week_tells_a_step_back_that_came_twice_twice() -> None:
    def step(days: int, before: str, after: str, kind: Change) -> Transition:
        at = NOW - timedelta(days=days)
        return replace(
            PASSED, kind=kind, before=before, after=after, at=at, effective_at=at, headline="none", details={}, id=days
        )

    stopped, passed = BLOCKED.after, PASSED.after
    told = (
        step(5, "committee", stopped, Change.STEP_BACK),
        replace(step(4, stopped, stopped, Change.RAISED), standing=Standing.CONFIRMED),
        step(3, stopped, passed, Change.ADVANCE),
        step(2, passed, stopped, Change.STEP_BACK),
    )
    note = replace(digest(kind="weekly"), transitions=(), told=told)
    bill = CONTEXT.signals["senate-vote"]
    short = replace(bill, tracks=tuple(replace(each, title="Bill") for each in bill.tracks))
    context = replace(CONTEXT, signals={**CONTEXT.signals, bill.id: short})
    words = " ".join(render(note, context, READER).text.split())
    first, *others = words.partition("Senate vote: ")[2].partition(". ")[0].split("; then ")
    assert len(others) == 2, "what was only better supported is not told once more"
    assert others[1].endswith("stopped on the floor")
    assert others[0].startswith("no longer stopped on the floor: ")
    assert first == others[1]


def test_the_first_mail_says_when_nothing_of_it_has_been_read() -> None:
    unread = tuple(
        replace(each, tracks=tuple(replace(one, standing=Standing.DECLARED) for one in each.tracks)) for each in VERDICTS
    )
    told = "Nothing of it has been read yet: it is what was known when the watch was set up."
    for verdicts, said in ((unread, True), ((unread[0], *VERDICTS[1:]), False)):
        deck = " ".join(render(digest(kind="baseline", verdicts=verdicts), CONTEXT, READER).text.partition("UTC")[0].split())
        assert (told in deck) is said


def test_what_nobody_speaks_of_is_not_called_declared() -> None:
    untold = tuple(
        replace(each, tracks=tuple(replace(one, standing=Standing.DECLARED, since=None) for one in each.tracks))
        for each in VERDICTS
    )
    for kind in ("baseline", "weekly"):
        text = " ".join(render(digest(kind=kind, verdicts=untold), CONTEXT, READER).text.split())
        assert {
            "baseline": "Nothing that was read or known before speaks of it.",
            "weekly": "(nothing that was read speaks of it",
        }[kind] in text
        assert kind == "weekly" or "In a Senate committee" not in text, "where it stands is more than anybody said"
        assert "eclared" not in text
    assert "Nothing that was read so far speaks of it. From now on" in " ".join(
        render(digest(kind="baseline", verdicts=untold), CONTEXT, READER).text.split()
    )
