"""Deliveries: the outbox, each claimed by a guarded update, sent, then recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watcher.store.codec import MICROSECOND, micros, moment
from watcher.store.records import Delivery, State
from watcher.store.repository import Row, Statements, batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, timedelta


COLUMNS = (
    "id, digest, recipient, channel, address, message_id, state, created_at, attempts, next_at, lease_until, attempt_started_at,"
    " sent_at, error, uncertain, message"
)
OPEN = "next_at IS NOT NULL"
"""Pending or leased: what was sent or given up has no next time."""
EXPIRED = "state = 'leased' AND lease_until <= :now"
FREE = "state = 'pending', lease_until = NULL, next_at = :now"
# An attempt that was cut off may have reached the recipient; one that never began did not.
RELEASE = f"UPDATE delivery SET {FREE} WHERE {EXPIRED} AND attempt_started_at IS NULL"
DOUBT = f"UPDATE delivery SET {FREE}, uncertain = TRUE WHERE {EXPIRED} AND attempt_started_at IS NOT NULL"
# With its own index on the state SQLite would sort everything that waits, each time.
WAITING = (
    "SELECT id FROM delivery WHERE state || '' = 'pending' AND next_at <= :now AND channel NOT IN :full"
    " AND (attempts = 0 OR channel NOT IN :failing) ORDER BY next_at, id LIMIT :most"
)
NO_CHANNEL = ("",)
SENT = (
    "UPDATE delivery SET state = 'sent', sent_at = :now, error = '', message = '', next_at = NULL, lease_until = NULL"
    " WHERE id = :id AND state <> 'sent'"
)
# After a clock was set back: what was put into the outbox, tried or leased by the old time.
AHEAD = (
    f"SELECT id, next_at, lease_until FROM delivery WHERE {OPEN}"
    " AND (created_at > :now OR attempts > 0 OR lease_until IS NOT NULL) AND (next_at > :now OR lease_until > :now)"
)
UNSENT = f"SELECT count(*), min(next_at) FROM delivery WHERE {OPEN} AND (error <> '' OR next_at <= :now)"
# What was accepted has no error: what has one is of a message that another one carries.
OF_DIGEST = (
    "SELECT state, uncertain, state = 'sent' AND error <> '' AS joined, count(*) FROM delivery WHERE digest = :digest"
    " GROUP BY state, uncertain, joined"
)
FAILED = (
    "SELECT channel, state, uncertain, count(*) FROM delivery WHERE state = 'dead'"
    f" OR ({OPEN} AND (attempts > 0 OR error <> '' OR uncertain)) GROUP BY channel, state, uncertain ORDER BY channel, state"
)
BEGUN = (
    "SELECT count(*) FROM delivery WHERE channel = :channel AND (attempt_started_at > :since AND attempt_started_at <= :until"
    " OR (state = 'leased' AND lease_until > :now AND attempt_started_at IS NULL))"
)
SET_BACK = "UPDATE delivery SET next_at = :next_at, lease_until = :lease_until WHERE id = :id"


def delivery(row: Row) -> Delivery:
    """The row as a value."""
    number, digest, recipient, channel, address, message_id, state, created, attempts, *times, error, uncertain, message = row
    due, lease, started, sent = (moment(at) for at in times)
    who = (digest, recipient, channel, address, message_id)
    return Delivery(
        number,
        *who,
        state=State(state),
        created_at=moment(created),
        attempts=attempts,
        next_at=due,
        lease_until=lease,
        attempt_started_at=started,
        sent_at=sent,
        error=error,
        uncertain=bool(uncertain),
        message=message,
    )


class Deliveries(Statements):
    """The outbox."""

    __slots__ = ()

    def claim(
        self, now: datetime, lease: timedelta, limit: int = 100, *, full: Sequence[str] = (), failing: Sequence[str] = ()
    ) -> list[Delivery]:
        """Take the deliveries that are due for as long as the lease; nobody else gets them meanwhile.

        None of channels that are `full`, and of those in `failing` none that was tried before.
        A lease that ran out returns first: its delivery is due again under the same Message-ID, and uncertain where its
        attempt had begun.
        """
        self.run(RELEASE, {"now": micros(now)})
        self.run(DOUBT, {"now": micros(now)})
        asked = {"now": micros(now), "most": limit, "full": full or NO_CHANNEL, "failing": failing or NO_CHANNEL}
        waiting = [number for (number,) in self.rows(WAITING, asked)]
        return [one for some in batches(waiting) for one in self.lease(some, now + lease)]

    def lease(self, numbers: list[int], until: datetime) -> list[Delivery]:
        """The guarded update: only what is still pending becomes ours."""
        statement = (
            "UPDATE delivery SET state = 'leased', lease_until = :until, attempt_started_at = NULL"
            f" WHERE id IN :ids AND state = 'pending' RETURNING {COLUMNS}"
        )
        rows = self.rows(statement, {"ids": numbers, "until": micros(until)})
        return sorted((delivery(row) for row in rows), key=lambda one: one.id)

    def renew(self, numbers: list[int], now: datetime, until: datetime) -> set[int]:
        """Keep what was claimed and is not lost until then; of these numbers those that are still held."""
        statement = (
            "UPDATE delivery SET lease_until = :until WHERE id IN :ids AND state = 'leased' AND lease_until > :now RETURNING id"
        )
        values = {"now": micros(now), "until": micros(until)}
        return {number for some in batches(numbers) for (number,) in self.rows(statement, values | {"ids": some})}

    def hold(self, numbers: Iterable[int], until: datetime) -> None:
        """Keep what this process is sending at this moment, whatever the time is: the clock may have jumped meanwhile."""
        statement = "UPDATE delivery SET lease_until = :until WHERE id IN :ids AND state = 'leased'"
        for some in batches(numbers):
            self.run(statement, {"ids": some, "until": micros(until)})

    def give_back(self, numbers: list[int], now: datetime) -> int:
        """Make what was claimed and not begun due again; how many there were."""
        mine = "id IN :ids AND state = 'leased' AND attempt_started_at IS NULL"
        statement = f"UPDATE delivery SET {FREE} WHERE {mine}"
        return sum(self.run(statement, {"ids": some, "now": micros(now)}) for some in batches(numbers))

    def start(self, number: int, now: datetime, *, lease: timedelta | None = None, message: str = "") -> bool:
        """Record that an attempt begins, right before sending; False where the lease was lost: do not send then.

        One attempt for each claim: whoever slept over the end of a lease may find it leased by another, who has begun.
        `message`: what is sent, kept so that a repeat under the same Message-ID says the same.
        """
        values: dict[str, Any] = {"attempt_started_at": micros(now)}
        if message:
            values["message"] = message
        if lease is not None:
            values["lease_until"] = micros(now + lease)
        return self.change(number, values, "attempts = attempts + 1", held_at=now)

    def book_sent(self, number: int, now: datetime) -> bool:
        """It was accepted, whatever was thought of it meanwhile; its text need not be kept for a repeat any more."""
        return self.run(SENT, {"id": number, "now": micros(now)}) == 1

    def book_failed(self, number: int, error: str, next_at: datetime | None, *, uncertain: bool = False) -> bool:
        """It was refused: again at `next_at`, or never (a dead letter). `uncertain`: it may have been accepted all the same."""
        state = State.DEAD if next_at is None else State.PENDING
        values: dict[str, Any] = {"state": state.value, "error": error, "next_at": micros(next_at), "lease_until": None}
        if uncertain:
            values["uncertain"] = True
        return self.change(number, values | {"attempt_started_at": None})

    def put_off(self, number: int, error: str, next_at: datetime) -> bool:
        """The other side takes nothing now, whatever it is: again at `next_at`, and no attempt is counted."""
        values: dict[str, Any] = {"state": State.PENDING.value, "error": error, "next_at": micros(next_at), "lease_until": None}
        return self.change(number, values | {"attempt_started_at": None}, "attempts = attempts - 1")

    def begun_since(self, channel: str, since: datetime, now: datetime) -> int:
        """How many messages have left by a channel since then, are on their way, or are claimed and will be.

        What left in a later hour, before a clock was set back, does not count: else nothing would leave until then.
        """
        until = now + (now - since)  # other cycles may have begun a moment after this one
        asked = {"channel": channel, "since": micros(since), "now": micros(now), "until": micros(until)}
        found = self.value(BEGUN, asked)
        return int(found)

    def join(self, number: int, into: int, now: datetime) -> bool:
        """Its news travels in another delivery to the same reader, whose kept text holds it."""
        done = {"state": State.SENT.value, "sent_at": micros(now), "error": f"told in delivery {into}", "next_at": None}
        return self.change(number, done | {"lease_until": None})

    def change(self, number: int, values: dict[str, Any], *more: str, held_at: datetime | None = None) -> bool:
        """Change a delivery that is ours; whether it still was. `held_at`: with a lease beyond it, and before any attempt."""
        changes = ", ".join((*(f"{name} = :{name}" for name in values), *more))
        guard = "id = :id AND state = 'leased'" + (
            " AND lease_until > :held_at AND attempt_started_at IS NULL" if held_at else ""
        )
        row = {**values, "id": number, "held_at": micros(held_at)}
        return self.run(f"UPDATE delivery SET {changes} WHERE {guard}", row) == 1

    def revive(self, numbers: Iterable[int], now: datetime) -> int:
        """Put dead letters back into the outbox, due now, with all their attempts before them; how many there were."""
        statement = f"UPDATE delivery SET {FREE}, attempts = 0 WHERE id IN :ids AND state = 'dead'"
        return sum(self.run(statement, {"ids": some, "now": micros(now)}) for some in batches(numbers))

    def set_back(self, now: datetime, by: timedelta) -> None:
        """After the clock was set back: what was put into the outbox, tried or leased by the old time is due as much earlier."""
        least, less = micros(now), by // MICROSECOND
        rows = [
            {"id": number, "next_at": max(least, due - less), "lease_until": lease and max(least, lease - less)}
            for number, due, lease in self.rows(AHEAD, {"now": least})
        ]
        self.run_all(SET_BACK, rows)

    def next_due(self) -> datetime | None:
        """When the outbox wants to be looked at next (a retry, or the end of a lease); None when it is empty."""
        return self.moment(f"SELECT min(coalesce(lease_until, next_at)) FROM delivery WHERE {OPEN}")

    def of(
        self, state: State | None = None, *, digest: str | None = None, recipient: str | None = None, limit: int = 1_000
    ) -> list[Delivery]:
        """Deliveries in one state (`State.DEAD`: the dead letters), of one digest or to one recipient, newest first."""
        asked = {"state": state and state.value, "digest": digest, "recipient": recipient}
        conditions = " AND ".join(f"{name} = :{name}" for name, value in asked.items() if value is not None)
        where = f" WHERE {conditions}" if conditions else ""
        statement = f"SELECT {COLUMNS} FROM delivery{where} ORDER BY id DESC LIMIT :most"
        return [delivery(row) for row in self.rows(statement, {**asked, "most": limit})]

    def counts(self) -> dict[State, int]:
        """How many deliveries stand in each state."""
        found: dict[str, int] = dict(self.rows("SELECT state, count(*) FROM delivery GROUP BY state"))
        return {state: found.get(state.value, 0) for state in State}

    def of_digest(self, digest: str) -> Iterator[tuple[State, bool, bool, int]]:
        """How many deliveries of a digest stand in each state.

        Each with whether they may have arrived all the same, and whether another delivery carries their news.
        """
        for state, uncertain, joined, many in self.rows(OF_DIGEST, {"digest": digest}):
            yield State(state), bool(uncertain), bool(joined), many

    def failed(self) -> Iterator[tuple[str, State, bool, int]]:
        """What did not go as it should, counted by channel, state, and whether it may have arrived all the same."""
        for channel, state, uncertain, many in self.rows(FAILED):
            yield channel, State(state), bool(uncertain), many

    def unsent(self, now: datetime) -> tuple[int, datetime | None]:
        """How many messages should have left and have not, and when the first of them is tried again."""
        many, first = self.row(UNSENT, {"now": micros(now)}) or (0, None)
        return many, moment(first)

    def oldest_undelivered(self) -> datetime | None:
        """When the oldest message that is still to be delivered was put into the outbox."""
        return self.moment(f"SELECT min(created_at) FROM delivery WHERE {OPEN}")
