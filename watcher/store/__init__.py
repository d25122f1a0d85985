"""The one door to the database: what was seen, what it means, what was told."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from watcher.store.codec import entry_digest
from watcher.store.errors import StoreError, Trouble
from watcher.store.glance import Glance, glance
from watcher.store.rows import (
    Act,
    Delivery,
    Dropped,
    Due,
    Evidence,
    KnownEntry,
    Mute,
    Outgoing,
    Packed,
    Policy,
    Poll,
    PollDay,
    State,
    Subscriber,
    Verified,
)

if TYPE_CHECKING:
    from watcher.store.documents import pack
    from watcher.store.store import Store, Transaction

__all__ = [
    "Act",
    "Delivery",
    "Dropped",
    "Due",
    "Evidence",
    "Glance",
    "KnownEntry",
    "Mute",
    "Outgoing",
    "Packed",
    "Policy",
    "Poll",
    "PollDay",
    "State",
    "Store",
    "StoreError",
    "Subscriber",
    "Transaction",
    "Trouble",
    "Verified",
    "entry_digest",
    "glance",
    "pack",
]

LATER = {"Store": "store", "Transaction": "store", "pack": "documents"}
"""What takes the machinery of the database, which takes longer to import than a glance takes to answer."""


def __getattr__(name: str) -> object:
    """Import what was asked for."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"watcher.store.{LATER[name]}"), name)
