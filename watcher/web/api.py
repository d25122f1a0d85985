"""The read-only API under /api/v1: from what the watch knows to the values that others read."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from watcher.core.addresses import redact, redact_all, safe_link
from watcher.core.model import Event as SeriesEvent
from watcher.core.model import Facts, Figure, Quote, RaisedFlag, Signal, TrackVerdict, Transition, Undecided
from watcher.web.read_model import SourceHealth, View
from watcher.web.status_path import standing_words
from watcher.web.summary import summarise_signals

# The shapes of the API's answers: plain values, a quote and a hash with everything that is claimed.


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
    reported: bool = Field(description="Whether the press alone has told it: no official words have said it since.")


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
    beside: Facts = Field(
        description="Of details whose values hold beside one another: what was stated before and not taken back."
    )
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


# The values, from what the watch knows.

ALL = slice(None)


def quote_out(quote: Quote) -> QuoteOut:
    """A quote for others, as the page shows it; an address that no reader should follow is left out."""
    return QuoteOut(
        quote=redact(quote.text),
        url=safe_link(quote.url),
        title=redact(quote.title),
        publisher=quote.publisher,
        tier=quote.tier.value,
        published=quote.published,
        seen=quote.seen_at,
        sha256=quote.document,
    )


def _quotes(quotes: tuple[Quote, ...]) -> list[QuoteOut]:
    return [quote_out(quote) for quote in quotes]


def _flag(flag: RaisedFlag) -> FlagOut:
    return FlagOut(id=flag.id, label=flag.label, subject=redact(flag.subject), since=flag.since, evidence=_quotes(flag.evidence))


def _event(event: SeriesEvent) -> EventOut:
    return EventOut(
        key=event.key,
        number=event.number,
        title=redact(event.title),
        at=event.at,
        outcome=event.outcome,
        revised_at=event.revised_at,
        details=redact_all(event.details),
        evidence=_quotes(event.evidence),
    )


def _track(signal: Signal, verdict: TrackVerdict) -> TrackOut:
    track = signal.track(verdict.track)
    label, meaning = standing_words(track, verdict)
    return TrackOut(
        id=track.id,
        title=track.title,
        status=verdict.status,
        label=label,
        meaning=meaning,
        standing=verdict.standing.value,
        since=verdict.since,
        seen_at=verdict.seen_at,
        voices=list(verdict.voices),
        details=redact_all(verdict.details),
        beside=redact_all(verdict.beside),
        path=[StepOut(status=status, at=at, reported=(status, at) in verdict.reported) for status, at in verdict.path],
        events=[_event(event) for event in verdict.events],
        flags=[_flag(flag) for flag in verdict.flags],
        evidence=_quotes(verdict.evidence),
    )


def _figure(figure: Figure) -> FigureOut:
    return FigureOut(
        id=figure.id,
        label=figure.label,
        unit=figure.unit,
        text=redact(figure.text),
        note=figure.note,
        at=figure.at,
        values=figure.values,
        series=list(figure.series),
        evidence=quote_out(figure.quote) if figure.quote else None,
    )


def signal_out(view: View, signal: Signal) -> SignalOut:
    """One signal for others."""
    verdict, summary = view.verdicts.get(signal.id), summarise_signals(view, signal)
    blind = [
        BlindOut(source=b.source, title=b.title, url=safe_link(b.url), since=b.since, why=b.why, essential=b.essential)
        for b in summary.blind
    ]
    return SignalOut(
        id=signal.id,
        title=signal.title,
        question=signal.question,
        headline=verdict.headline if verdict else "",
        word=summary.word,
        sentence=summary.says,
        answer=summary.answer,
        standing=summary.support.value if summary.support else None,
        since=summary.since,
        verified_at=summary.verified_at,
        cannot_see_since=summary.cannot_see_since,
        overdue_since=summary.overdue_since,
        overdue_at=summary.overdue_at,
        as_of=view.as_of,
        tracks=[_track(signal, track) for track in verdict.tracks] if verdict else [],
        figures=[_figure(figure) for figure in verdict.figures] if verdict else [],
        blind=blind,
        undecided=[_undecided(text) for text in summary.undecided],
    )


def _undecided(text: Undecided) -> UndecidedOut:
    return UndecidedOut(
        id=text.id,
        track=text.track,
        may_say=text.status,
        unexplained=list(text.unexplained),
        effective_at=text.effective_at,
        asked_at=text.asked_at,
        evidence=_quotes(text.quotes),
    )


def change_out(item: Transition) -> ChangeOut:
    """One change for others."""
    return ChangeOut(
        id=item.id,
        signal=item.signal,
        track=item.track,
        kind=item.kind.value,
        before=item.before,
        after=item.after,
        at=item.at,
        effective_at=item.effective_at,
        standing=item.standing.value,
        headline=item.headline,
        answer=redact(item.headline_label),
        event=item.event,
        title=redact(item.title),
        outcome=item.outcome,
        reason=redact(item.reason),
        details=redact_all(item.details),
        evidence=_quotes(item.evidence),
    )


def source_out(strip: SourceHealth) -> SourceOut:
    """One source for others."""
    source, health = strip.source, strip.health
    return SourceOut(
        id=source.id,
        title=source.title,
        signal=source.signal,
        url=safe_link(source.url),
        publisher=source.publisher,
        tier=source.tier.value,
        essential=source.essential,
        outcome=health.outcome,
        last_good_at=health.last_good_at,
        last_tried_at=health.last_tried_at,
        next_at=health.next_at,
        failing_since=health.failing_since,
        newest_entry_at=health.newest_entry_at,
        error=health.error,
    )


def signals_out(view: View, part: slice = ALL) -> SignalsOut:
    """All signals for others, or a part of them."""
    return SignalsOut(as_of=view.as_of, total=len(view.signals), signals=[signal_out(view, each) for each in view.signals[part]])


def history_out(view: View, part: slice = ALL) -> HistoryOut:
    """The changes, newest first, or a part of them."""
    return HistoryOut(as_of=view.as_of, total=len(view.history), changes=[change_out(item) for item in view.history[::-1][part]])


def record_out(view: View) -> RecordOut:
    """The ends of the chains of hashes; none for a past moment."""
    chains = [ChainEndOut(name=end.name, last=end.last, head=end.head) for end in view.record]
    return RecordOut(as_of=view.as_of, chains=chains)


def sources_out(view: View, part: slice = ALL) -> SourcesOut:
    """Every source for others, or a part of them."""
    return SourcesOut(as_of=view.as_of, total=len(view.strips), sources=[source_out(strip) for strip in view.strips[part]])
