"""What a reader finds in a mail: the news in the subject, the proof, what it means, and what cannot be seen."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from notifiers.message.mime import build
from tests.mail.stories import (
    BLIND,
    BLOCKED,
    CONTEXT,
    CORRECTION,
    DETAIL,
    EVENT,
    FLAG,
    LOWERED,
    MYTHOS,
    NOW,
    PASSED,
    RAISED,
    READ_ANEW,
    READER,
    REPORTED,
    SEES_AGAIN,
    TAKEN_BACK,
    VERDICTS,
    WENT_BLIND,
    digest,
    quote,
    verdict,
)
from watcher.core.decision.digest import summarise
from watcher.core.decision.scheduled_notes import sample
from watcher.core.model import Detail, Digest, RaisedFlag, Standing, Tier, Transition
from watcher.mail import MailContext, render
from watcher.mail.message import confirmation, known_already

ALL = {
    "one": digest(PASSED),
    "many": digest(PASSED, EVENT, FLAG, DETAIL),
    "reported": digest(REPORTED),
    "step back": digest(BLOCKED),
    "correction": digest(CORRECTION, READ_ANEW, TAKEN_BACK),
    "flags": digest(FLAG, LOWERED),
    "flood": digest(*(replace(PASSED, id=number) for number in range(40)), *(replace(DETAIL, id=number) for number in range(40))),
    "baseline": digest(kind="baseline"),
    "operator": digest(WENT_BLIND, SEES_AGAIN, kind="operator", notes=("One note.",)),
    "undelivered": digest(kind="operator", notes=("1 message could not be delivered", "to ana by smtp: 550 no such user")),
    "weekly": replace(digest(kind="weekly"), readings=(("mythos-ga", 20, 0, 21), ("senate-vote", 21, 1, 22))),
    "reminder": digest(kind="reminder", notes=("in 7 days: the Congress ends (3 January 2027)", "and more")),
    "sample": sample(list(CONTEXT.signals.values()), NOW),
}


@pytest.mark.parametrize("name", ALL)
def test_what_a_digest_leaves_out_of_its_verdicts_no_mail_shows(name: str) -> None:
    more: dict[str, Any] = {"flags": (RaisedFlag("f", "Flag", NOW, (quote("Flagged."),)),), "path": (("x", NOW),)}
    whole = replace(
        ALL[name],
        verdicts=tuple(
            replace(each, tracks=tuple(replace(track, **more, proofs={"p": quote("Proof.")}) for track in each.tracks))
            for each in ALL[name].verdicts
        ),
    )
    held = {each.signal: each for each in whole.verdicts}
    brief = replace(whole, verdicts=summarise(held, quotes=int(whole.kind == "baseline")))
    assert render(brief, CONTEXT, READER) == render(whole, CONTEXT, READER)


def told(*changes: Transition, context: MailContext = CONTEXT) -> str:
    """The text part on one line, as a reader's eye takes it."""
    return " ".join(render(digest(*changes), context, READER).text.split())


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ((PASSED,), "Senate vote: the Senate has passed the bill, 60-40"),
        ((REPORTED,), "Senate vote: the Senate has passed the bill, 60-40 (reported)"),
        ((BLOCKED,), "Senate vote: H.R. 2683, the House bill, stopped on the floor"),
        # A change that does not move the answer is told under its own name.
        ((replace(PASSED, track="s3519", details={}),), "Senate vote: S. 3519, the companion, passed by the Senate"),
        ((RAISED,), "Senate vote: the Senate has passed the bill, 60-40"),
        ((CORRECTION,), "Correction, Senate vote: in committee, no vote"),
        ((EVENT,), "CAISI evaluation: published: Evaluation of Qwen 4, the gap narrowed"),
        ((READ_ANEW,), "Correction, CAISI evaluation: Evaluation of Qwen 4, the gap persisted"),
        ((TAKEN_BACK,), "Correction, CAISI evaluation: taken back: Evaluation of Qwen 4"),
        ((FLAG,), "Senate vote: amended: text not checked yet"),
        ((LOWERED,), "Senate vote: no longer flagged: amended: text not checked yet"),
        ((EVENT, PASSED), "Senate vote: the Senate has passed the bill, 60-40; also CAISI evaluation"),
        ((EVENT, CORRECTION, DETAIL), "Correction, Senate vote: in committee, no vote; also CAISI evaluation"),
        ((PASSED, PASSED), "Senate vote: the Senate has passed the bill, 60-40"),
        # A tally that the quotes do not state is not repeated as news.
        ((replace(PASSED, evidence=(quote("Presented to President."),)),), "Senate vote: the Senate has passed the bill"),
    ],
)
def test_the_subject_says_the_news(changes: tuple[Transition, ...], subject: str) -> None:
    assert render(digest(*changes), CONTEXT, READER).subject == subject


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("baseline", "Policy Signal Watch: the watch has started, 3 signals"),
        ("operator", "The watch cannot see caisi-feed and sees other-feed again"),
        ("undelivered", "1 message could not be delivered"),
        ("weekly", "No answer changed; 1 source unseen, week to 9 Dec"),
        ("reminder", "Reminder: in 7 days: the Congress ends (3 January 2027)"),
    ],
)
def test_other_letters_say_what_they_are(name: str, subject: str) -> None:
    assert render(ALL[name], CONTEXT, READER).subject == subject


