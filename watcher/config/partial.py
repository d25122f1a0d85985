"""The little of signals.toml that a quick look needs, read without checking the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import tomli

from watcher.config.secrets import expand_url, read_secret


def humanize(name: str) -> str:
    """Turn an id into words: `in_senate_committee` becomes `In senate committee`."""
    words = re.sub(r"[_-]+", " ", name)
    return words[:1].upper() + words[1:]


MAX_BYTES = 50_000_000
"""Of a configuration; what is longer is cut off, and whoever checks it whole says so."""
URL, HOST, PORT = "sqlite:///data/watch.db", "127.0.0.1", 8080
"""Where nothing is said, as in watcher/config/settings.py; a test holds them together."""


@dataclass(frozen=True, slots=True)
class PartialConfig:
    """Where everything is kept, and what is watched."""

    store: str
    """Address of the database."""
    titles: Mapping[str, str]
    """By the id of each signal, in the order of the file."""
    host: str = HOST
    port: int = PORT
    """Where the page is served."""


def load_partial(path: Path, env: Mapping[str, str]) -> PartialConfig | None:
    """What a quick look needs; None where it takes the whole check to say what is wrong."""
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        with path.open("rb") as file:
            tables = tomli.loads(file.read(MAX_BYTES).decode())
        url = read_secret("WATCHER_STORE_URL", env) or tables.get("store", {}).get("url", URL)
        titles = {signal["id"]: signal.get("title") or humanize(signal["id"]) for signal in tables["signal"]}
        web = tables.get("web", {})
        host = read_secret("WATCHER_WEB_HOST", env) or web.get("host", HOST)
        port = int(read_secret("WATCHER_WEB_PORT", env) or web.get("port", PORT))
        if titles and all(isinstance(word, str) for word in (url, host, *titles, *titles.values())):
            return PartialConfig(expand_url(url), titles, host, port)
    return None
