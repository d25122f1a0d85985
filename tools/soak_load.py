"""The round of load: thousands of sources for a rehearsed day, some of them hostile at any time, and readers on the page."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import uvicorn

from tools.soak_rounds import ROOT, Place, Row, memory, order
from watcher.bootstrap import deliverer, fetch_settings, opened, prepare
from watcher.config.build import Config, load
from watcher.pipeline.cycle import Context, run_cycle
from watcher.store.store import Store
from watcher.web.app import create_app
from watcher.web.queries import StoreQueries, site_info
from watcher.web.security import WebSettings

SOURCES, SIGNALS, HOSTILE, RATE = 5_000, 10, 0.01, 500
START, STEP, STEPS = datetime(2026, 6, 1, tzinfo=UTC), timedelta(hours=1), 24
MOST_POLLS = 10_000
"""Over as many polls, after the first look at everything, memory must stay flat."""
GROWTH = 40
"""Megabytes by which it may be higher at any of the looks: what the page and the first changes take, and no more."""
HEAD = """\
[fetch]
via = "{via}"
allow = ["127.0.0.1"]
timeout = "3s"
per_host_gap = "0s"
concurrency = 50
[store]
url = "sqlite:///{folder}/load.db"
[[recipient]]
id = "reader"
channel = "maildir"
to = "{folder}/mail"
[ladder.notices]
[[ladder.notices.status]]
id = "awaiting"
[[ladder.notices.status]]
id = "moved"
steps_back = true
[[ladder.notices.rule]]
id = "notice"
status = "moved"
when = {{ link = "farm1.example/notices/*" }}
"""
SIGNAL = """
[[signal]]
id = "s{0}"
question = "Has agency {0} given notice?"
[[signal.track]]
ladder = "notices"
"""
SOURCE = """
[[signal.source]]
id = "f{0}"
url = "https://farm{0}.example/feed.xml"
publisher = "farm{0}.example"
tier = "official"
every = "4h"
grace = "24h"
"""


@dataclass
class Seen:
    """What was measured on the way."""

    polls: int = 0
    cycles: list[float] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    """Polls so far, and megabytes."""
    late: timedelta = timedelta(0)
    outcomes: Counter[str] = field(default_factory=Counter)


def declared(folder: Path, via: str) -> Config:
    """The configuration of all these sources."""
    parts, each = [HEAD.format(via=via, folder=folder)], SOURCES // SIGNALS
    for number in range(SIGNALS):
        parts += [SIGNAL.format(number), *(SOURCE.format(feed) for feed in range(number * each, (number + 1) * each))]
    (folder / "signals.toml").write_text("".join(parts), "utf-8")
    return load(folder / "signals.toml", {})


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A process of our own, ended with the block."""
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603 - ours
        try:
            yield running
        finally:
            running.terminate()


@asynccontextmanager
async def page(store: Store, config: Config, now: datetime) -> AsyncIterator[int]:
    """The page beside the cycles, in the same process as in `watcher run`; gives its port."""
    reads = StoreQueries(store, site_info(config), clock=lambda: now, cycle=lambda: now)
    app = create_app(reads, WebSettings(), clock=lambda: datetime.now(UTC))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    listener = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        listener.close()


async def day(config: Config, store: Store, address: str, seconds: float) -> tuple[Seen, str]:
    """A day of cycles under a virtual clock, and what the visitors of the page say at the end."""
    seen, until = Seen(), monotonic() + seconds
    prepare(store, config, START)
    settings = fetch_settings(config)
    async with opened(config, store, settings, deliver=deliverer(config, store)) as live, page(store, config, START) as port:
        context = replace(live, zone=None, keep=None)
        await once(context, START, seen)
        order(address, "hostile", {"share": HOSTILE})
        with started("-m", "tools.soak_visitors", f"http://127.0.0.1:{port}/", str(RATE), str(max(10, seconds / 3))) as visitors:
            for number in range(1, STEPS + 1):
                order(address, "now", {"at": (START + number * STEP).isoformat()})
                await once(context, START + number * STEP, seen)
                if monotonic() > until:
                    break
            said = await asyncio.to_thread(visitors.communicate)
    return seen, said[0].strip()


async def once(context: Context, now: datetime, seen: Seen) -> None:
    """One cycle, and what it took."""
    with context.store.reading() as tx:
        due = tx.sources.next_due(now)
    seen.late = max(seen.late, now - due if due else timedelta(0))
    began = monotonic()
    done = await run_cycle(context, now)
    seen.polls += done.polls
    seen.outcomes += done.outcomes
    seen.cycles.append(monotonic() - began)
    seen.sizes.append((seen.polls, memory()))


def load_round(place: Place, seconds: float) -> Row:
    """Five thousand sources, one in a hundred hostile at any time, while the page has readers."""
    row = Row("load")
    with started("-m", "tools.farm", str(SOURCES)) as farm, Store.open(f"sqlite:///{place.folder}/load.db") as store:
        address = "http://127.0.0.1:" + (farm.stdout.readline() if farm.stdout else "").split("127.0.0.1:")[1].split("/")[0]
        config = declared(place.folder, address)
        seen, visitors = asyncio.run(day(config, store, address, seconds))
        with store.reading() as tx:
            letters = tx.deliveries.of(limit=100_000)
    row.injected = row.survived = sum(many for kind, many in seen.outcomes.items() if kind not in {"ok", "unchanged"})
    row.expected, row.received = len(letters), len(list((place.folder / "mail" / "new").glob("*")))
    row.start, row.end, highest = seen.sizes[1][1], seen.sizes[-1][1], max(size for _, size in seen.sizes)
    row.notes = [
        f"{seen.polls} polls of {SOURCES} sources, {len(seen.cycles) - 1} hours",
        f"slowest cycle {max(seen.cycles):.0f} s",
        f"most memory {highest} MB",
        visitors,
    ]
    row.failures += [f"memory grew from {row.start} to {highest} MB"] * (highest - row.start > GROWTH)
    row.failures += [f"only {seen.polls} polls in the time given"] * (seen.polls < SOURCES + MOST_POLLS)
    row.failures += [f"a source was late by {seen.late}"] * (seen.late > timedelta(hours=4))
    row.failures += ["mails lost or doubled"] * (row.expected != row.received)
    row.failures += [f"the page: {visitors}"] * (" 0 failed" not in visitors)
    return row
