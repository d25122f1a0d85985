"""Digests: the news of one moment, put into the outbox once for each recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.core.model import Digest
from watcher.store.codec import EPOCH, dump, dump_bytes, load, micros, sha256
from watcher.store.records import Outgoing, State
from watcher.store.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

SINCE = "SELECT digest FROM digest WHERE at >= :since ORDER BY at DESC, id DESC LIMIT :most"
OF = "SELECT digest FROM digest WHERE at >= :since AND kind = :kind ORDER BY at DESC, id DESC LIMIT :most"


def message_id(digest: str, outgoing: Outgoing) -> str:
    """Message-ID of a delivery: the same each time it is worked out, so that a repeat is known as one (RFC 5322 3.6.4)."""
    who = dump((digest, outgoing.recipient, outgoing.channel, outgoing.address))
    return f"<{sha256(who.encode()).hex()[:32]}@policy-signal-watch>"


class Digests(Repository):
    """The news of one moment."""

    __slots__ = ()

    def put(self, digest: Digest, outgoing: Iterable[Outgoing] = ()) -> None:
        """Keep a digest with its deliveries, in the transaction that marks its transitions."""
        self.connection.run(
            f"INSERT INTO digest (id, at, kind, digest) VALUES (:id, :at, :kind, {self.connection.as_text('digest')})",
            {"id": digest.id, "at": micros(digest.at), "kind": digest.kind, "digest": dump_bytes(digest)},
        )
        self.insert(
            "delivery",
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
        statement = f"SELECT {self.connection.as_bytes('digest')} FROM digest WHERE id = :id"
        text: bytes | None = self.connection.value(statement, {"id": name})
        return load(Digest, text) if text else None

    def has(self, name: str) -> bool:
        """Whether there is one with this id; it is not read."""
        return self.connection.value("SELECT 1 FROM digest WHERE id = :id", {"id": name}) is not None

    def of(self, kind: str | None = None, *, since: datetime = EPOCH, limit: int = 100) -> list[Digest]:
        """The digests of one kind or of all since then, newest first."""
        asked = {"since": micros(since), "most": limit}
        found = self.connection.rows(SINCE, asked) if kind is None else self.connection.rows(OF, {**asked, "kind": kind})
        return [load(Digest, text) for (text,) in found]
