"""Which sources that are due become jobs now: each once, few of one host, and no more of a host at a time than it bears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

MAX_JOBS_OF_A_HOST = 25
"""Jobs of one host that wait at the same time: one with thousands of pages leaves room for the others."""


@dataclass(frozen=True, slots=True)
class PollJob:
    """A source to be polled."""

    source: str
    host: str
    lane: str
    """Of the jobs with the same lane one runs at a time; a host has as many lanes as it may be asked things at once."""


def lane_of(source: str, host: str, per_host: int) -> str:
    """The lane of a source: always the same one, so that a source is asked once at a time, too. Pure."""
    return f"{host} {crc32(source.encode()) % per_host}"


def poll_jobs(due: Iterable[tuple[str, str]], queued: Collection[tuple[str, str]], per_host: int) -> Iterator[PollJob]:
    """The jobs to queue for sources (id, host) in this order, beside jobs (source, lane) that are queued already. Pure."""
    known = {source for source, _ in queued}
    busy = Counter(lane.rpartition(" ")[0] for _, lane in queued)
    for source, host in due:
        if source not in known and busy[host] < MAX_JOBS_OF_A_HOST:
            busy[host] += 1
            yield PollJob(source, host, lane_of(source, host, per_host))
