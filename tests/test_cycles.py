"""The cycles over small recorded worlds: what is seen, kept, told and not told."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals import rehearsed
from watcher.config.build import Config, load
from watcher.core.model import Verdict
from watcher.store.store import Store

HOUR = timedelta(hours=1)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Lab</title><link>https://lab.example/</link><description>d</description>
%s</channel></rss>"""
CONFIG = """
[watch]
group_wait = "10m"

[ladder.access]
[[ladder.access.status]]
id = "closed"
label = "Closed"
meaning = "Nobody can use it."
[[ladder.access.status]]
id = "open"
label = "Open"
meaning = "Everybody can use it."
confirm = 2
[[ladder.access.rule]]
id = "open"
status = "open"
by = ["official", "partner"]
says = { about = ["thing"], phrase = ["open"] }
[[ladder.access.flag]]
id = "page_gone"
label = "A page is gone"
meaning = "It was there."

[[signal]]
id = "gadget"
question = "Can everybody use the Gadget?"
[signal.vocabulary.things]
thing = ["Gadget"]
[signal.vocabulary.phrases]
open = ["open to everyone"]
[[signal.headline]]
id = "closed"
label = "Closed"
word = "No"
says = "Nobody can use the Gadget yet."
when = { it = "closed" }
[[signal.headline]]
id = "open"
label = "Open"
word = "Yes"
says = "Everybody can use the Gadget."
when = { it = "open" }
[[signal.track]]
id = "it"
ladder = "access"
[[signal.source]]
id = "news"
url = "https://lab.example/feed.xml"
format = "feed"
publisher = "lab.example"
tier = "official"
every = "1h"
grace = "6h"
essential = true
may_be_empty = true
%s
"""
FOLLOW = r"""
[[signal.source.follow]]
match = '^https://lab\.example/posts/'
format = "page"
every = "6h"
keep = "5d"
"""


def item(title: str, *, link: str = "", at: str = "Mon, 01 Jun 2026 12:00:00 GMT") -> str:
    where = link or f"https://lab.example/{title.replace(' ', '-')}"
    return f"<item><title>{title}</title><link>{where}</link><guid>{where}</guid><pubDate>{at}</pubDate></item>"


def page(text: str) -> str:
    return f"<html><head><title>Post</title></head><body><main><article><h1>Post</h1><p>{text}</p></article></main></body></html>"


class Web:
    """A small web: what each address says from when on."""

    def __init__(self, folder: Path, database: str = "", *, by_workers: bool = False) -> None:
        """`database`: of who watches it; a file of that one where none is named. `by_workers`: whether they do."""
        self.folder, self.database, self.by_workers, self.lines = folder, database, by_workers, []
        folder.mkdir()

    def says(self, url: str, since: str, body: str, *, status: int = 200, kind: str = "application/rss+xml") -> Web:
        self.lines.append({"url": url, "from": since, "status": status, "headers": {"Content-Type": kind}, "body": body})
        (self.folder / "world.jsonl").write_text("\n".join(json.dumps(line) for line in self.lines), "utf-8")
        return self

    def freeze(self, tag: str) -> Web:
        """Send the same ETag with whatever is said."""
        for line in self.lines:
            line["validators"], line["headers"]["ETag"] = "none", tag
        (self.folder / "world.jsonl").write_text("\n".join(json.dumps(line) for line in self.lines), "utf-8")
        return self

    def feed(self, since: str, *items: str, **changes: Any) -> Web:
        return self.says("https://lab.example/feed.xml", since, FEED % "".join(items), **changes)


@pytest.fixture(params=["sqlite", "postgresql", pytest.param("workers", marks=pytest.mark.slow)])
def web(request: pytest.FixtureRequest, tmp_path: Path) -> Web:
    """Watched by cycles on either database, and by the jobs of a worker."""
    url = request.getfixturevalue("url" if request.param == "sqlite" else "shared_url")
    return Web(tmp_path / "world", url, by_workers=request.param == "workers")


def config(tmp_path: Path, more: str = "") -> Config:
    (tmp_path / "signals.toml").write_text(CONFIG % more, "utf-8")
    return load(tmp_path / "signals.toml", {})


