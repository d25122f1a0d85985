"""A made-up digest for any configuration, to show what a mail looks like: nothing in it is news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.core.model import Change, Digest, Quote, Signal, Standing, Tier, Track, TrackVerdict, Transition, Verdict

WORDS = "This is an example. A real message has the words of the source here."


def sample(signals: Sequence[Signal], now: datetime) -> Digest:
    """The first signal moved up its ladder; the others stand where they began. Raises IndexError without signals."""
    verdicts = tuple(_verdict(signal, now) for signal in signals)
    told = _transition(signals[0], verdicts[0], now)
    return Digest("sample", now, "news", (told,), verdicts, ("An example: nothing in it is news.",))


def _quote(signal: Signal, now: datetime) -> Quote:
    source = signal.sources[0] if signal.sources else None
    url = source.url if source else ""
    publisher = source.publisher if source else ""
    return Quote(WORDS, url, publisher, Tier.OFFICIAL, now - timedelta(minutes=2), "0" * 64, source=source.id if source else "")


def _verdict(signal: Signal, now: datetime) -> Verdict:
    quotes = (_quote(signal, now),)
    tracks = tuple(
        TrackVerdict(each.id, each.ladder.statuses[0].id, Standing.CONFIRMED, None, now, quotes) for each in signal.tracks
    )
    return Verdict(signal.id, "example", "An example", tracks, (), (), now, now)


def _transition(signal: Signal, verdict: Verdict, now: datetime) -> Transition:
    track: Track = signal.tracks[0]
    before, *others = track.ladder.statuses
    after = next((rung for rung in others if rung.urgent), others[-1] if others else before)
    line = next((line for line in signal.headlines if after.id in {**line.any_of, **line.when}.get(track.id, ())), None)
    told = Transition(
        signal=signal.id,
        track=track.id,
        kind=Change.ADVANCE,
        before=before.id,
        after=after.id,
        at=now,
        standing=Standing.CONFIRMED,
        headline=verdict.headline,
        headline_label=after.label,
        evidence=verdict.tracks[0].evidence,
        effective_at=now - timedelta(hours=1),
    )
    return replace(told, headline=line.id, headline_label=line.label) if line and "{" not in line.label else told
