"""Mails in a real browser: legible for everybody in both colour schemes, and never wider than a small telephone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from notifiers import Message
from tests.mail.stories import CONTEXT, NOW, READER, VERDICTS, digest
from tests.mail.test_mail import ALL
from tests.web.browsing import MARKS, browser
from watcher.config.build import load
from watcher.core.decision.decide import decide, known_claims
from watcher.core.model import Digest, Figure
from watcher.mail import render
from watcher.mail.message import confirmation
from watcher.pipeline.delivery_context import mail_context

__all__ = ["browser"]
pytestmark = MARKS
# A mail is shown inside a mail program's page, and landmarks are that page's.
OPTIONS = {"rules": {"landmark-one-main": {"enabled": False}, "region": {"enabled": False}}}
ROOT = Path(__file__).parents[2]
HALF_OF_BEFORE = 3_850
"""Pixels: it was 7,700 high on a phone."""
GROUND = "getComputedStyle(document.querySelector('.sheet')).backgroundColor"


def mails() -> dict[str, Message]:
    """One of each kind."""
    told = {
        name: render(ALL[name], CONTEXT, READER) for name in ("many", "correction", "baseline", "operator", "weekly", "reminder")
    }
    return told | {"confirm": confirmation(CONTEXT, READER, link="https://watch.example.org/c", pace="Daily", now=NOW, until=NOW)}


def asked(page: Page) -> list[str]:
    """What the page asks the network for."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url))
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_and_nothing_is_asked_for(browser: Browser, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 700, "height": 800})  # type: ignore[arg-type] # a table's word
    requests = asked(page)
    for name, mail in mails().items():
        page.set_content(mail.html)
        found = Axe().run(page, options=OPTIONS)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate(GROUND) == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 25, 29)"}[scheme]
        assert not page.locator(".preheader").is_visible()
    assert requests == []
    page.close()


@pytest.mark.parametrize("width", [320, 360, 700])
def test_no_mail_is_wider_than_its_window(browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    for name, mail in mails().items():
        page.set_content(mail.html)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.close()


def test_a_label_is_never_taller_than_three_lines_on_a_phone(browser: Browser) -> None:
    long = "Security bugs fixed in release Firefox, against the 2025 monthly mean"
    told = replace(VERDICTS[1], figures=(Figure("bugs", long, "x", "19.7x in April 2026"),))
    first = render(digest(kind="baseline", verdicts=(told,)), replace(CONTEXT, base_url=""), READER)
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.set_content(first.html)
    label = page.locator("th", has_text=long)
    assert label.evaluate("e => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)") < 3.5
    page.close()


def test_the_first_mail_of_the_shipped_signals_answers_on_the_first_screen_of_a_phone_and_is_not_long(browser: Browser) -> None:
    shipped = load(ROOT / "signals.toml", quick=True)
    verdicts = tuple(decide(signal, known_claims(signal, until=NOW), (), NOW) for signal in shipped.signals)
    context = replace(mail_context(shipped), base_url="https://watch.example.org/")
    first = render(Digest("first", NOW, "baseline", (), verdicts), context, READER)
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.set_content(first.html)
    assert page.evaluate("document.documentElement.scrollHeight") <= HALF_OF_BEFORE
    deck = page.locator(".deck").bounding_box()
    assert deck
    assert deck["y"] + deck["height"] <= 740, "the answers stand there"
    for signal, verdict in zip(shipped.signals, verdicts, strict=True):
        assert f"{signal.title}: {verdict.word}" in page.locator(".deck").inner_text()
    page.close()
