"""The tables, each a noun of the design; `migrate` holds their indexes, and `migrations/` brings earlier databases here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from watcher.store.codec import micros, moment

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


# Kinds of columns that SQLModel does not have, and what the rows of all tables share.


class TableRow(SQLModel):
    """A row of a table. What is read from the database is not validated again, so what would do that is not built."""

    model_config: ClassVar[Any] = {"defer_build": True}


class Moment(TypeDecorator[datetime]):
    """A moment, the same in every database: sortable, exact, without a zone to lose."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - interface
        """On the way in."""
        return micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - interface
        """On the way out."""
        return moment(value)


def when(**options: Any) -> Any:  # noqa: ANN401 - as SQLModel's own Field
    """A column that holds a moment."""
    return Field(sa_type=Moment, **options)


def maybe(**options: Any) -> Any:  # noqa: ANN401 - as SQLModel's own Field
    """A column that may hold a moment."""
    return Field(default=None, sa_type=Moment, nullable=True, **options)


def binary(**options: Any) -> Any:  # noqa: ANN401 - as SQLModel's own Field
    """A column of bytes."""
    return Field(sa_type=LargeBinary, **options)


# The tables of the three stages: sources, what was seen, what is claimed and decided, what is told.

CLUSTERED = {"sqlite_with_rowid": False}


class SourceRow(TableRow, table=True):
    """Where to look, when next, and how the last readings went."""

    __tablename__ = "source"
    id: str = Field(primary_key=True)
    signal: str
    url: str
    declared: str
    """The whole Source as JSON."""
    parent: str = ""
    until: datetime | None = maybe()
    retired_at: datetime | None = maybe()
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    failures: int = 0
    outcome: str = ""
    error: str = ""
    next_at: datetime | None = maybe()
    first_tried_at: datetime | None = maybe()
    last_tried_at: datetime | None = maybe()
    last_good_at: datetime | None = maybe()
    failing_since: datetime | None = maybe()
    newest_entry_at: datetime | None = maybe()
    gone_since: datetime | None = maybe()
    gone_polls: int = 0


class PollRow(TableRow, table=True):
    """One poll, until retention rolls it up."""

    __tablename__ = "poll"
    __table_args__: ClassVar[Any] = CLUSTERED
    source: str = Field(primary_key=True)
    at: datetime = when(primary_key=True)
    outcome: str
    ms: int = 0


class PollDayRow(TableRow, table=True):
    """The polls of one source on one day (UTC)."""

    __tablename__ = "poll_day"
    __table_args__: ClassVar[Any] = CLUSTERED
    source: str = Field(primary_key=True)
    day: datetime = when(primary_key=True)
    ok: int = 0
    unchanged: int = 0
    blocked: int = 0
    failed: int = 0


class DocumentRow(TableRow, table=True):
    """The bytes of one successful fetch; the body goes when nothing cites it any more."""

    __tablename__ = "document"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hash: str = Field(unique=True)
    url: str
    final_url: str
    content_type: str
    fetched_at: datetime = when()
    size: int
    cited: bool = False
    """Whether a verdict or a transition quotes it."""
    body: bytes | None = binary(nullable=True)
    chain: bytes = binary()


class EntryRow(TableRow, table=True):
    """The present of an entry: its latest revision, and whether its record still has it."""

    __tablename__ = "entry"
    __table_args__: ClassVar[Any] = CLUSTERED
    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    revision: int
    digest: str
    observation: int
    first_seen_at: datetime = when()
    missing_since: datetime | None = maybe()
    missing_reads: int = 0
    withdrawn_at: datetime | None = maybe()


class WithdrawalRow(TableRow, table=True):
    """From when to when an entry was withdrawn, for questions about the past."""

    __tablename__ = "absence"
    __table_args__: ClassVar[Any] = CLUSTERED
    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    since: datetime = when(primary_key=True)
    until: datetime | None = maybe()


class ObservationRow(TableRow, table=True):
    """An entry as seen: written once, never edited."""

    __tablename__ = "observation"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    source: str
    key: str
    revision: int
    seen_at: datetime = when()
    first_seen_at: datetime = when()
    document: int | None = Field(default=None, foreign_key="document.id", nullable=True)
    publisher: str
    tier: str
    surface: str = ""
    url: str = ""
    entry: str
    chain: bytes = binary()


class RulesRow(TableRow, table=True):
    """Under which rules the claims of a signal were made."""

    __tablename__ = "ruling"
    signal: str = Field(primary_key=True)
    rules: str
    at: datetime = when()


class ClaimRow(TableRow, table=True):
    """One rule holding on one observation."""

    __tablename__ = "claim"
    id: int | None = Field(default=None, primary_key=True)
    signal: str
    track: str
    observation: int | None = Field(default=None, foreign_key="observation.id", nullable=True)
    seen_at: datetime = when()
    claim: str


class VerdictRow(TableRow, table=True):
    """Where a signal stood from `at` on."""

    __tablename__ = "verdict"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    signal: str
    at: datetime = when()
    headline: str
    digest: str
    verdict: str
    chain: bytes = binary()


class CurrentVerdictRow(TableRow, table=True):
    """Which verdict of a signal holds, and when that was last seen to be so."""

    __tablename__ = "present"
    signal: str = Field(primary_key=True)
    verdict: int = Field(foreign_key="verdict.id")
    as_of: datetime = when()
    verified_at: datetime | None = maybe()
    baseline_at: datetime | None = maybe()
    brief: str | None = None
    """A verdict as a digest carries it."""
    brief_of: int | None = None
    """Which verdict that is: an older program puts new ones without it."""


class TransitionRow(TableRow, table=True):
    """The difference between two verdicts, told once."""

    __tablename__ = "transition"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    signal: str
    at: datetime = when()
    kind: str
    digest: str | None = Field(default=None, foreign_key="digest.id", nullable=True)
    transition: str
    chain: bytes = binary()


class DigestRow(TableRow, table=True):
    """The news of one moment."""

    __tablename__ = "digest"
    id: str = Field(primary_key=True)
    at: datetime = when()
    kind: str
    digest: str


class DeliveryRow(TableRow, table=True):
    """One message to one recipient by one notifier: the outbox."""

    __tablename__ = "delivery"
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(foreign_key="digest.id")
    recipient: str
    channel: str
    address: str
    message_id: str
    message: str = ""
    state: str
    created_at: datetime = when()
    attempts: int = 0
    next_at: datetime | None = maybe()
    lease_until: datetime | None = maybe()
    attempt_started_at: datetime | None = maybe()
    sent_at: datetime | None = maybe()
    error: str = ""
    uncertain: bool = False


# The tables beside the three stages: what people did, what the program remembers, and the chains of hashes.


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
