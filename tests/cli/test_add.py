"""`watcher add`: what it finds, what it shows, what it writes and leaves alone, and what it refuses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Site, configure, watcher
from tests.test_cycles import FEED, item, page

HEAD = '<link rel="alternate" type="application/rss+xml" href="%s">'


def sources(home: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((home / "signals.toml").read_text("utf-8"))["signal"][0]["source"]
    return found


def test_a_feed_is_read_shown_and_written_after_the_other_sources(lab: Site, home: Path) -> None:
    lab.feed("The Gadget is open to everyone", "A walk in the park", path="/blog.xml")
    before = (home / "signals.toml").read_text("utf-8")

    said = watcher("add", lab.url("/blog.xml"), "--tier", "official", "--every", "2h")

    assert said.code == 0
    assert "feed, 2 entries" in said.out
    assert "claims it: open by rule open" in said.out
    assert "1 of 2 entries would claim" in said.out
    assert [one["url"] for one in sources(home)] == [lab.url("/feed.xml"), lab.url("/blog.xml")]
    assert sources(home)[1] == {"url": lab.url("/blog.xml"), "tier": "official", "every": "2h"}
    after = (home / "signals.toml").read_text("utf-8")
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    assert watcher("check").code == 0


def test_a_page_leads_to_its_feed_and_names_the_others(lab: Site, home: Path) -> None:
    lab.page("/", f"<html><head>{HEAD % 'gone.xml'}{HEAD % '/blog.xml'}</head><body>Hello</body></html>")
    lab.feed("A walk in the park", path="/blog.xml")

    said = watcher("add", lab.url("/"), "--dry-run", "--json")

    told = said.json()
    assert (told["url"], told["format"], told["written"]) == (lab.url("/blog.xml"), "feed", False)
    assert told["also"] == [lab.url("/gone.xml")]
    assert [one["title"] for one in told["entries"]] == ["A walk in the park"]
    assert told["tier"] == "official", "as the other source of the same publisher"
    assert len(sources(home)) == 1


@pytest.mark.parametrize(
    "href", ["http://[", "http://a" + "\u0301\u0323" * 5_000, "//[x]/", "javascript:x", "http://u:p@x.example/"]
)
@pytest.mark.parametrize("tag", [HEAD, '<base href="%s">'])
def test_a_page_that_names_what_is_no_address_is_read_all_the_same(lab: Site, home: Path, href: str, tag: str) -> None:
    lab.page("/", f"<html><head>{tag % href}{HEAD % '/blog.xml'}</head><body>Hello</body></html>")
    lab.feed("A walk in the park", path="/blog.xml")

    told = watcher("add", lab.url("/"), "--dry-run", "--json").json()

    assert (told["url"], told["also"]) == (lab.url("/blog.xml"), [])


def test_a_page_without_a_feed_is_watched_itself(lab: Site, home: Path) -> None:
    lab.page("/news", page("The Gadget is open to everyone. " * 5))

    said = watcher("add", lab.url("/news"))

    assert said.code == 0
    assert sources(home)[1]["format"] == "page"


def test_a_feed_with_a_rhythm_gets_a_silence_alarm_of_twice_its_longest_pause(lab: Site, home: Path) -> None:
    days = ("Mon, 01 Jun 2026", "Thu, 04 Jun 2026", "Sun, 14 Jun 2026", "Mon, 15 Jun 2026")
    entries = "".join(item(f"Day {number}", at=f"{day} 12:00:00 GMT") for number, day in enumerate(days))
    lab.page("/blog.xml", FEED % entries, kind="application/rss+xml")

    assert watcher("add", lab.url("/blog.xml")).code == 0

    assert sources(home)[1]["expect_every"] == "22d"


def test_what_all_of_several_entries_have_is_expected_from_then_on(lab: Site, home: Path) -> None:
    days = [f"0{number} Jun 2026" for number in range(1, 5)]
    lab.page("/blog.xml", FEED % "".join(item(day, at=f"Mon, {day} 12:00:00 GMT") for day in days), kind="application/rss+xml")
    mixed = [item(day, at="", link=f"https://{number}.example/") for number, day in enumerate(days)]
    lab.page("/mixed.xml", FEED % "".join(mixed), kind="application/rss+xml")

    for path in ("/blog.xml", "/mixed.xml"):
        assert watcher("add", lab.url(path)).code == 0

    blog, other = sources(home)[1:]
    assert blog["expect"] == {"dated": True, "links": r"^https?://(www\.)?lab\.example[:/]"}
    assert r"links = '^https?://(www\.)?lab\.example[:/]'" in (home / "signals.toml").read_text("utf-8")
    assert "expect" not in other
    assert watcher("check").code == 0


def test_a_page_shows_its_other_feeds_and_a_base_address_counts(lab: Site, home: Path) -> None:
    base = f'<base href="{lab.url("/feeds/")}">'
    lab.page("/", f"<html><head>{base}{HEAD % 'a.xml'}{HEAD % 'b.xml'}{HEAD % 'ftp://x.example/c'}</head></html>")
    lab.feed("A walk", path="/feeds/a.xml")

    said = watcher("add", lab.url("/"), "--dry-run")

    assert f"{lab.url('/feeds/a.xml')}: feed, 1 entry" in said.out
    assert f"the page also names {lab.url('/feeds/b.xml')}" in said.out
    assert "ftp" not in said.out


def test_a_named_format_is_read_as_that(lab: Site, home: Path) -> None:
    lab.page("/notes", "# News\n\n## 1.0\n\nThe Gadget is open to everyone.\n", kind="text/plain")

    assert watcher("add", lab.url("/notes"), "--format", "text").code == 0
    assert sources(home)[1]["format"] == "text"


def test_a_dry_run_writes_nothing(lab: Site, home: Path) -> None:
    lab.feed("A walk", path="/blog.xml")
    before = (home / "signals.toml").read_bytes()

    said = watcher("add", lab.url("/blog.xml"), "--dry-run")

    assert "[[signal.source]]" in said.out
    assert "nothing was written" in said.out
    assert (home / "signals.toml").read_bytes() == before


LAYOUTS = {
    "comments stay where they are": '# a remark on the source\n\n# a remark on what follows\n[[signal.known]]\ntrack = "it"\n'
    'status = "closed"\nat = 2026-01-01T00:00:00Z\nquote = "closed"\nurl = "https://lab.example/1"\n',
    "a followed page stays with its source": '[[signal.source.follow]]\nmatch = \'^https://lab\'\nformat = "page"\nevery = "6h"\n',
    "another signal comes after": '\n[[signal]]\nid = "other"\nquestion = "Is it?"\n[signal.vocabulary]\nthings = { thing = ["Cog"] }\n'
    'phrases = { open = ["is open"] }\n[[signal.track]]\nid = "that"\nladder = "access"\n'
    '[[signal.source]]\nurl = "https://other.example/feed"\ntier = "press"\n',
}


@pytest.mark.parametrize("more", LAYOUTS.values(), ids=LAYOUTS)
def test_everything_else_in_the_file_stays(home: Path, site: Site, more: str) -> None:
    site.feed("A walk", path="/blog.xml")
    path = configure(home, site, more=more)
    before = path.read_text("utf-8")

    assert watcher("add", site.url("/blog.xml"), "--signal", "gadget").code == 0

    after = path.read_text("utf-8")
    start = after.index('[[signal.source]]\nurl = "' + site.url("/blog.xml"))
    end = after.index("\n\n", start) if "\n\n" in after[start:] else len(after)
    kept = after[:start].rstrip("\n") + "\n" + after[end:].lstrip("\n")
    assert [line for line in kept.splitlines() if line] == [line for line in before.splitlines() if line]
    assert sources(home)[-1]["url"] == site.url("/blog.xml")


def test_windows_line_ends_and_rights_are_kept(lab: Site, home: Path) -> None:
    lab.feed("A walk", path="/blog.xml")
    path = home / "signals.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    path.chmod(0o640)

    assert watcher("add", lab.url("/blog.xml")).code == 0

    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    assert path.stat().st_mode & 0o777 == 0o640


def test_an_inline_list_of_sources_is_left_alone_and_the_table_shown(home: Path, site: Site) -> None:
    site.feed("A walk", path="/blog.xml")
    path = configure(home, site)
    text = path.read_text("utf-8")
    start = text.index("[[signal.source]]")
    end = text.index("[fetch]")
    inline = 'source = [{ url = "https://lab.example/feed.xml", tier = "official" }]\n'
    text = (text[:start] + text[end:]).replace("[[signal]]\n", f"[[signal]]\n{inline}")
    path.write_text(text, "utf-8")

    said = watcher("add", site.url("/blog.xml"))

    assert said.code == 1
    assert "put this in by hand" in said.err
    assert path.read_text("utf-8") == text


def test_a_list_with_a_row_a_line_gets_one_row_more(home: Path, site: Site) -> None:
    site.feed("A walk", path="/blog.xml")
    path = configure(home, site)
    text = path.read_text("utf-8")
    start = text.index("[[signal.source]]")
    end = text.index("[fetch]")
    rows = 'source = [\n    { url = "https://lab.example/feed.xml", tier = "official" }\n]\n'
    text = (text[:start] + text[end:]).replace("[[signal]]\n", f"[[signal]]\n{rows}")
    path.write_text(text, "utf-8")

    assert watcher("add", site.url("/blog.xml")).code == 0

    assert [one["url"] for one in sources(home)] == ["https://lab.example/feed.xml", site.url("/blog.xml")]
    added = next(line for line in path.read_text("utf-8").split("\n") if "blog.xml" in line)
    assert added.startswith('    {url = "')
    assert added.endswith("},")


def test_what_is_watched_already_is_refused_before_and_after_the_search(lab: Site) -> None:
    lab.page("/", f"<html><head>{HEAD % '/feed.xml'}</head></html>")

    direct, found = watcher("add", lab.url("/feed.xml/")), watcher("add", lab.url("/"))

    assert (direct.code, found.code) == (1, 1)
    assert "watched already: source news of gadget" in direct.err
    assert "watched already" in found.err


MISTAKES = [
    (("add", "lab.example/feed"), 2, "no address"),
    (("add", "https://x.example/", "--every", "often"), 2, "6h"),
    (("add", "https://x.example/", "--every", "1.5h"), 2, "6h"),
    (("add", "https://x.example/", "--format", "scroll"), 2, "no format"),
    (("add", "https://x.example/", "--signal", "nope"), 2, "expected a signal, one of gadget"),
    (("add", "http://127.0.0.1:1/"), 1, "refused"),
    (("add", "http://10.0.0.1/"), 1, "not allowed"),
    (("add", "https://x.example/", "--config", "none.toml"), 2, "watcher init"),
]


@pytest.mark.parametrize(("words", "code", "told"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_answered_with_what_was_expected(home: Path, words: tuple[str, ...], code: int, told: str) -> None:
    said = watcher(*words)

    assert said.code == code
    assert told in said.all


def test_a_blocked_or_unreadable_address_says_why_and_writes_nothing(lab: Site, home: Path) -> None:
    lab.page("/blocked", "no", status=403).page("/broken", "<rss><channel>", kind="application/rss+xml")

    assert "blocked" in watcher("add", lab.url("/blocked")).err
    assert "cannot be read as feed" in watcher("add", lab.url("/broken")).err
    assert len(sources(home)) == 1
