"""Half a year of the recorded world through the daemon and a mail server, on a moved clock: what each line of each mail must keep to.

Nothing here knows what happened: these are the ways in which a mail can be untrue on its day, whatever the news.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests import watching
from tests.builders import day
from tests.notifiers.stages import Stage, mail_server
from tests.rehearsals import REAL, ROOT
from watcher.mail.subject_line import MAX_SUBJECT_LENGTH
from watcher.store.store import Store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.is_dir(), reason="the story of 2026 lies in ../shared, which is not here"),
]

START, END, STEP, WAIT = day("05-14 12:01"), day("11-20 12:01"), timedelta(hours=12), timedelta(minutes=11)
SERVER = """
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
from = "Policy Signal Watch <watch@example.org>"
"""
PEOPLE = """
[[recipient]]
id = "all"
channel = "smtp"
to = "all@example.org"
timezone = "America/New_York"
[[recipient]]
id = "detail"
channel = "smtp"
to = "detail@example.org"
pace = "every_detail"
[[recipient]]
id = "one"
channel = "smtp"
to = "one@example.org"
signals = ["mythos-ga"]
quiet_hours = "22:00-07:00"
[[recipient]]
id = "operator"
channel = "smtp"
to = "operator@example.org"
operator = true
weekly_note = false
[[stack]]
name = "Assistant"
provider = "Anthropic"
fallback = "a local model"
"""
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DAY = re.compile(rf"\b(\d{{1,2}}) ({MONTHS}) (\d{{4}})\b")
AHEAD = ("they are over in", "days are over", "Congress", "from then on")
"""Words beside which a later day may stand."""
WEEK = re.compile(r", (?:week to )?\d{1,2} [A-Z][a-z][a-z]$")
"""How the subject of a week ends."""
PRICE = re.compile(r"\$\d+(?:\.\d+)?/\$\d+(?:\.\d+)?")


def declared(port: int, folder: Path) -> str:
    """The shipped configuration with these readers, its includes copied beside it."""
    shutil.copytree(ROOT / "signals", folder / "signals")
    head, _, rest = (ROOT / "signals.toml").read_text("utf-8").partition("[[recipient]]")
    head = head.replace("[watch]\n", '[watch]\nbase_url = "https://watch.example.org"\n', 1)
    return head + rest[rest.index("# ------") :] + SERVER.format(port=port)


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[EmailMessage]]:
    """Every mail in the order of its arrival."""
    folder = tmp_path_factory.mktemp("half-year")
    with (
        mail_server() as server,
        Store.open(f"sqlite:///{folder}/watch.db", durable=False) as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(watching, "PEOPLE", PEOPLE)
        watch = watching.Watch(declared(_port(server), folder), folder, REAL, store, zone=UTC)
        asyncio.run(live(watch))
        yield list(server.inbox)


def _port(server: Stage) -> int:
    return int(server.settings.port)


async def live(watch: watching.Watch) -> None:
    """Look twice a day, and once more when what was seen has waited for company."""
    async with watch.living(START) as daemon:
        for number in range((END - START) // STEP + 1):
            for moment in (START + number * STEP, START + number * STEP + WAIT):
                watch.set(moment)
                await daemon.tick()
                assert daemon.last_error == ""


def of(mails: list[EmailMessage], who: str) -> list[EmailMessage]:
    """The mails of one reader."""
    return [mail for mail in mails if mail["To"] == f"{who}@example.org"]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part
    return str(part.get_content()).replace("\r\n", "\n")


def flat(mail: EmailMessage) -> str:
    """The text on one line, without the bars of its quotes."""
    return " ".join(re.sub(r"^  > ", "", text_of(mail), flags=re.MULTILINE).split())


def section(mail: EmailMessage, heading: str) -> str:
    """What stands under a heading, on one line, without the bars of quotes; empty where it is not there."""
    found = re.search(rf"^{heading}\n-+\n(.*?)(?=\n\n\n|\Z)", text_of(mail), re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def test_no_two_mails_of_a_reader_have_one_subject_and_each_is_short(mails: list[EmailMessage]) -> None:
    for who in ("all", "detail", "one", "operator"):
        subjects = [str(mail["Subject"]) for mail in of(mails, who)]
        assert len(subjects) > 12
        assert [subject for subject, many in Counter(subjects).items() if many > 1] == []
        assert [subject for subject in subjects if len(subject) > MAX_SUBJECT_LENGTH] == []


def test_no_line_tells_of_a_day_after_the_mail(mails: list[EmailMessage]) -> None:
    for mail in mails:
        sent = mail["Date"].datetime.astimezone(UTC)
        for line in text_of(mail).splitlines():
            for number, month, year in DAY.findall(line):
                told = datetime.strptime(f"{number} {month} {year}", "%d %B %Y").replace(tzinfo=UTC)
                assert told <= sent or any(word in line for word in AHEAD), (mail["Subject"], line)


def test_a_price_stands_beside_the_words_that_state_it(mails: list[EmailMessage]) -> None:
    seen = set[str]()
    for mail in mails:
        words = flat(mail)
        quotes = " ".join(re.findall(r"“([^”]*)”", words)).replace(" / ", "/")
        now = re.sub(r"[Bb]efore: \$\d+/\$\d+", "", re.sub(r"“[^”]*”", "", words))
        for price in PRICE.findall(now):
            assert price in quotes or all(part in quotes for part in price.split("/")), (mail["Subject"], price)
            seen.add(price)
    assert len(seen) > 1


def test_a_changed_price_is_told_once_with_the_one_before(mails: list[EmailMessage]) -> None:
    for who in ("all", "detail", "one"):
        changed = [mail for mail in of(mails, who) if "before: $10/$50" in flat(mail)]
        assert len(changed) == 1, who
        assert "$8/$40" in flat(changed[0])


def test_who_follows_one_signal_hears_of_no_other(mails: list[EmailMessage]) -> None:
    for mail in of(mails, "one"):
        for other in ("Senate vote", "CAISI", "H.R. 2683"):
            assert other not in flat(mail), mail["Subject"]


def test_a_week_counts_what_it_lists_and_what_its_reader_was_told(mails: list[EmailMessage]) -> None:
    number = {"no": 0, "one": 1, "": 0}
    for who in ("all", "detail", "one"):
        weeks = [mail for mail in of(mails, who) if WEEK.search(str(mail["Subject"]))]
        assert len(weeks) > 20
        for mail in weeks:
            title = " ".join(text_of(mail).partition("\n==")[0].split())
            found = re.match(
                r"(\w+) (?:answer changed|changes?)(?:(?:;| and) (\w+) flags?)?(?: (?:was|were) told)?(?:; (\w+) flags? ended)?\."
                r".*?( (?:detail is new\.|New:) .*)?$",
                title,
            )
            assert found, text_of(mail).splitlines()[0]
            many = sum(
                number[each] if each in number else int(each) for each in (found[1].lower(), found[2] or "", found[3] or "")
            )
            assert section(mail, "Told this week").count("* ") == many
            assert bool(found[4]) is bool(section(mail, "Also noted"))
            since = mail["Date"].datetime - timedelta(days=7, hours=1)
            news = [
                each for each in of(mails, who) if since <= each["Date"].datetime < mail["Date"].datetime and each not in weeks
            ]
            assert news or not many, "what was told was in a message of the week"


def test_a_reader_is_told_to_fall_back_only_in_news_of_a_step_back(mails: list[EmailMessage]) -> None:
    told = [mail for mail in mails if "fall back to a local model" in flat(mail)]
    assert told
    assert [mail["Subject"] for mail in told if not re.search(r"(?i)suspended", str(mail["Subject"]))] == []


def test_what_is_being_checked_was_asked_before_and_comes_back_only_with_a_question(mails: list[EmailMessage]) -> None:
    asked = [flat(mail) for mail in of(mails, "operator") if str(mail["Subject"]).startswith("To decide")]
    assert asked
    gone, open_once = set[str](), set[str]()
    for mail in of(mails, "all"):
        now = set(re.findall(r"“([^”]*)”", section(mail, "Being checked")))
        assert not now & gone, "it was settled, and nobody was asked again"
        assert all(any(words in question for question in asked) for words in now)
        open_once |= now
        settled = re.findall(r"settled: [^“]*“([^”]*)”", section(mail, "Also noted"))
        gone |= set(settled)
    assert gone & open_once


def test_the_first_line_says_what_the_mail_is_about(mails: list[EmailMessage]) -> None:
    answers = tuple(f"{word}{mark} " for word in ("No", "Yes", "Partly", "Not under that name", "Unknown") for mark in ".,")
    for mail in of(mails, "all"):
        first, subject = text_of(mail).splitlines()[0], str(mail["Subject"])
        quiet = subject.startswith(("Reminder: ", "Policy Signal Watch: ")) or WEEK.search(subject)
        assert quiet or first.startswith(answers), first
        assert not re.search(r"_|\bNone\b|\{|\}", first + subject), subject


def test_what_only_the_press_says_is_marked_in_subject_and_first_line_and_said_to_happen_on_no_day(
    mails: list[EmailMessage],
) -> None:
    told = [mail for mail in of(mails, "all") if "[○ Reported]" in text_of(mail)]
    assert told
    for mail in told:
        assert str(mail["Subject"]).endswith("(reported)")
        assert text_of(mail).splitlines()[0].endswith("(reported)")
        assert "Happened:" not in text_of(mail)


def test_no_words_stand_twice_in_what_is_noted_and_no_line_is_wider_than_a_terminal(mails: list[EmailMessage]) -> None:
    for mail in mails:
        quotes = re.findall(r"“([^”]{40,})”", section(mail, "Also noted"))
        assert len(quotes) == len(set(quotes)), mail["Subject"]
        assert [line for line in text_of(mail).splitlines() if len(line) > 72 and "http" not in line] == []


def test_the_subject_of_a_week_says_each_answer_in_a_word_or_what_is_new_and_two_weeks_differ_where_that_does(
    mails: list[EmailMessage],
) -> None:
    weeks = [str(mail["Subject"]) for mail in of(mails, "all") if WEEK.search(str(mail["Subject"]))]
    quiet, new = ([each for each in weeks if each.startswith("New: ") is news] for news in (False, True))
    assert [week for week in new if "$8/$40" in week]
    assert [week for week in new if "GLM-5.2" in week], "what was published is named"
    for week in quiet:
        assert re.match(r"No Senate vote; .*Mythos.*; (?:no|one|\d) CAISI papers?[;,]", week), week
    assert len({week.rpartition(", ")[0] for week in new}) == len(new), "they differ by more than their day"


def test_the_window_is_told_in_its_middle_and_at_its_end_with_what_it_brought(mails: list[EmailMessage]) -> None:
    half, close = (mail for mail in of(mails, "all") if str(mail["Subject"]).startswith("Reminder: "))
    for mail in (half, close):
        assert "“2028: Two scenarios for global AI leadership” (Anthropic, 14 May 2026)" in flat(mail)
        assert flat(mail).count("they brought: ") == 3
    assert "At their close: " in flat(close)
    assert "At their close: " not in flat(half)
    assert [mail["Subject"] for mail in of(mails, "all") if mail["Date"].datetime.date() == close["Date"].datetime.date()] == [
        close["Subject"]
    ], "the week that ends on that day is told with it"
    assert "were read this week" in flat(close)


def test_a_suspension_is_told_with_the_reason_that_its_text_states(mails: list[EmailMessage]) -> None:
    told = [mail for mail in mails if "Access is suspended" in str(mail["Subject"])]
    assert told
    for mail in told:
        assert (
            "export control directive that bars foreign nationals from Fable 5 and Mythos 5.” anthropic.com, official; why"
            in flat(mail)
        )


def test_sources_that_can_be_seen_and_those_that_cannot_are_all_that_are_counted(mails: list[EmailMessage]) -> None:
    weeks = [mail for mail in mails if "read this week" in flat(mail)]
    assert len(weeks) > 60
    for mail in weeks:
        found = re.search(r"\d+ of (\d+) sources were read this week[^.]*; today (all|\d+) can be seen\.", flat(mail))
        assert found, flat(mail)
        lost = re.search(r"stands?; (\d+) sources? cannot be seen", flat(mail))
        seen = int(found[1]) if found[2] == "all" else int(found[2])
        assert int(found[1]) - seen == (int(lost[1]) if lost else 0), mail["Subject"]


def test_what_is_confirmed_in_the_first_mail_is_proved_by_words_that_were_read(mails: list[EmailMessage]) -> None:
    first = text_of(of(mails, "all")[0])
    items = [item for item in first.split("\n\n\n") if "[✓ Confirmed]" in item]
    assert len(items) == 3
    for item in items:
        assert "Copy kept as " in item
        assert "Known history" not in item.partition("  > ")[2].partition("\n\n")[0], "the first words are those that were read"


def test_a_price_says_what_it_is_of_and_the_first_mail_what_short_names_stand_for(mails: list[EmailMessage]) -> None:
    for mail in mails:
        words = re.sub(r"“[^”]*”", "", flat(mail))
        if "$8/$40" in words:
            assert "per million input / output tokens" in words, mail["Subject"]
    assert "CAISI: the Center for AI Standards and Innovation, a part of NIST." in flat(of(mails, "all")[0])
