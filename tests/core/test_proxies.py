"""Which proxy a request goes through, by what the operator writes."""

from __future__ import annotations

import pytest

from watcher.core.proxies import Proxies, Proxy, read_bypass, read_proxy


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://proxy.example:3128", Proxy("proxy.example", 3128)),
        ("http://proxy.example/", Proxy("proxy.example", 80)),
        ("proxy.example:3128", Proxy("proxy.example", 3128)),
        ("HTTP://[fd00::1]:8080", Proxy("fd00::1", 8080)),
        ("http://me:s%40cret@proxy.example", Proxy("proxy.example", 80, b"me", b"s@cret")),
        ("me@10.0.0.1:3128", Proxy("10.0.0.1", 3128, b"me")),
    ],
)
def test_a_proxy_is_read_as_curl_reads_it(text: str, proxy: Proxy) -> None:
    assert read_proxy(text) == proxy


@pytest.mark.parametrize(
    "text",
    [
        "https://secret@proxy.example",
        "socks5://proxy.example",
        "http://",
        "http://a b/",
        "proxy:99999",
        "proxy:0",
        "http://[::1",
        "müller:1",
    ],
)
def test_what_is_no_proxy_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError, match=r"proxy\.example:3128") as caught:
        read_proxy(text)
    assert "secret" not in str(caught.value)


def test_an_address_of_a_proxy_can_be_shown() -> None:
    assert read_proxy("me:secret@[fd00::1]:3128").url == "http://[fd00::1]:3128"
    assert "secret" not in repr(read_proxy("me:secret@proxy.example"))


PAST = "localhost, .corp.example,*.lan.example other.example:8443 10.0.0.0/8 [2001:db8::]/32 192.0.2.7"


@pytest.mark.parametrize(
    ("scheme", "host", "port", "through"),
    [
        ("https", "news.example", 443, "secure"),
        ("http", "news.example", 80, "plain"),
        ("https", "corp.example", 443, None),
        ("https", "a.corp.example", 443, None),
        ("https", "notcorp.example", 443, "secure"),
        ("http", "printer.lan.example", 80, None),
        ("https", "other.example", 8443, None),
        ("https", "other.example", 443, "secure"),
        ("http", "10.1.2.3", 80, None),
        ("http", "11.1.2.3", 80, "plain"),
        ("http", "192.0.2.7", 80, None),
        ("http", "127.0.0.1", 80, None),
        ("http", "::1", 80, None),
        ("http", "app.localhost", 80, None),
    ],
)
def test_a_request_goes_through_the_proxy_of_its_scheme_unless_its_host_is_named(
    scheme: str, host: str, port: int, through: str | None
) -> None:
    proxies = Proxies(Proxy("plain", 1), Proxy("secure", 1), read_bypass(PAST))
    found = proxies.of(scheme, host, port)
    assert (found and found.host) == through


def test_a_star_lets_everything_past_and_nothing_lets_nothing() -> None:
    proxy = Proxy("plain", 1)
    assert Proxies(proxy, proxy, read_bypass("*")).of("http", "news.example", 80) is None
    assert Proxies(proxy, proxy, read_bypass(" , ")).of("http", "news.example", 80) == proxy
    assert Proxies().of("http", "news.example", 80) is None


def test_an_international_name_is_passed_by_as_it_is_asked_for() -> None:
    proxies = Proxies(Proxy("plain", 1), Proxy("plain", 1), read_bypass("straße.example"))
    assert proxies.of("https", "news.xn--strae-oqa.example", 443) is None
    assert proxies.of("https", "news.strasse.example", 443) is not None


def test_a_name_that_is_none_lets_nothing_past_and_the_next_one_counts() -> None:
    proxies = Proxies(Proxy("plain", 1), Proxy("plain", 1), read_bypass("ü..example, corp.example"))
    assert proxies.of("https", "ü..example", 443) is not None
    assert proxies.of("https", "news.corp.example", 443) is None
