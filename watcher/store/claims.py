"""Claims: what the rules found in the observations, kept so that a decision need not read them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, or_, select

from watcher.core.model import Claim
from watcher.store.base import Noun, batches, table
from watcher.store.codec import dump, load
from watcher.store.documents import Documents
from watcher.store.observations import OBSERVATION, superseded, withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

CLAIM = table("claim")
RULING = table("ruling")
MADE = delete(CLAIM).where(CLAIM.c.signal == bindparam("of"))


def row(claim: Claim) -> dict[str, object]:
    """The row of a claim; one without an observation (history, a person's evidence) always stands."""
    return {
        "signal": claim.signal,
        "track": claim.track,
        "observation": claim.observation or None,
        "seen_at": claim.quote.seen_at,
        "claim": dump(claim),
    }


class Claims(Noun):
    """What the rules found."""

    __slots__ = ()

    def add(self, claims: Iterable[Claim]) -> None:
        """Store the claims that new observations gave."""
        rows = list(claims)
        self.insert("claim", [row(claim) for claim in rows])
        # A claim on an observation keeps that and its document; without one, nothing else would.
        Documents(self.connection).cite(claim.quote.document for claim in rows if not claim.observation)

    def replace(self, signal: str, rules: str, claims: Iterable[Claim], now: datetime) -> None:
        """All claims of a signal anew, made under the rules with this hash."""
        self.connection.execute(MADE, {"of": signal})
        for some in batches(claims):
            self.add(some)
        self.upsert("ruling", [{"signal": signal, "rules": rules, "at": now}], change=("rules", "at"))

    def rules(self, signal: str) -> str:
        """The hash of the rules under which the claims of the signal were made; empty before the first."""
        return self.connection.execute(select(RULING.c.rules).where(RULING.c.signal == signal)).scalar() or ""

    def of(self, signal: str, as_of: datetime | None = None, *, all_revisions: bool = False) -> list[Claim]:
        """The claims that stand now or stood then, in the order of their observations.

        The claims of a withdrawn entry do not stand. Of an entry that was edited, those of its latest revision stand;
        `all_revisions` gives the earlier ones too. Costs as much as the claims, whatever the number of observations.
        """
        gone = withdrawn(as_of) if all_revisions else or_(withdrawn(as_of), superseded(as_of))
        statement = (
            select(CLAIM.c.claim)
            .select_from(CLAIM.outerjoin(OBSERVATION))
            .where(CLAIM.c.signal == signal, or_(CLAIM.c.observation.is_(None), ~gone))
            .order_by(CLAIM.c.observation, CLAIM.c.id)
        )
        if as_of is not None:
            statement = statement.where(CLAIM.c.seen_at <= as_of)
        return [load(Claim, text) for text in self.connection.execute(statement).scalars()]

    def latest(self, signal: str, as_of: datetime | None = None) -> frozenset[int]:
        """The observations whose claims `of` gives; 0 stands for claims without one."""
        statement = (
            select(func.coalesce(CLAIM.c.observation, 0))
            .select_from(CLAIM.outerjoin(OBSERVATION))
            .where(CLAIM.c.signal == signal, or_(CLAIM.c.observation.is_(None), ~or_(withdrawn(as_of), superseded(as_of))))
        )
        if as_of is not None:
            statement = statement.where(CLAIM.c.seen_at <= as_of)
        return frozenset(self.connection.execute(statement).scalars())

    def reviews(self, signal: str, *, as_of: datetime | None = None, limit: int = 50) -> list[Claim]:
        """What a person should read, newest first: news that no rule could place."""
        marked = select(CLAIM.c.claim).where(CLAIM.c.signal == signal, CLAIM.c.claim.contains('"review":true', autoescape=True))
        if as_of is not None:
            marked = marked.where(CLAIM.c.seen_at <= as_of)
        return [load(Claim, text) for text in self.connection.execute(marked.order_by(CLAIM.c.id.desc()).limit(limit)).scalars()]

    def by(self, observations: Iterable[int]) -> list[Claim]:
        """The claims that these observations gave."""
        found: list[Claim] = []
        for some in batches(observations):
            statement = select(CLAIM.c.claim).where(CLAIM.c.observation.in_(some)).order_by(CLAIM.c.id)
            found += [load(Claim, text) for text in self.connection.execute(statement).scalars()]
        return found
