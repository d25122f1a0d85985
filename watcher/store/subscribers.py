"""Subscribers: readers who have asked for mail on the page, and nothing of them but what sending needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from watcher.store.codec import micros, moment
from watcher.store.records import Subscriber
from watcher.store.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from watcher.store.connection import Row

ALL = "SELECT id, address, signals, pace, created_at, confirmed_at FROM subscriber"
OLD = "FROM subscriber WHERE confirmed_at IS NULL AND created_at < :before"
CONFIRM = "UPDATE subscriber SET confirmed_at = :at WHERE id = :id AND confirmed_at IS NULL"
CHANGE = "UPDATE subscriber SET signals = :signals, pace = :pace WHERE id = :id"
GIVE_UP = "DELETE FROM delivery WHERE recipient = :id AND next_at IS NOT NULL"
BLANK = "UPDATE delivery SET address = '', message = '', error = '' WHERE recipient = :id"
ERASE = "DELETE FROM subscriber WHERE id = :id"


def subscriber(row: Row) -> Subscriber:
    """The row as a value."""
    name, address, signals, pace, created, confirmed = row
    return Subscriber(name, address, moment(created), tuple(json.loads(signals)), pace, moment(confirmed))


class Subscribers(Repository):
    """Readers who have asked for mail on the page; the recipient of their deliveries is their id."""

    __slots__ = ()

    def add(self, one: Subscriber) -> bool:
        """Add a reader; False where the address is there already (it keeps what it had)."""
        if self.by_address(one.address) is not None:
            return False
        row = {"id": one.id, "address": one.address, "signals": json.dumps(one.signals), "pace": one.pace}
        self.insert("subscriber", [{**row, "created_at": micros(one.created_at), "confirmed_at": micros(one.confirmed_at)}])
        return True

    def get(self, name: str) -> Subscriber | None:
        """The reader with this id."""
        row = self.connection.row(f"{ALL} WHERE id = :id", {"id": name})
        return subscriber(row) if row else None

    def by_address(self, address: str) -> Subscriber | None:
        """The reader with this address, whatever case it is written in."""
        row = self.connection.row(f"{ALL} WHERE lower(address) = :address", {"address": address.lower()})
        return subscriber(row) if row else None

    def confirm(self, name: str, at: datetime) -> bool:
        """The reader has followed the link of the confirmation; False where there is none or it was done before."""
        return self.connection.run(CONFIRM, {"id": name, "at": micros(at)}) == 1

    def change(self, name: str, *, signals: Sequence[str], pace: str) -> bool:
        """Another choice of signals and of pace; False where there is no such reader."""
        return self.connection.run(CHANGE, {"id": name, "signals": json.dumps(list(signals)), "pace": pace}) == 1

    def erase(self, name: str) -> bool:
        """Forget the reader, in the outbox too; what was not sent yet is given up. False where there is no such reader."""
        self.connection.run(GIVE_UP, {"id": name})
        self.connection.run(BLANK, {"id": name})
        return self.connection.run(ERASE, {"id": name}) == 1

    def confirmed(self) -> list[Subscriber]:
        """Everyone who is to be written to."""
        return [subscriber(row) for row in self.connection.rows(f"{ALL} WHERE confirmed_at IS NOT NULL ORDER BY created_at")]

    def forget_unconfirmed(self, before: datetime) -> int:
        """Forget who was asked before that moment and never confirmed; how many there were."""
        return self.connection.run(f"DELETE {OLD}", {"before": micros(before)})

    def has_unconfirmed(self, before: datetime) -> bool:
        """Whether there is anyone whom `forget_unconfirmed` would forget."""
        return self.connection.row(f"SELECT 1 {OLD} LIMIT 1", {"before": micros(before)}) is not None
