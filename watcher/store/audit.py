"""What people did and are asked: the audit list, evidence, silences, undecided texts; and values by key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlmodel import col, select

from watcher.core.model import DeclaredFact, Undecided
from watcher.store.codec import dump, load
from watcher.store.errors import read_value
from watcher.store.records import AuditEntry, Evidence, Mute
from watcher.store.repository import Repository, batches
from watcher.store.tables import ActRow, EvidenceRow, MetaRow, MuteRow, UndecidedRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime


# What the program remembers and what people did: values by key, the audit list, evidence, mutes.

T = TypeVar("T")
VALUE = 'SELECT value FROM meta WHERE "key" = :key'
AMONG = 'SELECT "key", value FROM meta WHERE "key" IN :keys'
UNDER = 'SELECT "key", value FROM meta WHERE substr("key", 1, :length) = :start ORDER BY "key"'
FORGET = 'DELETE FROM meta WHERE "key" IN :keys'


class Meta(Repository):
    """Values by their key: the heartbeat, a rehearsal's clock."""

    __slots__ = ()

    def get(self, key: str, default: str = "") -> str:
        """The value, or the default."""
        found = self.row(VALUE, {"key": key})
        return default if found is None else str(found[0])

    def read(self, key: str, reader: Callable[[str], T]) -> T | None:
        """What the reader makes of the value; None where there is none. Raises StoreError for one that it cannot read."""
        text = self.get(key)
        return read_value(key, text, reader) if text else None

    def put(self, key: str, value: str) -> None:
        """Set the value."""
        self.upsert(MetaRow, [{"key": key, "value": value}], change=("value",))

    def drop(self, key: str) -> None:
        """Forget the value."""
        self.drop_all([key])

    def among(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of these keys, as far as there are any."""
        found = (self.rows(AMONG, {"keys": some}) for some in batches(keys))
        return {key: value for rows in found for key, value in rows}

    def under(self, start: str) -> dict[str, str]:
        """The values whose keys begin with this, by the rest of the key, in its order."""
        found = self.rows(UNDER, {"start": start, "length": len(start)})
        return {key.removeprefix(start): value for key, value in found}

    def drop_all(self, keys: Iterable[str]) -> None:
        """Forget many values."""
        for some in batches(keys):
            self.run(FORGET, {"keys": some})


class Audit(Repository):
    """Who did what, when and why."""

    __slots__ = ()

    def add(self, act: AuditEntry) -> None:
        """Write one line."""
        self.session.add(ActRow(at=act.at, who=act.who, what=act.what, why=act.why))
        self.session.flush()

    def of(self, limit: int = 1_000) -> list[AuditEntry]:
        """The lines, newest first."""
        rows = self.session.exec(select(ActRow).order_by(col(ActRow.id).desc()).limit(limit))
        return [AuditEntry(**row.model_dump()) for row in rows]


class Evidences(Repository):
    """What people have added to what was seen."""

    __slots__ = ()

    def add(self, signal: str, known: DeclaredFact, *, by: str, reason: str, at: datetime) -> int:
        """Add evidence; its id. The act is written to the audit list."""
        number = self.added(EvidenceRow(signal=signal, known=dump(known), by=by, reason=reason, at=at))
        Audit(self.session).add(AuditEntry(at, by, f"recorded {signal}.{known.track} {known.status or known.flag}", reason))
        return number

    def withdraw(self, number: int, *, by: str, reason: str, at: datetime) -> bool:
        """Take evidence back; False where there is none to take back. The act is written to the audit list."""
        row = self.session.get(EvidenceRow, number)
        if row is None or row.withdrawn_at is not None:
            return False
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = at, by, reason
        Audit(self.session).add(AuditEntry(at, by, f"withdrew evidence {number}", reason))
        return True

    def of(self, signal: str | None = None, as_of: datetime | None = None, *, withdrawn: bool = False) -> list[Evidence]:
        """The evidence that stands now or stood then, oldest first; with `withdrawn` what was taken back as well."""
        asked = select(EvidenceRow).order_by(col(EvidenceRow.id))
        gone_at = col(EvidenceRow.withdrawn_at)
        if signal is not None:
            asked = asked.where(EvidenceRow.signal == signal)
        if as_of is not None:
            asked = asked.where(EvidenceRow.at <= as_of)
        if not withdrawn:
            asked = asked.where(gone_at.is_(None) if as_of is None else sa.or_(gone_at.is_(None), gone_at > as_of))
        return [Evidence(**row.model_dump() | {"known": load(DeclaredFact, row.known)}) for row in self.session.exec(asked)]


class Mutes(Repository):
    """Silences that people have asked for."""

    __slots__ = ()

    def add(self, signal: str, track: str = "", *, by: str, reason: str, now: datetime, until: datetime | None = None) -> int:
        """Silence a signal or one of its tracks; its id. The act is written to the audit list.

        It takes the place of a silence of the very same that still holds: the last word counts.
        """
        for row in self._lasting(signal, track, now):
            row.until = now
        number = self.added(MuteRow(signal=signal, track=track, by=by, reason=reason, since=now, until=until))
        Audit(self.session).add(AuditEntry(now, by, f"muted {signal}{f'.{track}' if track else ''}", reason))
        return number

    def end(self, signal: str, track: str = "", *, by: str, reason: str, now: datetime) -> int:
        """End the silences of a signal or track now; how many there were. The act is written to the audit list."""
        rows = self._lasting(signal, track, now)
        for row in rows:
            row.until = now
        if rows:
            Audit(self.session).add(AuditEntry(now, by, f"unmuted {signal}{f'.{track}' if track else ''}", reason))
        return len(rows)

    def of(self, now: datetime) -> list[Mute]:
        """The silences that hold at this moment."""
        asked = select(MuteRow).where(MuteRow.since <= now, self._lasts(now)).order_by(col(MuteRow.id))
        return [Mute(**row.model_dump()) for row in self.session.exec(asked)]

    def _lasting(self, signal: str, track: str, now: datetime) -> Sequence[MuteRow]:
        """The silences of a signal or track that hold now."""
        return self.session.exec(select(MuteRow).where(MuteRow.signal == signal, MuteRow.track == track, self._lasts(now))).all()

    @staticmethod
    def _lasts(now: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(col(MuteRow.until).is_(None), col(MuteRow.until) > now)


# Undecided texts: what a person is asked, and what became of it.

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
