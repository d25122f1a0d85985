"""The chains of hashes: each row's hash covers its content and the hash of the row before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from watcher.store.base import table, upsert
from watcher.store.codec import sha256

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

CHAIN = table("chain")
HEAD = select(CHAIN.c.last, CHAIN.c.head).where(CHAIN.c.name == bindparam("of"))
GENESIS = bytes(32)


def head(connection: Connection, name: str) -> tuple[int, bytes]:
    """The highest id given so far and the hash that the next row builds on."""
    row = connection.execute(HEAD, {"of": name}).one_or_none()
    return (row.last, row.head) if row else (0, GENESIS)


def extend(connection: Connection, name: str, contents: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Id and hash for each new row of a table, in order; one writer at a time makes both gapless."""
    last, value = head(connection, name)
    links = []
    for content in contents:
        last, value = last + 1, sha256(value + content)
        links.append((last, value))
    if links:
        statement = upsert(connection.dialect.name, "chain", ("last", "head"))
        connection.execute(statement, [{"name": name, "last": last, "head": value}])
    return links
