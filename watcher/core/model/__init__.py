"""The words of the watch as frozen values: what is declared, what was seen, what it means, and what is told."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watcher.core.model.base import Change, Facts, Outcome, Scalar, Standing, Tier
    from watcher.core.model.ladders import Flag, Ladder, Rule, Status, Track
    from watcher.core.model.meaning import Blind, Digest, Event, Figure, RaisedFlag, TrackVerdict, Transition, Verdict
    from watcher.core.model.places import Follow, Source
    from watcher.core.model.seen import Claim, Document, Entry, Failed, Health, NotModified, Observation, Quote, Unreadable
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
    "Unreadable",
    "Verdict",
]

PARTS = {
    "base": ("Change", "Facts", "Outcome", "Scalar", "Standing", "Tier"),
    "ladders": ("Flag", "Ladder", "Rule", "Status", "Track"),
    "meaning": ("Blind", "Digest", "Event", "Figure", "RaisedFlag", "TrackVerdict", "Transition", "Verdict"),
    "places": ("Follow", "Source"),
    "seen": ("Claim", "Document", "Entry", "Failed", "Health", "NotModified", "Observation", "Quote", "Unreadable"),
    "signals": ("Date", "FigureSpec", "Headline", "Known", "Signal"),
}
"""Where each word is. A process that reads documents needs but a few of them, and making a class takes half a millisecond."""
PLACES = {name: part for part, names in PARTS.items() for name in names}


def __getattr__(name: str) -> object:
    """Load the part that holds a word when it is first asked for."""
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{PLACES[name]}"), name)
    globals()[name] = found
    return found
