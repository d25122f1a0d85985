"""What one document says by itself: how a poll would end, its entries, what they claim, and the tracks that they decide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from watcher.config.build import Config
from watcher.core.addresses import is_in_any_year
from watcher.core.decision.claims import claims_of
from watcher.core.decision.decide import decide
from watcher.core.model import (
    Claim,
    Document,
    Entry,
    Facts,
    Follow,
    Headline,
    Ladder,
    Observation,
    Outcome,
    Quote,
    Signal,
    Source,
    Tier,
    Track,
    TrackVerdict,
)
from watcher.fetch import Fetcher, FetchSettings
from watcher.fetch.response import RecordedResponse, RecordedTransport
from watcher.pipeline.poll import PollResult, first_look, linked_pages, maps_of, page_of, poll_source
from watcher.publishers import publisher_of, registrable_domain
from watcher.replay.backtest import LabelledText, SourceTiers
from watcher.sandbox.detect import detect_format
from watcher.sandbox.understanding import read_here

# Deciding one bill by one document alone: its record, on a ladder that was bound to another measure.

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


def bill_summary(measure: str, verdict: TrackVerdict) -> dict[str, Any]:
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
        **_vote_details(verdict.details, prefix),
        "amended": verdict.details.get("amended"),
        "law": verdict.details.get("law"),
        "because_of": verdict.because_of or None,
        "path": [{"status": status, "date": at.date().isoformat()} for status, at in verdict.path],
        "voices": list(verdict.voices),
        "flags": [flag.id for flag in verdict.flags],
        "evidence": [_plain_quote(quote) for quote in verdict.evidence],
    }


def _vote_details(details: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name: details.get(f"{prefix}{name}") for name in ("how", "tally", "roll")}


def _plain_quote(quote: Quote) -> dict[str, Any]:
    published = quote.published.date().isoformat() if quote.published else None
    return {"quote": quote.text, "url": quote.url, "date": published, "document": quote.document}


@dataclass(frozen=True, slots=True)
class ParsePlan:
    """How a document is read, and who speaks in it, where the configuration knows the address."""

    format: str
    options: Facts = field(default_factory=dict)
    source: Source | None = None
    follow: Follow | None = None


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """What one document says."""

    format: str
    outcome: Outcome
    """How a poll that was answered with it would end."""
    reason: str = ""
    """Why it would not end well."""
    entries: tuple[Entry, ...] = ()
    follows: tuple[str, ...] = ()
    """Addresses of the pages that would be polled for it."""
    claims: tuple[Claim, ...] = ()
    tracks: tuple[tuple[str, TrackVerdict], ...] = ()
    """Signal and verdict of each track on which the document claims a status."""
    bills: tuple[dict[str, Any], ...] = ()
    """Each measure that it names, decided by it alone."""


def plan_for(config: Config, body: bytes, url: str, wanted: str = "") -> ParsePlan:
    """The configured source or followed page of this address, else a guess; `wanted` names the format over both."""
    for source in config.sources:
        if is_in_any_year(source.url, url) and wanted in {"", source.format}:
            return ParsePlan(source.format, source.options, source)
    for source in config.sources:
        for follow in source.follow:
            if re.search(follow.match, url, re.IGNORECASE) and wanted in {"", follow.format}:
                return ParsePlan(follow.format, follow.options, source, follow)
    return ParsePlan(wanted or detect_format(body, url))


async def evaluate_document(
    config: Config,
    body: bytes,
    url: str,
    way: ParsePlan,
    now: datetime,
    *,
    content_type: str,
    settings: FetchSettings,
) -> DocumentResult:
    """Read a document as a poll of its address that is answered with it would, and decide by it alone, as of `now`.

    Raises KeyError for an unknown format.
    """
    source = _polled(way, url, now)
    reading = await _poll(source, body, content_type, now, settings)
    outcome, reason = reading.poll.outcome, reading.poll.error
    if reading.document is None:
        return DocumentResult(way.format, outcome, reason)
    if reading.entries is None:  # of an unexpected shape: what a person should see, and what claims nothing
        return DocumentResult(way.format, outcome, reason, await read_here(reading.document, way.format, way.options))
    document, entries = reading.document, reading.entries
    claims: list[Claim] = []
    tracks: list[tuple[str, TrackVerdict]] = []
    for signal in config.signals:
        seen = [_seen(signal, way, entry, document, now) for entry in entries]
        mine = [claim for one in seen for claim in claims_of(signal, one)]
        claims += mine
        tracks += _decided(signal, mine, now)
    pages = [*maps_of(source, entries), *(page for entry in entries for page in linked_pages(source, entry, now))]
    follows = tuple(dict.fromkeys(page.url for page in pages))
    bills = _bills(config, entries, document, now)
    return DocumentResult(way.format, outcome, reason, entries, follows, tuple(claims), tuple(tracks), bills)


def _polled(way: ParsePlan, url: str, now: datetime) -> Source:
    """The source that would be polled at this address."""
    if way.source is None:
        return Source(
            "document", "", url, way.format, registrable_domain(url), Tier.OFFICIAL, timedelta(hours=1), options=way.options
        )
    return page_of(way.source, way.follow, url, now) if way.follow else replace(way.source, url=url)


async def _poll(source: Source, body: bytes, content_type: str, now: datetime, settings: FetchSettings) -> PollResult:
    """Poll a source whose publisher answers with this document; where it lies does not matter to it."""
    headers = {"Content-Type": content_type} if content_type else {}
    transport = RecordedTransport(lambda _url, _asked: RecordedResponse(HTTPStatus.OK, headers, body))
    allow = (urlsplit(source.url).hostname or "",)
    async with Fetcher(replace(settings, via="", allow=allow), clock=lambda: now, transport=transport) as fetcher:
        return await poll_source(first_look(source), get=fetcher.get, read=read_here, now=now, dice=0.0)


def _seen(signal: Signal, way: ParsePlan, entry: Entry, document: Document, now: datetime) -> Observation:
    """The entry as the watch of this signal would have seen it at the document's address."""
    source, follow = way.source, way.follow
    tier = (follow.tier if follow else None) or (source.tier if source else None)
    publisher = (follow.publisher or registrable_domain(document.url)) if follow else source.publisher if source else ""
    own = source is not None and source.signal == signal.id
    return Observation(
        source=source.id if source and own and not follow else "",
        entry=entry,
        seen_at=now,
        document=document.hash,
        publisher=publisher_of(publisher, entry.link, document.url),
        tier=tier or SourceTiers(signal).tier_of(LabelledText(entry.key, url=document.url)),
        surface=(follow.surface if follow else "") or (source.surface if source else ""),
        url=document.url,
        first_seen_at=now,
    )


