"""A folder with a configuration, a web server on loopback, and the command line as a user meets it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.test_cycles import CONFIG, FEED, item
from watcher.cli import app

RUNNER = CliRunner()
FETCH = '\n[fetch]\nallow = ["127.0.0.1"]\nper_host_gap = "0s"\ntimeout = "5s"\n'


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """Both streams, with every line break and frame as one space: messages are wrapped at the terminal's width."""
        return " ".join(f"{self.out} {self.err}".replace("│", " ").split())

    def json(self) -> Any:
        """The object on standard output, which holds nothing else."""
        return json.loads(self.out)


def watcher(*words: str, stdin: str | None = None) -> Said:
    """Run a command."""
    done = RUNNER.invoke(app, list(words), input=stdin)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)


@dataclass
class Page:
    body: str
    kind: str = "application/rss+xml"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """What a server on loopback says for each path; it may change while it serves."""

    port: int
    host: str = "127.0.0.1"
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def feed(self, *titles: str, path: str = "/feed.xml") -> Site:
        self.pages[path] = Page(FEED % "".join(item(title) for title in titles))
        return self

    def page(self, path: str, body: str, **changes: Any) -> Site:
        self.pages[path] = Page(body, **{"kind": "text/html", **changes})
        return self


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Site]:
    """A site on loopback, or at another address of this machine."""
    site = Site(0, host)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            page = site.pages.get(self.path, Page("nothing here", "text/plain", 404))
            body = page.body.encode()
            self.send_response_only(page.status)
            for name, value in {"Content-Type": page.kind, "Content-Length": str(len(body)), **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    site.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


def configure(folder: Path, site: Site | None = None, *, more: str = "", extra: str = "") -> Path:
    """Write signals.toml, with its one source at the site; `more` goes to the signal's end, `extra` to the file's."""
    text = (CONFIG % more) + FETCH + extra
    if site:
        text = text.replace("https://lab.example/feed.xml", site.url("/feed.xml"))
    path = folder / "signals.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, with a configuration whose source is never asked."""
    monkeypatch.chdir(tmp_path)
    for name in ("WATCHER_CONFIG", "WATCHER_STORE_URL", "WATCHER_LOG", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("COLUMNS", "200")
    configure(tmp_path)
    return tmp_path


@pytest.fixture
def lab(home: Path, site: Site) -> Site:
    """A site whose feed the configuration watches."""
    configure(home, site.feed("A day at the lab"))
    return site
