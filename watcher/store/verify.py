"""Walk the chains of hashes and the stored bytes, and name the first thing that is not as it was written."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, select

from watcher.core.model import Entry, Observation, Tier
from watcher.store import documents, observations, transitions, verdicts
from watcher.store.base import STREAM, table
from watcher.store.chain import GENESIS, head
from watcher.store.codec import sha256
from watcher.store.rows import Packed, Verified

if TYPE_CHECKING:
    from collections.abc import Mapping

GAP = table("gap")


class Broken(Exception):  # noqa: N818 - a finding, not a failure
    """The first link that does not hold, in words."""


def document_line(row: Row[Any]) -> bytes:
    """What the chain covers, after the body was held against its own hash."""
    if row.body is not None and not matches(row.body, row.hash):
        raise Broken(f"document {row.id} ({row.url}): its bytes do not match its hash {row.hash}")
    return documents.line(
        Packed(row.hash, row.url, row.final_url, row.content_type, row.fetched_at, row.size, b""),
    )


def matches(body: bytes, name: str) -> bool:
    """Whether a compressed body has this SHA-256."""
    try:
        return sha256(zlib.decompress(body)).hex() == name
    except zlib.error:
        return False


def observation_line(row: Row[Any]) -> bytes:
    """What the chain covers."""
    seen = Observation(
        source=row.source,
        entry=Entry(row.key),
        seen_at=row.seen_at,
        document=row.hash or "",
        publisher=row.publisher,
        tier=Tier(row.tier),
        surface=row.surface,
        url=row.url,
        revision=row.revision,
        first_seen_at=row.first_seen_at,
    )
    return observations.line(seen, row.entry)


CHAINS: Mapping[str, tuple[Select[Any], Callable[[Row[Any]], bytes]]] = {
    "document": (select(documents.DOCUMENT), document_line),
    "observation": (observations.SEEN, observation_line),
    "verdict": (select(verdicts.VERDICT), lambda row: verdicts.line(row.signal, row.at, row.verdict)),
    "transition": (select(transitions.TRANSITION), lambda row: transitions.line(row.signal, row.at, row.transition)),
}


def verify(connection: Connection) -> Verified:
    """Walk everything, oldest first; stop at the first broken link."""
    counted: dict[str, int] = {}
    try:
        pages(connection)
        for name in CHAINS:
            counted[name] = sum(1 for _ in walk(connection, name))
    except Broken as found:
        return Verified(tuple(counted.items()), str(found))
    return Verified(tuple(counted.items()))


def pages(connection: Connection) -> None:
    """Ask the embedded database whether its own pages and references hold."""
    if connection.dialect.name != "sqlite":
        return
    answer = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if answer != "ok":
        raise Broken(f"the file itself is damaged: {answer}")
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost:
        raise Broken(f"{lost[0]} {lost[1]} refers to a row of {lost[2]} that is not there")


def walk(connection: Connection, name: str) -> Iterator[int]:
    """The ids of a chain whose links hold, oldest first. Raises Broken at the first that does not."""
    statement, line = CHAINS[name]
    gaps = {gap.first: gap for gap in connection.execute(select(GAP).where(GAP.c.name == name))}
    last, end = head(connection, name)
    due, prior = 1, GENESIS
    for row in connection.execute(statement.order_by(table(name).c.id), execution_options=STREAM):
        due, prior = leap(gaps, name, due, prior)
        if row.id != due:
            raise Broken(f"{name} {due} is missing")
        if sha256(prior + line(row)) != row.chain:
            raise Broken(f"{name} {row.id} was changed after it was written")
        due, prior = due + 1, row.chain
        yield row.id
    due, prior = leap(gaps, name, due, prior)
    if due <= last:
        raise Broken(f"{name} {due} is missing")
    if due != last + 1 or prior != end:
        raise Broken(f"{name} {due - 1} is not the end that was written")


def leap(gaps: Mapping[int, Row[Any]], name: str, due: int, prior: bytes) -> tuple[int, bytes]:
    """Step over the rows that retention dropped in between; their hashes still link what is left."""
    while due in gaps:
        gap = gaps[due]
        if gap.prior != prior:
            raise Broken(f"{name} {due} to {gap.last} were dropped, but what came before them was changed")
        due, prior = gap.last + 1, gap.chain
    return due, prior
