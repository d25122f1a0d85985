"""A real browser, a real server on loopback, and what may go wrong between them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from watcher.web.server import bind_socket

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MARKS = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
NARROW, WIDTHS = 320, (320, 360, 768, 1440)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for a module's tests; for longer it would keep its event loop from others in this thread."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of the application on loopback, with a final slash."""
    with bind_socket("127.0.0.1", 0) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", server_header=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what went wrong on it: console errors, failed and foreign requests."""
    context = browser.new_context(**options)
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    host = "/".join(address.split("/")[:3])
    page.on("request", lambda request: None if request.url.startswith(host) else wrong.append(request.url))
    yield page, wrong
    context.close()


def violations(page: Page) -> str:
    """What axe finds on the page; empty where all is well."""
    found = Axe().run(page)
    return found.generate_report() if found.violations_count else ""


def too_wide(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[int]:
    """The widths at which the page would have to be moved sideways."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(width)
    return found
