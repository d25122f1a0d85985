"""One question to the reader, and everything that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.core.language.vocabulary import Vocabulary
from watcher.core.model.base import Facts, Tier
from watcher.core.model.ladder import Track
from watcher.core.model.source import Source


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


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """A number to show, and how it is read."""

    id: str
    label: str
    unit: str
    kind: str
    """detail | pair | monthly | documents | days_since | constant: how the number is found."""
    options: Facts = field(default_factory=dict)


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
