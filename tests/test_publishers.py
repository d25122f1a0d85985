from __future__ import annotations

import pytest

from watcher.publishers import registrable, speaker


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.anthropic.com/news/x", "anthropic.com"),
        ("https://news.bbc.co.uk/a", "bbc.co.uk"),
        ("https://someone.github.io/x", "someone.github.io"),
        ("http://127.0.0.1:8900/x", "127.0.0.1"),
        ("not an address", ""),
        ("https://[broken/x", ""),
    ],
)
def test_a_publisher_is_a_registrable_domain(url: str, domain: str) -> None:
    assert registrable(url) == domain


def test_an_aggregator_speaks_for_whom_it_links() -> None:
    assert speaker("link", "https://www.paper.example/a", "https://hnrss.org/") == "paper.example"
    assert speaker("link", "", "https://hnrss.org/newest") == "hnrss.org"
    assert speaker("nist.gov", "https://www.paper.example/a", "") == "nist.gov"
