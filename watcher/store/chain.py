"""The chains of hashes: each row's hash covers its content and the hash of the row before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from watcher.store.codec import sha256
from watcher.store.operator_tables import ChainRow
from watcher.store.records import ChainEnd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

GENESIS = bytes(32)
NAMES = ("document", "observation", "verdict", "transition")
"""The tables that are chained."""


NEW_CHAIN = sa.text("INSERT INTO chain (name, last, head) VALUES (:name, 0, :head) ON CONFLICT (name) DO NOTHING")


def hold(session: Session, name: str) -> ChainRow:
    """The end of a chain, held to the end of the transaction: whoever extends the chain next waits for it."""
    if held := session.get(ChainRow, name, with_for_update=True, populate_existing=True):
        return held
    session.execute(NEW_CHAIN, {"name": name, "head": GENESIS})
    return session.get_one(ChainRow, name, with_for_update=True, populate_existing=True)


def head(session: Session, name: str) -> ChainRow:
    """The highest id given so far and the hash that the next row builds on."""
    return session.get(ChainRow, name) or ChainRow(name=name, last=0, head=GENESIS)


def ends(session: Session) -> tuple[ChainEnd, ...]:
    """Where each chain ends now; a table without a row has none."""
    rows = (head(session, name) for name in NAMES)
    return tuple(ChainEnd(row.name, row.last, row.head.hex()) for row in rows if row.last)


def extend(session: Session, name: str, contents: Sequence[bytes], end: ChainRow | None = None) -> list[tuple[int, bytes]]:
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
    end.last, end.head = last, value
    session.add(end)
    session.flush()
    return links
