"""Opens the console at the page: where the environment gives its token."""

from __future__ import annotations

from watcher.bootstrap import channels, looking, secret_of
from watcher.config.build import Config
from watcher.store.store import Store
from watcher.web.console import Console, Ways


def console_of(config: Config, store: Store) -> Console | None:
    """The console under its token; None, and no address of it, without one. Raises ConfigError."""
    token = secret_of(config, "OPERATOR_TOKEN", without="then there is no console")
    return Console(config, store, token, Ways(looking, channels)) if token else None
