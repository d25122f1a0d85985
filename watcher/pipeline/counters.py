"""What the running process has done so far, counted for those who measure it."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from watcher.store.codec import moment_in

__all__ = ["BOUNDS", "JobRun", "Tally", "jobs_of_text", "jobs_to_text"]

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of the cycles' durations, seconds: from nothing due to a first look at thousands of sources."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """The last run of one job of the daemon."""

    name: str
    at: datetime
    """When it began."""
    seconds: float
    next_at: datetime | None
    """When it is to run again."""
    good: bool = True


def jobs_to_text(runs: Iterable[JobRun]) -> str:
    """As JSON, for other processes and the page."""
    rows = [
        [run.name, run.at.isoformat(), round(run.seconds, 3), run.next_at.isoformat() if run.next_at else "", run.good]
        for run in runs
    ]
    return json.dumps(rows)


def jobs_of_text(text: str) -> tuple[JobRun, ...]:
    """What `jobs_to_text` wrote; nothing from an empty text."""
    return tuple(
        JobRun(str(name), moment_in(at), float(seconds), moment_in(again) if again else None, bool(good))
        for name, at, seconds, again, good in json.loads(text or "[]")
    )


@dataclass(slots=True)
class Tally:
    """Counts since the process started; they only grow."""

    polls: Counter[str] = field(default_factory=Counter)
    """By outcome."""
    transitions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By signal and kind."""
    cycles: Counter[str] = field(default_factory=Counter)
    """By result: good or failed."""
    sent: int = 0
    """Messages that the other side has taken."""
    seconds: float = 0.0
    """All cycles together."""
    spread: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """How many cycles lasted up to each bound and no shorter one; the last are the longer ones."""

    jobs: dict[str, JobRun] = field(default_factory=dict)
    """The last run of each job, by name."""

    def ran(self, run: JobRun) -> None:
        """Note one run of a job; each counts as a cycle."""
        self.jobs[run.name] = run
        self.cycle(run.seconds, good=run.good)

    def cycle(self, seconds: float, *, good: bool) -> None:
        """Count one cycle that lasted so long."""
        self.cycles["good" if good else "failed"] += 1
        self.seconds += seconds
        self.spread[bisect_left(BOUNDS, seconds)] += 1

    def work(self, polls: Counter[str], transitions: Iterable[tuple[str, str]], sent: int) -> None:
        """Count what a cycle brought."""
        self.polls.update(polls)
        self.transitions.update(transitions)
        self.sent += sent

    def buckets(self) -> list[tuple[str, float]]:
        """The durations as Prometheus wants them: how many cycles lasted at most so long, and all."""
        total, found = 0, list[tuple[str, float]]()
        for bound, many in zip((*(str(bound) for bound in BOUNDS), "+Inf"), self.spread, strict=True):
            total += many
            found.append((bound, float(total)))
        return found