def test_a_change_is_told_whole() -> None:
    words = told(PASSED)
    for part in (
        "H.R. 2683, the House bill: before “In a Senate committee”, now “Passed by the Senate”.",
        "[✓ Confirmed] The official record says so.",
        "Before: In a Senate committee Now: Passed by the Senate, 60-40",
        "Happened: 9 December 2026 Seen: 9 December 2026, 22:41 UTC",
        "How: roll call",
        "“Passed Senate by Yea-Nay Vote. 60 - 40.”",
        "govinfo.gov, official. No date was read. Seen 9 December 2026, 22:41 UTC. Copy kept as 3f1c9a5e7b2d.",
        "https://www.govinfo.gov/b.xml",
        "What it means: The Senate has passed it.",
        "What it changes for you: It is not law yet.",
        "It touches your tools: Chat (fallback: the local model). Your tools without a fallback: Coder. Write down",
        "What comes next: The President.",
        "https://watch.example.org/signals/senate-vote",
        "Unsubscribe: one click, for good. https://watch.example.org/u/x",
    ):
        assert part in words


def test_the_rest_is_told_in_one_line_each_and_blindness_is_no_quiet() -> None:
    words = told(PASSED)
    assert "Mythos availability: By invitation only (reported, last verified 9 December 2026, 22:41 UTC)." in words
    assert (
        "CAISI evaluation: The next one is awaited (confirmed, cannot see since 7 December 2026, 22:41 UTC; this is the last"
        in words
    )
    assert "caisi-feed: cannot see since 7 December 2026, 22:41 UTC (HTTP 403 with a challenge page)." in words
    assert "the answer rests on it" in words
    assert "Senate vote: The Senate has passed the bill (" not in words


def test_a_correction_says_what_was_wrong_and_why() -> None:
    words = told(CORRECTION)
    assert "H.R. 2683, the House bill: we said “Passed by the Senate”; it stands at “In a Senate committee”." in words
    assert "Why we correct it: The row was taken out of the record." in words
    assert "We said that this was published: Evaluation of Qwen 4. The evidence was taken back." in told(TAKEN_BACK)
    assert "Corrected: Evaluation of Qwen 4: the gap persisted." in told(READ_ANEW)


def test_weak_standing_is_said_beside_the_status() -> None:
    assert "[○ Reported] Independent press says so; there are no official words yet." in told(REPORTED)
    assert "What it means: It may be another bill under this number." in told(FLAG)
    assert "confirmed. The official record says so." in told(RAISED)


def test_a_change_without_a_message_of_its_own_is_listed() -> None:
    assert "Also noted -" in told(PASSED, DETAIL)
    assert "Senate vote · H.R. 2683, the House bill: text check has all" in told(PASSED, DETAIL)


