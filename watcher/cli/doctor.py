"""`watcher doctor`: everything that the watch rests on, looked at once, with what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import notifiers
from notifiers import NotSent, Recipient
from watcher.acts.look import Finding, Mark, bad, good, look_at, note
from watcher.bootstrap import channels, fetch_settings
from watcher.cli.common import CONFIG, AsJson, ConfigFile, UsageError, embedded_file, fail, print_json
from watcher.cli.opening import configured
from watcher.clock import EARLIEST, utc_now
from watcher.config.build import Config
from watcher.config.check import check
from watcher.config.settings import Recipient as Declared
from watcher.core.model import Source, duration_text
from watcher.fetch import Fetcher
from watcher.pipeline.clocks import clock_of
from watcher.replay.recorded_web import RecordedWeb, UnusableRecording, open_recorded_web
from watcher.sandbox.pool import ParserPool
from watcher.store.errors import StoreError
from watcher.store.records import State
from watcher.store.store import Store
from watcher.store.work_queue import QueueNumbers, workers_line
from watcher.wording import count

# What `watcher doctor` finds out about this machine: its clock and time zone, the disk, the database, the page's address.

LITTLE, SCARCE = 1_000_000_000, 100_000_000
"""Bytes left on the disk below which a person should know, and below which the watch will soon stop."""
OFF = timedelta(minutes=2)
SHOWN_WARNINGS = 10
"""Lines on the configuration: `watcher check` has them all."""
WALKED = 200_000_000
"""Bytes of a database up to which all of it is held against its hashes here, too; `watcher verify` does it whatever the size."""
WAITING = timedelta(hours=1)


def examine_machine(config: Config, now: datetime) -> Iterator[Finding]:
    """Everything that needs no network."""
    yield _configuration(config, now)
    yield _clock(now)
    yield _zone(config, now)
    yield from _disk(config)
    yield from _database(config)
    yield _page(config)
    yield from _proxies(config)


def _configuration(config: Config, now: datetime) -> Finding:

    report = check(config, now)
    examples = f"{report.passed} of {len(config.examples)} examples right"
    words = f"{count(len(config.signals), 'signal')}, {count(len(config.sources), 'source')}, {examples}"
    if report.wrong:
        said = bad("configuration", words, "`watcher check` names each thing that is wrong.")
        return replace(said, details=report.wrong[:SHOWN_WARNINGS])
    if report.warnings:
        said = note("configuration", words, f"`watcher check` has {count(len(report.warnings), 'note')} on it.")
        return replace(said, details=report.warnings[:SHOWN_WARNINGS])
    return good("configuration", words)


def _clock(now: datetime) -> Finding:
    if now < EARLIEST:
        return bad("clock", f"it shows {now:%Y-%m-%d %H:%M} UTC", "Set the clock: every time that the watch tells rests on it.")
    return good("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def compare_clocks(ahead: list[timedelta]) -> Iterator[Finding]:
    """Ours against those of the hosts that answered: the one in the middle is hardly wrong."""
    if not ahead:
        return
    off = sorted(ahead)[len(ahead) // 2]
    way = "behind" if off > timedelta() else "ahead of"
    lag = abs(off) if abs(off) < OFF else timedelta(minutes=round(abs(off) / timedelta(minutes=1)))
    words = f"{duration_text(lag)} {way} {'the clock' if len(ahead) == 1 else 'most clocks'} of {count(len(ahead), 'host')}"
    if abs(off) > OFF:
        yield bad("clock", words, "Set it by NTP (`timedatectl set-ntp true`): times in mails and on the page rest on it.")
    else:
        yield good("clock", f"agrees with {count(len(ahead), 'host')}" if abs(off) < timedelta(seconds=5) else words)


def _zone(config: Config, now: datetime) -> Finding:
    names = dict.fromkeys([config.watch.timezone, *(one.timezone for one in config.recipients if one.timezone)])
    try:
        shown = ", ".join(f"{now.astimezone(ZoneInfo(name)):%H:%M} in {name}" for name in names)
    except (ZoneInfoNotFoundError, OSError) as error:
        return bad("time zone", f"{error} is not known here", "Install the time zones (Debian: apt-get install tzdata).")
    return good("time zone", f"it is {shown}")


def _disk(config: Config) -> Iterator[Finding]:
    """The folders that are written to, each disk once."""
    places = [one.to for one in config.recipients if one.channel == "maildir"]
    if (file := embedded_file(config.store.url)) is not None:
        places = [str(file.parent), *places]
    seen: set[int] = set()
    for place in dict.fromkeys(places):
        there = next(each for each in (Path(place).absolute(), *Path(place).absolute().parents) if each.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            yield bad("disk", f"{there} cannot be written", "Give this user the right to write there, or name another folder.")
        elif (device := there.stat().st_dev) not in seen:
            seen.add(device)
            yield _room(there)


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    words = f"{free / 1e9:.1f} GB free at {folder}" if free >= LITTLE else f"{free / 1e6:.0f} MB free at {folder}"
    if free < SCARCE:
        return bad("disk", words, "Free space: a full disk stops the watch.")
    if free < LITTLE:
        return note("disk", words, "Free space, or shorten [store] keep and keep_bodies.")
    return good("disk", words)


def _database(config: Config) -> Iterator[Finding]:
    file = embedded_file(config.store.url)
    if file is not None and not file.exists():
        yield note("database", f"there is none at {file} yet", "`watcher once` or `watcher run` makes it.")
        return
    try:
        with Store.open(config.store.url) as store:
            now = clock_of(store)()
            with store.writing() as tx:
                counts, oldest = tx.deliveries.counts(), tx.deliveries.oldest_undelivered()
                decided, workers = len(tx.verdicts.all_latest()), tx.shared.numbers()
            bytes_there = file.stat().st_size if file else 0
            size = f", {bytes_there / 1e6:.1f} MB" if file else ""
            broken = store.verify().broken if 0 < bytes_there <= WALKED else ""
        if broken:
            yield bad(
                "database", f"{store.name} is not as it was written: {broken}", "Put a backup back: `watcher restore FILE`."
            )
        else:
            yield good("database", f"{store.name} can be read and written{size}, {count(decided, 'signal')} decided")
    except StoreError as error:
        yield bad("database", str(error), "See the words above; `watcher verify` says whether it is whole.")
        return
    if workers:
        yield _workers(workers, now)
    yield _outbox(counts[State.PENDING] + counts[State.LEASED], counts[State.DEAD], oldest, now)


def _workers(seen: QueueNumbers, now: datetime) -> Finding:
    words = workers_line(seen)
    if not seen.workers:
        return note("workers", words, "Is `watcher worker` to run? `watcher run` does everything in one process.")
    if seen.late(now):
        return note("workers", words, "Start more of them, or look whether one does that queue (`--queues`).")
    return good("workers", words)


def _outbox(waiting: int, dead: int, oldest: datetime | None, now: datetime) -> Finding:
    words = f"{count(waiting, 'message')} waiting, {dead} given up"
    if dead:
        return note("outbox", words, "`watcher status` says which; `watcher test-notify` tries the channels.")
    if oldest and now - oldest > WAITING:
        since = f"{words}, the oldest since {oldest:%Y-%m-%d %H:%M} UTC"
        return note("outbox", since, "Does the watch run? `watcher healthcheck` says.")
    return good("outbox", words)


def _proxies(config: Config) -> Iterator[Finding]:
    found = config.proxies
    if named := ", ".join(dict.fromkeys(each.url for each in (found.https, found.http) if each)):
        past = f", past it {', '.join(found.bypass)}" if found.bypass else ""
        yield good("proxy", f"the web is asked through {named}{past}; it must refuse private addresses")


def _page(config: Config) -> Finding:
    host, port = config.web.host, config.web.port
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        words = f"{host}:{port} cannot be opened: {error.strerror or error}"
        return note("page", words, "Fine if the watch runs (`watcher healthcheck`); else choose another port in [web].")
    return good("page", f"{host}:{port} is free")


# What `watcher doctor` finds out over the network: each source reached and read, each channel tried.

Told = Callable[[Finding], None]


async def examine_outside(config: Config, sources: Iterable[Source], *, tell: Told) -> list[Finding]:
    """Ask every source once and try every channel, all at the same time; each finding is told as it is made."""
    with ParserPool() as readers:
        async with Fetcher(fetch_settings(config), clock=utc_now) as fetcher:
            ready = channels(config)
            now = utc_now()
            checks = [look_at(one, get=fetcher.get, read=readers.read, now=now) for one in sources]
            tries = [_channel(one, ready[one.channel]) for one in config.recipients]
            found = await _all([*checks, *tries], tell)
            for finding in compare_clocks(list(fetcher.ahead.values())):
                found.append(finding)
                tell(finding)
    return found


async def examine_recorded(config: Config, sources: Iterable[Source], web: RecordedWeb, *, tell: Told) -> list[Finding]:
    """Hold every source against a recorded web as it was at its end."""
    now = web.end()
    web.move(now)
    with ParserPool() as readers:
        async with Fetcher(web.settings(fetch_settings(config)), clock=web.now, transport=web.transport()) as fetcher:
            return await _all([look_at(one, get=fetcher.get, read=readers.read, now=now) for one in sources], tell)


async def _all(checks: Iterable[Awaitable[Finding]], tell: Told) -> list[Finding]:
    async def each(check: Awaitable[Finding]) -> Finding:
        finding = await check
        tell(finding)
        return finding

    return list(await asyncio.gather(*map(each, checks)))


async def _channel(declared: Declared, settings: Any) -> Finding:  # noqa: ANN401 - each channel has its own
    """One recipient's channel, everything but the sending."""
    about = f"recipient {declared.id}"
    try:
        words = await notifiers.probe(declared.channel, Recipient(declared.id, declared.to, secret=declared.secret), settings)
    except NotSent as error:
        reason = error.reason.replace(declared.to, "the address") if declared.to else error.reason
        to_do = f"Check [{declared.channel}] and the recipient; then `watcher test-notify` sends a trial."
        return bad(about, f"{declared.channel}: {reason}", to_do)
    return good(about, f"{declared.channel}: {words}")


