"""What is new in a reading: entries against what is known of their source, as values to be stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from watcher.core.model import Entry

TWO_READINGS_APART = timedelta(hours=6)
"""A vanished entry counts as withdrawn only when a second good reading, this much later, misses it too."""


class Seen(Protocol):
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
class Fresh:
    """An entry in a revision that has not been seen before."""

    entry: Entry
    revision: int
    digest: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a good reading says beyond what is known."""

    fresh: tuple[Fresh, ...] = ()
    missing: tuple[str, ...] = ()
    """Keys of a record's entries that this reading does not have, not withdrawn yet."""
    withdrawn: tuple[str, ...] = ()
    """Keys missed by two good readings far enough apart."""
    back: tuple[str, ...] = ()
    """Keys that were missing or withdrawn and are here again."""


def digest_of(entry: Entry) -> str:
    """SHA-256 over all that an entry says, hexadecimal; the order of its facts does not matter."""
    facts = sorted((name, value) for name, value in entry.facts.items())
    published = entry.published.isoformat() if entry.published else ""
    said = json.dumps([entry.title, entry.text, entry.link, published, facts], ensure_ascii=False, default=list)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def notice(entries: Iterable[Entry], known: Mapping[str, Seen], *, record: bool, now: datetime) -> Noticed:
    """Compare a good reading with what is known of its source. For a stream, absence means nothing."""
    read = {entry.key: entry for entry in entries}
    fresh = tuple(new for entry in read.values() if (new := _fresh(entry, known.get(entry.key))) is not None)
    back = tuple(key for key in read if (was := known.get(key)) and (was.missing_since or was.withdrawn_at))
    if not record:
        return Noticed(fresh, back=back)
    gone = [key for key, was in known.items() if key not in read and was.withdrawn_at is None]
    long_gone = tuple(key for key in gone if (since := known[key].missing_since) and now - since >= TWO_READINGS_APART)
    return Noticed(fresh, tuple(key for key in gone if key not in long_gone), long_gone, back)


def _fresh(entry: Entry, was: Seen | None) -> Fresh | None:
    digest = digest_of(entry)
    if was is None:
        return Fresh(entry, 1, digest)
    return Fresh(entry, was.revision + 1, digest) if was.digest != digest else None
