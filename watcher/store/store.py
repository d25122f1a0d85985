"""The one door to the database: transactions that write, and transactions that only read."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from watcher.store.backup import backup
from watcher.store.changes import Changes
from watcher.store.claims import Claims
from watcher.store.deliveries import Deliveries
from watcher.store.digests import Digests
from watcher.store.documents import Documents
from watcher.store.engine import BUSY_SECONDS, Engines, connect, tidy
from watcher.store.errors import StoreError
from watcher.store.guard import in_words
from watcher.store.head import HEAD
from watcher.store.migrate import migrate, version
from watcher.store.notes import Audit, Evidences, Meta, Mutes
from watcher.store.observations import Observations
from watcher.store.polls import Polls
from watcher.store.retention import Retention
from watcher.store.rows import Dropped, Policy, Verified
from watcher.store.sources import Sources
from watcher.store.subscribers import Subscribers
from watcher.store.transitions import Transitions
from watcher.store.verdicts import Verdicts
from watcher.store.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection

KEEP = Policy()


class Transaction:
    """One transaction, by the nouns it may speak of; all of it happens, or nothing."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.sources = Sources(connection)
        self.polls = Polls(connection)
        self.documents = Documents(connection)
        self.observations = Observations(connection)
        self.claims = Claims(connection)
        self.verdicts = Verdicts(connection)
        self.transitions = Transitions(connection)
        self.digests = Digests(connection)
        self.deliveries = Deliveries(connection)
        self.meta = Meta(connection)
        self.audit = Audit(connection)
        self.evidence = Evidences(connection)
        self.mutes = Mutes(connection)
        self.subscribers = Subscribers(connection)


class Store:
    """A database at the schema of this program. Safe to use from many threads; one of them writes at a time."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.changes = Changes(engines)
        self._lock = threading.Lock()
        self._owner = 0

    @classmethod
    def open(cls, url: str, *, durable: bool = True, wait: float = BUSY_SECONDS) -> Store:
        """Open `sqlite:///path` or `postgresql://…`, and bring it to the newest schema.

        `durable=False` leaves out the waiting for the disk (rehearsals, tests); `wait` is for how many seconds another
        writer is waited for. Raises StoreError, whose words say what to do.
        """
        store = cls(connect(url, durable=durable, wait=wait))
        try:
            store.upgrade()
        except BaseException:
            store.close()
            raise
        return store

    def upgrade(self) -> None:
        """Bring the schema to this program's. One that is there already is only read: asking never waits for a writer."""
        with self.reading() as tx:
            current = version(tx.connection) == HEAD
        if not current:
            self.engines.reader.dispose()
            with self.changing() as connection:
                migrate(connection, self.name)

    @property
    def name(self) -> str:
        """The database as shown to people, without a password."""
        return self.engines.name

    @cached_property
    def path(self) -> Path | None:
        """File of an embedded database."""
        return self.engines.path

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A connection in a transaction of the one writer. After an error the next one starts on a fresh connection."""
        if self._owner == threading.get_ident():
            raise RuntimeError("a transaction that writes was begun inside another one")
        with self._lock:
            self._owner = threading.get_ident()
            try:
                with in_words(self.name), self.engines.writer.begin() as connection:
                    yield connection
            except StoreError:
                self.engines.writer.dispose()
                raise
            finally:
                self._owner = 0

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that may write: committed at the end, undone by any exception. Never nest two. Raises StoreError."""
        with self.changing() as connection:
            yield Transaction(connection)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that only reads, on one consistent state, beside any writer. Raises StoreError."""
        with in_words(self.name), self.engines.reader.begin() as connection:
            yield Transaction(connection)

    def verify(self) -> Verified:
        """Hold everything that is chained against its hashes; the answer names the first broken link."""
        with self.reading() as tx:
            return verify(tx.connection)

    def backup(self, target: Path) -> None:
        """Copy an embedded database into one file, while it is in use. Raises StoreError."""
        with self.reading() as tx:
            backup(tx.connection, target)

    def retain(self, now: datetime, policy: Policy = KEEP) -> Dropped:
        """Let go what nothing cites and whose time is over, slice by slice, so that nobody waits long for the writer."""
        dropped = Dropped(**{span.name: self.shed(span.name, now - getattr(policy, span.name)) for span in fields(Policy)})
        documents = self.shed("documents", now - policy.bodies)
        with self._lock, in_words(self.name):
            tidy(self.engines)
        return replace(dropped, documents=documents)

    def shed(self, what: str, before: datetime) -> int:
        """All slices of one kind."""
        total = 0
        while True:
            with self.writing() as tx:
                removed: int = getattr(Retention(tx.connection), what)(before)
            total += removed
            if not removed:
                return total

    def token(self) -> str:
        """A word that changes with every commit of any process; no table is read for it. Raises StoreError."""
        with in_words(self.name):
            return self.changes.token()

    def close(self) -> None:
        """Close all connections."""
        self.changes.close()
        self.engines.writer.dispose()
        self.engines.reader.dispose()

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close at the end."""
        self.close()
