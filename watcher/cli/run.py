"""`watcher run` and `watcher web`: the daemon and its page under one configuration at a time, or the page alone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeAlias

import typer

import notifiers
from notifiers import Message, Recipient
from watcher.bootstrap import channels, deliverer, fetch_settings, holder, links, looking, opened, prepare, secret_of
from watcher.cli.common import CONFIG, ConfigFile, exit_on_error, fail
from watcher.cli.logging_setup import Level, Log, LogFormat, LogLevel, configure_logging
from watcher.cli.opening import configured, differences, on_hangup, read, waits_for_next_start
from watcher.clock import Clock, utc_now
from watcher.config.build import Config
from watcher.config.errors import ConfigError
from watcher.fetch.rate_limit import most_aside
from watcher.pipeline.clocks import adjusted, clock_of
from watcher.pipeline.cycle import Context
from watcher.pipeline.daemon import Daemon, ServiceManager, Watchdog, announced
from watcher.pipeline.deliver import mail_context
from watcher.pipeline.delivery_context import Channels
from watcher.pipeline.ownership import write_out
from watcher.pipeline.subscribers import CHANNEL
from watcher.runtime import tune_memory
from watcher.store.errors import StoreError
from watcher.store.records import AuditEntry
from watcher.store.store import Store
from watcher.web.app import create_app
from watcher.web.console import Console, Ways
from watcher.web.queries import StoreQueries, site_info, stored_cycle
from watcher.web.security import settings_of
from watcher.web.server import BoundedSocket, ConnectionLimits, Server, bind_socket, connections_for, server_config
from watcher.web.subscriptions import Subscriptions

# The watch at work: its daemon and its page, under one configuration at a time.

log = logging.getLogger("watcher")


class RunningWatch:
    """The daemon and what the page reads; `apply` goes on under another configuration."""

    def __init__(
        self,
        config: Config,
        store: Store,
        context: Context,
        opened_for: AsyncExitStack,
        console: Console | None = None,
        *,
        clock: Clock = utc_now,
        sending: Channels | None = None,
    ) -> None:
        """Begin under a configuration whose context is open, and whose messages are sent over `sending`."""
        self.config, self.store, self.clock, self._opened = config, store, clock, opened_for
        self.daemon, self._sending = Daemon(context, clock=clock), sending
        self.subscriptions, self.console = subscriptions_of(config, store), console
        face, daemon = site_info(config), self.daemon
        self.reads = StoreQueries(
            store, face, clock=clock, cycle=lambda: daemon.last_good, tally=daemon.tally, lost=lambda: bool(daemon.lost)
        )

    async def apply(self, config: Config) -> None:
        """Go on under another configuration; claims of changed rules are made anew from what is stored, without a fetch.

        Raises ConfigError and StoreError; then all is as it was.
        """
        context, opened_for = await open_context(config, self.store, self.clock, self._sending)
        try:
            await self.daemon.change(context, lambda: prepare(self.store, config, self.clock(), take_over=True))
        except BaseException:
            await opened_for.aclose()
            raise
        before, self._opened, self.config = self._opened, opened_for, config
        show(self, config)
        await before.aclose()

    async def close(self) -> None:
        """Stop the daemon, then close what its context opened; the database is free for others."""
        await self.daemon.stop()
        await self._opened.aclose()
        with suppress(StoreError), self.store.writing() as tx:
            write_out(tx, self.clock())


def show(served: Served, config: Config) -> None:
    """Have the page show another configuration."""
    served.reads.face = site_info(config)
    if served.subscriptions:
        served.subscriptions.context = mail_context(config)
    if served.console:
        served.console.config = config


async def open_context(
    config: Config, store: Store, clock: Clock = utc_now, sending: Channels | None = None
) -> tuple[Context, AsyncExitStack]:
    """Everything that the cycles need, and what closes it. Raises ConfigError, StoreError."""
    deliver = deliverer(config, store, clock=clock, at_work=sending)
    async with AsyncExitStack() as stack:
        entered = opened(config, store, fetch_settings(config), deliver=deliver, clock=clock)
        context = await stack.enter_async_context(entered)
        return replace(context, hold=holder(store, config, clock)), stack.pop_all()


async def serve(config: Config, store: Store, listener: socket.socket) -> None:
    """Watch and serve the page until a signal ends it; SIGHUP reloads the configuration."""
    clock = clock_of(store)
    prepare(store, config, clock())
    console = console_of(config, store)  # before anything is opened: a token that cannot be used stops the start
    sending = Channels()
    context, opened_for = await open_context(config, store, clock, sending)
    watching = RunningWatch(config, store, context, opened_for, console, clock=clock, sending=sending)
    watching.daemon.start()
    try:
        await serve_page(watching, listener, lambda: watching.daemon.last_good)
    finally:
        await watching.close()


class Served(Protocol):
    """What serves the page under one configuration at a time."""

    config: Config
    store: Store
    clock: Clock
    reads: StoreQueries
    subscriptions: Subscriptions | None
    console: Console | None

    async def apply(self, config: Config) -> None:
        """Go on under another configuration. Raises ConfigError and StoreError; then all is as it was."""


async def serve_page(served: Served, listener: socket.socket, sign: Callable[[], object]) -> None:
    """Serve the page until a signal ends it; `sign` changes while all is well, for the service manager."""
    config = served.config
    settings = settings_of(config.web, base_url=config.watch.base_url, metrics_token=config.secret("METRICS_TOKEN") or "")
    app = create_app(served.reads, settings, clock=served.clock, subscriptions=served.subscriptions, console=served.console)
    fetches = config.fetch.concurrency + most_aside(config.fetch.concurrency)
    limits = ConnectionLimits(connections=connections_for(fetches))
    server = Server(server_config(app, limits), limits)
    manager = ServiceManager(os.environ, os.getpid())
    _announce(config, listener)
    with on_hangup(lambda: reload(served, manager), end=lambda: server.handle_exit(signal.SIGTERM, None)):
        async with announced(manager, Watchdog(sign)):
            await server.serve(sockets=[BoundedSocket(listener, limits.connections)])


async def reload(watching: Served, manager: ServiceManager) -> None:
    """Read the configuration again and take it up; one that cannot be used is told, and the old one kept."""
    manager.say("RELOADING=1")
    path, old = watching.config.path, watching.config
    try:
        config = await asyncio.to_thread(read, path)
        await watching.apply(config)
    except (ConfigError, StoreError) as error:
        for line in str(error).splitlines():
            log.error("reload failed, the old configuration stays: %s", line)  # noqa: TRY400 - the words say it all
        await asyncio.to_thread(_note, watching, f"reload failed, {path} cannot be used", str(error))
        manager.say("READY=1", "STATUS=Watching under the old configuration: the new one cannot be used")
        return
    changed = differences(old, config)
    log.info("configuration reloaded from %s: %s", path, changed)
    for one in waits_for_next_start(old, config):
        log.warning("%s changes when the watch is started again", one)
    await asyncio.to_thread(_note, watching, f"reloaded {path}", changed)
    manager.say("READY=1", "STATUS=Watching")


def _note(watching: Served, what: str, why: str) -> None:
    """Write it into the audit list, which the page shows; a database that cannot be written has its own alarms."""
    try:
        with watching.store.writing() as tx:
            tx.audit.add(AuditEntry(watching.clock(), "watch", what, why[:500]))
    except StoreError as error:
        log.warning("the audit list could not be written: %s", error)


def _announce(config: Config, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"{config.watch.title}: http://{shown}:{port}{config.web.base_path}/")
    for one in config.recipients:
        if one.channel == "maildir":
            typer.echo(f"Digests for {one.id}: {one.to}")


def subscriptions_of(config: Config, store: Store) -> Subscriptions | None:
    """What the page needs for subscribing; None where nobody may. Raises ConfigError, StoreError."""
    signed = links(config, store)
    if signed is None:
        return None
    settings, send = channels(config)[CHANNEL], notifiers.load(CHANNEL).send

    async def post(message: Message, to: Recipient) -> None:
        await send(message, to, settings)

    return Subscriptions(store, signed, mail_context(config), post)


def console_of(config: Config, store: Store) -> Console | None:
    """The console under its token; None, and no address of it, without one. Raises ConfigError."""
    token = secret_of(config, "OPERATOR_TOKEN", without="then there is no console")
    return Console(config, store, token, Ways(looking, channels)) if token else None


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
