"""Undecided texts: what a person is asked, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from watcher.core.model import Undecided
from watcher.store.audit import Audit
from watcher.store.codec import dump, load
from watcher.store.operator_tables import UndecidedRow
from watcher.store.records import AuditEntry
from watcher.store.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

UNASKED: dict[str, Any] = {"id": 0, "asked_at": None, "settled_at": None, "settled_by": "", "settled_as": "", "settled_why": ""}
"""What stands in columns of its own, beside the text."""


class Undecideds(Repository):
    """What a person is asked."""

    __slots__ = ()

    def put(self, known: Sequence[Undecided], rows: Iterable[Undecided]) -> list[Undecided]:
        """Keep texts that are new or have grown since they were `known`; all of them, with their ids."""
        held = {row.id: row for row in known}
        return [self._added(row) if not row.id else self._grown(held[row.id], row) for row in rows]

    def _added(self, row: Undecided) -> Undecided:
        return replace(row, id=self.added(UndecidedRow(signal=row.signal, text=_text(row), asked_at=row.asked_at)))

    def _grown(self, held: Undecided, row: Undecided) -> Undecided:
        if held.quotes != row.quotes and (stored := self.session.get(UndecidedRow, row.id)):
            stored.text = _text(row)
        return row

    def of(self, signal: str | None = None) -> list[Undecided]:
        """Every text of a signal or of all, settled and old ones too, oldest first."""
        asked = select(UndecidedRow).order_by(col(UndecidedRow.id))
        if signal is not None:
            asked = asked.where(UndecidedRow.signal == signal)
        return [_undecided(row) for row in self.session.exec(asked)]

    def settle(self, row: Undecided, *, by: str, status: str = "", why: str = "", evidence: int = 0, at: datetime) -> bool:
        """Settle an open text, as a status or (empty) as one that changes nothing; False where it is not open.

        The act is written to the audit list.
        """
        stored = self.session.get(UndecidedRow, row.id)
        if stored is None or stored.asked_at is None or stored.settled_at is not None:
            return False
        stored.settled_at, stored.settled_by, stored.settled_as, stored.settled_why = at, by, status, why
        stored.evidence = evidence or None
        text = f"text {row.id} of {row.signal}.{row.track}"
        what = f"decided {text} as {status}" if status else f"dismissed {text}"
        Audit(self.session).add(AuditEntry(at, by, what, why))
        return True


def _text(row: Undecided) -> str:
    return dump(replace(row, **UNASKED))


def _undecided(row: UndecidedRow) -> Undecided:
    columns = {name: getattr(row, name) for name in UNASKED}
    return replace(load(Undecided, row.text), **columns, evidence=row.evidence or 0)
