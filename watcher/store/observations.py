"""Observations: entries as seen, written once; and what is known of each entry at present."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, exists, func, or_, select, text, update

from watcher.core.model import Entry, Observation, Tier
from watcher.store.base import STREAM, Noun, batches, table
from watcher.store.chain import extend
from watcher.store.codec import content, dump, load, micros, sha256
from watcher.store.documents import stored
from watcher.store.rows import KnownEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, TextualSelect

SOURCE = table("source")
ENTRY = table("entry")
OBSERVATION = table("observation")
DOCUMENT = table("document")
ABSENCE = table("absence")

KNOWN = select(ENTRY).where(ENTRY.c.source.in_(bindparam("sources", expanding=True)))
ONE = (ENTRY.c.source == bindparam("in_source")) & (ENTRY.c.key == bindparam("in_key"))
MISSING = update(ENTRY).where(ONE).values(missing_since=bindparam("since"), missing_reads=bindparam("reads"))
WITHDRAW = update(ENTRY).where(ONE).values(withdrawn_at=bindparam("moment"))
BACK = update(ENTRY).where(ONE).values(missing_since=None, missing_reads=0, withdrawn_at=None)
RETURNED = (
    update(ABSENCE)
    .where(ABSENCE.c.source == bindparam("in_source"), ABSENCE.c.key == bindparam("in_key"), ABSENCE.c.until.is_(None))
    .values(until=bindparam("moment"))
)
SEEN = select(OBSERVATION, DOCUMENT.c.hash.label("hash")).select_from(OBSERVATION.outerjoin(DOCUMENT))
FRESH = ("revision", "digest", "observation", "missing_since", "missing_reads", "withdrawn_at")


@cache
def known_of(dialect: str) -> TextualSelect:
    """The entries of a list, given as JSON pairs of source and key: one prepared statement, which looks each up in the index."""
    # CROSS JOIN keeps the order: SQLite would else read the whole table and look each row up in the list.
    embedded = "json_each(:entries) AS pair", "json_extract(pair.value, '$[0]')", "json_extract(pair.value, '$[1]')"
    shared = "jsonb_array_elements(CAST(:entries AS jsonb)) AS pair(value)", "pair.value->>0", "pair.value->>1"
    pairs, source, key = embedded if dialect == "sqlite" else shared
    names = ", ".join(f'entry."{column.name}"' for column in ENTRY.c)
    found = text(f'SELECT {names} FROM {pairs} CROSS JOIN entry WHERE entry.source = {source} AND entry."key" = {key}')  # noqa: S608 - our own words
    return found.columns(*ENTRY.c)


def withdrawn(as_of: datetime | None) -> ColumnElement[bool]:
    """Whether the entry of an observation is withdrawn, now or as of then."""
    same = (ABSENCE.c.source == OBSERVATION.c.source) & (ABSENCE.c.key == OBSERVATION.c.key)
    if as_of is None:
        return exists().where(same, ABSENCE.c.until.is_(None))
    return exists().where(same, ABSENCE.c.since <= as_of, or_(ABSENCE.c.until.is_(None), ABSENCE.c.until > as_of))


def superseded(as_of: datetime | None) -> ColumnElement[bool]:
    """Whether a later revision of the same entry was seen, by now or by then."""
    later = OBSERVATION.alias("later")
    same = (later.c.source == OBSERVATION.c.source) & (later.c.key == OBSERVATION.c.key)
    newer = same & (later.c.revision > OBSERVATION.c.revision)
    return exists().where(newer if as_of is None else newer & (later.c.seen_at <= as_of))


def observation(row: Row[Any]) -> Observation:
    """The value that was put in."""
    return Observation(
        source=row.source,
        entry=load(Entry, row.entry),
        seen_at=row.seen_at,
        document=row.hash or "",
        publisher=row.publisher,
        tier=Tier(row.tier),
        surface=row.surface,
        url=row.url,
        revision=row.revision,
        id=row.id,
        first_seen_at=row.first_seen_at,
    )


def line(seen: Observation, entry: str) -> bytes:
    """What the chain covers: everything."""
    where = (seen.source, seen.entry.key, seen.revision, seen.document, seen.url)
    who = (seen.publisher, seen.tier.value, seen.surface)
    return content(*where, *who, micros(seen.seen_at), micros(seen.first_seen_at or seen.seen_at), entry)


class Observations(Noun):
    """Entries as seen."""

    __slots__ = ()

    def known(self, sources: Iterable[str]) -> dict[str, dict[str, KnownEntry]]:
        """What is known of the entries of these sources: by source, then by key. A source without any is not there."""
        found: dict[str, dict[str, KnownEntry]] = {}
        for some in batches(sources):
            for row in self.connection.execute(KNOWN, {"sources": some}):
                found.setdefault(row.source, {})[row.key] = KnownEntry(*row)
        return found

    def known_of(self, entries: Iterable[tuple[str, str]]) -> dict[str, dict[str, KnownEntry]]:
        """The same for single entries (source, key): as much as a stream needs, however long its history has become."""
        found: dict[str, dict[str, KnownEntry]] = {}
        statement = known_of(self.connection.dialect.name)
        for some in batches(entries):
            for row in self.connection.execute(statement, {"entries": json.dumps(some)}):
                found.setdefault(row.source, {})[row.key] = KnownEntry(*row)
        return found

    def add(self, observations: Sequence[Observation]) -> list[Observation]:
        """Write new revisions, in this order, and give them back with their ids; their entries count as present again.

        The document of each must be stored before (or be empty). A withdrawn entry that is seen again is restored.
        """
        if not observations:
            return []
        hashes = {seen.document for seen in observations if seen.document}
        documents = {name: number for name, (number, _) in stored(self.connection, hashes).items()}
        entries = [dump(seen.entry) for seen in observations]
        lines = [line(seen, entry) for seen, entry in zip(observations, entries, strict=True)]
        links = extend(self.connection, "observation", lines)
        done = [replace(seen, id=number) for seen, (number, _) in zip(observations, links, strict=True)]
        self.insert(
            "observation",
            [
                columns(seen, entry, documents[seen.document] if seen.document else None, chain)
                for seen, entry, (_, chain) in zip(done, entries, links, strict=True)
            ],
        )
        self.upsert("entry", [present(seen, entry) for seen, entry in zip(done, entries, strict=True)], change=FRESH)
        self.returned([seen for seen in done if seen.revision > 1])
        return done

    def returned(self, seen: Sequence[Observation]) -> None:
        """End the absence of entries that are seen again."""
        rows = [{"in_source": one.source, "in_key": one.entry.key, "moment": one.seen_at} for one in seen]
        if rows:
            self.connection.execute(RETURNED, rows)

    def miss(self, entries: Iterable[KnownEntry]) -> None:
        """Note how long and how often these entries have been missing from good readings of their record."""
        rows = [
            {"in_source": one.source, "in_key": one.key, "since": one.missing_since, "reads": one.missing_reads}
            for one in entries
        ]
        if rows:
            self.connection.execute(MISSING, rows)

    def withdraw(self, entries: Iterable[tuple[str, str]], now: datetime) -> None:
        """Take entries (source, key) out of what counts, from now on; those that already are stay as they are."""
        rows = [{"source": source, "key": key, "since": now, "until": None} for source, key in self.standing(entries)]
        if rows:
            self.upsert("absence", rows, change=("until",))
            places = [{"in_source": one["source"], "in_key": one["key"], "moment": now} for one in rows]
            self.connection.execute(WITHDRAW, places)

    def standing(self, entries: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those of the entries that are known and not withdrawn."""
        wanted = set(entries)
        known = self.known({source for source, _ in wanted})
        held = {(one.source, one.key): one for some in known.values() for one in some.values()}
        return sorted(place for place in wanted if place in held and held[place].withdrawn_at is None)

    def restore(self, entries: Iterable[tuple[str, str]], now: datetime) -> None:
        """Count entries (source, key) as present: no longer missing, no longer withdrawn."""
        rows = [{"in_source": source, "in_key": key} for source, key in entries]
        if rows:
            self.connection.execute(BACK, rows)
            self.connection.execute(RETURNED, [{**one, "moment": now} for one in rows])

    def of(self, signal: str, as_of: datetime | None = None, *, all_revisions: bool = True) -> Iterator[Observation]:
        """The observations of a signal that are not withdrawn, now or as of then, in the order of their ids."""
        statement = SEEN.join(SOURCE, SOURCE.c.id == OBSERVATION.c.source).where(SOURCE.c.signal == signal)
        yield from self.select(statement, as_of, all_revisions=all_revisions)

    def select(self, statement: Select[Any], as_of: datetime | None, *, all_revisions: bool) -> Iterator[Observation]:
        """The observations of a statement that hold now or held then, a few in memory at a time."""
        statement = statement.where(~withdrawn(as_of)).order_by(OBSERVATION.c.id)
        if as_of is not None:
            statement = statement.where(OBSERVATION.c.seen_at <= as_of)
        if not all_revisions:
            statement = statement.where(~superseded(as_of))
        for row in self.connection.execute(statement, execution_options=STREAM):
            yield observation(row)

    def get(self, number: int) -> Observation | None:
        """One observation by its id."""
        row = self.connection.execute(SEEN.where(OBSERVATION.c.id == number)).one_or_none()
        return observation(row) if row else None

    def count(self) -> int:
        """How many are stored."""
        return self.connection.execute(select(func.count()).select_from(OBSERVATION)).scalar() or 0


def columns(seen: Observation, entry: str, document: int | None, chain: bytes) -> dict[str, object]:
    """The row of an observation."""
    return {
        "id": seen.id,
        "source": seen.source,
        "key": seen.entry.key,
        "revision": seen.revision,
        "seen_at": seen.seen_at,
        "first_seen_at": seen.first_seen_at or seen.seen_at,
        "document": document,
        "publisher": seen.publisher,
        "tier": seen.tier.value,
        "surface": seen.surface,
        "url": seen.url,
        "entry": entry,
        "chain": chain,
    }


def present(seen: Observation, entry: str) -> dict[str, object]:
    """The row of an entry that has just been seen."""
    return {
        "source": seen.source,
        "key": seen.entry.key,
        "revision": seen.revision,
        "digest": sha256(entry.encode()).hex()[:32],
        "observation": seen.id,
        "first_seen_at": seen.first_seen_at or seen.seen_at,
        "missing_since": None,
        "missing_reads": 0,
        "withdrawn_at": None,
    }
