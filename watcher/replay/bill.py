"""Deciding one bill by one document alone: its record, on a ladder that was bound to another measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.model import Headline, Ladder, Observation, Quote, Signal, Track, TrackVerdict

PASSED = "senate_passed"
_VOTED = frozenset({"floor_blocked", "senate_rejected"})
"""Statuses whose tally is that of the last vote, not of a passage."""


def rebound(ladder: Ladder, measure: str) -> Ladder:
    """The same ladder for another measure ("119/hr/2683"), without the clock of the Congress that it was made for."""
    rules = (
        replace(rule, when={**rule.when, "measure": (measure,)}) if "measure" in rule.when else rule for rule in ladder.rules
    )
    return replace(ladder, rules=tuple(rule for rule in rules if rule.clock is None))


def decide_bill(ladder: Ladder, observations: Iterable[Observation], now: datetime) -> tuple[str, TrackVerdict]:
    """The measure that a record is of and its verdict at `now`. Raises LookupError where no observation names a measure."""
    known = list(observations)
    measure = next((str(one.entry.facts["measure"]) for one in known if one.entry.facts.get("measure")), "")
    if not measure:
        raise LookupError("the document names no bill")
    signal = Signal(measure, measure, "", "", (Track(measure, measure, rebound(ladder, measure)),), (Headline("any", ""),), ())
    claims = [claim for one in known for claim in claims_of(signal, one)]
    return measure, decide(signal, claims, (), now).tracks[0]


def summary(measure: str, verdict: TrackVerdict) -> dict[str, Any]:
    """What is known of a bill as plain values: measure, status, standing, how, tally, evidence, and what stands beside them.

    `how` and `tally` are those of the passage once there is one, else of the vote that set the status; for consent and voice
    there is no tally. `passed` is the day of the passage that stands.
    """
    prefix = "vote_" if verdict.status in _VOTED else ""
    days = {status: at.date().isoformat() for status, at in verdict.path}
    return {
        "measure": measure,
        "status": verdict.status,
        "standing": verdict.standing.value,
        "since": verdict.since.date().isoformat() if verdict.since else None,
        "passed": days.get(PASSED),
        **_vote(verdict.details, prefix),
        "amended": verdict.details.get("amended"),
        "law": verdict.details.get("law"),
        "because_of": verdict.because_of or None,
        "path": [{"status": status, "date": at.date().isoformat()} for status, at in verdict.path],
        "voices": list(verdict.voices),
        "flags": [flag.id for flag in verdict.flags],
        "evidence": [_quote(quote) for quote in verdict.evidence],
    }


def _vote(details: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name: details.get(f"{prefix}{name}") for name in ("how", "tally", "roll")}


def _quote(quote: Quote) -> dict[str, Any]:
    published = quote.published.date().isoformat() if quote.published else None
    return {"quote": quote.text, "url": quote.url, "date": published, "document": quote.document}
