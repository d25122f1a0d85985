"""What is not decided again while nothing is heard, and that nothing is lost by it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from tests.builders import day
from tests.store.things import overheard
from tests.test_cycles import Web, config, item, web
from watcher.bootstrap import fetch_settings, keep_here, opened, prepare
from watcher.config.build import load
from watcher.core.model import Verdict
from watcher.pipeline.cycle import Context, run_cycle
from watcher.replay.recorded_web import RecordedWeb, open_recorded_web
from watcher.replay.rehearse import Rehearsal
from watcher.store.store import Store

__all__ = ["web"]

T0 = day("2026-06-01")
MINUTE = timedelta(minutes=1)
CLOCK = """
[[ladder.access.rule]]
id = "promised"
status = "open"
clock = 2026-06-01T00:50:00Z
"""
Act = Callable[[Context, RecordedWeb], Awaitable[None]]


def watched(web: Web, folder: Path, act: Act, *, ladder: str = "", every: str = "1h") -> Verdict:
    """Do something with a watch over the small web; where it stands then."""
    config(folder)
    text = (folder / "signals.toml").read_text().replace("[[ladder.access.flag]]", f"{ladder}\n[[ladder.access.flag]]")
    (folder / "signals.toml").write_text(text.replace('every = "1h"', f'every = "{every}"'))
    settings = load(folder / "signals.toml", {})
    world = open_recorded_web(str(web.folder))

    async def run(store: Store) -> None:
        prepare(store, settings, T0)
        rehearsal = Rehearsal(world, known_until=T0)
        fetch = world.settings(fetch_settings(settings))
        async with opened(settings, store, fetch, deliver=keep_here, rehearsal=rehearsal) as context:
            await act(context, world)

    with Store.open(f"sqlite:///{folder}/watch.db", durable=False) as store:
        asyncio.run(run(store))
        with store.reading() as tx:
            verdict = tx.verdicts.latest("gadget")
    assert verdict is not None
    return verdict


async def cycles(context: Context, world: RecordedWeb, *minutes: int, every_signal: bool = False) -> list[str]:
    """Cycles at these minutes; the statuses that were told."""
    told = []
    for minute in minutes:
        world.move(T0 + minute * MINUTE)
        done = await run_cycle(context, T0 + minute * MINUTE, every_signal=every_signal)
        told += [transition.after for transition in done.transitions]
    return told


def test_a_cycle_that_hears_nothing_new_reads_no_claim_and_still_says_when_it_looked(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("The Gadget is open to everyone"))
    quiet: list[list[str]] = []

    async def act(context: Context, world: RecordedWeb) -> None:
        await cycles(context, world, 0)
        quiet.append(overheard(context.store))
        assert await cycles(context, world, 59, every_signal=True) == []

    verdict = watched(web, tmp_path, act)

    assert quiet[0]
    assert not [statement for statement in quiet[0] if "FROM claim" in statement]
    assert verdict.as_of == T0 + 59 * MINUTE


def test_an_hour_later_it_is_decided_again_whatever_was_heard(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("The Gadget is open to everyone"))
    later: list[list[str]] = []

    async def act(context: Context, world: RecordedWeb) -> None:
        await cycles(context, world, 0)
        later.append(overheard(context.store))
        await cycles(context, world, 60, every_signal=True)

    watched(web, tmp_path, act)

    assert [statement for statement in later[0] if "FROM claim" in statement]


def test_what_time_alone_changes_is_told_in_its_minute(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("A note"))
    told: list[str] = []

    async def act(context: Context, world: RecordedWeb) -> None:
        told.extend(await cycles(context, world, 0, 20, 40, 49, 51, every_signal=True))

    verdict = watched(web, tmp_path, act, ladder=CLOCK)

    assert told == ["it: closed", "open"]
    assert verdict.as_of == T0 + 51 * MINUTE


def test_news_that_was_kept_and_not_decided_is_told_at_the_next_start(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01").feed("2026-06-01T00:20:00Z", item("The Gadget is open to everyone"))
    told: list[str] = []

    async def act(context: Context, world: RecordedWeb) -> None:
        await cycles(context, world, 0)
        now = T0 + 30 * MINUTE
        world.move(now)
        async with context.poller() as rounds:
            seen = await rounds.next(now)
        assert seen.observations == 1
        # The process is killed here, between what was seen and what it means.
        told.extend(await cycles(context, world, 31, every_signal=True))

    watched(web, tmp_path, act, every="10m")

    assert told == ["open"]


def test_a_change_of_rules_is_decided_at_once(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("A note"))

    async def act(context: Context, world: RecordedWeb) -> None:
        await cycles(context, world, 0)

    watched(web, tmp_path, act)
    verdict = watched(web, tmp_path, lambda context, world: _one(context, world, 55), ladder=CLOCK)

    assert verdict.headline == "open"


async def _one(context: Context, world: RecordedWeb, minute: int) -> None:
    await cycles(context, world, minute, every_signal=True)
