"""What an address must not show is shown nowhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.core.addresses import MAX_ADDRESS, in_year, is_in_any_year, redact, redact_all, safe_link
from watcher.core.model import Entry

TEXTS = [
    ("https://api.example/v3/bill?api_key=s3cret&format=json", "https://api.example/v3/bill?api_key=***&format=json"),
    ("no answer from https://ann:s3cret@example.org/x today", "no answer from https://***@example.org/x today"),
    ("see http://www.senate.gov@evil.example", "see http://***@evil.example"),
    ("https://a@b:s3cret@example.org/", "https://***@example.org/"),
    ("https://example.org/?a=1&access_token=s3cret#x", "https://example.org/?a=1&access_token=***#x"),
    ("https://example.org/#access_token=s3cret", "https://example.org/#access_token=***"),
    ("https://example.org/?api%5Fkey=s3cret", "https://example.org/?api%5Fkey=***"),
    (
        "https://example.org/?X-Amz-Signature=s3cret&AWSAccessKeyId=s3cret",
        "https://example.org/?X-Amz-Signature=***&AWSAccessKeyId=***",
    ),
    ("https://example.org/?subscription-key=s3cret;sid=s3cret", "https://example.org/?subscription-key=***"),
    ("https://example.org/?password=a%20b&pwd=c&jwt=d", "https://example.org/?password=***&pwd=***&jwt=***"),
    ("https://api.telegram.org/bot123:s3c-ret/send", "https://api.telegram.org/bot***/send"),
    ("https://hooks.slack.com/services/T0/B0/s3cret", "https://hooks.slack.com/services/***"),
    ("https://discord.com/api/webhooks/1/s3cret", "https://discord.com/api/webhooks/***"),
    (
        "https://example.org/?author=smith&design=new&monkey=1&keyword=x",
        "https://example.org/?author=smith&design=new&monkey=1&keyword=x",
    ),
    ("words alone", "words alone"),
    ("mail ann@example.org, a=b", "mail ann@example.org, a=b"),
    ("https://example.org/@ann/1", "https://example.org/@ann/1"),
]


@pytest.mark.parametrize(("text", "shown"), TEXTS, ids=[row[0] for row in TEXTS])
def test_secrets_in_addresses_are_never_shown(text: str, shown: str) -> None:
    assert redact(text) == shown
    assert redact(shown) == shown


def test_each_text_of_a_value_is_shown_so_whatever_holds_it() -> None:
    secret, shown = "http://ann:s3cret@a.example/", "http://***@a.example/"
    value = {"a": [secret, 1, None], "b": (Entry("k", secret, facts={"c": (secret, True)}), {secret})}
    assert redact_all(value) == {"a": [shown, 1, None], "b": (Entry("k", shown, facts={"c": (shown, True)}), {secret})}


LINKS = [
    ("https://nist.gov/a?b=1#c", "https://nist.gov/a?b=1#c"),
    ("https://user:pass@api.example/x?token=1", "https://api.example/x?token=***"),
    ("http://www.senate.gov@evil.example", "http://evil.example"),
    ("javascript:alert(1)", ""),
    ("//nist.gov/a", ""),
    ("https:///a", ""),
    ("https://a.example:0/", ""),
    ("https://good.example\\@evil.example/", ""),
    ("https://a.example/ b", "https://a.example/%20b"),
    ('https://a.example/?q="yea and nay"&key=s"3', "https://a.example/?q=%22yea%20and%20nay%22&key=***"),
    ("https://a.example/<b>#it's", "https://a.example/%3Cb%3E#it's"),
    ('https://a.example"onclick="x/', ""),
    ("https://a.example /", ""),
    ("https://a.example/a\nb", ""),
    ("https://a.example/a\u202eb", ""),
    ("http://[::1", ""),
    ("", ""),
]


@pytest.mark.parametrize(("address", "shown"), LINKS, ids=[row[0] for row in LINKS])
def test_a_link_leads_where_it_says_and_shows_no_secret(address: str, shown: str) -> None:
    assert safe_link(address) == shown


def test_an_address_of_a_year_is_that_of_the_moment() -> None:
    address = "https://pub.example/{year}/a?of={year}"
    assert in_year(address, datetime(2027, 1, 1, tzinfo=UTC)) == "https://pub.example/2027/a?of=2027"
    assert in_year("https://pub.example/a", datetime(2027, 1, 1, tzinfo=UTC)) == "https://pub.example/a"
    assert is_in_any_year(address, address)
    assert is_in_any_year(address, "https://pub.example/2026/a?of=2026")
    assert not is_in_any_year(address, "https://pub.example/now/a?of=2026")
    assert not is_in_any_year("https://pub.example/a.b", "https://pub.example/axb")


@pytest.mark.parametrize("host", ["a\u0301\u0323" * 10_000, "a" * 60, "a." * 10_000])
def test_an_address_without_measure_is_none(host: str) -> None:
    assert safe_link(f"https://{host}.example/{'x' * MAX_ADDRESS}") == ""
    assert safe_link(f"https://{host[:60].strip('.')}.example/x")
