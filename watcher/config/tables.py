"""The tables of signals.toml: what is watched, and the whole file with the tables of its channels."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, TypeAlias, get_type_hints

from pydantic import Field, create_model

import notifiers
from watcher import formats
from watcher.config.settings import Fetch, Ground, Recipient, Store, Tool, Watch, Web
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

# What is watched: the tables [[signal]] and [ladder.NAME], with all that stands in them.

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
    """How the pages are read."""
    every: Pace
    """How often each of them is asked."""
    title: Pattern = ""
    within: Duration | None = None
    keep: Duration = timedelta(days=90)
    tier: Speaker | None = None
    publisher: str = ""
    surface: str = ""
    """Kind of place; empty: that of the source."""
    options: Facts = Field(default_factory=dict)
    """What the format is told beside the page."""
    expect: Expect | None = None
    deep: bool = False


class Source(Table):
    """Where to look."""

    id: SourceId = ""
    """Name of the source, for good; empty: made of the address."""
    url: Url
    format: FormatName = "feed"
    """How documents are read."""
    publisher: str = ""
    tier: Speaker
    """Who speaks."""
    every: Pace = timedelta(hours=1)
    """How often it is asked."""
    title: str = ""
    surface: str = ""
    expect_every: Duration | None = None
    grace: Duration = timedelta(days=1)
    record: bool = False
    essential: bool = False
    options: Facts = Field(default_factory=dict)
    """What the format is told beside the document."""
    headers: dict[str, str] = Field(default_factory=dict)
    expect: Expect | None = None
    follow: list[Follow] = Field(default_factory=list)
    """Which links of its entries are fetched, too."""
    may_be_empty: bool = False
    may_be_missing: bool = False


class Track(Table):
    """One thing followed on a ladder; `bind` gives what the ladder asks for as `$name`."""

    id: Id = ""
    """Name of the track, for good; empty: that of its ladder."""
    title: str = ""
    """What it is called; empty: made of the id, or the signal's where it is the only one."""
    ladder: Id
    """Name of its ladder."""
    bind: dict[Id, Scalar | list[Scalar]] = Field(default_factory=dict)
    """What the ladder asks for as `$name`."""
    link: MaybeUrl = ""
    """Page where a person can follow it."""
    search: str = ""


class Headline(Table):
    """A line that holds when each track of `when`, and at least one of `any_of`, has one of its named statuses."""

    id: Id
    """Name of the answer, for good."""
    label: str
    """The answer; `{track.label}` and `{track.detail}` are filled in."""
    when: dict[str, Several[str]] = Field(default_factory=dict)
    """For each of these tracks, the statuses that it may have."""
    any_of: dict[str, Several[str]] = Field(default_factory=dict)
    """The same, of which one track is enough."""
    word: str = ""
    says: str = ""
    brief: str = ""
    means: str = ""


class FigureSpec(Table):
    """A number to show, and how it is read."""

    id: Id
    """Name of the number, for good."""
    label: str
    """What it counts."""
    unit: str = ""
    """What it is counted in."""
    kind: str
    options: Facts = Field(default_factory=dict)
    """What the kind needs: `track`, `detail`, `text`, `base_mean`, `source`, `note` and the like."""
    says: dict[str, str] = Field(default_factory=dict)


class DeclaredFact(Table):
    """History that is counted as observed: a dated fact with its quote and official link."""

    track: str
    """Id of the track that it is of."""
    status: str
    """Status that was reached."""
    at: Moment
    """When it happened."""
    quote: str
    """The words that prove it."""
    url: Url
    """Where they stand."""
    publisher: str = ""
    """Registrable domain of who speaks; empty: that of `url`."""
    tier: Speaker = Tier.OFFICIAL
    """Who speaks."""
    event: str = ""
    """For a series: what the event was about."""
    title: str = ""
    """Title of the page."""
    details: Facts = Field(default_factory=dict)
    """Details that it sets, such as `{ price = "$10/$50" }`."""
    flag: str = ""
    """Flag that it raises."""
    clears: Several[str] = ()
    """Flags that it lowers."""


class Date(Table):
    """A day that matters to the reader: an opening, a deadline, an end."""

    id: Id
    """Name of the day, for good."""
    label: str
    """What happens on it."""
    at: Moment
    """When it is."""
    remind: Several[Duration] = ()
    """How long before it a reminder is sent, such as `["14d", "1d"]`."""