def test_a_detail_is_cited_with_the_words_that_state_it() -> None:
    launched, priced = (
        quote("We launch it today."),
        quote("It costs $8 / $40 per MTok, not $8/$400.", "https://lab.example/price"),
    )
    costly = replace(DETAIL, reason="price: $8/$40", evidence=(quote(), launched, priced), details={"text_check": "$8/$40"})
    assert "price $8/$40 (seen 9 December 2026): “It costs $8 / $40 per MTok, not $8/$400.” https://lab.example/price" in told(
        PASSED, costly
    )
    row = quote("Base input: $8 / MTok; cache: $0.80 / MTok; output: $40 / MTok.", "https://lab.example/prices")
    assert "“Base input: $8 / MTok" in told(PASSED, replace(costly, evidence=(quote(), launched, row)))
    many = tuple(quote(f"Words {number}.") for number in range(5))
    shown = told(replace(PASSED, evidence=(*many, priced), details={"text_check": "$8/$40"}))
    assert "> “It costs $8 / $40 per MTok" in shown
    assert "Words 0." in shown
    assert "Words 2." not in shown


def test_a_step_back_tells_no_price_and_no_way_in_of_before() -> None:
    assert "Text check: has all" in told(PASSED)
    assert "has all" not in told(replace(BLOCKED, details=PASSED.details))
    stated = replace(BLOCKED, details=PASSED.details, evidence=(quote("It has all of the text."),))
    assert "Text check: has all" in told(stated)


def test_the_first_message_says_where_everything_stands_where_no_page_does() -> None:
    words = " ".join(render(ALL["baseline"], replace(CONTEXT, base_url=""), READER).text.split())
    for part in (
        "The Senate has passed the bill",
        "[◐ Provisional] One official voice says so; a second one is still to come. Question: Has Senate vote moved?",
        "S. 3519, the companion:   In a Senate committee, since 6 December 2026, 22:41 UTC (confirmed)",
        "What is wanted: The Senate passes the bill.",
        "What it changes for you: It is not law yet.",
        "What would move it: S. 3519, the companion: A report. H.R. 2683, the House bill: The President.",
        "The window: The 60 days ended on 13 July 2026. They brought: nothing that moved the answer.",
        "Version: 5.2",
        "“words about evaluations”",
    ):
        assert " ".join(part.split()) in words


def test_the_operator_is_told_of_a_blind_source_and_that_no_status_moves() -> None:
    words = " ".join(render(ALL["operator"], CONTEXT, READER).text.split())
    assert "No status changes because of it." in words
    assert "[⊘ Cannot see]" in words
    assert "[✓ Seen again]" in words
    assert "Why: HTTP 403 with a challenge page" in words
    several = digest(WENT_BLIND, replace(WENT_BLIND, event="b"), kind="operator")
    assert render(several, CONTEXT, READER).subject == "The watch cannot see 2 sources"
    assert render(digest(kind="operator"), CONTEXT, READER).subject == "A note from the watch"


def test_a_source_goes_by_its_title() -> None:
    quote = replace(WENT_BLIND.evidence[0], title="CAISI: all news")
    message = render(digest(replace(WENT_BLIND, evidence=(quote,)), kind="operator"), CONTEXT, READER)
    assert message.subject == "The watch cannot see CAISI: all news"
    assert "caisi-feed" not in message.text
    blind = (replace(BLIND, title="CAISI: all news"),)
    assert (
        "CAISI: all news: cannot see since"
        in render(digest(PASSED, verdicts=(replace(VERDICTS[0], blind=blind),)), CONTEXT, READER).text
    )


def test_no_mail_shows_what_an_address_hides() -> None:
    secret = "https://ann:s3cret@nist.example/a?api_key=s3cret"
    quote = replace(PASSED.evidence[0], url=secret, text=f"See {secret} and http://www.senate.gov@evil.example.")
    blind = (replace(BLIND, url=secret, why=f"no answer from {secret}"),)
    told = digest(replace(PASSED, evidence=(quote,)), verdicts=(replace(VERDICTS[0], blind=blind),))
    message = render(told, CONTEXT, READER)
    everything = f"{message.subject} {message.text} {message.html} {message.payload}"
    assert "s3cret" not in everything
    assert "senate.gov@evil" not in everything.replace("***@evil", "")


@pytest.mark.parametrize("many", [1, 9, 80])
def test_no_mail_of_many_changes_shows_what_a_title_hides(many: int) -> None:
    secret = "Released at https://ann:s3cret@nist.example/a?api_key=s3cret and http://www.senate.gov@evil.example"
    told = digest(*(replace(EVENT, id=number, event=f"e{number}", title=f"{number}. {secret}") for number in range(many)))
    for one in (told, replace(told, kind="weekly", told=told.transitions)):
        message = render(one, CONTEXT, READER)
        everything = f"{message.subject} {message.text} {message.html} {message.payload}"
        assert "Released at" in everything
        assert "s3cret" not in everything
        assert "senate.gov@evil" not in everything


