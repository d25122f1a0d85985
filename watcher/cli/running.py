"""`watcher run` and `watcher once`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from typing import Annotated

import typer

from watcher.cli.common import CONFIG, ConfigFile, configured, fail, in_words, utc_now
from watcher.cli.wiring import deliverer, fetch_settings, opened, prepare
from watcher.config import Config
from watcher.scheduler import Done, Heart, cycle
from watcher.service import Manager, Pulse, announced
from watcher.store import Store

log = logging.getLogger("watcher")


def once(config: ConfigFile = CONFIG) -> None:
    """Do all work that is due now, then exit: for cron."""
    settings = configured(config)
    with in_words(), Store.open(settings.store.url) as store:
        done = asyncio.run(_once(settings, store))
    typer.echo(f"{done.polls} polls, {len(done.transitions)} things said, {len(done.digests)} digests, {done.sent} messages sent")


async def _once(config: Config, store: Store) -> Done:
    now = utc_now()
    prepare(store, config, now)
    async with opened(config, store, fetch_settings(config), deliver=deliverer(config, store)) as beat:
        done = await cycle(beat, now, every_signal=True)
        if beat.after is not None:
            await beat.after()
        return done


def run(
    config: ConfigFile = CONFIG,
    host: Annotated[str, typer.Option(help="Address to serve the page on; the configuration's by default.")] = "",
    port: Annotated[
        int, typer.Option(help="Port of the page; the configuration's by default, 0 takes a free one.", min=-1, max=65535)
    ] = -1,
) -> None:
    """Watch until stopped, and serve the page."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.ERROR)
    settings = configured(config)
    door = _door(host or settings.web.host, settings.web.port if port < 0 else port)
    with contextlib.closing(door), in_words(), Store.open(settings.store.url) as store, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(settings, store, door))


def _door(host: str, port: int) -> socket.socket:
    """The page's listening socket, opened before anything else: a busy port is told at once."""
    try:
        door = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise fail(f"cannot serve the page on {host}:{port}: {error.strerror or error}; choose another with --port") from None
    return door


async def _serve(config: Config, store: Store, door: socket.socket) -> None:
    import uvicorn  # noqa: PLC0415 - `once` serves nothing

    from watcher.cli.welcoming import door_of  # noqa: PLC0415 - as above
    from watcher.web.app import create_app  # noqa: PLC0415 - as above
    from watcher.web.reads import StoreReads, face_of  # noqa: PLC0415 - as above
    from watcher.web.server import Server  # noqa: PLC0415 - as above
    from watcher.web.settings import settings_of  # noqa: PLC0415 - as above

    prepare(store, config, utc_now())
    token = config.secret("METRICS_TOKEN") or ""
    async with opened(config, store, fetch_settings(config), deliver=deliverer(config, store)) as beat:
        heart = Heart(beat, clock=utc_now)
        reads = StoreReads(store, face_of(config), clock=utc_now, beat=lambda: heart.last_good, tally=heart.tally)
        settings = settings_of(config.web, metrics_token=token)
        app = create_app(reads, settings, clock=utc_now, door=door_of(config, store))
        quiet = uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False, server_header=False)
        _announce(config, door)
        heart.start()
        try:
            async with announced(Manager(os.environ, os.getpid()), Pulse(lambda: heart.last_good)):
                await Server(quiet).serve(sockets=[door])
        finally:
            heart.stop()


def _announce(config: Config, door: socket.socket) -> None:
    host, port = door.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"{config.watch.title}: http://{shown}:{port}{config.web.base_path}/")
    for one in config.recipients:
        if one.channel == "maildir":
            typer.echo(f"Digests for {one.id}: {one.to}")
