"""Deliveries: the outbox, each claimed by a guarded update, sent, then booked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, bindparam, func, select, update

from watcher.store.base import Noun, batches, table
from watcher.store.rows import Delivery, State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from sqlalchemy import Row

DELIVERY = table("delivery")
OPEN = DELIVERY.c.next_at.is_not(None)
"""Pending or leased: what was sent or given up has no next time."""
EXPIRED = (DELIVERY.c.state == State.LEASED.value) & (DELIVERY.c.lease_until <= bindparam("now", type_=DELIVERY.c.sent_at.type))
FREE = {"state": State.PENDING.value, "lease_until": None, "next_at": bindparam("now", type_=DELIVERY.c.sent_at.type)}
# An attempt that was cut off may have reached the recipient; one that never began did not.
RELEASE = update(DELIVERY).where(EXPIRED, DELIVERY.c.attempt_started_at.is_(None)).values(FREE)
DOUBT = update(DELIVERY).where(EXPIRED, DELIVERY.c.attempt_started_at.is_not(None)).values({**FREE, "uncertain": True})
SET_BACK = (
    update(DELIVERY).where(DELIVERY.c.id == bindparam("which")).values(next_at=bindparam("then"), lease_until=bindparam("leased"))
)
WAITING = (
    select(DELIVERY.c.id)
    .where(DELIVERY.c.state == State.PENDING.value, DELIVERY.c.next_at <= bindparam("now"))
    .order_by(DELIVERY.c.next_at, DELIVERY.c.id)
    .limit(bindparam("most"))
)


def delivery(row: Row[Any]) -> Delivery:
    """The row as a value."""
    return Delivery(**{**row._mapping, "state": State(row.state), "uncertain": bool(row.uncertain)})  # noqa: SLF001 - documented


class Deliveries(Noun):
    """The outbox."""

    __slots__ = ()

    def claim(self, now: datetime, lease: timedelta, limit: int = 100) -> list[Delivery]:
        """Take the deliveries that are due for as long as the lease; nobody else gets them meanwhile.

        A lease that ran out returns first: its delivery is due again under the same Message-ID, and uncertain where its
        attempt had begun.
        """
        self.connection.execute(RELEASE, {"now": now})
        self.connection.execute(DOUBT, {"now": now})
        waiting = list(self.connection.execute(WAITING, {"now": now, "most": limit}).scalars())
        return [one for some in batches(waiting) for one in self.lease(some, now + lease)]

    def lease(self, numbers: list[int], until: datetime) -> list[Delivery]:
        """The guarded update: only what is still pending becomes ours."""
        statement = (
            update(DELIVERY)
            .where(DELIVERY.c.id.in_(numbers), DELIVERY.c.state == State.PENDING.value)
            .values(state=State.LEASED.value, lease_until=until, attempt_started_at=None)
            .returning(DELIVERY)
        )
        return sorted((delivery(row) for row in self.connection.execute(statement)), key=lambda one: one.id)

    def give_back(self, numbers: list[int], now: datetime) -> int:
        """Make what was claimed and not begun due again; how many there were."""
        guard = (DELIVERY.c.id.in_(numbers), DELIVERY.c.state == State.LEASED.value, DELIVERY.c.attempt_started_at.is_(None))
        return self.connection.execute(update(DELIVERY).where(*guard).values(FREE), {"now": now}).rowcount

    def start(self, number: int, now: datetime, *, lease: timedelta | None = None, message: str = "") -> bool:
        """Book that an attempt begins, right before sending; False where the lease was lost: do not send then.

        `message`: what is sent, kept so that a repeat under the same Message-ID says the same.
        """
        values: dict[str, Any] = {"attempt_started_at": now, "attempts": DELIVERY.c.attempts + 1}
        if message:
            values["message"] = message
        if lease is not None:
            values["lease_until"] = now + lease
        return self.change(number, values, DELIVERY.c.lease_until > now)

    def book_sent(self, number: int, now: datetime) -> bool:
        """It was accepted, whatever was thought of it meanwhile; its text need not be kept for a repeat any more."""
        done = {"state": State.SENT.value, "sent_at": now, "error": "", "message": "", "next_at": None, "lease_until": None}
        statement = update(DELIVERY).where(DELIVERY.c.id == number, DELIVERY.c.state != State.SENT.value)
        return self.connection.execute(statement.values(done)).rowcount == 1

    def book_failed(self, number: int, error: str, next_at: datetime | None, *, uncertain: bool = False) -> bool:
        """It was refused: again at `next_at`, or never (a dead letter). `uncertain`: it may have been accepted all the same."""
        state = State.DEAD if next_at is None else State.PENDING
        values: dict[str, Any] = {"state": state.value, "error": error, "next_at": next_at, "lease_until": None}
        if uncertain:
            values["uncertain"] = True
        return self.change(number, values | {"attempt_started_at": None})

    def join(self, number: int, into: int, now: datetime) -> bool:
        """Its news travels in another delivery to the same reader, whose kept text holds it."""
        done = {"state": State.SENT.value, "sent_at": now, "error": f"told in delivery {into}", "next_at": None}
        return self.change(number, done | {"lease_until": None})

    def change(self, number: int, values: dict[str, Any], *guards: ColumnElement[bool]) -> bool:
        """Change a delivery that is ours; whether it still was."""
        guard = (DELIVERY.c.id == number, DELIVERY.c.state == State.LEASED.value, *guards)
        return self.connection.execute(update(DELIVERY).where(*guard).values(values)).rowcount == 1

    def revive(self, numbers: Iterable[int], now: datetime) -> int:
        """Put dead letters back into the outbox, due now, with all their attempts before them; how many there were."""
        statement = update(DELIVERY).where(DELIVERY.c.id.in_(list(numbers)), DELIVERY.c.state == State.DEAD.value)
        return self.connection.execute(statement.values(state=State.PENDING.value, next_at=now, attempts=0)).rowcount

    def set_back(self, now: datetime, by: timedelta) -> None:
        """After the clock was set back: what was put into the outbox, tried or leased by the old time is due as much earlier."""
        early = (DELIVERY.c.created_at > now) | (DELIVERY.c.attempts > 0) | DELIVERY.c.lease_until.is_not(None)
        later = (DELIVERY.c.next_at > now) | (DELIVERY.c.lease_until > now)
        found = select(DELIVERY.c.id, DELIVERY.c.next_at, DELIVERY.c.lease_until).where(OPEN, early, later)
        rows = [
            {"which": row.id, "then": max(now, row.next_at - by), "leased": row.lease_until and max(now, row.lease_until - by)}
            for row in self.connection.execute(found)
        ]
        if rows:
            self.connection.execute(SET_BACK, rows)

    def next_due(self) -> datetime | None:
        """When the outbox wants to be looked at next (a retry, or the end of a lease); None when it is empty."""
        moment = func.min(func.coalesce(DELIVERY.c.lease_until, DELIVERY.c.next_at), type_=DELIVERY.c.sent_at.type)
        return self.connection.execute(select(moment).where(OPEN)).scalar()

    def of(
        self, state: State | None = None, *, digest: str | None = None, recipient: str | None = None, limit: int = 1_000
    ) -> list[Delivery]:
        """Deliveries in one state (`State.DEAD`: the dead letters), of one digest or to one recipient, newest first."""
        statement = select(DELIVERY).order_by(DELIVERY.c.id.desc()).limit(limit)
        if state is not None:
            statement = statement.where(DELIVERY.c.state == state.value)
        if digest is not None:
            statement = statement.where(DELIVERY.c.digest == digest)
        if recipient is not None:
            statement = statement.where(DELIVERY.c.recipient == recipient)
        return [delivery(row) for row in self.connection.execute(statement)]

    def counts(self) -> dict[State, int]:
        """How many deliveries stand in each state."""
        statement = select(DELIVERY.c.state, func.count().label("many")).group_by(DELIVERY.c.state)
        found = {State(row.state): row.many for row in self.connection.execute(statement)}
        return {state: found.get(state, 0) for state in State}

    def oldest_undelivered(self) -> datetime | None:
        """When the oldest message that is still to be delivered was put into the outbox."""
        return self.connection.execute(select(func.min(DELIVERY.c.created_at)).where(OPEN)).scalar()
