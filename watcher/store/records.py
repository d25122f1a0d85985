"""What the store takes and gives beside the types of the core, as frozen values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.core.model import DeclaredFact, Health, Outcome, Source

SHORT_HASH = 16
"""Hexadecimal digits of a noted hash: 64 bits, which nobody meets by trying."""


class MetaKey(StrEnum):
    """Under which names the store keeps what is no row of its own: they stand in every database, and stay as they are."""

    CONFIG_DIGEST = "prepared under"
    """Of the configuration for which the sources were last made ready."""
    CONFIGURATIONS = "configurations"
    """Hashes of those by which workers have worked, oldest first."""
    CONSOLE_SESSIONS = "console sessions"
    DELIVERIES_GIVEN_UP = "given up and told"
    """Of which deliveries given up the operator has been told."""
    DETAILS_TOLD = "details told at once"
    """The number of the last detail that went to those who ask for each."""
    DOCUMENTS_REFUSED = "documents refused"
    JOBS = "jobs"
    """What the jobs of the running watch did last."""
    LINK_KEY = "key of the links"
    """Signs the links of subscribers, where the environment gives no key."""
    MAILBOX_REFUSED = "refused:"
    """Behind it a recipient: how many mails in a row its mailbox has refused for good."""
    MAILBOX_STOPPED = "gone:"
    """Behind it a recipient: which address is sent nothing more, since when and why."""
    OUTAGES_TOLD = "outages told at"
    """When the operator was last told of sources that were lost or are seen again."""
    OWNERS = "owners"
    """The watches that run on this database."""
    PLAN = "plan"
    """Hash of what the watches on this database look at and decide by."""
    QUEUE_SCHEMA = "procrastinate schema"
    """The last step of the queue's schema."""
    REHEARSED_TO = "rehearsed to"
    REMINDERS_LAST_RUN = "reminders looked at"
    RETENTION_LAST_RUN = "let go at"
    RULES_OF_VERDICT = "settled under "
    """Behind it a signal: the hash of the rules of its last verdict."""
    SUBSCRIPTIONS_ASKED = "subscriptions asked for"
    VERDICT_HOLDS = "holds "
    """Behind it a signal: since when and until when nothing but news changes its verdict."""


@dataclass(frozen=True, slots=True)
class Due:
    """A source to poll now, with what the last readings left."""

    source: Source
    health: Health
    etag: str
    last_modified: str
    body_hash: str
    failures: int
    """Failed polls in a row."""


@dataclass(frozen=True, slots=True)
class Poll:
    """How one poll ended. Only OK replaces what is kept of the body; UNCHANGED renews it, the others keep it."""

    source: str
    at: datetime
    outcome: Outcome
    next_at: datetime
    error: str = ""
    ms: int = 0
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    newest_entry_at: datetime | None = None
    expected: bool = False
    """A page that may be missing, and is: no failure."""


@dataclass(frozen=True, slots=True)
class PollDay:
    """The polls of one source on one day (UTC), rolled up."""

    source: str
    day: datetime
    ok: int
    unchanged: int
    blocked: int
    failed: int


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What is known of an entry: enough to tell new from changed from seen before."""

    source: str
    key: str
    revision: int
    digest: str
    observation: int
    """Latest observation of it; 0 when retention has dropped it."""
    first_seen_at: datetime
    missing_since: datetime | None = None
    """First good reading of a record without it."""
    missing_reads: int = 0
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    """A document with its body compressed, ready to be stored."""

    hash: str
    url: str
    final_url: str
    content_type: str
    fetched_at: datetime
    size: int
    body: bytes


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one recipient, to be put in the outbox with its digest."""

    recipient: str
    channel: str
    address: str
    next_at: datetime
    message_id: str = ""
    """Empty: derived from digest, recipient and channel."""
    message: str = ""
    """The rendered message, where it is kept."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one recipient by one notifier, as the outbox knows it."""

    id: int
    digest: str
    recipient: str
    channel: str
    address: str
    message_id: str
    state: State
    created_at: datetime
    attempts: int = 0
    next_at: datetime | None = None
    lease_until: datetime | None = None
    attempt_started_at: datetime | None = None
    sent_at: datetime | None = None
    error: str = ""
    uncertain: bool = False
    """An attempt was cut off: the recipient may have it already; it is repeated under the same id."""
    message: str = ""


