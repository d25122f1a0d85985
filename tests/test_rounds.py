"""Rounds of polls: what is asked for ahead, what waits for its pages, and what is decided where nothing could be asked."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import day
from tests.store.things import DAY, HOUR, T0, source
from tests.test_cycles import CONFIG, Web, item, web
from tests.watching import Watch
from watcher.core.model import Document, Entry, Follow, Ladder, Signal, Source, Status, Track
from watcher.fetch import Request
from watcher.pipeline.batches import Poller
from watcher.pipeline.cycle import Context
from watcher.pipeline.daemon import Daemon
from watcher.store.store import Store

__all__ = ["web"]
PAGE = "https://f0.example/item"


def sources(many: int) -> list[Source]:
    """One source for each signal; what the first one says leads to a page."""
    found = [replace(source(f"f{n:03}"), signal=f"s{n}", url=f"https://f{n}.example/") for n in range(many)]
    return [replace(found[0], follow=(Follow(match="item", every=HOUR, format="page", keep=30 * DAY),)), *found[1:]]


@pytest.mark.parametrize("many", [99, 150, 250])
def test_a_signal_waits_for_a_page_that_was_found_while_others_were_asked_for_ahead(tmp_path: Path, many: int) -> None:
    asked: list[str] = []

    async def get(request: Request) -> Document:
        asked.append(request.url)
        body = request.url.encode()
        return Document(request.url, request.url, body, hashlib.sha256(body).hexdigest(), "text/html", T0)

    async def read(document: Document, *_: object) -> tuple[Entry, ...]:
        return (Entry("k", "t", "x", link=PAGE if document.url == "https://f0.example/" else ""),)

    async def poll(store: Store) -> list[tuple[bool, bool]]:
        """After each round: whether the page was asked for, and whether its signal has to wait."""
        signals = {one.signal: Signal(one.signal, "", "", "", tracks=(), headlines=(), sources=(one,)) for one in declared}
        told: list[tuple[bool, bool]] = []
        async with Poller(store, signals, get=get, read=read, dice=lambda: 0.5) as rounds:
            while (seen := await rounds.next(T0 + HOUR)).polls:
                told.append(("s0" in seen.waiting, bool(asked.count(PAGE))))
        return told

    declared = sources(many)
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        with store.writing() as tx:
            for place in range(many):  # in this order they are asked
                tx.sources.sync(declared[: place + 1], T0 + timedelta(seconds=place))
        told = asyncio.run(poll(store))

    assert sorted(asked) == sorted([*(one.url for one in declared), PAGE]), "each once"
    assert told[0] == (True, False)
    assert told[-1] == (False, True)
    assert all(waits or page for waits, page in told), "it is not let go before its page is read"


def test_what_cannot_even_be_asked_for_is_said_to_be_blind(web: Web, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("A note"))
    start = day("2026-06-01")
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        watch = Watch(CONFIG % "", tmp_path, web.folder, store)
        watch.run([start])
        with store.writing() as tx:
            tx.sources.follow([replace(source("spoilt"), signal="ghost", parent="nobody", until=start + 30 * DAY)], start)
            tx.run("""UPDATE source SET declared = '{"no": 1}' WHERE id = 'spoilt'""")
        with pytest.raises(AssertionError):  # the cycle is no good one
            watch.run([start + timedelta(hours=48)])
        with store.reading() as tx:
            verdict = tx.verdicts.latest("gadget")
    assert verdict is not None
    assert verdict.as_of == start + timedelta(hours=48)
    assert [blind.source for blind in verdict.blind] == ["news"]


def test_a_host_that_never_answers_makes_no_other_source_late(tmp_path: Path) -> None:
    hangs = [replace(source(f"h{n:02}"), signal="s1", url=f"https://slow.example/{n}") for n in range(60)]
    healthy = replace(source("healthy"), signal="s2", url="https://quick.example/", every=timedelta(minutes=1))
    track = Track("it", "It", Ladder("open", (Status("closed", "Closed", "It is closed."),), ()))
    signals = {
        name: Signal(name, "", "", "", tracks=(track,), headlines=(), sources=tuple(mine))
        for name, mine in {"s1": hangs, "s2": [healthy]}.items()
    }
    now, hanging, asked = [T0], [False], list[datetime]()

    async def get(request: Request) -> Document:
        if hanging[0] and "slow" in request.url:
            await asyncio.Event().wait()
        if "quick" in request.url:
            asked.append(now[0])
        return Document(request.url, request.url, b"x", hashlib.sha256(b"x").hexdigest(), "text/html", now[0])

    async def read(*_: object) -> tuple[Entry, ...]:
        return (Entry("k", "t", "x"),)

    async def deliver(_: datetime) -> int:
        return 0

    async def live(store: Store) -> None:
        context = Context(store, signals, (), get, read, lambda: 0.5, timedelta(0), deliver)
        daemon = Daemon(context, clock=lambda: now[0])
        await daemon.tick()
        hanging[0] = True
        for _ in range(3):  # all are due, the slow ones again and again
            now[0] += timedelta(minutes=61)
            await daemon.tick()
            kept.append(polls_of(store, "s2"))
        await daemon.stop()

    kept: list[int] = []
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        with store.writing() as tx:
            tx.sources.sync([*hangs, healthy], T0)
        asyncio.run(live(store))

    assert asked == [T0 + n * timedelta(minutes=61) for n in range(4)]
    assert kept == [2, 3, 4], "each reading is kept in its own cycle"


def polls_of(store: Store, signal: str) -> int:
    with store.reading() as tx:
        return len(tx.polls.recent(signal, T0 - DAY))
