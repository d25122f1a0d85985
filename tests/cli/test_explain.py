"""`watcher explain`: why a signal stands there, what a text claims, what a document decides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import ACCESS, day
from tests.cli.conftest import watcher
from tests.cli.story import NOT, OPEN, SOON, is_missing_database, kept, past
from tests.test_cycles import FEED, item
from watcher.cli.explain_signal import moves_of
from watcher.core.model import Standing, TrackVerdict

__all__ = ["kept", "past"]
ROOT = Path(__file__).parents[2]


def test_it_tells_what_counted_what_did_not_and_what_would_move_it(past: Path) -> None:
    said = watcher("explain", "gadget")

    assert said.code == 0
    assert "it: open (provisional, since 2026-06-01)" in said.out
    assert "open by rule open, lab.example (official): sets the present status" in said.out
    assert f"“open to everyone” is negated\n      “{NOT}”" in said.out
    assert f"“open to everyone” is planned\n      “{SOON}”" in said.out
    assert "another voice would confirm it: it asks for 2" in said.out


def test_it_explains_a_past_day_and_what_could_come_next_then(past: Path) -> None:
    said = watcher("explain", "gadget", "--as-of", "2026-06-01T06:00")

    assert "it: closed" in said.out
    assert "to open, by rule open from official or partner sources" in said.out
    assert OPEN not in said.out


def test_programs_get_the_same(past: Path) -> None:
    told = watcher("explain", "gadget", "--json").json()

    (track,) = told["tracks"]
    assert (told["signal"], told["headline"], track["status"], track["standing"]) == ("gadget", "open", "open", "provisional")
    assert {(one["quote"], one["rule"], one["tier"]) for one in track["counted"]} == {(OPEN, "open", "official")}
    assert {(one["quote"], one["why"]) for one in track["passed_over"]} == {
        (NOT, "“open to everyone” is negated"),
        (SOON, "“open to everyone” is planned"),
    }
    earlier = watcher("explain", "gadget", "--as-of", "2026-06-01T06:00", "--json").json()
    assert earlier["tracks"][0]["would_move"] == [{"status": "open", "rules": ["open"], "said_by": ["official", "partner"]}]


MOVES = [
    ("none", [("gated", ("gate", "soft-gate")), ("available", ("open", "restored"))]),
    ("rumoured", [("gated", ("gate",)), ("available", ("open", "restored"))]),
    ("suspended", [("available", ("restored",))]),
    ("ended", []),
]


@pytest.mark.parametrize(("status", "moves"), MOVES, ids=[row[0] for row in MOVES])
def test_what_can_come_next_is_up_the_ladder_or_where_a_rule_names_the_way_back(
    status: str, moves: list[tuple[str, tuple[str, ...]]]
) -> None:
    verdict = TrackVerdict("it", status, Standing.CONFIRMED, None, day("06-09"), ())

    assert [(move.status, move.rules) for move in moves_of(ACCESS, verdict)] == moves


def test_before_the_first_look_it_says_so(home: Path, past: Path) -> None:
    assert "nothing was known then" in watcher("explain", "gadget", "--as-of", "2020-01-01").err
    (past / "data" / "watch.db").unlink()
    (past / "data").rmdir()
    assert is_missing_database(watcher("explain", "gadget"), home)


LINES = [
    {"id": "a", "title": OPEN, "tier": "official", "published": "2026-06-01"},
    {"id": "b", "title": NOT, "tier": "official"},
    {"id": "c", "title": OPEN, "tier": "press"},
]


def test_texts_are_read_from_a_file_or_from_standard_input(home: Path) -> None:
    text = "\n".join(json.dumps(line) for line in LINES)
    (home / "texts.jsonl").write_text(text, "utf-8")

    rows = [json.loads(line) for line in watcher("explain", "--entries", "texts.jsonl", "--json").out.splitlines()]
    piped = watcher("explain", "--entries", "-", "--json", stdin=text)

    assert [(row["id"], [claim["status"] for claim in row["claims"]]) for row in rows] == [("a", ["open"]), ("b", []), ("c", [])]
    assert {"signal", "track", "status", "quote", "rule"} <= rows[0]["claims"][0].keys()
    assert [json.loads(line) for line in piped.out.splitlines()] == rows
    words = watcher("explain", "--entries", "texts.jsonl").out
    assert "gadget.it: open by rule open" in words
    assert "no claim of gadget.it open: “open to everyone” is negated" in words
    assert not (home / "data").exists(), "texts need no database"


def test_a_document_is_read_through_its_format_and_decides_by_itself(home: Path) -> None:
    (home / "feed.xml").write_text(FEED % item(OPEN), "utf-8")

    said = watcher("explain", "--document", "feed.xml", "--url", "https://lab.example/feed.xml")
    told = watcher("explain", "--document", "feed.xml", "--url", "https://lab.example/feed.xml", "--json").json()

    assert "read as feed: 1 entry" in said.out
    assert "gadget.it: open (provisional)" in said.out
    assert [(one["signal"], one["track"], one["status"]) for one in told["tracks"]] == [("gadget", "it", "open")]


BILLS = [
    ("bill_record.xml", "119/hr/224", "enacted"),
    ("bill_record_oldest.xml", "119/sjres/3", "floor_started"),
]


@pytest.mark.parametrize(("name", "measure", "status"), BILLS, ids=[row[1] for row in BILLS])
def test_any_bill_is_decided_by_its_record_alone_and_not_only_the_watched_ones(
    home: Path, name: str, measure: str, status: str
) -> None:
    document = ("--document", str(ROOT / "tests" / "formats" / "golden" / name), "--url", "https://www.govinfo.gov/b.xml")
    shipped = ("--config", str(ROOT / "signals.toml"))

    said, told = watcher("explain", *document, *shipped), watcher("explain", *document, *shipped, "--json").json()

    assert f"{measure}: {status} (confirmed" in said.out
    assert (told["measure"], told["status"], told["format"]) == (measure, status, "billstatus")
    assert told["evidence"][0]["quote"] in said.out
    assert not (home / "data").exists()


def test_a_document_shows_each_entry_as_it_is_read(home: Path) -> None:
    (home / "feed.xml").write_text(FEED % item(OPEN), "utf-8")

    told = watcher("explain", "--document", "feed.xml", "--url", "https://lab.example/feed.xml", "--json").json()

    assert (told["outcome"], told["reason"], told["format"]) == ("ok", "", "feed")
    (entry,) = told["entries"]
    assert (entry["title"], entry["text"], entry["published"]) == (OPEN, "", "2026-06-01T12:00:00Z")
    assert entry["key"] == entry["link"] == "https://lab.example/The-Gadget-is-open-to-everyone"


HTML = "text/html; charset=utf-8"
ENDS = [
    ("feed.xml", b"<rss", "", "malformed", "feed"),
    ("feed.xml", b" \n", "", "empty", "feed"),
    ("photo.bin", b"GIF89a", "image/gif", "malformed", "text"),
    ("page.html", b"<html><title>Just a moment...</title><body>Checking</body></html>", HTML, "blocked", "page"),
]


@pytest.mark.parametrize(("name", "body", "content_type", "outcome", "form"), ENDS, ids=[f"{row[3]}-{row[0]}" for row in ENDS])
def test_a_document_that_a_poll_could_not_read_says_how_the_poll_would_end(
    home: Path, name: str, body: bytes, content_type: str, outcome: str, form: str
) -> None:
    (home / name).write_bytes(body)

    said = watcher(
        "explain", "--document", name, "--url", f"https://lab.example/{name}", "--content-type", content_type, "--json"
    )

    told = said.json()
    assert (told["outcome"], told["format"], told["entries"]) == (outcome, form, [])
    assert told["reason"]
    assert said.code == 0


def test_a_document_of_an_unexpected_shape_shows_what_was_read_and_claims_nothing(home: Path) -> None:
    menu = "<nav>A menu that is much longer than all else that stands on this page</nav>"
    (home / "page.html").write_text(f"<html><body>{menu}<main><h1>Post</h1><p>{OPEN}.</p></main></body></html>", "utf-8")

    told = watcher("explain", "--document", "page.html", "--url", "https://lab.example/post", "--json").json()

    assert (told["outcome"], told["claims"], told["tracks"]) == ("unexpected shape", [], [])
    assert "its text is shorter than its menus" in told["reason"]
    assert OPEN in told["entries"][0]["text"]


def test_the_pages_that_a_source_would_follow_are_named(home: Path) -> None:
    url = "https://www.nist.gov/news-events/news/2026/11/caisi-evaluates-x"
    site = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{url}</loc></url></urlset>"
    (home / "map.xml").write_text(site, "utf-8")

    where = ("--url", "https://www.nist.gov/sitemap.xml", "--config", str(ROOT / "signals.toml"), "--as-of", "2026-11-28")
    told = watcher("explain", "--document", "map.xml", *where, "--json").json()

    assert told["follows"] == [url]


def test_a_document_that_says_nothing_of_any_signal_says_so(home: Path) -> None:
    (home / "feed.xml").write_text(FEED % item("A walk in the park"), "utf-8")

    assert "it claims no status of any signal" in watcher("explain", "--document", "feed.xml").out
    assert watcher("explain", "--document", "feed.xml", "--json").json()["tracks"] == []


COMPARED = """
[[ladder.access.side]]
id = "prc"
label = "models from China"
names = ["R1"]
[[ladder.access.side]]
id = "us"
label = "US models"
names = ["U.S."]
"""


def test_texts_show_the_figures_that_they_state(home: Path) -> None:
    path = home / "signals.toml"
    path.write_text(path.read_text("utf-8").replace("[ladder.access]", '[ladder.access]\ndifference = "gap"') + COMPARED, "utf-8")
    line = {
        "id": "a",
        "title": "t",
        "text": "R1 complied with 94% of malicious requests, compared to 8% of requests for U.S. models.",
    }
    (home / "texts.jsonl").write_text(json.dumps(line), "utf-8")

    told = json.loads(watcher("explain", "--entries", "texts.jsonl", "--json").out)

    assert [(one["kind"], one["prc"], one["us"]) for one in told["figures"]] == [("pair", 94, 8)]
    assert "compliance, prc against us: 94/8 per cent" in watcher("explain", "--entries", "texts.jsonl").out


MISTAKES = [
    ((), 2, "expected one of SIGNAL, --entries FILE, --document FILE"),
    (("nope",), 2, "'nope' is no signal; expected one of gadget"),
    (("gadget", "--as-of", "then"), 2, "2026-06-09"),
    (("--entries", "none.jsonl"), 1, "none.jsonl cannot be read"),
    (("--entries", "broken.jsonl"), 1, "line 2"),
    (("--entries", "deep.jsonl"), 1, "line 1"),
    (("--document", "deep.json", "--url", "https://lab.example/deep.json"), 1, "cannot be read as json_list"),
    (("--document", "none.xml"), 1, "none.xml cannot be read"),
    (("--document", "broken.xml", "--format", "scroll"), 2, "no format"),
    (("--document", "broken.xml", "--format", "feed"), 1, "cannot be read as feed"),
]


@pytest.mark.parametrize(("words", "code", "told"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_answered_with_what_was_expected(home: Path, words: tuple[str, ...], code: int, told: str) -> None:
    (home / "broken.jsonl").write_text('{"id": "a"}\nnothing\n', "utf-8")
    (home / "broken.xml").write_text("<rss><channel>", "utf-8")
    for name in ("deep.json", "deep.jsonl"):
        (home / name).write_text("[" * 200_000, "utf-8")

    said = watcher("explain", *words)

    assert said.code == code
    assert told in said.all
