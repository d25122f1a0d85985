"""One configuration for all workers: a changed one is taken up between jobs, and who has an older one says so and stops."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.shared.workers import Fleet, Process
from watcher.cli.worker_life import WorkerLife
from watcher.config.build import load
from watcher.pipeline.configurations import OlderConfigurationError, check_of, give, is_newest
from watcher.pipeline.queue_schema import bring_queue
from watcher.store.store import Store

FILE = Path("signals.toml")


def test_what_was_given_last_is_the_newest_and_an_older_one_is_refused(shared_url: str) -> None:
    with Store.open(shared_url) as store, store.writing() as tx:
        give(tx, "one", FILE)
        give(tx, "two", FILE)
        give(tx, "two", FILE)
        assert is_newest(tx, "two")
        check_of("two", FILE)(tx)
        with pytest.raises(OlderConfigurationError, match=r"signals\.toml is older than .*watcher worker --newest"):
            give(tx, "one", FILE)
        with pytest.raises(OlderConfigurationError):
            check_of("one", FILE)(tx)
        give(tx, "one", FILE, newest=True)
        assert is_newest(tx, "one")


def test_a_file_that_changes_while_a_worker_starts_is_taken_up(fleet: Fleet, tmp_path: Path) -> None:
    fleet.declare(1)
    config = load(tmp_path / "signals.toml")
    config = replace(config, store=config.store.model_copy(update={"url": fleet.url}))
    fleet.declare(3)

    async def started(store: Store) -> int:
        life = WorkerLife(config, store, 1)
        await life.apply(config)
        await life.tick()
        await life.close()
        return sum(len(signal.sources) for signal in life.config.signals)

    with fleet.store() as store:
        bring_queue(store)
        assert asyncio.run(started(store)) == 3


@pytest.mark.slow
def test_a_changed_file_is_taken_up_and_the_worker_without_it_stops(fleet: Fleet, tmp_path: Path) -> None:
    fleet.declare(2)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(tmp_path / "signals.toml", elsewhere)
    fleet.start()
    other = Process(elsewhere, "worker", WATCHER_STORE_URL=fleet.url)
    fleet.workers.append(other)
    fleet.workers[0].until("working on")
    other.until("working on")
    fleet.until(lambda: len(fleet.asked()) == 2)
    fleet.declare(4)
    fleet.workers[0].until(r"configuration reloaded from .*other sources: gadget")
    fleet.until(lambda: len(fleet.asked()) == 4)
    assert other.process.wait(120) == 3
    assert "is older than the configuration by which other workers" in "".join(other.said())
    late = Process(elsewhere, "worker", WATCHER_STORE_URL=fleet.url)
    fleet.workers.append(late)
    assert late.process.wait(120) == 3
    back = Process(elsewhere, "worker", "--newest", WATCHER_STORE_URL=fleet.url)
    fleet.workers.append(back)
    assert fleet.workers[0].process.wait(120) == 3, "the one that is older now"
    assert back.end() == 0
