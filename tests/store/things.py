"""Builders of what is put into a store."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.core.model import (
    Change,
    Claim,
    DeclaredFact,
    Digest,
    Document,
    Entry,
    Observation,
    Outcome,
    Quote,
    Source,
    Standing,
    Tier,
    TrackVerdict,
    Transition,
    Verdict,
)
from watcher.store.engine import driver
from watcher.store.records import Outgoing, Poll
from watcher.store.store import Store

T0 = datetime(2026, 6, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def source(name: str = "feed", **changes: Any) -> Source:
    base = Source(name, "sig", f"https://{name}.example/", "feed", "lab.example", Tier.OFFICIAL, HOUR)
    return replace(base, **changes)


def document(text: str = "words", at: datetime = T0) -> Document:
    body = text.encode()
    name = hashlib.sha256(body).hexdigest()
    return Document("https://feed.example/", "https://feed.example/", body, name, "text/html", at)


def seen(key: str = "k", text: str = "words", *, name: str = "feed", at: datetime = T0, **changes: Any) -> Observation:
    held = changes.pop("document", document().hash)
    base = Observation(name, Entry(key, f"Title of {key}", text), at, held, "lab.example", Tier.OFFICIAL)
    return replace(base, **changes)


def quote(text: str = "it is open", held: str = "", at: datetime = T0) -> Quote:
    return Quote(text, "https://lab.example/news", "lab.example", Tier.OFFICIAL, at, held)


def claim(observation: int = 0, status: str = "available", *, at: datetime = T0, held: str = "", **changes: Any) -> Claim:
    base = Claim("sig", "it", "open", quote(held=held, at=at), at, status=status, observation=observation)
    return replace(base, **changes)


def verdict(status: str = "available", at: datetime = T0, held: str = "", **changes: Any) -> Verdict:
    track = TrackVerdict("it", status, Standing.CONFIRMED, at, at, (quote(held=held),))
    return replace(Verdict("sig", f"is_{status}", f"It is {status}", (track,), (), (), at), **changes)


def transition(after: str = "available", at: datetime = T0, held: str = "") -> Transition:
    words = (quote(held=held),)
    return Transition("sig", "it", Change.ADVANCE, "none", after, at, Standing.CONFIRMED, "h", "H", words)


def digest(name: str = "d1", at: datetime = T0, *changes: Transition) -> Digest:
    return Digest(name, at, "news", changes, (verdict(),))


def outgoing(recipient: str = "me", at: datetime = T0, channel: str = "smtp") -> Outgoing:
    return Outgoing(recipient, channel, f"{recipient}@reader.example", at)


def known(status: str = "available", at: datetime = T0) -> DeclaredFact:
    return DeclaredFact("it", status, at, "it is open", "https://lab.example/", "lab.example", Tier.OPERATOR)


def poll(name: str = "feed", outcome: Outcome = Outcome.OK, at: datetime = T0, **changes: Any) -> Poll:
    return replace(Poll(name, at, outcome, at + HOUR), **changes)


def overheard(store: Store) -> list[str]:
    """The statements, with their values, that the writer of an embedded database runs from now on."""
    heard: list[str] = []
    with store.writing() as tx:
        driver(tx.connection.connection).set_trace_callback(heard.append)
    return heard


def look(store: Store, *observations: Observation, docs: tuple[Document, ...] = (document(),)) -> list[Observation]:
    """Store the documents and what was read from them."""
    with store.writing() as tx:
        tx.documents.put(docs)
        return tx.observations.add(observations)
