"""`watcher run` and `watcher web`: the whole watch, or the page alone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from watcher.cli.common import CONFIG, ConfigFile, exit_on_error, fail
from watcher.cli.daemon import console_of, serve, serve_page, show, subscriptions_of
from watcher.cli.logging_setup import Level, Log, LogFormat, LogLevel, configure_logging
from watcher.cli.opening import configured
from watcher.config.build import Config
from watcher.pipeline.clocks import adjusted, clock_of
from watcher.runtime import tune_memory
from watcher.store.store import Store
from watcher.web.queries import StoreQueries, site_info, stored_cycle
from watcher.web.server import bind_socket

# `watcher run`.

Host: TypeAlias = Annotated[str, typer.Option(help="Address to serve the page on; the configuration's by default.")]
Port: TypeAlias = Annotated[
    int, typer.Option(help="Port of the page; the configuration's by default, 0 takes a free one.", min=-1, max=65535)
]
Serving: TypeAlias = Callable[[Config, Store, socket.socket], Coroutine[Any, Any, None]]
"""What a command does with the page's listening socket until it is stopped."""


def run(
    config: ConfigFile = CONFIG,
    host: Host = "",
    port: Port = -1,
    log: Log = LogFormat.CONSOLE,
    log_level: LogLevel = Level.INFO,
) -> None:
    """Watch until stopped, and serve the page.

    Polls what is due, decides, writes to the recipients, and serves the page, its feeds and its API. SIGTERM and Ctrl-C end it
    in order within 25 seconds, a second one at once; killed at any point it loses nothing and goes on at the next start.

    SIGHUP reloads a changed configuration: what was seen is decided again under changed rules, without a fetch, and what they
    rewrite of what was told is mailed as a correction. A configuration that cannot be used is told in the log and in the audit
    list of the page, and the old one kept. The address of the page and of the database change at the next start alone.
    """
    serve_until_stopped(config, host, port, log, log_level, serve)


def serve_until_stopped(config: Path, host: str, port: int, log: LogFormat, log_level: LogLevel, serving: Serving) -> None:
    """Open the listening socket, the log and the database, and serve under them until a signal ends it."""
    tune_memory()
    settings = configured(config)
    listener = open_listener(host or settings.web.host, settings.web.port if port < 0 else port)
    with (
        configure_logging(log, log_level),
        contextlib.closing(listener),
        exit_on_error(),
        Store.open(settings.store.url) as store,
        contextlib.suppress(KeyboardInterrupt),
    ):
        asyncio.run(serving(settings, store, listener))


def open_listener(host: str, port: int) -> socket.socket:
    """The page's listening socket, opened before anything else: a busy port is told at once."""
    try:
        return bind_socket(host, port)
    except OSError as error:
        raise fail(f"cannot serve the page on {host}:{port}: {error.strerror or error}; choose another with --port") from None


# `watcher web`: the page alone; others do the work.


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
