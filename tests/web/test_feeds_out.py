"""What feed readers, calendars, badges and programs get."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from icalendar import Calendar
from PIL import Image

from tests.web.conftest import Site
from tests.web.story import CAISI, MYTHOS, NOW, SENATE, Shown, history, said, transition, verdicts, view
from watcher.core.model import Change, Detail, Standing
from watcher.web import badge, feeds_out

ATOM = "{http://www.w3.org/2005/Atom}"
NAMES = ("all", "senate-vote", "mythos-ga", "caisi-evaluation")
CONTROL = "a\x00b\x0bc\x1fd\ud800e\uffff <script>&amp;"


@pytest.mark.parametrize("name", NAMES)
def test_atom_has_all_that_rfc_4287_asks_for(site: Site, name: str) -> None:
    body = site.get(f"/feeds/{name}.atom").content
    root = ET.fromstring(body)  # noqa: S314 - our own output
    for holder in (root, *root.findall(f"{ATOM}entry")):
        for needed in ("id", "title", "updated"):
            assert len(holder.findall(ATOM + needed)) == 1
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == f"https://watch.example.org/feeds/{name}.atom"
    read = feedparser.parse(io.BytesIO(body))
    assert not read.bozo
    assert read.version == "atom10"


def test_an_entry_tells_the_change_with_its_proof(site: Site) -> None:
    read = feedparser.parse(io.BytesIO(site.get("/feeds/mythos-ga.atom").content))
    titles = [entry.title for entry in read.entries]
    assert titles == [
        "General availability of Mythos: Name: Claude Fable 5.2; Price: $8/$40",
        "General availability of Mythos: Open to all, under another name",
    ]
    entry = read.entries[1]
    assert entry.link == "https://watch.example.org/stories/mythos-ga#change-2"
    assert "It happened on 1 July 2026 and was seen on 1 July 2026, 20:00 UTC." in entry.content[0].value
    assert "We&#x27;ve restored access" in entry.content[0].value or "We've restored access" in entry.content[0].value
    assert [link.href for link in entry.links if link.rel == "via"] == [
        "https://platform.claude.com/docs/en/release-notes/overview#july-1-2026"
    ]


def test_an_entry_says_no_more_of_a_day_than_is_known() -> None:
    step = replace(history()[0], effective_at=NOW - timedelta(days=3), at=NOW - timedelta(days=1))

    def told(**changes: Any) -> str:
        return feeds_out.items_of(view(history=(replace(step, **changes),)), "all")[0].text

    day = "21 November 2026, 09:30 UTC and was seen on 23 November 2026, 09:30 UTC."
    assert f"It was reported on {day}" in told(kind=Change.ADVANCE, standing=Standing.REPORTED)
    flag = told(kind=Change.FLAG, title="A page is gone", event="https://lab.example/")
    assert f"It has been so since {day}" in flag
    assert "published" not in flag
    assert "\nIt was seen on 23 November 2026, 09:30 UTC.\n" in told(kind=Change.DETAIL, reason="version: 5")
    dated = said("anthropic.com", "Version 5", when="2026-11-22")
    assert "\nIt was published on 22 November 2026 and was seen on 23 November 2026, 09:30 UTC.\n" in told(
        kind=Change.DETAIL, reason="version: 5", evidence=(dated,)
    )
    assert "The answer after that: " in told(kind=Change.ADVANCE)
    first = told(kind=Change.BASELINE, track="", after="hr2683: not_yet_in_senate", effective_at=None, headline_label="No vote")
    assert first == "The first report: No vote.\nIt was seen on 23 November 2026, 09:30 UTC."


def test_the_id_of_a_change_stays_whatever_its_number_and_address() -> None:
    here = [item.id for item in feeds_out.items_of(view(), "all")]
    moved = view(history=tuple(replace(item, id=item.id + 700) for item in history()))
    assert [item.id for item in feeds_out.items_of(moved, "all")] == here
    assert len(set(here)) == len(here)
    assert all(name.startswith("tag:watch.example.org,2026-05-14:") for name in here)


def test_only_the_newest_fifty_are_kept_newest_first() -> None:
    many = tuple(transition(SENATE, n, "hr2683", Change.DETAIL, "a", "b", "2026-01-13", reason=str(n)) for n in range(80))
    told = tuple(replace(item, at=item.at + timedelta(hours=item.id)) for item in many)
    items = feeds_out.items_of(view(history=told), "all")
    assert len(items) == 50
    assert items[0].at > items[-1].at


def test_json_feed_is_version_1_1(site: Site) -> None:
    feed = site.get("/feeds/caisi-evaluation.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://watch.example.org/feeds/caisi-evaluation.json"
    (item,) = feed["items"]
    assert item["title"].endswith("GLM-5.3 Cyber Capabilities")
    assert item["url"] == "https://watch.example.org/stories/caisi-evaluation#change-3"
    assert item["external_url"].startswith("https://www.nist.gov/")
    assert item["date_published"] == "2026-09-17T20:00:00Z"
    assert set(item) >= {"id", "content_text", "content_html", "tags"}


@pytest.mark.parametrize("name", NAMES)
def test_a_calendar_is_read_by_calendars(site: Site, name: str) -> None:
    body = site.get(f"/feeds/{name}.ics").content
    assert body.count(b"\n") == body.count(b"\r\n")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    events = Calendar.from_ical(body).walk("VEVENT")
    assert len({str(event["UID"]) for event in events}) == len(events)
    for event in events:
        assert isinstance(event.decoded("DTSTART"), date)
        assert event["DTSTART"].params["VALUE"] == "DATE"
        assert event.decoded("DTSTAMP")


def test_a_deadline_stands_in_the_calendar(site: Site) -> None:
    events = Calendar.from_ical(site.get("/feeds/senate-vote.ics").content).walk("VEVENT")
    ends = next(event for event in events if "Congress ends" in event["SUMMARY"])
    assert ends.decoded("DTSTART") == date(2027, 1, 3)
    assert str(ends["UID"]) == "senate-vote-end@watch.example.org"


def test_the_sequence_of_a_date_rises_with_news_and_rests_without() -> None:
    def sequence(shown: object) -> int:
        events = Calendar.from_ical(feeds_out.calendar(shown, "senate-vote")).walk("VEVENT")  # type: ignore[arg-type]
        return next(int(event["SEQUENCE"]) for event in events if "Congress ends" in event["SUMMARY"])

    news = transition(SENATE, 9, "hr2683", Change.ADVANCE, "in_senate_committee", "senate_passed", "2026-11-23")
    assert sequence(view()) == sequence(view(as_of=NOW + timedelta(days=1)))
    assert sequence(view(history=(*history(), news))) > sequence(view())


def test_signs_that_xml_and_calendars_cannot_carry_are_left_out() -> None:
    bad = tuple(
        replace(item, title=CONTROL, reason=CONTROL, evidence=(said("nist.gov", CONTROL, title=CONTROL),)) for item in history()
    )
    shown = view(history=bad, title=CONTROL)
    ET.fromstring(feeds_out.atom(shown, "all"))  # noqa: S314 - our own output
    json.loads(feeds_out.json_feed(shown, "all"))
    Calendar.from_ical(feeds_out.calendar(shown, "all"))
    assert b"\x00" not in feeds_out.calendar(shown, "all")
    assert "\x0b" not in feeds_out.atom(shown, "all")


def test_feeds_without_an_address_of_their_own_leave_links_out() -> None:
    shown = view(base_url="")
    read = feedparser.parse(io.BytesIO(feeds_out.atom(shown, "all").encode()))
    assert not read.bozo
    assert all(entry.id.startswith("tag:policy-signal-watch.invalid,") for entry in read.entries)
    assert "home_page_url" not in json.loads(feeds_out.json_feed(shown, "all"))


def test_a_quiet_watch_has_valid_feeds() -> None:
    shown = view(history=())
    assert feedparser.parse(io.BytesIO(feeds_out.atom(shown, "all").encode())).feed.updated == "2026-05-14T00:00:00Z"
    assert json.loads(feeds_out.json_feed(shown, "all"))["items"] == []


@pytest.mark.parametrize(
    ("signal", "message", "colour"),
    [
        ("senate-vote", "◐ Not yet. Both bills are with the Senate Banking Committee", "8a5a00"),
        ("mythos-ga", "✓ The class is open to all as Claude Fable 5.2", "0f6a3b"),
        ("caisi-evaluation", "Three since May, none of which measured the gap (cannot see since 2026-11-21)", "5b6470"),
    ],
)
def test_a_badge_says_where_a_signal_stands(site: Site, signal: str, message: str, colour: str) -> None:
    said_badge = site.get(f"/badges/{signal}.json").json()
    assert said_badge == {
        "schemaVersion": 1,
        "label": view().signal(signal).title,
        "message": message,
        "color": colour,
        "cacheSeconds": 300,
    }
    drawn = site.get(f"/badges/{signal}.svg").text
    assert message in drawn
    assert f'fill="#{colour}"' in drawn
    ET.fromstring(drawn)  # noqa: S314 - our own output


def test_a_badge_without_a_verdict_says_not_yet_known() -> None:
    assert badge.badge_json(view(verdicts={}), "senate-vote")["message"] == "not yet known"


def test_a_badge_that_cannot_hold_an_answer_tells_its_sentence_whole() -> None:
    held = verdicts()["caisi-evaluation"]
    long = replace(
        held, headline_label="The latest is " + "a long title " * 5, sentence="Three papers since May; none measured it."
    )
    said = badge.badge_json(view(verdicts={"caisi-evaluation": replace(long, blind=())}), "caisi-evaluation")["message"]
    assert "Three papers since May" in str(said)
    assert "…" not in str(said)


def test_the_api_gives_every_quote_with_its_hash(site: Site) -> None:
    signal = site.get("/api/v1/signals/senate-vote").json()
    assert signal["answer"] == "Not yet. Both bills are with the Senate Banking Committee"
    assert signal["standing"] == "provisional"
    assert [track["status"] for track in signal["tracks"]] == ["in_senate_committee", "in_senate_committee"]
    (quote,) = signal["tracks"][0]["evidence"]
    assert quote["quote"].startswith("Received in the Senate")
    assert len(quote["sha256"]) == 64
    assert signal["cannot_see_since"] is None
    assert site.get("/api/v1/signals/caisi-evaluation").json()["cannot_see_since"] == "2026-11-21T08:00:00Z"


def test_what_was_not_measured_is_null_and_not_nought(site: Site) -> None:
    firefox = site.get("/api/v1/signals/mythos-ga").json()["figures"][0]
    assert firefox["series"][-1] == ["2026-10", None]
    assert firefox["series"][15] == ["2026-04", 19.7]


def test_programs_get_both_halves_of_an_answer(site: Site) -> None:
    assert site.get("/api/v1/signals/mythos-ga").json()["sentence"] == "Its 20 times was 8.5 times in September 2026."


def test_programs_learn_which_steps_of_the_way_the_press_alone_has_told() -> None:
    held = verdicts()["mythos-ga"]
    way = held.tracks[0].path
    told = replace(held, tracks=(replace(held.tracks[0], reported=way[:1]), *held.tracks[1:]))
    site = Site(Shown(view(verdicts={**verdicts(), "mythos-ga": told})))
    first, *others = site.get("/api/v1/signals/mythos-ga").json()["tracks"][0]["path"]
    assert (first["status"], first["reported"]) == (way[0][0], True)
    assert [step["reported"] for step in others] == [False] * (len(way) - 1)
    described = site.get("/api/v1/openapi.json").json()["components"]["schemas"]["StepOut"]
    assert "reported" in described["required"]
    assert "press alone" in described["properties"]["reported"]["description"]


def test_programs_and_the_page_learn_what_holds_beside_what_was_stated_last() -> None:
    spoken = Detail("access_model", "Access", {"invitation": "by invitation", "product": "inside a product"}, beside=True)
    named, *others = MYTHOS.tracks
    ladder = replace(named.ladder, details=(spoken,), attributes=("access_model",))
    signal = replace(MYTHOS, tracks=(replace(named, ladder=ladder), *others))
    held = verdicts()["mythos-ga"]
    both = replace(held.tracks[0], details={"access_model": "product"}, beside={"access_model": ("invitation",)})
    for track, words in ((both, "; stated before and not taken back: by invitation"), (replace(both, beside={}), "")):
        stood = replace(held, tracks=(track, *held.tracks[1:]))
        site = Site(Shown(view(signals=(signal,), verdicts={"mythos-ga": stood})))
        first = site.get("/api/v1/signals/mythos-ga").json()["tracks"][0]
        assert first["details"] == {"access_model": "product"}
        assert first["beside"] == ({"access_model": ["invitation"]} if words else {})
        assert f"<dt>Access</dt><dd>inside a product{words}</dd>" in site.get("/signals/mythos-ga").text


def test_the_history_is_newest_first_and_bounded(site: Site) -> None:
    changes = site.get("/api/v1/history?limit=2").json()["changes"]
    assert [change["id"] for change in changes] == [4, 3]
    assert len(site.get("/api/v1/history").json()["changes"]) == 4


def test_the_api_answers_for_the_past(site: Site) -> None:
    assert site.get("/api/v1/signals?as_of=2026-06-13").json()["as_of"] == "2026-06-13T23:59:59Z"


def test_the_sources_tell_their_health(site: Site) -> None:
    sources = {source["id"]: source for source in site.get("/api/v1/sources").json()["sources"]}
    assert sources["aws-news"]["outcome"] == "blocked"
    assert sources["aws-news"]["error"] == "403, a human check"
    assert sources["release-notes"]["essential"] is True


def test_the_description_of_the_api_is_complete(site: Site) -> None:
    described = site.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    lists = {"/api/v1/signals", "/api/v1/history", "/api/v1/sources"}
    assert set(described["paths"]) == lists | {"/api/v1/signals/{name}", "/api/v1/record"}
    assert described["servers"] == [{"url": "https://watch.example.org"}]
    for path in described["paths"].values():
        assert path["get"]["summary"]
        assert "as_of" in {parameter["name"] for parameter in path["get"]["parameters"]}
        assert "$ref" in path["get"]["responses"]["200"]["content"]["application/json"]["schema"]


def test_the_picture_for_shared_links_says_the_standing(site: Site) -> None:
    for name in NAMES:
        body = site.get(f"/og/{name}.png").content
        assert body.startswith(b"\x89PNG")
        assert len(body) < 60_000
        assert Image.open(io.BytesIO(body)).size == (1200, 630)

    def said_on(name: str, **changes: object) -> str:
        return " ".join(line.text for line in badge.lines_of(view(**changes), name))

    assert "Cannot see since 21 November 2026" in said_on("caisi-evaluation")
    assert "Provisional, since 13 January 2026" in said_on("senate-vote")
    assert "Not yet known" in said_on("senate-vote", verdicts={})
    assert SENATE.title in said_on("all")


def test_the_picture_leaves_out_what_its_font_has_not() -> None:
    assert badge.carried("Z.ai\u2019s GLM \u2014 94 % \u00d7 2\u2026 caf\u00e9 \u667a") == "Z.ai\u2019s GLM - 94 % x 2... cafe "


def test_a_signal_without_a_verdict_has_an_api_answer() -> None:
    site = Site(Shown(view(verdicts={key: value for key, value in verdicts().items() if key != CAISI.id})))
    assert site.get("/api/v1/signals/caisi-evaluation").json()["headline"] == ""


@pytest.mark.parametrize("path", ["/stories/mythos-ga", "/feeds/all.atom", "/feeds/all.json", "/api/v1/history"])
def test_a_link_with_a_quote_mark_is_kept(path: str) -> None:
    quote = replace(said("anthropic.com", "Open to all."), url='https://anthropic.com/?q="mythos 6"&b=\'c')
    site = Site(Shown(view(history=tuple(replace(item, evidence=(quote,)) for item in history()))))
    body = unescape(site.get(path).text)
    assert "https://anthropic.com/?q=%22mythos%206%22&b='c" in body
