"""What most commands open: the whole configuration, and the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from watcher.cli.common import at_home, embedded_file, exit_on_error, fail, found, is_home, url_at_home
from watcher.config.build import Config, load
from watcher.config.errors import ConfigError
from watcher.pipeline.clocks import clock_of
from watcher.store.store import Store, Transaction


def read(path: Path) -> Config:
    """The configuration, with its places where they are. Raises ConfigError."""
    file = found(path)
    config = load(file)
    if not is_home(file):
        return config
    store = config.store.model_copy(update={"url": url_at_home(config.store.url)})
    recipients = (
        one.model_copy(update={"to": at_home(one.to)}) if one.channel == "maildir" else one for one in config.recipients
    )
    return replace(config, store=store, recipients=tuple(recipients))


def configured(path: Path) -> Config:
    """The configuration, or its mistakes on standard error and exit code 2."""
    try:
        return read(path)
    except ConfigError as error:
        raise fail(str(error), code=2) from None


@contextmanager
def open_store(url: str) -> Iterator[Store]:
    """The database, for a command that asks: one that is not there yet is not made by asking. Exit code 3."""
    file = embedded_file(url)
    if file is not None and not file.exists():
        raise fail(f"there is no database at {file} yet; `watcher once` or `watcher run` makes it", code=3)
    with exit_on_error(), Store.open(url) as store:
        yield store


@contextmanager
def changing(store: Store) -> Iterator[tuple[Transaction, datetime]]:
    """A transaction that may change something, and the time by which all go who share the database."""
    now = clock_of(store)()
    with store.writing() as tx:
        yield tx, now
