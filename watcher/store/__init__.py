"""The gateway to the database: what was seen, what it means, what was told."""

from watcher.store.codec import entry_digest
from watcher.store.documents import pack
from watcher.store.errors import ErrorKind, StoreError
from watcher.store.records import (
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
    Stopped,
    Subscriber,
    Verified,
)
from watcher.store.store import Store, Transaction
from watcher.store.summary import Summary, load_summary

__all__ = [
    "Act",
    "Delivery",
    "Dropped",
    "Due",
    "ErrorKind",
    "Evidence",
    "KnownEntry",
    "Mute",
    "Outgoing",
    "Packed",
    "Policy",
    "Poll",
    "PollDay",
    "State",
    "Stopped",
    "Store",
    "StoreError",
    "Subscriber",
    "Summary",
    "Transaction",
    "Verified",
    "entry_digest",
    "load_summary",
    "pack",
]
