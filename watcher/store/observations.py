"""Observations, entries as seen, written once; and the claims that rules made of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from watcher.core.model import Claim, Entry, Observation, Tier
from watcher.store.chain import extend
from watcher.store.codec import content, dump, load, micros, moment, sha256
from watcher.store.documents import Documents
from watcher.store.records import KnownEntry
from watcher.store.repository import Repository, Row, batches
from watcher.store.tables import ClaimRow, EntryRow, ObservationRow, RulesRow, WithdrawalRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime


# Observations: entries as seen, written once; and what is known of each entry at present.

KNOWN_ENTRIES = (
    'SELECT entry.source, entry."key", entry.revision, entry.digest, entry.observation, entry.first_seen_at,'
    " entry.missing_since, entry.missing_reads, entry.withdrawn_at"
)
KNOWN_OF_SOURCES = f"{KNOWN_ENTRIES} FROM entry WHERE entry.source IN :sources"
# CROSS JOIN keeps the order: SQLite would else read the whole table and look each row up in the list.
PAIRS_SQLITE = (
    "FROM json_each(:entries) AS pair CROSS JOIN entry"
    " WHERE entry.source = json_extract(pair.value, '$[0]') AND entry.\"key\" = json_extract(pair.value, '$[1]')"
)
PAIRS_POSTGRESQL = (
    "FROM jsonb_array_elements(CAST(:entries AS jsonb)) AS pair(value) CROSS JOIN entry"
    ' WHERE entry.source = pair.value->>0 AND entry."key" = pair.value->>1'
)
PAIRS = {"sqlite": PAIRS_SQLITE, "postgresql": PAIRS_POSTGRESQL}
PLACE = 'source = :source AND "key" = :key'
MISSING = f"UPDATE entry SET missing_since = :since, missing_reads = :reads WHERE {PLACE}"
WITHDRAW = f"UPDATE entry SET withdrawn_at = :since WHERE {PLACE}"
BACK = f"UPDATE entry SET missing_since = NULL, missing_reads = 0, withdrawn_at = NULL WHERE {PLACE}"
RETURNED = f"UPDATE absence SET until = :moment WHERE {PLACE} AND until IS NULL"
SEEN_OBSERVATIONS = (
    "SELECT observation.id, observation.source, observation.revision, observation.seen_at, observation.first_seen_at,"
    " observation.publisher, observation.tier, observation.surface, observation.url, observation.entry, document.hash"
    " FROM observation LEFT JOIN document ON document.id = observation.document"
)
GET = f"{SEEN_OBSERVATIONS} WHERE observation.id = :id"
OBSERVATIONS_OF_SIGNAL = f"{SEEN_OBSERVATIONS} JOIN source ON source.id = observation.source WHERE source.signal = :signal"
ORDER = "ORDER BY observation.id"
ALL_OBSERVATIONS = f"{OBSERVATIONS_OF_SIGNAL} {ORDER}"
ABSENCES = (
    'SELECT absence.source, absence."key", absence.since, absence.until'
    " FROM absence JOIN source ON source.id = absence.source WHERE source.signal = :signal ORDER BY absence.since"
)
AFTER = f"{OBSERVATIONS_OF_SIGNAL} AND observation.id > :number {ORDER} LIMIT :most"
COUNT = "SELECT COUNT(*) FROM observation"
COVERED = (
    "observation.source, observation.\"key\", observation.revision, COALESCE(document.hash, ''), observation.url,"
    " observation.publisher, observation.tier, observation.surface, observation.seen_at, observation.first_seen_at,"
    " observation.entry"
)
"""What the chain covers, everything, in the order of `line`."""
ABSENT = 'SELECT 1 FROM absence WHERE absence.source = observation.source AND absence."key" = observation."key"'
LATER = (
    "SELECT 1 FROM observation AS later WHERE later.source = observation.source"
    ' AND later."key" = observation."key" AND later.revision > observation.revision'
)
FRESH = ("revision", "digest", "observation", "missing_since", "missing_reads", "withdrawn_at")


def withdrawn(as_of: datetime | None) -> str:
    """Whether the entry of an observation is withdrawn, now or as `:as_of` then."""
    if as_of is None:
        return f"EXISTS ({ABSENT} AND absence.until IS NULL)"
    return f"EXISTS ({ABSENT} AND absence.since <= :as_of AND (absence.until IS NULL OR absence.until > :as_of))"


def superseded(as_of: datetime | None) -> str:
    """Whether a later revision of the same entry was seen, by now or by `:as_of` then."""
    return f"EXISTS ({LATER})" if as_of is None else f"EXISTS ({LATER} AND later.seen_at <= :as_of)"


@dataclass(frozen=True, slots=True)
class EncodedObservation:
    """An observation as it is written, but for its number and that of its document."""

    seen: Observation
    row: Mapping[str, Any]
    line: bytes
    """What the chain covers."""
    digest: str
    """Of its entry, as `entry_digest` gives it."""


def encode(seen: Observation) -> EncodedObservation:
    """Write an observation as text and bytes; pure, so that it can be done before anybody has to wait for it."""
    row = columns(seen)
    return EncodedObservation(seen, row, line(row, seen.document), sha256(row["entry"].encode()).hex()[:32])


def observation(row: Row) -> Observation:
    """The value that was put in."""
    number, source, revision, seen_at, first_seen_at, publisher, tier, surface, url, entry, name = row
    return Observation(
        source=source,
        entry=load(Entry, entry),
        seen_at=moment(seen_at),
        document=name or "",
        publisher=publisher,
        tier=Tier(tier),
        surface=surface,
        url=url,
        revision=revision,
        id=number,
        first_seen_at=moment(first_seen_at),
    )


def by_key(rows: Iterable[Row], found: dict[str, dict[str, KnownEntry]]) -> None:
    """Add what is known of entries, by source, then by key."""
    for source, key, revision, digest, number, first, missing, reads, gone in rows:
        known = KnownEntry(source, key, revision, digest, number, moment(first), moment(missing), reads, moment(gone))
        found.setdefault(source, {})[key] = known


def line(row: Mapping[str, Any], document: str) -> bytes:
    """What the chain covers: everything."""
    where = (row["source"], row["key"], row["revision"], document, row["url"])
    who = (row["publisher"], row["tier"], row["surface"])
    return content(*where, *who, row["seen_at"], row["first_seen_at"], row["entry"])


class Observations(Repository):
    """Entries as seen."""

    __slots__ = ()

    def known(self, sources: Iterable[str]) -> dict[str, dict[str, KnownEntry]]:
        """What is known of the entries of these sources: by source, then by key. A source without any is not there."""
        found: dict[str, dict[str, KnownEntry]] = {}
        for some in batches(sources):
            by_key(self.rows(KNOWN_OF_SOURCES, {"sources": some}), found)
        return found

    def known_of(self, entries: Iterable[tuple[str, str]]) -> dict[str, dict[str, KnownEntry]]:
        """The same for single entries (source, key): as much as a stream needs, however long its history has become."""
        statement = f"{KNOWN_ENTRIES} {PAIRS[self.connection.dialect.name]}"
        found: dict[str, dict[str, KnownEntry]] = {}
        for some in batches(entries):
            by_key(self.rows(statement, {"entries": json.dumps(some)}), found)
        return found

    def add(self, observations: Iterable[Observation]) -> list[Observation]:
        """Write new revisions, in this order, and give them back with their ids; their entries count as present again.

        The document of each must be stored before (or be empty). A withdrawn entry that is seen again is restored.
        """
        found = [encode(seen) for seen in observations]
        return [replace(one.seen, id=number) for one, number in zip(found, self.add_encoded(found), strict=True)]

    def add_encoded(self, observations: Sequence[EncodedObservation]) -> list[int]:
        """The same for those that are encoded already; their ids."""
        if not observations:
            return []
        hashes = {one.seen.document for one in observations if one.seen.document}
        documents: dict[str, int | None] = {name: number for name, (number, _) in Documents(self.session).stored(hashes).items()}
        documents[""] = None
        links = extend(self.session, "observation", [one.line for one in observations])
        rows = [
            {**one.row, "document": documents[one.seen.document], "id": number, "chain": chain}
            for one, (number, chain) in zip(observations, links, strict=True)
        ]
        self.insert(ObservationRow, rows)
        entries = [present(row, one.digest) for one, row in zip(observations, rows, strict=True)]
        self.upsert(EntryRow, entries, change=FRESH)
        self._returned([(row["source"], row["key"], row["seen_at"]) for row in rows if row["revision"] > 1])
        return [number for number, _ in links]

    def _returned(self, places: Iterable[tuple[str, str, int]]) -> None:
        """End the absence of entries (source, key) that are seen again at a moment."""
        rows = [{"source": source, "key": key, "moment": moment} for source, key, moment in places]
        self.run_all(RETURNED, rows)

    def miss(self, entries: Iterable[KnownEntry]) -> None:
        """Note how long and how often these entries have been missing from good readings of their record."""
        rows = [
            {"source": one.source, "key": one.key, "since": micros(one.missing_since), "reads": one.missing_reads}
            for one in entries
        ]
        self.run_all(MISSING, rows)

    def withdraw(self, entries: Iterable[tuple[str, str]], now: datetime) -> None:
        """Take entries (source, key) out of what counts, from now on; those that already are stay as they are."""
        since = micros(now)
        rows = [{"source": source, "key": key, "since": since, "until": None} for source, key in self.standing(entries)]
        self.upsert(WithdrawalRow, rows, change=("until",))
        self.run_all(WITHDRAW, rows)

    def standing(self, entries: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those of the entries that are known and not withdrawn."""
        known = self.known_of(set(entries))
        return sorted((one.source, one.key) for some in known.values() for one in some.values() if one.withdrawn_at is None)

    def restore(self, entries: Iterable[tuple[str, str]], now: datetime) -> None:
        """Count entries (source, key) as present: no longer missing, no longer withdrawn."""
        places = [(source, key, micros(now)) for source, key in entries]
        self.run_all(BACK, [{"source": source, "key": key} for source, key, _ in places])
        self._returned(places)

    def of(self, signal: str, as_of: datetime | None = None, *, all_revisions: bool = True) -> Iterator[Observation]:
        """The observations of a signal that are not withdrawn, now or as of then, in the order of their ids."""
        statement = f"{OBSERVATIONS_OF_SIGNAL} AND NOT {withdrawn(as_of)}"
        if as_of is not None:
            statement += " AND observation.seen_at <= :as_of"
        if not all_revisions:
            statement += f" AND NOT {superseded(as_of)}"
        return map(observation, self.stream(f"{statement} {ORDER}", {"signal": signal, "as_of": micros(as_of)}))

    def after(self, signal: str, number: int, most: int) -> list[Observation]:
        """At most so many observations of a signal that were kept after one, withdrawn ones too, in the order of their ids."""
        return list(map(observation, self.rows(AFTER, {"signal": signal, "number": number, "most": most})))

    def get(self, number: int) -> Observation | None:
        """One observation by its id."""
        row = self.row(GET, {"id": number})
        return observation(row) if row else None

    def count(self) -> int:
        """How many are stored."""
        return int(self.value(COUNT))


