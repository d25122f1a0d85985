"""Who is signed in at the console: by one token, sessions kept as hashes in the database, wrong tokens counted."""

from __future__ import annotations

import hmac
import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from watcher.store.records import MetaKey
from watcher.store.store import Store, Transaction

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
