"""Who is told: readers who subscribed on the page, and mailboxes that take nothing any more."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col, select

from watcher.store.audit import Audit, Meta
from watcher.store.codec import sha256
from watcher.store.errors import read_value
from watcher.store.records import AuditEntry, MetaKey, Stopped, Subscriber, addressee, stopped_of
from watcher.store.repository import Repository
from watcher.store.tables import SubscriberRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


# Recipients to whom nothing more is sent, and how many mails in a row each one's mailbox has refused for good.

MOST_REFUSED = 3
"""After so many a mailbox counts as dead: to go on would cost the watch its name with the mail servers."""


class Mailboxes(Repository):
    """Who takes no more mail."""

    __slots__ = ()

    def refuse(self, recipient: str) -> bool:
        """Count one more mail that was refused for good; whether these are too many."""
        meta = Meta(self.session)
        many = (meta.read(f"{MetaKey.MAILBOX_REFUSED}{recipient}", int) or 0) + 1
        meta.put(f"{MetaKey.MAILBOX_REFUSED}{recipient}", str(many))
        return many >= MOST_REFUSED

    def accept(self, recipient: str) -> None:
        """It took a mail: what was refused before counts no more."""
        meta = Meta(self.session)
        if keys := meta.among((f"{MetaKey.MAILBOX_REFUSED}{recipient}", f"{MetaKey.MAILBOX_STOPPED}{recipient}")):
            meta.drop_all(keys)

    def stop(self, recipient: str, address: str, now: datetime, *, by: str, why: str) -> None:
        """Send nothing more to this address of the recipient. The act is written to the audit list."""
        meta = Meta(self.session)
        meta.put(f"{MetaKey.MAILBOX_STOPPED}{recipient}", f"{fingerprint(address)} {now.isoformat()} {why}")
        Audit(self.session).add(AuditEntry(now, by, f"writes no more to {addressee(recipient)}", why))

    def revive(self, recipient: str, now: datetime, *, by: str, why: str = "") -> bool:
        """Send again; False where nothing had stopped it. The act is written to the audit list."""
        meta = Meta(self.session)
        found = meta.among((f"{MetaKey.MAILBOX_REFUSED}{recipient}", f"{MetaKey.MAILBOX_STOPPED}{recipient}"))
        meta.drop_all(found)
        if stopped := f"{MetaKey.MAILBOX_STOPPED}{recipient}" in found:
            Audit(self.session).add(AuditEntry(now, by, f"writes to {addressee(recipient)} again", why))
        return stopped

    def is_stopped(self, recipient: str, address: str) -> bool:
        """Whether nothing more is sent to this address of the recipient."""
        kept = Meta(self.session).get(f"{MetaKey.MAILBOX_STOPPED}{recipient}")
        return kept.partition(" ")[0] == fingerprint(address)

    def stopped(self) -> tuple[Stopped, ...]:
        """To whom nothing more is sent, by their ids."""
        found = Meta(self.session).under(MetaKey.MAILBOX_STOPPED)
        return tuple(
            read_value(f"{MetaKey.MAILBOX_STOPPED}{name}", value, partial(stopped_of, name)) for name, value in found.items()
        )

    def refused(self) -> dict[str, int]:
        """How many mails in a row each mailbox has refused for good, where it has."""
        found = Meta(self.session).under(MetaKey.MAILBOX_REFUSED)
        return {recipient: read_value(f"{MetaKey.MAILBOX_REFUSED}{recipient}", many, int) for recipient, many in found.items()}


def fingerprint(address: str) -> str:
    """An address as it may be remembered: it can hold a secret."""
    return sha256(address.encode()).hex()


# Subscribers: readers who have asked for mail on the page, and nothing of them but what sending needs.

GIVE_UP = "DELETE FROM delivery WHERE recipient = :id AND next_at IS NOT NULL"
BLANK = "UPDATE delivery SET address = '', message = '', error = '' WHERE recipient = :id"


def subscriber(row: SubscriberRow) -> Subscriber:
    """The row as a value."""
    return Subscriber(**row.model_dump() | {"signals": tuple(json.loads(row.signals))})


class Subscribers(Repository):
    """Readers who have asked for mail on the page; the recipient of their deliveries is their id."""

    __slots__ = ()

    def add(self, one: Subscriber) -> bool:
        """Add a reader; False where the address is there already (it keeps what it had)."""
        if self.by_address(one.address) is not None:
            return False
        choice = {"signals": json.dumps(one.signals), "pace": one.pace}
        self.session.add(
            SubscriberRow(id=one.id, address=one.address, **choice, created_at=one.created_at, confirmed_at=one.confirmed_at)
        )
        self.session.flush()
        return True

    def get(self, name: str) -> Subscriber | None:
        """The reader with this id."""
        row = self.session.get(SubscriberRow, name)
        return subscriber(row) if row else None

    def by_address(self, address: str) -> Subscriber | None:
        """The reader with this address, whatever case it is written in."""
        asked = select(SubscriberRow).where(sa.func.lower(SubscriberRow.address) == address.lower())
        row = self.session.exec(asked).first()
        return subscriber(row) if row else None

    def confirm(self, name: str, at: datetime) -> bool:
        """The reader has followed the link of the confirmation; False where there is none or it was done before."""
        row = self.session.get(SubscriberRow, name)
        if row is None or row.confirmed_at is not None:
            return False
        row.confirmed_at = at
        return True

    def change(self, name: str, *, signals: Sequence[str], pace: str) -> bool:
        """Another choice of signals and of pace; False where there is no such reader."""
        row = self.session.get(SubscriberRow, name)
        if row is not None:
            row.signals, row.pace = json.dumps(list(signals)), pace
        return row is not None

    def erase(self, name: str) -> bool:
        """Forget the reader, in the outbox too; what was not sent yet is given up. False where there is no such reader."""
        self.run(GIVE_UP, {"id": name})
        self.run(BLANK, {"id": name})
        row = self.session.get(SubscriberRow, name)
        if row is not None:
            self.session.delete(row)
            self.session.flush()
        return row is not None

    def confirmed(self) -> list[Subscriber]:
        """Everyone who is to be written to."""
        asked = select(SubscriberRow).where(col(SubscriberRow.confirmed_at).is_not(None)).order_by(col(SubscriberRow.created_at))
        return [subscriber(row) for row in self.session.exec(asked)]

    def forget_unconfirmed(self, before: datetime) -> int:
        """Forget who was asked before that moment and never confirmed; how many there were."""
        return self.session.exec(sa.delete(SubscriberRow).where(*unconfirmed(before))).rowcount

    def has_unconfirmed(self, before: datetime) -> bool:
        """Whether there is anyone whom `forget_unconfirmed` would forget."""
        return self.session.exec(select(SubscriberRow.id).where(*unconfirmed(before)).limit(1)).first() is not None


def unconfirmed(before: datetime) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Asked before that moment and never confirmed."""
    return col(SubscriberRow.confirmed_at).is_(None), col(SubscriberRow.created_at) < before
