import json
from pathlib import Path
from typing import Any

import pytest
from reading import atom, read, refused, rss

from watcher.core.model import Entry

GOLDEN = Path(__file__).parent / "golden"
NOTES = (GOLDEN / "release_notes.rss").read_text(encoding="utf-8")


def notes(text: str) -> dict[str, str]:
    return {entry.key: entry.text for entry in read("feed", text, items="li")}


def test_a_note_that_is_added_to_keeps_its_key() -> None:
    edited = NOTES.replace("customers &amp;amp; partners.", "customers (from noon on).")
    before, after = notes(NOTES), notes(edited)
    assert list(before) == list(after)
    assert [text for key, text in after.items() if before[key] != text] == [
        "A first model, Fable 5 (fable-5), is open to all customers (from noon on)."
    ]


def test_a_note_put_before_others_is_the_only_new_one() -> None:
    edited = NOTES.replace(
        "&lt;ul&gt;&lt;li&gt;A first", "&lt;ul&gt;&lt;li&gt;Something else came first.&lt;/li&gt;&lt;li&gt;A first"
    )
    assert [text for key, text in notes(edited).items() if key not in notes(NOTES)] == ["Something else came first."]


def test_the_fragment_of_a_link_is_kept() -> None:
    assert len({entry.link for entry in read("feed", NOTES)}) == 3
    assert read("feed", NOTES)[0].link.endswith("#june-9-2026")


def test_two_notes_with_one_beginning_are_two_entries() -> None:
    feed = rss("<guid>g</guid><description>&lt;ul&gt;&lt;li&gt;Same&lt;/li&gt;&lt;li&gt;Same&lt;/li&gt;&lt;/ul&gt;</description>")
    assert [entry.key for entry in read("feed", feed, items="li")] == ["g#same", "g#same~2"]


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ("<guid>id-1</guid><link>https://a.example/1</link>", "id-1"),
        ("<link>https://a.example/1</link><title>t</title>", "https://a.example/1"),
        ("<title>Only a title</title><pubDate>Tue, 09 Jun 2026 00:00:00 GMT</pubDate>", "Only a title 2026-06-09T00:00:00+00:00"),
        ("<title>No date</title><pubDate>soon</pubDate>", "No date soon"),
        ("<description>Only some words of text</description>", "only-some-words-of-text"),
    ],
)
def test_an_item_without_an_id_is_named_by_what_it_has(item: str, key: str) -> None:
    assert read("feed", rss(item))[0].key == key


def test_a_very_long_id_is_cut_but_stays_apart() -> None:
    first, second = read("feed", rss(f"<guid>{'x' * 500}1</guid>", f"<guid>{'x' * 500}2</guid>"))
    assert first.key != second.key
    assert len(first.key) < 300


def test_a_page_address_as_id_serves_as_link_and_another_id_does_not() -> None:
    entries = read("feed", rss("<guid isPermaLink='false'>https://a.example/1</guid>", "<guid isPermaLink='false'>urn:2</guid>"))
    assert [entry.link for entry in entries] == ["https://a.example/1", ""]


def test_doubles_are_one_entry_and_shared_ids_are_told_apart() -> None:
    one, other = "<guid>g</guid><title>One</title>", "<guid>g</guid><title>Other</title>"
    assert [(entry.key, entry.title) for entry in read("feed", rss(one, other, one))] == [
        ("g one ", "One"),
        ("g other ", "Other"),
    ]
    assert len(read("feed", rss(one, one))) == 1
    late = "<guid>g</guid><title>One</title><description>more</description>"
    assert [entry.key for entry in read("feed", rss(one, late))] == ["g one ", "g one ~2"]


def test_the_newest_are_kept_whatever_the_order() -> None:
    items = [f"<guid>{day}</guid><pubDate>Tue, {day:02} Jun 2026 00:00:00 GMT</pubDate>" for day in range(1, 10)]
    for order in (items, items[::-1]):
        kept = read("feed", rss(*order, "<guid>undated</guid>"), max_items=3)
        assert sorted(entry.key for entry in kept) == ["7", "8", "9"]


def test_a_community_feed_of_255_items_is_read_whole() -> None:
    assert len(read("feed", rss(*(f"<guid>https://a.example/{n}</guid><title>{n}</title>" for n in range(255))))) == 255


