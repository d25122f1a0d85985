"""Undecided texts: what a person is asked, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from watcher.core.model import Undecided
from watcher.store.audit import Audit
from watcher.store.codec import dump, load, micros, moment
from watcher.store.records import Act
from watcher.store.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

ADD = (
    "INSERT INTO undecided (signal, text, asked_at, settled_by, settled_as, settled_why)"
    " VALUES (:signal, :text, :asked_at, '', '', '') RETURNING id"
)
GROW = "UPDATE undecided SET text = :text WHERE id = :id"
HELD = "SELECT id, text, asked_at, settled_at, settled_by, settled_as, settled_why, evidence FROM undecided"
SETTLE = (
    "UPDATE undecided SET settled_at = :at, settled_by = :by, settled_as = :status, settled_why = :why, evidence = :evidence"
    " WHERE id = :id AND asked_at IS NOT NULL AND settled_at IS NULL"
)
UNASKED: dict[str, Any] = {"id": 0, "asked_at": None, "settled_at": None, "settled_by": "", "settled_as": "", "settled_why": ""}


class Undecideds(Repository):
    """What a person is asked."""

    __slots__ = ()

    def put(self, known: Sequence[Undecided], rows: Iterable[Undecided]) -> list[Undecided]:
        """Keep texts that are new or have grown since they were `known`; all of them, with their ids."""
        held = {row.id: row for row in known}
        return [self._added(row) if not row.id else self._grown(held[row.id], row) for row in rows]

    def _added(self, row: Undecided) -> Undecided:
        values = {"signal": row.signal, "text": _text(row), "asked_at": micros(row.asked_at)}
        return replace(row, id=int(self.connection.value(ADD, values)))

    def _grown(self, held: Undecided, row: Undecided) -> Undecided:
        if held.quotes != row.quotes:
            self.connection.run(GROW, {"id": row.id, "text": _text(row)})
        return row

    def of(self, signal: str | None = None) -> list[Undecided]:
        """Every text of a signal or of all, settled and old ones too, oldest first."""
        where = "" if signal is None else " WHERE signal = :signal"
        return [_row(*row) for row in self.connection.rows(f"{HELD}{where} ORDER BY id", {"signal": signal})]

    def settle(self, row: Undecided, *, by: str, status: str = "", why: str = "", evidence: int = 0, at: datetime) -> bool:
        """Settle an open text, as a status or (empty) as one that changes nothing; False where it is not open.

        The act is written to the audit list.
        """
        values = {"id": row.id, "by": by, "status": status, "why": why, "evidence": evidence or None, "at": micros(at)}
        done = self.connection.run(SETTLE, values) == 1
        if done:
            text = f"text {row.id} of {row.signal}.{row.track}"
            what = f"decided {text} as {status}" if status else f"dismissed {text}"
            Audit(self.connection).add(Act(at, by, what, why))
        return done


def _text(row: Undecided) -> str:
    return dump(replace(row, **UNASKED))


def _row(number: int, text: str, asked_at: int | None, settled_at: int | None, *rest: Any) -> Undecided:  # noqa: ANN401 - columns of several types
    by, status, why, evidence = rest
    return replace(
        load(Undecided, text),
        id=number,
        asked_at=moment(asked_at),
        settled_at=moment(settled_at),
        settled_by=by,
        settled_as=status,
        settled_why=why,
        evidence=evidence or 0,
    )
