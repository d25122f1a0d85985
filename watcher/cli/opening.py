"""What most commands open, the whole configuration and the database; and how a changed configuration is taken up."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import termios
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from watcher.cli.common import at_home, embedded_file, exit_on_error, fail, found, is_home, url_at_home
from watcher.config.build import Config, load, rules_hash
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


# Taking up a changed configuration while the watch runs: when, what changed, and what waits for the next start.

log = logging.getLogger("watcher")


@contextmanager
def on_hangup(act: Callable[[], Awaitable[None]], *, end: Callable[[], None]) -> Iterator[None]:
    """Run `act` at each SIGHUP, one after the other; `end` where the signal means that our terminal was closed."""
    loop, asked, terminal = asyncio.get_running_loop(), asyncio.Event(), sys.stdin is not None and sys.stdin.isatty()

    def heard() -> None:
        end() if terminal and is_terminal_gone() else asked.set()

    async def answer() -> None:
        while True:
            await asked.wait()
            asked.clear()
            try:
                await act()
            except Exception:
                log.exception("reload failed, the old configuration stays")

    loop.add_signal_handler(signal.SIGHUP, heard)
    task = loop.create_task(answer(), name="hangup")
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        task.cancel()


def is_terminal_gone() -> bool:
    """Whether the terminal that we were started from is no more."""
    try:
        termios.tcgetattr(sys.stdin)
    except (termios.error, ValueError):
        return True
    return False


def differences(old: Config, new: Config) -> str:
    """What another configuration changes, in words."""
    was, now = {one.id: one for one in old.signals}, {one.id: one for one in new.signals}
    both = [name for name in now if name in was]
    parts = {
        "new signals": [name for name in now if name not in was],
        "signals gone": [name for name in was if name not in now],
        "other rules": [name for name in both if rules_hash(was[name]) != rules_hash(now[name])],
        "other sources": [name for name in both if was[name].sources != now[name].sources],
        "other recipients": sorted({one.id for one in {*old.recipients} ^ {*new.recipients}}),
    }
    return "; ".join(f"{words}: {', '.join(names)}" for words, names in parts.items() if names) or "nothing that is decided by"


def waits_for_next_start(old: Config, new: Config) -> list[str]:
    """What was changed and only counts at the next start."""
    web = [f"[web] {key}" for key, value in new.web if value != getattr(old.web, key)]
    named = ["[watch] base_url, as the name under which the page answers,"] if old.watch.base_url != new.watch.base_url else []
    return [*web, *named, *(["[store] url"] if old.store.url != new.store.url else [])]
