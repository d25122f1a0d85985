"""The words of the watch as frozen values: what is declared, what was seen, what it means, and what is told."""

from watcher.core.model.base import Change, Facts, Outcome, Scalar, Standing, Tier
from watcher.core.model.ladders import Flag, Ladder, Rule, Status, Track
from watcher.core.model.meaning import Blind, Digest, Event, Figure, RaisedFlag, TrackVerdict, Transition, Verdict
from watcher.core.model.places import Expect, Follow, Source
from watcher.core.model.seen import Claim, Document, Entry, Failed, Health, NotModified, Observation, Quote, Undecided, Unreadable
from watcher.core.model.signals import Date, FigureSpec, Headline, Known, Signal

__all__ = [
    "Blind",
    "Change",
    "Claim",
    "Date",
    "Digest",
    "Document",
    "Entry",
    "Event",
    "Expect",
    "Facts",
    "Failed",
    "Figure",
    "FigureSpec",
    "Flag",
    "Follow",
    "Headline",
    "Health",
    "Known",
    "Ladder",
    "NotModified",
    "Observation",
    "Outcome",
    "Quote",
    "RaisedFlag",
    "Rule",
    "Scalar",
    "Signal",
    "Source",
    "Standing",
    "Status",
    "Tier",
    "Track",
    "TrackVerdict",
    "Transition",
    "Undecided",
    "Unreadable",
    "Verdict",
]
