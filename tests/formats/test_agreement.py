"""The reading of feeds by fastfeedparser and by feedparser, beside each other: the first agrees with the second or hands over to it."""

import json
import random
from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import atom, rss

from watcher.core.model import Entry
from watcher.formats import _feed, feed
from watcher.formats._feed import RawItem
from watcher.formats._markup import open_xml

URL = "https://pub.example/feed"
WORLD = Path(__file__).resolve().parents[2] / ".." / "shared" / "world" / "story"
GOLDEN = Path(__file__).parent / "golden"


def entries(items: list[RawItem]) -> list[Entry]:
    return [feed._entry(item, URL, UTC, ())[0] for item in items]


def agree(text: str) -> bool | None:
    """Whether both say the same; None where ours hands over."""
    fast = _feed.read_common(text)
    return None if fast is None else entries(fast) == entries(_feed.read_any(text))


TEXT = st.sampled_from(
    [
        "",
        " ",
        "plain",
        "two words",
        "&amp;",
        "&lt;b&gt;bold&lt;/b&gt;",
        "&lt;p&gt;One&lt;/p&gt;\n&lt;p&gt;Two&lt;/p&gt;",
        "Z.ai&amp;#039;s",
        "é—ü",
        "Ã©",
        "<![CDATA[<p>c & d</p>]]>",
        "<!-- note -->",
        "\n  ",
        "&#8212;",
        "&#x93;",
        "\x85",
        "a &amp;amp; b",
        "]]&gt;",
        "日本",
        "<?pi x?>",
    ]
)
WORDS = st.lists(TEXT, max_size=4).map("".join)
LINK = st.sampled_from(
    [
        "https://a.example/1",
        "https://a.example/?a=1&amp;b=2",
        "https://a.example/?a=1&amp;amp;b=2",
        "http://b.example",
        " https://a.example/x \n",
        "https://a.example/#june-9",
        "https://a.example/é",
        "/relative",
        "",
        "mailto:a@b.example",
        "https:///odd",
        "https://a.example/x?",
        "<b/>",
    ]
)
DATE = st.sampled_from(["Tue, 09 Jun 2026 00:00:00 GMT", "2026-06-09T00:00:00Z", "soon", "", "9999-12-31T23:59:59Z"])
RSS_PARTS = st.one_of(
    st.builds("<title>{}</title>".format, WORDS),
    st.builds("<description>{}</description>".format, WORDS),
    st.builds("<content:encoded>{}</content:encoded>".format, WORDS),
    st.builds("<link>{}</link>".format, LINK),
    st.builds(
        "<guid{}>{}</guid>".format,
        st.sampled_from(["", ' isPermaLink="false"', ' isPermaLink="true"', ' ispermalink="false"', " x='y'"]),
        LINK | WORDS,
    ),
    st.builds("<pubDate>{}</pubDate>".format, DATE),
    st.builds("<category{}>{}</category>".format, st.sampled_from(["", ' domain="d"', ' term="t"']), WORDS),
    st.builds("<dc:creator>{}</dc:creator>".format, WORDS),
    st.builds("<author>{}</author>".format, WORDS),
    st.builds("<comments>{}</comments>".format, LINK),
    st.sampled_from(
        [
            "<slash:comments>3</slash:comments>",
            '<enclosure url="https://a.example/e.mp3" type="audio/mpeg"/>',
            "<dc:date>2026-01-01</dc:date>",
        ]
    ),
    st.sampled_from(
        [
            "<source url='https://s.example/'>S</source>",
            "<media:title>M</media:title>",
            "<media:thumbnail url='https://a.example/t.png'/>",
            "<media:content url='x'>t</media:content>",
            "<x:y>z</x:y>",
            "<updated>2026-01-01T00:00:00Z</updated>",
        ]
    ),
    st.sampled_from(
        [
            "<title type='html'>t</title>",
            "<description><b>raw</b></description>",
            "<image><title>i</title></image>",
            "<source><title>s</title></source>",
        ]
    ),
)
NAMES = (
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:x="https://x.example/"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:thr="http://purl.org/syndication/thread/1.0"'
)
ATOM_PARTS = st.one_of(
    st.builds(
        "<title{}>{}</title>".format,
        st.sampled_from(["", " type='html'", " type='text'", " type='xhtml'", " type='HTML'", " mode='escaped'"]),
        WORDS,
    ),
    st.builds(
        "<summary{}>{}</summary>".format, st.sampled_from(["", " type='html'", " type='text'", " type='text/plain'"]), WORDS
    ),
    st.builds(
        "<content{}>{}</content>".format,
        st.sampled_from(["", " type='html'", " type='text'", " type='application/octet-stream'", " src='x'"]),
        WORDS,
    ),
    st.builds("<id>{}</id>".format, LINK | WORDS),
    st.builds(
        "<link{} href='{}'/>".format,
        st.sampled_from(
            [
                "",
                " rel='alternate'",
                " rel='self'",
                " rel='alternate' type='text/html'",
                " rel='alternate' type='application/json'",
            ]
        ),
        LINK.filter(lambda link: "<" not in link),
    ),
    st.builds("<published>{}</published>".format, DATE),
    st.builds("<updated>{}</updated>".format, DATE),
    st.builds("<category{}/>".format, st.sampled_from([" term='t'", " term='t' scheme='s'", " label='l'", ""])),
    st.sampled_from(
        [
            "<author><name>n</name><uri>https://n.example/</uri></author>",
            "<author><name>n</name><x:z/></author>",
            "<rights>r</rights>",
        ]
    ),
    st.sampled_from(
        [
            "<thr:total>1</thr:total>",
            "<media:thumbnail height='30' url='https://a.example/t.png'/>",
            "<source><id>s</id><title>st</title></source>",
            "<category term='t'>text</category>",
            "<issued>2026-01-01</issued>",
        ]
    ),
)


