"""What the story of 2026 did not have: passages, retractions, a new evaluation, general availability of the name."""

from __future__ import annotations

import copy
import html
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import day
from tests.rehearsals import ROOT, SHARED, STORY, alone, rehearsed
from watcher.config.build import load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (STORY / "world.jsonl").exists(), reason="the story of 2026 lies in ../shared, which is not here"),
]

CONFIG = load(ROOT / "signals.toml", {})
BILL = "https://www.govinfo.gov/bulkdata/BILLSTATUS/119/hr/BILLSTATUS-119hr2683.xml"
MENU = "https://www.senate.gov/legislative/LIS/roll_call_lists/vote_menu_119_2.xml"
VOTE = "https://www.senate.gov/legislative/LIS/roll_call_votes/vote1192/vote_119_2_00251.xml"
NEWS = "https://www.nist.gov/news-events/news/rss.xml"
NOTES = "https://platform.claude.com/docs/en/release-notes/feed.xml"
CLOUD = "https://aws.amazon.com/about-aws/whats-new/recent/feed/"
Line = dict[str, Any]


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The makers of documents that come with the story."""
    monkeypatch.syspath_prepend(str(SHARED / "world"))
    sys.modules.pop("billstatus", None)
    import billstatus  # noqa: PLC0415 - lies in ../shared

    return billstatus


def says(url: str, since: str, body: str, kind: str = "application/xml") -> Line:
    return {"url": url, "from": since, "headers": {"Content-Type": kind}, "body": body}


def story() -> list[Line]:
    return [json.loads(line) for line in (STORY / "world.jsonl").read_text("utf-8").splitlines()]


def with_item(url: str, since: str, block: str, first: str = "<item>") -> list[Line]:
    """The versions of a feed from a moment on, each with one item more at its top."""
    versions = [line for line in story() if line["url"] == url]
    held = [line for line in versions if line["from"] <= since][-1]
    return [
        says(
            url,
            max(since, line["from"]),
            (STORY / line["file"]).read_text("utf-8").replace(first, block + first, 1),
            line["headers"]["Content-Type"],
        )
        for line in [held, *(line for line in versions if line["from"] > since)]
    ]


def told(tmp_path: Path, signal: str, lines: list[Line], start: str, end: str) -> list[tuple[str, str, str, str]]:
    """(moment, kind, to, standing) of what moves."""
    folder = tmp_path / "world"
    folder.mkdir()
    for name in ("site", "captures", "records"):
        (folder / name).symlink_to(STORY / name)
    (folder / "world.jsonl").write_text(
        (STORY / "world.jsonl").read_text("utf-8") + "".join(json.dumps(line) + "\n" for line in lines), "utf-8"
    )
    said, _ = rehearsed(alone(CONFIG, signal), folder, tmp_path, start=start, end=end, step=timedelta(hours=6))
    tmp_path.joinpath("said.json").write_text(json.dumps(said), "utf-8")
    return [
        (line["at"][5:13], line["kind"], line["to"], line["standing"])
        for line in said
        if line["track"] and line["kind"] not in {"flag", "detail"}
    ]


def last(tmp_path: Path) -> Line:
    said: list[Line] = json.loads(tmp_path.joinpath("said.json").read_text("utf-8"))
    return [line for line in said if line["track"]][-1]


def record() -> Line:
    found: Line = json.loads((STORY / "records" / "119-hr-2683.json").read_text("utf-8"))
    return found


def after(bill: Line, *rows: Line) -> Line:
    changed = copy.deepcopy(bill)
    changed["actions"] = [*rows, *changed["actions"]]
    return changed


def senate(text: str, *, on: str = "2026-09-22", kind: str = "Floor") -> Line:
    return {"actionDate": on, "text": text, "type": kind, "sourceSystem": {"name": "Senate"}}


def library(text: str, code: str, *, on: str = "2026-09-22") -> Line:
    return {
        "actionDate": on,
        "text": text,
        "type": "Floor",
        "actionCode": code,
        "sourceSystem": {"code": 9, "name": "Library of Congress"},
    }


CONSENT = "Passed Senate without amendment by Unanimous Consent."
DISCHARGED = "Senate Committee on Banking, Housing, and Urban Affairs discharged by Unanimous Consent."


def test_a_passage_by_consent_is_provisional_until_the_coded_row_comes(forms: Any, tmp_path: Path) -> None:
    passed = after(record(), senate(CONSENT), senate(DISCHARGED, kind="Discharge"))
    coded = after(passed, library("Passed/agreed to in Senate: " + CONSENT, "17000"))
    law = after(
        coded,
        library("Became Public Law No: 119-150.", "36000", on="2026-10-06"),
        library("Presented to President.", "28000", on="2026-10-01"),
    )
    law["laws"] = [{"type": "Public Law", "number": "119-150"}]
    lines = [
        says(BILL, "2026-09-23T03:00:00Z", forms.bill_status_xml(passed, day("2026-09-23"))),
        says(BILL, "2026-09-24T05:00:00Z", forms.bill_status_xml(coded, day("2026-09-25"))),
        says(BILL, "2026-10-07T05:00:00Z", forms.bill_status_xml(law, day("2026-10-08"))),
    ]

    assert told(tmp_path, "senate-vote", lines, "2026-09-18", "2026-10-09") == [
        ("09-23T06", "advance", "senate_passed", "provisional"),
        ("09-24T06", "raised", "senate_passed", "confirmed"),
        ("10-07T06", "advance", "enacted", "confirmed"),
    ]
    assert last(tmp_path)["details"]["how"] == "unanimous_consent"
    assert "tally" not in last(tmp_path)["details"], "a consent has no tally"


def test_a_passage_that_vanishes_from_the_record_is_corrected_after_two_readings(forms: Any, tmp_path: Path) -> None:
    lines = [
        says(BILL, "2026-09-23T03:00:00Z", forms.bill_status_xml(after(record(), senate(CONSENT)), day("2026-09-23"))),
        says(
            BILL, "2026-09-25T03:00:00Z", forms.bill_status_xml(record(), day("2026-09-25"), update_date="2026-09-25T01:00:00Z")
        ),
    ]

    assert told(tmp_path, "senate-vote", lines, "2026-09-18", "2026-09-28") == [
        ("09-23T06", "advance", "senate_passed", "provisional"),
        ("09-25T12", "correction", "in_senate_committee", "confirmed"),
    ]


def test_a_roll_call_is_told_from_the_votes_and_confirmed_by_the_record(forms: Any, tmp_path: Path) -> None:
    facts = json.loads((STORY / "facts" / "senate_votes.json").read_text("utf-8"))
    vote = {
        "number": 251,
        "date": "2026-09-22",
        "time": "05:10 PM",
        "issue": "H.R. 2683",
        "question": "On Passage of the Bill",
        "result": "Passed",
    }
    facts["votes"].append({**vote, "vote_result": "Bill Passed", "yeas": 60, "nays": 40, "title": "H.R. 2683, As Amended"})
    words = "Passed Senate with an amendment by Yea-Nay Vote. 60 - 40. Record Vote Number: 251."
    passed = after(record(), senate(words))
    lines = [
        says(MENU, "2026-09-22T21:40:00Z", forms.vote_menu_xml(facts, day("2026-09-30"))),
        says(VOTE, "2026-09-22T21:40:00Z", forms.vote_xml(facts, 251)),
        says(BILL, "2026-09-24T05:00:00Z", forms.bill_status_xml(passed, day("2026-09-25"))),
        says(
            BILL,
            "2026-09-25T05:00:00Z",
            forms.bill_status_xml(after(passed, library("Passed/agreed to in Senate: " + words, "17000")), day("2026-09-26")),
        ),
    ]

    assert told(tmp_path, "senate-vote", lines, "2026-09-18", "2026-09-28") == [
        ("09-23T00", "advance", "senate_passed", "provisional"),
        ("09-24T06", "raised", "senate_passed", "confirmed"),
    ]
    flag = last(tmp_path)
    assert (flag["kind"], flag["to"]) == ("flag", "text_unchecked"), "an amended passage is to be read"


def test_an_evaluation_under_the_new_name_is_told_with_its_measured_gap(tmp_path: Path) -> None:
    where = "https://www.nist.gov/news-events/news/2026/10/caissi-assessment-alibabas-qwen-4"
    title = "CAISSI Assessment of Alibaba's Qwen 4"
    text = "Under common jailbreaking techniques, Qwen 4 complied with 41% of malicious requests, compared with 6% for U.S. reference models."
    page = (
        f"<html><head><title>{title} | NIST</title></head><body><main><article><h1>{title}</h1>"
        f'<time datetime="2026-10-20T14:00:00Z">October 20, 2026</time><div class="text-with-summary"><p>{text}</p></div>'
        "<div>Released October 20, 2026</div></article></main></body></html>"
    )
    item = (
        f"<item><title>{html.escape(html.escape(title))}</title><link>{where}</link><description>New.</description>"
        f'<pubDate>Tue, 20 Oct 2026 10:00:00 -0400</pubDate><guid isPermaLink="true">{where}</guid></item>'
    )
    lines = [says(where, "2026-10-20T14:00:00Z", page, "text/html"), *with_item(NEWS, "2026-10-20T14:05:00Z", item)]

    assert told(tmp_path, "caisi-evaluation", lines, "2026-10-16", "2026-10-28") == [
        ("10-20T18", "next", "published", "confirmed")
    ]
    line = last(tmp_path)
    assert (line["outcome"], line["figures"]["gap"]) == ("narrowed", "41 % against 6 %")


def test_the_name_is_available_when_the_maker_says_so_and_a_cloud_agrees(tmp_path: Path) -> None:
    anchor = "https://platform.claude.com/docs/en/release-notes/overview#october-22-2026"
    note = "&lt;ul&gt;&lt;li&gt;We've launched Claude Mythos 5.3. It is generally available to all customers on the Claude API.&lt;/li&gt;&lt;/ul&gt;"
    launched = (
        f"<item><title>October 22, 2026</title><link>{anchor}</link><guid>{anchor}</guid>"
        f"<pubDate>Thu, 22 Oct 2026 00:00:00 GMT</pubDate><description>{note}</description></item>"
    )
    cloud = (
        "<item><title>Claude Mythos 5.3 is now generally available in Amazon Bedrock</title><guid>abc</guid>"
        "<link>https://aws.amazon.com/about-aws/whats-new/2026/10/claude-mythos-5-3/</link><pubDate>Fri, 23 Oct 2026 15:00:00 +0000</pubDate></item>"
    )
    lines = [*with_item(NOTES, "2026-10-22T17:00:00Z", launched), *with_item(CLOUD, "2026-10-23T15:05:00Z", cloud)]

    assert told(tmp_path, "mythos-ga", lines, "2026-10-18", "2026-10-26") == [
        ("10-22T18", "advance", "available", "provisional"),
        ("10-23T18", "raised", "available", "confirmed"),
    ]
    assert last(tmp_path)["headline"] == "mythos_ga"
