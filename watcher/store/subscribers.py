"""Subscribers: readers who have asked for mail on the page, and nothing of them but what sending needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from watcher.store.base import Noun, table
from watcher.store.rows import Subscriber

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

SUBSCRIBER = table("subscriber")
DELIVERY = table("delivery")


def subscriber(row: Row[Any]) -> Subscriber:
    """The row as a value."""
    return Subscriber(row.id, row.address, row.created_at, tuple(json.loads(row.signals)), row.pace, row.confirmed_at)


class Subscribers(Noun):
    """Readers who have asked for mail on the page; the recipient of their deliveries is their id."""

    __slots__ = ()

    def add(self, one: Subscriber) -> bool:
        """Add a reader; False where the address is there already (it keeps what it had)."""
        if self.by_address(one.address) is not None:
            return False
        row = {"id": one.id, "address": one.address, "signals": json.dumps(one.signals), "pace": one.pace}
        self.insert("subscriber", [{**row, "created_at": one.created_at, "confirmed_at": one.confirmed_at}])
        return True

    def get(self, name: str) -> Subscriber | None:
        """The reader with this id."""
        row = self.connection.execute(select(SUBSCRIBER).where(SUBSCRIBER.c.id == name)).one_or_none()
        return subscriber(row) if row else None

    def by_address(self, address: str) -> Subscriber | None:
        """The reader with this address, whatever case it is written in."""
        same = func.lower(SUBSCRIBER.c.address) == address.lower()
        row = self.connection.execute(select(SUBSCRIBER).where(same)).first()
        return subscriber(row) if row else None

    def confirm(self, name: str, at: datetime) -> bool:
        """The reader has followed the link of the confirmation; False where there is none or it was done before."""
        statement = update(SUBSCRIBER).where(SUBSCRIBER.c.id == name, SUBSCRIBER.c.confirmed_at.is_(None))
        return self.connection.execute(statement.values(confirmed_at=at)).rowcount == 1

    def change(self, name: str, *, signals: Sequence[str], pace: str) -> bool:
        """Another choice of signals and of pace; False where there is no such reader."""
        statement = update(SUBSCRIBER).where(SUBSCRIBER.c.id == name)
        return self.connection.execute(statement.values(signals=json.dumps(list(signals)), pace=pace)).rowcount == 1

    def erase(self, name: str) -> bool:
        """Forget the reader, in the outbox too; what was not sent yet is given up. False where there is no such reader."""
        mine = DELIVERY.c.recipient == name
        self.connection.execute(delete(DELIVERY).where(mine, DELIVERY.c.next_at.is_not(None)))
        self.connection.execute(update(DELIVERY).where(mine).values(address="", message="", error=""))
        return self.connection.execute(delete(SUBSCRIBER).where(SUBSCRIBER.c.id == name)).rowcount == 1

    def confirmed(self) -> list[Subscriber]:
        """Everyone who is to be written to."""
        statement = select(SUBSCRIBER).where(SUBSCRIBER.c.confirmed_at.is_not(None)).order_by(SUBSCRIBER.c.created_at)
        return [subscriber(row) for row in self.connection.execute(statement)]

    def forget_unconfirmed(self, before: datetime) -> int:
        """Forget who was asked before that moment and never confirmed; how many there were."""
        return self.connection.execute(delete(SUBSCRIBER).where(*old(before))).rowcount

    def has_unconfirmed(self, before: datetime) -> bool:
        """Whether there is anyone whom `forget_unconfirmed` would forget."""
        return self.connection.execute(select(SUBSCRIBER.c.id).where(*old(before)).limit(1)).first() is not None


def old(before: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Asked before that moment and never confirmed."""
    return SUBSCRIBER.c.confirmed_at.is_(None), SUBSCRIBER.c.created_at < before