@given(
    st.lists(st.lists(RSS_PARTS, max_size=8).map("".join), max_size=3),
    st.sampled_from(["", ' xml:base="https://base.example/dir/"', ' xml:base="relative/"', ' xml:lang="de"']),
    st.sampled_from(["", ' xml:base="https://chan.example/"']),
)
def test_generated_rss_is_read_alike(items: list[str], attributes: str, channel: str) -> None:
    assert agree(rss(*items, attributes=NAMES + attributes, channel=channel)) in {True, None}


@given(
    st.lists(st.lists(ATOM_PARTS, max_size=8).map("".join), max_size=3),
    st.sampled_from(["", ' xml:base="https://base.example/"', ' xml:lang="de"']),
)
def test_generated_atom_is_read_alike(found: list[str], attributes: str) -> None:
    assert agree(atom(*found, attributes=NAMES + attributes)) in {True, None}


COMMON = [
    "nist_news.rss",
    "release_notes.rss",
    "cloud_news.rss",
    "cloud_history.rss",
    "status.atom",
    "community.rss",
    "minister.atom",
    "aggregator.rss",
    "commits.atom",
]


@pytest.mark.parametrize("name", COMMON)
def test_the_forms_of_publishers_are_read_directly_and_alike(name: str) -> None:
    assert agree(open_xml((GOLDEN / name).read_bytes(), "")) is True


@pytest.mark.parametrize(
    "text",
    [
        rss("<title>a</title>").replace(' version="2.0"', ""),
        rss("<title>a</title>").replace("</channel>", "</channel><channel/>"),
        rss("<title>a</title>", channel=' lastmod="x"'),
        rss("<title>a</title><title>b</title>"),
        "<item xmlns='http://purl.org/rss/1.0/'/>",
        rss("<title>a</title>").replace("<item>", "<item rdf='x'>"),
        atom("<title>a</title><link href='https://a.example/'/>").replace("<entry>", "<entry x='y'>"),
        rss("<source url='https://s.example/'><title>s</title></source>"),
        rss("<title>a</title><link>/relative</link>"),
        rss("<title>a</title><link>https:///odd</link>"),
        rss("<title type='html'>a</title>"),
        rss("<category term='t'>c</category>"),
        rss("<title><b>a</b></title>"),
        rss("<unknown/>"),
        rss("<author><name>n</name></author>"),
        atom("<title type='xhtml'>a</title><link href='https://a.example/'/>"),
        atom("<category term='t'>text</category><link href='https://a.example/'/>"),
        atom("<author><name>n</name><x/></author><link href='https://a.example/'/>"),
        atom("<link href='https://a.example/'/><link href='https://b.example/'/>"),
        atom("<link href='https://a.example/'/>", attributes=' xml:base="https://b.example/"'),
        "<rss",
        rss("<guid>https:///x</guid>"),
        atom("<title>a</title>"),
        atom("<title>a</title><link href='/relative'/>"),
        rss("<title>\ud800</title>"),
        rss("<title>Ã©\x85 é</title>"),
        rss("<title>&#226;&#128;&#166;</title>"),
        rss("<title>a</title>").replace("<title>T</title>", "<title>T<title>t</title></title>"),
        rss("<title>a<!-- b -->c</title>"),
        rss("<title>a</title><!-- b -->"),
        rss(),
        rss("<guid>http://[broken</guid>", attributes=' xml:base="https://b.example/"'),
        atom("<link rel='next' href='https://b.example/'/><link href='https://a.example/'/>"),
        atom("<link href='https://a.example/'/><link rel='enclosure'/>"),
        rss("<guid>page-1</guid>", attributes=' xml:base="https://base.example/x/"'),
        rss("<link>https://a.example/1?a=1&amp;amp;b=2</link>"),
    ],
)
def test_what_is_unusual_is_handed_over(text: str) -> None:
    assert _feed.read_common(text) is None


