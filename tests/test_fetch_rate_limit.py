"""How many requests at once, and how far apart."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from httpx2 import Headers

from tests.loopback import NOON, Site, http, meet, settings
from watcher.core.model import Document
from watcher.fetch import Fetcher, FetchSettings, Request
from watcher.fetch.rate_limit import most_aside
from watcher.fetch.response import Response, TimedOut

T = TypeVar("T")


class Leaping(asyncio.SelectorEventLoop):
    """A loop whose clock leaps to the next timer instead of waiting for it."""

    leapt = 0.0

    def time(self) -> float:
        return self.leapt

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.leapt = max(self.leapt, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class Busy:
    """A web that answers after a second, and remembers who was asked when and how many at once."""

    def __init__(self) -> None:
        self.starts: list[tuple[str, float]] = []
        self.now: dict[str, int] = {}
        self.most: dict[str, int] = {}

    async def get(self, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        host = urlsplit(url).hostname or ""
        for name in (host, "all"):
            self.now[name] = self.now.get(name, 0) + 1
            self.most[name] = max(self.most.get(name, 0), self.now[name])
        self.starts.append((host, asyncio.get_running_loop().time()))
        await asyncio.sleep(1)
        for name in (host, "all"):
            self.now[name] -= 1
        return read(Response(200, Headers(), (b"x",)))

    async def aclose(self) -> None:
        """Nothing is held."""


def visit(urls: list[str], **changes: Any) -> Busy:
    web, loop = Busy(), Leaping()

    async def run() -> None:
        async with Fetcher(FetchSettings(**changes), clock=lambda: NOON, transport=web) as fetcher:
            answers = await asyncio.gather(*(fetcher.get(Request(url, known=True)) for url in urls))
        assert all(isinstance(answer, Document) for answer in answers)

    loop.run_until_complete(run())
    loop.close()
    return web


def test_one_host_is_asked_a_second_apart() -> None:
    web = visit([f"https://one.example/{n}" for n in range(5)])
    assert [at for _, at in web.starts] == [0, 1, 2, 3, 4]


def test_other_hosts_do_not_wait_for_it() -> None:
    web = visit([f"https://one.example/{n}" for n in range(5)] + ["https://two.example/", "https://three.example/"])
    assert ("two.example", 0) in web.starts
    assert ("three.example", 0) in web.starts


def test_one_host_is_asked_for_two_things_at_once_at_most() -> None:
    web = visit([f"https://one.example/{n}" for n in range(9)], per_host_gap=timedelta(0))
    assert web.most["one.example"] == 2


def test_no_more_than_so_many_requests_are_under_way() -> None:
    web = visit([f"https://host{n}.example/" for n in range(50)], concurrency=7)
    assert web.most["all"] == 7


def test_waiting_for_a_turn_is_no_part_of_the_deadline() -> None:
    web = visit([f"https://one.example/{n}" for n in range(40)], timeout=timedelta(seconds=5))
    assert len(web.starts) == 40


def test_a_long_life_forgets_hosts() -> None:
    web = visit([f"https://host{n}.example/" for n in range(3000)], concurrency=500)
    assert len(web.starts) == 3000


@dataclass
class Scattered:
    """A network of ever new hosts: each says its time, or none ever answers."""

    answers: bool

    async def get(self, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        if not self.answers:
            raise TimedOut("no answer")
        return read(Response(200, Headers({"Date": "Mon, 01 Jun 2026 12:00:00 GMT"}), (b"x",)))

    async def aclose(self) -> None: ...


@pytest.mark.parametrize("answers", [True, False])
def test_a_long_life_does_not_gather_what_it_met(*, answers: bool) -> None:
    async def held() -> list[int]:
        web, quick = Scattered(answers), FetchSettings(per_host_gap=timedelta(0))
        async with Fetcher(quick, clock=lambda: NOON, transport=web) as fetcher:
            found = list[int]()
            for lap in range(2):
                for number in range(3000):
                    await fetcher.get(Request(f"https://host{number}.lap{lap}.example/"))
                found.append(bytes_of_fetching())
            return found

    tracemalloc.start()
    try:
        first, second = asyncio.run(held())
    finally:
        tracemalloc.stop()
    assert second < 1.3 * first, f"{first} bytes after three thousand hosts, {second} after as many more"


def bytes_of_fetching() -> int:
    """What is held that these two files asked for."""
    files = [
        tracemalloc.Filter(inclusive=True, filename_pattern=f"*/watcher/fetch/{name}.py") for name in ("client", "rate_limit")
    ]
    return sum(one.size for one in tracemalloc.take_snapshot().filter_traces(files).statistics("filename"))


def test_a_line_is_kept_open_only_where_more_is_asked() -> None:
    async def burst(site: Site, fetcher: Fetcher) -> None:
        await asyncio.gather(*(fetcher.get(Request(f"{site.base}/{n}")) for n in range(6)))

    site = meet(http(200, "x"), burst, per_host=1)
    assert len(site.asked) == 6
    assert site.connections == 2  # the first did not know of the others yet
    assert site.header("Connection") == "close"


def test_a_fetcher_is_used_inside_its_block() -> None:
    with pytest.raises(RuntimeError):
        asyncio.run(Fetcher(settings(), clock=lambda: NOON).get(Request("https://example.org/")))


@dataclass
class Hanging:
    """A network on which some pages never answer in time; each waits a second first."""

    answers: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    async def get(self, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        page = url.rpartition("/")[2]
        self.asked.append(page)
        await asyncio.sleep(1)
        if page not in self.answers:
            raise TimedOut("no answer")
        return read(Response(200, Headers(), (b"x",)))

    async def aclose(self) -> None: ...


def said_of(web: Hanging, *rounds: Sequence[str], apart: timedelta = timedelta(0)) -> list[str]:
    """What is said of the pages of one host, each round asked at once, and so much time after the one before."""
    now, loop = [datetime(2026, 6, 1, 12, tzinfo=UTC)], Leaping()

    async def run() -> list[str]:
        said: list[str] = []
        async with Fetcher(FetchSettings(per_host_gap=timedelta(0)), clock=lambda: now[0], transport=web) as fetcher:
            for pages in rounds:
                answers = await asyncio.gather(*(fetcher.get(Request(f"https://slow.example/{page}")) for page in pages))
                said += [str(getattr(answer, "reason", "read")) for answer in answers]
                now[0] += apart
        return said

    found = loop.run_until_complete(run())
    loop.close()
    return found


ALONE = "its host does not answer, and is left alone until 12:{:02} UTC"


def test_a_host_that_hangs_is_left_alone_for_a_while_and_then_asked_again() -> None:
    web = Hanging()
    assert said_of(web, ["a"], ["b"], ["a", "b"], ["c"], ["d", "a"]) == [
        *["no answer"] * 2,
        *[ALONE.format(5)] * 2,  # they did not answer before
        "no answer",  # another page may
        ALONE.format(1),
        ALONE.format(5),
    ]
    assert web.asked == ["a", "b", "c"]
    assert said_of(Hanging(), ["a", "b"], ["a"], apart=timedelta(minutes=6)) == ["no answer"] * 3


def test_a_host_whose_pages_all_hang_is_asked_for_another_of_them_once_a_minute() -> None:
    web = Hanging()
    said_of(web, "ab", *("cdefghij" for _ in range(6)), apart=timedelta(seconds=30))
    assert web.asked == ["a", "b", "c", "d", "e"]


def test_a_few_pages_that_hang_silence_no_other_page_of_their_host() -> None:
    web = Hanging(frozenset("cdefgh"))
    assert said_of(web, ["a", "b"], "cdefgh") == ["no answer"] * 2 + ["read"] * 6
    assert (
        said_of(Hanging(frozenset("cde")), *["ab", "cde"] * 5, apart=timedelta(seconds=10))
        == (["no answer"] * 2 + ["read"] * 3) * 5
    )


@dataclass
class Outage:
    """A network on which no host answers but the quick ones; who was asked when, and who was given up."""

    asked: list[tuple[str, float]] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    async def get(self, url: str, headers: Mapping[str, str], read: Callable[[Response], T]) -> T:
        host = urlsplit(url).hostname or ""
        self.asked.append((host, asyncio.get_running_loop().time()))
        if "quick" in url:
            return read(Response(200, Headers(), (b"x",)))
        try:
            return await asyncio.Event().wait()  # type: ignore[return-value]
        finally:
            self.given_up.append(host)

    async def aclose(self) -> None: ...


def outage(*, known: bool, hosts: int = 40, **changes: Any) -> tuple[float, bool]:
    """Ask many new hosts that hang, then a quick one; when it was asked, and whether all of them still hung then."""
    web, loop = Outage(), Leaping()

    async def run() -> bool:
        async with Fetcher(FetchSettings(concurrency=4, **changes), clock=lambda: NOON, transport=web) as fetcher:
            hang = [asyncio.create_task(fetcher.get(Request(f"https://slow{n}.example/"))) for n in range(hosts)]
            await asyncio.sleep(0)
            await fetcher.get(Request("https://quick.example/", known=known))
            all_hang = not web.given_up
            for task in hang:
                task.cancel()
            await asyncio.gather(*hang, return_exceptions=True)
        return all_hang

    hung = loop.run_until_complete(run())
    loop.close()
    return dict(web.asked)["quick.example"], hung


def test_hosts_that_nobody_knows_to_answer_leave_a_place_for_those_that_do() -> None:
    assert outage(known=True, aside=0) == (0.0, True)


def test_hosts_that_hang_are_all_asked_one_after_the_other_and_a_new_one_behind_them_before_any_is_given_up() -> None:
    asked_at, all_hang = outage(known=False)
    assert all_hang
    assert asked_at == 26.0, "forty of them, three at a time, two seconds each"


def test_so_many_slow_requests_and_no_more_go_on_beside_the_others() -> None:
    web, loop = Outage(), Leaping()

    async def run() -> None:
        settings = FetchSettings(concurrency=4, aside=5)
        async with Fetcher(settings, clock=lambda: NOON, transport=web) as fetcher:
            await asyncio.gather(*(fetcher.get(Request(f"https://slow{n}.example/", known=True)) for n in range(30)))

    loop.run_until_complete(run())
    loop.close()
    starts = [at for _, at in web.asked]
    assert max(sum(begun <= at < begun + 30 for begun in starts) for at in starts) == 4 + 5
    assert len(web.given_up) == 30


@pytest.mark.parametrize(("descriptors", "aside"), [(-1, 200), (4096, 200), (1024, 200), (256, 24), (160, 0), (64, 0)])
def test_slow_requests_take_no_descriptors_that_others_need(descriptors: int, aside: int) -> None:
    assert most_aside(20, descriptors=descriptors) == aside
