"""The shapes of the API's answers: plain values, a quote and a hash with everything that is claimed."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from watcher.core.model import Facts


class QuoteOut(BaseModel):
    """The words that prove something."""

    quote: str
    url: str
    title: str
    publisher: str
    tier: str
    published: datetime | None
    seen: datetime
    sha256: str


class FlagOut(BaseModel):
    """Something beside the status."""

    id: str
    label: str
    subject: str
    since: datetime
    evidence: list[QuoteOut]


class EventOut(BaseModel):
    """One member of a series."""

    key: str
    number: int
    title: str
    at: datetime
    outcome: str
    revised_at: datetime | None
    details: Facts
    evidence: list[QuoteOut]


class StepOut(BaseModel):
    """A status on the way, and when it began."""

    status: str
    at: datetime


class TrackOut(BaseModel):
    """Where one track stands."""

    id: str
    title: str
    status: str
    label: str
    meaning: str
    standing: str
    since: datetime | None
    seen_at: datetime | None
    voices: list[str]
    details: Facts
    path: list[StepOut]
    events: list[EventOut]
    flags: list[FlagOut]
    evidence: list[QuoteOut]


class FigureOut(BaseModel):
    """A number with its words; a value that nobody measured is null."""

    id: str
    label: str
    unit: str
    text: str
    note: str
    at: datetime | None
    values: Facts
    series: list[tuple[str, float | None]]
    evidence: QuoteOut | None


class BlindOut(BaseModel):
    """A source that cannot be trusted at the moment."""

    source: str
    title: str
    url: str
    since: datetime
    why: str
    essential: bool


class UndecidedOut(BaseModel):
    """A text of an official source or of a partner that may change the answer; a person is checking it."""

    id: int
    track: str
    may_say: str
    unexplained: list[str]
    effective_at: datetime
    asked_at: datetime | None
    evidence: list[QuoteOut]


class SignalOut(BaseModel):
    """Where a signal stands, the words that prove it, and what cannot be seen."""

    id: str
    title: str
    question: str
    headline: str
    word: str
    sentence: str
    answer: str
    standing: str | None
    since: datetime | None
    verified_at: datetime | None
    cannot_see_since: datetime | None
    overdue_since: datetime | None
    overdue_at: datetime | None
    as_of: datetime
    tracks: list[TrackOut]
    figures: list[FigureOut]
    blind: list[BlindOut]
    undecided: list[UndecidedOut]


class ListOut(BaseModel):
    """A list, or a part of one."""

    as_of: datetime
    total: int
    """How many there are in all parts."""
    next: str | None = None
    """Address of the next part; null behind the last."""


class SignalsOut(ListOut):
    """All signals at one moment."""

    signals: list[SignalOut]


class ChangeOut(BaseModel):
    """One thing that was told."""

    id: int
    signal: str
    track: str
    kind: str
    before: str
    after: str
    at: datetime
    effective_at: datetime | None
    standing: str
    headline: str
    answer: str
    event: str
    title: str
    outcome: str
    reason: str
    details: Facts
    evidence: list[QuoteOut]


class HistoryOut(ListOut):
    """Changes, newest first."""

    changes: list[ChangeOut]


class ChainEndOut(BaseModel):
    """The end of one chain of hashes."""

    name: str
    last: int
    head: str


class RecordOut(BaseModel):
    """Where the record ends: who keeps this can prove later that nothing before it was changed (`watcher verify --noted`)."""

    as_of: datetime
    chains: list[ChainEndOut]


class SourceOut(BaseModel):
    """What is known of one source's readings."""

    id: str
    title: str
    signal: str
    url: str
    publisher: str
    tier: str
    essential: bool
    outcome: str
    last_good_at: datetime | None
    last_tried_at: datetime | None
    next_at: datetime | None
    failing_since: datetime | None
    newest_entry_at: datetime | None
    error: str


class SourcesOut(ListOut):
    """Every source."""

    sources: list[SourceOut]
