"""The words of the watch as frozen values: what was seen, what it means, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from watcher.core.match import Sentence, Vocabulary

Scalar: TypeAlias = str | int | float | bool | None
Facts: TypeAlias = Mapping[str, Scalar | tuple[Scalar, ...]]


class Tier(StrEnum):
    """Who is speaking."""

    OFFICIAL = "official"
    PARTNER = "partner"
    PRESS = "press"
    COMMUNITY = "community"
    OPERATOR = "operator"


class Standing(StrEnum):
    """How well a status is supported, weakest first."""

    REPORTED = "reported"
    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"


class Change(StrEnum):
    """The kind of a transition."""

    BASELINE = "baseline"
    ADVANCE = "advance"
    STEP_BACK = "step_back"
    RAISED = "raised"
    NEXT = "next"
    CORRECTION = "correction"
    DETAIL = "detail"
    FLAG = "flag"


# --- what is declared (signals.toml) -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Follow:
    """Which links of a source's entries are fetched as documents of their own."""

    match: str
    """Regular expression searched in the link (bounded by the configuration reader)."""
    format: str
    every: timedelta
    title: str = ""
    """Regular expression searched in the entry's title; empty takes every title."""
    within: timedelta | None = None
    """Only entries dated at most this long before they were seen; None takes all."""
    keep: timedelta = timedelta(days=90)
    """How long a followed page is polled after it was found."""
    tier: Tier | None = None
    """Who speaks on the followed page; None: the tier of the source."""
    publisher: str = ""
    """Registrable domain of who speaks there; empty: the domain of the link."""
    surface: str = ""
    options: Facts = field(default_factory=dict)
    deep: bool = False
    """Also applied to the links that a followed page itself names (a report in a PDF)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where to look."""

    id: str
    signal: str
    url: str
    format: str
    publisher: str
    """Registrable domain of who speaks, or "link": each entry speaks for the domain of its own link."""
    tier: Tier
    every: timedelta
    surface: str = ""
    """Kind of place (release notes, newsroom, cloud …): two surfaces of one publisher may confirm each other."""
    expect_every: timedelta | None = None
    """Silence alarm: the newest entry should not be older than this."""
    grace: timedelta = timedelta(days=1)
    """How long without a trustworthy reading until the source counts as blind."""
    record: bool = False
    """A record restates everything each time; a stream forgets."""
    essential: bool = False
    """Without this source the signal itself cannot see."""
    options: Facts = field(default_factory=dict)
    follow: tuple[Follow, ...] = ()
    parent: str = ""
    """The source whose entry named this page; empty for a declared source."""
    until: datetime | None = None
    """End of polling, for a followed page."""
    may_be_empty: bool = False
    """Whether a reading without entries is trustworthy."""
    may_be_missing: bool = False
    """Whether 404 is an answer (a page that is expected to appear): then it is never blind for it."""


