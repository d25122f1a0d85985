"""What `watcher doctor` finds out about this machine: its clock and time zone, the disk, the database, the page's address."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watcher.acts.findings import Finding, bad, good, note
from watcher.cli.common import embedded_file
from watcher.config.build import Config
from watcher.config.check import check
from watcher.pipeline.server_clock import clock_of
from watcher.store.errors import StoreError
from watcher.store.records import State
from watcher.store.store import Store
from watcher.store.work_queue import QueueNumbers, workers_line
from watcher.wording import count

LITTLE, SCARCE = 1_000_000_000, 100_000_000
"""Bytes left on the disk below which a person should know, and below which the watch will soon stop."""
BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right shows an earlier time."""
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
    if now < BUILT:
        return bad("clock", f"it shows {now:%Y-%m-%d %H:%M} UTC", "Set the clock: every time that the watch tells rests on it.")
    return good("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def compare_clocks(ahead: list[timedelta]) -> Iterator[Finding]:
    """Ours against those of the hosts that answered: the one in the middle is hardly wrong."""
    if not ahead:
        return
    off = sorted(ahead)[len(ahead) // 2]
    way = "behind" if off > timedelta() else "ahead of"
    words = f"{_span(abs(off))} {way} {'the clock' if len(ahead) == 1 else 'most clocks'} of {count(len(ahead), 'host')}"
    if abs(off) > OFF:
        yield bad("clock", words, "Set it by NTP (`timedatectl set-ntp true`): times in mails and on the page rest on it.")
    else:
        yield good("clock", f"agrees with {count(len(ahead), 'host')}" if abs(off) < timedelta(seconds=5) else words)


def _span(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    unit, name = next((unit, name) for unit, name in ((3600, "h"), (60, "min"), (1, "s")) if seconds >= 2 * unit or unit == 1)
    return f"{round(seconds / unit)} {name}"


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
