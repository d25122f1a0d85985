"""Memory over ten thousand polls in one process, one in a hundred of them hostile: `python -m tools.soak_memory [POLLS]`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from tools.farm import EPOCH, KINDS, Farm, Said, notices, said_wrongly
from tools.soak_load import HEAD, SIGNAL, SOURCE
from tools.soak_rounds import memory
from watcher.bootstrap import fetch_settings, keep_here, opened, prepare
from watcher.config.build import load
from watcher.fetch import FetchSettings
from watcher.fetch.response import RecordedResponse, RecordedTransport
from watcher.pipeline.cycle import run_cycle
from watcher.replay.recorded_web import RecordedWeb
from watcher.replay.rehearse import Rehearsal
from watcher.store.store import Store

SOURCES, STEP = 300, timedelta(hours=4)
ANSWERS = tuple(kind for kind in KINDS if kind not in {"timeout", "slow", "reset"})


class Fields(RecordedWeb):
    """The farm's feeds without a socket."""

    def __init__(self) -> None:
        """Begin where the farm begins."""
        self.farm, self.asked = Farm(), 0

    def now(self) -> datetime:
        """Its virtual time."""
        return self.farm.now

    def move(self, at: datetime) -> None:
        """Set it."""
        self.farm.now = at

    def settings(self, settings: FetchSettings) -> FetchSettings:
        """No pauses and no mirror."""
        return replace(settings, via="", per_host_gap=timedelta(0))

    def transport(self) -> RecordedTransport:
        """What stands in for the network."""
        return RecordedTransport(self.answer)

    def answer(self, url: str, _asked: Mapping[str, str]) -> RecordedResponse:
        """A feed, or every hundredth time something else."""
        self.asked += 1
        body = notices(url.split("/")[2], int((self.farm.now - EPOCH).total_seconds() // 3600))
        if self.asked % 100:
            return RecordedResponse(200, {"Content-Type": "application/rss+xml"}, body)
        said = said_wrongly({"kind": ANSWERS[self.asked // 100 % len(ANSWERS)]}, url, Said(200, {}, body))
        return RecordedResponse(said.status, said.headers, said.body)


async def poll(folder: Path, most: int) -> list[tuple[int, int]]:
    """Polls so far and megabytes, after each cycle."""
    text = HEAD.format(via="", folder=folder) + SIGNAL.format(0) + "".join(SOURCE.format(number) for number in range(SOURCES))
    (folder / "signals.toml").write_text(text, "utf-8")
    config, world, sizes, polls = load(folder / "signals.toml", {}), Fields(), list[tuple[int, int]](), 0
    with Store.open(f"sqlite:///{folder}/load.db", durable=False) as store:
        prepare(store, config, world.now())
        settings = world.settings(fetch_settings(config))
        async with opened(config, store, settings, deliver=keep_here, rehearsal=Rehearsal(world, known_until=EPOCH)) as context:
            while polls < most:
                polls += (await run_cycle(context, world.now())).polls
                sizes.append((polls, memory()))
                world.move(world.now() + STEP)
    return sizes


def main() -> None:
    """Say what it held after the first look at everything, half-way, and at the end."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        sizes = asyncio.run(poll(Path(folder), most))
    for polls, size in (sizes[1], sizes[len(sizes) // 2], sizes[-1]):
        print(f"{size} MB after {polls} polls")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
