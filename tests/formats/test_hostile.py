"""What hurt others: each line of a hostile publisher is one source's failure, and nothing more."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from reading import NOW, read, refused, rss

from watcher import formats
from watcher.core.model import Document, Entry, Unreadable

FUZZ = Path(__file__).resolve().parents[1] / "fixtures" / "fuzz"


def bomb(size: int) -> str:
    """Quadratic: one long entity, used many times. No nesting, so that limits of depth do not help."""
    return f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"x" * size}">]><rss version="2.0"><channel><item><title>{"&a;" * size}</title></item></channel></rss>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp037", "cp500", "utf-7"])
@pytest.mark.parametrize("name", ["feed", "sitemap"])
def test_an_entity_bomb_is_refused_before_any_parser_sees_it(name: str, encoding: str) -> None:
    kind, _ = refused(name, bomb(20_000).encode(encoding), content_type=f"application/xml; charset={encoding}")
    assert kind == "malformed"


def test_an_external_entity_is_refused() -> None:
    feed = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss("<title>&x;</title>", head="")
    assert refused("feed", feed) == ("malformed", "a document type with definitions of its own is not read")
    plain = '<!DOCTYPE rss SYSTEM "file:///etc/passwd">' + rss("<guid>1</guid><title>&x; stays</title>", head="")
    assert read("feed", plain)[0].title == "&x; stays"


@pytest.mark.parametrize("name", ["text", "markdown"])
@pytest.mark.parametrize("body", [bomb(10), "\ufeff <?xml version='1.0'?><rss/>", "<rss version='2.0'><channel/></rss>"])
def test_xml_in_the_place_of_words_is_refused(name: str, body: str) -> None:
    assert refused(name, body, content_type="text/plain") == ("malformed", "the answer is an XML document")


@pytest.mark.parametrize(
    "reference", ["&#999999999999;", "&#x110000;", "&#xD800;", "&#0;", "&#x1;", "&#xFFFFFFFFF;", "&#;", "&#x;"]
)
def test_a_character_that_is_none_breaks_its_own_feed_at_most(reference: str) -> None:
    try:
        (entry,) = read("feed", rss(f"<guid>1</guid><title>a{reference}b</title>"))
    except Unreadable:
        return
    assert entry.title.isprintable()
    assert entry.title.encode()


@pytest.mark.parametrize(
    "raw", ["a\x00b", "a\x07b", "a\x1bb", "a\u202eb", "a\ud800b".encode("utf-8", "surrogatepass").decode("utf-8", "replace")]
)
def test_control_characters_never_come_through(raw: str) -> None:
    (entry,) = read(
        "feed", rss(f"<guid>i{raw}</guid><title>{raw}</title><description>{raw}</description><category>{raw}</category>")
    )
    for text in (entry.key, entry.title, entry.text, *entry.facts["categories"]):  # type: ignore[misc]
        assert str(text).isprintable()


def test_what_a_record_lets_through_is_taken_out_before_anyone_sees_it() -> None:
    made = json.loads((FUZZ / "billstatus" / "a_year_far_ahead.json").read_text("utf-8"))["body"]
    (first, *_) = read("billstatus", made.replace("referred to", "referred\u202e to").encode())
    assert "referred to the Committee" in " ".join(one.text for one in (first, *_))
    whole = [text for one in (first, *_) for text in (one.key, one.title, one.text, *map(str, one.facts.values()))]
    assert all(text.replace("\n", "").isprintable() for text in whole)


def test_line_breaks_never_reach_a_title() -> None:
    (entry,) = read("feed", rss("<guid>1</guid><title>Vote&#13;&#10;Bcc: all@x.example</title>"))
    assert entry.title == "Vote Bcc: all@x.example"


@pytest.mark.parametrize(
    "body",
    [
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:1/feed",
        "https://pub.example/feed.xml",
        "../../etc/hosts",
        "\\\\server\\share",
        "-",
    ],
)
@pytest.mark.parametrize("name", ["feed", "page", "json_list", "sitemap", "pdf", "advisories"])
def test_a_path_or_an_address_as_body_opens_nothing(name: str, body: str) -> None:
    assert refused(name, body, content_type="text/plain")[0] == "malformed"


def test_twenty_thousand_items_are_bounded() -> None:
    items = [
        f"<guid>https://a.example/{n}</guid><title>Item {n}</title><pubDate>Tue, 09 Jun 2026 00:00:00 GMT</pubDate>"
        for n in range(20_000)
    ]
    feed = rss(*items)
    assert len(feed) > 1_900_000
    assert len(read("feed", feed)) == 1_000
    kind, reason = refused("feed", feed.replace("<title>Item 3<", "<title>Item & 3<"))
    assert (kind, reason) == ("malformed", "more than 5000 items in a feed of unusual form")


@pytest.mark.parametrize(
    "text", ["x" * 5_000_000, "<p>y</p>" * 500_000, "<b> " * 300_000, "<" * 300_000, "&" * 300_000, "<a b " * 200_000]
)
def test_a_very_long_item_is_cut(text: str) -> None:
    (entry,) = read("feed", rss(f"<guid>1</guid><title><![CDATA[{text}]]></title><description><![CDATA[{text}]]></description>"))
    assert len(entry.title) <= 500
    assert len(entry.text) <= 60_000


DEEP = [
    "<a>" * 100_000,
    "<div>" * 50_000 + "x",
    "<g/>" * 50_000 + "<div>" * 900,
    "> " * 20_000 + "x",
    "* " * 5_000 + "x",
    "<select>" + "<option>" * 50_000,
]


@pytest.mark.parametrize("deep", DEEP, ids=lambda deep: deep[:5])
@pytest.mark.parametrize("name", ["feed", "sitemap", "page", "markdown"])
def test_depth_breaks_no_parser_and_takes_no_age(name: str, deep: str) -> None:
    whole = rss(f"<guid>1</guid><description><![CDATA[{deep}]]></description>") if name == "feed" else deep
    started = time.process_time()
    with suppress(Unreadable):
        assert len(read(name, whole, content_type="text/html", items="li" if name == "feed" else "")) == 1
    assert time.process_time() - started < 5


MANY = 100_000
ATTRIBUTES = {
    "bare": " ".join(f"a{n}" for n in range(MANY)),
    "with values": "".join(f"a{n}='{n}'" for n in range(MANY)),
    "behind a sign of greater": 'x=">" ' + " ".join(f'a{n} = "{n}"' for n in range(MANY)),
    "with slashes": "/".join(f"a{n}" for n in range(MANY)),
    "behind a quote mark": "' " + " ".join(f"a{n}" for n in range(MANY)) + " '",
}


@pytest.mark.parametrize("written", ATTRIBUTES)
@pytest.mark.parametrize("name", ["feed", "sitemap", "page", "markdown", "text", "billstatus"])
@pytest.mark.parametrize("inside", [True, False], ids=["in a text", "in the document"])
def test_an_element_of_many_attributes_costs_no_time(name: str, written: str, inside: bool) -> None:  # noqa: FBT001 - a column
    tag = f"<b {ATTRIBUTES[written]}>word</b>"
    body = rss(f"<guid>1</guid><description><![CDATA[{tag}]]></description>" if inside else tag)
    started = time.process_time()
    with suppress(Unreadable):
        read(name, body, content_type="text/html" if name == "page" else "application/xml")
    assert time.process_time() - started < 3


def test_long_values_are_no_many_attributes() -> None:
    drawing = f"<svg><path class='{'a ' * 900}' d=\"{'M 1 2 ' * 900}\"/></svg>"
    (entry,) = read("page", f"<h1>News</h1><main>{drawing}<p>Some words of a page.</p></main>", content_type="text/html")
    assert "Some words of a page." in entry.text


def test_scripts_come_through_as_words_at_most() -> None:
    markup = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;words&lt;a href='javascript:alert(1)'&gt;link&lt;/a&gt;"
    (entry,) = read("feed", rss(f"<guid>1</guid><link>javascript:alert(1)</link><description>{markup}</description>"))
    assert (entry.text, entry.link) == ("wordslink", "")


ODD = [b"\xff\xfe\x00", b"\x00" * 100, bytes(range(256)), b"<", b"{", b"[", b"<?xml", b"<!DOCTYPE", b"%PDF-", b"GIF89a\x01"]


@pytest.mark.parametrize("name", formats.names())
@pytest.mark.parametrize("body", ODD)
def test_a_document_that_no_parser_expected_is_one_failure(name: str, body: bytes) -> None:
    with suppress(Unreadable):
        assert all(isinstance(entry, Entry) for entry in read(name, body, content_type="application/octet-stream"))


def kept() -> Iterator[tuple[str, Path]]:
    """Documents that a fuzzer found, by the format that they once hurt: fixtures/fuzz/<format>/<name>."""
    for folder in sorted(FUZZ.iterdir()):
        for path in sorted(folder.iterdir()):
            yield folder.name, path


@pytest.mark.parametrize(("name", "path"), list(kept()), ids=lambda value: getattr(value, "name", value))
def test_what_the_fuzzer_found_stays_harmless(name: str, path: Path) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))
    body = found["body"].encode("latin-1")
    started = time.process_time()
    try:
        entries = formats.read(
            Document("https://pub.example/doc", "", body, "", found["content_type"], NOW), name, found["options"]
        )
    except Unreadable:
        entries = ()
    assert time.process_time() - started < found["seconds"]
    for entry in entries:
        assert entry.title.isprintable()
        assert entry.text.replace("\n", "").isprintable()
        assert entry.published is None or 1985 <= entry.published.year <= 2201
