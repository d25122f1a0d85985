"""Wires configuration, store, network and notifiers together; nothing here decides anything."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from watcher import formats
from watcher.announce import Reader
from watcher.config import Config, rules_hash
from watcher.core.claims import claims_of
from watcher.core.model import Document, Entry, Facts, Signal
from watcher.fetch import Fetcher, FetchSettings
from watcher.observe import Read
from watcher.scheduler import Beat
from watcher.store import Store, Transaction


def utc_now() -> datetime:
    """The time, once: the only clock of the service."""
    return datetime.now(UTC)


def fetch_settings(config: Config) -> FetchSettings:
    """How to ask, from what is configured."""
    fetch = config.fetch
    return FetchSettings(
        via=fetch.via,
        contact=config.watch.contact,
        timeout=fetch.timeout,
        max_body=fetch.max_body,
        allow=fetch.allow,
        concurrency=fetch.concurrency,
        per_host_gap=fetch.per_host_gap,
        per_host=fetch.per_host,
        ca_file=fetch.ca_file,
    )


async def read_here(document: Document, name: str, options: Facts) -> tuple[Entry, ...]:
    """Read a document in this process, off the event loop."""
    return await asyncio.to_thread(formats.read, document, name, options)


def prepare(store: Store, config: Config, now: datetime) -> None:
    """Bring the store to the configuration: its sources, and the claims under its rules. Raises StoreError."""
    with store.writing() as tx:
        tx.sources.sync(config.sources, now)
        for signal in config.signals:
            renew_claims(tx, signal, now)


def renew_claims(tx: Transaction, signal: Signal, now: datetime) -> bool:
    """Make the claims of a signal anew from its observations where its rules have changed; whether they had."""
    rules = rules_hash(signal)
    if tx.claims.rules(signal.id) == rules:
        return False
    seen = tx.observations.of(signal.id, all_revisions=True)
    tx.claims.replace(signal.id, rules, (claim for one in list(seen) for claim in claims_of(signal, one)), now)
    return True


def readers_of(config: Config) -> tuple[Reader, ...]:
    """The recipients as the announcing beat knows them."""
    return tuple(
        Reader(
            id=one.id,
            channel=one.channel,
            address=one.to,
            signals=frozenset(one.signals),
            operator=one.operator,
            allowed_at=lambda at, _urgent: at,
        )
        for one in config.recipients
    )


@asynccontextmanager
async def beating(
    config: Config,
    store: Store,
    fetcher: Fetcher,
    *,
    deliver: Callable[[datetime], Awaitable[int]],
    read: Read = read_here,
    dice: Callable[[], float] = random.random,
    readers: Sequence[Reader] | None = None,
    known_until: datetime | None = None,
) -> AsyncIterator[Beat]:
    """Everything that the beats need, with the door to the network open."""
    async with fetcher:
        yield Beat(
            store=store,
            signals={signal.id: signal for signal in config.signals},
            readers=readers_of(config) if readers is None else readers,
            get=fetcher.get,
            read=read,
            dice=dice,
            wait=config.watch.group_wait,
            deliver=deliver,
            known_until=known_until,
        )