def columns(seen: Observation) -> dict[str, Any]:
    """The row of an observation, before it is linked to its document and into the chain."""
    seen_at = micros(seen.seen_at)
    return {
        "source": seen.source,
        "key": seen.entry.key,
        "revision": seen.revision,
        "seen_at": seen_at,
        "first_seen_at": micros(seen.first_seen_at) if seen.first_seen_at else seen_at,
        "publisher": seen.publisher,
        "tier": seen.tier.value,
        "surface": seen.surface,
        "url": seen.url,
        "entry": dump(seen.entry),
    }


def present(row: Mapping[str, Any], digest: str) -> dict[str, object]:
    """The row of an entry that has just been seen, by the row of its observation."""
    return {
        "source": row["source"],
        "key": row["key"],
        "revision": row["revision"],
        "digest": digest,
        "observation": row["id"],
        "first_seen_at": row["first_seen_at"],
        "missing_since": None,
        "missing_reads": 0,
        "withdrawn_at": None,
    }


class History(Repository):
    """What was seen, and from when to when it was withdrawn."""

    __slots__ = ()

    def observations(self, signal: str) -> Iterator[Observation]:
        """Every observation of a signal in the order of their ids, also those that are withdrawn now."""
        return map(observation, self.stream(ALL_OBSERVATIONS, {"signal": signal}))

    def absences(self, signal: str) -> list[tuple[str, str, datetime, datetime | None]]:
        """Source, key, since and until of every withdrawal, oldest first."""
        rows = self.rows(ABSENCES, {"signal": signal})
        return [(source, key, moment(since), moment(until)) for source, key, since, until in rows]


