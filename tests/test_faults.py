"""Every fault on every source of the shipped configuration: no status moves, blindness is said after its grace, and it ends."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.builders import day
from tests.rehearsals import ROOT, STORY
from tests.standins import farm, steer, world_server
from tools.farm import KINDS
from watcher.bootstrap import fetch_settings, keep_here, opened, prepare
from watcher.config.build import Config, load
from watcher.core.model import Change, Transition, Verdict
from watcher.pipeline.cycle import run_cycle
from watcher.replay.recorded_web import RecordedWeb, open_recorded_web
from watcher.replay.rehearse import Rehearsal
from watcher.store.store import Store

START = day("2026-08-02")
"""Of a fortnight in which no signal moves."""
BROKEN = [START + timedelta(days=days) for days in (0.5, 9)]
"""Everything fails; the longest grace is seven days."""
MENDED = [START + timedelta(days=days) for days in (10.5, 12)]
Said: TypeAlias = tuple[list[Transition], dict[str, Verdict]]
HERE = KINDS if not STORY.exists() else ("timeout", "xml-bomb", "redirect-private")
"""What our own farm does to the demo: all of it where the stand-in world is not at hand."""


@dataclass(frozen=True)
class Stage:
    """A web, and the watch that has seen it once."""

    address: str
    world: RecordedWeb
    config: Config
    folder: Path
    usual: Said = ([], {})

    def walk(self, moments: Sequence[datetime], database: Path, *, patience: float = 20) -> Said:
        """Cycle at each of these moments, waiting so many seconds for an answer; what was said, and where everything stands."""

        async def cycles(store: Store) -> list[Transition]:
            prepare(store, self.config, moments[0])
            usual = self.world.settings(fetch_settings(self.config))
            settings = replace(usual, timeout=timedelta(seconds=patience), max_body=3_000_000)
            rehearsal = Rehearsal(self.world, known_until=START)
            told: list[Transition] = []
            async with opened(self.config, store, settings, deliver=keep_here, rehearsal=rehearsal) as context:
                for number, moment in enumerate(moments):
                    self.world.move(moment)
                    told += (await run_cycle(context, moment, every_signal=not number)).transitions
            return told

        with Store.open(f"sqlite:///{database}", durable=False) as store:
            told = asyncio.run(cycles(store))
            with store.reading() as tx:
                return told, tx.verdicts.all_latest()


@contextmanager
def staged(run: Callable[[Path], AbstractContextManager[str]], web: Path, folder: Path) -> Iterator[Stage]:
    """A web that the watch has seen once, and what it would say without a fault."""
    with run(web) as address:
        made = Stage(address, open_recorded_web(address), load(ROOT / "signals.toml", {}), folder)
        made.walk([START], folder / "base.db")
        shutil.copy(folder / "base.db", folder / "good.db")
        yield replace(made, usual=made.walk([*BROKEN, *MENDED], folder / "good.db"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    if not STORY.exists():
        pytest.skip("the stand-in world is not beside this repository")
    with staged(world_server, STORY, tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(farm, ROOT / "demo", tmp_path_factory.mktemp("demo")) as made:
        yield made


def moves(told: Sequence[Transition]) -> list[tuple[str, str, str, str, str]]:
    """What readers were told, without what only says that a source cannot be seen."""
    return sorted((one.signal, one.track, one.kind.value, one.before, one.after) for one in told if one.track)


def standing(verdicts: dict[str, Verdict]) -> list[tuple[str, str, str, str]]:
    return [
        (name, verdict.headline_label, track.status, track.standing.value)
        for name, verdict in sorted(verdicts.items())
        for track in verdict.tracks
    ]


def blind(verdicts: dict[str, Verdict]) -> set[str]:
    return {one.source for verdict in verdicts.values() for one in verdict.blind}


def declared(stage: Stage) -> set[str]:
    """The sources that must be seen."""
    return {source.id for source in stage.config.sources if not source.may_be_missing}


def suffer(stage: Stage, kind: str, database: Path) -> None:
    """Let everything fail in this way for longer than any grace, then mend it."""
    shutil.copy(stage.folder / "base.db", database)
    stage.world.move(BROKEN[0] - timedelta(hours=1))
    order = {"match": "", "kind": kind, "until": MENDED[0].isoformat(), "seconds": 2, "bytes": 20_000_000, "retry_after": 60}
    steer(stage.address, "fault", order)
    told, verdicts = stage.walk(BROKEN, database, patience=0.4)
    steer(stage.address, "fault")
    told_after, after = stage.walk(MENDED, database)

    before, usual = stage.usual
    assert blind(verdicts) >= declared(stage) - blind(usual), "each is said to be blind"
    assert standing(verdicts) == standing(usual), "and nothing has moved"
    assert blind(after) == blind(usual), "each is seen again"
    assert standing(after) == standing(usual)
    assert moves([*told, *told_after]) == moves(before), "readers were told what they would have been told"
    edges = [one.event for one in (*told, *told_after) if one.kind is Change.FLAG and not one.track]
    assert all(edges.count(name) == 2 for name in blind(verdicts) - blind(usual)), "the operator hears of each twice"


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_on_every_source_moves_no_status_makes_each_blind_and_passes(kind: str, world: Stage, tmp_path: Path) -> None:
    suffer(world, kind, tmp_path / "watch.db")


@pytest.mark.parametrize("kind", HERE)
def test_the_same_over_the_demo(kind: str, demo: Stage, tmp_path: Path) -> None:
    suffer(demo, kind, tmp_path / "watch.db")
