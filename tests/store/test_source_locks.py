"""Many processes on one server: each source is asked by one of them, and a process that dies holds nothing."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.store.things import HOUR, T0, poll, source
from watcher.core.model import Document, Entry, Signal
from watcher.fetch import Request
from watcher.pipeline.batches import BATCH, Poller
from watcher.sandbox.understanding import understand_here
from watcher.store.shared import SourceLocks, key_of
from watcher.store.store import Store

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from watcher.store.store import Store
store = Store.open(sys.argv[1])
print(sorted(store.source_locks().take(["a", "b"])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def both(shared_url: str) -> Iterator[tuple[SourceLocks, SourceLocks]]:
    """The locks of two processes."""
    with ExitStack() as ending:
        locks = [ending.enter_context(Store.open(shared_url)).source_locks() for _ in range(2)]
        for one in locks:
            ending.callback(one.close)
        yield locks[0], locks[1]


def test_a_source_is_of_one_process_until_it_is_given_back(both: tuple[SourceLocks, SourceLocks]) -> None:
    one, other = both
    assert one.take(["a", "b"]) == {"a", "b"}
    assert other.take(["a", "b", "c"]) == {"c"}
    one.only(["b"])
    assert other.take(["a", "b"]) == {"a"}
    one.close()
    assert other.take(["b"]) == {"b"}
    assert one.take(["b", "d"]) == frozenset(), "what was closed stays closed"


def test_with_a_file_everything_is_ours(file_store: Store) -> None:
    locks = file_store.source_locks()
    assert locks.take(["a"]) == file_store.source_locks().take(["a"]) == {"a"}
    locks.only([])
    locks.close()


def test_what_was_given_back_is_not_gathered(file_store: Store) -> None:
    locks = file_store.source_locks()
    gone = weakref.ref(locks)
    locks.close()
    del locks
    file_store.source_locks()
    assert gone() is None


def test_a_process_that_is_killed_holds_nothing(shared_url: str) -> None:
    with Store.open(shared_url) as store, psycopg.connect(shared_url, autocommit=True) as waiting:
        command = [sys.executable, "-c", HOLDER, shared_url]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "['a', 'b']\n"
            locks = store.source_locks()
            assert locks.take(["a", "b"]) == frozenset()
            os.kill(process.pid, signal.SIGKILL)
        waiting.execute("SET lock_timeout = '60s'")
        for name in ("a", "b"):  # the server notices by itself
            waiting.execute("SELECT pg_advisory_lock(%s), pg_advisory_unlock(%s)", (key_of(name), key_of(name)))
        assert locks.take(["a", "b"]) == {"a", "b"}
        locks.close()


def test_what_was_given_back_at_the_end_takes_nothing_more(shared_url: str) -> None:
    with Store.open(shared_url) as store:
        locks = store.source_locks()
        assert locks.take(["a"]) == {"a"}
        locks.close()
        assert locks.take(["a"]) == frozenset(), "a thread that was late"


def test_a_store_that_is_closed_holds_no_source(shared_url: str) -> None:
    with Store.open(shared_url) as gone:
        assert gone.source_locks().take(["a"]) == {"a"}
    with Store.open(shared_url) as store:
        locks = store.source_locks()
        assert locks.take(["a"]) == {"a"}
        locks.close()


def test_a_connection_that_is_lost_is_an_error_once_and_then_another(shared_url: str) -> None:
    with Store.open(shared_url) as store, psycopg.connect(shared_url, autocommit=True) as other:
        locks = store.source_locks()
        assert locks.take(["a"]) == {"a"}
        other.execute(
            "SELECT pg_terminate_backend(pid), pg_advisory_lock(%s), pg_advisory_unlock(%s) FROM pg_locks WHERE locktype = 'advisory'",
            (key_of("a"), key_of("a")),
        )
        with pytest.raises(Exception, match=r"cannot be reached|terminat"):
            locks.take(["b"])
        assert locks.take(["a", "b"]) == {"a", "b"}
        locks.close()


def test_what_another_process_has_just_polled_is_due_no_more(store: Store) -> None:
    with store.writing() as tx:
        tx.sources.sync([source("a"), source("b")], T0)
        tx.polls.record([poll("a", at=T0 + HOUR)])
    with store.reading() as tx:
        assert [one.source.id for one in tx.sources.due_of(["a", "b", "c"], T0 + HOUR)] == ["b"]
        assert tx.sources.due_of([], T0 + HOUR) == []


@pytest.mark.parametrize("many", [3, BATCH + 20])
def test_three_watches_on_one_server_ask_each_source_once_and_share_the_work(shared_url: str, many: int) -> None:
    declared = [replace(source(f"f{n:03}"), signal=f"s{n}", url=f"https://f{n}.example/") for n in range(many)]
    signals = {one.signal: Signal(one.signal, "", "", "", tracks=(), headlines=(), sources=(one,)) for one in declared}
    asked: list[tuple[int, str]] = []

    async def run(stores: list[Store]) -> list[int]:
        everything = asyncio.Event()

        async def watch(number: int, store: Store) -> int:
            async def get(request: Request) -> Document:
                asked.append((number, request.url))
                if len(asked) >= many:
                    everything.set()
                await everything.wait()  # nothing is answered before all of them have been asked
                body = request.url.encode()
                return Document(request.url, request.url, body, hashlib.sha256(body).hexdigest(), "text/html", T0)

            return await rounds(store, signals, get)

        return list(await asyncio.gather(*(watch(number, store) for number, store in enumerate(stores))))

    with ExitStack() as ending:
        stores = [ending.enter_context(Store.open(shared_url, durable=False)) for _ in range(3)]
        with stores[0].writing() as tx:
            tx.sources.sync(declared, T0)
        polled = asyncio.run(run(stores))
        with stores[0].reading() as tx:
            assert tx.sources.due(T0 + HOUR / 2) == []
            assert sum(len(tx.polls.recent(one.signal, T0)) for one in declared) == many

    assert sorted(url for _, url in asked) == sorted(one.url for one in declared), "each once, by whom ever"
    assert sum(polled) == many
    if many > BATCH:
        assert len({number for number, _ in asked}) > 1, "who has no room leaves the rest to another"


async def rounds(store: Store, signals: dict[str, Signal], get: object) -> int:
    """Poll until nothing is due for this watch; how many polls it kept."""

    async def read(*_: object) -> tuple[Entry, ...]:
        return ()

    polled = 0
    async with Poller(store, signals, get=get, read=read, understand=understand_here, dice=lambda: 0.5) as poller:  # type: ignore[arg-type] - a stand-in
        while seen := (await poller.next(T0 + HOUR / 4)).polls:
            polled += seen
    return polled
