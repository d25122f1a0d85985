"""Which of the configurations that workers on one server were given is the newest: they all work by that one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from watcher.store.codec import load
from watcher.store.errors import ErrorKind, StoreError
from watcher.store.records import MetaKey
from watcher.store.store import Transaction

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