# Claims: what the rules found in the observations, kept so that a decision need not read them again.

RULES = "SELECT rules FROM ruling WHERE signal = :signal"
UNMAKE = "DELETE FROM claim WHERE signal = :signal"
CLAIMS_QUERY = "SELECT claim.claim, claim.observation"
FOUND = "FROM claim LEFT JOIN observation ON observation.id = claim.observation WHERE claim.signal = :signal"
THEN = "AND claim.seen_at <= :as_of"
CLAIM_ORDER = "ORDER BY claim.observation, claim.id"
REVIEWS = "SELECT claim.claim, claim.observation FROM claim WHERE claim.signal = :signal AND claim.claim LIKE :marked"
NEWEST_FIRST = "ORDER BY claim.id DESC LIMIT :most"
MARKED = '%"review":true%'
COUNT_CLAIMS = "SELECT COUNT(*) FROM claim WHERE signal = :signal"
COUNTS = "SELECT signal, COUNT(*) FROM claim WHERE signal IN :signals GROUP BY signal"
COUNT_OF_SOURCE = (
    "SELECT COUNT(*) FROM observation JOIN claim ON claim.observation = observation.id"
    " WHERE observation.source = :source AND claim.signal = :signal"
)
BY = "SELECT claim.claim, claim.observation FROM claim WHERE claim.observation IN :observations ORDER BY claim.id"