def test_a_link_with_a_quote_mark_is_kept() -> None:
    quote = replace(PASSED.evidence[0], url='https://nist.gov/?q="one two"&b=c')
    message = render(digest(replace(PASSED, evidence=(quote,))), CONTEXT, READER)
    assert "https://nist.gov/?q=%22one%20two%22&b=c" in message.text
    assert 'href="https://nist.gov/?q=%22one%20two%22&amp;b=c"' in message.html


def test_many_blind_sources_are_counted() -> None:
    blind = tuple(replace(BLIND, source=f"s{number}") for number in range(20))
    words = render(digest(PASSED, verdicts=(replace(VERDICTS[0], blind=blind),)), CONTEXT, READER).text
    assert "and 8 more: The page lists them all." in words
    alone = digest(PASSED, verdicts=(replace(VERDICTS[0], blind=blind),))
    assert "and 8 more: There is no room for them here." in render(alone, replace(CONTEXT, base_url=""), READER).text


def test_where_hundreds_of_signals_stand_leaves_room_for_what_has_changed() -> None:
    many = {f"agency-{number}": replace(CONTEXT.signals["senate-vote"], id=f"agency-{number}") for number in range(1000)}
    verdicts = tuple(replace(VERDICTS[2], signal=name) for name in many)
    message = render(
        digest(PASSED, verdicts=(*VERDICTS, *verdicts)), replace(CONTEXT, signals={**CONTEXT.signals, **many}), READER
    )
    words = " ".join(message.text.split())
    assert PASSED.evidence[0].text[:40] in words
    assert "In short" not in words
    assert "and 962 more: The page lists them all." in words


def tokens(text: str) -> Counter[str]:
    """Words, figures and addresses, without the drawing of lines and lists."""
    return Counter(re.findall(r"\w(?:[\w%/.-]*\w)?", text.casefold()))


def seen_in(document: str) -> str:
    """What a reader of the HTML part reads: the words, and after each link its address."""
    tree = lxml_html.fromstring(document)
    for hidden in tree.xpath("//head | //*[@class='preheader']"):
        hidden.drop_tree()
    for link in tree.xpath("//a"):
        link.tail = f" {link.get('href')} {link.tail or ''}"
    for block in tree.xpath("//td | //th | //p | //h1 | //h2 | //blockquote"):
        block.tail = f" {block.tail or ''}"
    return str(tree.text_content())


@pytest.mark.parametrize("name", ALL)
def test_both_parts_say_the_same(name: str) -> None:
    message = render(ALL[name], CONTEXT, READER)
    addresses = {"text": re.findall(r"https?://\S+", message.text), "html": re.findall(r'href="([^"]+)"', message.html)}
    assert set(addresses["text"]) == {each.replace("&amp;", "&") for each in addresses["html"]}
    words = re.compile(r"https?://\S+")
    assert tokens(words.sub("", message.text)) == tokens(words.sub("", seen_in(message.html)))


@pytest.mark.parametrize("name", ALL)
def test_a_mail_is_small_carries_no_picture_and_loads_nothing(name: str) -> None:
    message = render(ALL[name], CONTEXT, READER)
    wire = build(message, sender="w@example.org", to="r@example.org")
    assert len(message.html.encode()) < 80_000
    assert len(wire) < 100_000
    for word in ("<img", "<link", "<script", "@import", "url(", "srcset", "display:flex", "display:grid", "position:"):
        assert word not in message.html.lower().replace(" ", "")
    assert max(map(len, message.text.splitlines())) <= 120


@pytest.mark.parametrize("name", ALL)
def test_the_same_digest_gives_the_same_message(name: str) -> None:
    assert render(ALL[name], CONTEXT, READER) == render(ALL[name], CONTEXT, READER)


@pytest.mark.parametrize("name", ALL)
def test_a_notification_shows_the_news_after_the_subject(name: str) -> None:
    message = render(ALL[name], CONTEXT, READER)
    body = lxml_html.fromstring(message.html).find("body")
    assert body is not None
    first = body[0]
    deck = first.text_content().strip()
    assert (first.get("class"), first.get("aria-hidden")) == ("preheader", "true")
    assert deck
    assert "display: none" in (first.get("style") or "")
    assert " ".join(message.text.split()).partition("= ")[2].startswith(" ".join(deck.split()))


