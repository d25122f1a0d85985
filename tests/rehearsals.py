"""Rehearsals for tests: a configuration over a recorded world, in this process, with everything real but the network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.builders import day
from tests.by_workers import at_work
from watcher.bootstrap import fetch_settings, keep_here, opened, prepare
from watcher.config.build import Config
from watcher.core.model import Verdict
from watcher.pipeline.cycle import Context
from watcher.replay.recorded_web import RecordedWeb, open_recorded_web
from watcher.replay.rehearse import Rehearsal, Schedule, rehearse
from watcher.store.store import Store
from watcher.wording import transition_to_dict

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
STORY = SHARED / "world" / "story"
REAL = SHARED / "world" / "story_real"
"""The same year in the shapes of the real pages."""


def rehearsed(
    config: Config,
    where: Path,
    folder: Path,
    *,
    start: str = "2026-01-05",
    end: str = "2026-11-20",
    step: timedelta = timedelta(hours=6),
    world: RecordedWeb | None = None,
    each: Callable[[str], None] | None = None,
    url: str = "",
    by_workers: bool = False,
) -> tuple[list[dict[str, Any]], dict[str, Verdict]]:
    """Everything said, as `--json` prints it, and the verdicts at the end; `url` of a database, a file in the folder without it.

    `by_workers`: by the jobs of their queue, instead of cycles.
    """
    lines: list[dict[str, Any]] = []
    plan = Schedule(day(start), day(end), step)
    recorded = world or open_recorded_web(str(where))

    async def walk(store: Store) -> None:
        prepare(store, config, plan.start)
        rehearsal = Rehearsal(recorded, known_until=plan.start)
        settings = recorded.settings(fetch_settings(config))
        async with opened(config, store, settings, deliver=keep_here, rehearsal=rehearsal) as context:
            if by_workers:
                lines.extend(await worked(context, url, recorded, plan))
                return
            progress = (lambda at: each(at.isoformat())) if each else (lambda _at: None)
            await rehearse(context, recorded, plan, say=lambda line: lines.append(transition_to_dict(line)), progress=progress)

    with Store.open(url or f"sqlite:///{folder}/watch.db", durable=False) as store:
        asyncio.run(walk(store))
        with store.reading() as tx:
            return lines, tx.verdicts.all_latest()


async def worked(context: Context, url: str, world: RecordedWeb, plan: Schedule) -> list[dict[str, Any]]:
    """The same plan walked by a worker; everything said."""
    async with at_work(context, url, world.now) as all_that_is_due:
        for moment in plan.moments(None):
            world.move(moment)
            await all_that_is_due()
    with context.store.reading() as tx:
        said = tx.transitions.of(since=plan.start, limit=1_000_000)
    return [transition_to_dict(one) for one in sorted(said, key=lambda one: one.id)]


def without(config: Config, source: str) -> Config:
    """The configuration without one source."""
    signals = (replace(signal, sources=tuple(one for one in signal.sources if one.id != source)) for signal in config.signals)
    return replace(config, signals=tuple(signals))


def alone(config: Config, signal: str) -> Config:
    """The configuration with one signal only."""
    return replace(config, signals=tuple(one for one in config.signals if one.id == signal))
