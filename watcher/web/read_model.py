"""Everything a page needs to be drawn, as one frozen value, and the subscriptions through which it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from watcher.config.settings import Ground, Tool
from watcher.core.decision.timing import overdue_at
from watcher.core.model import Health, Outcome, Signal, Source, SourceOutage, Transition, Verdict
from watcher.pipeline.counters import JobRun, Tally
from watcher.store.records import ChainEnd
from watcher.store.work_queue import QueueNumbers


@dataclass(frozen=True, slots=True)
class PollView:
    """How one look at a source ended."""

    at: datetime
    outcome: str
    """A value of `model.Outcome`."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source with its latest polls, oldest first."""

    source: Source
    health: Health
    polls: tuple[PollView, ...] = ()

    @property
    def is_to_come(self) -> bool:
        """Whether it is an address that may come and does not exist yet: nothing is lost, and nothing is unread."""
        return self.source.may_be_missing and not self.health.last_good_at and self.health.outcome == Outcome.GONE


@dataclass(frozen=True, slots=True)
class SentDigest:
    """A digest that was written, and what became of it; no addresses."""

    id: str
    at: datetime
    kind: str
    subject: str
    sent: int = 0
    """How many times it was accepted as a message of its own."""
    joined: int = 0
    """How many times a later message to the same reader carries its news: that one is counted, whatever became of it."""
    waiting: int = 0
    failed: int = 0
    uncertain: int = 0

    @property
    def recipients(self) -> int:
        """To how many it was written."""
        return self.sent + self.joined + self.waiting + self.failed


class Fate(StrEnum):
    """What became of a delivery that has not arrived for certain."""

    WAITING = "waiting"
    UNCERTAIN = "uncertain"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """How many messages of one channel have not arrived for certain: all that a reader is shown of them."""

    channel: str
    fate: Fate
    many: int


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """One of them, for the person who runs the watch; `to` is the recipient's id in the settings, never an address."""

    digest: str
    to: str
    channel: str
    fate: Fate
    since: datetime
    attempts: int = 0
    next_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something a person did by hand: evidence recorded or taken back, a signal muted."""

    at: datetime
    by: str
    what: str
    reason: str = ""
    signal: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """News that no rule could place and a person should read."""

    signal: str
    title: str
    url: str
    publisher: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class View:
    """What the watch knows at one moment."""

    title: str
    base_url: str
    """Address of the page for readers outside, with a final slash; empty where none is set."""
    signals: tuple[Signal, ...]
    verdicts: Mapping[str, Verdict]
    as_of: datetime
    generated_at: datetime
    version: str
    """Changes whenever anything below changes."""
    history: tuple[Transition, ...] = ()
    """Every transition of every signal, oldest first."""
    strips: tuple[SourceHealth, ...] = ()
    told: tuple[SentDigest, ...] = ()
    """Digests that were for readers, newest first."""
    waiting: int = 0
    """Messages that have not left, whatever digest they are of; none for a past moment."""
    undelivered: tuple[Undelivered, ...] = ()
    record: tuple[ChainEnd, ...] = ()
    """The ends of the chains of hashes; none for a past moment."""
    stopped: int = 0
    """Recipients to whom nothing more is sent."""
    acts: tuple[AuditEntry, ...] = ()
    jobs: tuple[JobRun, ...] = ()
    """What the jobs of the daemon did last; none for a past moment."""
    reviews: tuple[Review, ...] = ()
    ground: tuple[Ground, ...] = ()
    """Why these signals."""
    stack: tuple[Tool, ...] = ()
    """The reader's own AI tools."""
    touched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Signal id → names of the tools that it touches."""
    contact: str = ""
    docs: str = ""
    """Where the documentation is."""
    push: str = ""
    """An ntfy topic that anybody may follow, over https."""
    closed: Mapping[str, Verdict] = field(default_factory=dict)
    """Signal id → where it stood when its window closed, where the watch saw that."""
    began: datetime | None = None
    """When the watch first decided anything; before that it has seen nothing."""
    past: bool = False
    """The reader asked for an earlier day."""
    judged_at: datetime | None = None
    """The moment by which it is judged whether the watch is overdue; None: when the view was read."""

    def signal(self, signal_id: str) -> Signal:
        """The signal with this id. Raises KeyError."""
        for signal in self.signals:
            if signal.id == signal_id:
                return signal
        raise KeyError(signal_id)

    def overdue_at(self, signal_id: str) -> datetime | None:
        """When a signal is overdue unless its sources are looked at before; None for a past day."""
        healths = [strip.health for strip in self.strips_of(signal_id)]
        return None if self.past else overdue_at((health.last_tried_at, health.next_at) for health in healths)

    def overdue_since(self, signal_id: str) -> datetime | None:
        """The last look at a signal that is overdue; None for one that is not."""
        at = self.overdue_at(signal_id)
        if at is None or (self.judged_at or self.generated_at) <= at:
            return None
        looks = [strip.health.last_tried_at for strip in self.strips_of(signal_id)]
        return max((look for look in looks if look), default=at)

    def strips_of(self, signal_id: str) -> tuple[SourceHealth, ...]:
        """The sources of a signal."""
        return tuple(self._by_signal.get(signal_id, ()))

    def history_of(self, signal_id: str) -> Sequence[Transition]:
        """Every transition of a signal, oldest first."""
        return self._history_by_signal.get(signal_id, ())

    @cached_property
    def _history_by_signal(self) -> Mapping[str, list[Transition]]:
        """As below: feeds and stories of every signal are written into an export."""
        found: dict[str, list[Transition]] = defaultdict(list)
        for item in self.history:
            found[item.signal].append(item)
        return found

    @cached_property
    def _by_signal(self) -> Mapping[str, list[SourceHealth]]:
        """Each page asks for every signal's sources: to look through all of them each time costs the square of their number."""
        found: dict[str, list[SourceHealth]] = defaultdict(list)
        for strip in self.strips:
            found[strip.source.signal].append(strip)
        return found

    @property
    def before_began(self) -> bool:
        """Whether the moment lies before the watch began: what stands here was declared, and nobody saw it."""
        return self.past and (self.began is None or self.as_of < self.began)

    def blind(self, signal_id: str) -> tuple[SourceOutage, ...]:
        """Sources of a signal that cannot be trusted at the moment."""
        verdict = self.verdicts.get(signal_id)
        return verdict.blind if verdict else ()


@dataclass(frozen=True, slots=True)
class HealthStatus:
    """How the watch does, cheap to read: for /healthz, /readyz and /metrics."""

    cycle_at: datetime | None = None
    """When the scheduler last finished a cycle."""
    database: bool = True
    lost: bool = False
    """Whether another watch has taken over the sources."""
    outbox: int = 0
    """Deliveries waiting."""
    oldest: datetime | None = None
    """Since when the oldest of them waits."""
    dead: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    """Totals by name, e.g. `transitions`, `digests`, `observations`."""
    tally: Tally | None = None
    """What the running process has done; None where another process does the work."""
    workers: QueueNumbers | None = None
    """How the workers on a server do; None where there never was one."""


class Reads(Protocol):
    """The page's only subscriptions to what is stored; every call may come from a worker thread."""

    def __call__(self, as_of: datetime | None) -> View:
        """The view of now, or of a past moment (UTC)."""

    def version(self) -> str:
        """A token that changes with every change; must cost next to nothing."""

    def pulse(self) -> HealthStatus:
        """How the watch does."""


class Access(StrEnum):
    """Who may call a route; every route carries one of these as its tag."""

    PUBLIC = "public"
    OPERATOR = "operator"
    SUBSCRIBER = "subscriber"
