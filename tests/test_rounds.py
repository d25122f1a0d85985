"""Rounds of polls: what is asked for ahead, what waits for its pages, and what is decided where nothing could be asked."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import day
from tests.loopback import http, serving, settings
from tests.store.things import DAY, HOUR, T0, source
from tests.test_cycles import CONFIG, Web, item, web
from tests.watching import Watch
from watcher.core.model import Document, Entry, Failed, Follow, Ladder, Outcome, Signal, Source, Status, Track
from watcher.fetch import Answer, Fetcher, Request
from watcher.pipeline.batches import Bounds, Get, Poller
from watcher.pipeline.cycle import Context, run_cycle
from watcher.pipeline.daemon import Daemon
from watcher.pipeline.deliver import Counts
from watcher.pipeline.keep import MOST_READINGS
from watcher.sandbox.understanding import understand_here
from watcher.store.errors import StoreError
from watcher.store.records import MetaKey
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
        async with Poller(store, signals, get=get, read=read, understand=understand_here, dice=lambda: 0.5) as rounds:
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


def test_what_cannot_even_be_asked_for_is_said_to_be_blind(web: Web, store: Store, tmp_path: Path) -> None:
    web.feed("2026-05-01", item("A note"))
    start = day("2026-06-01")
    watch = Watch(CONFIG % "", tmp_path, web.folder, store)
    watch.run([start])
    with store.writing() as tx:
        tx.meta.put(MetaKey.DOCUMENTS_REFUSED, "spoilt")
    with pytest.raises(AssertionError):  # the cycle is no good one
        watch.run([start + timedelta(hours=48)])
    with store.reading() as tx:
        verdict = tx.verdicts.latest("gadget")
    assert verdict is not None
    assert verdict.as_of == start + timedelta(hours=48)
    assert [blind.source for blind in verdict.blind] == ["news"]


@pytest.mark.parametrize(("per_host", "most"), [(2, 25), (60, 60)], ids=["as shipped", "where more is allowed"])
def test_of_one_host_few_are_asked_ahead_but_never_fewer_than_it_may_be_asked(store: Store, per_host: int, most: int) -> None:
    declared = [replace(source(f"f{n:03}"), signal="s", url=f"https://big.example/{n}") for n in range(70)]
    signal = Signal("s", "", "", "", tracks=(), headlines=(), sources=tuple(declared))
    asking = set[str]()

    async def get(request: Request) -> Answer:
        asking.add(request.url)
        await asyncio.Event().wait()
        return Failed(Outcome.ERROR, "never")

    async def read(*_: object) -> tuple[Entry, ...]:
        return ()

    async def poll() -> None:
        bounds = Bounds.for_requests(20, per_host)
        async with Poller(
            store, {"s": signal}, get=get, read=read, understand=understand_here, dice=lambda: 0.5, bounds=bounds
        ) as rounds:
            await rounds.next(T0 + HOUR, wait=0)

    with store.writing() as tx:
        tx.sources.sync(declared, T0)
    asyncio.run(poll())
    assert len(asking) == most


def test_no_more_is_read_than_memory_is_meant_for_and_a_database_that_is_gone_for_a_moment_ends_no_reading(
    tmp_path: Path,
) -> None:
    """What was read when the file was away is lost, and read again."""
    file, away, read_now, room = tmp_path / "watch.db", tmp_path / "away", list[str](), MOST_READINGS * 3 // 4
    declared = [replace(source(f"f{n:03}"), signal="s", url=f"https://f{n}.example/") for n in range(MOST_READINGS + 20)]
    signal = Signal("s", "", "", "", tracks=(), headlines=(), sources=tuple(declared))

    async def get(request: Request) -> Answer:
        return Document(request.url, request.url, b"x", hashlib.sha256(b"x").hexdigest(), "text/html", T0)

    async def read(document: Document, *_: object) -> tuple[Entry, ...]:
        read_now.append(document.url)
        if len(read_now) == room:
            file.rename(away)
        return (Entry("k", "t", "x"),)

    async def poll(store: Store) -> int:
        async with Poller(store, {"s": signal}, get=get, read=read, understand=understand_here, dice=lambda: 0.5) as rounds:
            with pytest.raises(StoreError):
                await rounds.next(T0 + HOUR, wait=0)
            assert len(read_now) == room, "the others wait for room: a quarter is for sources that were read before"
            away.rename(file)
            return sum([(await rounds.next(T0 + HOUR, wait=0)).polls for _ in range(10)])

    with Store.open(f"sqlite:///{file}", durable=False) as store:
        with store.writing() as tx:
            tx.sources.sync(declared, T0)
        assert asyncio.run(poll(store)) == len(declared)


@pytest.mark.parametrize(("many", "failed"), [(MOST_READINGS + 5, False), (3 * MOST_READINGS, True)], ids=["as yet", "once more"])
def test_texts_that_are_slow_to_read_keep_no_other_one_unread(store: Store, many: int, failed: bool) -> None:  # noqa: FBT001 - a column
    hangs = [replace(source(f"h{n:03}"), signal=f"s{n}", url=f"https://slow{n}.example/") for n in range(many)]
    quick = replace(source("quick"), signal="quick", url="https://quick.example/")
    signals = {one.signal: Signal(one.signal, "", "", "", tracks=(), headlines=(), sources=(one,)) for one in [*hangs, quick]}
    fails, told = [failed], list[frozenset[str]]()

    async def get(request: Request) -> Answer:
        if fails[0] and "slow" in request.url:
            return Failed(Outcome.ERROR, "500")
        body = f"{request.url} {fails}".encode()
        return Document(request.url, request.url, body, hashlib.sha256(body).hexdigest(), "text/html", T0)

    async def read(document: Document, *_: object) -> tuple[Entry, ...]:
        if "slow" in document.url:
            await asyncio.Event().wait()
        return (Entry("k", "t", "x"),)

    async def live() -> None:
        bounds = Bounds(polls=2 * many, slow_after=0.0)
        async with Poller(
            store, signals, get=get, read=read, understand=understand_here, dice=lambda: 0.5, bounds=bounds
        ) as rounds:
            if failed:
                while (await rounds.next(T0)).polls:
                    pass
                fails[0] = False
            async with asyncio.timeout(20):
                while not (seen := await rounds.next(T0 + HOUR, 0.0)).polls:
                    pass
            told.append(seen.signals)

    with store.writing() as tx:
        for place in range(0, many, 5):  # in this order they are asked, the quick one last
            tx.sources.sync(hangs[: place + 5], T0 - timedelta(seconds=many - place))
        tx.sources.sync([*hangs, quick], T0)
    asyncio.run(live())
    assert told == [{"quick"}]


def test_new_sources_whose_texts_are_slow_to_read_leave_room_for_one_that_was_read_before(store: Store) -> None:
    many = MOST_READINGS + 5
    hangs = [replace(source(f"h{n:03}"), signal=f"s{n}", url=f"https://slow{n}.example/") for n in range(many)]
    quick = replace(source("quick"), signal="quick", url="https://quick.example/")
    signals = {one.signal: Signal(one.signal, "", "", "", tracks=(), headlines=(), sources=(one,)) for one in [*hangs, quick]}
    told, slow = list[frozenset[str]](), set[str]()

    async def get(request: Request) -> Answer:
        body = f"{request.url} {told}".encode()
        return Document(request.url, request.url, body, hashlib.sha256(body).hexdigest(), "text/html", T0)

    async def read(document: Document, *_: object) -> tuple[Entry, ...]:
        if "slow" in document.url:
            slow.add(document.url)
            await asyncio.Event().wait()
        return (Entry("k", "t", "x"),)

    async def live() -> None:
        bounds = Bounds(polls=2 * many, slow_after=HOUR.total_seconds())
        async with Poller(
            store, signals, get=get, read=read, understand=understand_here, dice=lambda: 0.5, bounds=bounds
        ) as rounds:
            told.append((await rounds.next(T0)).signals)
            with store.writing() as tx:
                tx.sources.sync([*hangs, quick], T0)
            async with asyncio.timeout(20):
                while len(slow) < MOST_READINGS * 3 // 4 or len(told) < 2:
                    if (seen := await rounds.next(T0 + HOUR, 0.0)).polls:
                        told.append(seen.signals)

    with store.writing() as tx:
        tx.sources.sync([quick], T0)
    asyncio.run(live())
    assert told == [{"quick"}, {"quick"}]
    assert len(slow) == MOST_READINGS * 3 // 4


@pytest.mark.parametrize("bad", [Entry("a\0b"), Entry("a\ud800"), Entry("a", facts={"n": "\ud800"})], ids=["nul", "half", "fact"])
def test_what_no_database_can_hold_is_the_failure_of_its_own_source(store: Store, bad: Entry) -> None:
    declared = [replace(source(name), signal="s", url=f"https://{name}.example/") for name in ("bad", "good", "other")]
    signal = Signal("s", "", "", "", tracks=(), headlines=(), sources=tuple(declared))

    async def get(request: Request) -> Answer:
        return Document(request.url, request.url, b"x", hashlib.sha256(b"x").hexdigest(), "text/html", T0)

    async def read(document: Document, *_: object) -> tuple[Entry, ...]:
        return (bad,) if "bad" in document.url else (Entry("k", "t", "x"),)

    async def live() -> None:
        async with Poller(store, {"s": signal}, get=get, read=read, understand=understand_here, dice=lambda: 0.5) as poller:
            while (await poller.next(T0)).polls:
                pass

    with store.writing() as tx:
        tx.sources.sync(declared, T0)
    asyncio.run(live())
    with store.reading() as tx:
        good = {one.source for one in tx.sources.health() if one.last_good_at is not None}
    assert {"good", "other"} <= good


ONE_HOST = [f"https://slow.example/{n}" for n in range(60)]
MANY_HOSTS = [f"https://slow{n}.example/" for n in range(150)]


@pytest.mark.parametrize(
    ("addresses", "before"),
    [(ONE_HOST, Outcome.OK), (MANY_HOSTS, Outcome.ERROR), (MANY_HOSTS, Outcome.OK)],
    ids=["one host", "many hosts", "many hosts that answered before"],
)
def test_hosts_that_never_answer_make_no_other_source_late(store: Store, addresses: list[str], before: Outcome) -> None:
    hangs = [replace(source(f"h{n:03}"), signal="s1", url=url) for n, url in enumerate(addresses)]
    healthy = replace(source("healthy"), signal="s2", url="https://quick.example/", every=timedelta(minutes=1))
    track = Track("it", "It", Ladder("open", (Status("closed", "Closed", "It is closed."),), ()))
    signals = {
        name: Signal(name, "", "", "", tracks=(track,), headlines=(), sources=tuple(mine))
        for name, mine in {"s1": hangs, "s2": [healthy]}.items()
    }
    now, hanging, asked = [T0], [False], list[datetime]()

    async def get(request: Request) -> Answer:
        if hanging[0] and "slow" in request.url:
            await asyncio.Event().wait()
        if before is Outcome.ERROR and "slow" in request.url:
            return Failed(before, "no answer within 30 s", timed_out=True)
        if "quick" in request.url:
            asked.append(now[0])
        return Document(request.url, request.url, b"x", hashlib.sha256(b"x").hexdigest(), "text/html", now[0])

    async def read(*_: object) -> tuple[Entry, ...]:
        return (Entry("k", "t", "x"),)

    async def deliver(_: datetime) -> int:
        return 0

    async def live(store: Store) -> None:
        context = Context(
            store, signals, (), get, read, understand_here, lambda: 0.5, timedelta(0), deliver, bounds=Bounds(slow_after=0.0)
        )
        daemon = Daemon(context, clock=lambda: now[0])
        await daemon.tick()
        hanging[0] = True
        for _ in range(3):  # all are due, the slow ones again and again
            now[0] += timedelta(minutes=61)
            await daemon.tick()
            kept.append(polls_of(store, "s2"))
        await daemon.stop()

    kept: list[int] = []
    with store.writing() as tx:
        tx.sources.sync([*hangs, healthy], T0)
    asyncio.run(live(store))

    assert asked == [T0 + n * timedelta(minutes=61) for n in range(4)]
    assert kept == [2, 3, 4], "each reading is kept in its own cycle"


def test_new_hosts_that_hang_together_keep_no_new_one_behind_them_from_being_read(store: Store) -> None:
    held, told = asyncio.Event(), list[frozenset[str]]()

    async def hold(_: asyncio.StreamWriter) -> None:
        await held.wait()

    async def live() -> None:
        async with serving({"/hold": hold, "/": http(200, "x")}) as site:
            urls = [*(f"http://slow{n}.example:{site.port}/hold" for n in range(150)), f"http://quick.example:{site.port}/"]
            found = [replace(source(f"h{n:03}"), signal=f"s{n}", url=url) for n, url in enumerate(urls)]
            with store.writing() as tx:
                for place in range(0, len(found), 50):  # in this order they are asked
                    tx.sources.sync(found[: place + 50], T0 + timedelta(seconds=place))
            signals = {one.signal: Signal(one.signal, "", "", "", tracks=(), headlines=(), sources=(one,)) for one in found}
            allowed = (*(f"slow{n}.example" for n in range(150)), "quick.example")
            ask = settings(allow=allowed, patience=timedelta(0), timeout=timedelta(seconds=30), concurrency=20)
            async with (
                Fetcher(ask, clock=lambda: T0 + HOUR, resolve=lambda *_: ["127.0.0.1"]) as fetcher,
                Poller(
                    store,
                    signals,
                    get=fetcher.get,
                    read=read_any,
                    understand=understand_here,
                    dice=lambda: 0.5,
                    bounds=Bounds(slow_after=0.0),
                ) as rounds,
            ):
                async with asyncio.timeout(20):  # they hang for longer
                    while not (seen := await rounds.next(T0 + HOUR, 0.0)).polls:
                        pass
                told.append(seen.signals)
                held.set()

    asyncio.run(live())
    assert told == [{"s150"}]


def test_hundreds_of_new_hosts_that_hang_leave_room_for_a_source_that_was_read_before(store: Store) -> None:
    hangs = [replace(source(f"h{n:03}"), signal="s1", url=f"https://slow{n}.example/") for n in range(320)]
    healthy, hung = replace(source("a"), signal="s2", url="https://quick.example/", every=HOUR), list[str]()
    signals = {
        name: Signal(name, "", "", "", tracks=(), headlines=(), sources=tuple(mine))
        for name, mine in {"s1": hangs, "s2": [healthy]}.items()
    }

    async def get(request: Request) -> Document:
        if "slow" in request.url:
            hung.append(request.url)
            await asyncio.Event().wait()
        return Document(request.url, request.url, b"x", hashlib.sha256(b"x").hexdigest(), "text/html", T0)

    async def read(*_: object) -> tuple[Entry, ...]:
        return (Entry("k", "t", "x"),)

    async def poll() -> list[str]:
        bounds = Bounds(polls=8, slow_after=0)
        async with Poller(
            store, signals, get=get, read=read, dice=lambda: 0.5, understand=understand_here, bounds=bounds
        ) as poller:
            with store.writing() as tx:
                tx.sources.sync([healthy], T0)
            while not (await poller.next(T0)).polls:
                pass
            with store.writing() as tx:
                tx.sources.sync([*hangs, healthy], T0)
            for _ in range(100):
                if (seen := await poller.next(T0 + 2 * HOUR, 0.05)).polls:
                    return sorted(seen.signals)
        return []

    assert asyncio.run(poll()) == ["s2"]
    assert hung, "they were asked first"


def test_a_source_is_known_to_answer_while_it_did_the_last_time(store: Store) -> None:
    answers, known = [True, True, False, True, True], list[bool]()

    async def get(request: Request) -> Answer:
        known.append(request.known)
        if not answers[len(known) - 1]:
            return Failed(Outcome.ERROR, "500")
        return Document(request.url, request.url, b"x", hashlib.sha256(b"x").hexdigest(), "text/html", T0)

    async def live() -> None:
        signals = {"sig": Signal("sig", "", "", "", tracks=(), headlines=(), sources=(source(),))}
        async with Poller(store, signals, get=get, read=read_any, understand=understand_here, dice=lambda: 0.5) as rounds:
            for day_after in range(len(answers)):
                assert (await rounds.next(T0 + day_after * DAY)).polls == 1

    with store.writing() as tx:
        tx.sources.sync([source()], T0)
    asyncio.run(live())
    assert known == [False, True, True, False, True]


async def read_any(*_: object) -> tuple[Entry, ...]:
    return (Entry("k", "t", "x"),)


@dataclass
class Hours:
    """A watch of two sources of an hour's pace, each of a signal of its own; its clock moves on each time it is read."""

    store: Store
    step: timedelta
    now: datetime = T0
    done: list[str] = field(default_factory=list)

    def clock(self) -> datetime:
        self.now += self.step
        return self.now

    async def get(self, request: Request) -> Document:
        self.done.append(request.url)
        return Document(request.url, request.url, b"x", hashlib.sha256(b"x").hexdigest(), "text/html", self.now)

    async def read(self, *_: object) -> tuple[Entry, ...]:
        return (Entry("k", "t", "x"),)

    async def deliver(self, _: datetime) -> Counts:
        self.done.append("mails")
        return Counts()

    def context(self, named: Mapping[str, str], get: Get, **changes: Any) -> Context:
        """A watch of signals, each with a source at an address."""
        found = [replace(source(name), signal=name, url=url, every=HOUR) for name, url in named.items()]
        with self.store.writing() as tx:
            tx.sources.sync(found, T0)
        track = Track("it", "It", Ladder("open", (Status("closed", "Closed", "It is closed."),), ()))
        signals = {one.id: Signal(one.id, "", "", "", tracks=(track,), headlines=(), sources=(one,)) for one in found}
        return Context(self.store, signals, (), get, self.read, understand_here, lambda: 0.5, HOUR, self.deliver, **changes)

    async def first_look(self, get: Get, **changes: Any) -> None:
        """All jobs, once after a start."""
        named = {"s1": "https://slow.example/", "s2": "https://quick.example/"}
        daemon = Daemon(self.context(named, get, **changes), clock=self.clock)
        await daemon.tick()
        await daemon.stop()


