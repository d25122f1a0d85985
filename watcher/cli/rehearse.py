"""`watcher rehearse` and `capture`: what a configuration would have said over a recorded past, and how one is recorded."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from watcher.bootstrap import deliverer, fetch_settings, keep_here, opened, prepare
from watcher.cli.common import CONFIG, AsJson, ConfigFile, exit_on_error, fail, parse_datetime, parse_duration, print_json
from watcher.cli.opening import configured
from watcher.clock import utc_now
from watcher.config.build import Config
from watcher.core.addresses import in_year, safe_link
from watcher.core.model import Transition
from watcher.fetch import Fetcher
from watcher.replay.recorded_web import Captured, RecordedWeb, UnusableRecording, open_recorded_web
from watcher.replay.recorded_web import capture as keep
from watcher.replay.rehearse import Rehearsal, RehearsalSummary, Schedule
from watcher.replay.rehearse import rehearse as walk
from watcher.sandbox.pool import ParserPool
from watcher.store.engine import POSTGRESQL
from watcher.store.store import Store
from watcher.wording import count, transition_to_dict, transition_to_text

# `watcher rehearse`: what a configuration would have said over a recorded past.


def rehearse(  # noqa: PLR0913 - the options of a command
    world: Annotated[str, typer.Argument(metavar="WORLD", help="A folder with a world.jsonl, or a world server's address.")],
    config: ConfigFile = CONFIG,
    start: Annotated[
        str, typer.Option("--from", metavar="T", help="First moment; known history counts up to here.")
    ] = "2026-01-05",
    end: Annotated[str, typer.Option("--to", metavar="T", help="Last moment.")] = "2026-11-20",
    step: Annotated[str, typer.Option(help="How far the clock moves at a time: 6h, 45m, 1d.")] = "6h",
    database: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Keep what was seen in this file, or a postgresql://… of its own; a rehearsal that was cut off goes on there.",
        ),
    ] = "",
    *,
    deliver: Annotated[
        bool,
        typer.Option("--deliver", help="Send the digests to the configured recipients. Without it none leaves this machine."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what this configuration would have said over a recorded past.

    The watch runs as it would have run: it polls the recorded documents under a virtual clock, decides, and composes digests.
    Each line is one thing said. What came after `--from` must be seen in the documents: declared history does not help.
    """
    settings = configured(config)
    plan = Schedule(parse_datetime(start), parse_datetime(end), parse_duration(step))
    with exit_on_error(), _database(database) as store:
        try:
            summary = asyncio.run(_walk(settings, open_recorded_web(world), plan, store, deliver=deliver, as_json=as_json))
        except UnusableRecording as error:
            raise fail(str(error)) from None
    _summarize(summary, as_json=as_json)


@contextmanager
def _database(name: str) -> Iterator[Store]:
    """The database that was asked for, or one that is gone at the end."""
    if name:
        with Store.open(name if name.startswith(POSTGRESQL) else f"sqlite:///{name}") as store:
            yield store
        return
    with (
        tempfile.TemporaryDirectory(prefix="rehearsal-") as folder,
        Store.open(f"sqlite:///{folder}/watch.db", durable=False) as store,
    ):
        yield store


async def _walk(
    config: Config, world: RecordedWeb, plan: Schedule, store: Store, *, deliver: bool, as_json: bool
) -> RehearsalSummary:
    prepare(store, config, plan.start)
    rehearsal = Rehearsal(world, known_until=plan.start)
    send = deliverer(config, store, clock=world.now) if deliver else keep_here
    with _progress(plan, as_json=as_json) as progress:
        async with opened(config, store, world.settings(fetch_settings(config)), deliver=send, rehearsal=rehearsal) as context:
            return await walk(context, world, plan, say=lambda transition: _say(transition, as_json=as_json), progress=progress)


def _say(transition: Transition, *, as_json: bool) -> None:
    if as_json:
        print_json(transition_to_dict(transition))
    else:
        typer.echo(transition_to_text(transition))


@contextmanager
def _progress(plan: Schedule, *, as_json: bool) -> Iterator[Callable[[datetime], None]]:
    """A bar on a terminal, nothing elsewhere; standard output stays for what is said."""
    console = Console(stderr=True)
    if not console.is_terminal or (not as_json and not sys.stdout.isatty()):
        yield lambda _moment: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("rehearsing", total=(plan.end - plan.start) / timedelta(hours=1))
        yield lambda at: bar.update(task, completed=(at - plan.start) / timedelta(hours=1), description=f"{at:%Y-%m-%d}")


def _summarize(summary: RehearsalSummary, *, as_json: bool) -> None:
    """What it came to, on standard error: standard output holds what was said."""
    typer.echo(
        f"{count(summary.steps, 'step')}, {count(summary.polls, 'poll')}, {count(summary.transitions, 'thing')} said, "
        f"{count(summary.digests, 'digest')}, {count(summary.sent, 'message')} sent, "
        f"{count(summary.undecided, 'text')} undecided",
        err=True,
    )
    for signal, blind in summary.unseen:
        typer.echo(f"not seen at the end: {signal} · {blind.name} since {blind.since:%Y-%m-%d %H:%M} UTC ({blind.why})", err=True)
    del as_json


# `watcher capture`: today's answers of the sources, kept as a recorded web.


def capture(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to keep it; one that holds a capture is added to.")],
    config: ConfigFile = CONFIG,
    *,
    as_json: AsJson = False,
) -> None:
    """Keep what every source answers now, with the pages that they lead to: documents, headers and times.

    The folder is a recorded web: `watcher rehearse FOLDER` walks through it, `watcher doctor --against FOLDER` holds the
    configuration against it. Captured again, it holds what has changed as well. Addresses are kept with the keys in them,
    so its list is readable by its owner alone; headers that a source asks with are not kept.
    """
    settings = configured(config)
    try:
        with Console(stderr=True).status("Asking …") as status:
            found = asyncio.run(_captured(settings, folder, lambda one: status.update(one.source.id)))
    except OSError as error:
        raise fail(f"{folder} cannot be written: {error.strerror or error}") from None
    rows = [
        {
            "source": one.source.id,
            "url": safe_link(in_year(one.source.url, utc_now())),
            "outcome": one.result.poll.outcome.value,
            "new": one.is_new,
        }
        for one in found
    ]
    if as_json:
        print_json({"folder": str(folder), "answers": rows})
        return
    ends = Counter(str(row["outcome"]) for row in rows)
    told = ", ".join(f"{number} {end}" for end, number in ends.most_common())
    typer.echo(f"{count(len(rows), 'answer')} ({told}), {sum(1 for one in found if one.is_new)} new, in {folder}")


async def _captured(settings: Config, folder: Path, tell: Callable[[Captured], None]) -> list[Captured]:
    now = utc_now()
    with ParserPool() as readers:
        async with Fetcher(fetch_settings(settings), clock=utc_now) as fetcher:
            return await keep(settings.sources, folder, get=fetcher.get, read=readers.read, now=now, tell=tell)
