"""`watcher run` and `watcher once`."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Annotated, Any

import typer

from watcher.bootstrap import deliverer, fetch_settings, opened, prepare
from watcher.cli.common import CONFIG, AsJson, ConfigFile, configured, count, exit_on_error, fail, print_json
from watcher.cli.daemon import serve
from watcher.cli.logging_setup import Form, Level, Log, LogLevel, configure_logging
from watcher.clock import utc_now
from watcher.config import Config
from watcher.pipeline.cycle import CycleResult, run_cycle
from watcher.runtime import SHORT, tune_memory
from watcher.store import Store
from watcher.web.socket import bind_socket
from watcher.wording import transition_to_dict


def once(
    config: ConfigFile = CONFIG, log: Log = Form.CONSOLE, log_level: LogLevel = Level.WARNING, *, as_json: AsJson = False
) -> None:
    """Do all work that is due now, then exit: for cron.

    The first run sets a baseline and says where everything stands. Later runs poll what is due and tell what has changed.
    """
    tune_memory(young=SHORT)
    settings = configured(config)
    with configure_logging(log, log_level), exit_on_error(), Store.open(settings.store.url) as store:
        cycles: list[CycleResult] = []
        asyncio.run(_once(settings, store, cycles))
    [done] = cycles
    if as_json:
        print_json(_plain(done))
        return
    said = f"{count(done.polls, 'poll')}, {count(len(done.transitions), 'thing')} said"
    typer.echo(f"{said}, {count(done.digests, 'digest')}, {count(done.sent, 'message')} sent")


def _plain(done: CycleResult) -> dict[str, Any]:
    return {
        "polls": done.polls,
        "outcomes": dict(done.outcomes),
        "transitions": [transition_to_dict(one) for one in done.transitions],
        "digests": done.digests,
        "sent": done.sent,
    }


async def _once(config: Config, store: Store, cycles: list[CycleResult]) -> None:
    # The cycle is not this task's result: asyncio writes that out in full when it puts the handler of Ctrl-C back.
    now = utc_now()
    prepare(store, config, now)
    async with opened(config, store, fetch_settings(config), deliver=deliverer(config, store)) as beat:
        cycles.append(await run_cycle(beat, now, every_signal=True))
        if beat.after is not None:
            await beat.after()


def run(
    config: ConfigFile = CONFIG,
    host: Annotated[str, typer.Option(help="Address to serve the page on; the configuration's by default.")] = "",
    port: Annotated[
        int, typer.Option(help="Port of the page; the configuration's by default, 0 takes a free one.", min=-1, max=65535)
    ] = -1,
    log: Log = Form.CONSOLE,
    log_level: LogLevel = Level.INFO,
) -> None:
    """Watch until stopped, and serve the page.

    Polls what is due, decides, writes to the recipients, and serves the page, its feeds and its API. SIGTERM and Ctrl-C end it
    in order within 25 seconds, a second one at once; killed at any point it loses nothing and goes on at the next start.

    SIGHUP reloads a changed configuration: what was seen is decided again under changed rules, without a fetch, and what they
    rewrite of what was told is mailed as a correction. A configuration that cannot be used is told in the log and in the audit
    list of the page, and the old one kept. The address of the page and of the database change at the next start alone.
    """
    tune_memory()
    settings = configured(config)
    door = _door(host or settings.web.host, settings.web.port if port < 0 else port)
    with (
        configure_logging(log, log_level),
        contextlib.closing(door),
        exit_on_error(),
        Store.open(settings.store.url) as store,
        contextlib.suppress(KeyboardInterrupt),
    ):
        asyncio.run(serve(settings, store, door))


def _door(host: str, port: int) -> socket.socket:
    """The page's listening socket, opened before anything else: a busy port is told at once."""
    try:
        return bind_socket(host, port)
    except OSError as error:
        raise fail(f"cannot serve the page on {host}:{port}: {error.strerror or error}; choose another with --port") from None