@pytest.fixture
def hours(tmp_path: Path) -> Iterator[Hours]:
    with Store.open(f"sqlite:///{tmp_path}/watch.db", durable=False) as store:
        yield Hours(store, timedelta(minutes=15))


def test_while_the_look_after_a_start_waits_for_an_answer_others_are_asked_when_they_are_due(hours: Hours) -> None:
    async def live() -> None:
        due_again = asyncio.Event()

        async def get(request: Request) -> Document:
            if "slow" in request.url:
                hours.done.append("waits")
                await asyncio.wait_for(due_again.wait(), 20)
            answer = await hours.get(request)
            if hours.done.count(request.url) == 2:
                due_again.set()
            return answer

        await hours.first_look(get)

    asyncio.run(live())
    assert hours.done[:4] == ["waits", "https://quick.example/", "https://quick.example/", "https://slow.example/"]
    with hours.store.reading() as tx:
        assert {name for name, verdict in tx.verdicts.all_latest().items() if not verdict.blind} == {"s1", "s2"}, (
            "it was waited for"
        )


def test_mails_have_their_turn_though_there_is_always_something_due(hours: Hours) -> None:
    hours.step = 2 * HOUR

    asyncio.run(hours.first_look(hours.get, decide_within=0.0))

    assert hours.done.index("mails") <= 8, "not after hundreds of rounds"


def test_a_cycle_of_its_own_asks_all_that_is_due_however_many_rounds_that_takes(hours: Hours) -> None:
    named = {f"s{n}": f"https://f{n}.example/" for n in range(510)}
    context = hours.context(named, hours.get, bounds=Bounds(polls=2))

    done = asyncio.run(run_cycle(context, T0))

    assert done.polls == len(named)
    with hours.store.reading() as tx:
        assert not list(tx.sources.due(T0))


def polls_of(store: Store, signal: str) -> int:
    with store.reading() as tx:
        return len(tx.polls.recent(signal, T0 - DAY))
