"""Screenshots of the page and of a mail over a recorded year (demo by default): `python -m tools.pictures [WORLD]`."""

from __future__ import annotations

import asyncio
import io
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from watcher.bootstrap import fetch_settings, keep_here, opened, prepare
from watcher.config.build import Config, load
from watcher.core.model import Change, Digest
from watcher.mail import Recipient, render
from watcher.pipeline.deliver import mail_context
from watcher.replay.recorded_web import open_recorded_web
from watcher.replay.rehearse import Rehearsal, Schedule, rehearse
from watcher.store.store import Store
from watcher.web.app import create_app
from watcher.web.queries import StoreQueries, site_info
from watcher.web.server import bind_socket

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"
START, NEAR, END = (datetime(2026, *day, tzinfo=UTC) for day in ((1, 5, 0), (11, 17, 0), (11, 20, 12)))
COARSE, FINE = timedelta(hours=12), timedelta(hours=1)
MOST = 250_000
"""No picture may weigh more, in bytes."""
NEWS = {Change.ADVANCE, Change.STEP_BACK}


class Shot(NamedTuple):
    """One picture: what is shown, how wide and high in CSS pixels, at how many pixels for each."""

    name: str
    place: str
    width: int
    height: int
    scale: float = 1
    dark: bool = False


SHOTS = (
    Shot("page", "", 1280, 1180),
    Shot("page-dark", "", 1280, 1180, dark=True),
    Shot("signal", "signals/mythos-ga", 1280, 1180),
    Shot("phone", "", 390, 844, 2),
    Shot("phone-dark", "", 390, 844, 2, dark=True),
    Shot("mail", "mail", 680, 1000),
    Shot("mail-dark", "mail", 680, 1000, dark=True),
)


async def live(config: Config, world: str, store: Store) -> None:
    """Live through the year, the last three days hour by hour, so that sources show their polls."""
    recorded = open_recorded_web(world)
    prepare(store, config, START)
    settings = recorded.settings(fetch_settings(config))
    rehearsal = Rehearsal(recorded, known_until=START)
    async with opened(config, store, settings, deliver=keep_here, rehearsal=rehearsal) as context:
        for plan in (Schedule(START, NEAR, COARSE), Schedule(NEAR, END, FINE)):
            await rehearse(context, recorded, plan, say=lambda _: None, progress=lambda _: None)


def letter_of(config: Config, store: Store) -> str:
    """The HTML of the last mail that told of a step up or down."""
    with store.reading() as tx:
        digests = tx.digests.of("news", limit=1000)
    told = next(one for one in digests if any(change.kind in NEWS for change in one.transitions))
    return _html(config, told)


def _html(config: Config, digest: Digest) -> str:
    return render(digest, mail_context(config), Recipient("reader", "<picture@watch.example>")).html


@contextmanager
def page_of(config: Config, store: Store) -> Iterator[str]:
    """The page on loopback, at the end of the year."""
    app = create_app(StoreQueries(store, site_info(config), clock=lambda: END), clock=lambda: END)
    with bind_socket("127.0.0.1", 0) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        thread.join()


def take(browser: Browser, shot: Shot, address: str, mail: str) -> bytes:
    """One picture as PNG of 256 colours, which nobody can tell from all. Raises ValueError where it is too heavy."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        device_scale_factor=shot.scale,
        color_scheme="dark" if shot.dark else "light",
    )
    context.clock.set_fixed_time(END)  # a page judges by the reader's clock whether the watch is overdue
    page = context.new_page()
    if shot.place == "mail":
        page.set_content(mail)
    else:
        page.goto(address + shot.place)
    raw = page.screenshot()
    context.close()
    out = io.BytesIO()
    few = Image.open(io.BytesIO(raw)).convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    if len(out.getvalue()) > MOST:
        raise ValueError(f"{shot.name}: {len(out.getvalue())} bytes; at most {MOST}")
    return out.getvalue()


def main(world: str) -> None:
    """Make every picture anew."""
    config = load(ROOT / "signals.toml")
    config = replace(config, watch=config.watch.model_copy(update={"base_url": "https://watch.example"}))
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/watch.db", durable=False) as store:
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, live(config, world, store)).result()
        mail = letter_of(config, store)
        with page_of(config, store) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for shot in SHOTS:
                (FOLDER / f"{shot.name}.png").write_bytes(take(browser, shot, address, mail))
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "demo"))
