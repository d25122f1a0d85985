"""The little of signals.toml that a quick look needs, read without checking the rest."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from watcher.config.secrets import read_secret
from watcher.config.spoken import spoken

URL = "sqlite:///data/watch.db"


@dataclass(frozen=True, slots=True)
class Outline:
    """Where everything is kept, and what is watched."""

    store: str
    """Address of the database."""
    titles: Mapping[str, str]
    """By the id of each signal, in the order of the file."""


def outline(path: Path, env: Mapping[str, str]) -> Outline | None:
    """What a quick look needs; None where it takes the whole check to say what is wrong."""
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        url = read_secret("WATCHER_STORE_URL", env) or tables.get("store", {}).get("url", URL)
        titles = {signal["id"]: signal.get("title") or spoken(signal["id"]) for signal in tables["signal"]}
        if titles and all(isinstance(word, str) for word in (url, *titles, *titles.values())):
            return Outline(url, titles)
    return None