def _decided(signal: Signal, claims: Sequence[Claim], now: datetime) -> Iterable[tuple[str, TrackVerdict]]:
    named = {claim.track for claim in claims if claim.status and not claim.review}
    return [(signal.id, track) for track in decide(signal, claims, (), now).tracks if track.track in named]


def ladder_of_bills(config: Config) -> Ladder | None:
    """The first ladder whose rules ask for a measure: any bill can be decided on it."""
    ladders = (track.ladder for signal in config.signals for track in signal.tracks)
    return next((ladder for ladder in ladders if any("measure" in rule.when for rule in ladder.rules)), None)


def _bills(config: Config, entries: Iterable[Entry], document: Document, now: datetime) -> tuple[dict[str, Any], ...]:
    """Each measure of the document with its own entries; a measure that no status was read for stands at the first."""
    by_measure: dict[str, list[Observation]] = {}
    for entry in entries:
        if measure := entry.facts.get("measure"):
            seen = Observation(
                "document", entry, now, document.hash, registrable_domain(document.url), Tier.OFFICIAL, url=document.url
            )
            by_measure.setdefault(str(measure), []).append(seen)
    ladder = ladder_of_bills(config) if by_measure else None
    return tuple(bill_summary(*decide_bill(ladder, seen, now)) for seen in by_measure.values()) if ladder else ()
