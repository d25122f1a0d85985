"""What a poll costs by the store it is kept in: `python -m tools.bench_stores [--sources 400]`.

One process polls everything on a file, then another on a PostgreSQL, as `watcher run` does; the feeds and rounds are those of
`tools.bench_workers`, which measures workers. What starting costs is not counted. Exit code 1 where a poll on PostgreSQL takes
more than 1.5 times as long as on the file; that is judged where a core and a half do nothing at the start.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from tools.bench_workers import ROOT, declared, idle_cores, processor, web
from tools.own_postgres import own_postgres
from watcher.bootstrap import fetch_settings, keep_here, opened, prepare
from watcher.clock import utc_now
from watcher.config.build import load
from watcher.pipeline.cycle import run_cycle
from watcher.store.codec import micros
from watcher.store.store import Store

ROUNDS = ("first look", "news", "no news")
MOST = 1.5
"""How many times as long as on a file a poll on PostgreSQL may take."""
CORES = 1.5
"""So many must do nothing for that to be judged: one polls, and the server and the sources have their part."""


async def polled(folder: Path, url: str, via: str) -> None:
    """Each round in this process: a line of JSON with polls, seconds by the clock and of the processor, and statements."""
    config = load(folder / "signals.toml", {})
    statements = [0]

    def count(*_: Any) -> None:  # noqa: ANN401 - the library's
        statements[0] += 1

    with Store.open(url) as store:
        prepare(store, config, utc_now())
        for engine in (store.database.writer, store.database.reader):
            sa.event.listen(engine, "before_cursor_execute", count)
        async with opened(config, store, fetch_settings(config), deliver=keep_here) as every:
            context = replace(every, zone=None, keep=None)
            for name in ROUNDS:
                await asyncio.to_thread(httpx2.get, f"{via}/{'_news' if name == 'news' else '_asked'}")
                if name != "first look":
                    with store.writing() as tx:
                        tx.run("UPDATE source SET next_at = :now", {"now": micros(utc_now())})
                statements[0], begun, used = 0, time.perf_counter(), processor(os.getpid())
                done = await run_cycle(context, utc_now())
                wall, cpu = time.perf_counter() - begun, processor(os.getpid()) - used
                facts = {"round": name, "polls": done.polls, "wall": wall, "cpu": cpu, "statements": statements[0]}
                sys.stdout.write(json.dumps(facts) + "\n")
                sys.stdout.flush()


def options() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description="What a poll costs by the store it is kept in.")
    parser.add_argument("--sources", type=int, default=400)
    parser.add_argument("--polled", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """Print the table as it grows; 1 where PostgreSQL is too slow beside a file."""
    asked = options()
    if asked.polled:
        folder, url, via = asked.polled
        asyncio.run(polled(Path(folder), url, via))
        return 0
    say = sys.stdout.write
    say("| store | round | polls | seconds | polls a second | processor, ms a poll | statements a poll | against the file |\n")
    say("|---|---|---|---|---|---|---|---|\n")
    first, good, idle = dict[str, dict[str, float]](), True, idle_cores()
    with ExitStack() as ending:
        folder = ending.enter_context(tempfile.TemporaryDirectory())
        address, via = ending.enter_context(own_postgres()).url, ending.enter_context(web())
        declared(Path(folder), asked.sources, via, "1s")
        for name, url in (("file", f"sqlite:///{folder}/data/watch.db"), ("PostgreSQL", address)):
            command = [sys.executable, "-m", "tools.bench_stores", "--polled", folder, url, via]
            lines = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()  # noqa: S603 - ourselves
            for one in map(json.loads, lines):
                many = one["polls"]
                say(f"| {name} | {one['round']} | {one['polls']} | {one['wall']:.2f} | {one['polls'] / one['wall']:.1f} | ")
                wall, cpu = against(one, first.setdefault(one["round"], one))
                good = good and (wall <= MOST or idle < CORES)
                say(f"{one['cpu'] / many * 1000:.2f} | {one['statements'] / many:.2f} | {wall:.2f}, processor {cpu:.2f} |\n")
                sys.stdout.flush()
    if idle < CORES:
        say(f"\nNot judged: {CORES} cores wanted, {idle:.1f} did nothing.\n\n")
    else:
        say(f"\n{'No' if good else '**Some**'} poll on PostgreSQL takes more than {MOST} times as long as on the file.\n\n")
    return int(not good)


def against(one: dict[str, float], file: dict[str, float]) -> tuple[float, float]:
    """How many times as long as on the file a poll took, by the clock and of the processor."""
    wall, cpu = (one[kind] / one["polls"] / (file[kind] / file["polls"]) for kind in ("wall", "cpu"))
    return wall, cpu


if __name__ == "__main__":
    sys.exit(main())