def test_a_mail_is_dark_where_the_reader_is() -> None:
    html = render(ALL["one"], CONTEXT, READER).html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme:dark)" in html
    assert 'style="' in html


@pytest.mark.parametrize("many", [9, 28, 40, 68, 100])
def test_every_change_of_a_mail_is_named_or_counted(many: int) -> None:
    names = [f"agency-{number:03}" for number in range(many)]
    changes = [replace(PASSED, id=number, signal=name) for number, name in enumerate(names)]
    signals = {name: replace(CONTEXT.signals["senate-vote"], id=name, title=f"Vote of {name}") for name in names}
    message = render(digest(*changes), replace(CONTEXT, signals={**CONTEXT.signals, **signals}), READER)
    body = message.text.partition("\n===")[2].casefold()
    told = [name for name in names if f"vote of {name}" in body]
    left = re.search(r"^\* and (\d+) more: the page lists them all", body, re.MULTILINE)
    assert len(told) + int(left[1] if left else 0) == many
    assert len(told) == min(many, 68)
    assert message.subject == f"Vote of agency-000: the Senate has passed the bill, 60-40; also {many - 1} others"
    assert len(message.html.encode()) < 80_000


def test_every_source_of_an_operators_mail_is_named() -> None:
    changes = [replace(WENT_BLIND, id=number, event=f"feed-{number:02}", evidence=()) for number in range(30)]
    words = render(digest(*changes, kind="operator"), CONTEXT, READER).text
    assert [number for number in range(30) if f"feed-{number:02}" not in words] == []


def test_notes_beyond_those_that_a_mail_holds_are_counted() -> None:
    notes = ("15 messages could not be delivered", *(f"to reader {number}" for number in range(15)))
    words = render(digest(kind="operator", notes=notes), CONTEXT, READER).text
    assert "reader 11" in words
    assert "and 3 more" in words


def test_a_mail_that_would_be_clipped_tells_its_last_changes_in_a_line() -> None:
    long = [tuple(quote(f"{change} {number} " + "&<>" * 300) for number in range(3)) for change in range(8)]
    changes = tuple(
        replace(PASSED, id=number, reason="x", evidence=words, details={"how": "&" * 300}) for number, words in enumerate(long)
    )
    message = render(digest(*changes), replace(CONTEXT, title="&" * 3000), READER)
    assert len(message.html.encode()) < 80_000
    full, lines = message.html.count('class="kicker"'), message.text.partition("In short")[2].partition("\n\n")[0].count("\n* ")
    assert 0 < full < 8
    assert full + lines == 8


@pytest.mark.parametrize("many", [12, 13, 24, 25, 90])
@pytest.mark.parametrize("words", [0, 200])
def test_a_mail_about_many_signals_holds_as_many_as_are_not_clipped(many: int, words: int) -> None:
    told = tuple(replace(VERDICTS[2], signal=f"signal-{number:03}", headline_label="word " * words) for number in range(many))
    message = render(digest(kind="baseline", verdicts=told), CONTEXT, READER)
    size = len(message.html.encode())
    full, named = message.html.count('class="kicker"'), sorted(set(re.findall(r"signal-\d+", message.html)))
    left = re.search(r"and (\d+) more: The page lists", " ".join(message.text.split()))
    assert size <= 80_000
    assert named == [verdict.signal for verdict in told[: len(named)]]
    assert len(named) + int(left[1] if left else 0) == many
    if full < many:
        assert 80_000 - size < 2 * size / full, "there was no room for another one"


def test_signals_beyond_the_items_of_a_first_mail_have_a_line_each_where_all_items_fit() -> None:
    told = tuple(replace(VERDICTS[2], signal=f"signal-{number:03}", tracks=()) for number in range(65))
    message = render(digest(kind="baseline", verdicts=told), CONTEXT, READER)
    lines = message.text.partition("In short")[2]
    assert message.html.count('class="kicker"') == 60
    assert re.findall(r"\* (signal-\d+)", lines) == [f"signal-{number:03}" for number in range(60, 65)]


EVIL = "</p><script>alert(1)</script>\r\nBcc: x@y.z\x00\u202e"


