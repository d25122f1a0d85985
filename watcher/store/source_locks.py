"""Which sources a process polls: of many processes on one PostgreSQL server only one asks a source at a time."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import sqlalchemy as sa

from watcher.store.engine import in_words, key_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from watcher.store.engine import Database

# A lock of the session: it ends with its connection, so with a process that is killed, whatever the clocks say.
TAKE = sa.text("SELECT key FROM unnest(CAST(:keys AS bigint[])) AS key WHERE pg_try_advisory_lock(key)")
GIVE_BACK = sa.text("SELECT pg_advisory_unlock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


class SourceLocks:
    """The sources that are ours to ask; with SQLite all of them. From many threads; the methods raise StoreError."""

    def __init__(self, database: Database) -> None:
        """Nothing is taken yet."""
        self._database = database
        self._shared = database.path is None
        self._connection: sa.Connection | None = None
        self._held = frozenset[str]()
        self._closed = False
        self._turn = threading.RLock()

    @property
    def closed(self) -> bool:
        """Whether everything was given back for good."""
        return self._closed

    def take(self, names: Collection[str]) -> frozenset[str]:
        """Those of the sources that no other process asks: they are ours until `only` or `close`, or until we die."""
        if not self._shared or not names:
            return frozenset(names)
        by_key = {key_of(name): name for name in names}
        with self._turn:
            if self._closed:  # a thread that was on its way when all was given back opens no connection any more
                return frozenset()
            # What is ours already would be taken a second time, and given back once.
            found = frozenset(by_key[key] for key in self._asked(TAKE, by_key.keys() - {key_of(name) for name in self._held}))
            self._held |= found
        return found

    def only(self, names: Collection[str]) -> None:
        """Give back all that are ours but these."""
        with self._turn:
            self.give_back(self._held.difference(names))

    def give_back(self, names: Collection[str]) -> None:
        """Give back those of these that are ours."""
        with self._turn:
            if gone := self._held.intersection(names):
                self._held -= gone
                self._asked(GIVE_BACK, [key_of(name) for name in gone])

    def close(self) -> None:
        """Give back everything; nothing is taken from then on."""
        with self._turn:
            self._closed = True
            self._let_go()

    def _let_go(self) -> None:
        with self._turn:
            self._held = frozenset()
            if self._connection is not None:
                with suppress(sa.exc.SQLAlchemyError):  # it may be lost; else it is done when we return, and not a moment later
                    self._connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
                self._connection.close()
                self._connection = None

    def _asked(self, statement: sa.TextClause, keys: Collection[int]) -> list[int]:
        """The first column of the answer. With a lost connection all locks are lost."""
        try:
            with in_words(self._database.name):
                if self._connection is None:
                    self._connection = self._opened()
                return list(self._connection.execute(statement, {"keys": list(keys)}).scalars())
        except BaseException:
            self._let_go()
            raise

    def _opened(self) -> sa.Connection:
        """A connection of our own, which no transaction holds open and no pool takes back."""
        connection = self._database.reader.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        return connection
