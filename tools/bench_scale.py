"""Whether a poll, a decision and the standing cost the same with much history as with little, and with many sources."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watcher.core.model import Claim, Entry, Observation, Outcome, Quote, Source, Tier
from watcher.store.records import Poll
from watcher.store.store import Store
from watcher.store.summary import load_summary

Row = tuple[str, str]
T0 = datetime(2026, 6, 1, tzinfo=UTC)
ROUNDS, POLLS, SHOWN, PART = 5, 200, 30, 5_000


def scale(sources: list[int], observations: list[int]) -> Iterator[Row]:
    """A line for each size of the store."""
    for count in sources:
        yield one_size(count, observations[0])
    for many in observations[1:]:
        yield one_size(sources[0], many)


def one_size(sources: int, observations: int) -> Row:
    """What is asked in every cycle, in a store of that size."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/watch.db"
        with Store.open(url, durable=False) as store:
            fill(store, sources, observations)
            polled, known, added, claimed = timed(store, sources, observations)
        begun = time.process_time()
        load_summary(url)
        stood = time.process_time() - begun
        size = Path(folder, "watch.db").stat().st_size / 1e6
    words = (
        f"due, recorded {polled:.0f}, known {known:.0f}, added {added:.0f}, claims {claimed:.0f}, standing {stood * 1000:.0f} ms"
    )
    return f"{sources:,} sources, {observations:,} observations", f"{words}; {size:.0f} MB"


def source(number: int) -> Source:
    """One feed of a signal of ten."""
    return Source(
        id=f"s{number}",
        signal=f"g{number // 10}",
        url=f"https://agency{number}.example/feed",
        format="feed",
        publisher=f"agency{number}.example",
        tier=Tier.OFFICIAL,
        every=timedelta(hours=1),
    )


def seen(name: str, number: int) -> Observation:
    """One entry of a source."""
    entry = Entry(f"k{number}", f"Notice {number}", "The agency has published a notice. " * 10, "", T0)
    return Observation(name, entry, T0, "", "agency.example", Tier.OFFICIAL)


def fill(store: Store, sources: int, observations: int) -> None:
    """Sources, and observations spread over them; one in a hundred claims something."""
    with store.writing() as tx:
        tx.sources.sync([source(n) for n in range(sources)], T0)
    for start in range(0, observations, PART):
        with store.writing() as tx:
            done = tx.observations.add([seen(f"s{n % sources}", n) for n in range(start, min(start + PART, observations))])
            tx.claims.add([claim(one) for one in done[::100]])
    with store.writing() as tx:
        tx.run("ANALYZE")


def claim(one: Observation) -> Claim:
    """What an observation claims, always of the same signal."""
    quote = Quote("a notice", "", "agency.example", Tier.OFFICIAL, T0, source=one.source)
    return Claim(
        signal="g0",
        track="t",
        rule="r",
        status="spoke",
        effective_at=T0,
        voice="agency.example",
        quote=quote,
        reason="it says so",
        observation=one.id,
    )


def timed(store: Store, sources: int, observations: int) -> tuple[float, float, float, float]:
    """Milliseconds of the processor, the least of some rounds: 200 polls, 6,000 look-ups, 30 new entries, claims of a signal."""
    asked = [(f"s{n % sources}", f"k{n}") for n in range(POLLS * SHOWN)]
    number = iter(range(observations, observations + ROUNDS * SHOWN))

    def poll() -> None:
        with store.writing() as tx:
            due = tx.sources.due(T0 + timedelta(hours=1), POLLS)
            tx.polls.record([Poll(one.source, T0, Outcome.UNCHANGED, T0 + timedelta(hours=1)) for one in due])

    def know() -> None:
        with store.writing() as tx:
            tx.observations.known_of(asked)

    def add() -> None:
        with store.writing() as tx:
            tx.observations.add([seen("s1", next(number)) for _ in range(SHOWN)])

    def claims() -> None:
        with store.writing() as tx:
            tx.claims.of("g1")

    return least(poll), least(know), least(add), least(claims)


def least(act: Callable[[], None]) -> float:
    """The least of some rounds, in milliseconds of the processor."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        act()
        times.append(time.process_time() - begun)
    return min(times) * 1000