def test_links_that_are_none_are_dropped_and_relative_ones_resolved() -> None:
    feed = rss(
        "<guid>1</guid><link>javascript:alert(1)</link>",
        "<guid>2</guid><link>/post</link>",
        "<guid>3</guid><link>https:///x</link>",
    )  # feedparser mends the last
    assert [entry.link for entry in read("feed", feed, url="https://pub.example/feed")] == [
        "",
        "https://pub.example/post",
        "https://x",
    ]


@pytest.mark.parametrize(
    "raw", ["Fri, 01 Jan 0000 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -1200", "03/04/2026", "0001-01-01T00:00:00Z"]
)
def test_a_date_that_cannot_be_is_none_and_its_text_is_kept(raw: str) -> None:
    (entry,) = read("feed", rss(f"<guid>1</guid><pubDate>{raw}</pubDate>"))
    assert entry.published is None
    assert entry.facts["date_raw"] == raw


def test_an_unreadable_date_of_publication_gives_way_to_that_of_change() -> None:
    (entry,) = read(
        "feed",
        atom(
            "<id>1</id><title>t</title><link href='https://a.example/'/><published>x</published><updated>2026-02-03T00:00:00Z</updated>"
        ),
    )
    assert entry.published is not None
    assert (entry.published.day, dict(entry.facts)) == (3, {"date_raw": "x"})


def test_dates_without_a_zone_are_in_the_publishers() -> None:
    (entry,) = read("feed", rss("<guid>1</guid><pubDate>July 17, 2026</pubDate>"), timezone="America/New_York")
    assert entry.published is not None
    assert entry.published.isoformat() == "2026-07-17T04:00:00+00:00"


def test_the_content_is_preferred_to_the_summary() -> None:
    feed = rss(
        "<guid>1</guid><description>Short</description><c:encoded>&lt;p&gt;Long&lt;/p&gt;</c:encoded>",
        attributes=' xmlns:c="http://purl.org/rss/1.0/modules/content/"',
    )
    assert read("feed", feed)[0].text == "Long"


def test_an_empty_feed_is_suspicious_unless_it_may_be_empty() -> None:
    for empty in (rss(), atom(), '{"version": "https://jsonfeed.org/version/1", "items": []}'):
        assert refused("feed", empty)[0] == "empty"
        assert read("feed", empty, may_be_empty=True) == ()


WHOLE = rss("<guid>1</guid><title>a</title>", "<guid>2</guid><title>b</title>")


@pytest.mark.parametrize("cut", range(70, len(WHOLE) - 1, 7))
def test_a_feed_that_is_cut_off_gives_nothing(cut: int) -> None:
    kind, _ = refused("feed", WHOLE[:cut])
    assert kind == "malformed"


@pytest.mark.parametrize(
    ("broken", "titles"),
    [
        (WHOLE.replace("<title>a", "<title>R&D"), ["R&D", "b"]),
        (WHOLE.replace("<title>a", "<title>caf&eacute;"), ["café", "b"]),
        (WHOLE + "<!-- served in 0.1 s -->\n", ["a", "b"]),
        (WHOLE.replace("<title>a", "<title>a\x0b"), ["a", "b"]),
    ],
)
def test_a_whole_feed_with_a_flaw_is_read(broken: str, titles: list[str]) -> None:
    assert [entry.title for entry in read("feed", broken)] == titles


@pytest.mark.parametrize(
    "value",
    [
        '{"version": "https://jsonfeed.org/version/1"}',
        '{"version": 1, "items": []}',
        '{"items": [{"id": "1"}]}',
        '{"version": "https://jsonfeed.org/version/1", "items": {}}',
        "{",
    ],
)
def test_other_json_is_no_feed(value: str) -> None:
    assert refused("feed", value)[0] == "malformed"


def test_json_feeds_of_odd_values_are_read_as_far_as_they_go() -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"id": {"a": 1}, "url": None, "title": 3, "tags": "no list"}]}
    assert read("feed", json.dumps(feed)) == (Entry(key="3", title="3"),)


def test_xml_that_is_no_feed_is_malformed() -> None:
    assert refused("feed", "<urlset><url/></urlset>") == ("malformed", "the document is no feed")


