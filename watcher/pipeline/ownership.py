"""Under whose configuration the sources of a database are watched, and which of several is the newest."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from watcher.core.model import Source
from watcher.store.codec import dump, load
from watcher.store.errors import ErrorKind, StoreError
from watcher.store.records import MetaKey
from watcher.store.store import Transaction

# Under whose configuration the sources of a database are watched, so that no other one changes them unseen.

LEASE = timedelta(minutes=10)
"""A watch that has not been heard of for so long no longer counts: the service manager would have started it again."""
RENEW = timedelta(seconds=30)


class OtherWatchError(StoreError):
    """Another watch holds the sources of this database."""

    def __init__(self, path: Path, other: Owner) -> None:
        super().__init__(
            f"{path} would change what another watch looks at in the same database: process {other.pid} on {other.host} watches"
            f" under {other.path} (seen {other.seen:%Y-%m-%dT%H:%M:%SZ}); give one of them a database of its own ([store] url),"
            " or stop the other, or make it load this configuration (SIGHUP)",
            ErrorKind.LOCKED,
        )


@dataclass(frozen=True, slots=True)
class Owner:
    """A running watch."""

    plan: str
    path: str
    host: str
    pid: int
    seen: datetime

    def is_me(self) -> bool:
        """Whether this process wrote it, or one before it in the same place."""
        return (self.host, self.pid) == (socket.gethostname(), os.getpid())

    def lives(self, now: datetime) -> bool:
        """Whether it may still be at work."""
        if abs(now - self.seen) > LEASE:
            return False
        if self.host != socket.gethostname():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # another user's
        return True


@dataclass(frozen=True, slots=True)
class _Owners:
    listed: tuple[Owner, ...] = ()


def plan_of(sources: Iterable[Source], rules: Iterable[str]) -> str:
    """Name what is looked at and decided by, whatever the layout of the file that says so."""
    text = "\n".join([*sorted(dump(source) for source in sources), *sorted(rules)])
    return hashlib.sha256(text.encode()).hexdigest()


def owners(tx: Transaction, now: datetime) -> tuple[Owner, ...]:
    """The watches that live."""
    known = tx.meta.read(MetaKey.OWNERS, lambda text: load(_Owners, text)) or _Owners()
    return tuple(one for one in known.listed if one.lives(now))


def stand_back(tx: Transaction, plan: str, path: Path, now: datetime) -> None:
    """Raise OtherWatchError where another process watches by another plan."""
    for one in owners(tx, now):
        if one.plan != plan and not one.is_me():
            raise OtherWatchError(path, one)


def write_in(tx: Transaction, plan: str, path: Path, now: datetime) -> None:
    """Note that this process watches by this plan."""
    me = Owner(plan, str(path.absolute()), socket.gethostname(), os.getpid(), now)
    tx.meta.put(MetaKey.OWNERS, dump(_Owners((*(one for one in owners(tx, now) if not one.is_me()), me))))


def is_due(tx: Transaction, plan: str, now: datetime) -> bool:
    """Whether this process has to write itself in again."""
    return not any(one.is_me() and one.plan == plan and abs(now - one.seen) < RENEW for one in owners(tx, now))


def write_out(tx: Transaction, now: datetime) -> None:
    """Note that this process watches no longer."""
    tx.meta.put(MetaKey.OWNERS, dump(_Owners(tuple(one for one in owners(tx, now) if not one.is_me()))))


# Which of the configurations that workers on one server were given is the newest: they all work by that one.

MAX_REMEMBERED = 100


class OlderConfigurationError(StoreError):
    """Other workers have a newer configuration than this one."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is older than the configuration by which other workers on the same database work: bring the newer file here,"
            " or say that this one is to count (`watcher worker --newest`)",
            ErrorKind.LOCKED,
        )


def given(tx: Transaction) -> list[str]:
    """The digests of the configurations that were given, the newest last."""
    return tx.meta.read(MetaKey.CONFIGURATIONS, lambda text: load(list[str], text)) or []


def is_newest(tx: Transaction, digest: str) -> bool:
    """Whether this is the one that all are to work by."""
    return given(tx)[-1:] == [digest]


def give(tx: Transaction, digest: str, path: Path, *, newest: bool = False) -> None:
    """Make this the one that all work by. Raises OlderConfigurationError for one that another has followed already.

    `newest`: it is to count all the same, for somebody went back to it.
    """
    before = given(tx)
    if digest in before[:-1] and not newest:
        raise OlderConfigurationError(path)
    if before[-1:] != [digest]:
        tx.meta.put(MetaKey.CONFIGURATIONS, json.dumps([*(each for each in before if each != digest), digest][-MAX_REMEMBERED:]))


def check_of(digest: str, path: Path) -> Callable[[Transaction], None]:
    """What is asked before anything is written by a configuration: whether it still is the newest."""

    def check(tx: Transaction) -> None:
        if not is_newest(tx, digest):
            raise OlderConfigurationError(path)

    return check