def addressee(recipient: str) -> str:
    """A recipient as pages and mails may name it: the identities of subscribers are private."""
    return "a subscriber" if "@" in recipient or recipient.startswith("subscriber") else recipient


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person has added, and whether it was taken back."""

    id: int
    signal: str
    known: DeclaredFact
    by: str
    reason: str
    at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_why: str = ""


@dataclass(frozen=True, slots=True)
class Mute:
    """A silence that a person has asked for."""

    id: int
    signal: str
    track: str
    """Empty: the whole signal."""
    by: str
    reason: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A reader who has asked for mail on the page; writes to nobody before `confirmed_at` is set."""

    id: str
    """Chosen at random by the caller; says nothing of the address."""
    address: str
    created_at: datetime
    signals: tuple[str, ...] = ()
    """Empty: all."""
    pace: str = "at_once"
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A recipient to whom nothing more is sent."""

    recipient: str
    fingerprint: str
    """Of the address: another one may be written to."""
    since: datetime | None
    why: str


def stopped_of(recipient: str, kept: str) -> Stopped:
    """What is kept of a recipient that is stopped: fingerprint of the address, moment and reason, with spaces between."""
    address, since, why = (*kept.split(" ", 2), "", "")[:3]
    return Stopped(recipient, address, datetime.fromisoformat(since) if since else None, why)


def stopped_words(one: Stopped) -> str:
    """That nothing more is sent to a recipient, since when and why, in a line."""
    since = f" since {one.since:%Y-%m-%d}" if one.since else ""
    return f"{addressee(one.recipient)} is sent nothing more{since}{f': {one.why}' if one.why else ''}"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit list: who did what, when and why."""

    at: datetime
    who: str
    what: str
    why: str = ""
    id: int = 0


_TO_RECIPIENT = re.compile(r"^(writes no more to|writes to|sent a trial to) (?:a subscriber|\S+)")


def for_readers(act: AuditEntry) -> AuditEntry:
    """A line of the audit list as readers may see it: of one about a recipient neither the name nor the reason."""
    what, private = _TO_RECIPIENT.subn(r"\1 a recipient", act.what)
    return replace(act, what=what, why="") if private else act


@dataclass(frozen=True, slots=True)
class Policy:
    """How long things are kept that no claim, verdict or transition cites."""

    polls: timedelta = timedelta(days=14)
    """Then rolled up by day."""
    poll_days: timedelta = timedelta(days=400)
    bodies: timedelta = timedelta(days=30)
    observations: timedelta = timedelta(days=400)
    deliveries: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many rows a retention run removed."""

    polls: int = 0
    poll_days: int = 0
    bodies: int = 0
    observations: int = 0
    documents: int = 0
    deliveries: int = 0


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The end of a chain of hashes at some moment: who notes it elsewhere can prove later that nothing before it was changed."""

    name: str
    last: int
    """The highest number given so far."""
    head: str
    """Its hash, hexadecimal; a noted one may be shortened."""

    @property
    def words(self) -> str:
        """As it is noted: `transition 57 3fa1b2c3d4e5f607`."""
        return f"{self.name} {self.last} {self.head[:SHORT_HASH]}"


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome of walking the chains: rows walked by table, and the first broken link in words."""

    rows: tuple[tuple[str, int], ...]
    broken: str = ""
    not_compared: tuple[ChainEnd, ...] = ()
    """Noted ends whose row retention has deleted since, between others: nothing is left to hold them against."""
