"""What the days of a window brought: told from the statuses at their close, never written beforehand."""

from __future__ import annotations

from datetime import datetime

from watcher.core.decision.decide import decide, known_claims
from watcher.core.model import Signal, TrackVerdict, Verdict, day_text


def close_of(signal: Signal) -> datetime | None:
    """When the signal's window closes; None where it has none."""
    return signal.opened + signal.window if signal.opened and signal.window else None


def close_in_words(signal: Signal, then: Verdict | None = None) -> str:
    """What the window brought, from where the signal stood at its close; empty without a window. Pure.

    Without `then` its declared history alone tells it: the watch began later.
    """
    end = close_of(signal)
    if end is None or signal.opened is None or signal.window is None:
        return ""
    then = then or decide(signal, known_claims(signal, until=end), (), end)
    return (
        f"The {signal.window.days} days{counted_from(signal)} ended on {day_text(end)}. "
        f"They brought: {brought_until(signal, then, end)}. At their close: {then.headline_label}."
    )


def away_in_days(at: datetime, now: datetime) -> str:
    """How many days of the calendar lie between: 13 July is in 60 days on all of 14 May."""
    days = (at.date() - now.date()).days
    words = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return words.get(days, f"in {days} days" if days > 0 else f"{-days} days ago")


def window_in_words(signal: Signal, now: datetime) -> str:
    """How far it is: `Day 31 of the 60 days after “Title” (Author, 14 May 2026); they are over in 30 days, on 13 July 2026`.

    Empty without a window, before it opens, and from its close on. Pure.
    """
    end = close_of(signal)
    if end is None or signal.opened is None or not signal.opened <= now < end:
        return ""
    # A reader's calendar may not have reached the first day yet.
    day, days = max((now.date() - signal.opened.date()).days, 0) + 1, (end - signal.opened).days
    return f"Day {day} of the {days} days{counted_from(signal)}; they are over {away_in_days(end, now)}, on {day_text(end)}."


def brought_until(signal: Signal, then: Verdict, until: datetime) -> str:
    """What a window has brought until a moment, from where the signal stood then: `H.R. 1: Reported (3 June 2026)`. Pure."""
    start = signal.opened or until
    brought = [words for track in then.tracks if (words := _steps(signal, track, start, until))]
    return "; ".join(brought) if brought else "nothing that moved the answer"


def counted_from(signal: Signal) -> str:
    """` after “Title” (Author, 14 May 2026)`; empty where no article is declared."""
    article = signal.article
    return f" after “{article.title}” ({article.by}, {day_text(article.at)})" if article else ""


def _steps(signal: Signal, verdict: TrackVerdict, start: datetime, end: datetime) -> str:
    """What happened to a track inside the window: the statuses that it reached, the events of a series."""
    track = signal.track(verdict.track)
    if track.ladder.series:
        told = [(event.title or event.key, event.at) for event in verdict.events]
    else:
        told = [(track.ladder.rung(status).label, at) for status, at in verdict.path]
    steps = ", ".join(f"{label} ({day_text(at)})" for label, at in told if start <= at <= end)
    return f"{track.title}: {steps}" if steps else ""
