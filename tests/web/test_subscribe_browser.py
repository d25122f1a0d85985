"""Subscribing in a real browser: with and without JavaScript, by keyboard, narrow, in both colour schemes, and by the whole program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.notifiers.stages import mail_server
from tests.web.browsing import MARKS
from tests.web.subscribing import ADA, Box, Shop, body, link, opened, settings, signals_of

pytestmark = MARKS
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Senate</title><link>https://senate.gov/</link><description>d</description>
%s</channel></rss>"""
NEWS = (
    "<item><title>Remote Access Security Act</title><guid>1</guid><pubDate>Mon, 23 Nov 2026 12:00:00 GMT</pubDate>"
    "<link>https://senate.gov/1</link><description>H.R. 2683 has passed the Senate.</description></item>"
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(tmp_path) as shop:
        yield shop


@contextmanager
def page_of(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page whose certificate is not looked at, and on which nothing may go wrong."""
    context = browser.new_context(ignore_https_errors=True, **options)
    page, wrong = context.new_page(), list[str]()
    # That a page answers 400 or 404 is told by the browser as a mistake; it is what the test asks for.
    page.on(
        "console",
        lambda message: wrong.append(message.text) if message.type == "error" and "status of 4" not in message.text else None,
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def said(page: Page) -> str:
    """What a page answers."""
    return page.locator("h1").inner_text()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_form_to_the_last_click(browser: Browser, shop: Shop, javascript: bool) -> None:  # noqa: FBT001 - a table
    with page_of(browser, java_script_enabled=javascript) as page:
        page.goto(shop.address)
        page.click("nav >> text=By mail")
        page.fill("#address", ADA)
        page.uncheck("#s-mythos-ga")
        page.check("#p-daily")
        page.click("button:text('Subscribe')")
        assert said(page) == "Look into your mail"

        page.goto(link(shop.box.next()))
        assert "Senate vote: once a day." in page.locator("main").inner_text()
        assert shop.known() == []
        page.click("button:text('Yes, subscribe me')")
        assert said(page) == "You are subscribed"
        assert [(one.address, one.signals, one.pace) for one in shop.known()] == [(ADA, ("senate-vote",), "daily")]

        shop.tell()
        news = shop.box.next()
        page.goto(link(news))
        assert not page.is_checked("#s-mythos-ga")
        page.check("#p-weekly")
        page.click("button:text('Keep this choice')")
        assert "Your choice is kept." in page.locator("[role=status]").inner_text()
        assert page.is_checked("#p-weekly")
        with page.expect_download() as download:
            page.click("text=Download it as JSON")
        assert ADA in download.value.path().read_text("utf-8")
        page.click("button:text('Unsubscribe and forget my address')")
        assert said(page) == "You have left"
        assert shop.known() == []
        page.goto(link(news))
        assert said(page) == "Nothing to do here"


def stations(shop: Shop) -> dict[str, str]:
    """Every page of subscribing, by its address."""
    shop.ask()
    confirm = link(shop.box.next())
    shop.post(confirm)
    shop.tell()
    return {"form": shop.address + "subscribe", "confirm": confirm, "reader": link(shop.box.next()), "gone": confirm[:-1] + "0"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_and_nothing_is_cut_off(browser: Browser, shop: Shop, scheme: str) -> None:
    with page_of(browser, color_scheme=scheme, bypass_csp=True, viewport={"width": 320, "height": 700}) as page:
        for name, address in stations(shop).items():
            page.goto(address)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        page.goto(shop.address + "subscribe")
        # What the browser itself would stop: the server's own words are looked at.
        page.evaluate("document.querySelector('form').noValidate = true")
        page.fill("#address", "nobody")
        page.click("button:text('Subscribe')")
        assert Axe().run(page).violations_count == 0
        assert page.locator("#address").get_attribute("aria-invalid") == "true"


def test_the_keyboard_alone_is_enough(browser: Browser, shop: Shop) -> None:
    with page_of(browser) as page:
        page.goto(shop.address + "subscribe")
        page.focus("#address")
        page.keyboard.type(ADA)
        for key in ("Tab", "Space", "Tab", "Tab", "ArrowDown", "ArrowDown", "Tab"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == "Subscribe"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.get_by_text("Look into your mail").first.wait_for()
        page.goto(link(shop.box.next()))
        assert "Mythos availability: once a day." in page.locator("main").inner_text()


class Feeds(BaseHTTPRequestHandler):
    """A feed without news, until there is some."""

    items = ""

    def do_GET(self) -> None:
        told = (FEED % (type(self).items if self.path == "/feed.xml" else "")).encode()
        self.send_response(200)
        self.send_header("content-type", "application/rss+xml")
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def feeds() -> Iterator[tuple[str, type[Feeds]]]:
    """A publisher on loopback, and what it says next."""
    handler = type("Publisher", (Feeds,), {"items": ""})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    yield f"http://127.0.0.1:{server.server_port}/feed.xml", handler
    server.shutdown()
    server.server_close()


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """`watcher run`, after one `watcher once` that sets the baseline; its local address."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("WATCHER_")}
    command = [sys.executable, "-m", "watcher"]
    code = {"cwd": folder, "env": env | {"PYTHONPATH": str(Path(__file__).parents[2])}}
    subprocess.run([*command, "once"], check=True, capture_output=True, **code)  # type: ignore[call-overload] # the table is for both calls
    log = (folder / "log").open("w")
    process = subprocess.Popen([*command, "run", "--port", "0"], stdout=subprocess.PIPE, stderr=log, text=True, **code)  # type: ignore[call-overload] # as above
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, (folder / "log").read_text()
        yield found[0]
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()
        log.close()


@pytest.mark.slow
def test_the_whole_program_takes_a_subscriber_tells_the_news_and_lets_go(browser: Browser, tmp_path: Path) -> None:
    box, outside = Box(), "https://watch.example.org/watch/"
    with mail_server(handler=box) as stage, feeds() as (feed, publisher):
        text = settings(outside, stage.settings.port) + '[fetch]\nallow = ["127.0.0.1"]\n' + signals_of(feed)
        (tmp_path / "signals.toml").write_text(text, "utf-8")
        with running(tmp_path) as inside, page_of(browser) as page:
            # A reverse proxy would do this: the address outside leads to the one inside.
            page.goto(inside + "subscribe")
            page.fill("#address", ADA)
            page.click("button:text('Subscribe')")
            page.goto(link(box.next()).replace(outside, inside))
            page.click("button:text('Yes, subscribe me')")
            page.get_by_role("heading", name="You are subscribed").wait_for()  # what is told before that is not for her
            publisher.items = NEWS
            news = box.next()
            assert news["To"] == ADA
            assert news["Subject"] == "Senate vote: passed by the Senate"
            assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert "H.R. 2683 has passed the Senate." in body(news)
            one_click = page.request.post(link(news).replace(outside, inside), form={"List-Unsubscribe": "One-Click"})
            assert "Your address is forgotten." in one_click.text()
    log = (tmp_path / "log").read_text("utf-8")
    assert "reader.example" not in log
    assert "rror" not in log
