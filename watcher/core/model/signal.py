"""One question to the reader, where its answer is looked for, and everything that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model.base import Facts, Tier
from watcher.core.model.ladder import Track

# Where to look: sources, and the pages that their entries lead to.


@dataclass(frozen=True, slots=True)
class Expect:
    """What a document of a source looks like; one that does not is not read as if it did: the source is blind."""

    entries: int = 0
    """Fewest entries."""
    dated: bool = False
    """Whether most entries bear a date."""
    newest_within: timedelta | None = None
    """The newest entry with a date is not older than this."""
    words: tuple[str, ...] = ()
    """One of these stands in the title or the text of an entry; case does not matter."""
    element: tuple[str, ...] = ()
    """The document has one of these elements: `article`, `.news`, `#main`, `[about]`, or `article.news[about]`."""
    links: str = ""
    """Regular expression searched in the links of the entries: most must have it."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Which links of a source's entries are fetched as documents of their own."""

    match: str
    """Regular expression searched in the link."""
    format: str
    every: timedelta
    title: str = ""
    """Regular expression searched in the entry's title; empty takes every title."""
    within: timedelta | None = None
    """Only entries dated at most this long before they were seen; without it, all."""
    keep: timedelta = timedelta(days=90)
    """How long a followed page is polled after it was found."""
    tier: Tier | None = None
    """Who speaks on the followed page; without it, the tier of the source."""
    publisher: str = ""
    """Registrable domain of who speaks there; empty: the domain of the link."""
    surface: str = ""
    options: Facts = field(default_factory=dict)
    expect: Expect | None = None
    """What its pages must look like to be read."""
    deep: bool = False
    """Also applied to the links that a followed page itself names (a report in a PDF)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where to look."""

    id: str
    signal: str
    url: str
    """Where it lies; `{year}` in it stands for the present year."""
    format: str
    publisher: str
    """Registrable domain of who speaks, or "link": each entry speaks for the domain of its own link."""
    tier: Tier
    every: timedelta
    title: str = ""
    """What readers call it; empty: its address."""
    surface: str = ""
    """Kind of place (release notes, newsroom, cloud …): two surfaces of one publisher may confirm each other."""
    expect_every: timedelta | None = None
    """Silence alarm: the newest entry should not be older than this."""
    grace: timedelta = timedelta(days=1)
    """How long without a trustworthy reading until the source counts as blind and its operator hears of it.

    Where none is given, a day or three of its paces, whichever is longer.
    """
    record: bool = False
    """A record restates everything each time; a stream forgets."""
    essential: bool = False
    """Without this source the signal itself cannot see."""
    options: Facts = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers to ask with, their values from the environment: `{ X-Api-Key = "$NAME" }`; sent to the address's own host alone."""
    expect: Expect | None = None
    """What its documents must look like to be read."""
    follow: tuple[Follow, ...] = ()
    parent: str = ""
    """The source whose entry named this page; empty for a declared source."""
    until: datetime | None = None
    """End of polling, for a followed page."""
    may_be_empty: bool = False
    """Whether a reading without entries is trustworthy."""
    may_be_missing: bool = False
    """Whether 404 is an answer (a page that is expected to appear): then it is never blind for it."""


# The question.


@dataclass(frozen=True, slots=True)
class Headline:
    """A line that holds when each track of `when`, and at least one of `any_of`, has one of its named statuses."""

    id: str
    label: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    word: str = ""
    """The answer in a word: No, Yes, Partly, Not under that name, or Unknown; `{track.detail}` where a detail gives it."""
    says: str = ""
    """The answer in a sentence that needs no other page, with `{track.detail}` filled in."""
    brief: str = ""
    """The answer in the fewest words that need no title beside them ("no Senate vote"), for a week's subject; filled in, too."""
    means: str = ""
    """Of what the word is said, where a question has two parts ("one paper, no new gap figure"); filled in, too."""


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """A number to show, and how it is read."""

    id: str
    label: str
    unit: str
    kind: str
    """detail | pair | monthly | documents | days_since | constant: how the number is found."""
    options: Facts = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)
    """What it answers of the question, by its finding, with `{peak}` and other values filled in; `none`: nothing is counted."""


@dataclass(frozen=True, slots=True)
class DeclaredFact:
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
class Article:
    """The text that the question comes from; its window counts from there."""

    title: str
    url: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Term:
    """A short name that not every reader knows, with what it stands for."""

    name: str
    words: str
    at: datetime | None = None
    """From when on it is used; none: always."""


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
    known: tuple[DeclaredFact, ...] = ()
    dates: tuple[Date, ...] = ()
    terms: tuple[Term, ...] = ()
    opened: datetime | None = None
    window: timedelta | None = None
    article: Article | None = None
    """From which text the question comes."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    wanted: str = ""
    changes_for_you: str = ""
    touches: tuple[str, ...] = ()
    """Which of the reader's tools it concerns: those with one of these tags, or of a provider or model whose name holds one."""

    def track(self, track_id: str) -> Track:
        """The track with this id. Raises KeyError."""
        for track in self.tracks:
            if track.id == track_id:
                return track
        raise KeyError(track_id)
