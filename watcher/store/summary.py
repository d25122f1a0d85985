"""A quick look at where everything stands: for a command that must answer at once, without the machinery of a database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from watcher.core.decision.pacing import overdue_at
from watcher.core.model import Verdict
from watcher.store.codec import load, micros, moment
from watcher.store.mailboxes import ALL_STOPPED, stopped
from watcher.store.records import JOBS, Delivery, State, Stopped
from watcher.store.revision import SCHEMA_REVISION

SCHEME = "sqlite:///"
PRESENT = "SELECT v.signal, v.verdict, p.as_of, p.verified_at FROM present p JOIN verdict v ON v.id = p.verdict"
THEN = (
    "SELECT signal, verdict, NULL, NULL FROM verdict v WHERE id = (SELECT id FROM verdict w"
    " WHERE w.signal = v.signal AND w.at <= ? ORDER BY w.at DESC, w.id DESC LIMIT 1)"
)
LOOKS = "SELECT signal, last_tried_at, next_at FROM source WHERE retired_at IS NULL AND next_at IS NOT NULL AND parent = ''"
RECENT = (
    "SELECT id, recipient, channel, state, attempts, uncertain, error, next_at FROM delivery"
    " WHERE state = ? ORDER BY id DESC LIMIT ?"
)
LOOKED_AT, SHOWN = 200, 20
"""Deliveries of each state that are looked at for trouble, and troubled ones that are shown: a glance stays quick."""


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


@dataclass(frozen=True, slots=True)
class Looks:
    """When the sources of a signal were looked at."""

    last: datetime | None
    overdue_at: datetime | None
    """When it is overdue unless somebody looks before."""


def load_summary(url: str, as_of: datetime | None = None) -> Summary:
    """Where everything stands now, or stood as of then. Raises StoreError."""
    return embedded(url, as_of) or full(url, as_of)


def embedded(url: str, as_of: datetime | None) -> Summary | None:
    """The answer of an up-to-date embedded database; None where it takes the whole store (or its words) to answer."""
    path = Path(url.removeprefix(SCHEME))
    if not url.startswith(SCHEME) or "?" in url or not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            if connection.execute("SELECT version_num FROM alembic_version").fetchone() != (SCHEMA_REVISION,):
                return None
            return read(connection, as_of)
    except sqlite3.Error:
        return None


def read(connection: sqlite3.Connection, as_of: datetime | None) -> Summary:
    """The same as `Verdicts.all_latest`, `Verdicts.as_of` and `Deliveries.counts`, in one consistent state."""
    connection.execute("BEGIN")
    present = connection.execute(PRESENT) if as_of is None else connection.execute(THEN, (micros(as_of),))
    verdicts = {signal: seen(load(Verdict, text), held, verified) for signal, text, held, verified in present}
    counts = dict(connection.execute("SELECT state, count(*) FROM delivery GROUP BY state").fetchall())
    rows = (row for state in State for row in connection.execute(RECENT, (state.value, LOOKED_AT)))
    letters = (
        FailedDelivery(number, to, channel, State(state), attempts, bool(uncertain), error, moment(again))
        for number, to, channel, state, attempts, uncertain, error, again in rows
    )
    counted = {state: counts.get(state.value, 0) for state in State}
    if as_of is not None:
        return Summary(verdicts, counted, troubled(letters))
    silent, looks = stopped(connection.execute(ALL_STOPPED)), looks_of(connection.execute(LOOKS))
    jobs = connection.execute("SELECT value FROM meta WHERE key = ?", (JOBS,)).fetchone()
    return Summary(verdicts, counted, troubled(letters), looks, silent, jobs[0] if jobs else "")


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
    found = [one for one in letters if one.state is State.DEAD or one.uncertain or (one.attempts and one.state is not State.SENT)]
    return tuple(sorted(found, key=lambda one: one.id, reverse=True)[:SHOWN])


def seen(verdict: Verdict, held: int | None, verified: int | None) -> Verdict:
    """With the time at which it was last seen to hold; a verdict of the past keeps its own."""
    as_of = moment(held)
    return verdict if as_of is None else replace(verdict, as_of=as_of, verified_at=moment(verified))


def full(url: str, as_of: datetime | None) -> Summary:
    """The answer of the whole store, which also brings an older schema up to date."""
    from watcher.store.store import Store  # noqa: PLC0415 - this is what the quick look does without

    with Store.open(url) as store, store.reading() as tx:
        latest, counts = tx.verdicts.all_latest(), tx.deliveries.counts()
        letters = troubled(failed_delivery(one) for state in State for one in tx.deliveries.of(state, limit=LOOKED_AT))
        if as_of is None:
            looks, jobs = looks_of(tx.connection.rows(LOOKS)), tx.meta.get(JOBS)
            return Summary(latest, counts, letters, looks, tx.mailboxes.stopped(), jobs)
        held = {signal: tx.verdicts.as_of(signal, as_of) for signal in latest}
        return Summary({signal: verdict for signal, verdict in held.items() if verdict}, counts, letters)


def failed_delivery(one: Delivery) -> FailedDelivery:
    """What a person needs to know of a delivery."""
    return FailedDelivery(one.id, one.recipient, one.channel, one.state, one.attempts, one.uncertain, one.error, one.next_at)