@dataclass(frozen=True, slots=True)
class Status:
    """A rung of a ladder, in the order of the ladder."""

    id: str
    label: str
    meaning: str
    consequence: str = ""
    """What the status changes for the reader."""
    next: str = ""
    """What would move it from here, in plain words."""
    final: bool = False
    steps_back: bool = False
    """Reaching it is a step back (rejected, suspended, blocked)."""
    urgent: bool = False
    confirm: int = 1
    """Independent voices, one of them official, for *confirmed*; fewer is *provisional*."""
    report: int = 0
    """Independent press publishers that make it *reported*; 0: press never moves it."""
    within: timedelta = timedelta(days=3)
    """Time inside which voices for it must lie together."""
    expires: timedelta | None = None
    """After this long the flag `overdue` is raised (a promise with a window)."""
    mail: bool = True
    """Whether reaching it is worth a message of its own; otherwise it is listed in the next digest."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When an entry supports a status, raises a flag, or is put on the review list."""

    id: str
    status: str = ""
    flag: str = ""
    review: bool = False
    when: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    """Facts that must have one of these values; True asks only that the fact is there, False that it is not."""
    sentence: Sentence | None = None
    """What one sentence must say (core/match.py)."""
    by: tuple[Tier, ...] = (Tier.OFFICIAL,)
    publishers: tuple[str, ...] = ()
    """Registrable domains or hosts that may say it; empty: any of the tiers."""
    sources: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """Exact hosts of the entry's own address; empty: any."""
    back_from: tuple[str, ...] = ()
    """Statuses above its own that this rule may leave (a restoration, a new motion after a blocked one)."""
    not_from: tuple[str, ...] = ()
    """Statuses that this rule never leaves."""
    cancels: tuple[str, ...] = ()
    """Statuses whose earlier claims this one takes back (a vitiated or returned action)."""
    clears: tuple[str, ...] = ()
    """Flags that this rule lowers."""
    confirm: int | None = None
    """Overrides the status' own `confirm`."""
    clock: datetime | None = None
    """A rule of time alone: holds from this moment on."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Detail name → fact name or `match:NAME` to carry with the claim."""
    event: str = ""
    """Fact that names what happened ("model"), or the entry's key, title or link; claims of one event corroborate each other."""
    outcome: bool = False
    """Whether the outcome of a series event is read from the entry's text (core/figures.py)."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something beside the status that a reader should see."""

    id: str
    label: str
    meaning: str
    mail: bool = True
    report: int = 0
    """Independent press publishers that raise it; 0: only official words do."""
    within: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The statuses of a kind of track, lowest first, with the rules that reach them."""

    id: str
    statuses: tuple[Status, ...]
    rules: tuple[Rule, ...]
    flags: tuple[Flag, ...] = ()
    series: bool = False
    """Events without a summit: each one is news once, then the track awaits the next."""
    quiet_after: timedelta | None = None
    """A series without an event for this long raises the flag `quiet`."""
    attributes: tuple[str, ...] = ()
    """Details that any later official claim updates, whatever its status (version, price, access model)."""

    def rank(self, status: str) -> int:
        """Position of a status on the ladder. Raises KeyError for a status that is not on it."""
        for position, rung in enumerate(self.statuses):
            if rung.id == status:
                return position
        raise KeyError(status)

    def rung(self, status: str) -> Status:
        """The status with this id. Raises KeyError."""
        return self.statuses[self.rank(status)]


@dataclass(frozen=True, slots=True)
class Track:
    """One thing followed on a ladder; the ladder's `$name` values are already filled in."""

    id: str
    title: str
    ladder: Ladder
    link: str = ""
    search: str = ""
    """Words that would find its successor when it ends (a bill's short title and sponsor)."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A line that holds when each track of `when`, and at least one of `any_of`, has one of its named statuses."""

    id: str
    label: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """A number to show, and how it is read."""

    id: str
    label: str
    unit: str
    kind: str
    """detail | pair | monthly | days_since | constant (core/figures.py)."""
    options: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """History that is counted as observed: a dated fact with its quote and official link."""

    track: str
    status: str
    at: datetime
    quote: str
    url: str
    publisher: str
    tier: Tier = Tier.OFFICIAL
    event: str = ""
    title: str = ""
    details: Facts = field(default_factory=dict)
    flag: str = ""
    clears: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Date:
    """A day that matters to the reader: an opening, a deadline, an end."""

    id: str
    label: str
    at: datetime
    remind: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """One question to the reader, and everything that answers it."""

    id: str
    title: str
    question: str
    why: str
    tracks: tuple[Track, ...]
    headlines: tuple[Headline, ...]
    sources: tuple[Source, ...]
    figures: tuple[FigureSpec, ...] = ()
    known: tuple[Known, ...] = ()
    dates: tuple[Date, ...] = ()
    opened: datetime | None = None
    window: timedelta | None = None
    window_passed: str = ""
    """What is said once the window has passed."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    wanted: str = ""
    changes_for_you: str = ""
    touches: tuple[str, ...] = ()
    """Which of the reader's tools it concerns: via_prc_lab, open_weights, distilled, or the name of a provider or model."""

    def track(self, track_id: str) -> Track:
        """The track with this id. Raises KeyError."""
        for track in self.tracks:
            if track.id == track_id:
                return track
        raise KeyError(track_id)


# --- what a fetch and a reading give -------------------------------------------------------------------------------


class Outcome(StrEnum):
    """How one poll ended; only OK feeds a decision, UNCHANGED renews the trust in the last reading."""

    OK = "ok"
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"
    ERROR = "error"
    MALFORMED = "malformed"
    EMPTY = "empty"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one successful fetch."""

    url: str
    """As asked for."""
    final_url: str
    """After redirects."""
    body: bytes
    hash: str
    """SHA-256 of the body, hexadecimal."""
    content_type: str
    fetched_at: datetime
    etag: str = ""
    last_modified: str = ""
    max_age: timedelta | None = None
    """How long the publisher asks to keep it, where it says so."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The publisher says that what we hold still stands."""

    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """No trustworthy reading, and why."""

    kind: Outcome
    reason: str
    status: int | None = None
    retry_after: timedelta | None = None


class Unreadable(Exception):  # noqa: N818 - the word of the design
    """A document that a format cannot trust; `kind` says how the poll is booked."""

    def __init__(self, reason: str, kind: Outcome = Outcome.MALFORMED) -> None:
        """Keep the reason in words."""
        super().__init__(reason)
        self.reason = reason
        self.kind = kind


