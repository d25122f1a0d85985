"""Transitions: what changed, each waiting for the digest that tells it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, select, update

from watcher.core.model import Transition
from watcher.store.base import Noun, table
from watcher.store.chain import extend
from watcher.store.codec import EPOCH, content, dump, load, micros
from watcher.store.documents import Documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

TRANSITION = table("transition")
PENDING = select(TRANSITION).where(TRANSITION.c.digest.is_(None)).order_by(TRANSITION.c.id)
MARK = update(TRANSITION).where(TRANSITION.c.id == bindparam("which")).values(digest=bindparam("told"))


def line(signal: str, at: datetime, text: str) -> bytes:
    """What the chain covers; which digest told it is known only later."""
    return content(signal, micros(at), text)


class Transitions(Noun):
    """What changed."""

    __slots__ = ()

    def add(self, transitions: Sequence[Transition]) -> list[Transition]:
        """Keep what changed, in the transaction of the verdict that changed it; they come back with their ids."""
        texts = [dump(replace(one, id=0)) for one in transitions]
        lines = [line(one.signal, one.at, text) for one, text in zip(transitions, texts, strict=True)]
        links = extend(self.connection, "transition", lines)
        done = [replace(one, id=number) for one, (number, _) in zip(transitions, links, strict=True)]
        self.insert(
            "transition",
            [
                {"id": one.id, "signal": one.signal, "at": one.at, "kind": one.kind.value}
                | {"digest": None, "transition": text, "chain": chain}
                for one, text, (_, chain) in zip(done, texts, links, strict=True)
            ],
        )
        Documents(self.connection).cite(quote.document for one in done for quote in one.evidence)
        return done

    def pending(self) -> list[Transition]:
        """Those that no digest has told, oldest first."""
        return self.read(PENDING)

    def mark(self, numbers: Iterable[int], digest: str) -> None:
        """These are told (or knowingly passed over) by this digest, which must be stored before."""
        rows = [{"which": number, "told": digest} for number in numbers]
        if rows:
            self.connection.execute(MARK, rows)

    def of(self, signal: str | None = None, *, since: datetime = EPOCH, limit: int = 1_000) -> list[Transition]:
        """What changed in one signal or in all since then, newest first."""
        statement = select(TRANSITION).where(TRANSITION.c.at >= since)
        if signal is not None:
            statement = statement.where(TRANSITION.c.signal == signal)
        return self.read(statement.order_by(TRANSITION.c.at.desc(), TRANSITION.c.id.desc()).limit(limit))

    def told_by(self, digest: str) -> list[Transition]:
        """Those that this digest told."""
        return self.read(select(TRANSITION).where(TRANSITION.c.digest == digest).order_by(TRANSITION.c.id))

    def digests(self, numbers: Iterable[int]) -> dict[int, str]:
        """Which digest told each of these; those still waiting are not there."""
        statement = select(TRANSITION.c.id, TRANSITION.c.digest).where(TRANSITION.c.id.in_(list(numbers)))
        return {row.id: row.digest for row in self.connection.execute(statement) if row.digest}

    def read(self, statement: Select[Any]) -> list[Transition]:
        """The values that were put in, with their ids."""
        return [replace(load(Transition, row.transition), id=row.id) for row in self.connection.execute(statement)]
