"""What a reading costs in statements does not grow with its entries, nor that of a job with its sources."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from tests.store.things import HOUR, T0, claim, document, poll, source
from watcher.core.model import Claim, Document, Entry, Observation, Signal, Source
from watcher.fetch import Request
from watcher.pipeline.batches import Poller, PollRoom, SourcePolls
from watcher.pipeline.keep import keep_all, sift_all, unchecked
from watcher.pipeline.poll import PollResult, first_look
from watcher.store.store import Store


def counted(store: Store) -> list[str]:
    """The statements of the store from now on."""
    asked: list[str] = []
    for engine in (store.database.writer, store.database.reader):
        sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    return asked


def test_a_reading_of_a_hundred_entries_takes_as_many_statements_as_one_of_two(store: Store) -> None:
    first, few, many = declared(store, "first", "few", "many")
    asked, costs = counted(store), []
    for one, number in ((first, 1), (few, 2), (many, 100)):  # the first one begins the chains
        held = document(f"{number} entries")
        entries = tuple(Entry(f"k{n}", f"Title {n}", "words") for n in range(number))
        asked.clear()
        [found] = sift_all(store, [PollResult(first_look(one), poll(one.id), held, entries)], T0, lambda: 0.5)
        understood = replace(found, claims=tuple((claim(), claim()) for _ in found.fresh))
        assert keep_all(store, [understood], T0, lambda: 0.5).observations == number
        costs.append(len(asked))
    assert costs[1] == costs[2]
    with store.reading() as tx:
        assert tx.observations.count() == 103
        assert tx.claims.count("sig") == 206


def polls(store: Store, sources: list[Source], get: Callable[[Request], object]) -> SourcePolls:
    """A worker's polls of these sources."""
    signals = {one.signal: Signal(one.signal, "", "", "", tracks=(), headlines=(), sources=(one,)) for one in sources}
    return SourcePolls(
        store=store,
        signals=signals,
        get=get,  # type: ignore[arg-type] - a stand-in
        read=read,
        understand=nothing,
        dice=lambda: 0.5,
        clock=lambda: T0 + HOUR / 4,
        check=unchecked,
        gap=HOUR * 0,
        locks=store.source_locks(),
        room=PollRoom(100),
    )


async def read(*_: object) -> tuple[Entry, ...]:
    return (Entry("k", "A day at the lab", "words"),)


async def nothing(_signal: Signal, seen: object) -> tuple[tuple[Claim, ...], ...]:
    assert isinstance(seen, tuple)
    return tuple(() for one in seen if isinstance(one, Observation))


async def unheard(_signals: frozenset[str]) -> None:
    """Nobody decides."""


def declared(store: Store, *names: str) -> list[Source]:
    """Sources that are due."""
    sources = [source(name, signal=f"s-{name}") for name in names]
    with store.writing() as tx:
        tx.sources.add(sources, T0)
    return sources


def answer(request: Request, at: datetime = T0) -> Document:
    body = request.url.encode()
    return Document(request.url, request.url, body, hashlib.sha256(body).hexdigest(), "text/html", at)


def test_the_sources_of_a_job_are_looked_up_and_kept_together(store: Store) -> None:
    costs = []
    for many in (1, 2, 20):  # the first one begins the chains
        sources = declared(store, *(f"f{many}-{number}" for number in range(many)))
        everything, asked = asyncio.Event(), list[str]()

        async def get(
            request: Request, asked: list[str] = asked, everything: asyncio.Event = everything, many: int = many
        ) -> Document:
            asked.append(request.url)
            if len(asked) == many:
                everything.set()
            await everything.wait()
            return answer(request)

        mine, statements = polls(store, sources, get), counted(store)
        asyncio.run(mine.poll([(one.id, f"{one.id}.example") for one in sources], unheard))
        costs.append(len(statements))
        mine.locks.close()
        assert len(asked) == many
    assert costs[1] == costs[2]
    with store.reading() as tx:
        assert tx.observations.count() == 23
        assert tx.sources.due(T0 + HOUR / 4) == []


def test_a_worker_and_a_running_watch_do_not_ask_the_same_source(shared_url: str) -> None:
    with Store.open(shared_url) as one, Store.open(shared_url) as other:
        first, second = declared(one, "first", "second")
        asked: list[str] = []

        async def both() -> None:
            begun, go_on = asyncio.Event(), asyncio.Event()

            async def get(request: Request) -> Document:
                asked.append(request.url)
                if len(asked) == 1:
                    begun.set()
                    await go_on.wait()
                return answer(request)

            worker = polls(one, [first, second], get)
            async with Poller(other, worker.signals, get=get, read=read, understand=nothing, dice=lambda: 0.5) as watch:
                working = asyncio.create_task(worker.poll([("first", "h")], unheard))
                await begun.wait()
                assert (await watch.next(T0 + HOUR / 4)).polls == 1, "what the worker does not ask"
                go_on.set()
                await working
                assert (await watch.next(T0 + HOUR / 4)).polls == 0, "the worker has kept it"
                begun.clear(), go_on.clear(), asked.clear()
                with one.writing() as tx:
                    tx.run("UPDATE source SET next_at = 0")
                watching = asyncio.create_task(watch.next(T0 + HOUR / 4))
                await begun.wait()
                await worker.poll([("first", "h"), ("second", "h")], unheard)
                assert len(asked) == 2, "the watch asks both"
                go_on.set()
                await watching
            worker.locks.close()

        asyncio.run(both())
        assert sorted(asked) == ["https://first.example/", "https://second.example/"]