def test_what_a_feed_says_never_runs_and_makes_no_header() -> None:
    evil = replace(
        EVENT,
        title=EVIL,
        headline_label=EVIL,
        reason=EVIL,
        event=EVIL,
        evidence=(
            quote(EVIL, "javascript:alert(1)"),
            quote("two", 'https://a.example/"onclick=x'),
            quote("three", "http://[::1"),
        ),
        details={"name": EVIL},
    )
    blind = verdict("mythos-ga", "gated", EVIL, blind=(replace(BLIND, source=EVIL, why=EVIL, url="data:text/html,x"),))
    message = render(digest(evil, verdicts=(blind,)), CONTEXT, READER)
    assert "<script>" not in message.html
    assert "javascript:" not in message.html
    assert '"onclick' not in message.html
    assert "\x00" not in message.html + message.text
    assert "\u202e" not in message.html + message.text
    assert "\n" not in message.subject
    assert b"\r\nBcc:" not in build(message, sender="w@example.org", to="r@example.org").partition(b"\r\n\r\n")[0]


def test_messages_about_a_signal_make_a_thread_and_a_correction_stays_in_it() -> None:
    first, later, other = (render(digest(change), CONTEXT, READER) for change in (PASSED, CORRECTION, EVENT))
    assert first.in_reply_to == later.in_reply_to == "<senate-vote.root@watch.example.org>"
    assert first.references == (first.in_reply_to,)
    assert other.in_reply_to == "<caisi-evaluation.root@watch.example.org>"
    assert first.list_id == other.list_id == "Policy Signal Watch <policy-signals.watch.example.org>"
    assert first.urgent
    assert not other.urgent


def test_a_reader_is_told_of_the_signals_that_were_asked_for_alone() -> None:
    chosen = replace(READER, signals=frozenset({"caisi-evaluation"}))
    message = render(ALL["many"], CONTEXT, chosen)
    assert message.subject == "CAISI evaluation: published: Evaluation of Qwen 4, the gap narrowed"
    assert "Senate" not in message.text
    assert [change["signal"] for change in message.payload["changes"]] == ["caisi-evaluation"]
    nothing = render(digest(DETAIL), CONTEXT, READER)
    assert nothing.subject.startswith("Still watching, 1 source cannot be seen")


def test_times_are_the_readers() -> None:
    assert "9 December 2026, 17:41 EST" in render(ALL["one"], CONTEXT, replace(READER, zone=ZoneInfo("America/New_York"))).text


def test_without_a_page_or_a_way_out_there_are_no_empty_links() -> None:
    message = render(ALL["one"], MailContext(CONTEXT.signals), replace(READER, unsubscribe_url="", unsubscribe_mailto=""))
    assert 'href=""' not in message.html
    assert "Unsubscribe" not in message.text
    assert message.in_reply_to == "<senate-vote.root@policy-signal-watch.localhost>"
    assert message.brief.endswith("https://www.govinfo.gov/b.xml")


def test_a_configuration_that_lost_a_signal_or_a_status_still_renders() -> None:
    lost = MailContext({MYTHOS.id: MYTHOS})
    for name, each in ALL.items():
        message = render(each, lost, READER)
        assert message.subject, name
        assert "senate-vote" in message.text.casefold() or name in {"operator", "sample"}
    changed = render(digest(replace(PASSED, after="no_such_rung", headline="x")), CONTEXT, READER)
    assert changed.subject == "Senate vote: H.R. 2683, the House bill, no such rung, 60-40"


def test_the_short_words_fit_a_chat() -> None:
    message = render(ALL["one"], CONTEXT, READER)
    assert (
        message.brief
        == "H.R. 2683, the House bill: before “In a Senate committee”, now “Passed by the Senate”.\nhttps://watch.example.org/"
    )


def test_a_confirmation_has_one_link_and_says_what_follows() -> None:
    link = "https://watch.example.org/confirm/t"
    asked = confirmation(CONTEXT, READER, link=link, pace="Once a day", now=NOW, until=NOW + timedelta(days=2))
    assert asked.subject == "Confirm your subscription to Policy Signal Watch"
    assert re.findall(r'href="([^"]+)"', asked.html) == [link]
    words = " ".join(asked.text.split())
    assert "Signals: Senate vote, Mythos availability and CAISI evaluation When: Once a day" in words
    assert "Good until: 11 December 2026, 22:41 UTC" in words
    assert tokens(asked.text) == tokens(seen_in(asked.html))


