"""Which sources that are due become jobs now: each once, few of one host, and no more of a host at a time than it bears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

MAX_JOBS_OF_A_HOST = 25
"""Polls of one host that wait at the same time: one with thousands of pages leaves room for the others. More where more may be
asked of a host at once."""
FAILING = "failing "
"""What the lanes of jobs begin with whose sources failed when last asked: hosts that hang leave workers to the others."""
MIN_POLLS_OF_A_JOB = 4
MAX_POLLS_OF_A_JOB = 20
"""What a worker looks up, keeps and finishes together, where so much is due: more, the more it asks at a time."""


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source that is due, and where."""

    source: str
    signal: str
    host: str
    fails: bool = False
    """Whether it failed when it was last asked."""


@dataclass(frozen=True, slots=True)
class QueuedSource:
    """A source that is queued already, or being polled."""

    source: str
    host: str
    lane: str
    """Of its job: empty, or FAILING with a number, where that holds several lanes."""

    @property
    def shares(self) -> bool:
        """Whether its job holds several lanes."""
        return not self.lane or self.lane.startswith(FAILING)


@dataclass(frozen=True, slots=True)
class PollJob:
    """Sources to be polled together, each with its host."""

    places: tuple[tuple[str, str], ...]
    lane: str = ""
    """Of the jobs with the same lane one runs at a time; empty where none of its sources waits for another, or fails."""


def most_of_a_host(per_host: int) -> int:
    """Polls of one host that wait at the same time, where it may be asked so many things at once. Pure."""
    return max(MAX_JOBS_OF_A_HOST, per_host)


def lane_of(source: str, host: str, per_host: int) -> str:
    """The lane of a source; a host has as many as it may be asked things at once.

    Always the same one, so that a source is asked once at a time, too. Pure.
    """
    return f"{host} {crc32(source.encode()) % per_host}"


def poll_jobs(
    due: Iterable[DueSource], queued: Collection[QueuedSource], per_host: int, most: int, failing: int = 1
) -> Iterator[PollJob]:
    """The jobs to queue for sources, the longest overdue first, beside what is queued already. Pure.

    Sources that are alone in their lane share jobs of at most `most`, those of a signal together; those that must wait for one
    another have jobs of their own. What a shared job holds up is left for the next time. Those that failed when they were last
    asked share jobs of their own, of which `failing` run at a time.
    """
    fresh = not_queued(due, queued, per_host)
    held = {lane_of(one.source, one.host, per_host) for one in queued if one.shares}
    busy = Counter(lane_of(one.source, one.host, per_host) for one in fresh)
    busy.update(one.lane for one in queued if not one.shares)
    by_signal: dict[tuple[bool, str], list[DueSource]] = {}
    for one in fresh:
        lane = lane_of(one.source, one.host, per_host)
        if lane in held:
            continue
        if busy[lane] > 1:
            yield PollJob(((one.source, one.host),), lane)
        else:
            by_signal.setdefault((one.fails, one.signal), []).append(one)
    for fails in (False, True):
        together = [(one.source, one.host) for key, mine in by_signal.items() if key[0] is fails for one in mine]
        for start in range(0, len(together), most):
            places = tuple(together[start : start + most])
            yield PollJob(places, f"{FAILING}{crc32(places[0][0].encode()) % failing}" if fails else "")


def not_queued(due: Iterable[DueSource], queued: Collection[QueuedSource], per_host: int) -> list[DueSource]:
    """Those that are not queued yet, few of one host, in their order. Pure."""
    most = most_of_a_host(per_host)
    known, many, found = {one.source for one in queued}, Counter(one.host for one in queued), list[DueSource]()
    for one in due:
        if one.source not in known and many[one.host] < most:
            many[one.host] += 1
            found.append(one)
    return found