# The command.

MARKS = {Mark.GOOD: "[green]✓[/]", Mark.NOTE: "[yellow]![/]", Mark.BAD: "[red]✗[/]"}


def doctor(
    config: ConfigFile = CONFIG,
    source: Annotated[list[str] | None, typer.Option(metavar="ID", help="Ask only this source; may be given again.")] = None,
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no source and try no channel.")] = False,
    against: Annotated[str, typer.Option(metavar="FOLDER", help="Hold the sources against a recorded web.")] = "",
    as_json: AsJson = False,
) -> None:
    """Look at everything that the watch rests on, and say what to do where something is wrong.

    Each source is asked once and read as the watch would read it. Each recipient's channel is tried up to the sending: the mail
    server logged in to, the webhook's host reached, the folder looked at. Then the database, the disk, the clock, the time zone
    and the page's address. Nothing is sent and nothing is stored. ✓ is good, ! works but look, ✗ does not work.

    Of each source it prints what was expected, what came, its three newest entries, and what would be another shape; then a table
    of all that was looked at. `--against FOLDER` asks a recorded web instead (`watcher capture`), as it was at its end.
    """
    settings = configured(config)
    asked = _asked(settings, source or [])
    with Console(stderr=True).status("Looking …") as status:
        found = _looked(settings, asked, against, lambda one: status.update(one.about), offline=offline)
    bad = sum(1 for one in found if one.state is Mark.BAD)
    if as_json:
        rows = [asdict(one) for one in found]
        print_json({"good": not bad, "findings": rows})
    else:
        _show(found)
        looked = f"{count(len(found), 'thing')} looked at"
        typer.echo(f"{looked}, {bad} of them {'does' if bad == 1 else 'do'} not work" if bad else f"{looked}, all work")
    if bad:
        raise typer.Exit(1)


