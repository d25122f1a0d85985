"""What is new in a reading: entries against what is known of their source, as values to be stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from watcher.core.model import Entry

TWO_READINGS_APART = timedelta(hours=6)
"""A vanished entry counts as withdrawn only when a second good reading, this much later, misses it too."""


class KnownEntry(Protocol):
    """What is known of one entry of a source."""

    @property
    def revision(self) -> int:
        """Number of its latest revision, from 1."""

    @property
    def digest(self) -> str:
        """Digest of its latest revision."""

    @property
    def missing_since(self) -> datetime | None:
        """First good reading without it."""

    @property
    def withdrawn_at(self) -> datetime | None:
        """When it was marked as withdrawn."""


@dataclass(frozen=True, slots=True)
class NewRevision:
    """An entry in a revision that has not been seen before."""

    entry: Entry
    revision: int


@dataclass(frozen=True, slots=True)
class EntryDiff:
    """What a good reading says beyond what is known."""

    fresh: tuple[NewRevision, ...] = ()
    missing: tuple[str, ...] = ()
    """Keys of a record's entries that this reading does not have, not withdrawn yet."""
    withdrawn: tuple[str, ...] = ()
    """Keys missed by two good readings far enough apart."""
    back: tuple[str, ...] = ()
    """Keys that were missing or withdrawn and are here again."""


def diff_entries(
    entries: Iterable[Entry], known: Mapping[str, KnownEntry], *, record: bool, now: datetime, digest: Callable[[Entry], str]
) -> EntryDiff:
    """Compare a good reading with what is known of its source. For a stream, absence means nothing.

    `digest` is the fingerprint under which entries are known.
    """
    read = {entry.key: entry for entry in entries}
    fresh = tuple(new for entry in read.values() if (new := _fresh(entry, known.get(entry.key), digest(entry))) is not None)
    back = tuple(key for key in read if (was := known.get(key)) and (was.missing_since or was.withdrawn_at))
    if not record:
        return EntryDiff(fresh, back=back)
    gone = [key for key, was in known.items() if key not in read and was.withdrawn_at is None]
    long_gone = tuple(key for key in gone if (since := known[key].missing_since) and now - since >= TWO_READINGS_APART)
    withdrawn = frozenset(long_gone)
    return EntryDiff(fresh, tuple(key for key in gone if key not in withdrawn), long_gone, back)


def _fresh(entry: Entry, was: KnownEntry | None, digest: str) -> NewRevision | None:
    if was is None:
        return NewRevision(entry, 1)
    return NewRevision(entry, was.revision + 1) if was.digest != digest else None
