"""Documents: the bytes of successful fetches, by hash, compressed."""

from __future__ import annotations

import zlib
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from watcher.core.model import Document
from watcher.store.chain import extend, hold
from watcher.store.codec import content, micros, moment
from watcher.store.records import Packed
from watcher.store.repository import Repository, batches
from watcher.store.tables import DocumentRow

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVEL = 3
"""zlib: three times as fast as the default for a tenth more bytes."""
HELD = "SELECT hash, id, body IS NULL FROM document WHERE hash IN :hashes"
ONE_DOCUMENT = "SELECT url, final_url, body, hash, content_type, fetched_at FROM document WHERE hash = :hash"
REFILL = "UPDATE document SET body = :body WHERE hash = :hash"
FIND = "SELECT hash FROM document WHERE body IS NOT NULL AND (hash LIKE :start OR url = :url) ORDER BY fetched_at DESC LIMIT 1"
CITE = "UPDATE document SET cited = TRUE WHERE NOT cited AND hash IN :hashes"
COVERED = ("hash", "url", "final_url", "content_type", "fetched_at", "size")
"""What the chain covers; the body is covered by its own hash, so it may go without breaking the chain."""
covered = itemgetter(*COVERED)


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


class Documents(Repository):
    """The bytes of successful fetches."""

    __slots__ = ()

    def put(self, documents: Iterable[Document | Packed]) -> int:
        """Store the documents that are not there yet; how many were new. A body that retention had dropped is refilled."""
        by_hash = {document.hash: document for document in documents}
        held = self.stored(by_hash)
        # What costs is done before the end of the chain is held; by then another process may have stored the same.
        new = {name: columns(packed(document)) for name, document in by_hash.items() if name not in held}
        end = None
        if new:
            end = hold(self.session, "document")
            held |= self.stored(new)
        fresh = [row for name, row in new.items() if name not in held]
        links = extend(self.session, "document", [content(*covered(row)) for row in fresh], end)
        for row, (number, chain) in zip(fresh, links, strict=True):
            row["id"], row["chain"] = number, chain
        self.insert(DocumentRow, fresh)
        refill = [{"hash": name, "body": packed(by_hash[name]).body} for name, (_, empty) in held.items() if empty]
        self.run_all(REFILL, refill)
        return len(fresh)

    def find(self, name: str) -> Document | None:
        """The newest document whose hash begins with this text, or that came from this address; None where none is kept."""
        row = self.row(FIND, {"start": f"{name}%", "url": name})
        return self.get(row[0]) if row else None

    def get(self, name: str) -> Document | None:
        """The document with this hash; None where it was never stored or its body was dropped."""
        row = self.row(ONE_DOCUMENT, {"hash": name})
        if row is None or row[2] is None:
            return None
        url, final_url, body, found, content_type, fetched_at = row
        return Document(url, final_url, zlib.decompress(body), found, content_type, moment(fetched_at))

    def cite(self, hashes: Iterable[str]) -> None:
        """Keep these for good: a verdict or a transition quotes them."""
        for some in batches(sorted({name for name in hashes if name})):
            self.run(CITE, {"hashes": some})

    def stored(self, hashes: Iterable[str]) -> dict[str, tuple[int, bool]]:
        """Row id, and whether the body is gone, of those that are stored."""
        found = (self.rows(HELD, {"hashes": some}) for some in batches(hashes))
        return {name: (number, bool(empty)) for rows in found for name, number, empty in rows}


def packed(document: Document | Packed) -> Packed:
    """The document, compressed if it is not yet."""
    return document if isinstance(document, Packed) else pack(document)


def columns(document: Packed) -> dict[str, Any]:
    """The row of a document, before it is linked into the chain."""
    return {
        "hash": document.hash,
        "url": document.url,
        "final_url": document.final_url,
        "content_type": document.content_type,
        "fetched_at": micros(document.fetched_at),
        "size": document.size,
        "cited": False,
        "body": document.body,
    }
