"""Rounds of polls: what is asked for ahead, what waits for its pages, and what is decided where nothing could be asked."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import day
from tests.store.things import DAY, HOUR, T0, source
from tests.test_beats import CONFIG, Web, item, web
from tests.watching import Watch
from watcher.core.model import Document, Entry, Follow, Signal, Source
from watcher.fetch import Request
from watcher.pipeline.batches import PollBatches
from watcher.store import Store

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
        async with PollBatches(store, signals, get=get, read=read, now=T0 + HOUR, dice=lambda: 0.5) as rounds:
            while (seen := await rounds.next()).polls:
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
            tx.connection.run("""UPDATE source SET declared = '{"no": 1}' WHERE id = 'spoilt'""")
        with pytest.raises(AssertionError):  # the beat is no good one
            watch.run([start + timedelta(hours=48)])
        with store.reading() as tx:
            verdict = tx.verdicts.latest("gadget")
    assert verdict is not None
    assert verdict.as_of == start + timedelta(hours=48)
    assert [blind.source for blind in verdict.blind] == ["news"]
