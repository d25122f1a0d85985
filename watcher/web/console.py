"""The console: what the person who runs the watch sees and does at the page, and who is signed in."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool

from watcher.acts.errors import Unusable
from watcher.acts.look import Finding, Outside
from watcher.acts.moments import parse_datetime
from watcher.acts.new_source import Proposal
from watcher.config.build import Config
from watcher.core.addresses import redact
from watcher.core.model import Change, Signal, Transition
from watcher.store.records import AuditEntry, MetaKey
from watcher.store.store import Store, Transaction
from watcher.web.timeline import change_of

# Who is signed in at the console: by one token, sessions kept as hashes in the database, wrong tokens counted.

LASTS = timedelta(hours=8)
MAX_SESSIONS = 20
"""Sessions at the same time; one more ends the oldest."""
TRIES, WITHIN = 5, timedelta(minutes=15)
"""Wrong tokens from one place before it has to wait."""
PLACES = 1_000
"""Places whose wrong tokens are remembered; in memory, so that a stranger makes the database write nothing."""


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in person's browser."""

    id: str
    """The cookie's value: whoever has it is that person."""
    who: str
    """The name that the person gave; it goes into the audit list."""


def new_id() -> str:
    """The value of a new cookie, which nobody can guess."""
    return secrets.token_urlsafe(32)


def form_token(cookie: str) -> str:
    """What each form carries, so that only a page which was made for this cookie can send it."""
    return sha256(f"form {cookie}".encode()).hexdigest()


class Sessions:
    """Opens, finds and ends sessions under one token; with another token no session holds any more."""

    def __init__(self, store: Store, token: str) -> None:
        """Nothing is read yet."""
        self.store, self._token = store, token
        self._wrong: OrderedDict[str, list[datetime]] = OrderedDict()

    def must_wait(self, asker: str, now: datetime) -> bool:
        """Whether too many wrong tokens came from a place lately."""
        return len(self._recent(asker, now)) >= TRIES

    def is_token(self, given: str, asker: str, now: datetime) -> bool:
        """Whether the token is right, in constant time; a wrong one counts against the place."""
        if hmac.compare_digest(sha256(given.encode()).digest(), sha256(self._token.encode()).digest()):
            self._wrong.pop(asker, None)
            return True
        self._wrong[asker] = [*self._recent(asker, now), now]
        self._wrong.move_to_end(asker)
        while len(self._wrong) > PLACES:
            self._wrong.popitem(last=False)
        return False

    def _recent(self, asker: str, now: datetime) -> list[datetime]:
        return [at for at in self._wrong.get(asker, []) if timedelta(0) <= now - at < WITHIN]

    def open(self, who: str, now: datetime) -> Session:
        """A new session under a new cookie. Raises StoreError."""
        session, ends = Session(new_id(), who), int((now + LASTS).timestamp())
        with self.store.writing() as tx:
            kept = sorted(_held(tx, now).items(), key=lambda item: item[1][1])
            held = dict(kept[max(0, len(kept) + 1 - MAX_SESSIONS) :]) | {self._hidden(session.id): (who, ends)}
            tx.meta.put(MetaKey.CONSOLE_SESSIONS, json.dumps(held, separators=(",", ":")))
        return session

    def find(self, cookie: str, now: datetime) -> Session | None:
        """The session of a cookie that still holds. Raises StoreError."""
        if not cookie:
            return None
        with self.store.reading() as tx:
            held = _held(tx, now).get(self._hidden(cookie))
        return Session(cookie, held[0]) if held else None

    def end(self, cookie: str, now: datetime) -> None:
        """Sign out. Raises StoreError."""
        with self.store.writing() as tx:
            held = _held(tx, now)
            held.pop(self._hidden(cookie), None)
            tx.meta.put(MetaKey.CONSOLE_SESSIONS, json.dumps(held, separators=(",", ":")))

    def _hidden(self, cookie: str) -> str:
        return hmac.digest(self._token.encode(), cookie.encode(), "sha256").hex()


def _held(tx: Transaction, now: datetime) -> dict[str, tuple[str, int]]:
    return tx.meta.read(MetaKey.CONSOLE_SESSIONS, partial(_live, now=now)) or {}


def _live(kept: str, now: datetime) -> dict[str, tuple[str, int]]:
    """The sessions that have not ended, nor been dated by a clock that was wrong."""
    at, latest = int(now.timestamp()), int((now + LASTS).timestamp())
    return {name: (who, ends) for name, (who, ends) in json.loads(kept).items() if at < ends <= latest}


# What the pages and the forms of the console share.

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
