"""The tables beside the three stages: what people did, what the program remembers, and the chains of hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger
from sqlmodel import Field

from watcher.store.columns import TableRow, binary, maybe, when
from watcher.store.tables import CLUSTERED


class ChainRow(TableRow, table=True):
    """The end of the chain of hashes over one table."""

    __tablename__ = "chain"
    name: str = Field(primary_key=True)
    last: int
    """The highest id given so far."""
    head: bytes = binary()


class GapRow(TableRow, table=True):
    """Rows that retention has dropped from a chain: what was before the first, and the hash of the last."""

    __tablename__ = "gap"
    __table_args__: ClassVar[Any] = CLUSTERED
    name: str = Field(primary_key=True)
    first: int = Field(primary_key=True)
    last: int
    prior: bytes = binary()
    chain: bytes = binary()


class MetaRow(TableRow, table=True):
    """A value by its key."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class ActRow(TableRow, table=True):
    """Who did what, when and why."""

    __tablename__ = "act"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = when()
    who: str
    what: str
    why: str = ""


class EvidenceRow(TableRow, table=True):
    """Evidence that a person has added."""

    __tablename__ = "evidence"
    id: int | None = Field(default=None, primary_key=True)
    signal: str
    known: str
    by: str
    reason: str
    at: datetime = when()
    withdrawn_at: datetime | None = maybe()
    withdrawn_by: str = ""
    withdrawn_why: str = ""


class UndecidedRow(TableRow, table=True):
    """A text that a person is asked about, or was passed by as old; its words are never asked about again."""

    __tablename__ = "undecided"
    id: int | None = Field(default=None, primary_key=True)
    signal: str
    text: str
    """The whole Undecided as JSON, as it was asked."""
    asked_at: datetime | None = maybe()
    settled_at: datetime | None = maybe()
    settled_by: str = ""
    settled_as: str = ""
    settled_why: str = ""
    evidence: int | None = Field(default=None, foreign_key="evidence.id", nullable=True)


class SubscriberRow(TableRow, table=True):
    """A reader who has asked for mail on the page."""

    __tablename__ = "subscriber"
    id: str = Field(primary_key=True)
    address: str = Field(unique=True)
    signals: str
    """JSON list of signal ids; empty for all."""
    pace: str
    created_at: datetime = when()
    confirmed_at: datetime | None = maybe()


class MuteRow(TableRow, table=True):
    """A silence that a person has asked for."""

    __tablename__ = "mute"
    id: int | None = Field(default=None, primary_key=True)
    signal: str
    track: str = ""
    by: str
    reason: str
    since: datetime = when()
    until: datetime | None = maybe()


class HostTurnRow(TableRow, table=True):
    """From when on a host may be asked again, by whichever worker on a server."""

    __tablename__ = "host_turn"
    host: str = Field(primary_key=True)
    free_at: datetime = when()


class JobRunRow(TableRow, table=True):
    """How often the jobs of one task ended in one way, on all workers together."""

    __tablename__ = "job_run"
    task: str = Field(primary_key=True)
    outcome: str = Field(primary_key=True)
    many: int = Field(sa_type=BigInteger)
    seconds: float
    """How long all of them took."""
    last_at: datetime = when()