def told(
    web: Web, tmp_path: Path, more: str = "", *, end: str = "2026-06-03", step: timedelta = HOUR
) -> tuple[list[tuple[str, str, str]], Verdict]:
    lines, verdicts = rehearsed(
        config(tmp_path, more),
        web.folder,
        tmp_path,
        start="2026-06-01",
        end=end,
        step=step,
        url=web.database,
        by_workers=web.by_workers,
    )
    return [(line["at"][5:13], line["kind"], line["to"]) for line in lines], verdicts["gadget"]


def test_the_first_run_tells_where_it_stands_and_no_old_news(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("The Gadget is open to everyone", at="Fri, 01 May 2026 12:00:00 GMT"))

    lines, verdict = told(web, tmp_path)

    assert lines == [("06-01T00", "baseline", "it: open")]
    assert verdict.headline == "open"


@pytest.mark.parametrize("web", ["sqlite", "postgresql", "workers"], indirect=True)  # one that is not slow
def test_news_is_told_once_with_its_words_link_time_and_hash(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone"))

    lines, verdict = told(web, tmp_path)

    assert lines == [("06-01T00", "baseline", "it: closed"), ("06-01T12", "advance", "open")]
    (quote,) = verdict.tracks[0].evidence
    assert (quote.text, quote.url) == ("The Gadget is open to everyone", "https://lab.example/The-Gadget-is-open-to-everyone")
    assert quote.seen_at.hour == 12
    assert len(quote.document) == 64


def test_a_tag_that_never_changes_hides_news_for_a_day_at_most(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone")).freeze('"1"')

    lines, _ = told(web, tmp_path)

    assert [line[1:] for line in lines] == [("baseline", "it: closed"), ("advance", "open")]
    assert "06-01T12" <= lines[1][0] <= "06-02T13"


def test_a_source_goes_by_its_title_where_it_has_one(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("The Gadget is open to everyone")).feed("2026-06-01T06:00:00Z", status=503)

    lines, verdicts = rehearsed(
        config(tmp_path, 'title = "Lab: all news"'),
        web.folder,
        tmp_path,
        start="2026-06-01",
        end="2026-06-02",
        step=HOUR,
        url=web.database,
        by_workers=web.by_workers,
    )

    assert [line["title"] for line in lines[1:]] == ["Lab: all news: cannot see since 2026-06-01 05:00 UTC"]
    (blind,) = verdicts["gadget"].blind
    assert (blind.source, blind.name) == ("news", "Lab: all news")


def test_a_document_of_an_unexpected_shape_is_not_read_and_kept_for_the_operator(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("Other news")).feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone"))
    expect = '[signal.source.expect]\nwords = "other news"'

    lines, verdict = told(web, tmp_path, expect)

    assert [line[1:] for line in lines] == [("baseline", "it: closed"), ("flag", "blind")]
    assert (verdict.headline, verdict.blind[0].why) == ("closed", "nothing in it says “other news”")
    with Store.open(web.database) as store, store.reading() as tx:
        (source,) = tx.sources.health("gadget")
        assert source.outcome == "unexpected shape"
        body = (FEED % item("The Gadget is open to everyone")).encode()
        kept = tx.documents.get(sha256(body).hexdigest())
        assert kept is not None
        assert kept.body == body


FAULTS = [
    ("a refusal", {"status": 403}),
    ("an error", {"status": 500}),
    ("a page instead", {"kind": "text/html"}),
    ("nothing", {}),
    ("gone", {"status": 404}),
]


@pytest.mark.parametrize(("what", "changes"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_source_that_fails_changes_no_status_and_is_said_to_be_blind(
    what: str, changes: dict[str, Any], web: Web, tmp_path: Path
) -> None:
    web.feed("2026-05-01", item("The Gadget is open to everyone"))
    body = "" if what == "nothing" else "<html><title>Just a moment...</title><body>Checking your browser</body></html>"
    web.says("https://lab.example/feed.xml", "2026-06-01T06:00:00Z", body, **changes)
    web.feed("2026-06-02T06:00:00Z", item("The Gadget is open to everyone"))

    lines, verdict = told(web, tmp_path)

    assert [line[1:] for line in lines] == [("baseline", "it: open"), ("flag", "blind"), ("flag", "")]
    assert lines[1][0] in {"06-01T12", "06-01T13", "06-01T14", "06-01T15"}, "soon after its grace of six hours"
    assert lines[2][0] >= "06-02T06"
    assert (verdict.headline, verdict.cannot_see_since) == ("open", None)


def test_while_it_is_blind_the_last_status_stays_and_the_time_is_said(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("The Gadget is open to everyone")).feed("2026-06-01T06:00:00Z", status=503)

    _, verdict = told(web, tmp_path)

    assert verdict.headline == "open"
    assert verdict.cannot_see_since is not None
    assert verdict.cannot_see_since.isoformat() == "2026-06-01T05:00:00+00:00", "the last good reading"


def test_a_page_that_a_feed_names_is_read_in_the_same_moment(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("News", link="https://lab.example/posts/1"))
    web.says(
        "https://lab.example/posts/1",
        "2026-06-01T12:00:00Z",
        page("The Gadget is open to everyone from today."),
        kind="text/html",
    )

    lines, verdict = told(web, tmp_path, FOLLOW)

    assert lines[1:] == [("06-01T12", "advance", "open")]
    assert verdict.tracks[0].evidence[0].url == "https://lab.example/posts/1"


def test_a_page_that_vanishes_is_flagged_and_changes_nothing(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("News", link="https://lab.example/posts/1"))
    web.says(
        "https://lab.example/posts/1",
        "2026-06-01T12:00:00Z",
        page("The Gadget is open to everyone from today."),
        kind="text/html",
    )
    web.says(
        "https://lab.example/posts/1",
        "2026-06-02T00:00:00Z",
        "<html><title>Not found</title></html>",
        status=404,
        kind="text/html",
    )

    lines, verdict = told(web, tmp_path, FOLLOW, end="2026-06-05")

    assert [line[1:] for line in lines[1:]] == [("advance", "open"), ("flag", "page_gone")]
    assert lines[2][0] >= "06-03T00", "not before three polls over a day"
    assert verdict.headline == "open"


def test_a_page_that_never_was_there_is_let_go(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("News", link="https://lab.example/posts/none"))

    lines, verdict = told(web, tmp_path, FOLLOW, end="2026-06-05")

    assert lines == [("06-01T00", "baseline", "it: closed")]
    assert verdict.blind == ()


def test_an_edit_that_keeps_a_sentence_is_no_news_and_one_that_adds_one_is(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("Notes", link="https://lab.example/posts/1"))
    post = "https://lab.example/posts/1"
    web.says(post, "2026-05-01", page("The Gadget is nice."), kind="text/html")
    web.says(post, "2026-06-01T06:00:00Z", page("The Gadget is nice. Very nice."), kind="text/html")
    web.says(post, "2026-06-01T18:00:00Z", page("The Gadget is nice. Update: the Gadget is open to everyone."), kind="text/html")

    lines, _ = told(web, tmp_path, FOLLOW)

    assert lines[1:] == [("06-01T18", "advance", "open")]


BILL = """
[[signal]]
id = "bill"
question = "Has the Senate voted?"
[[signal.track]]
id = "bill"
ladder = "record"
[[signal.source]]
id = "record"
url = "https://record.example/list.json"
format = "json_list"
publisher = "record.example"
tier = "official"
every = "1h"
record = true
options = { list = "rows", key = "id", title = "text", facts = ["step"] }

[ladder.record]
[[ladder.record.status]]
id = "waiting"
label = "Waiting"
meaning = "No vote yet."
[[ladder.record.status]]
id = "passed"
label = "Passed"
meaning = "It was passed."
[[ladder.record.rule]]
id = "pass"
status = "passed"
when = { step = ["passed"] }
"""


def rows(*texts: str) -> str:
    return json.dumps({"rows": [{"id": text, "text": text, "step": text.split()[0]} for text in texts]})


def record(web: Web, tmp_path: Path, *, end: str = "2026-06-04") -> list[tuple[str, str, str]]:
    (tmp_path / "signals.toml").write_text(BILL, "utf-8")
    lines, _ = rehearsed(
        load(tmp_path / "signals.toml", {}),
        web.folder,
        tmp_path,
        start="2026-06-01",
        end=end,
        step=HOUR,
        url=web.database,
        by_workers=web.by_workers,
    )
    return [(line["at"][5:13], line["kind"], line["to"]) for line in lines]


URL = "https://record.example/list.json"


def test_a_row_that_vanishes_is_a_correction_after_two_readings_six_hours_apart(web: Web, tmp_path: Path) -> None:
    web.says(URL, "2026-05-01", rows("filed"), kind="application/json")
    web.says(URL, "2026-06-01T06:00:00Z", rows("filed", "passed"), kind="application/json")
    web.says(URL, "2026-06-02T00:00:00Z", rows("filed"), kind="application/json")

    assert record(web, tmp_path)[1:] == [("06-01T06", "advance", "passed"), ("06-02T06", "correction", "waiting")]


def test_a_row_that_is_back_within_that_time_was_never_gone(web: Web, tmp_path: Path) -> None:
    web.says(URL, "2026-05-01", rows("filed", "passed"), kind="application/json")
    web.says(URL, "2026-06-02T00:00:00Z", rows("filed"), kind="application/json")
    web.says(URL, "2026-06-02T05:00:00Z", rows("filed", "passed"), kind="application/json")

    assert record(web, tmp_path)[1:] == []


def test_a_row_that_returns_after_its_withdrawal_is_told_again(web: Web, tmp_path: Path) -> None:
    web.says(URL, "2026-05-01", rows("filed", "passed"), kind="application/json")
    web.says(URL, "2026-06-02T00:00:00Z", rows("filed"), kind="application/json")
    web.says(URL, "2026-06-03T00:00:00Z", rows("filed", "passed"), kind="application/json")

    assert [line[1:] for line in record(web, tmp_path)[1:]] == [("correction", "waiting"), ("advance", "passed")]


def test_a_failing_record_withdraws_nothing(web: Web, tmp_path: Path) -> None:
    web.says(URL, "2026-05-01", rows("filed", "passed"), kind="application/json")
    web.says(URL, "2026-06-02T00:00:00Z", "oops", status=500, kind="application/json")
    web.says(URL, "2026-06-03T00:00:00Z", "{", kind="application/json")

    assert [line for line in record(web, tmp_path)[1:] if line[1] == "correction"] == []


def test_a_rehearsal_that_was_cut_off_says_everything_once_more_and_goes_on(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone"))
    whole, _ = told(web, tmp_path)
    again, _ = told(web, tmp_path)

    assert again == whole


def test_a_signal_without_news_costs_no_digest(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is nice"))

    lines, _ = told(web, tmp_path)

    assert lines == [("06-01T00", "baseline", "it: closed")]


def test_what_an_address_hides_is_hidden_where_a_change_is_said(web: Web, tmp_path: Path) -> None:
    link = "https://ann:s3cret@lab.example/news?token=s3cret"
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", item("The Gadget is open to everyone", link=link))

    lines, _ = rehearsed(
        config(tmp_path),
        web.folder,
        tmp_path,
        start="2026-06-01",
        end="2026-06-02",
        step=HOUR,
        url=web.database,
        by_workers=web.by_workers,
    )

    assert lines[-1]["to"] == "open"
    assert "https://lab.example/news?token=***" in [quote["url"] for quote in lines[-1]["evidence"]]
    assert "s3cret" not in json.dumps(lines)


PAPERS = """
[ladder.papers]
series = true
[[ladder.papers.status]]
id = "awaiting"
[[ladder.papers.status]]
id = "out"
[[ladder.papers.rule]]
id = "out"
status = "out"
when = { link = "lab.example/papers/*" }
event = "link"
[[signal]]
id = "gadget"
question = "Which papers are out?"
[[signal.track]]
id = "it"
ladder = "papers"
[[signal.source]]
id = "news"
url = "https://lab.example/feed.xml"
format = "feed"
publisher = "lab.example"
tier = "official"
every = "1h"
may_be_empty = true
"""


def test_entries_that_come_in_one_reading_are_told_each_with_its_own_title_words_and_link(web: Web, tmp_path: Path) -> None:
    papers = [item(f"Paper {name}", link=f"https://lab.example/papers/{name}") for name in ("one", "three", "two")]
    web.feed("2026-05-01").feed("2026-06-01T12:00:00Z", *papers)
    (tmp_path / "signals.toml").write_text(PAPERS, "utf-8")
    lines, _ = rehearsed(
        load(tmp_path / "signals.toml", {}),
        web.folder,
        tmp_path,
        start="2026-06-01",
        end="2026-06-03",
        step=HOUR,
        url=web.database,
        by_workers=web.by_workers,
    )
    told = [(line["title"], line["evidence"][0]["quote"], line["evidence"][0]["url"]) for line in lines if line["kind"] == "next"]
    assert told == [(f"Paper {name}", f"Paper {name}", f"https://lab.example/papers/{name}") for name in ("one", "three", "two")]
