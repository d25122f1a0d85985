"""The one door to the database: what was seen, what it means, what was told."""

from watcher.store.codec import entry_digest
from watcher.store.documents import pack
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