PIECES = ["<![CDATA[", "]]>", "&amp;", "<b>", "</b>", "<!-- x -->", "&lt;", "é", "<title>t</title>", ' type="text"', "&#233;"]
MORE = ["<x/>", "</item>", "<?pi?>", ' xml:base="http://z.example/"', "\x85", "http://", "<link>", "\0"]


def mutants(text: str, dice: random.Random) -> Iterator[str]:
    """The same feed with something put in, left out or said twice."""
    while True:
        mutant = text
        for _ in range(dice.randint(1, 3)):
            place, other = sorted(dice.sample(range(len(mutant)), 2))
            piece = dice.choice([*PIECES, *MORE, "", mutant[place:other][:60]])
            mutant = mutant[:place] + piece + mutant[place + dice.choice([0, 0, len(piece), 20]) :]
        yield mutant


@pytest.mark.parametrize("name", COMMON)
def test_mutants_are_read_alike_or_handed_over(name: str) -> None:
    text = (GOLDEN / name).read_text(encoding="utf-8")
    found = [agree(mutant) for mutant in islice(mutants(text, random.Random(name)), 60)]  # noqa: S311 - dice
    assert False not in found
    assert None in found


def feeds_of_the_world() -> Iterator[tuple[str, str]]:
    for line in (WORLD / "world.jsonl").read_text(encoding="utf-8").splitlines():
        version = json.loads(line)
        if version.get("file") and version["status"] == 200 and any(word in version["url"] for word in ("rss", "feed", "atom")):
            body = (WORLD / version["file"]).read_bytes()
            if (b"<rss" in body[:500] or b"<feed" in body[:500]) and (b"<item" in body or b"<entry" in body):
                yield version["url"], open_xml(body, version["headers"].get("Content-Type", ""))


@pytest.mark.skipif(not WORLD.exists(), reason="the recorded world lies beside the repository, not in it")
def test_the_feeds_of_the_recorded_world_are_read_directly_and_alike() -> None:
    newest = dict(feeds_of_the_world())
    assert len(newest) > 20
    assert {url for url, text in newest.items() if agree(text) is not True} == set()


@pytest.mark.parametrize(
    "text",
    [
        rss(
            "<title>a</title><link>https://a.example/1</link><dc:creator>n</dc:creator><slash:comments>3</slash:comments>",
            attributes=NAMES,
        ),
        rss(
            "<guid isPermaLink='false'>page-1</guid><link>https://a.example/1?a=1&amp;b=2</link>",
            attributes=' xml:base="https://base.example/x/"',
        ),
        rss(
            "<guid></guid><link></link><title/><category domain='d'>c</category><author>a@b.example</author>",
            channel=' xml:base="https://b.example/"',
        ),
        rss("<title>년</title>", head='<?xml version="1.0" encoding="euc-kr"?>'),
        rss("<title>é</title><description>&amp;#x93;q&amp;#x94;</description><pubDate>soon</pubDate>"),
        atom(
            "<title>a</title><link href='https://a.example/'/><link rel='self' href='x'/><category term='t' scheme='s'/><author><name>n</name></author>"
        ),
    ],
)
def test_common_shapes_are_read_directly_and_alike(text: str) -> None:
    assert agree(text) is True
