"""A made-up digest for any configuration, to show what a mail looks like: nothing in it is news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.core.addresses import in_year
from watcher.core.decision.decide import decide, filled, headline_of, known_claims, label_of
from watcher.core.model import Change, Digest, Quote, Signal, Standing, Status, Tier, TrackVerdict, Transition, Verdict

WORDS = "This is an example. A real message has the words of the source here."
NOTE = "An example: nothing in it is news."
TRIAL = "Nothing has happened: this message only shows that messages reach you."


def trial(now: datetime) -> Digest:
    """A message that goes the way of news and tells nothing of any signal."""
    return Digest("trial", now, "trial", (), (), (TRIAL,))


def sample(signals: Sequence[Signal], now: datetime) -> Digest:
    """The first signal moved up its ladder; the others stand where their declared history ends.

    Raises IndexError without signals.
    """
    verdicts = [replace(decide(each, known_claims(each, until=now), (), now), blind=(), verified_at=now) for each in signals]
    told, verdicts[0] = _moved(signals[0], verdicts[0], now)
    return Digest("sample", now, "news", (told,), tuple(verdicts), (NOTE,))


def _moved(signal: Signal, verdict: Verdict, now: datetime) -> tuple[Transition, Verdict]:
    """A step of the first track, and where the signal stands after it."""
    first, *others = verdict.tracks
    after = _next(signal.tracks[0].ladder.statuses, first.status)
    quotes = (_quote(signal, now),)
    tracks = (TrackVerdict(first.track, after.id, Standing.CONFIRMED, now, now, quotes), *others)
    headline = headline_of(signal, tracks)
    label = label_of(headline, signal, tracks)
    word, sentence = filled(headline.word, signal, tracks), filled(headline.says, signal, tracks)
    told = Transition(
        signal=signal.id,
        track=first.track,
        kind=Change.ADVANCE,
        before=first.status,
        after=after.id,
        at=now,
        standing=Standing.CONFIRMED,
        headline=headline.id,
        headline_label=label,
        evidence=quotes,
        effective_at=now - timedelta(hours=1),
    )
    return told, replace(verdict, tracks=tracks, headline=headline.id, headline_label=label, word=word, sentence=sentence)


def _next(rungs: Sequence[Status], present: str) -> Status:
    """The next good rung that would wake somebody, else the next one, else the last."""
    place = [rung.id for rung in rungs].index(present)
    above = [rung for rung in rungs[place + 1 :] if not rung.steps_back] or [rungs[-1]]
    return next((rung for rung in above if rung.urgent), above[0])


def _quote(signal: Signal, now: datetime) -> Quote:
    source = signal.sources[0] if signal.sources else None
    url = in_year(source.url, now).partition("?")[0] if source else ""  # what follows may hold a key
    publisher = source.publisher if source else ""
    return Quote(WORDS, url, publisher, Tier.OFFICIAL, now - timedelta(minutes=2), "0" * 64, source=source.id if source else "")
