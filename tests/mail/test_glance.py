"""What a glance at a mail sees: its subject, its first line, and that no line is doubled, cut or without its place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from tests.mail.stories import CONTEXT, DETAIL, EVENT, FLAG, NOW, PASSED, READER, REPORTED, VERDICTS, digest, quote
from tests.mail.test_mail import ALL
from watcher.core.decision.digest import summarise
from watcher.core.model import Change, Standing, Tier, Transition, Undecided
from watcher.mail import render
from watcher.mail.letter import Letter, MailItem
from watcher.mail.subject_line import MAX_SUBJECT_LENGTH
from watcher.mail.text import as_text

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
    name = "A Preliminary Assessment of the Capabilities of a Model With a Long Name"
    long = replace(EVENT, title=name, headline_label=f"Published at last: {name}")
    worded = replace(digest(long), verdicts=tuple(replace(each, word="Yes", headline="published") for each in VERDICTS))
    subject = render(worded, CONTEXT, READER).subject
    assert name in subject
    assert len(subject) <= MAX_SUBJECT_LENGTH


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

    assert (
        subject(cheaper) == "Week to 9 December 2026: no answer changed. Now Gadget 2 and price $8/$40, 1 source cannot be seen"
    )
    named = subject(entry)
    assert named.startswith("Week to 9 December 2026: no answer changed. H.R. 2683, the House bill: access model by vetting")
    assert len(named) <= MAX_SUBJECT_LENGTH


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
    assert re.search(r"^If it says so: watcher review 3 --claim \w+$", text, re.MULTILINE)


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
