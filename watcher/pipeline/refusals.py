"""Documents that took more time or memory than is allowed: remembered, so that the same one is not tried again and again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher import __version__
from watcher.core.model import Source
from watcher.store.codec import load, moment_in
from watcher.store.records import Due, MetaKey
from watcher.store.store import Transaction

MAX_REFUSALS = 200
"""So many are remembered, the latest."""
LASTS = timedelta(days=1)
"""Then it is tried once more: the machine may have been busy with other things."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that was too much for the reader of a source, or for the rules of its signal."""

    source: Source
    document: str
    """Its hash."""
    why: str


def refused(tx: Transaction, dues: Iterable[Due], now: datetime) -> dict[str, Mapping[str, str]]:
    """Of each source the documents that are not tried again, by their hash, with the reason; most sources have none."""
    rows = _rows(tx, now)
    found: dict[str, Mapping[str, str]] = {}
    for source in (due.source for due in dues) if rows else ():
        way = _way(tx, source)
        if mine := {row["document"]: row["why"] for row in rows if row["way"] == way}:
            found[source.id] = mine
    return found


def remember(tx: Transaction, refusals: Iterable[Refused], now: datetime) -> None:
    """Try these documents no more until they, their format or the rules of their signal change."""
    if not (refusals := list(refusals)):
        return
    tx.exclude(MetaKey.DOCUMENTS_REFUSED)
    new = [{"document": one.document, "way": _way(tx, one.source), "at": now.isoformat(), "why": one.why} for one in refusals]
    tx.meta.put(MetaKey.DOCUMENTS_REFUSED, json.dumps([*_rows(tx, now), *new][-MAX_REFUSALS:]))


def _rows(tx: Transaction, now: datetime) -> list[dict[str, str]]:
    """Those that have not lapsed (nor lie ahead, after a clock that was set back)."""
    return [row for row in (tx.meta.read(MetaKey.DOCUMENTS_REFUSED, _rows_in) or []) if now - LASTS < moment_in(row["at"]) <= now]


def _rows_in(text: str) -> list[dict[str, str]]:
    """The rows that were put there. Raises ValueError or KeyError for others."""
    rows = [{name: row[name] for name in ("document", "way", "at", "why")} for row in load(list[dict[str, str]], text)]
    for row in rows:
        moment_in(row["at"])
    return rows


def _way(tx: Transaction, source: Source) -> str:
    """How a source's documents are read and understood: another way may be quicker."""
    parts = [source.format, sorted(source.options.items()), tx.claims.rules(source.signal), __version__]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
