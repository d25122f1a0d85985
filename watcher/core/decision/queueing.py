"""Which sources that are due become jobs now: each once, few of one host, and no more of a host at a time than it bears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

MAX_JOBS_OF_A_HOST = 25
"""Polls of one host that wait at the same time: one with thousands of pages leaves room for the others. More where more may be
asked of a host at once."""
MIN_POLLS_OF_A_JOB = 4
MAX_POLLS_OF_A_JOB = 20
"""What a worker looks up, keeps and finishes together, where so much is due: more, the more it asks at a time."""


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source that is due, and where."""

    source: str
    signal: str
    host: str


@dataclass(frozen=True, slots=True)
class QueuedSource:
    """A source that is queued already, or being polled."""

    source: str
    host: str
    lane: str
    """Empty where its job holds several lanes."""


@dataclass(frozen=True, slots=True)
class PollJob:
    """Sources to be polled together, each with its host."""

    places: tuple[tuple[str, str], ...]
    lane: str = ""
    """Of the jobs with the same lane one runs at a time; empty where nothing else of its sources' lanes is queued."""


def most_of_a_host(per_host: int) -> int:
    """Polls of one host that wait at the same time, where it may be asked so many things at once. Pure."""
    return max(MAX_JOBS_OF_A_HOST, per_host)


def lane_of(source: str, host: str, per_host: int) -> str:
    """The lane of a source; a host has as many as it may be asked things at once.

    Always the same one, so that a source is asked once at a time, too. Pure.
    """
    return f"{host} {crc32(source.encode()) % per_host}"


def poll_jobs(due: Iterable[DueSource], queued: Collection[QueuedSource], per_host: int, most: int) -> Iterator[PollJob]:
    """The jobs to queue for sources, the longest overdue first, beside what is queued already. Pure.

    Sources that are alone in their lane share jobs of at most `most`, those of a signal together; those that must wait for one
    another have jobs of their own. What a shared job holds up is left for the next time.
    """
    fresh = _fresh(due, queued, most_of_a_host(per_host))
    held = {lane_of(one.source, one.host, per_host) for one in queued if not one.lane}
    busy = Counter(lane_of(one.source, one.host, per_host) for one in fresh)
    busy.update(one.lane for one in queued if one.lane)
    by_signal: dict[str, list[DueSource]] = {}
    for one in fresh:
        lane = lane_of(one.source, one.host, per_host)
        if lane in held:
            continue
        if busy[lane] > 1:
            yield PollJob(((one.source, one.host),), lane)
        else:
            by_signal.setdefault(one.signal, []).append(one)
    together = [(one.source, one.host) for mine in by_signal.values() for one in mine]
    for start in range(0, len(together), most):
        yield PollJob(tuple(together[start : start + most]))


def _fresh(due: Iterable[DueSource], queued: Collection[QueuedSource], most: int) -> list[DueSource]:
    """Those that are not queued, few of one host."""
    known, many, found = {one.source for one in queued}, Counter(one.host for one in queued), list[DueSource]()
    for one in due:
        if one.source not in known and many[one.host] < most:
            many[one.host] += 1
            found.append(one)
    return found
