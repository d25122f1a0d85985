"""`watcher worker`: one of as many as are wanted, on one PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Annotated

import typer

from watcher.cli.common import CONFIG, ConfigFile, UsageError, exit_on_error, fail
from watcher.cli.logging_setup import Level, Log, LogFormat, LogLevel, configure_logging
from watcher.cli.opening import configured
from watcher.config.build import Config
from watcher.runtime import tune_memory
from watcher.store.engine import INSTALL_SHARED, POSTGRESQL
from watcher.store.store import Store

WITHOUT = f"`watcher worker` needs Procrastinate: {INSTALL_SHARED}"
KINDS = ("poll", "decide", "deliver", "jobs")
ALL_KINDS = ",".join(KINDS)


def worker(
    config: ConfigFile = CONFIG,
    queues: Annotated[
        str, typer.Option(metavar="NAMES", help="Kinds of jobs to do, with commas: poll, decide, deliver, jobs.")
    ] = ALL_KINDS,
    concurrency: Annotated[
        int,
        typer.Option(metavar="N", help="Sources asked, and jobs, at a time; [fetch] concurrency by default (0).", min=0, max=200),
    ] = 0,
    log: Log = LogFormat.CONSOLE,
    log_level: LogLevel = Level.INFO,
    *,
    newest: Annotated[
        bool, typer.Option("--newest", help="Let this configuration count though others have followed it: go back to it.")
    ] = False,
) -> None:
    """Do jobs until stopped, beside other workers on one PostgreSQL ([store] url): as many as wanted, on any machine.

    Each source is polled by one of them when it is due, each signal decided by one at a time, and the limits for each host hold
    for all together. One that starts takes its share within seconds; SIGTERM ends it in order within 25 seconds, a second one at
    once; what one that is killed was doing is done by others within a minute. `watcher web` serves the page.

    All work by the newest configuration: a changed file is reloaded between jobs, and a worker whose file is older than what
    others work by says so and stops. `watcher run` does everything in one process instead.
    """
    wanted = tuple(dict.fromkeys(name.strip() for name in queues.split(",") if name.strip()))
    if not wanted or not set(wanted) <= set(KINDS):
        raise UsageError(f"expected some of {ALL_KINDS} in --queues, not {queues!r}")
    tune_memory()
    settings = configured(config)
    if not settings.store.url.startswith(POSTGRESQL):
        raise fail(
            f"{settings.path}: [store] url is {settings.store.url}; workers share a PostgreSQL, expected postgresql://…"
            " (`watcher run` does everything in one process on a file)",
            code=2,
        )
    with configure_logging(log, log_level), exit_on_error(), Store.open(settings.store.url) as store:
        asyncio.run(_work(settings, store, wanted, concurrency or settings.fetch.concurrency, newest=newest))


async def _work(config: Config, store: Store, queues: tuple[str, ...], concurrency: int, *, newest: bool) -> None:
    try:
        from watcher.cli.worker_life import started  # noqa: PLC0415 - what it needs is optional
    except ImportError as error:
        raise fail(f"{WITHOUT} ({error})") from None
    async with started(config, store, concurrency=concurrency, newest=newest) as engine:
        loop = asyncio.get_running_loop()

        def end(number: signal.Signals) -> None:
            loop.remove_signal_handler(number)  # a second one ends it at once
            engine.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end, number)
        typer.echo(f"{config.watch.title}: working on {', '.join(queues)}, {concurrency} sources and jobs at a time")
        with contextlib.suppress(asyncio.CancelledError):
            await engine.run(queues)
