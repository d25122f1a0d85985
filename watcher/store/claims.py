"""Claims: what the rules found in the observations, kept so that a decision need not read them again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from watcher.core.model import Claim
from watcher.store.codec import dump, load, micros
from watcher.store.documents import Documents
from watcher.store.observations import superseded, withdrawn
from watcher.store.repository import Repository
from watcher.store.statements import Row, batches
from watcher.store.tables import ClaimRow, RulesRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


RULES = "SELECT rules FROM ruling WHERE signal = :signal"
UNMAKE = "DELETE FROM claim WHERE signal = :signal"
CLAIMS_QUERY = "SELECT claim.claim, claim.observation"
FOUND = "FROM claim LEFT JOIN observation ON observation.id = claim.observation WHERE claim.signal = :signal"
THEN = "AND claim.seen_at <= :as_of"
ORDER = "ORDER BY claim.observation, claim.id"
REVIEWS = "SELECT claim.claim, claim.observation FROM claim WHERE claim.signal = :signal AND claim.claim LIKE :marked"
NEWEST_FIRST = "ORDER BY claim.id DESC LIMIT :most"
MARKED = '%"review":true%'
COUNT = "SELECT COUNT(*) FROM claim WHERE signal = :signal"
COUNTS = "SELECT signal, COUNT(*) FROM claim WHERE signal IN :signals GROUP BY signal"
COUNT_OF_SOURCE = (
    "SELECT COUNT(*) FROM observation JOIN claim ON claim.observation = observation.id"
    " WHERE observation.source = :source AND claim.signal = :signal"
)
BY = "SELECT claim.claim, claim.observation FROM claim WHERE claim.observation IN :observations ORDER BY claim.id"


def encode(claim: Claim) -> dict[str, Any]:
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
        self.insert(ClaimRow, [encode(claim) for claim in found])
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
            return int(self.value(COUNT, {"signal": signal}))
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
        statement = f"{CLAIMS_QUERY} {standing(as_of, all_revisions=False)} {ORDER}"
        return loaded(self.rows(statement, {"signal": signal, "as_of": micros(as_of)}))

    def revisions(self, signal: str, as_of: datetime | None = None) -> list[tuple[Claim, bool]]:
        """The same with the claims of earlier revisions, each with whether it is of the latest (or of no observation)."""
        latest = f"claim.observation IS NULL OR NOT {superseded(as_of)}"
        statement = f"{CLAIMS_QUERY}, {latest} {standing(as_of, all_revisions=True)} {ORDER}"
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
