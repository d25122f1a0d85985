"""The page in a real browser: narrow and wide, light and dark, by keyboard alone, without JavaScript, under a sub-path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser

from tests.web.browsing import MARKS, opened, served, too_wide, violations
from tests.web.story import NOW, Shown
from watcher.web.app import create_app
from watcher.web.security import WebSettings

pytestmark = MARKS

PATHS = (
    "",
    "signals/senate-vote",
    "signals/mythos-ga",
    "signals/caisi-evaluation",
    "stories/mythos-ga",
    "sources",
    "log",
    "machines",
    "cards/mythos-ga",
    "nothing",
)
QUICK = PATHS[:1] + PATHS[2:3]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The application on loopback, under a sub-path that is kept."""
    with served(create_app(Shown(), WebSettings(base_path="/watch"), clock=lambda: NOW)) as root:
        yield f"{root}watch/"


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_no_violation_in_light_and_in_dark(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address, color_scheme="light", bypass_csp=True) as (page, _):
        page.goto(address + path)
        assert violations(page) == ""
        page.emulate_media(color_scheme="dark")
        assert violations(page) == ""


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_cut_off_and_nothing_goes_wrong(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address) as (page, wrong):
        page.goto(address + path)
        assert too_wide(page) == []
        assert [words for words in wrong if "404" not in words] == []


def test_the_three_answers_stand_on_the_first_screen(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport={"width": 1440, "height": 900}) as (page, _):
        page.goto(address)
        for answer in page.locator(".summary .answer").all():
            box = answer.bounding_box()
            assert box
            assert box["y"] + box["height"] < 500


@pytest.mark.parametrize("path", QUICK)
def test_without_javascript_the_page_is_complete(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address, java_script_enabled=False) as (page, _):
        page.goto(address + path)
        assert "The class is open to all as Claude Fable 5.2" in page.locator("main").inner_text()
        assert page.locator("svg.plot").count() > 0


def test_the_readers_own_time_stands_beside_the_exact_one(browser: Browser, address: str) -> None:
    with opened(browser, address, timezone_id="America/New_York", locale="en-US") as (page, _):
        page.goto(address)
        title = page.locator("time[datetime='2026-11-24T08:42:00Z']").first.get_attribute("title")
        assert (title or "").replace("\u202f", " ") == "24 November 2026, 08:42 UTC\nNovember 24, 2026 at 3:42 AM, your time"


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        page.goto(address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent").startswith("Not yet.")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        wanted = page.locator("main a, main button, footer input, footer button").count()
        reached = set()
        for _ in range(wanted + 8):
            reached.add(page.evaluate("document.activeElement.outerHTML"))
            page.keyboard.press("Tab")
        assert any('name="as_of"' in html for html in reached)
        assert any("<button" in html for html in reached)


def test_a_past_day_is_asked_for_by_the_form_alone(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as (page, wrong):
        page.goto(address + "signals/mythos-ga")
        page.fill("#as_of", "2026-06-13")
        page.click("footer button")
        assert page.url == f"{address}signals/mythos-ga?as_of=2026-06-13"
        assert "This is what the watch knew on 13 June 2026." in page.locator("aside").inner_text()
        page.click("text=Show today")
        assert page.locator("aside").count() == 0
        assert wrong == []


def test_in_print_the_answers_stay_and_the_controls_go(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        page.goto(address)
        page.emulate_media(media="print")
        assert page.locator(".answer").first.is_visible()
        assert not page.locator(".asof").is_visible()
        assert not page.locator("nav").is_visible()


def test_the_page_reads_as_an_outline(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        for path in PATHS:
            page.goto(address + path)
            levels = [
                int(level) for level in page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => h.tagName[1])")
            ]
            assert levels.count(1) == 1, path
            assert levels[0] == 1, path
            assert all(after - before <= 1 for before, after in pairwise(levels)), f"{path}: {levels}"


def test_a_page_that_stands_still_says_when_it_is_overdue(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        page.clock.set_fixed_time(NOW)
        page.goto(address)
        assert page.get_by_text("Overdue: the watch should have looked again").count() == 0
        page.clock.set_fixed_time(NOW.replace(year=NOW.year + 1))
        page.reload()
        assert page.get_by_text("Overdue: the watch should have looked again").first.is_visible()
        assert all(not part.is_visible() for part in page.locator("[data-fresh]").all())