def test_the_state_is_read_where_it_is_asked_for() -> None:
    feed: Any = rss("<guid>1</guid><description>&lt;strong&gt;Resolved&lt;/strong&gt; - over.</description>")
    assert "state" not in read("feed", feed)[0].facts
    assert read("feed", feed, state=True)[0].facts["state"] == "Resolved"


def test_a_wrong_option_is_said_in_words() -> None:
    for options in ({"items": "li a"}, {"max_items": "3"}, {"timezone": "Mars/Olympus"}):
        kind, reason = refused("feed", WHOLE, **options)
        assert (kind, reason.startswith("feed failed: ")) == ("malformed", True)


NAMES = (
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:m="http://search.yahoo.com/mrss" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<description>Own</description><media:content><media:description>Photo</media:description></media:content>", "Own"),
        ("<media:description>Photo</media:description><description>Own</description>", "Own"),
        ("<m:description type='plain'>Photo</m:description><description>Own</description>", "Own"),
        ("<media:group><media:description type='plain'>Video</media:description></media:group>", "Video"),
        ("<itunes:summary>Podcast</itunes:summary><description>Own</description>", "Own"),
        ("<itunes:summary>Podcast</itunes:summary>", "Podcast"),
        ("<dc:description>Record</dc:description><description>Own</description>", "Own"),
        (
            "<summary>Short</summary><content:encoded>&lt;p&gt;Whole&lt;/p&gt;</content:encoded><description>Own</description>",
            "Whole",
        ),
        ("<description>Own</description><content:encoded>&lt;img src='x'&gt;</content:encoded>", "Own"),
        ("<summary>Short</summary><description>Own</description>", "Own"),
    ],
)
def test_the_text_is_the_authors_own_whatever_the_order(item: str, text: str) -> None:
    assert read("feed", rss(item, attributes=NAMES))[0].text == text


@pytest.mark.parametrize(
    ("entry", "title", "text"),
    [
        ("<title>The &lt;b&gt; tag</title><content>If a&lt;b and c&gt;d</content>", "The <b> tag", "If a<b and c>d"),
        ("<title type='text'>AT&amp;amp;T</title><summary type='text'>a &amp;amp; b</summary>", "AT&amp;T", "a &amp; b"),
        (
            "<title type='html'>A &lt;b&gt;bold&lt;/b&gt; one</title><summary type='html'>&lt;p&gt;x&lt;/p&gt;</summary>",
            "A bold one",
            "x",
        ),
        (
            "<title>Chart</title><content type='image/png'>iVBORw0KGgo=</content><summary>What it shows</summary>",
            "Chart",
            "What it shows",
        ),
        ("<title>Note</title><content type='text/plain'>a &lt;b&gt; c</content>", "Note", "a <b> c"),
    ],
)
def test_text_is_literal_where_atom_says_so(entry: str, title: str, text: str) -> None:
    (found,) = read("feed", atom(f"{entry}<link href='https://a.example/1'/>"))
    assert (found.title, found.text) == (title, text)


def test_text_is_literal_where_json_feed_says_so() -> None:
    item = {"id": "1", "title": "The <b> tag", "content_text": "If a<b and c>d", "summary": "s"}
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]})
    (found,) = read("feed", body)
    assert (found.title, found.text) == ("The <b> tag", "If a<b and c>d")


def test_one_id_of_atom_is_one_entry_the_later_one() -> None:
    def entry(title: str, updated: str) -> str:
        return f"<id>tag:x</id><title>{title}</title><link href='https://a.example/1'/><updated>{updated}</updated>"

    new, old = entry("New", "2026-11-02T00:00:00Z"), entry("Old", "2026-11-01T00:00:00Z")
    for order in ((old, new), (new, old)):
        (found,) = read("feed", atom(*order))
        assert (found.key, found.title) == ("tag:x", "New")
    assert len(read("feed", atom(old, new), key=("id", "title"))) == 2


def test_subjects_without_words_are_none() -> None:
    (entry,) = read("feed", rss("<title>T</title><guid>g</guid><category>\u200b</category>"))
    assert "categories" not in entry.facts
    (entry,) = read("feed", rss("<title>T</title><guid>g</guid><category>\u200b</category><category>AI</category>"))
    assert entry.facts["categories"] == ("AI",)
