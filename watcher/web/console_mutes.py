"""The console's page of silences: messages held back for a time."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from watcher.acts.errors import Unusable
from watcher.acts.moments import parse_datetime, parse_duration
from watcher.acts.silence import mute, unmute
from watcher.web.console import Console, Done, Fields, place_in_words
from watcher.web.wording import datetime_text

SPANS = {"6h": "six hours", "1d": "a day", "7d": "a week", "30d": "thirty days", "": "until it is ended here"}


def listed(console: Console, now: datetime) -> dict[str, Any]:
    """The silences that hold."""
    with console.store.reading() as tx:
        held = tx.mutes.of(now)
    signals = console.config.signals
    return {"mutes": held, "signals": signals, "spans": SPANS, "place": partial(place_in_words, signals)}


def mute_place(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Hold back messages about a signal or a track."""
    where, until, span = fields.get("where", ""), fields.get("until", ""), fields.get("for", "")
    if not where:
        raise Unusable("nothing is chosen; expected a signal or one of its tracks")
    end = parse_datetime(until) if until else now + parse_duration(span) if span else None
    why = fields.get("why", "").strip()
    with console.store.writing() as tx:
        mute(tx, console.config.signals, where, by=who, reason=why, now=now, until=end)
    return Done(f"{_named(console, where)} is muted until {datetime_text(end) if end else 'it is ended here'}.")


def unmute_place(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """End a silence now."""
    where = fields.get("where", "")
    with console.store.writing() as tx:
        unmute(tx, console.config.signals, where, by=who, reason=fields.get("why", "").strip(), now=now)
    return Done(f"{_named(console, where)} is no longer muted. What was held back is told.")


def _named(console: Console, where: str) -> str:
    signal, _, track = where.partition(".")
    return place_in_words(console.config.signals, signal, track)
