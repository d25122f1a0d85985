"""One parser reads addresses: what it accepts, every other parser reads in the same way."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from watcher.fetch import redact
from watcher.fetch.urls import Address, UrlRejected, join, parse

ACCEPTED = [
    ("https://www.senate.gov/a/b.xml", "https://www.senate.gov/a/b.xml"),
    ("HTTPS://WWW.Senate.GOV", "https://www.senate.gov/"),
    ("http://example.org:80/a", "http://example.org/a"),
    ("https://example.org:8443/a?b=c&d=%20#part", "https://example.org:8443/a?b=c&d=%20"),
    ("https://example.org./a", "https://example.org/a"),
    ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
    ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
    ("http://192.0.2.7?q", "http://192.0.2.7/?q"),
    (
        "https://archive.example/web/2026/https://www.nist.gov/caisi",
        "https://archive.example/web/2026/https://www.nist.gov/caisi",
    ),
    ("https://a_b.example/x|y", "https://a_b.example/x%7Cy"),
    ("https://example.org/a/../b/./c%2e?d=/../e", "https://example.org/b/c%2e?d=/../e"),
    ("https://example.org/a/%2E%2e/..", "https://example.org/"),
    ("https://example.org//a/b/.", "https://example.org//a/b/"),
    ("https://stra\u00dfe.example/", "https://xn--strae-oqa.example/"),  # IDNA 2008; the older standard says "strasse"
    ("https://\u03b2\u03cc\u03bb\u03bf\u03c2.example/", "https://xn--nxasmm1c.example/"),
]

REFUSED = [
    ("ftp://example.org/", "neither http nor https"),
    ("file:///etc/passwd", "neither http nor https"),
    ("javascript:alert(1)", "neither http nor https"),
    ("/etc/passwd", "neither http nor https"),
    ("", "neither http nor https"),
    ("http:/example.org/", "cannot be read"),
    ("http:///x", "cannot be read"),
    ("https://user:hunter2@example.org/", "user name"),
    ("https://example.org@127.0.0.1/", "user name"),
    ("http://127.0.0.1#@example.org/", None),  # a fragment: the host is loopback, and the guard sees it
    ("http://example.org\\@127.0.0.1/", "backslash"),
    ("http://127.0.0.1\\.example.org/", "backslash"),
    ("http://exa mple.org/", "blank"),
    ("http://example.org/\r\nHost: other", "control character"),
    ("http://example.org/\x00", "control character"),
    ("\thttp://example.org/", "control character"),
    ("http://example.org:99999/", "impossible port"),
    ("http://example.org:0/", "impossible port"),
    ("http://example.org:8x/", "cannot be read"),
    ("http://2130706433/", "host cannot be read"),
    ("http://0x7f.0.0.1/", "host cannot be read"),
    ("http://0177.0.0.1/", "host cannot be read"),
    ("http://127.1/", "host cannot be read"),
    ("http://127.0.0.1.5/", "host cannot be read"),
    ("http://%31%32%37.0.0.1/", "host cannot be read"),
    ("http://[::1%25eth0]/", "cannot be read"),
    ("http://[v1.fe80::a]/", "cannot be read"),
    ("http://[::1/", "cannot be read"),
    ("http://a..b/", "host cannot be read"),
    ("http://-/", "host cannot be read"),
    ("http://" + "a" * 300 + "/", "host cannot be read"),
    ("http://exam\u2100ple.org/", "host cannot be read"),  # a sign that becomes a/c
]


@pytest.mark.parametrize(("text", "url"), ACCEPTED)
def test_an_address_is_put_together_in_one_form(text: str, url: str) -> None:
    assert parse(text).url == url


@pytest.mark.parametrize(("text", "reason"), [row for row in REFUSED if row[1]])
def test_an_address_that_could_be_read_in_two_ways_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UrlRejected, match=reason) as refused:
        parse(text)
    assert "hunter2" not in str(refused.value)


def test_digits_of_other_scripts_are_the_address_that_they_mean() -> None:
    assert parse("http://\uff11\uff12\uff17.0.0.1/").host == "127.0.0.1"


def test_what_follows_the_number_sign_is_no_host() -> None:
    assert parse("http://127.0.0.1#@example.org/").host == "127.0.0.1"


def agree(text: str) -> None:
    """Every parser on the way to the socket sees the host and port that we judged, or we refused."""
    try:
        ours = parse(text)
    except UrlRejected:
        return
    sent = httpx2.URL(ours.url)
    theirs = URL(str(sent), encoded=True)
    standard = urlsplit(str(sent))
    assert theirs.scheme == standard.scheme == sent.scheme == ours.scheme
    assert theirs.raw_host == standard.hostname == sent.raw_host.decode() == ours.host
    assert theirs.port == ours.port


@pytest.mark.parametrize("text", [row[0] for row in ACCEPTED + REFUSED])
def test_all_parsers_see_the_same_host(text: str) -> None:
    agree(text)


@given(
    st.lists(
        st.sampled_from(
            [*"@:/\\?#[]%.;&=", "127.0.0.1", "a", "example.org", "::1", "0x7f", "80", "\u3002", "\uff0f", "é", " ", "\t"]
        )
    )
)
def test_all_parsers_see_the_same_host_in_any_mixture(parts: list[str]) -> None:
    agree("http://" + "".join(parts))


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/new", "https://example.org/new"),
        ("other.xml", "https://example.org/feeds/other.xml"),
        ("?page=2", "https://example.org/feeds/a.xml?page=2"),
        ("//cdn.example/x", "https://cdn.example/x"),
        (" https://example.net/a b ", "https://example.net/a%20b"),
        ("../../../x", "https://example.org/x"),
    ],
)
def test_a_redirect_is_read_from_where_it_was_given(location: str, url: str) -> None:
    assert join(parse("https://example.org/feeds/a.xml"), location).url == url


@pytest.mark.parametrize(
    "location", ["http:\\\\127.0.0.1/", "https://a\x01b/", "//u:p@example.org/", "gopher://x/", "http://[::1", "https://[x]/"]
)
def test_a_redirect_with_tricks_is_refused(location: str) -> None:
    with pytest.raises(UrlRejected):
        join(Address("https", "example.org", 443, "/"), location)


@pytest.mark.parametrize("host", ["http://a{}/", "//{}.example", "https:{}", "/{}", "{}", "x://{}", "HTTPS://a.{}:80?x"])
@pytest.mark.parametrize("piece", ["\u0301\u0323", "a", "%41", "a.", "../"])
def test_a_redirect_of_any_length_is_refused_before_it_is_joined(host: str, piece: str) -> None:
    with pytest.raises(UrlRejected, match="too long"):
        join(Address("https", "example.org", 443, "/"), host.format(piece * 20_000))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://api.example/v3/bill?api_key=s3cret&format=json", "https://api.example/v3/bill?api_key=***&format=json"),
        ("no answer from https://ann:s3cret@example.org/x today", "no answer from https://***@example.org/x today"),
        ("https://a@b:s3cret@example.org/", "https://***@example.org/"),
        ("https://example.org/?a=1&access_token=s3cret#x", "https://example.org/?a=1&access_token=***#x"),
        ("https://example.org/?X-Amz-Signature=s3cret", "https://example.org/?X-Amz-Signature=***"),
        ("https://example.org/?author=smith&design=new", "https://example.org/?author=smith&design=new"),
        ("mail ann@example.org", "mail ann@example.org"),
    ],
)
def test_secrets_in_addresses_are_never_shown(text: str, shown: str) -> None:
    assert redact(text) == shown