def _looked(
    settings: Config, asked: Sequence[Source], against: str, tell: Callable[[Finding], None], *, offline: bool
) -> list[Finding]:
    """What was found, the sources and channels in alphabetical order."""
    if against:
        try:
            found = asyncio.run(examine_recorded(settings, asked, open_recorded_web(against), tell=tell))
        except UnusableRecording as error:
            raise fail(str(error)) from None
        return sorted(found, key=lambda one: one.about)
    outside = [] if offline else asyncio.run(examine_outside(settings, asked, tell=tell))
    return [*examine_machine(settings, utc_now()), *sorted(outside, key=lambda one: one.about)]


def _asked(settings: Config, wanted: Sequence[str]) -> list[Source]:
    """The sources to ask."""
    known = {one.id: one for one in settings.sources}
    if missing := [name for name in wanted if name not in known]:
        raise UsageError(f"{missing[0]!r} is no source; expected one of {', '.join(known)}")
    return [one for one in known.values() if not wanted or one.id in wanted]


def _show(found: Sequence[Finding]) -> None:
    for one in found:
        if one.details:
            typer.echo("\n  ".join(one.details) + "\n")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(style="bold", overflow="fold")
    table.add_column(overflow="fold")
    for one in found:
        words = escape(one.said) + (f"\n[dim]→ {escape(one.to_do)}[/]" if one.to_do else "")
        table.add_row(MARKS[one.state], escape(one.about), words)
    Console().print(table)
