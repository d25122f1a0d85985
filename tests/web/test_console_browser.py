"""The console in a real browser: without JavaScript, narrow and wide, light and dark, from signing in to signing out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.asking import asked_database
from tests.web.browsing import MARKS, opened, served, too_wide, violations
from tests.web.consoles import TOKEN, Watch, console_of

pytestmark = MARKS
PAGES = (
    "console/login",
    "console",
    "console/evidence",
    "console/mutes",
    "console/sources",
    "console/add",
    "console/messages",
    "console/trial",
)


HELD = (
    ("record", {"what": "gadget.it open", "url": "https://lab.example/1", "quote": "It is open. " * 40}),
    ("mute", {"where": "gadget", "for": "", "why": "the site is being rebuilt"}),
)


def form_of(page: Page) -> str:
    """What the page's forms are bound to."""
    return page.locator("[name=form]").first.get_attribute("value") or ""


def origin_of(address: str) -> str:
    return "/".join(address.split("/")[:3])


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with ThreadPoolExecutor(1) as threads:  # a browser's loop may hold this one
        return threads.submit(asked_database, tmp_path_factory.mktemp("console")).result()


@pytest.fixture
def watch(tmp_path: Path, asked: Path) -> Iterator[Watch]:
    with console_of(tmp_path, asked, base_path="/watch") as opened:
        yield opened


@pytest.fixture
def address(watch: Watch) -> Iterator[str]:
    with served(watch.app) as root:
        yield f"{root}watch/"


def sign_in(page: Page, address: str) -> None:
    """As a person does."""
    page.goto(address + "console")
    page.fill("#who", "Ann")
    page.fill("#token", TOKEN)
    page.click("main button")
    assert page.locator("h1").inner_text() == "What is undecided"


def test_from_signing_in_to_signing_out_without_javascript(browser: Browser, address: str, watch: Watch) -> None:
    with opened(browser, address, java_script_enabled=False) as (page, wrong):
        sign_in(page, address)
        page.select_option("#status-1", label="Open")
        page.fill("#why-1", "it is open to all")
        page.click("text=Decide text 1")
        assert "Text 1 is decided as open: evidence 1." in page.locator("[role=status]").inner_text()
        assert watch.status() == ("open", "provisional")
        page.fill("#dismiss-2", "schools alone")
        page.click("text=Dismiss text 2")
        assert "Nothing is undecided." in page.locator("main").inner_text()
        assert "Ann, dismissed text 2 of gadget.it (schools alone)" in page.locator("main").inner_text()
        before = watch.acts()
        page.reload()
        assert page.locator("[role=status]").count() == 0
        assert watch.acts() == before, "a page that is loaded again does nothing again"
        page.click("text=Sign out Ann")
        page.goto(address + "console")
        assert page.locator("h1").inner_text() == "Sign in to the console"
        assert wrong == []


def test_evidence_and_mutes_without_javascript(browser: Browser, address: str, watch: Watch) -> None:
    with opened(browser, address, java_script_enabled=False) as (page, wrong):
        sign_in(page, address)
        page.click("nav >> text=Evidence")
        page.select_option("#what", label="Open")
        page.fill("#url", "https://lab.example/1")
        page.fill("#quote", "It is open.")
        page.click("button:text('Record')")
        assert "Evidence 1 is recorded." in page.locator("[role=status]").inner_text()
        page.fill("#why-1", "a misreading")
        page.click("text=Take evidence 1 back")
        assert "by Ann: a misreading" in page.locator("#evidence-1").inner_text()
        page.click("nav >> text=Mutes")
        page.select_option("#where", "gadget")
        page.click("button:text('Mute')")
        assert "Gadget is muted until 24 November 2026, 15:30 UTC." in page.locator("[role=status]").inner_text()
        page.click("text=End it now")
        assert "Nothing is muted." in page.locator("main").inner_text()
        assert [act.what for act in watch.acts()] == [
            "unmuted gadget",
            "muted gadget",
            "withdrew evidence 1",
            "recorded gadget.it open",
        ]
        assert wrong == []


def test_another_sites_page_cannot_act_in_the_browser_of_who_is_signed_in(browser: Browser, address: str, watch: Watch) -> None:
    with opened(browser, address) as (page, _):
        sign_in(page, address)
        fields = {"form": form_of(page), "number": "1", "as": "dismiss", "why": "x"}
        inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
        html = f'<form method="post" action="{address}console/settle">{inputs}<button>Win</button></form>'
        page.route("https://evil.example/*", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto("https://evil.example/")
        page.click("button")
        assert page.locator("h1").inner_text() in {
            "That question cannot be answered",
            "Nothing was done",
            "Sign in to the console",
        }
        assert watch.open() == [1, 2]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_violation_and_nothing_is_cut_off(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address, bypass_csp=True) as (page, _):
        sign_in(page, address)
        for name, fields in HELD:
            page.request.post(
                f"{address}console/{name}", form=fields | {"form": form_of(page)}, headers={"origin": origin_of(address)}
            )
        page.goto(address + path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert violations(page) == ""
        assert too_wide(page) == []
        levels = [int(level) for level in page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => h.tagName[1])")]
        assert (levels[0], levels.count(1)) == (1, 1)
        assert all(after - before <= 1 for before, after in pairwise(levels)), levels


def test_with_its_own_policy_nothing_is_blocked(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, wrong):
        sign_in(page, address)
        for path in PAGES:
            page.goto(address + path)
        assert wrong == []
