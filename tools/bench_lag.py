"""How long the event loop is held up by one piece of work while everything is polled for the first time, and then again."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tools.bench_measure import python, running
from tools.rig import prepare as declare
from watcher.bootstrap import deliverer, fetch_settings, opened, prepare
from watcher.clock import utc_now
from watcher.config.build import Config, load
from watcher.pipeline.cycle import run_cycle
from watcher.runtime import tune_memory
from watcher.store.store import Store

Row = tuple[str, str]
PAUSE = 0.001


def lag(count: int) -> Iterator[Row]:
    """The loop's longest and its hundredth-longest turn, in processor time of its thread: the machine's load does not count."""
    with tempfile.TemporaryDirectory() as folder, running(python("-m", "tools.bench_feeds", str(count))) as (_, farm):
        place = Path(folder)
        (place / "urls.txt").write_text("\n".join(f"{farm}/feed/{n}" for n in range(count)))
        declare(place)
        config = load(place / "signals.toml", {})
        with Store.open(config.store.url) as store:
            prepare(store, config, utc_now())
            tune_memory()  # as a command does
            for name in ("cold, all new", "warm, all 304"):
                turns = sorted(asyncio.run(turns_of(config, store)), reverse=True)
                longest, common = turns[0] * 1000, turns[len(turns) // 100] * 1000
                words = f"{longest:.0f} ms the longest of {len(turns):,} turns, 99 of 100 within {common:.0f}"
                yield f"the event loop, {count:,} feeds: {name}", words


async def turns_of(config: Config, store: Store) -> list[float]:
    """Processor seconds of the loop's thread in each turn of one cycle."""
    turns: list[float] = []

    async def probe() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(PAUSE)
            now = time.thread_time()
            turns.append(now - last)
            last = now

    async with opened(config, store, fetch_settings(config), deliver=deliverer(config, store)) as context:
        watching = asyncio.create_task(probe())
        await asyncio.sleep(10 * PAUSE)
        turns.clear()
        await run_cycle(context, utc_now(), every_signal=True)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    return turns
