"""Digests: the news of one moment, put into the outbox once for each recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from watcher.core.model import Digest
from watcher.store.codec import EPOCH, dump, load, micros, sha256
from watcher.store.records import Outgoing, State
from watcher.store.repository import Repository
from watcher.store.tables import DeliveryRow, DigestRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def message_id(digest: str, outgoing: Outgoing) -> str:
    """Message-ID of a delivery: the same each time it is worked out, so that a repeat is known as one (RFC 5322 3.6.4)."""
    who = dump((digest, outgoing.recipient, outgoing.channel, outgoing.address))
    return f"<{sha256(who.encode()).hex()[:32]}@policy-signal-watch>"


class Digests(Repository):
    """The news of one moment."""

    __slots__ = ()

    def put(self, digest: Digest, outgoing: Iterable[Outgoing] = ()) -> None:
        """Keep a digest with its deliveries, in the transaction that marks its transitions."""
        self.session.add(DigestRow(id=digest.id, at=digest.at, kind=digest.kind, digest=dump(digest)))
        self.session.flush()
        self.insert(
            DeliveryRow,
            [
                {
                    "digest": digest.id,
                    "recipient": one.recipient,
                    "channel": one.channel,
                    "address": one.address,
                    "message_id": one.message_id or message_id(digest.id, one),
                    "message": one.message,
                    "state": State.PENDING.value,
                    "created_at": micros(digest.at),
                    "attempts": 0,
                    "next_at": micros(one.next_at),
                    "error": "",
                    "uncertain": False,
                }
                for one in outgoing
            ],
        )

    def get(self, name: str) -> Digest | None:
        """The digest with this id."""
        row = self.session.get(DigestRow, name)
        return load(Digest, row.digest) if row else None

    def has(self, name: str) -> bool:
        """Whether there is one with this id; it is not read."""
        return self.session.exec(select(DigestRow.id).where(DigestRow.id == name)).first() is not None

    def of(self, kind: str | None = None, *, since: datetime = EPOCH, limit: int = 100) -> list[Digest]:
        """The digests of one kind or of all since then, newest first."""
        asked = select(DigestRow.digest).where(DigestRow.at >= since)
        if kind is not None:
            asked = asked.where(DigestRow.kind == kind)
        newest = asked.order_by(col(DigestRow.at).desc(), col(DigestRow.id).desc()).limit(limit)
        return [load(Digest, text) for text in self.session.exec(newest)]
