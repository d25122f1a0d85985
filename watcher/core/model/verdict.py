"""What it means and what is told: verdicts, transitions, digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from watcher.core.model.base import Change, Facts, Standing, Tier, capitalised
from watcher.core.model.observation import Claim, Quote, Undecided


@dataclass(frozen=True, slots=True)
class SourceOutage:
    """A source that cannot be trusted at the moment."""

    source: str
    url: str
    since: datetime
    why: str
    essential: bool = False
    title: str = ""
    """What readers call it."""
    never: bool = False
    """Whether it was never read: it is tried in vain since then, and nothing of it was ever known."""

    @property
    def name(self) -> str:
        """Its title, or its id where it has none."""
        return self.title or self.source

    def out_of_sight(self, name: str = "") -> str:
        """What is said before its moment: `cannot see since`, or `never read, tried since`; with a name where one is given."""
        named = f" {name}" if name else ""
        return f"never read{named}, tried since" if self.never else f"cannot see{named} since"


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


class Fate(Enum):
    """What became of a claim in the decision: those that count first, then those that were set aside, each with its reason."""

    SETS = "sets the present status"
    SAME = "says the same as what set it"
    MOVED = "moved the track on its way"
    REPORTS = "is part of the press report that moved it"
    TAKES_BACK = "takes earlier claims back"
    GIVES_BACK = "says that what was taken back stands"
    NUMBERED = "tells an event of the series"
    AWAITED = "says what is awaited next"
    FLAG_UP = "raises a flag that is up"
    CLEARS = "lowers a flag"

    FOR_A_PERSON = "is for a person"
    TO_COME = "speaks of what is still to come"
    NO_STATUS = "says no status"
    UNDATED = "has no time of its own"
    RETOLD = "tells of what was long past"
    FINAL = "came after an end"
    NOT_FROM = "its rule does not lead on from there"
    LOWER = "its rule does not lead back"
    REPEATED = "said again what held then"
    OTHER_EVENT = "is of another event"
    OTHER_TIME = "is of another time"
    TAKEN_BACK = "was taken back"
    NOTHING_TO_TAKE_BACK = "found nothing to take back"
    TAKEN_TOO_OFTEN = "takes back once too often"
    UNDONE = "took back what stands again"
    NEVER_LEADS = "is said by who never leads"
    PRESS_NEVER = "is said by press, which is not heard on it"
    TOO_FEW = "is said by too few publishers"
    TOO_OFTEN = "its source said it too often"
    REPORTED_BEFORE = "comes after the report was complete"
    BESIDE_OFFICIAL = "stands beside official words"
    UNNUMBERED = "names no event"
    DOUBTFUL = "may be an event that has its number"
    KNOWN_EVENT = "is of an event that has its number"
    OLDER = "is older than the latest event"
    EXPIRED = "nothing followed in time"
    OUTRANKED = "something higher is awaited"
    FLAG_LOWERED = "its flag was lowered since"
    FLAG_OVER = "the time of its flag is over"

    @property
    def counts(self) -> bool:
        """Whether the claim counts in the verdict."""
        return self in _COUNTED


_COUNTED = frozenset(list(Fate)[: list(Fate).index(Fate.FOR_A_PERSON)])


class Ruling(NamedTuple):
    """What became of one claim, with what the decision knew when it was made."""

    fate: Fate
    status: str = ""
    """Where the track stood, or what it waits for."""
    at: datetime | None = None
    """When what set it aside happened."""
    flag: str = ""
    voices: int = 0
    """Independent publishers that were heard with it."""
    needed: int = 0
    within: timedelta = timedelta()
    number: int = 0
    """Of the event in its series."""
    title: str = ""


class Trace:
    """What became of each claim, as those say who decide; they are handed none where nobody asks."""

    __slots__ = ("_told",)

    def __init__(self) -> None:
        """Nothing is decided yet."""
        self._told: dict[int, tuple[Claim, Ruling]] = {}

    def put(self, claim: Claim, ruling: Ruling) -> None:
        """Keep what became of a claim; the last word counts."""
        self._told[id(claim)] = claim, ruling

    def beside(self, other: Trace) -> None:
        """Take over what became of claims that say no status, and are for no person."""
        self._told |= {key: told for key, told in other._told.items() if not (told[0].status or told[0].review)}

    def of(self, claim: Claim) -> Ruling:
        """What became of a claim that was decided on."""
        return self._told[id(claim)][1]


def told_before(report: Iterable[Quote], since: datetime | None) -> datetime | None:
    """When the first words of a report are dated, where that is before the moment from which it counts; None where it is not."""
    quotes = list(report)
    first = min((quote.published for quote in quotes if quote.published), default=None)
    by_press = all(quote.tier is Tier.PRESS for quote in quotes)
    return first if first and since and first < since and by_press else None


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
    until: datetime | None = None
    """When it becomes history, unless it is raised again before; none: it is up for as long as what it says holds."""
    undated: bool = False
    """Whether the words that raised it bear no day: `since` is when they were first seen, and it may have been so before."""

    @property
    def first_told(self) -> datetime | None:
        """When the first words of a report are dated that raised it once enough publishers had told it; None without such."""
        return told_before(self.evidence, self.since)

    @property
    def how_long(self) -> str:
        """What is said before its moment: `since`, or `seen` where nobody knows since when."""
        return "seen" if self.undated else "since"


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
    reported: tuple[tuple[str, datetime], ...] = ()
    """Of the path what the press alone has told."""
    reason: str = ""
    because_of: str = ""
    """`correction` where a claim was taken back by a later one (a vitiated or returned action), else empty."""
    proofs: Mapping[str, Quote] = field(default_factory=dict)
    """The words that tell each detail."""
    again: Mapping[str, datetime] = field(default_factory=dict)
    """When each detail that was told otherwise in between was first told as it is now."""
    of: Mapping[str, str] = field(default_factory=dict)
    """Of which earlier thing a detail was told, where nothing has told it of the one that the track names now."""
    beside: Facts = field(default_factory=dict)
    """Of a detail whose values hold beside one another, those that were told before the last one and not taken back."""


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
    blind: tuple[SourceOutage, ...]
    as_of: datetime
    verified_at: datetime | None = None
    """Oldest of the essential sources' last good readings: what holds was seen to hold then."""
    cannot_see_since: datetime | None = None
    """Set when an essential source is blind."""
    baseline: bool = False
    word: str = ""
    """The answer in a word: No, Yes, Partly, Not under that name, Unknown; empty where its headline declares none."""
    sentence: str = ""
    """The answer in a sentence that needs no other page."""
    half: str = ""
    """What a figure answers of the question beside that, in a sentence; empty where none does."""
    brief: str = ""
    """The answer in the fewest words that name what it is about; empty where its headline declares none."""
    means: str = ""
    """Of what its word is said, where that alone does not say it: `one paper, no new gap figure`; else empty."""
    undecided: tuple[Undecided, ...] = ()
    """Texts that may change it and that a person is reading, oldest first."""

    @property
    def answer(self) -> str:
        """The answer in a word and where it stands: `No. In the Senate Banking Committee, no vote`."""
        label = self.headline_label
        return f"{self.word}. {capitalised(label)}" if self.word else label

    @property
    def says(self) -> str:
        """The answer in its sentences, with that to the other half of the question."""
        return f"{self.sentence} {self.half}".strip()


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


@dataclass(frozen=True, slots=True)
class Digest:
    """The news of one moment: what changed, where the rest stands, and what cannot be seen."""

    id: str
    at: datetime
    kind: str
    """news | baseline | operator | undecided | weekly | reminder."""
    transitions: tuple[Transition, ...]
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    """Notes about one signal each, `(signal, words)`, for who follows it."""
    told: tuple[Transition, ...] = ()
    """Of a weekly note: the changes that messages told in the week, oldest first."""
    readings: tuple[tuple[str, int, int, int], ...] = ()
    """Of a weekly note: `(signal, its declared sources that were read in the week, that never were, all of them)`."""
    unread: tuple[tuple[str, str, bool], ...] = ()
    """Of a weekly note: `(signal, source, whether it ever was)` of each declared source that was not read in the week."""
    still: tuple[tuple[str, str, datetime], ...] = ()
    """Of a weekly note: `(signal, source, its newest entry)` of each that was read in it and has had nothing new for long."""
    undated: tuple[tuple[str, int], ...] = ()
    """Of a weekly note: `(signal, how many sources were read in it whose entries bear no days)`."""
    record: str = ""
    """Of a weekly note: where the chains of hashes end, for who keeps it."""
