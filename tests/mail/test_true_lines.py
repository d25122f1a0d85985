"""Lines of a mail that a reader could take for something that nobody said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.mail.stories import (
    BLIND,
    BLOCKED,
    CONTEXT,
    DETAIL,
    EVENT,
    FLAG,
    HASH,
    MYTHOS,
    NOW,
    PASSED,
    READER,
    REPORTED,
    VERDICTS,
    digest,
    quote,
)
from watcher.core.decision.digest import summarise
from watcher.core.language.sentence import Sentence
from watcher.core.model import (
    Change,
    Detail,
    Digest,
    Figure,
    FigureSpec,
    Quote,
    RaisedFlag,
    Rule,
    SourceOutage,
    Standing,
    Status,
    Tier,
    Transition,
    Undecided,
)
from watcher.mail import MailContext, render

UNDECIDED = replace(PASSED, kind=Change.UNDECIDED, before="", after="undecided", details={"number": 3, "may_say": "passed"})
ASKED = "It may be open to all."
NEW_YORK = ZoneInfo("America/New_York")


def words(*changes: Transition, context: MailContext = CONTEXT, kind: str = "news", zone: ZoneInfo | None = None) -> str:
    """The text of a mail on one line."""
    told = replace(digest(kind=kind), told=changes) if kind == "weekly" else digest(*changes, kind=kind)
    return " ".join(render(told, context, replace(READER, zone=zone or UTC)).text.replace("\n  > ", " ").split())


def by_press(read_at: str) -> Quote:
    return Quote(
        "The vote is off", "https://news.example.com/a", "example.com", Tier.PRESS, NOW, HASH, published=NOW, read_at=read_at
    )


def test_a_title_that_only_a_list_of_links_showed_is_no_article_that_was_read() -> None:
    listed = words(replace(REPORTED, evidence=(by_press("https://lists.example.org/newest.rss"),)))
    assert "example.com, press; a title as lists.example.org lists it, the article was not read. Listed 9 December" in listed
    own = words(replace(REPORTED, evidence=(by_press("https://feeds.example.com/all.rss"),)))
    assert "example.com, press. Published 9 December 2026, 22:41 UTC." in own
    assert "not read" not in own


def test_the_time_at_which_a_text_was_seen_is_not_shown_as_its_date() -> None:
    undated = Undecided("mythos-ga", "named", "open", (quote(ASKED),), NOW, asked_at=NOW, id=1)
    dated = replace(undated, quotes=(quote("Perhaps it is.", published=NOW - timedelta(days=2)),), id=2)
    stood = tuple(replace(each, undecided=(undated, dated)) if each.signal == "mythos-ga" else each for each in VERDICTS)
    mail = " ".join(render(digest(PASSED, verdicts=stood), CONTEXT, READER).text.split())
    assert f"“{ASKED}” (govinfo.gov, seen 9 December 2026, 22:41 UTC)" in mail
    assert "“Perhaps it is.” (govinfo.gov, 7 December 2026, 22:41 UTC)" in mail


def test_a_week_names_the_day_of_a_change_and_the_day_on_which_it_was_told() -> None:
    happened = datetime(2026, 12, 7, tzinfo=UTC)
    assert "Senate vote: 7 December 2026 (told 9 December). H.R. 2683" in words(
        replace(PASSED, effective_at=happened), kind="weekly"
    )
    at_night = replace(PASSED, effective_at=datetime(2026, 12, 9, 3, 30, tzinfo=UTC))
    assert "Senate vote: 8 December 2026 (told 9 December). H.R. 2683" in words(at_night, kind="weekly", zone=NEW_YORK)
    assert "Senate vote: 9 December 2026. H.R. 2683" in words(at_night, kind="weekly")
    old = replace(PASSED, effective_at=datetime(2025, 12, 30, tzinfo=UTC))
    assert "Senate vote: 30 December 2025 (told 9 December 2026)." in words(old, kind="weekly")


def ways_in(*, beside: bool) -> MailContext:
    """The watch with a detail whose values may hold beside one another."""
    signal = CONTEXT.signals["senate-vote"]
    spoken = Detail("access", "Access", {"invited": "by invitation", "product": "inside a product"}, beside=beside)
    tracks = tuple(replace(each, ladder=replace(each.ladder, details=(spoken,))) for each in signal.tracks)
    return replace(CONTEXT, signals={**CONTEXT.signals, signal.id: replace(signal, tracks=tracks)})


def test_one_way_in_does_not_read_as_the_end_of_another() -> None:
    changed = replace(DETAIL, mail=True, reason="access: product, before: invited", evidence=(quote("A product runs it."),))
    told = words(changed, context=ways_in(beside=True))
    assert "Access also inside a product (stated before: by invitation; not taken back)" in told
    assert "Access: inside a product Stated before: by invitation; not taken back" in told
    only = replace(changed, evidence=(quote("It is open only inside a product."),))
    for one in (words(only, context=ways_in(beside=True)), words(changed, context=ways_in(beside=False))):
        assert "Access inside a product (stated before: by invitation)" in one
        assert "also" not in one


def test_words_that_say_only_are_told_with_each_way_in_that_was_stated_before() -> None:
    reason = "access: vetted, before: product + invited"
    changed = replace(DETAIL, mail=True, reason=reason, evidence=(quote("It is open only to those who were vetted."),))
    assert "Access vetted (stated before: inside a product, by invitation)" in words(changed, context=ways_in(beside=True))
    more = replace(changed, evidence=(quote("Those who were vetted may use it."),))
    assert "stated before: inside a product, by invitation; not taken back" in words(more, context=ways_in(beside=True))


def test_what_was_stated_before_in_several_ways_is_told_with_the_day_of_the_first() -> None:
    reason = "access: invited, before: product, first: 2026-04-07"
    changed = replace(DETAIL, mail=True, reason=reason, evidence=(quote("You need an invitation."),))
    told = words(changed, context=ways_in(beside=False))
    assert "Access by invitation (first stated on 7 April 2026; stated before: inside a product)" in told
    assert "Stated before: inside a product First stated: 7 April 2026" in told


def test_a_text_without_a_day_of_its_event_is_told_with_the_day_of_its_publication() -> None:
    day = datetime(2026, 12, 9, tzinfo=UTC)
    said = replace(PASSED, effective_at=day, evidence=(quote(published=day),))

    def read_by(*rules: Rule) -> str:
        signal = CONTEXT.signals["senate-vote"]
        tracks = tuple(replace(each, ladder=replace(each.ladder, rules=rules)) for each in signal.tracks)
        return words(said, context=replace(CONTEXT, signals={**CONTEXT.signals, signal.id: replace(signal, tracks=tracks)}))

    text, row = Rule("text", status="passed", sentence=Sentence()), Rule("row", status="passed")
    assert "Published: 9 December 2026 Seen:" in read_by(text)
    assert "Happened: 9 December 2026 Seen:" in read_by(text, row)
    said = replace(said, effective_at=datetime(2026, 12, 8, 23, 59, 59, tzinfo=UTC))
    assert "Happened: 8 December 2026 Published: 9 December 2026 Seen:" in read_by(text), "its words name another day"


def test_a_flag_that_is_up_stands_in_every_mail_as_long_as_it_is_up() -> None:
    up = RaisedFlag("stopped", "It was told to stop", NOW - timedelta(days=9), (quote(),))
    quiet = replace(up, id="small", label="A small thing", mail=False)

    def mail(*flags: RaisedFlag) -> str:
        stood = {each.signal: each for each in VERDICTS}
        one = stood["mythos-ga"]
        stood["mythos-ga"] = replace(one, tracks=(replace(one.tracks[0], flags=flags), *one.tracks[1:]))
        return " ".join(render(digest(PASSED, verdicts=summarise(stood)), CONTEXT, READER).text.split())

    assert "Flag: It was told to stop (since 30 November 2026, 22:41 UTC)." in mail(up, quiet)
    assert "Flag: It was told to stop (seen 30 November 2026, 22:41 UTC)." in mail(replace(up, undated=True), quiet)
    assert "A small thing" not in mail(up, quiet)
    assert "told to stop" in mail(replace(up, since=NOW - timedelta(days=90))), "when it is history is no matter of mails"
    assert "told to stop" not in mail()


def test_a_counted_figure_says_from_what_it_was_counted() -> None:
    spec = FigureSpec("bugs", "Bugs fixed", "times", "monthly", {"base_mean": 21.5, "source": "https://example.org/list"})
    counted = Figure("bugs", "Bugs fixed", "times", "19.7x in April 2026 (peak)", values={"peak_ids": 423})
    context = replace(CONTEXT, signals={**CONTEXT.signals, MYTHOS.id: replace(MYTHOS, figures=(spec,))}, base_url="")
    stood = tuple(replace(each, figures=(counted,)) if each.signal == MYTHOS.id else each for each in VERDICTS)
    mail = " ".join(render(digest(kind="baseline", verdicts=stood), context, READER).text.split())
    assert "19.7x in April 2026 (peak); counted by the watch: 423 against 21.5 a month before, https://example.org/list" in mail
    plain = " ".join(render(digest(kind="baseline", verdicts=stood), replace(CONTEXT, base_url=""), READER).text.split())
    assert "counted by the watch" not in plain


def test_a_figure_whose_words_bear_no_day_says_when_they_were_seen() -> None:
    words = quote("$8 / $40 per MTok", published=NOW - timedelta(days=3))
    for proof, told in ((words, "$8/$40 (6 December 2026)"), (replace(words, published=None), "$8/$40 (seen 9 December 2026)")):
        priced = Figure("price", "Price", "USD", "$8/$40", proof.published or proof.seen_at, proof)
        stood = tuple(replace(each, figures=(priced,)) if each.signal == MYTHOS.id else each for each in VERDICTS)
        whole = render(digest(kind="baseline", verdicts=stood), replace(CONTEXT, base_url=""), READER).text
        assert told in " ".join(whole.split())


def test_a_bare_name_is_not_said_to_open_anything() -> None:
    bare = Undecided(
        "mythos-ga", "named", "open", (quote("Claude Mythos 5.2"),), NOW, unexplained=("Claude Mythos 5.2",), asked_at=NOW
    )
    stood = tuple(replace(each, undecided=(bare,)) if each.signal == "mythos-ga" else each for each in VERDICTS)
    mail = " ".join(render(digest(PASSED, verdicts=stood), CONTEXT, READER).text.split())
    assert (
        "An official text names it, and the watch cannot tell what the words around the name say; "
        "so far it stays as it was: by invitation; a person" in mail
    )
    assert "may move this" not in mail


def test_a_publication_is_quoted_with_what_was_found_and_not_with_its_title_alone() -> None:
    found = {"measured": "It is more robust than others.", "biology": "It blocks fewer questions.", "outcome": "narrowed"}
    read = replace(EVENT, evidence=(quote("Evaluation of Qwen 4"),), details=found)
    assert "“It is more robust than others.” govinfo.gov" in words(read)
    assert "“It blocks fewer questions.” govinfo.gov" in words(read)
    unclear = replace(
        read, details={"measured": "They block fewer.", "hijacking": "The safeguards are weak.", "capability_lag": "A month."}
    )
    told = words(unclear)
    assert told.index("“A month.”") < told.index("“The safeguards are weak.”") < told.index("“They block fewer.”")
    taken_back = replace(read, kind=Change.CORRECTION, reason="the evidence was taken back")
    assert "more robust" not in words(taken_back)


def test_words_of_another_page_have_a_line_and_a_link_of_their_own() -> None:
    pages = (quote("Version 5.2 is out.", "https://a.example/notes"), quote("It costs $8 / $40.", "https://b.example/prices"))
    noted = replace(DETAIL, track="hr2683", reason="version: 5.2, before: 5.1; price: $8/$40, before: $10/$50", evidence=pages)
    text = words(PASSED, noted)
    assert "“It costs $8 / $40.” https://b.example/prices" in text
    assert "another page says: “Version 5.2 is out.” https://a.example/notes" in text


def test_a_price_says_how_much_it_fell_where_all_of_it_did() -> None:
    def told(now: str, before: str) -> str:
        return words(replace(DETAIL, mail=True, reason=f"price: {now}, before: {before}"))

    assert "(stated before: $10/$50; 20 % less)" in told("$8/$40", "$10/$50")
    assert "What it changes for you: It costs 25 % more than was stated before." in told("$10/$50", "$8/$40")
    for other in (told("$8/$50", "$10/$50"), told("$8", "$10/$50"), told("$8", "$0"), told("free", "$10")):
        assert "%" not in other


def test_a_week_says_what_happened_and_each_thing_once() -> None:
    both = (BLOCKED, replace(BLOCKED, track="s3519"), replace(PASSED, before="blocked", at=NOW + timedelta(hours=1)))
    week = render(replace(digest(kind="weekly"), told=both), CONTEXT, READER)
    title = " ".join(week.text.partition("\n==")[0].split())
    assert title.startswith("2 changes were told. Senate vote: "), "what moved together is one change"
    assert "H.R. 2683, the House bill, stopped on the floor and S. 3519" in title, "where no answer covers them, each bill"
    assert "then no longer stopped on the floor: the Senate has passed" in title
    one = render(replace(digest(kind="weekly"), told=(replace(PASSED, before="blocked"),)), CONTEXT, READER)
    first = " ".join(one.text.partition("\n==")[0].split())
    assert first.startswith("One change was told. Senate vote: no longer stopped on the floor: the Senate has passed")


def test_a_week_marks_what_only_the_press_reports_as_the_news_did() -> None:
    short = replace(REPORTED, headline_label="It passed", details={})
    by_press = tuple(
        replace(each, tracks=tuple(replace(one, standing=short.standing) for one in each.tracks)) for each in VERDICTS
    )
    week = render(replace(digest(kind="weekly", verdicts=by_press), told=(short,)), CONTEXT, READER)
    assert week.subject == "New: Senate vote: The Senate has passed the bill (reported), week to 9 Dec"
    assert "told. Senate vote: it passed (reported)." in " ".join(week.text.partition("\n==")[0].split())
    sure = render(replace(digest(kind="weekly"), told=(replace(short, standing=PASSED.standing),)), CONTEXT, READER)
    assert "(reported)" not in sure.subject + sure.text.partition("\n==")[0]


def test_addresses_that_may_come_are_counted_and_not_named_as_if_they_were_news() -> None:
    [source] = MYTHOS.sources
    ahead = replace(source, id="ahead", title="Card of Mythos 9", may_be_missing=True)
    late = replace(source, id="late", title="The newsroom")
    context = replace(CONTEXT, signals={**CONTEXT.signals, MYTHOS.id: replace(MYTHOS, sources=(source, ahead, late))})
    week = replace(
        digest(kind="weekly"),
        readings=(("mythos-ga", 1, 2, 3),),
        unread=(("mythos-ga", "ahead", False), ("mythos-ga", "late", False)),
    )
    text = " ".join(render(week, context, READER).text.split())
    assert (
        "1 of 2 sources was read this week; not read yet: The newsroom; today 1 can be seen. 1 page that the watch looks for does not"
        in text
    )
    assert "Card of Mythos 9" not in text


def test_a_flag_beside_an_answer_is_told_as_a_flag_and_no_change() -> None:
    def first(*told: Transition) -> str:
        text = render(replace(digest(kind="weekly"), told=told), CONTEXT, READER).text
        return " ".join(text.partition("\n==")[0].split())

    assert first(FLAG).startswith("No answer changed; one flag was told. Senate vote: ")
    assert first(FLAG, replace(FLAG, event="two")).startswith("No answer changed; 2 flags were told. ")
    assert first(FLAG, EVENT).startswith("One change and one flag were told. ")
    assert "CAISI evaluation: published: Evaluation of Qwen 4" in first(EVENT)


def test_a_week_counts_a_flag_that_ended_in_it_and_says_when_that_was_seen() -> None:
    over = replace(FLAG, before=FLAG.after, after="", mail=False, effective_at=NOW - timedelta(days=30))

    def week(*told: Transition) -> str:
        return words(*told, kind="weekly")

    assert week(over).startswith("No answer changed; one flag ended. Senate vote: no longer flagged: amended")
    assert week(over, replace(over, event="two"), FLAG).startswith("No answer changed; one flag was told; 2 flags ended. ")
    both = render(replace(digest(kind="weekly"), told=(EVENT, over)), CONTEXT, READER)
    assert both.text.startswith("One change was told; one flag ended. ")
    seen = tuple(replace(each, blind=()) for each in VERDICTS)
    subject = render(replace(digest(kind="weekly", verdicts=seen), told=(EVENT, over)), CONTEXT, READER).subject
    assert subject == "New: CAISI evaluation: Evaluation of Qwen 4, week to 9 Dec", "it has no room for what is over"
    line = "Senate vote: Seen 9 December 2026. No longer flagged: amended: text not checked yet."
    assert line in " ".join(both.text.split()), "and not the day on which it was raised"


def test_a_flag_that_several_reports_raised_says_when_the_first_of_them_was() -> None:
    early, late = (replace(by_press("https://a.example/"), published=NOW - timedelta(hours=hours)) for hours in (20, 6))
    raised = replace(FLAG, standing=Standing.REPORTED, evidence=(early, late), effective_at=late.published)
    assert "Since: 9 December 2026, 16:41 UTC First told: 9 December 2026, 02:41 UTC Seen:" in words(raised)
    assert "First told" not in words(replace(raised, evidence=(late,)))
    official = replace(early, tier=Tier.OFFICIAL)
    assert "First told" not in words(replace(raised, evidence=(official, late))), "official words raise it at once"


def test_a_suspension_of_two_tracks_is_one_change_and_one_line() -> None:
    both = replace(digest(kind="weekly"), told=(BLOCKED, replace(BLOCKED, track="s3519")))
    text = render(both, CONTEXT, READER).text
    assert text.startswith("One change was told. ")
    told = text.partition("Told this week")[2].partition("\n\n\n")[0]
    assert told.count("* ") == 1
    assert "H.R. 2683" in told
    assert "S. 3519" in told


def test_where_the_record_ends_stands_at_the_foot_and_not_among_the_notes() -> None:
    note = "Keep this: transition 57 3fa1b2c3d4e5f607."
    week = replace(digest(kind="weekly"), notes=("The year ends.",), record=note, readings=(("mythos-ga", 3, 0, 3),))
    text = " ".join(render(week, CONTEXT, READER).text.split())
    assert f"Proof: {note}" in text
    assert text.index("The year ends.") < text.index("Where the signals stand") < text.index(note)
    assert text.count(note) == 1


def test_a_source_that_was_read_in_the_week_and_is_lost_now_is_said_to_be() -> None:
    [source] = CONTEXT.signals["senate-vote"].sources
    lost = replace(BLIND, source=source.id, since=NOW - timedelta(days=2))
    stood = tuple(replace(each, blind=(lost,) if each.signal == "senate-vote" else ()) for each in VERDICTS)
    week = replace(digest(kind="weekly", verdicts=stood), readings=(("senate-vote", 3, 0, 3),))
    assert "3 of 3 sources were read this week; today 2 can be seen." in told_by(week)
    missed = replace(week, readings=(("senate-vote", 2, 0, 3),), unread=(("senate-vote", source.id, True),))
    assert f"2 of 3 sources were read this week; not read this week: {source.id}; today 2 can be seen." in told_by(missed)
    [other] = MYTHOS.sources
    both = tuple(replace(each, blind=(replace(lost, source=other.id),)) if each.signal == MYTHOS.id else each for each in stood)
    assert "3 of 3 sources were read this week; today 1 can be seen." in told_by(replace(week, verdicts=both))


def told_by(note: Digest) -> str:
    """The text of a digest on one line."""
    return " ".join(render(note, CONTEXT, READER).text.split())


def test_a_new_version_has_its_own_way_in_and_takes_none_away() -> None:
    reason = "version: 5.1, before: 5; access: invited, before: product"
    changed = replace(DETAIL, mail=True, reason=reason, evidence=(quote("Version 5.1 is for participants."),))
    told = words(changed, context=ways_in(beside=True))
    assert "Version 5.1 (stated before: 5); access by invitation" in told
    assert "also" not in told
    assert "not taken back" not in told
    assert "inside a product" not in told


def test_a_price_is_told_with_its_unit_and_a_long_subject_gives_up_its_track_before_its_price() -> None:
    signal = CONTEXT.signals["senate-vote"]
    priced = Detail("price", "Price", unit="a million tokens")
    tracks = tuple(replace(each, ladder=replace(each.ladder, details=(priced,))) for each in signal.tracks)
    context = replace(CONTEXT, signals={**CONTEXT.signals, signal.id: replace(signal, tracks=tracks)})
    cheaper = replace(DETAIL, mail=True, reason="name: The Gadget of the Year 2, before: Gadget; price: $8/$40, before: $10/$50")
    told = render(
        digest(cheaper, verdicts=tuple(replace(each, word="Not under that name") for each in VERDICTS)), context, READER
    )
    assert told.subject == "Senate vote: Not under that name. Now The Gadget of the Year 2 and $8/$40"
    assert "price $8/$40 a million tokens (stated before: $10/$50; 20 % less)" in " ".join(told.text.split())
    week = render(replace(digest(kind="weekly"), transitions=(replace(cheaper, mail=False),)), context, READER)
    assert week.subject == "New: Senate vote: The Gadget of the Year 2 and price $8/$40, week to 9 Dec"


def test_a_quiet_flag_says_what_it_means_and_a_week_of_what_page_it_tells() -> None:
    quiet = replace(FLAG, mail=False, evidence=(quote("The title of the page"),))
    told = words(PASSED, quiet)
    assert "“The title of the page” It may be another bill under this number." in told
    week = render(replace(digest(kind="weekly"), transitions=(quiet,)), CONTEXT, READER).text
    assert "text not checked yet: “The title of the page”." in " ".join(week.partition("\n==")[0].split())


def test_the_person_who_decides_is_offered_what_less_a_text_may_say() -> None:
    signal = CONTEXT.signals["senate-vote"]
    [house, companion] = signal.tracks
    first, back, last = house.ladder.statuses
    longer = replace(house.ladder, statuses=(first, Status("reported", "Reported by the committee", ""), back, last))
    tracks = (replace(house, ladder=longer), companion)
    context = replace(CONTEXT, signals={**CONTEXT.signals, signal.id: replace(signal, tracks=tracks)})

    def offered(change: Transition, *, status: str = "committee") -> list[tuple[str, str]]:
        mine = next(each for each in VERDICTS if each.signal == signal.id)
        stood = replace(mine, tracks=tuple(replace(each, status=status) for each in mine.tracks))
        text = render(digest(change, kind="undecided", verdicts=(stood,)), context, READER).text
        return re.findall(r"^If it says: (.+):\s+(watcher review 3 --claim \w+)$", text, re.MULTILINE)

    last = ("passed by the Senate", "watcher review 3 --claim passed")
    assert offered(UNDECIDED) == [("reported by the committee", "watcher review 3 --claim reported"), last]
    assert offered(UNDECIDED, status="reported") == offered(UNDECIDED), "it may say what holds: who dismissed that, would lose it"
    assert offered(UNDECIDED, status="blocked") == [last], "a step back is none of these"
    assert len(offered(replace(UNDECIDED, signal="caisi-evaluation", track="evaluations"))) == 1
    nothing = replace(UNDECIDED, details={"number": 3, "may_say": ""})
    assert offered(nothing) == [("a change that no rule can name", "watcher review 3 --claim STATUS")]


def test_a_week_says_that_the_day_of_a_text_is_that_of_its_publication_or_of_a_report() -> None:
    day = datetime(2026, 12, 9, tzinfo=UTC)
    signal = CONTEXT.signals["senate-vote"]
    read = (Rule("text", status="passed", sentence=Sentence()),)
    tracks = tuple(replace(each, ladder=replace(each.ladder, rules=read)) for each in signal.tracks)
    context = replace(CONTEXT, signals={**CONTEXT.signals, signal.id: replace(signal, tracks=tracks)})
    said = replace(PASSED, effective_at=day, evidence=(quote(published=day),))
    assert "Senate vote: Published 9 December 2026. H.R. 2683" in words(said, context=context, kind="weekly")
    assert "Senate vote: Reported 9 December 2026. H.R. 2683" in words(replace(REPORTED, effective_at=day), kind="weekly")
    assert "Senate vote: 9 December 2026. H.R. 2683" in words(replace(PASSED, effective_at=day), kind="weekly")


def test_a_text_of_what_is_to_come_is_not_said_to_open_anything_today() -> None:
    def checked(text: str) -> str:
        asked = Undecided("mythos-ga", "named", "open", (quote(text),), NOW, asked_at=NOW, id=1)
        stood = tuple(replace(each, undecided=(asked,)) if each.signal == "mythos-ga" else each for each in VERDICTS)
        return told_by(digest(PASSED, verdicts=stood))

    assert "An official text tells of something to come, which may lead to “Open to all”" in checked("It will widen.")
    assert "An official text may move this to “Open to all”" in checked("It widens.")


def test_the_words_of_a_text_that_is_being_checked_stand_in_the_messages_of_one_week_and_the_note_counts_it_later() -> None:
    def told(kind: str, *days: int) -> str:
        texts = (
            Undecided(
                "mythos-ga", "named", "open", (quote(f"It widens {day}."),), NOW, asked_at=NOW - timedelta(days=day), id=day
            )
            for day in days
        )
        open_yet = tuple(texts)
        stood = tuple(replace(each, undecided=open_yet) if each.signal == "mythos-ga" else each for each in VERDICTS)
        return told_by(digest(*([PASSED] if kind == "news" else []), verdicts=stood, kind=kind))

    for kind in ("news", "weekly"):
        assert "“It widens 6.”" in told(kind, 6)
        assert "still being checked" not in told(kind, 6)
        assert "Being checked" not in told(kind, 8)
    assert "One text of which we told is still being checked, since 1 December 2026: “It widens 8.”" in told("weekly", 8)
    assert "2 texts of which we told are still being checked, the first since 29 November 2026: “It widens 10.”" in told(
        "weekly", 8, 10, 6
    )
    for kind in ("news", "reminder"):
        assert "It widens" not in told(kind, 8), "the note of the week says it"
    assert "“It widens 10.”" in told("baseline", 10), "who has just come was told nothing before"


def test_a_week_says_since_when_nothing_new_stood_in_what_was_read() -> None:
    feed = CONTEXT.signals["mythos-ga"].sources[0]
    week = replace(
        digest(kind="weekly", verdicts=tuple(replace(each, blind=()) for each in VERDICTS)),
        readings=(("mythos-ga", 20, 0, 20), ("senate-vote", 9, 0, 9)),
        still=(
            ("mythos-ga", feed.id, NOW - timedelta(days=90)),
            ("senate-vote", "gone", NOW - timedelta(days=70)),
            ("senate-vote", "senate-vote-feed", NOW - timedelta(days=80)),
        ),
    )
    named = replace(MYTHOS, sources=(replace(feed, title="A copy of the list"), *MYTHOS.sources[1:]))
    senate = CONTEXT.signals["senate-vote"]
    record = replace(senate, sources=tuple(replace(one, record=True) for one in senate.sources))
    context = replace(
        CONTEXT, signals={MYTHOS.id: named, senate.id: record, "caisi-evaluation": CONTEXT.signals["caisi-evaluation"]}
    )

    def told(note: Digest, *signals: str) -> str:
        return " ".join(render(note, context, replace(READER, signals=frozenset(signals))).text.split())

    dated = replace(week, undated=(("mythos-ga", 7), ("senate-vote", 2)))
    one, both = "A copy of the list (since 10 September 2026)", "gone (since 30 September 2026)"
    stood = "29 of 29 sources were read this week; today all can be seen. In 2 of them nothing new has stood for 60 days"
    assert f"{stood}: {both} and {one}; this leaves out 1 record." in told(week)
    many = replace(week, still=tuple(("mythos-ga", f"feed-{n}", NOW - timedelta(days=70 + n)) for n in range(5)))
    assert "feed-0 (since 30 September 2026), feed-1 (since 29 September 2026), feed-2 (since 28" in told(many)
    assert "(since 28 September 2026) and 2 more." in told(many)
    assert f"In 1 of them nothing new has stood for 60 days: {one}." in told(week, "mythos-ga")
    assert f"{both} and {one}; this leaves out 1 record and 9 sources without days." in told(dated)
    assert f"{one}; this leaves out 7 sources without days." in told(dated, "mythos-ga"), (
        "each source that was counted is accounted for"
    )
    outage = SourceOutage(feed.id, feed.url, NOW, "nothing new since 2026-09-10")
    lost = tuple(replace(each, blind=(outage,) * (each.signal == "mythos-ga")) for each in week.verdicts)
    assert "nothing new has stood" not in told(replace(week, verdicts=lost), "mythos-ga"), "it is said to be out of sight"


def test_a_new_way_in_says_what_it_changes_for_the_reader() -> None:
    changed = replace(DETAIL, mail=True, reason="access: product, before: invited", evidence=(quote("A product runs it."),))
    assert "What it changes for you: It is not law yet." in words(changed, context=ways_in(beside=True))
    assert "What it changes for you" not in words(changed, context=ways_in(beside=False))