class Term(Table):
    """A short name that not every reader knows, with what it stands for: mails and pages spell it out once."""

    name: Filled
    """The name as it stands in texts, such as `NIST`."""
    words: Filled
    """What it stands for."""
    at: Moment | None = None
    """From when on it is used; without it, always."""


class Article(Table):
    """The text that the question comes from; its window counts from there."""

    title: str
    """Its title."""
    url: Url
    """Where it stands."""
    by: str
    """Who wrote it."""
    at: Moment
    """When it was published."""


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
    """Name of the signal, for good: it stands in addresses and in the database."""
    title: Filled = ""
    """What it is called; empty: made of the id."""
    question: Filled
    """What the reader asks."""
    why: str = ""
    """Why it is worth watching."""
    opened: Moment | None = None
    """When the watch for it began."""
    window: Duration | None = None
    """How long after that the article expects an answer."""
    article: Article | None = None
    known: list[DeclaredFact] = Field(default_factory=list)
    """What had happened before."""
    vocabulary: dict[str, Any] = Field(default_factory=dict)
    """Things, phrases and word lists that its sentences are read with."""
    wanted: str = ""
    """What would be the wished answer."""
    changes_for_you: str = ""
    """What an answer changes for the reader."""
    touches: Several[str] = ()
    track: list[Track]
    """What is followed, each on its ladder."""
    source: list[Source]
    """Where to look."""
    headline: list[Headline] = Field(default_factory=list)
    """The answers; none: the statuses of the first track."""
    figure: list[FigureSpec] = Field(default_factory=list)
    """Numbers to show."""
    date: list[Date] = Field(default_factory=list)
    """Days that matter."""
    term: list[Term] = Field(default_factory=list)
    """Short names that are spelled out once."""
    example: list[Example] = Field(default_factory=list)
    """Texts with what they must be read as."""


class Status(Table):
    """A rung of a ladder, in the order of the ladder."""

    id: Id
    """Name of the status, for good."""
    label: str = ""
    """What it is called; empty: made of the id."""
    meaning: str = ""
    """What it says, in a sentence."""
    consequence: str = ""
    next: str = ""
    final: bool = False
    """Whether nothing comes after it."""
    steps_back: bool = False
    over: str = ""
    urgent: bool = False
    """Whether it is told in quiet hours, too."""
    confirm: int = 1
    report: int = 0
    within: Duration = timedelta(days=3)
    expires: Duration | None = None
    mail: bool = True
    wakes: bool = False


class Rule(Table):
    """When an entry supports a status, raises a flag, or is handed to a person."""

    id: Id
    """Name of the rule, as each claim shows it."""
    status: str = ""
    """Status that it claims."""
    flag: str = ""
    """Flag that it raises."""
    review: bool = False
    when: dict[str, Several[Scalar]] = Field(default_factory=dict)
    by: Several[Speaker] = (Tier.OFFICIAL,)
    """Who may say it."""
    publishers: Several[str] = ()
    sources: Several[str] = ()
    """Ids of the sources that may say it; empty: any."""
    surfaces: Several[str] = ()
    """Kinds of places where it may be said; empty: any."""
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
    """What one sentence must say."""


class Flag(Table):
    """Something beside the status that a reader should see."""

    id: Id
    """Name of the flag, for good."""
    label: str = ""
    """What it says, in a word or two; empty: made of the id."""
    meaning: str = ""
    """What it says, in a sentence."""
    mail: bool = True
    """Whether it is worth a message of its own."""
    report: int = 0
    within: Duration = timedelta(days=3)
    """Time inside which press must report it."""
    lasts: Duration = timedelta(days=60)
    differs: Several[str] = ()


class EventOutcome(Table):
    """What an event of a series can say, the strongest reading first: of two texts about one event the stronger is kept."""

    id: Id
    """Name of the outcome, for good."""
    label: str = ""
    """What the event says, in a word or two; empty: made of the id."""
    says: str = ""
    at_least: float | None = None


class Side(Table):
    """One of the two whose rates a publication sets against each other."""

    id: Id
    """Name of the side, for good."""
    label: str
    names: Several[str]


