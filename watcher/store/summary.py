"""Where everything stands, in one look at the store; no table is loaded for it, so that a command which asks answers at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from watcher.core.decision.digest import in_a_line, summarise_one
from watcher.core.decision.timing import overdue_at
from watcher.core.model import Verdict
from watcher.store.codec import EPOCH, load, micros, moment
from watcher.store.deliveries import Deliveries
from watcher.store.engine import connect
from watcher.store.errors import read_value
from watcher.store.records import Delivery, MetaKey, State, Stopped, stopped_of
from watcher.store.repository import Statements
from watcher.store.revision import bring_up_to_date
from watcher.store.work_queue import QueueNumbers, WorkQueue

if TYPE_CHECKING:
    import sqlalchemy as sa


# Where each signal stands and stood, as it is read; no table need be loaded for it.

NOW = "SELECT v.signal, v.digest, v.verdict, p.as_of, p.verified_at FROM present p JOIN verdict v ON v.id = p.verdict"
BRIEF = (
    "SELECT p.signal, CASE WHEN p.brief_of = p.verdict THEN p.brief ELSE v.verdict END, p.as_of, p.verified_at"
    " FROM present p JOIN verdict v ON v.id = p.verdict"
)
VERDICTS_OF_SIGNAL = f"{NOW} WHERE p.signal = :signal"
THEN = "SELECT verdict FROM verdict WHERE signal = :signal AND at <= :at ORDER BY at DESC, id DESC LIMIT 1"
HISTORY = "SELECT verdict FROM verdict WHERE signal = :signal AND at >= :since ORDER BY at DESC, id DESC LIMIT :most"
BASELINE = "SELECT baseline_at FROM present WHERE signal = :signal"
BEGUN = "SELECT min(baseline_at) FROM present"


def current(text: str, as_of: int, verified_at: int | None) -> Verdict:
    """The stored verdict, with the time at which it was last seen to hold."""
    return replace(load(Verdict, text), as_of=moment(as_of), verified_at=moment(verified_at))


class Standings(Statements):
    """Where each signal stands and stood."""

    __slots__ = ()

    def latest(self, signal: str) -> Verdict | None:
        """Where the signal stands; None before its first decision."""
        row = self.row(VERDICTS_OF_SIGNAL, {"signal": signal})
        return current(*row[2:]) if row else None

    def all_latest(self) -> dict[str, Verdict]:
        """Where every signal stands, by its id."""
        return {row[0]: current(*row[2:]) for row in self.rows(NOW)}

    def all_in_brief(
        self, signals: Collection[str] | None = None, *, quotes: int = 1, full: Collection[str] | None = None
    ) -> dict[str, Verdict]:
        """The same of some signals (None: all) as a digest carries them (core/decision/digest.py), read one after the other.

        With so many quotes for each track, one at most; of those that are not in `full` (None: all are) without any words.
        """
        found = ((name, current(text, *seen)) for name, text, *seen in self.stream(BRIEF) if signals is None or name in signals)
        return {
            name: summarise_one(held, quotes=quotes) if full is None or name in full else in_a_line(held) for name, held in found
        }

    def decided(self) -> frozenset[str]:
        """The signals that have been decided."""
        return frozenset(name for (name,) in self.rows("SELECT signal FROM present"))

    def as_of(self, signal: str, moment: datetime) -> Verdict | None:
        """What the watch held at that moment, as it was decided then; None before the first decision."""
        text = self.value(THEN, {"signal": signal, "at": micros(moment)})
        return load(Verdict, text) if text else None

    def history(self, signal: str, *, since: datetime = EPOCH, limit: int = 1_000) -> list[Verdict]:
        """The verdicts of a signal as they changed, newest first."""
        found = self.rows(HISTORY, {"signal": signal, "since": micros(since), "most": limit})
        return [load(Verdict, text) for (text,) in found]

    def baseline(self, signal: str) -> datetime | None:
        """When the baseline of the signal was told; None before."""
        return self.moment(BASELINE, {"signal": signal})

    def begun(self) -> datetime | None:
        """When the first baseline of any signal was told; None before."""
        return self.moment(BEGUN)


# The summary that a command prints.

LOOKS = "SELECT signal, last_tried_at, next_at FROM source WHERE retired_at IS NULL AND next_at IS NOT NULL AND parent = ''"
KEPT_VALUE = "SELECT value FROM meta WHERE key = :key"
VALUES_UNDER = "SELECT key, value FROM meta WHERE substr(key, 1, length(:start)) = :start ORDER BY key"
LOOKED_AT, SHOWN = 200, 20
"""Deliveries of each state that are looked at for trouble, and troubled ones that are shown: the summary stays quick."""


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A delivery that did not go as it should: given up, refused and to be tried again, or uncertain."""

    id: int
    recipient: str
    channel: str
    state: State
    attempts: int
    uncertain: bool
    """It may have arrived; a repeat carries the same Message-ID."""
    error: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Where every signal stands, and how the outbox does."""

    verdicts: Mapping[str, Verdict]
    deliveries: Mapping[State, int]
    letters: tuple[FailedDelivery, ...] = ()
    """What did not go as it should, newest first."""
    looks: Mapping[str, Looks] = field(default_factory=dict)
    """By signal; empty for a past moment."""
    stopped: tuple[Stopped, ...] = ()
    """Recipients to whom nothing more is sent; empty for a past moment."""
    jobs: str = ""
    """What the jobs of the running watch did last, as it wrote it; empty for a past moment and without one."""
    workers: QueueNumbers | None = None
    """How the workers on a server do; None for a past moment and where there never was one."""
    server_time: datetime | None = None
    """What the clock of the server showed, which rules there; None for a past moment, and for a file."""


@dataclass(frozen=True, slots=True)
class Looks:
    """When the sources of a signal were looked at."""

    last: datetime | None
    overdue_at: datetime | None
    """When it is overdue unless somebody looks before."""


def load_summary(url: str, as_of: datetime | None = None) -> Summary:
    """Where everything stands now, or stood as of then; an older schema is brought up to date. Raises StoreError."""
    database = connect(url)
    try:
        bring_up_to_date(database)
        with database.reading() as connection:
            return _then(connection, as_of) if as_of else _now(connection)
    finally:
        database.close()


def _now(connection: sa.Connection) -> Summary:
    asked, deliveries = Statements(connection), Deliveries(connection)
    kept = asked.rows(VALUES_UNDER, {"start": MetaKey.MAILBOX_STOPPED})
    stopped_now = tuple(
        read_value(key, value, partial(stopped_of, key.removeprefix(MetaKey.MAILBOX_STOPPED))) for key, value in kept
    )
    return Summary(
        Standings(connection).all_latest(),
        deliveries.counts(),
        _letters(deliveries),
        looks_of(asked.rows(LOOKS)),
        stopped_now,
        asked.value(KEPT_VALUE, {"key": MetaKey.JOBS}) or "",
        WorkQueue(connection).numbers(),
        WorkQueue(connection).server_time() if connection.dialect.name == "postgresql" else None,
    )


def _then(connection: sa.Connection, as_of: datetime) -> Summary:
    standings, deliveries = Standings(connection), Deliveries(connection)
    held = {signal: standings.as_of(signal, as_of) for signal in standings.decided()}
    return Summary({name: one for name, one in held.items() if one}, deliveries.counts(), _letters(deliveries))


def _letters(deliveries: Deliveries) -> tuple[FailedDelivery, ...]:
    return troubled(failed_delivery(one) for state in State for one in deliveries.of(state, limit=LOOKED_AT))


def looks_of(rows: Iterable[tuple[str, int | None, int]]) -> dict[str, Looks]:
    """By signal when its declared sources were looked at, from the columns of `LOOKS`."""
    found: dict[str, list[tuple[datetime | None, datetime | None]]] = {}
    for signal, last, next_at in rows:
        found.setdefault(signal, []).append((moment(last), moment(next_at)))
    return {
        signal: Looks(max((last for last, _ in pairs if last), default=None), overdue_at(pairs))
        for signal, pairs in found.items()
    }


def troubled(letters: Iterable[FailedDelivery]) -> tuple[FailedDelivery, ...]:
    """Those among them that a person should know of, newest first."""
    found = [
        one
        for one in letters
        if one.state is State.DEAD or one.uncertain or (one.state is not State.SENT and (one.attempts or one.error))
    ]
    return tuple(sorted(found, key=lambda one: one.id, reverse=True)[:SHOWN])


def failed_delivery(one: Delivery) -> FailedDelivery:
    """What a person needs to know of a delivery."""
    return FailedDelivery(one.id, one.recipient, one.channel, one.state, one.attempts, one.uncertain, one.error, one.next_at)