# --- what was seen -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """What a format reads from a document."""

    key: str
    """Identity inside its source; the same entry keeps its key when it is edited."""
    title: str = ""
    text: str = ""
    """Plain text, paragraphs separated by newlines."""
    link: str = ""
    published: datetime | None = None
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observation:
    """An entry as seen: written once, never edited."""

    source: str
    entry: Entry
    seen_at: datetime
    document: str
    """SHA-256 of the stored document, hexadecimal."""
    publisher: str
    """Registrable domain of who speaks."""
    tier: Tier
    surface: str = ""
    url: str = ""
    """Where the document was read."""
    revision: int = 1
    id: int = 0
    first_seen_at: datetime | None = None
    """When revision 1 of this entry was seen."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The words that prove something, and where to find them."""

    text: str
    url: str
    publisher: str
    tier: Tier
    seen_at: datetime
    document: str = ""
    published: datetime | None = None
    source: str = ""
    title: str = ""
    read_at: str = ""
    """Address of the document that was read, where it is not the link (a feed, a record)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One rule holding on one observation."""

    signal: str
    track: str
    rule: str
    quote: Quote
    effective_at: datetime
    """When what it says happened, as far as the entry tells; else when it was published or seen."""
    status: str = ""
    flag: str = ""
    review: bool = False
    figure: str = ""
    voice: str = ""
    """Who counts as one voice: `publisher/surface`, or the row of a record."""
    event: str = ""
    order: int = 0
    """Sequence inside one day, oldest first."""
    details: Facts = field(default_factory=dict)
    reason: str = ""
    """Why it holds, in words."""
    observation: int = 0
    copy: int = 0
    """Fingerprint of the text: near copies are one voice."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one source's readings."""

    source: str
    url: str
    publisher: str
    last_good_at: datetime | None = None
    last_tried_at: datetime | None = None
    outcome: str = ""
    error: str = ""
    failing_since: datetime | None = None
    newest_entry_at: datetime | None = None
    next_at: datetime | None = None
    first_tried_at: datetime | None = None
    gone_since: datetime | None = None
    gone_polls: int = 0
    parent: str = ""


# --- what it means -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Blind:
    """A source that cannot be trusted at the moment."""

    source: str
    url: str
    since: datetime
    why: str
    essential: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One member of a series."""

    key: str
    title: str
    at: datetime
    number: int
    outcome: str
    evidence: tuple[Quote, ...]
    details: Facts = field(default_factory=dict)
    revised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RaisedFlag:
    """A flag that is up."""

    id: str
    label: str
    since: datetime
    evidence: tuple[Quote, ...] = ()
    mail: bool = True
    subject: str = ""
    """What it is about where one flag can be up for several things (a page, a model)."""


@dataclass(frozen=True, slots=True)
class TrackVerdict:
    """Where one track stands."""

    track: str
    status: str
    standing: Standing
    since: datetime | None
    """When what set the status happened."""
    seen_at: datetime | None
    """When the watch first saw it."""
    evidence: tuple[Quote, ...] = ()
    voices: tuple[str, ...] = ()
    details: Facts = field(default_factory=dict)
    flags: tuple[RaisedFlag, ...] = ()
    events: tuple[Event, ...] = ()
    """Series only: all events, oldest first."""
    path: tuple[tuple[str, datetime], ...] = ()
    """Statuses passed on the way, with their dates; the last one is the present."""
    reason: str = ""
    because_of: str = ""
    """`correction` where a claim was taken back by a later one (a vitiated or returned action), else empty."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with a unit, a date and a quote."""

    id: str
    label: str
    unit: str
    text: str
    """As it is shown: "94 % against 8 %", "60-40", "19.7x in April 2026"."""
    at: datetime | None = None
    quote: Quote | None = None
    values: Facts = field(default_factory=dict)
    series: tuple[tuple[str, float | None], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a signal stands, the words that prove it, and what cannot be seen."""

    signal: str
    headline: str
    headline_label: str
    tracks: tuple[TrackVerdict, ...]
    figures: tuple[Figure, ...]
    blind: tuple[Blind, ...]
    as_of: datetime
    verified_at: datetime | None = None
    """Oldest of the essential sources' last good readings: what holds was seen to hold then."""
    cannot_see_since: datetime | None = None
    """Set when an essential source is blind."""
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """The difference between two verdicts, told once."""

    signal: str
    track: str
    kind: Change
    before: str
    after: str
    at: datetime
    standing: Standing
    headline: str
    headline_label: str
    evidence: tuple[Quote, ...] = ()
    effective_at: datetime | None = None
    event: str = ""
    title: str = ""
    outcome: str = ""
    figures: Facts = field(default_factory=dict)
    details: Facts = field(default_factory=dict)
    mail: bool = True
    urgent: bool = False
    reason: str = ""
    id: int = 0


# --- what is told --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Digest:
    """The news of one moment: what changed, where the rest stands, and what cannot be seen."""

    id: str
    at: datetime
    kind: str
    """news | baseline | operator | weekly | reminder."""
    transitions: tuple[Transition, ...]
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
