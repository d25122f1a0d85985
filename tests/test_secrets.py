"""Secrets are planted wherever one can be, everything is let go wrong, and all that anybody can read is searched for them."""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from tests.test_cycles import CONFIG
from tests.web.test_routes import PAGES
from watcher.cli import app
from watcher.config.build import load
from watcher.store.store import Store
from watcher.web.app import create_app
from watcher.web.queries import StoreQueries, site_info
from watcher.web.security import WebSettings

RUN = CliRunner()
SECRETS = {
    "the password of the mail server": "hunter2-smtp-password",
    "the key that signs webhooks": "whsec_" + "cGxhbnRlZC13ZWJob29rLXNlY3JldC0wMDE=",
    "the token in the webhook's address": "planted-hook-token",
    "the token in a chat's address": "planted-chat-token",
    "the key in a source's address": "planted-api-key",
    "the password of the proxy": "planted-proxy-password",
    "the uuid of the heartbeat": "planted-heartbeat-uuid",
    "the token of the metrics": "planted-metrics-token",
    "the key that signs links": "planted-link-secret-that-is-long-enough-for-it",
}
MORE = """
[fetch]
allow = ["127.0.0.1"]
timeout = "2s"
per_host_gap = "0s"
[smtp]
host = "127.0.0.1"
port = 1
username = "watch"
from = "Watch <watch@example.org>"
security = "none"
timeout = "2s"
[[recipient]]
id = "mail"
channel = "smtp"
to = "reader@example.org"
operator = true
[[recipient]]
id = "hook"
channel = "webhook"
to = "$HOOK_URL"
secret = "$HOOK_SECRET"
[[recipient]]
id = "chat"
channel = "apprise"
to = "$CHAT_URL"
[[recipient]]
id = "box"
channel = "maildir"
to = "box"
operator = true
"""
COMMANDS = (
    ["check"],
    ["once"],
    ["once"],
    ["status"],
    ["status", "--json"],
    ["doctor"],
    ["test-notify"],
    ["explain", "gadget"],
    ["digest"],
    ["audit"],
    ["resend", "--help"],
    ["healthcheck"],
)


@dataclass
class Said:
    """Everything that somebody can read, by where it stands."""

    places: dict[str, str]

    def hold(self, secret: str) -> list[str]:
        return [place for place, text in self.places.items() if secret in text]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Said]:
    folder = tmp_path_factory.mktemp("home")
    before, logger, handler = Path.cwd(), logging.getLogger(), _Kept()
    os.chdir(folder)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        env = planted(folder)
        places = {" ".join(words): spoken(words, env) for words in COMMANDS}
        places |= {f"page {path}": text for path, text in asyncio.run(pages(folder, env))}
        places |= {f"mail {path.name}": path.read_text("utf-8") for path in (folder / "box" / "new").iterdir()}
        places["log"] = handler.text()
        yield Said(places)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.WARNING)
        os.chdir(before)


class _Kept(logging.Handler):
    """Keeps the log as it would be written, tracebacks included."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def text(self) -> str:
        return "\n".join(self.lines)


def planted(folder: Path) -> dict[str, str]:
    """A configuration whose every access has a secret, and the environment that holds them; nobody is at home behind any of them."""
    secret = iter(SECRETS.values())
    (folder / "password").write_text(f"{next(secret)}\n", "utf-8")
    env = {
        "WATCHER_SMTP_PASSWORD_FILE": str(folder / "password"),
        "HOOK_SECRET": next(secret),
        "HOOK_URL": f"https://127.0.0.1:1/hooks/{next(secret)}",
        "CHAT_URL": f"json://127.0.0.1:1/{next(secret)}",
    }
    text = (CONFIG % "").replace("https://lab.example/feed.xml", f"http://127.0.0.1:1/feed.xml?api_key={next(secret)}")
    env["HTTPS_PROXY"] = f"http://watch:{next(secret)}@127.0.0.1:1"
    text = text.replace("[watch]", f'[watch]\nheartbeat_url = "http://127.0.0.1:1/ping/{next(secret)}"')
    (folder / "signals.toml").write_text(text + MORE, "utf-8")
    return env | {"WATCHER_METRICS_TOKEN": next(secret), "WATCHER_LINK_SECRET": next(secret)}


def spoken(words: list[str], env: dict[str, str]) -> str:
    """What a command says, and how it ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library that imports what is to go is no news here
        result = RUN.invoke(app, words, env=env)
    return f"{result.output}\n{result.exception!r}\nexit {result.exit_code}"


async def pages(folder: Path, env: dict[str, str]) -> list[tuple[str, str]]:
    """What every route answers to its caller, with headers."""
    config = load(folder / "signals.toml", env)
    found = []
    with Store.open(f"sqlite:///{folder}/data/watch.db") as store:
        reads = StoreQueries(store, site_info(config), clock=lambda: datetime.now(UTC))
        site = create_app(reads, WebSettings(metrics_token=env["WATCHER_METRICS_TOKEN"]), clock=lambda: datetime.now(UTC))
        transport = httpx2.ASGITransport(site, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            for path in [*PAGES, "/metrics", "/signals/gadget", "/api/v1/signals/gadget", "/sources", "/nothing"]:
                answer = await client.get(path, headers={"Authorization": f"Bearer {env['WATCHER_METRICS_TOKEN']}"})
                found.append((path, f"{answer.status_code} {answer.headers} {answer.text}"))
    return found


@pytest.mark.parametrize("what", SECRETS)
def test_a_secret_stands_in_nothing_that_anybody_can_read(what: str, said: Said) -> None:
    assert said.hold(SECRETS[what]) == []


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("once", "messages sent"),
        ("status", "never read news, tried since"),
        ("status --json", '"blind"'),
        ("page /api/v1/sources", "connection refused"),
        ("page /metrics", "watcher_blind_sources"),
        ("doctor", "smtp"),
        ("doctor", "through http://127.0.0.1:1"),
        ("log", "heartbeat ping"),
    ],
)
def test_these_places_were_reached_and_had_something_to_say(place: str, words: str, said: Said) -> None:
    assert words.lower() in said.places[place].lower()


def test_a_mail_about_what_is_blind_was_written(said: Said) -> None:
    assert any(name.startswith("mail ") for name in said.places)


WRONG = [
    ({"WATCHER_STORE_URL": "postgresql://watch:planted-pg-password@127.0.0.1:9/watch?connect_timeout=2"}, "planted-pg-password"),
    ({"WATCHER_STORE_URL": "mysql://watch:planted-my-password@127.0.0.1/watch"}, "planted-my-password"),
    ({"HOOK_SECRET": "whsec_planted-but-not-base64!"}, "planted-but"),
    ({"HOOK_URL": "ftp://planted-user:planted-word@127.0.0.1/"}, "planted-word"),
    ({"CHAT_URL": "planted-nonsense"}, "planted-nonsense"),
    ({"WATCHER_LINK_SECRET": "planted-short"}, "planted-short"),
]


@pytest.mark.parametrize("command", ["check", "once", "status", "doctor", "test-notify"])
@pytest.mark.parametrize(("changes", "secret"), WRONG, ids=[row[1] for row in WRONG])
def test_a_secret_that_cannot_be_used_is_not_repeated_in_the_complaint(
    changes: dict[str, str], secret: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    env = planted(tmp_path) | changes

    assert secret not in spoken([command], env)
