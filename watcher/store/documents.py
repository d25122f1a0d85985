"""Documents: the bytes of successful fetches, by hash, compressed."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from watcher.core.model import Document
from watcher.store.base import Noun, batches, table
from watcher.store.chain import extend
from watcher.store.codec import content, micros
from watcher.store.rows import Packed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

DOCUMENT = table("document")
LEVEL = 3
"""zlib: three times as fast as the default for a tenth more bytes."""
HELD = select(DOCUMENT.c.hash, DOCUMENT.c.id, DOCUMENT.c.body.is_(None).label("empty")).where(
    DOCUMENT.c.hash.in_(bindparam("hashes", expanding=True))
)
REFILL = update(DOCUMENT).where(DOCUMENT.c.hash == bindparam("which")).values(body=bindparam("bytes"))
CITE = update(DOCUMENT).where(DOCUMENT.c.hash.in_(bindparam("hashes", expanding=True)), ~DOCUMENT.c.cited).values(cited=True)


def pack(document: Document) -> Packed:
    """Compress a document; pure, so that it can be done before the one writer is held."""
    return Packed(
        hash=document.hash,
        url=document.url,
        final_url=document.final_url,
        content_type=document.content_type,
        fetched_at=document.fetched_at,
        size=len(document.body),
        body=zlib.compress(document.body, LEVEL),
    )


def line(packed: Packed) -> bytes:
    """What the chain covers; the body is covered by its own hash, so it may go without breaking the chain."""
    fetched = micros(packed.fetched_at)
    return content(packed.hash, packed.url, packed.final_url, packed.content_type, fetched, packed.size)


class Documents(Noun):
    """The bytes of successful fetches."""

    __slots__ = ()

    def put(self, documents: Iterable[Document | Packed]) -> int:
        """Store the documents that are not there yet; how many were new. A body that retention had dropped is refilled."""
        by_hash = {document.hash: document for document in documents}
        held = stored(self.connection, by_hash)
        fresh = [packed(document) for name, document in by_hash.items() if name not in held]
        links = extend(self.connection, "document", [line(document) for document in fresh])
        self.insert("document", [columns(one, *link) for one, link in zip(fresh, links, strict=True)])
        refill = [{"which": name, "bytes": packed(by_hash[name]).body} for name, (_, empty) in held.items() if empty]
        if refill:
            self.connection.execute(REFILL, refill)
        return len(fresh)

    def get(self, name: str) -> Document | None:
        """The document with this hash; None where it was never stored or its body was dropped."""
        row = self.connection.execute(select(DOCUMENT).where(DOCUMENT.c.hash == name)).one_or_none()
        if row is None or row.body is None:
            return None
        return Document(
            url=row.url,
            final_url=row.final_url,
            body=zlib.decompress(row.body),
            hash=row.hash,
            content_type=row.content_type,
            fetched_at=row.fetched_at,
        )

    def cite(self, hashes: Iterable[str]) -> None:
        """Keep these for good: a verdict or a transition quotes them."""
        for some in batches(sorted({name for name in hashes if name})):
            self.connection.execute(CITE, {"hashes": some})


def stored(connection: Connection, hashes: Iterable[str]) -> dict[str, tuple[int, bool]]:
    """Row id, and whether the body is gone, of those that are stored."""
    found = {}
    for some in batches(hashes):
        for row in connection.execute(HELD, {"hashes": some}):
            found[row.hash] = (row.id, bool(row.empty))
    return found


def packed(document: Document | Packed) -> Packed:
    """The document, compressed if it is not yet."""
    return document if isinstance(document, Packed) else pack(document)


def columns(document: Packed, number: int, chain: bytes) -> dict[str, object]:
    """The row of a document."""
    return {
        "id": number,
        "hash": document.hash,
        "url": document.url,
        "final_url": document.final_url,
        "content_type": document.content_type,
        "fetched_at": document.fetched_at,
        "size": document.size,
        "cited": False,
        "body": document.body,
        "chain": chain,
    }
