"""`watcher web`: the page alone; others do the work."""

from __future__ import annotations

import socket

from watcher.cli.common import CONFIG, ConfigFile
from watcher.cli.daemon import console_of, serve_page, show, subscriptions_of
from watcher.cli.logging_setup import Level, Log, LogFormat, LogLevel
from watcher.cli.run import Host, Port, serve_until_stopped
from watcher.config.build import Config
from watcher.pipeline.server_clock import adjusted, clock_of
from watcher.store.store import Store
from watcher.web.queries import StoreQueries, site_info, stored_cycle


def web(
    config: ConfigFile = CONFIG,
    host: Host = "",
    port: Port = -1,
    log: Log = LogFormat.CONSOLE,
    log_level: LogLevel = Level.INFO,
) -> None:
    """Serve the page, its feeds and its API, and watch nothing: `watcher worker` or another `watcher run` does that.

    It reads the database; what visitors do (to subscribe, to leave) and what a person does at the console is written there.
    `/healthz` says whether it answers, `/readyz` whether the work goes on, too. SIGHUP reloads a changed configuration.
    """
    serve_until_stopped(config, host, port, log, log_level, _serve)


class PageAlone:
    """What the page reads and writes; `apply` goes on under another configuration."""

    def __init__(self, config: Config, store: Store) -> None:
        """Raises ConfigError, StoreError."""
        self.config, self.store, self.clock = config, store, clock_of(store)
        self.subscriptions, self.console = subscriptions_of(config, store), console_of(config, store)
        self.reads = StoreQueries(store, site_info(config), clock=self.clock, cycle=lambda: stored_cycle(store))

    async def apply(self, config: Config) -> None:
        """Show another configuration; what it changes in the database is for those who do the work."""
        self.config = config
        show(self, config)


async def _serve(config: Config, store: Store, listener: socket.socket) -> None:
    # Alive is what answers: that others do no work is told at /readyz, and starting the page again would not mend it.
    page = PageAlone(config, store)
    async with adjusted(page.clock):
        await serve_page(page, listener, page.clock)
