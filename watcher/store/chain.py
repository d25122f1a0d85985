"""The chains of hashes: each row's hash covers its content and the hash of the row before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from watcher.store.codec import sha256
from watcher.store.records import ChainEnd
from watcher.store.repository import Statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

GENESIS = bytes(32)
NAMES = ("document", "observation", "verdict", "transition")
"""The tables that are chained."""
END = "SELECT last, head FROM chain WHERE name = :name"
HOLD = f"{END} FOR UPDATE"
NEW_CHAIN = "INSERT INTO chain (name, last, head) VALUES (:name, 0, :head) ON CONFLICT (name) DO NOTHING"
MOVE = "UPDATE chain SET last = :last, head = :head WHERE name = :name"


class End(NamedTuple):
    """The highest id given so far and the hash that the next row builds on."""

    last: int
    head: bytes


BEGIN = End(0, GENESIS)


def hold(session: Session, name: str) -> End:
    """The end of a chain, held to the end of the transaction: whoever extends the chain next waits for it."""
    asked = Statements(session.connection())
    statement = HOLD if asked.connection.dialect.name == "postgresql" else END  # a file has one writer anyhow
    found = asked.row(statement, {"name": name})
    if found is None:
        asked.run(NEW_CHAIN, {"name": name, "head": GENESIS})
        found = asked.row(statement, {"name": name})
    return End._make(found) if found else BEGIN


def head(session: Session, name: str) -> End:
    """The end of a chain, whoever extends it meanwhile."""
    found = Statements(session.connection()).row(END, {"name": name})
    return End._make(found) if found else BEGIN


def ends(session: Session) -> tuple[ChainEnd, ...]:
    """Where each chain ends now; a table without a row has none."""
    found = ((name, head(session, name)) for name in NAMES)
    return tuple(ChainEnd(name, end.last, end.head.hex()) for name, end in found if end.last)


def extend(session: Session, name: str, contents: Sequence[bytes], end: End | None = None) -> list[tuple[int, bytes]]:
    """Id and hash for each new row of a table, in order; the end is held until the commit, which makes both gapless.

    `end` where it is held already.
    """
    if not contents:
        return []
    end, links = end or hold(session, name), []
    last, value = end.last, end.head
    for content in contents:
        last, value = last + 1, sha256(value + content)
        links.append((last, value))
    Statements(session.connection()).run(MOVE, {"name": name, "last": last, "head": value})
    return links
