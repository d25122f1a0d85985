"""The one door to the database: transactions that write, and transactions that only read."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Self

from watcher.store.claims import Claims
from watcher.store.deliveries import Deliveries
from watcher.store.digests import Digests
from watcher.store.documents import Documents
from watcher.store.engine import BUSY_SECONDS, Engines, connect
from watcher.store.errors import StoreError, in_words
from watcher.store.migrate import migrate
from watcher.store.notes import Audit, Evidences, Meta, Mutes
from watcher.store.observations import Observations
from watcher.store.polls import Polls
from watcher.store.sources import Sources
from watcher.store.transitions import Transitions
from watcher.store.verdicts import Verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection


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


class Store:
    """A database at the schema of this program. Safe to use from many threads; one of them writes at a time."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self._lock = threading.Lock()

    @classmethod
    def open(cls, url: str, *, durable: bool = True, wait: float = BUSY_SECONDS) -> Store:
        """Open `sqlite:///path` or `postgresql://…`, and bring it to the newest schema.

        `durable=False` leaves out the waiting for the disk (rehearsals, tests); `wait` is for how many seconds another
        writer is waited for. Raises StoreError, whose words say what to do.
        """
        store = cls(connect(url, durable=durable, wait=wait))
        try:
            with store.changing() as connection:
                migrate(connection, store.name)
        except BaseException:
            store.close()
            raise
        return store

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
        with self._lock:
            try:
                with in_words(self.name), self.engines.writer.begin() as connection:
                    yield connection
            except StoreError:
                self.engines.writer.dispose()
                raise

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

    def close(self) -> None:
        """Close all connections."""
        self.engines.writer.dispose()
        self.engines.reader.dispose()

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close at the end."""
        self.close()
