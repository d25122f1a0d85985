"""The guard in front of the parsers: encodings, document types, human checks."""

import codecs
import gzip

import pytest
from reading import HTML, refused, rss

from watcher.core.model import Outcome, Unreadable
from watcher.formats import _markup
from watcher.formats._markup import decode, human_check, looks_like_page, open_xml, refuse_page, without_declaration


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("é".encode(), "", "é"),
        (codecs.BOM_UTF8 + "é".encode(), "text/xml; charset=latin-1", "é"),
        ("é".encode("utf-16"), "", "é"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "", "é"),
        ("<é".encode("utf-16-le"), "", "<é"),
        ("<é".encode("utf-16-be"), "", "<é"),
        ("é".encode("latin-1"), "text/plain; charset=iso-8859-1", "é"),
        ("\u201cq\u201d".encode("cp1252"), 'text/html; charset="windows-1252"', "\u201cq\u201d"),
        ("é".encode("latin-1"), "text/plain; charset=utf-8", "é"),
        ("é".encode("latin-1"), "", "é"),
        ("ready \u2013 yet é".encode(), "text/xml; charset=ISO-8859-1", "ready \u2013 yet é"),
        ("ready \u2013 ".encode() + b"\x93caf\xe9\x94", "", "ready \u2013 \u201ccafé\u201d"),
        ("日本の規則".encode("shift_jis"), "text/html; charset=Shift_JIS", "日本の規則"),
        ("日本の規則".encode("euc-jp"), "text/html; charset=euc-jp", "日本の規則"),
        ("日本".encode("iso2022-jp"), "text/html; charset=iso-2022-jp", "日本"),
        ("规则".encode("gb18030"), "text/html; charset=gb2312", "规则"),
        ("規則".encode("big5"), "text/html; charset=big5", "規則"),
        ("규칙".encode("cp949"), "text/html; charset=euc-kr", "규칙"),
        ("правило".encode("koi8-r"), "text/html; charset=koi8-r", "правило"),
        ("ğ".encode("cp1254"), "text/html; charset=iso-8859-9", "ğ"),
        ("<a/>".encode("cp037"), "text/xml; charset=cp037", "<a/>"),
        ("<a/>é".encode("utf-32"), "", "<a/>é"),
        ("<a/>é".encode("utf-32-le"), "", "<a/>é"),
        ("<a/>é".encode("utf-32-be"), "", "<a/>é"),
        (gzip.compress("é".encode(), mtime=0), "application/gzip", "é"),
        (
            b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9</a>",
            "text/plain; charset=utf-8",
            "<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>",
        ),
        (b"<html><meta charset='windows-1251'>\xcf", "text/html", "<html><meta charset='windows-1251'>П"),
        (b"<?xml version='1.0' encoding='utf-16'?><a/>", "", "<?xml version='1.0' encoding='utf-16'?><a/>"),
        (b"plain", "text/plain; charset=none-such", "plain"),
        (b"plain", "text/plain; charset=\0", "plain"),
    ],
)
def test_a_body_is_decoded_as_it_says(body: bytes, content_type: str, text: str) -> None:
    assert decode(body, content_type) == text


@pytest.mark.parametrize("name", ["utf-7", "rot13", "punycode", "base64", "unicode_escape"])
def test_an_encoding_of_no_text_is_refused(name: str) -> None:
    with pytest.raises(Unreadable, match="is not read"):
        decode(b"<a/>", f"text/xml; charset={name}")


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"x", mtime=0)[:-9], b"\x1f\x8b\x08broken", gzip.compress(b" " * (_markup._MOST_UNPACKED + 1), 1, mtime=0)],
)
def test_what_cannot_be_unpacked_whole_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable, match="gzip"):
        decode(body, "")


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\0\0", codecs.BOM_UTF8])
def test_nothing_is_empty(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(body, "")
    assert caught.value.kind is Outcome.EMPTY


BOMB = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
DEFINING = [
    f"<?xml version='1.0'?><!DOCTYPE rss [{BOMB}]><rss/>",
    f"<!doctype rss SYSTEM 'x' [{BOMB}]><rss/>",
    f"<!-- c --><?pi x?>\n<!DOCTYPE rss PUBLIC \"a>b\" '[' [{BOMB}]><rss/>",
    f"<!DOCTYPE rss [{BOMB}",
    "<!DOCTYPE rss",
    "<!-- \n<!ENTITY a 'b'>\n--><rss/>",
    "<?pi <a ?><!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>",
    "text <!ENTITY a 'b'> <rss/>",
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("text", DEFINING)
def test_a_document_that_defines_entities_reaches_no_parser(text: str, encoding: str) -> None:
    with pytest.raises(Unreadable):
        open_xml(text.encode(encoding), "")


@pytest.mark.parametrize("encoding", ["cp037", "cp500", "utf-7"])
def test_a_definition_in_another_alphabet_is_no_xml(encoding: str) -> None:
    kind, _ = refused("feed", DEFINING[0].encode(encoding), content_type="application/xml")
    assert kind == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://x.example/rss.dtd"><rss/>',
        "<?xml version='1.0'?><!-- <b> --><x:rss xmlns:x='y'/>",
        "<rss><![CDATA[how to write <!ENTITY a 'b'>]]></rss>",
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><rss/>',
    ],
)
def test_a_document_that_defines_nothing_passes(text: str) -> None:
    assert open_xml(text.encode(), "") == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\0\n", ""),
        ("Warning: cannot modify header in /x.php on line 3\n", ""),
        ("<br />\n<b>Notice</b>: undefined index<br />\n", "<!-- cached in 0.1 s -->"),
        ("<!-- a note -->\n", "\n<script>track()</script>"),
        ("", "and 3 more bytes"),
        ("", "\0\0"),
    ],
)
def test_what_stands_before_and_after_a_feed_is_left_out(before: str, after: str) -> None:
    feed = rss("<title>A</title><description><![CDATA[how to end: </rss>]]></description>", attributes=' version="2.0"')
    found = open_xml(f"{before}{feed}{after}".encode(), "text/xml")
    assert found.endswith("</channel></rss>")
    assert "<item><title>A</title>" in found
    assert not found.startswith(("Warning", "<br", "\0"))


