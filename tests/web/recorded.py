"""The year 2026 as the watch would have lived it, over the story world, or our own small one where that is absent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

from tests.builders import day
from tests.rehearsals import ROOT, STORY, rehearsed
from watcher.config.build import load
from watcher.store.store import Store
from watcher.web.queries import StoreQueries, site_info

END = day("2026-11-20")
STEP = timedelta(hours=60)
"""Coarse, for the page does not care when within three days something was seen."""


def lived(folder: Path) -> str:
    """Live through the year; the address of the database."""
    where = STORY if STORY.is_dir() else ROOT / "demo"
    with ThreadPoolExecutor(1) as aside:  # a browser may hold this thread's event loop
        aside.submit(rehearsed, load(ROOT / "signals.toml"), where, folder, step=STEP).result()
    return f"sqlite:///{folder}/watch.db"


def store_of(address: str) -> AbstractContextManager[Store]:
    """The database that `lived` left."""
    return Store.open(address, durable=False)


def reads_of(store: Store) -> StoreQueries:
    """What the page reads, at the end of the year."""
    return StoreQueries(store, site_info(load(ROOT / "signals.toml")), clock=lambda: END)
