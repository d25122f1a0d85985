from __future__ import annotations

import pytest

from watcher.publishers import publisher_of, registrable_domain


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.anthropic.com/news/x", "anthropic.com"),
        ("https://news.bbc.co.uk/a", "bbc.co.uk"),
        ("https://someone.github.io/x", "someone.github.io"),
        ("http://127.0.0.1:8900/x", "127.0.0.1"),
        ("https://www.straße.example/a", "xn--strae-oqa.example"),
        ("not an address", ""),
        ("https://[broken/x", ""),
    ],
)
def test_a_publisher_is_a_registrable_domain(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


def test_an_aggregator_speaks_for_whom_it_links() -> None:
    assert publisher_of("link", "https://www.paper.example/a", "https://hnrss.org/") == "paper.example"
    assert publisher_of("link", "", "https://hnrss.org/newest") == "hnrss.org"
    assert publisher_of("nist.gov", "https://www.paper.example/a", "") == "nist.gov"
