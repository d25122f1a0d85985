"""The page over a recorded year, on five of its days, as somebody meets it in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response

from tests.rehearsals import STORY
from tests.web.browsing import MARKS, NARROW, opened, served, too_wide, violations
from tests.web.recorded import END, lived, reads_of, store_of
from watcher.web.app import create_app

pytestmark = [*MARKS, pytest.mark.slow]

NOW = ""
WORDS = {"No.", "Yes.", "Partly.", "Not under that name.", "Unknown."}
DAYS: dict[str, tuple[str, str, str]] = {
    "2026-01-11": ("no vote", "No sign of it", "Kimi K2 Thinking"),
    "2026-04-20": ("no vote", "invitation", "Kimi K2 Thinking"),
    "2026-06-20": ("no vote", "suspended", "DeepSeek V4 Pro"),
    "2026-07-22": ("no vote", "Open to all as Claude Fable 5", "GLM-5.2"),
    NOW: ("no vote", "Open to all as Claude Fable 5.2", "GLM-5.3"),
}
TOLD = pytest.mark.skipif(
    not STORY.is_dir(), reason="our own small year has no text that is being checked and no source that ended"
)
SIGNALS = ("senate-vote", "mythos-ga", "caisi-evaluation")
PAGES = (*(f"signals/{name}" for name in SIGNALS), *(f"stories/{name}" for name in SIGNALS), "sources", "log", "machines")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("year")
    with store_of(lived(folder)) as store, served(create_app(reads_of(store), clock=lambda: END)) as root:
        yield root


@pytest.mark.parametrize("day", DAYS)
def test_the_page_tells_what_was_known_on_that_day(browser: Browser, address: str, day: str) -> None:
    with opened(browser, address, viewport={"width": 1440, "height": 900}, bypass_csp=True) as (page, wrong):
        page.goto(f"{address}?as_of={day}" if day else address)
        cards = page.locator(".summaries .summary").all()
        for card, answer in zip(cards, DAYS[day], strict=True):
            assert answer in card.inner_text()
            assert card.locator(".answer .word").inner_text() in WORDS
            assert card.locator(".sign").first.inner_text().strip()
            assert "Last verified" in card.inner_text()
            box = card.bounding_box()
            assert box
            assert box["y"] + box["height"] < 900
        assert (page.locator("aside").count() == 1) is bool(day)
        assert violations(page) == ""
        page.emulate_media(color_scheme="dark")
        assert violations(page) == ""
        assert too_wide(page) == []
        assert wrong == []


@pytest.mark.parametrize("day", DAYS)
def test_each_answer_is_proven_and_says_what_would_change_it(browser: Browser, address: str, day: str) -> None:
    with opened(browser, address) as (page, wrong):
        for name in SIGNALS:
            page.goto(f"{address}signals/{name}?as_of={day}" if day else f"{address}signals/{name}")
            assert page.locator("[aria-current=step]").count() >= 1
            assert page.locator(".mind li, .mind p").count() >= 1
            quotes = page.locator("#story ~ .timeline .quote")
            assert quotes.count() >= 1 or (day, name) == ("2026-01-11", "mythos-ga")
            for link in page.locator(".quote figcaption a").all():
                assert (link.get_attribute("href") or "").startswith("https://")
            assert too_wide(page, (NARROW,)) == []
        assert wrong == []


def test_a_card_is_whole_in_the_frame_that_the_page_recommends(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        page.goto(f"{address}machines")
        width, height = map(int, re.findall(r'(?:width|height)="(\d+)"', page.locator("#card + p").inner_text()))
        page.set_viewport_size({"width": width, "height": height})
        for name, day in product(SIGNALS, (*DAYS, "2026-06-12")):
            page.goto(f"{address}cards/{name}?as_of={day}" if day else f"{address}cards/{name}")
            assert page.evaluate("document.documentElement.scrollHeight") <= height, (name, day)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, day)


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_violation_on_the_last_day(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address, bypass_csp=True, viewport={"width": 360, "height": 800}) as (page, _):
        page.goto(address + path)
        assert violations(page) == ""
        page.emulate_media(color_scheme="dark")
        assert violations(page) == ""
        assert too_wide(page, (NARROW,)) == []


@pytest.mark.parametrize("day", DAYS)
def test_the_first_screen_of_a_phone_answers_the_five_questions(browser: Browser, address: str, day: str) -> None:
    with opened(browser, address, viewport={"width": 360, "height": 640}) as (page, _):
        page.goto(f"{address}?as_of={day}" if day else address)
        answers = page.locator(".words li").all()
        said = [card.locator(".answer").inner_text() for card in page.locator(".summary").all()]
        for answer, whole in zip(answers, said, strict=True):
            word, _, sentence = whole.partition(". ")
            assert word in answer.inner_text()
            assert sentence in answer.inner_text()
        if day in {"2026-07-22", NOW}:
            assert "Price per million input / output tokens: $" in answers[1].inner_text()
            assert "what was read gives no new figure for the gap of 94 % against 8 %" in answers[2].inner_text()
        else:
            assert "$" not in answers[1].inner_text(), "nothing is open at any price"
        for part in (*answers, *page.locator(".lede > p").all()):
            box = part.bounding_box()
            assert box
            assert box["y"] + box["height"] <= 640
            assert box["x"] + box["width"] <= 344, "inside the margin"
        for sign in page.locator(".lede .sign").all():
            box = sign.bounding_box()
            assert box
            assert box["x"] + box["width"] <= 344


def test_a_past_day_says_when_it_was_last_verified(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        page.goto(f"{address}?as_of=2026-06-20")
        for moment in page.locator(".summary > p.quiet time").all():
            assert (moment.get_attribute("datetime") or "") >= "2026-06-17"


def test_by_keyboard_alone_from_the_answer_to_a_past_day(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, wrong):
        page.goto(address)
        wanted = f"{address}signals/mythos-ga"
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.href") == wanted:
                break
        page.keyboard.press("Enter")
        page.wait_for_url(wanted)
        page.focus("#as_of")
        page.keyboard.type("06202026")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{wanted}?as_of=2026-06-20")
        assert "Access was taken away" in page.locator(".answer").inner_text()
        assert wrong == []


def test_without_javascript_and_in_print_nothing_is_missing(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        page.goto(address)
        scripted = page.locator("main").inner_text()
    with opened(browser, address, java_script_enabled=False) as (page, _):
        page.goto(address)
        assert page.locator("main").inner_text() == scripted
        page.emulate_media(media="print")
        assert all(answer.is_visible() for answer in page.locator(".answer, .quote, svg.plot, .rungs").all())
        assert not page.locator("nav").is_visible()


@pytest.mark.parametrize("path", ["", *PAGES[:3]])
def test_a_page_with_all_it_needs_weighs_under_sixty_kilobytes(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address) as (page, _):
        answers: list[Response] = []
        page.on("response", lambda response: answers.append(response))  # noqa: PLW0108 - a method of a list cannot listen
        page.goto(address + path)
        assert {answer.url.rpartition("/")[2].partition("?")[0] for answer in answers} >= {"style.css", "local.js"}
        assert sum(len(answer.body()) for answer in answers) < 60_000


@TOLD
def test_a_phones_first_screen_marks_what_is_only_reported_and_what_is_being_checked(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport={"width": 360, "height": 640}) as (page, _):
        page.goto(f"{address}?as_of=2026-06-29")
        assert "No (reported)" in " ".join(page.locator(".words li").nth(1).inner_text().split())
        page.goto(address)
        assert "A text of a partner may change this answer" in page.locator(".words li").nth(1).inner_text()
        page.goto(f"{address}signals/mythos-ga")
        price = page.locator(".lone .details").bounding_box()
        assert price
        assert price["y"] + price["height"] <= 640, "what it costs stands on the first screen of the signal, too"


@TOLD
def test_what_cannot_be_seen_is_named_before_all_sources_and_beside_their_number(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport={"width": 360, "height": 640}) as (page, _):
        page.goto(f"{address}sources")
        notice = page.locator("main > .notice.warn").bounding_box()
        assert notice
        assert notice["y"] + notice["height"] <= 640
        assert "NIST news on artificial intelligence" in page.locator("main > .notice.warn").inner_text()


def test_the_log_is_no_column_of_single_words_on_a_phone(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport={"width": 360, "height": 640}) as (page, _):
        page.goto(f"{address}log")
        rows = page.locator(".stacked tbody tr").all()
        assert rows
        assert all((row.bounding_box() or {"height": 999})["height"] < 200 for row in rows)
        assert "delivered" in rows[0].inner_text()


def test_a_phone_says_each_answer_in_one_sentence_alone(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport={"width": 360, "height": 640}) as (page, _):
        for path in ("", "signals/senate-vote"):
            page.goto(address + path)
            assert not any(line.is_visible() for line in page.locator(".summary .stands").all()), path
