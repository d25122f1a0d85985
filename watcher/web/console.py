"""The console: what the person who runs the watch sees and does at the page, by the same acts as the command line's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool

from watcher.acts.errors import Unusable
from watcher.acts.findings import Finding
from watcher.acts.moments import parse_datetime
from watcher.acts.new_source import Proposal
from watcher.acts.outside import Outside
from watcher.config.build import Config
from watcher.core.addresses import redact
from watcher.core.model import Change, Signal, Transition
from watcher.store.records import AuditEntry
from watcher.store.store import Store
from watcher.web.console_session import Sessions
from watcher.web.timeline import change_of

MAX_FIELD_LENGTH = 2_000
"""Characters of a field."""
MOVES = {Change.ADVANCE, Change.STEP_BACK, Change.CORRECTION, Change.RAISED, Change.NEXT}
"""Changes that say how sure what they tell is."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an act has done, in words."""

    words: str
    changes: tuple[str, ...] = ()
    found: Finding | Proposal | None = None
    """What a look at a source or an address has found."""


Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out of the process that some acts take."""

    look: Callable[[Config], AbstractAsyncContextManager[Outside]]
    """To the web, for one look."""
    channels: Callable[[Config], Mapping[str, Any]]
    """The settings of every channel. Raises ConfigError."""


class Console:
    """What the console needs: the configuration in force, the store, the ways out, and who is signed in."""

    def __init__(self, config: Config, store: Store, token: str, ways: Ways) -> None:
        """Nothing is read yet; `config` may be another one after a reload."""
        self.config, self.store, self.ways = config, store, ways
        self.sessions, self.turn = Sessions(store, token), asyncio.Lock()

    @property
    def secure(self) -> bool:
        """Whether readers open the page over TLS, so that the cookie may travel by it alone."""
        return self.config.watch.base_url.startswith("https://")

    def note(self, what: str, why: str, who: str, now: datetime) -> None:
        """Write an act that changes nothing stored into the audit list. Raises StoreError."""
        with self.store.writing() as tx:
            tx.audit.add(AuditEntry(now, who, redact(what), redact(why)[:500]))

    def is_own(self, origin: str, host: str) -> bool:
        """Whether a form was sent from a page of ours: at the declared address, or at the very host that it went to."""
        try:
            parts, base = urlsplit(origin), urlsplit(self.config.watch.base_url)
        except ValueError:
            return False
        if not parts.netloc or parts.scheme not in {"http", "https"}:
            return False
        return parts.scheme == base.scheme if parts.netloc == base.netloc else parts.netloc == host


Values = Callable[[Console, datetime], dict[str, Any]]
"""What a page shows at a moment. Raises StoreError."""
Deed = Callable[[Console, Fields, str, datetime], Awaitable[Done]]
"""From a form's fields, who is signed in, and the moment. Raises Unusable, NothingToDo, StoreError, ConfigError."""


def stored(act: Callable[[Console, Fields, str, datetime], Done]) -> Deed:
    """An act that asks the database alone, done beside the event loop."""

    async def done(console: Console, fields: Fields, who: str, now: datetime) -> Done:
        return await run_in_threadpool(act, console, fields, who, now)

    return done


def number_of(fields: Fields) -> int:
    """The number that a form names. Raises Unusable."""
    given = fields.get("number", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 10):  # noqa: PLR2004 - as many digits as an id may have
        raise Unusable("no number is given; open the page again")
    return int(given)


def moment_of(fields: Fields) -> datetime | None:
    """When it happened, None where a form leaves it open. Raises Unusable."""
    return parse_datetime(fields["at"]) if fields.get("at") else None


def changes_of(console: Console, told: tuple[Transition, ...]) -> tuple[str, ...]:
    """What an act has changed, a sentence each."""
    signals = {signal.id: signal for signal in console.config.signals}
    return tuple(_sentence(signals[one.signal], one) for one in told if one.signal in signals)


def place_in_words(signals: Sequence[Signal], signal_id: str, track_id: str = "") -> str:
    """A signal, or one of its tracks, by title; by its id where it is not declared any more."""
    signal = next((one for one in signals if one.id == signal_id), None)
    if signal is None:
        return f"{signal_id}.{track_id}" if track_id else signal_id
    track = next((one.title for one in signal.tracks if one.id == track_id), track_id)
    return f"{signal.title}, {track}" if track and track != signal.title else signal.title


def status_in_words(signals: Sequence[Signal], signal_id: str, track_id: str, status: str) -> str:
    """A status by its label; by its id where it is not declared any more."""
    tracks = (track for signal in signals if signal.id == signal_id for track in signal.tracks if track.id == track_id)
    rungs = (rung for track in tracks for rung in track.ladder.statuses)
    return next((rung.label for rung in rungs if rung.id == status), status.replace("_", " "))


def _sentence(signal: Signal, change: Transition) -> str:
    moment, place = change_of(signal, change), place_in_words((signal,), signal.id, change.track)
    held = f", {moment.standing.value}" if moment.standing and change.kind in MOVES else ""
    more = f" {moment.words}." if moment.words else ""
    return f"{place}: {moment.heading}{held}.{more}"
