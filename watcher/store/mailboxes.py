"""Recipients to whom nothing more is sent, and how many mails in a row each one's mailbox has refused for good."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from watcher.store.audit import Audit, Meta
from watcher.store.codec import sha256
from watcher.store.errors import read_value
from watcher.store.records import AuditEntry, MetaKey, Stopped, addressee, stopped_of
from watcher.store.repository import Repository

if TYPE_CHECKING:
    from datetime import datetime

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
