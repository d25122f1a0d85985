"""Every fault on every source of the shipped configuration: no status moves, blindness is said after its grace, and it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.builders import day
from tests.copies import Copies
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
    copies: Copies
    base: str
    """The database of that watch."""
    usual: Said = ([], {})

    def walk(self, moments: Sequence[datetime], database: str, *, patience: float = 20) -> Said:
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

        with Store.open(database, durable=False) as store:
            told = asyncio.run(cycles(store))
            with store.reading() as tx:
                return told, tx.verdicts.all_latest()


@contextmanager
def staged(run: Callable[[Path], AbstractContextManager[str]], web: Path, copies: Copies) -> Iterator[Stage]:
    """A web that the watch has seen once, and what it would say without a fault."""
    with run(web) as address:
        made = Stage(address, open_recorded_web(address), load(ROOT / "signals.toml", {}), copies, copies.new())
        made.walk([START], made.base)
        yield replace(made, usual=made.walk([*BROKEN, *MENDED], copies.copy(made.base)))


@pytest.fixture(scope="module")
def world(copies: Copies) -> Iterator[Stage]:
    if not STORY.exists():
        pytest.skip("the stand-in world is not beside this repository")
    with staged(world_server, STORY, copies) as made:
        yield made


@pytest.fixture(scope="module")
def demo(copies: Copies) -> Iterator[Stage]:
    with staged(farm, ROOT / "demo", copies) as made:
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


def suffer(stage: Stage, kind: str) -> None:
    """Let everything fail in this way for longer than any grace, then mend it."""
    database = stage.copies.copy(stage.base)
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


on_a_file = pytest.mark.parametrize("copies", ["sqlite"], indirect=True)
on_a_server = pytest.mark.parametrize("copies", ["postgresql"], indirect=True)
one_is_quick = pytest.mark.parametrize("kind", [HERE[0], *(pytest.param(kind, marks=pytest.mark.slow) for kind in HERE[1:])])


@pytest.mark.slow
@on_a_file
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_on_every_source_moves_no_status_makes_each_blind_and_passes(kind: str, world: Stage) -> None:
    suffer(world, kind)


@pytest.mark.slow
@on_a_server
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_with_a_server(kind: str, world: Stage) -> None:
    suffer(world, kind)


@on_a_file
@one_is_quick
def test_the_same_over_the_demo(kind: str, demo: Stage) -> None:
    suffer(demo, kind)


@on_a_server
@one_is_quick
def test_the_same_over_the_demo_with_a_server(kind: str, demo: Stage) -> None:
    suffer(demo, kind)
