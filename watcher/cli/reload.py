"""Taking up a changed configuration while the watch runs: when, what changed, and what waits for the next start."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import termios
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from watcher.config.build import Config
from watcher.config.rules_hash import rules_hash

log = logging.getLogger("watcher")


@contextmanager
def on_hangup(act: Callable[[], Awaitable[None]], *, end: Callable[[], None]) -> Iterator[None]:
    """Run `act` at each SIGHUP, one after the other; `end` where the signal means that our terminal was closed."""
    loop, asked, terminal = asyncio.get_running_loop(), asyncio.Event(), sys.stdin is not None and sys.stdin.isatty()

    def heard() -> None:
        end() if terminal and is_gone() else asked.set()

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


def is_gone() -> bool:
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


def fixed(old: Config, new: Config) -> list[str]:
    """What was changed and only counts at the next start."""
    web = [f"[web] {key}" for key, value in new.web if value != getattr(old.web, key)]
    named = ["[watch] base_url, as the name under which the page answers,"] if old.watch.base_url != new.watch.base_url else []
    return [*web, *named, *(["[store] url"] if old.store.url != new.store.url else [])]
