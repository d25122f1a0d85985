"""What is watched: the tables [[signal]] and [ladder.NAME], with all that stands in them.

What a key means is said here, or at the value of the core that has a class and a field of the same name.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from watcher import formats
from watcher.config.types import (
    Duration,
    ElementName,
    Facts,
    Filled,
    Id,
    MaybeUrl,
    Moment,
    NameOf,
    Pace,
    Pattern,
    Scalar,
    Several,
    SourceId,
    Speaker,
    Table,
    Url,
)
from watcher.core.model import Tier

FormatName: TypeAlias = Annotated[str, NameOf(formats.names())]


class Expect(Table):
    """What a document of a source looks like; one that does not is not read as if it did: the source is blind."""

    entries: int = 0
    dated: bool = False
    newest_within: Duration | None = None
    words: Several[str] = ()
    element: Several[ElementName] = ()
    links: Pattern = ""


class Follow(Table):
    """Which links of a source's entries are fetched as documents of their own."""

    match: Pattern
    format: FormatName
    every: Pace
    title: Pattern = ""
    within: Duration | None = None
    keep: Duration = timedelta(days=90)
    tier: Speaker | None = None
    publisher: str = ""
    surface: str = ""
    options: Facts = Field(default_factory=dict)
    expect: Expect | None = None
    deep: bool = False


class Source(Table):
    """Where to look."""

    id: SourceId = ""
    url: Url
    format: FormatName = "feed"
    publisher: str = ""
    tier: Speaker
    every: Pace = timedelta(hours=1)
    title: str = ""
    surface: str = ""
    expect_every: Duration | None = None
    grace: Duration = timedelta(days=1)
    record: bool = False
    essential: bool = False
    options: Facts = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    expect: Expect | None = None
    follow: list[Follow] = Field(default_factory=list)
    may_be_empty: bool = False
    may_be_missing: bool = False


class Track(Table):
    """One thing followed on a ladder; `bind` gives what the ladder asks for as `$name`."""

    id: Id = ""
    title: str = ""
    ladder: Id
    bind: dict[Id, Scalar | list[Scalar]] = Field(default_factory=dict)
    link: MaybeUrl = ""
    search: str = ""


class Headline(Table):
    """A line that holds when each track of `when`, and at least one of `any_of`, has one of its named statuses."""

    id: Id
    label: str
    when: dict[str, Several[str]] = Field(default_factory=dict)
    any_of: dict[str, Several[str]] = Field(default_factory=dict)
    word: str = ""
    says: str = ""


class FigureSpec(Table):
    """A number to show, and how it is read."""

    id: Id
    label: str
    unit: str = ""
    kind: str
    options: Facts = Field(default_factory=dict)


class DeclaredFact(Table):
    """History that is counted as observed: a dated fact with its quote and official link."""

    track: str
    status: str
    at: Moment
    quote: str
    url: Url
    publisher: str = ""
    tier: Speaker = Tier.OFFICIAL
    event: str = ""
    title: str = ""
    details: Facts = Field(default_factory=dict)
    flag: str = ""
    clears: Several[str] = ()


class Date(Table):
    """A day that matters to the reader: an opening, a deadline, an end."""

    id: Id
    label: str
    at: Moment
    remind: Several[Duration] = ()


class Article(Table):
    """The text that the question comes from; its window counts from there."""

    title: str
    url: Url
    by: str
    at: Moment


class Example(Table):
    """What a text must, or must not, be read as; run by the tests and by `watcher check`."""

    track: str = ""
    """Id of the track; by default the signal's first."""
    status: str = "none"
    """Status that it claims, or `none` where it must claim nothing."""
    seen: str = ""
    """The text."""
    title: str = ""
    """The title over it."""
    tier: Speaker = Tier.OFFICIAL
    """Who speaks."""
    publisher: str = ""
    """Registrable domain of who speaks."""
    url: MaybeUrl = ""
    """Address of the text."""
    source: str = ""
    """Id of the source that shows it; what is left out here is then as there."""
    surface: str = ""
    """Kind of place."""
    at: Moment | None = None
    """When it was published."""
    flag: str = ""
    """Flag that it raises."""
    facts: Facts = Field(default_factory=dict)
    """Typed fields of the entry."""


class Signal(Table):
    """One question to the reader, and everything that answers it."""

    id: Id
    title: Filled = ""
    question: Filled
    why: str = ""
    opened: Moment | None = None
    window: Duration | None = None
    article: Article | None = None
    known: list[DeclaredFact] = Field(default_factory=list)
    vocabulary: dict[str, Any] = Field(default_factory=dict)
    wanted: str = ""
    changes_for_you: str = ""
    touches: Several[str] = ()
    track: list[Track]
    source: list[Source]
    headline: list[Headline] = Field(default_factory=list)
    figure: list[FigureSpec] = Field(default_factory=list)
    date: list[Date] = Field(default_factory=list)
    example: list[Example] = Field(default_factory=list)


class Status(Table):
    """A rung of a ladder, in the order of the ladder."""

    id: Id
    label: str = ""
    meaning: str = ""
    consequence: str = ""
    next: str = ""
    final: bool = False
    steps_back: bool = False
    urgent: bool = False
    confirm: int = 1
    report: int = 0
    within: Duration = timedelta(days=3)
    expires: Duration | None = None
    mail: bool = True
    wakes: bool = False


class Rule(Table):
    """When an entry supports a status, raises a flag, or is handed to a person."""

    id: Id
    status: str = ""
    flag: str = ""
    review: bool = False
    when: dict[str, Several[Scalar]] = Field(default_factory=dict)
    by: Several[Speaker] = (Tier.OFFICIAL,)
    publishers: Several[str] = ()
    sources: Several[str] = ()
    surfaces: Several[str] = ()
    hosts: Several[str] = ()
    back_from: Several[str] = ()
    not_from: Several[str] = ()
    cancels: Several[str] = ()
    clears: Several[str] = ()
    confirm: int | None = None
    clock: Moment | None = None
    details: dict[str, str] = Field(default_factory=dict)
    event: str = ""
    outcome: bool = False
    says: dict[str, Any] | None = None


class Flag(Table):
    """Something beside the status that a reader should see."""

    id: Id
    label: str = ""
    meaning: str = ""
    mail: bool = True
    report: int = 0
    within: Duration = timedelta(days=3)
    lasts: Duration | None = None
    differs: Several[str] = ()


class EventOutcome(Table):
    """What an event of a series can say, the strongest reading first: of two texts about one event the stronger is kept."""

    id: Id
    label: str = ""
    says: str = ""
    at_least: float | None = None


class Side(Table):
    """One of the two whose rates a publication sets against each other."""

    id: Id
    label: str
    names: Several[str]


class Ladder(Table):
    """The statuses of a kind of track, lowest first, with the rules that reach them."""

    series: bool = False
    quiet_after: Duration | None = None
    difference: str = ""
    heard: Several[str] = ()
    attributes: Several[str] = ()
    status: list[Status]
    rule: list[Rule] = Field(default_factory=list)
    flag: list[Flag] = Field(default_factory=list)
    outcome: list[EventOutcome] = Field(default_factory=list)
    side: list[Side] = Field(default_factory=list)
