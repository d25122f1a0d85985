"""Transitions: what changed, each waiting for the digest that tells it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from watcher.core.model import Change, Transition
from watcher.store.chain import extend
from watcher.store.codec import EPOCH, content, dump, load, micros, moment
from watcher.store.documents import Documents
from watcher.store.repository import Repository
from watcher.store.statements import NONE, Values, batches
from watcher.store.tables import TransitionRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

ALL_TRANSITIONS = "SELECT id, transition FROM transition"
PENDING = f"{ALL_TRANSITIONS} WHERE digest IS NULL ORDER BY id"
WAITING = "SELECT kind, min(at) FROM transition WHERE digest IS NULL GROUP BY kind"
SINCE = f"{ALL_TRANSITIONS} WHERE at >= :since ORDER BY at DESC, id DESC LIMIT :most"
TRANSITIONS_OF_SIGNAL = f"{ALL_TRANSITIONS} WHERE signal = :signal AND at >= :since ORDER BY at DESC, id DESC LIMIT :most"
TOLD_TRANSITIONS = f"{ALL_TRANSITIONS} WHERE digest = :digest ORDER BY id"
TOLD_IN = "SELECT id, digest FROM transition WHERE id IN :ids AND digest IS NOT NULL"
MARK = "UPDATE transition SET digest = :digest WHERE id = :id"


def line(signal: str, at: datetime, text: str) -> bytes:
    """What the chain covers; which digest told it is known only later."""
    return content(signal, micros(at), text)


class Transitions(Repository):
    """What changed."""

    __slots__ = ()

    def add(self, transitions: Sequence[Transition]) -> list[Transition]:
        """Keep what changed, in the transaction of the verdict that changed it; they come back with their ids."""
        texts = [dump(replace(one, id=0)) for one in transitions]
        lines = [line(one.signal, one.at, text) for one, text in zip(transitions, texts, strict=True)]
        links = extend(self.session, "transition", lines)
        done = [replace(one, id=number) for one, (number, _) in zip(transitions, links, strict=True)]
        self.insert(
            TransitionRow,
            [
                {"id": one.id, "signal": one.signal, "at": micros(one.at), "kind": one.kind.value}
                | {"digest": None, "transition": text, "chain": chain}
                for one, text, (_, chain) in zip(done, texts, links, strict=True)
            ],
        )
        Documents(self.session).cite(quote.document for one in done for quote in one.evidence)
        return done

    def pending(self) -> list[Transition]:
        """Those that no digest has told, oldest first."""
        return self.read(PENDING)

    def waiting(self) -> dict[Change, datetime]:
        """Since when the oldest of each kind has been waiting for its digest; no text is read for it."""
        return {Change(kind): moment(at) for kind, at in self.rows(WAITING)}

    def mark(self, numbers: Iterable[int], digest: str) -> None:
        """These are told (or knowingly passed over) by this digest, which must be stored before."""
        self.run_all(MARK, [{"id": number, "digest": digest} for number in numbers])

    def of(self, signal: str | None = None, *, since: datetime = EPOCH, limit: int = 1_000) -> list[Transition]:
        """What changed in one signal or in all since then, newest first."""
        asked: Values = {"since": micros(since), "most": limit}
        return self.read(SINCE, asked) if signal is None else self.read(TRANSITIONS_OF_SIGNAL, {**asked, "signal": signal})

    def told_by(self, digest: str) -> list[Transition]:
        """Those that this digest told."""
        return self.read(TOLD_TRANSITIONS, {"digest": digest})

    def digests(self, numbers: Iterable[int]) -> dict[int, str]:
        """Which digest told each of these; those still waiting are not there."""
        found = (self.rows(TOLD_IN, {"ids": some}) for some in batches(numbers))
        return {number: digest for rows in found for number, digest in rows}

    def read(self, statement: str, values: Values = NONE) -> list[Transition]:
        """The values that were put in, with their ids."""
        return [replace(load(Transition, text), id=number) for number, text in self.rows(statement, values)]
