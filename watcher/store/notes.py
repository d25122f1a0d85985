"""What the program remembers and what people did: values by key, the audit list, evidence, mutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, or_, select, update

from watcher.core.model import Known
from watcher.store.base import Noun, table
from watcher.store.codec import dump, load
from watcher.store.rows import Act, Evidence, Mute

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

META = table("meta")
ACT = table("act")
EVIDENCE = table("evidence")
MUTE = table("mute")
DROP = delete(META).where(META.c.key == bindparam("which"))


class Meta(Noun):
    """Values by their key: the heartbeat, a rehearsal's clock."""

    __slots__ = ()

    def get(self, key: str, default: str = "") -> str:
        """The value, or the default."""
        found = self.connection.execute(select(META.c.value).where(META.c.key == key)).scalar()
        return default if found is None else found

    def put(self, key: str, value: str) -> None:
        """Set the value."""
        self.upsert("meta", [{"key": key, "value": value}], change=("value",))

    def drop(self, key: str) -> None:
        """Forget the value."""
        self.connection.execute(delete(META).where(META.c.key == key))

    def under(self, prefix: str) -> dict[str, str]:
        """All values whose key begins so, by the rest of their key."""
        found = self.connection.execute(select(META).where(META.c.key.startswith(prefix, autoescape=True)))
        return {row.key.removeprefix(prefix): row.value for row in found}

    def drop_all(self, keys: Iterable[str]) -> None:
        """Forget many values."""
        rows = [{"which": key} for key in keys]
        if rows:
            self.connection.execute(DROP, rows)


class Audit(Noun):
    """Who did what, when and why."""

    __slots__ = ()

    def add(self, act: Act) -> None:
        """Write one line."""
        self.insert("act", [{"at": act.at, "who": act.who, "what": act.what, "why": act.why}])

    def of(self, limit: int = 1_000) -> list[Act]:
        """The lines, newest first."""
        rows = self.connection.execute(select(ACT).order_by(ACT.c.id.desc()).limit(limit))
        return [Act(row.at, row.who, row.what, row.why, row.id) for row in rows]


class Evidences(Noun):
    """What people have added to what was seen."""

    __slots__ = ()

    def add(self, signal: str, known: Known, *, by: str, reason: str, at: datetime) -> int:
        """Add evidence; its id. The act is written to the audit list."""
        row = {"signal": signal, "known": dump(known), "by": by, "reason": reason, "at": at}
        number = self.connection.execute(insert(EVIDENCE).values(row).returning(EVIDENCE.c.id)).scalar_one()
        Audit(self.connection).add(Act(at, by, f"recorded {signal}.{known.track} {known.status or known.flag}", reason))
        return int(number)

    def withdraw(self, number: int, *, by: str, reason: str, at: datetime) -> bool:
        """Take evidence back; False where there is none to take back. The act is written to the audit list."""
        statement = update(EVIDENCE).where(EVIDENCE.c.id == number, EVIDENCE.c.withdrawn_at.is_(None))
        found = self.connection.execute(statement.values(withdrawn_at=at, withdrawn_by=by, withdrawn_why=reason)).rowcount == 1
        if found:
            Audit(self.connection).add(Act(at, by, f"withdrew evidence {number}", reason))
        return found

    def of(self, signal: str | None = None, as_of: datetime | None = None, *, withdrawn: bool = False) -> list[Evidence]:
        """The evidence that stands now or stood then, oldest first; with `withdrawn` what was taken back as well."""
        statement = select(EVIDENCE).order_by(EVIDENCE.c.id)
        if signal is not None:
            statement = statement.where(EVIDENCE.c.signal == signal)
        if as_of is not None:
            statement = statement.where(EVIDENCE.c.at <= as_of)
        if not withdrawn:
            gone = EVIDENCE.c.withdrawn_at.is_(None)
            statement = statement.where(gone if as_of is None else or_(gone, EVIDENCE.c.withdrawn_at > as_of))
        rows = self.connection.execute(statement)
        return [Evidence(**{**row._mapping, "known": load(Known, row.known)}) for row in rows]  # noqa: SLF001 - documented


class Mutes(Noun):
    """Silences that people have asked for."""

    __slots__ = ()

    def add(self, signal: str, track: str = "", *, by: str, reason: str, now: datetime, until: datetime | None = None) -> int:
        """Silence a signal or one of its tracks; its id. The act is written to the audit list."""
        row = {"signal": signal, "track": track, "by": by, "reason": reason, "since": now, "until": until}
        number = self.connection.execute(insert(MUTE).values(row).returning(MUTE.c.id)).scalar_one()
        Audit(self.connection).add(Act(now, by, f"muted {signal}{f'.{track}' if track else ''}", reason))
        return int(number)

    def end(self, signal: str, track: str = "", *, by: str, reason: str, now: datetime) -> int:
        """End the silences of a signal or track now; how many there were. The act is written to the audit list."""
        on = (MUTE.c.signal == signal, MUTE.c.track == track, or_(MUTE.c.until.is_(None), MUTE.c.until > now))
        many = self.connection.execute(update(MUTE).where(*on).values(until=now)).rowcount
        if many:
            Audit(self.connection).add(Act(now, by, f"unmuted {signal}{f'.{track}' if track else ''}", reason))
        return many

    def of(self, now: datetime) -> list[Mute]:
        """The silences that hold at this moment."""
        statement = select(MUTE).where(MUTE.c.since <= now, or_(MUTE.c.until.is_(None), MUTE.c.until > now))
        return [Mute(**row._mapping) for row in self.connection.execute(statement.order_by(MUTE.c.id))]  # noqa: SLF001 - documented
