"""The chains of hashes: each row's hash covers its content and the hash of the row before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.store.codec import sha256
from watcher.store.repository import upsertion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.store.connection import Connection

HEAD = "SELECT last, head FROM chain WHERE name = :name"
MOVE = upsertion("chain", ("name", "last", "head"), ("last", "head"))
GENESIS = bytes(32)


def head(connection: Connection, name: str) -> tuple[int, bytes]:
    """The highest id given so far and the hash that the next row builds on."""
    row = connection.row(HEAD, {"name": name})
    return (row[0], row[1]) if row else (0, GENESIS)


def extend(connection: Connection, name: str, contents: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Id and hash for each new row of a table, in order; one writer at a time makes both gapless."""
    if not contents:
        return []
    last, value = head(connection, name)
    links = []
    for content in contents:
        last, value = last + 1, sha256(value + content)
        links.append((last, value))
    connection.run(MOVE, {"name": name, "last": last, "head": value})
    return links