def encode_claim(claim: Claim) -> dict[str, Any]:
    """The row of a claim; one without an observation (history, a person's evidence) always stands.

    Pure, so that it can be done before anybody has to wait for it.
    """
    return {
        "signal": claim.signal,
        "track": claim.track,
        "observation": claim.observation or None,
        "seen_at": micros(claim.quote.seen_at),
        "claim": dump(claim),
    }


def standing(as_of: datetime | None, *, all_revisions: bool) -> str:
    """The claims of a signal that stand now or stood then."""
    gone = withdrawn(as_of) if all_revisions else f"({withdrawn(as_of)} OR {superseded(as_of)})"
    found = f"{FOUND} AND (claim.observation IS NULL OR NOT {gone})"
    return found if as_of is None else f"{found} {THEN}"


def loaded(rows: Iterable[Row]) -> list[Claim]:
    """The values that were put in."""
    return [claim(text, number) for text, number in rows]


def claim(text: str, observation: int | None) -> Claim:
    """The value that was put in: its observation stands in a column, for its number came last."""
    found = load(Claim, text)
    return found if found.observation == (observation or 0) else replace(found, observation=observation or 0)


class Claims(Repository):
    """What the rules found."""

    __slots__ = ()

    def add(self, claims: Iterable[Claim]) -> None:
        """Store the claims that new observations gave."""
        found = list(claims)
        self.insert(ClaimRow, [encode_claim(claim) for claim in found])
        # A claim on an observation keeps that and its document; without one, nothing else would.
        Documents(self.session).cite(claim.quote.document for claim in found if not claim.observation)

    def attach(self, claims: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Store what observations with these numbers claim, encoded already."""
        self.insert(ClaimRow, [{**row, "observation": number} for number, row in claims])

    def replace(self, signal: str, rules: str, claims: Iterable[Claim], now: datetime) -> None:
        """All claims of a signal anew, made under the rules with this hash."""
        self.run(UNMAKE, {"signal": signal})
        for some in batches(claims):
            self.add(some)
        self.session.merge(RulesRow(signal=signal, rules=rules, at=now))
        self.session.flush()

    def rules(self, signal: str) -> str:
        """The hash of the rules under which the claims of the signal were made; empty before the first."""
        return str(self.value(RULES, {"signal": signal}) or "")

    def count(self, signal: str, source: str | None = None) -> int:
        """How many claims of a signal are kept, in all or of one source, withdrawn and superseded ones too."""
        if source is None:
            return int(self.value(COUNT_CLAIMS, {"signal": signal}))
        return int(self.value(COUNT_OF_SOURCE, {"signal": signal, "source": source}))

    def counts(self, signals: Iterable[str]) -> dict[str, int]:
        """How many claims of each of these signals are kept; one without any is not there."""
        found = (self.rows(COUNTS, {"signals": some}) for some in batches(signals))
        return {signal: many for rows in found for signal, many in rows}

    def of(self, signal: str, as_of: datetime | None = None) -> list[Claim]:
        """The claims that stand now or stood then, in the order of their observations.

        The claims of a withdrawn entry do not stand. Of an entry that was edited, those of its latest revision stand. Costs as
        much as the claims, whatever the number of observations.
        """
        statement = f"{CLAIMS_QUERY} {standing(as_of, all_revisions=False)} {CLAIM_ORDER}"
        return loaded(self.rows(statement, {"signal": signal, "as_of": micros(as_of)}))

    def revisions(self, signal: str, as_of: datetime | None = None) -> list[tuple[Claim, bool]]:
        """The same with the claims of earlier revisions, each with whether it is of the latest (or of no observation)."""
        latest = f"claim.observation IS NULL OR NOT {superseded(as_of)}"
        statement = f"{CLAIMS_QUERY}, {latest} {standing(as_of, all_revisions=True)} {CLAIM_ORDER}"
        rows = self.rows(statement, {"signal": signal, "as_of": micros(as_of)})
        return [(claim(text, number), bool(is_latest)) for text, number, is_latest in rows]

    def reviews(self, signal: str, *, as_of: datetime | None = None, limit: int = 50) -> list[Claim]:
        """What a person should read, newest first: news that no rule could place."""
        statement = f"{REVIEWS} {NEWEST_FIRST}" if as_of is None else f"{REVIEWS} {THEN} {NEWEST_FIRST}"
        values = {"signal": signal, "as_of": micros(as_of), "marked": MARKED, "most": limit}
        return loaded(self.rows(statement, values))

    def by(self, observations: Iterable[int]) -> list[Claim]:
        """The claims that these observations gave."""
        found: list[Claim] = []
        for some in batches(observations):
            found += loaded(self.rows(BY, {"observations": some}))
        return found
