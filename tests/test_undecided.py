"""Undecided is a state: asked once, shown everywhere until a person settles it, and never asked again for the same words."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.builders import day
from tests.cli.conftest import watcher
from tests.test_cycles import CONFIG, FEED, Web, item
from tests.watching import Watch, hourly
from tests.watching import any_store as store
from watcher.cli.mcp_server import Assistant
from watcher.pipeline.announce import send_reminders
from watcher.pipeline.deliver import Counts
from watcher.replay.replay import differences, history_of, replay
from watcher.store.store import Store
from watcher.wording import undecided_words

__all__ = ["store"]

REVIEW = """
[[ladder.access.rule]]
id = "wider"
review = true
status = "open"
by = ["official", "partner"]
says = { about = ["thing"], phrase = ["wider"] }
[[ladder.access.rule]]
id = "news"
review = true
says = { about = ["thing"], phrase = ["nice"] }
"""
MORE = """
[[signal.source]]
id = "partner"
url = "https://cloud.example/feed.xml"
format = "feed"
publisher = "cloud.example"
tier = "partner"
every = "1h"
may_be_empty = true
"""
TEXT = (
    CONFIG.replace("[[ladder.access.flag]]", f"{REVIEW}\n[[ladder.access.flag]]")
    .replace('open = ["open to everyone"]', 'open = ["open to everyone"]\nwider = ["reaches more hands"]\nnice = ["is nice"]')
    .replace("%s\n", MORE)
)
WORDS = "The Gadget reaches more hands in most of the countries that we serve"
CHECKED = "An official text may change this answer; a person is checking it"
ASKED = "A person was asked whether an official text changes the answer"
START = day("06-01")


def cloud(web: Web, since: str, *titles: str) -> Web:
    at = "Tue, 02 Jun 2026 09:00:00 GMT"
    items = "".join(item(title, link=f"https://cloud.example/{number}", at=at) for number, title in enumerate(titles))
    return web.says("https://cloud.example/feed.xml", since, FEED % items)


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """Nothing until noon, then the text; the next day the same words by a partner, dated anew."""
    web = cloud(Web(tmp_path / "world").feed("2026-05-01"), "2026-05-01")
    web.feed("2026-06-01T12:00:00Z", item(WORDS))
    return cloud(web, "2026-06-02T10:00:00Z", WORDS, f"{WORDS}, too")


@pytest.fixture
def watch(web: Web, store: Store, tmp_path: Path) -> Watch:
    return Watch(TEXT, tmp_path, web.folder, store)


def undecided(store: Store) -> list[str]:
    with store.reading() as tx:
        return [text.quotes[0].text for text in tx.verdicts.all_latest()["gadget"].undecided]


def test_the_operator_is_told_at_once_and_once_however_many_copies(watch: Watch, store: Store) -> None:
    watch.run(hourly(START, 40))

    (asked,) = [mail for mail in watch.mails("operator") if "To decide" in str(mail["Subject"])]
    assert asked["Date"].datetime == day("06-01 12:00"), "no waiting for more news"
    text = asked.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert WORDS in " ".join(text.replace(">", " ").split())
    assert "watcher review 1 --claim open" in " ".join(text.split())
    assert not [subject for subject in watch.subjects("reader") if "To decide" in subject], "readers are not asked"
    assert undecided(store) == [WORDS]


def test_readers_see_it_on_the_page_in_digests_and_through_every_interface(web: Web, store: Store, tmp_path: Path) -> None:
    web.feed("2026-06-03T10:00:00Z", item(WORDS), item("The Gadget is open to everyone", at="Wed, 03 Jun 2026 09:00:00 GMT"))
    watch = Watch(TEXT, tmp_path, web.folder, store)
    watch.run(hourly(START, 72))

    for path, below in (("/", 'id="latest"'), ("/signals/gadget", 'id="stands"'), ("/cards/gadget", "</main>")):
        beside = re.sub(r"<[^>]+>", "", watch.page(path).text.partition(below)[0])
        assert CHECKED in beside, f"{path}: beside the answer, not in the story alone"
    assert WORDS in watch.page("/signals/gadget").text.partition('id="stands"')[0]
    assert "https://lab.example/The-Gadget-reaches" in watch.page("/signals/gadget").text
    (text,) = watch.page("/api/v1/signals/gadget").json()["undecided"]
    assert (text["track"], text["may_say"], text["evidence"][0]["quote"]) == ("it", "open", WORDS)
    assert text["evidence"][0]["sha256"], "the stored document proves it"
    assert "a text is being checked" in watch.page("/badges/gadget.json").json()["message"]
    assert 'watcher_undecided{signal="gadget"} 1.0' in watch.page("/metrics").text
    assert ASKED in watch.page("/feeds/gadget.atom").text
    assert ASKED in watch.page("/stories/gadget").text, "as it was on its day, and true for ever"
    assert CHECKED not in watch.page("/stories/gadget").text
    stands = Assistant(watch.config, store).where_it_stands("gadget")
    assert [one.evidence[0].quote for one in stands.undecided] == [WORDS]
    news = watch.mails("reader")[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert watch.subjects("reader")[-1] == "Gadget: Yes. Open (provisional)"
    assert "a person was asked on " in " ".join(news.split())


def test_a_partners_text_is_called_no_official_one_anywhere(store: Store, tmp_path: Path) -> None:
    web = cloud(cloud(Web(tmp_path / "world").feed("2026-05-01"), "2026-05-01"), "2026-06-02T10:00:00Z", WORDS)
    watch = Watch(TEXT, tmp_path, web.folder, store)
    watch.run(hourly(START, 40))

    assert undecided(store) == [WORDS]
    for path in ("/", "/signals/gadget", "/cards/gadget", "/feeds/gadget.atom"):
        shown = " ".join(re.sub(r"<[^>]+>", "", unescape(watch.page(path).text)).split())
        fed = "A person was asked whether a text of a partner changes the answer"
        assert (fed if "feeds" in path else "A text of a partner may change this answer; a person is checking it") in shown, path
        assert "official text" not in shown, path
    (asked,) = [mail for mail in watch.mails("operator") if "To decide" in str(mail["Subject"])]
    assert "A text of a partner waits for you" in asked.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    with store.reading() as tx:
        (text,) = tx.undecided.of()
    assert "1: a text of a partner may change it (open)" in undecided_words(text)


def test_several_texts_are_counted(store: Store, tmp_path: Path) -> None:
    web = cloud(Web(tmp_path / "world").feed("2026-05-01"), "2026-05-01")
    web.feed("2026-06-01T12:00:00Z", item(WORDS))
    cloud(web, "2026-06-02T10:00:00Z", "The Gadget reaches more hands in Iceland")
    watch = Watch(TEXT, tmp_path, web.folder, store)
    watch.run(hourly(START, 40))

    assert len(undecided(store)) == 2
    assert "2 texts may change this answer</a>; a person is checking them." in watch.page("/").text


def test_a_past_day_shows_what_was_open_then(watch: Watch) -> None:
    watch.run(hourly(START, 40))

    early, later = (re.sub(r"<[^>]+>", "", watch.page(f"/?as_of=2026-06-01T{at}:00:00Z").text) for at in ("06", "20"))
    assert CHECKED not in early
    assert CHECKED in later


def test_old_words_ask_nobody_at_the_first_look_and_never_later(store: Store, tmp_path: Path) -> None:
    web = cloud(Web(tmp_path / "world"), "2026-05-01")
    web.feed("2026-05-01", item(WORDS, at="Fri, 01 May 2026 12:00:00 GMT"))
    web.feed("2026-06-02T00:00:00Z", item(WORDS, link="https://lab.example/moved", at="Tue, 02 Jun 2026 00:00:00 GMT"))
    watch = Watch(TEXT, tmp_path, web.folder, store)

    watch.run(hourly(START, 40))

    assert undecided(store) == []
    assert watch.subjects("operator") == ["Policy Signal Watch: the watch has started, 1 signal"]


def test_recent_words_are_asked_about_at_the_first_look(store: Store, tmp_path: Path) -> None:
    web = cloud(Web(tmp_path / "world").feed("2026-05-01", item(WORDS, at="Sun, 31 May 2026 12:00:00 GMT")), "2026-05-01")
    watch = Watch(TEXT, tmp_path, web.folder, store)

    watch.run(hourly(START, 2))

    assert undecided(store) == [WORDS]
    assert len(watch.mails("operator")) == 2
    started = watch.mails("reader")[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Being checked" in started


def test_news_that_may_say_nothing_is_listed_and_asks_nobody(store: Store, tmp_path: Path) -> None:
    web = cloud(Web(tmp_path / "world").feed("2026-06-01", item("The Gadget is nice")), "2026-05-01")
    watch = Watch(TEXT, tmp_path, web.folder, store)
    watch.run(hourly(START, 14))

    assert undecided(store) == []
    assert "For a person to read" in watch.page("/log").text


def test_a_text_is_not_asked_about_where_the_answer_says_it_already(store: Store, tmp_path: Path) -> None:
    said = "The Gadget is open to everyone"
    web = cloud(Web(tmp_path / "world").feed("2026-05-01"), "2026-05-01")
    web.feed("2026-06-01T06:00:00Z", item(said, at="Mon, 01 Jun 2026 05:00:00 GMT"))
    cloud(web, "2026-06-02T10:00:00Z", f"{said} in our cloud, where it runs on servers of our own")
    web.feed("2026-06-02T12:00:00Z", item(WORDS, at="Tue, 02 Jun 2026 11:00:00 GMT"))
    watch = Watch(TEXT, tmp_path, web.folder, store)
    watch.run(hourly(START, 40))

    assert watch.page("/api/v1/signals/gadget").json()["tracks"][0]["standing"] == "confirmed"
    assert undecided(store) == []
    assert not [subject for subject in watch.subjects("operator") if "To decide" in subject]


def test_a_cut_off_message_is_delivered_later_and_not_twice(watch: Watch, store: Store) -> None:
    """The question and its message are one transaction: a cycle that ends before delivering loses nothing."""
    watch.run(hourly(START, 11))
    with store.reading() as tx:
        before = len(tx.digests.of("undecided"))
    watch.changes["deliver"] = nothing
    watch.run([day("06-01 12:00")])
    with store.reading() as tx:
        assert (before, len(tx.digests.of("undecided"))) == (0, 1)
    del watch.changes["deliver"]
    watch.run(hourly(day("06-01 12:00"), 3))

    assert len([subject for subject in watch.subjects("operator") if "To decide" in subject]) == 1


async def nothing(_now: Any) -> Counts:
    """A process that was killed before it could deliver."""
    await asyncio.sleep(0)
    return Counts()


def test_replaying_says_the_same(watch: Watch, store: Store) -> None:
    watch.run(hourly(START, 40))
    with store.reading() as tx:
        record = history_of(tx, watch.config.signals[0], rehearsed=True)
    assert record is not None

    again = replay(watch.config.signals[0], record)

    assert [one.evidence[0].text for one in again if one.kind == "undecided"] == [WORDS]
    assert differences(record.told, again) == []


def test_a_rehearsal_shows_it_as_a_kind_of_its_own_and_counts(web: Web, tmp_path: Path) -> None:
    (tmp_path / "signals.toml").write_text(TEXT, "utf-8")
    span = ("--from", "2026-06-01", "--to", "2026-06-03", "--step", "1h", "--config", str(tmp_path / "signals.toml"))

    said = watcher("rehearse", str(web.folder), *span, "--json")

    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["kind"] for line in lines] == ["baseline", "undecided"]
    assert lines[1]["headline"] == lines[0]["headline"], "the answer stays"
    assert lines[1]["evidence"][0]["quote"] == WORDS
    assert ", 1 text undecided" in said.err


def test_the_weekly_note_counts_no_question_as_a_change(watch: Watch, store: Store) -> None:
    watch.run(hourly(START, 40))
    signals = {signal.id: signal for signal in watch.config.signals}
    (note,) = send_reminders(store, (), signals, now=START + timedelta(days=7, hours=9), zone=UTC)

    assert note.told == ()
    assert [len(verdict.undecided) for verdict in note.verdicts] == [1]