class Detail(Table):
    """How a detail that claims carry is told to people; programs are given its name and value."""

    id: Id
    label: str = ""
    """What the detail is called; empty: made of the id."""
    words: dict[str, str] = Field(default_factory=dict)
    unit: str = ""
    """What stands behind a value in a sentence, such as `per million tokens`."""
    beside: bool = False
    """Whether values hold beside one another: a text that states one does not take back the one before, unless it says "only"."""


class Ladder(Table):
    """The statuses of a kind of track, lowest first, with the rules that reach them."""

    series: bool = False
    noun: Filled = "publication"
    quiet_after: Duration | None = None
    difference: str = ""
    heard: Several[str] = ()
    attributes: Several[str] = ()
    status: list[Status]
    """The statuses, lowest first."""
    rule: list[Rule] = Field(default_factory=list)
    """What reaches them."""
    flag: list[Flag] = Field(default_factory=list)
    """What is shown beside the status."""
    outcome: list[EventOutcome] = Field(default_factory=list)
    """What an event of the series can say, the strongest reading first."""
    side: list[Side] = Field(default_factory=list)
    """None, or two: the one that is watched, and the one beside which it is measured."""
    detail: list[Detail] = Field(default_factory=list)
    """How details of its claims are told."""


# The whole of signals.toml, with the tables of the channels, whose keys their own files in `notifiers` say.

CHANNEL = "channel_"
"""What the name of a channel's model begins with."""
_KINDS: dict[Any, Any] = {str: str, bool: bool, int: int, timedelta: Duration, datetime: Moment}
"""How a channel's setting is written; settings of another type are tools of the program, and no keys."""


class SignalsFile(Table):
    """What is watched, how it is decided, and who is told."""

    include: Several[Filled] = ()
    watch: Watch = Field(default_factory=Watch)
    fetch: Fetch = Field(default_factory=Fetch)
    store: Store = Field(default_factory=Store)
    web: Web = Field(default_factory=Web)
    recipient: list[Recipient] = Field(default_factory=list)
    ladder: dict[Id, Ladder] = Field(default_factory=dict)
    signal: list[Signal]
    stack: list[Tool] = Field(default_factory=list)
    ground: list[Ground] = Field(default_factory=list)

    @property
    def channels(self) -> dict[str, dict[str, object]]:
        """What the tables of the channels give, each by its keys."""
        given = [name for name in type(self).model_fields if name.startswith(CHANNEL) and name in self.model_fields_set]
        return {name.removeprefix(CHANNEL): getattr(self, name).model_dump(by_alias=True, exclude_unset=True) for name in given}


@cache
def file_model(channels: frozenset[str]) -> type[SignalsFile]:
    """The model of a file that has tables for these channels."""
    return create_model("signals.toml", __base__=SignalsFile, __doc__=SignalsFile.__doc__, **channel_fields(channels))


def channel_fields(channels: frozenset[str]) -> dict[str, Any]:
    """The fields of these channels for a model, each read under the channel's own name."""
    tables = {name: channel_table(name) for name in sorted(channels)}
    return {f"{CHANNEL}{name}": (table, Field(default_factory=table, alias=name)) for name, table in tables.items()}


@cache
def channel_table(name: str) -> type[Table]:
    """The table of a channel: those of its notifier's settings that a person can write down; all may be left out.

    Fields have names of their own, for a key may be called as a method of pydantic's is.
    """
    kind = notifiers.load(name).Settings
    hints = get_type_hints(kind)
    keys: dict[str, Any] = {
        f"key_{each.name}": (
            _KINDS[hints[each.name]],
            Field(default=None if each.default is MISSING else each.default, alias=in_file(each.name)),
        )
        for each in fields(kind)
        if hints[each.name] in _KINDS
    }
    return create_model(f"{CHANNEL}{name}", __base__=Table, __doc__=kind.__doc__, **keys)


def keys_of(table: type[Table]) -> list[str]:
    """The keys of a table, as they are written in the file."""
    return [each.alias or name for name, each in table.model_fields.items()]


def secrets_of(name: str) -> tuple[str, ...]:
    """Give the keys of a channel that only the environment may set: the fields that its notifier never shows."""
    return tuple(in_file(each.name) for each in fields(notifiers.load(name).Settings) if not each.repr)


def in_file(name: str) -> str:
    """Give the key of a channel's field: `from`, which Python keeps for itself, is `sender` there."""
    return "from" if name == "sender" else name
