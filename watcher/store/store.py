"""The gateway to the database: transactions that write, and transactions that only read."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager, nullcontext
from dataclasses import fields
from typing import TYPE_CHECKING, Self

from sqlmodel import Session

from watcher.store.audit import Audit, Evidences, Meta, Mutes, Undecideds
from watcher.store.backup import backup
from watcher.store.deliveries import Deliveries
from watcher.store.documents import Documents
from watcher.store.engine import ALONE, BUSY_SECONDS, Database, Scope, connect, exclude
from watcher.store.errors import StoreError
from watcher.store.observations import Claims, Observations
from watcher.store.recipients import Mailboxes, Subscribers
from watcher.store.records import ChainEnd, Dropped, Policy, Verified
from watcher.store.repository import Repository
from watcher.store.retention import START, Retention, Slice, SliceStart
from watcher.store.revision import bring_up_to_date, version
from watcher.store.shared import Shared, SourceLocks
from watcher.store.sources import Polls, Sources
from watcher.store.verdicts import Digests, Transitions, Verdicts
from watcher.store.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType


KEEP = Policy()
PAGES = "pages"
"""What retention gives back to the disk at its end."""


class Transaction(Repository):
    """One transaction, by the nouns it may speak of; all of it happens, or nothing."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        here = session, self.connection
        self.sources = Sources(*here)
        self.polls = Polls(*here)
        self.documents = Documents(*here)
        self.observations = Observations(*here)
        self.claims = Claims(*here)
        self.verdicts = Verdicts(*here)
        self.transitions = Transitions(*here)
        self.digests = Digests(*here)
        self.deliveries = Deliveries(self.connection)
        self.meta = Meta(*here)
        self.mailboxes = Mailboxes(*here)
        self.audit = Audit(*here)
        self.evidence = Evidences(*here)
        self.mutes = Mutes(*here)
        self.undecided = Undecideds(*here)
        self.subscribers = Subscribers(*here)
        self.shared = Shared(self.connection)

    def exclude(self, name: str) -> None:
        """Keep out, to the end of this transaction, every other one that does the same under this name."""
        exclude(self.connection, [name])


class Store:
    """A database at the schema of this program. Safe to use from many threads; to a file one of them writes at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._lock = threading.Lock()
        self._turn = threading.local()
        self._source_locks: list[SourceLocks] = []

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
        with self._writes():
            bring_up_to_date(self.database)

    def version(self) -> str:
        """The step at which the schema stands; empty for a new database. Raises StoreError."""
        with self.database.reading() as connection:
            return version(connection)

    @property
    def name(self) -> str:
        """The database as shown to people, without a password."""
        return self.database.name

    @property
    def path(self) -> Path | None:
        """File of an embedded database."""
        return self.database.path

    @contextmanager
    def writing(self, scope: Scope = ALONE) -> Iterator[Transaction]:
        """A transaction that may write: committed at the end, undone by any exception. Never nest two. Raises StoreError.

        On a server one with a scope of its own works beside others that have one; on a file there is one at a time.
        """
        with self._writes(), self.database.writing(scope) as connection, Session(connection, expire_on_commit=False) as session:
            yield Transaction(session)
            session.flush()

    @contextmanager
    def _writes(self) -> Iterator[None]:
        """To a file one thread writes at a time. After an error the next one starts on a fresh connection."""
        if getattr(self._turn, "taken", False):
            raise RuntimeError("a transaction that writes was begun inside another one")
        with self._lock if self.path else nullcontext():
            self._turn.taken = True
            try:
                yield
            except StoreError:
                self.database.reset()
                raise
            finally:
                self._turn.taken = False

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that only reads, on one consistent state, beside any writer. Raises StoreError."""
        with self.database.reading() as connection, Session(connection) as session:
            yield Transaction(session)

    def verify(self, noted: Iterable[ChainEnd] = ()) -> Verified:
        """Hold everything that is chained against its hashes, and against ends noted before; the answer names what is broken."""
        with self.reading() as tx:
            return verify(tx, noted)

    def backup(self, target: Path) -> None:
        """Copy an embedded database into one file, while it is in use. Raises StoreError."""
        with self.reading() as tx:
            backup(tx.connection, target)

    def retain(self, now: datetime, policy: Policy = KEEP) -> Dropped:
        """Delete what nothing cites and whose time is over, all of it."""
        removed = Counter[str]()
        for what, many in self.retention(now, policy):
            removed[what] += many
        del removed[PAGES]
        return Dropped(**removed)

    def retention(self, now: datetime, policy: Policy = KEEP) -> Iterator[tuple[str, int]]:
        """The same slice by slice: of what, and how many rows, after each transaction. Between two of them others write."""
        spans = {span.name: now - getattr(policy, span.name) for span in fields(Policy)}
        for what, before in (*spans.items(), ("documents", spans["bodies"])):
            place: SliceStart | None = START
            while place is not None:
                with self.writing() as tx:
                    done: Slice = getattr(Retention(tx.session), what)(before, place)
                place = done.next
                yield what, done.removed
        left = True
        while left:
            with self._lock:
                left = self.database.tidy()
            yield PAGES, 0

    def source_locks(self) -> SourceLocks:
        """What keeps other processes from asking the sources that this one asks; closed with the store at the latest."""
        locks = SourceLocks(self.database)
        # What was given back is forgotten: each cycle that has no poller of a daemon's takes its own.
        self._source_locks = [*(one for one in self._source_locks if not one.closed), locks]
        return locks

    def token(self) -> str:
        """A word that changes with every commit of any process; no table is read for it. Raises StoreError."""
        return self.database.token()

    def close(self) -> None:
        """Close all connections."""
        for locks in self._source_locks:
            locks.close()
        self.database.close()

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close at the end."""
        self.close()
