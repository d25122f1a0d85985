"""The words of the watch as frozen values: what is declared, what was seen, what it means, and what is told."""

from watcher.core.model.base import Change, Facts, Outcome, Scalar, Standing, Tier, day_text
from watcher.core.model.ladder import Detail, EventOutcome, Flag, Ladder, Rule, Side, Status, Track
from watcher.core.model.observation import (
    Claim,
    Document,
    Entry,
    Failed,
    Health,
    NotModified,
    Observation,
    Quote,
    Undecided,
    Unreadable,
)
from watcher.core.model.signal import Article, Date, DeclaredFact, FigureSpec, Headline, Signal
from watcher.core.model.source import Expect, Follow, Source
from watcher.core.model.verdict import Digest, Event, Figure, RaisedFlag, SourceOutage, TrackVerdict, Transition, Verdict

__all__ = [
    "Article",
    "Change",
    "Claim",
    "Date",
    "DeclaredFact",
    "Detail",
    "Digest",
    "Document",
    "Entry",
    "Event",
    "EventOutcome",
    "Expect",
    "Facts",
    "Failed",
    "Figure",
    "FigureSpec",
    "Flag",
    "Follow",
    "Headline",
    "Health",
    "Ladder",
    "NotModified",
    "Observation",
    "Outcome",
    "Quote",
    "RaisedFlag",
    "Rule",
    "Scalar",
    "Side",
    "Signal",
    "Source",
    "SourceOutage",
    "Standing",
    "Status",
    "Tier",
    "Track",
    "TrackVerdict",
    "Transition",
    "Undecided",
    "Unreadable",
    "Verdict",
    "day_text",
]
