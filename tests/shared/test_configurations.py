"""One configuration for all workers: a changed one is taken up between jobs, and who has an older one says so and stops."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.shared.workers import SOURCE, Fleet, Process
from watcher.cli.worker_life import WorkerLife
from watcher.config.build import Config, load
from watcher.pipeline.ownership import OlderConfigurationError, check_of, give, is_newest
from watcher.pipeline.queue import bring_queue
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


def on_server(fleet: Fleet) -> Config:
    config = load(fleet.folder / "signals.toml")
    return replace(config, store=config.store.model_copy(update={"url": fleet.url}))


def sources_of(life: WorkerLife) -> int:
    return sum(len(signal.sources) for signal in life.config.signals)


def test_a_file_that_changes_while_a_worker_starts_is_taken_up(fleet: Fleet) -> None:
    fleet.declare(1)
    config = on_server(fleet)
    fleet.declare(3)

    async def started(store: Store) -> int:
        life = WorkerLife(config, store, 1)
        await life.apply(config)
        await life.tick()
        await life.close()
        return sources_of(life)

    with fleet.store() as store:
        bring_queue(store)
        assert asyncio.run(started(store)) == 3


def test_a_file_that_is_included_from_wherever_is_taken_up_when_it_changes_and_when_it_comes(fleet: Fleet) -> None:
    fleet.declare(1)
    file, deep = fleet.folder / "signals.toml", fleet.folder / "lists" / "of" / "sources"
    file.write_text(f'include = ["lists/of/*/*"]\n{file.read_text("utf-8")}', "utf-8")
    deep.mkdir(parents=True)
    more = '[[signal]]\nid = "gadget"\n' + SOURCE
    (deep / "first").write_text(more.format(5, "1h", "https://f5.example/feed.xml"), "utf-8")
    config = on_server(fleet)

    async def lived(store: Store) -> list[int]:
        life, found = WorkerLife(config, store, 1), list[int]()
        await life.apply(config)
        await life.tick()
        for number, name in ((6, "first"), (7, "second")):
            with (deep / name).open("a", encoding="utf-8") as written:
                text = SOURCE if name == "first" else more
                written.write(text.format(number, "1h", f"https://f{number}.example/feed.xml"))
            await life.tick()
            found.append(sources_of(life))
        await life.close()
        return found

    with fleet.store() as store:
        bring_queue(store)
        assert asyncio.run(lived(store)) == [3, 4]


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