def test_who_is_subscribed_already_is_told_so_by_mail_alone() -> None:
    link = "https://watch.example.org/unsubscribe/t"
    again = known_already(CONTEXT, replace(READER, signals=frozenset({"gone"})), link=link, now=NOW)
    assert again.subject == "You are subscribed to Policy Signal Watch already"
    assert re.findall(r'href="([^"]+)"', again.html) == [link]
    assert "Signals: none that is still watched" in " ".join(again.text.split())
    assert tokens(again.text) == tokens(seen_in(again.html))


def test_a_sample_says_that_it_is_one() -> None:
    message = render(ALL["sample"], CONTEXT, READER)
    assert "An example: nothing in it is news." in message.text
    assert message.subject == "Senate vote: the Senate has passed the bill"
    assert render(sample([MYTHOS], NOW), CONTEXT, READER).subject == "Mythos availability: a model named Mythos, open to all"


def test_a_signal_without_sources_has_a_sample_too() -> None:
    assert isinstance(sample([replace(MYTHOS, sources=())], NOW), Digest)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-12-09T00:00:00", "9 December 2026"),
        ("2026-12-09T05:00:00", "9 December 2026"),
        ("2026-12-09T01:30:00", "8 December 2026, 20:30 EST"),
        ("2026-12-09T05:00:01", "9 December 2026, 00:00 EST"),
    ],
)
def test_a_day_stays_the_day_that_its_source_names_in_every_zone(at: str, words: str) -> None:
    happened = replace(PASSED, effective_at=datetime.fromisoformat(at).replace(tzinfo=UTC))
    text = render(digest(happened), CONTEXT, replace(READER, zone=ZoneInfo("America/New_York"))).text
    assert f"Happened: {words} Seen:" in " ".join(text.split())


def test_history_that_nobody_saw_is_not_said_to_be_seen() -> None:
    known = replace(PASSED, evidence=(quote(document="", published=NOW),))
    assert "govinfo.gov, official. Published 9 December 2026, 22:41 UTC. Known history." in told(known)


def test_what_a_person_recorded_is_no_official_voice_and_no_history() -> None:
    by_hand = quote(document="", published=NOW, seen_at=NOW, tier=Tier.OPERATOR)
    shown = told(replace(PASSED, standing=Standing.PROVISIONAL, evidence=(by_hand,)))
    assert "The person who runs the watch has recorded it; an official voice is still to come." in shown
    assert "added by hand. Happened 9 December 2026, 22:41 UTC. Not seen by the watch." in shown
    assert "One official voice" not in shown
    assert "Known history" not in shown


def test_signals_stand_in_the_order_of_the_configuration() -> None:
    text = render(ALL["weekly"], CONTEXT, READER).text
    assert text.index("Senate vote") < text.index("Mythos availability") < text.index("CAISI evaluation")


def test_a_week_is_told_to_each_reader_by_what_this_reader_follows() -> None:
    week = replace(ALL["weekly"], told=(PASSED, FLAG, EVENT))
    whole, few = (
        render(week, CONTEXT, reader)
        for reader in (READER, replace(READER, signals=frozenset({"caisi-evaluation", "mythos-ga"})))
    )
    words = " ".join(whole.text.split())
    assert whole.subject == "2 changes and one flag of Senate vote and CAISI evaluation, week to 9 Dec"
    assert "41 of 43 sources were read this week, 1 not read yet; today 42 can be seen." in words
    assert "Senate vote: 9 December 2026. H.R. 2683, the House bill: before “In a Senate committee”, now “Passed by" in words
    assert "CAISI evaluation: Published 9 December 2026. Evaluation of Qwen 4: the gap narrowed." in words
    assert "Told this week" in whole.text
    assert few.subject == "New: CAISI evaluation: Evaluation of Qwen 4; 1 source unseen, week to 9 Dec"
    assert "20 of 21 sources were read this week" in few.text
    assert "H.R. 2683" not in few.text
    none = render(week, CONTEXT, replace(READER, signals=frozenset({"mythos-ga"})))
    assert none.subject == "Mythos availability: By invitation only (reported); unchanged, week to 9 Dec"
    words_of = {"senate-vote": "No", "mythos-ga": "Partly", "caisi-evaluation": "Yes"}
    sure = [replace(each, tracks=tuple(replace(one, standing=Standing.CONFIRMED) for one in each.tracks)) for each in VERDICTS]
    answered = tuple(replace(each, word=words_of[each.signal], blind=()) for each in sure)
    assert render(replace(week, told=(), verdicts=answered), CONTEXT, replace(READER, signals=frozenset(words_of))).subject == (
        "No answer changed, week to 9 Dec"
    )
    assert "Told this week" not in none.text
    lines = [
        line for line in render(replace(week, told=(PASSED,) * 20), CONTEXT, READER).text.splitlines() if "and 8 more" in line
    ]
    assert lines, "a long week ends in how much more the page has"


