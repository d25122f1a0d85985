"""A challenge is known by its title, by its words, or by what it loads."""

from __future__ import annotations

import pytest

from watcher.core.challenges import is_challenge

PAGES = [
    ("Just a moment...", "", "", True),
    ("Request Access", "", "", True),
    ("Request Rejected", "The requested URL was rejected. Your support ID is: 1234", "", True),
    ("", "Please complete the CAPTCHA below.", "", True),
    ("News", "", "<script>window._cf_chl_opt = {}</script>", True),
    ("Human verification | Site", "", "", True),
    ("", "One step more", "<div class='g-recaptcha' data-sitekey='x'></div>", True),
    ("", "Comments. " * 50, "<div class='g-recaptcha' data-sitekey='x'></div>", False),
    ("Just a moment", "An article of some length. " * 100, "", False),
    ("Human verification of model evaluations", "Soon.", "<h1>Captcha-breaking agents</h1>", False),
    ("Access to remote systems", "The Senate passed the bill.", "<script src='/app.js'></script>", False),
    ("Request for information", "NIST asks for comments.", "", False),
    ("Moments of the year", "What happened.", "", False),
]


@pytest.mark.parametrize(("title", "shown", "markup", "is_one"), PAGES, ids=[f"{row[0]}-{row[1][:10]}" for row in PAGES])
def test_a_challenge_is_told_from_a_page(title: str, shown: str, markup: str, is_one: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_challenge(title=title, shown=shown, markup=markup) is is_one
