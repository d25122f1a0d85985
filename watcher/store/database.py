"""What the store asks of a database: transactions that write or read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    import sqlalchemy as sa

    from watcher.store.connection import Connection

BUSY_SECONDS = 10.0
"""For how long another writer is waited for."""
EXPECTED = "expected sqlite:///PATH or postgresql://…"


class Database(ABC):
    """One of the two; every method that reaches it raises StoreError."""

    name: str
    """As shown to people, without a password."""
    path: Path | None = None
    """File of an embedded database."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction of the one writer: committed at the end, undone by any exception. One thread at a time."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that only reads, on one consistent state, beside any writer. From many threads."""

    @abstractmethod
    def altering(self) -> AbstractContextManager[sa.Connection]:
        """The writer's transaction as the migration machinery wants it."""

    @abstractmethod
    def version(self, connection: Connection) -> str:
        """The step at which the schema stands; empty for a new database."""

    @abstractmethod
    def create(self) -> None:
        """Make the tables of a new database at once, where that can be done."""

    @abstractmethod
    def token(self) -> str:
        """A word that changes with every commit of any process; no table is read for it. From many threads."""

    @abstractmethod
    def reset(self) -> None:
        """Start the next transaction that writes on a fresh connection."""

    @abstractmethod
    def tidy(self) -> None:
        """Give room back to the disk, where that is not the server's own business."""

    @abstractmethod
    def close(self) -> None:
        """Close all connections."""