def test_a_detail_is_told_in_the_words_of_its_ladder() -> None:
    signal = CONTEXT.signals["senate-vote"]
    spoken = Detail("text_check", "The text", {"has_all": "as it was", "lacks_words": "without its heart"})
    tracks = tuple(replace(each, ladder=replace(each.ladder, details=(spoken,))) for each in signal.tracks)
    context = replace(CONTEXT, signals={**CONTEXT.signals, signal.id: replace(signal, tracks=tracks)})
    changed = replace(DETAIL, mail=True, reason="text_check: has_all, before: lacks_words")
    mail = render(digest(changed), context, READER)
    assert "The text: as it was Stated before: without its heart" in " ".join(mail.text.split())
    assert "the text as it was" in mail.subject
    assert "text_check" not in mail.text + mail.html


def test_a_changed_detail_says_what_it_was_before_and_nothing_that_only_a_status_changes() -> None:
    costly = replace(DETAIL, mail=True, reason="price: $8/$40, before: $10/$50; text_check: has_all")
    shown = render(digest(costly), CONTEXT, READER)
    words = " ".join(shown.text.split())
    assert "price $8/$40 (stated before: $10/$50; 20 % less); text check has all" in words.casefold()
    assert "Price: $8/$40 Stated before: $10/$50 Text check: has all" in words
    assert "What stays: H.R. 2683, the House bill: Passed by the Senate." in words
    assert "your tools" not in words
    assert "What it changes for you: It costs 20 % less than was stated before." in words
    worded = replace(digest(costly), verdicts=tuple(replace(each, word="Yes") for each in VERDICTS))
    assert render(worded, CONTEXT, READER).subject == ("Senate vote: Yes, as before. Now price $8/$40 and text check has all")


def test_no_number_is_told_without_the_words_that_state_it() -> None:
    costly = replace(PASSED, details={"text_check": "$10/$50"})
    assert "$10/$50" not in told(costly)
    assert "Text check: $10/$50" in told(replace(costly, evidence=(quote("It costs $10 / $50 per MTok."),)))


def test_a_subject_of_details_leads_with_the_track_of_the_answer_and_is_not_cut() -> None:
    beside = replace(DETAIL, track="s3519", after="committee", mail=True, reason="version: 5.2, before: 5.1")
    long = replace(DETAIL, mail=True, reason="name: a model whose name is as long as this one is; price: $8/$40, before: $10/$50")
    worded = replace(digest(beside, long), verdicts=tuple(replace(each, word="Yes") for each in VERDICTS))
    assert render(worded, CONTEXT, READER).subject == (
        "Senate vote: Yes. Now a model whose name is as long as this one is and $8/$40"
    )


def test_a_reader_is_told_to_fall_back_only_where_something_is_gone() -> None:
    assert "Chat: fall back to" not in told(PASSED)
    assert "Chat: fall back to the local model." in told(BLOCKED)


def test_a_flag_that_press_raised_says_so_once() -> None:
    by_press = replace(FLAG, title="The press reports that it was stopped", standing=Standing.REPORTED)
    assert render(digest(by_press), CONTEXT, READER).subject.endswith("the press reports that it was stopped")
    over = replace(by_press, before=by_press.after, after="", mail=False)
    assert "No longer flagged: the press reports that it was stopped (seen 9 December 2026)." in told(PASSED, over)


def test_a_long_name_of_a_row_stands_above_its_value() -> None:
    text = render(ALL["baseline"], replace(CONTEXT, base_url=""), READER).text
    assert "Evaluations of models from China: Awaiting the next evaluation, since 6" in text