def test_a_feed_that_ends_inside_a_text_is_not_made_whole() -> None:
    cut = rss("<title>A</title>").replace("</channel></rss>", "<item><description><![CDATA[how to end: </rss> and then")
    assert refused("feed", cut)[1] == "the feed is cut off"


def test_a_page_that_speaks_of_feeds_is_a_page() -> None:
    assert "web page" in refused("feed", "<html><body><p>Write</p><rss version='2.0'></rss></body></html>")[1]


def test_the_declaration_is_dropped_with_its_encoding() -> None:
    assert without_declaration("<?xml version='1.0' encoding='x'?><a/>") == "<a/>"


CHECKS = [
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser before you continue</h1></body></html>",
    "<html><title>Attention Required! | Cloudflare</title><body>Sorry</body></html>",
    "<html><body><h1>Request Access</h1><p>Please complete the CAPTCHA to unblock.</p></body></html>",
    "<html><head><script>window._cf_chl_opt={}</script></head><body></body></html>",
    "<html><head><title>Access Denied</title></head><body>Reference #18.2f</body></html>",
    "<html><body><div class='g-recaptcha'></div>Hold on</body></html>",
]


@pytest.mark.parametrize("page", CHECKS)
@pytest.mark.parametrize("name", ["feed", "page", "json_list", "sitemap", "markdown", "text", "pdf", "advisories"])
def test_a_check_for_humans_is_blocked_in_every_format(name: str, page: str) -> None:
    assert refused(name, page, content_type=HTML)[0] == "blocked"


def test_an_article_about_blocks_is_no_check() -> None:
    article = f"<html><title>On tests</title><p>{'A long story. ' * 200}</p><p>Access denied, said the captcha.</p></html>"
    assert not human_check(article)
    short = (
        "<html><title>Bot rules</title><body><p>" + "Many words first. " * 40 + "Then a captcha, access denied.</p></body></html>"
    )
    assert not human_check(short)


def test_a_page_in_the_place_of_a_document_is_named_with_its_title() -> None:
    for name in ("feed", "json_list", "sitemap", "text", "markdown", "advisories", "pdf"):
        kind, reason = refused(name, "<!DOCTYPE html><html><title>Docs\n</title><body>Welcome</body></html>", content_type=HTML)
        assert (kind, "Docs" in reason) == ("malformed", True), name
    with pytest.raises(Unreadable, match="is a web page"):
        refuse_page("<html></html>")


def test_a_feed_is_no_page() -> None:
    assert not looks_like_page(rss("<title>x</title>"))
    assert refused("feed", "<div><html><body>Just a moment...</body></html></div>")[0] == "blocked"
    assert refused("feed", "hello")[1] == "the document is no XML"
    assert refused("feed", "")[0] == "empty"


@pytest.mark.parametrize("before", ["", "<![CDATA[", "<![CDATA[a]]> b ]]> <![CDATA["])
def test_a_section_that_is_never_closed_hides_no_attributes(before: str) -> None:
    many = " ".join(f'a{n}="1"' for n in range(500))
    with pytest.raises(Unreadable, match="attributes"):
        open_xml(f"<rss><channel>{before}<item {many}/></channel></rss>".encode(), "")
    open_xml(f"<rss><channel>{before}<![CDATA[<item {many}/>]]></channel></rss>".encode(), "")
