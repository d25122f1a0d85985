"""A watch whose page has a console, whole: a real database with two undecided texts, and a browser without a face."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from tests.cli.conftest import FETCH, Site
from tests.notifiers.stages import SECRET
from tests.test_undecided import TEXT
from tests.web.conftest import Clock
from watcher.bootstrap import channels, looking
from watcher.config.build import Config, load
from watcher.store.records import AuditEntry
from watcher.store.store import Store
from watcher.web.app import create_app
from watcher.web.console import Console, Ways
from watcher.web.queries import StoreQueries, site_info
from watcher.web.security import WebSettings

TOKEN = "a-token-that-nobody-can-guess-0123456789"
BOX = '[[recipient]]\nid = "box"\nchannel = "maildir"\nto = "{folder}/box"\n'
FORM = re.compile(r'name="form" value="([0-9a-f]{64})"')
MARK = re.compile(r"<[^>]+>")


class Visitor:
    """A browser without a face: it keeps cookies, and sends what browsers send."""

    def __init__(self, app: FastAPI, *, base: str = "http://watch.example", peer: str = "203.0.113.7") -> None:
        self.app, self.base, self.peer = app, base, peer
        self.cookies = httpx2.Cookies()
        self.form = ""

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        """One request, redirects not followed; what the answer's forms are bound to is kept for the next post."""

        async def asked() -> httpx2.Response:
            transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=(self.peer, 4711))
            async with httpx2.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
                sent = {name.replace("_", "-"): value for name, value in headers.items()}
                answer = await client.request(method, path, data=fields, headers=sent)
                self.cookies = client.cookies
                return answer

        answer = asyncio.run(asked())
        if found := FORM.search(answer.text):
            self.form = found[1]
        return answer

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx2.Response:
        """Send a form as a browser does from our own page."""
        return self.ask(
            "POST", path, {"form": self.form, **fields}, **{"origin": self.base, "sec_fetch_site": "same-origin"} | headers
        )

    def sign_in(self, token: str = TOKEN, who: str = "Ann", **headers: str) -> httpx2.Response:
        self.get("/console/login")
        return self.post("/console/login", {"who": who, "token": token}, **headers)


class Watch:
    """The watch, its page, and who visits it."""

    def __init__(self, config: Config, store: Store, *, base_path: str = "", token: str = TOKEN) -> None:
        self.config, self.store, self.clock = config, store, Clock()
        self.console = Console(config, store, token, Ways(looking, channels)) if token else None
        self.reads = StoreQueries(store, site_info(config), clock=self.clock, cycle=self.clock)
        settings = WebSettings(("watch.example",), base_path=base_path, trusted_proxies=("127.0.0.1",))
        self.app = create_app(self.reads, settings, clock=self.clock, console=self.console)

    def visitor(self, **options: Any) -> Visitor:
        """Somebody's browser."""
        return Visitor(self.app, **options)

    def signed_in(self, **options: Any) -> Visitor:
        """A browser that is signed in."""
        visitor = self.visitor(**options)
        assert visitor.sign_in().status_code == 303
        assert visitor.get("/console").status_code == 200
        return visitor

    def acts(self) -> list[AuditEntry]:
        """The audit list, newest first."""
        with self.store.reading() as tx:
            return tx.audit.of()

    def open(self) -> list[int]:
        """The numbers of the texts that are open."""
        with self.store.reading() as tx:
            return [text.id for verdict in tx.verdicts.all_latest().values() for text in verdict.undecided]

    def status(self) -> tuple[str, str]:
        """Where the only track stands, and how sure that is."""
        with self.store.reading() as tx:
            (track,) = tx.verdicts.all_latest()["gadget"].tracks
            return track.status, track.standing.value


@contextmanager
def console_of(
    folder: Path,
    asked: Path,
    *,
    watch: str = "",
    more: str = "",
    site: Site | None = None,
    base_path: str = "",
    token: str = TOKEN,
) -> Iterator[Watch]:
    """A watch over a copy of a database that was made before, whose first source is at the site.

    `watch` are lines of the first table, `more` are tables at the end.
    """
    text = TEXT.replace("[watch]", f"[watch]\n{watch}", 1) + FETCH + BOX.format(folder=folder) + more
    if site:
        text = text.replace("https://lab.example/feed.xml", site.url("/feed.xml"))
    (folder / "signals.toml").write_text(text, "utf-8")
    shutil.copy(asked, folder / "watch.db")
    with Store.open(f"sqlite:///{folder}/watch.db", durable=False) as store:
        yield Watch(load(folder / "signals.toml", {"HOOK_KEY": SECRET}), store, base_path=base_path, token=token)


def words(answer: httpx2.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(MARK.sub(" ", answer.text).split())
