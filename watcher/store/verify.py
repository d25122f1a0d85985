"""Walk the chains of hashes and the stored bytes, and name the first thing that is not as it was written."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from watcher.store import documents, observations, verdicts
from watcher.store.chain import GENESIS, head
from watcher.store.codec import content, moment, sha256
from watcher.store.records import ChainEnd, Verified
from watcher.store.repository import Repository, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

GAPS = 'SELECT "first", "last", prior, chain FROM gap WHERE name = :name'
LAST_OF_GAP = 'SELECT chain FROM gap WHERE name = :name AND "last" = :last'
DOCUMENTS = f"SELECT id, chain, body, {', '.join(documents.COVERED)} FROM document ORDER BY id"
OBSERVATIONS = (
    f"SELECT observation.id, observation.chain, {observations.COVERED} FROM observation"
    " LEFT JOIN document ON document.id = observation.document ORDER BY observation.id"
)
VERDICTS = "SELECT id, chain, signal, at, verdict FROM verdict ORDER BY id"
TRANSITIONS = "SELECT id, chain, signal, at, transition FROM transition ORDER BY id"


class Broken(Exception):  # noqa: N818 - a finding, not a failure
    """The first link that does not hold, in words."""


def document_line(row: Row) -> bytes:
    """What the chain covers, after the body was held against its own hash."""
    number, _, body, *covered = row
    name, url, *_ = covered
    if body is not None and not matches(body, name):
        raise Broken(f"document {number} ({url}): its bytes do not match its hash {name}")
    return content(*covered)


def matches(body: bytes, name: str) -> bool:
    """Whether a compressed body has this SHA-256."""
    try:
        return sha256(zlib.decompress(body)).hex() == name
    except zlib.error:
        return False


CHAINS: Mapping[str, tuple[str, Callable[[Row], bytes]]] = {
    "document": (DOCUMENTS, document_line),
    "observation": (OBSERVATIONS, lambda row: content(*row[2:])),
    "verdict": (VERDICTS, lambda row: verdicts.verdict_line(row[2], moment(row[3]), row[4])),
    "transition": (TRANSITIONS, lambda row: verdicts.transition_line(row[2], moment(row[3]), row[4])),
}
"""Of each table what gives id, hash and what the hash covers, oldest first, and what makes one line of bytes of that."""


def verify(store: Repository, noted: Iterable[ChainEnd] = ()) -> Verified:
    """Walk everything, oldest first; stop at the first broken link, or at the first noted end that does not stand there."""
    counted: dict[str, int] = {}
    left: list[ChainEnd] = []
    try:
        pages(store)
        for name in CHAINS:
            counted[name] = sum(1 for _ in walk(store, name))
        left += [end for end in noted if not is_there(store, end)]
    except Broken as found:
        return Verified(tuple(counted.items()), str(found))
    return Verified(tuple(counted.items()), not_compared=tuple(left))


def is_there(store: Repository, noted: ChainEnd) -> bool:
    """Whether a chain holds the hash that was noted of it; False where its row was deleted in its time. Raises Broken."""
    if noted.last > head(store.session, noted.name).last:
        raise Broken(f"{noted.name} {noted.last} is missing, though it was noted")
    found = store.value(f"SELECT chain FROM {noted.name} WHERE id = :id", {"id": noted.last})
    found = found or store.value(LAST_OF_GAP, {"name": noted.name, "last": noted.last})
    if found is not None and not bytes(found).hex().startswith(noted.head):
        raise Broken(f"{noted.name} {noted.last} is not what was noted: its hash is {bytes(found).hex()[: len(noted.head)]}")
    return found is not None


def pages(store: Repository) -> None:
    """Ask the SQLite database whether its own pages and references hold."""
    if store.connection.dialect.name != "sqlite":
        return
    answer = store.value("PRAGMA quick_check(1)")
    if answer != "ok":
        raise Broken(f"the file itself is damaged: {answer}")
    lost = store.row("PRAGMA foreign_key_check")
    if lost:
        raise Broken(f"{lost[0]} {lost[1]} refers to a row of {lost[2]} that is not there")


def walk(store: Repository, name: str) -> Iterator[int]:
    """The ids of a chain whose links hold, oldest first. Raises Broken at the first that does not."""
    statement, line = CHAINS[name]
    gaps = {first: (last, prior, chain) for first, last, prior, chain in store.rows(GAPS, {"name": name})}
    end = head(store.session, name)
    due, prior = 1, GENESIS
    for row in store.stream(statement):
        due, prior = leap(gaps, name, due, prior)
        number, chain = row[:2]
        if number != due:
            raise Broken(f"{name} {due} is missing")
        if sha256(prior + line(row)) != chain:
            raise Broken(f"{name} {number} was changed after it was written")
        due, prior = due + 1, chain
        yield number
    due, prior = leap(gaps, name, due, prior)
    if due <= end.last:
        raise Broken(f"{name} {due} is missing")
    if due != end.last + 1 or prior != end.head:
        raise Broken(f"{name} {due - 1} is not the end that was written")


def leap(gaps: Mapping[int, tuple[int, bytes, bytes]], name: str, due: int, prior: bytes) -> tuple[int, bytes]:
    """Step over the rows that retention dropped in between; their hashes still link what is left."""
    while due in gaps:
        last, before, chain = gaps[due]
        if before != prior:
            raise Broken(f"{name} {due} to {last} were dropped, but what came before them was changed")
        due, prior = last + 1, chain
    return due, prior
